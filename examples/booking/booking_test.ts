import { auditActions } from "@hyper/actions";
import { createTestClient, type TestClient, type TestPage } from "@hyper/actions/testing";
import { assertEquals } from "@std/assert";
import { type App, createApp } from "./app.ts";

const PASSWORD = "a long password";

/** A Friday: the week after it is free. */
const NOW = "2030-01-04T10:00";
const NEXT_WEEK = "/?week=2030-01-07&service=massage";
const MONDAY = "Book Monday 7 January at 09:00 with Ada";

let clients = 0;

/** Creates a client with an address of its own, because rates are counted by address. */
const newClient = (app: App): TestClient => createTestClient(app.handler, { address: `10.1.0.${++clients}` });

async function signUp(client: TestClient, name: string, path = "/mine"): Promise<TestPage> {
  let page = await client.open(path);
  page = await page.click("Create an account");
  return await page.form("Create an account").fill({ Name: name, Password: PASSWORD }).submit();
}

/** The appointments on the page. */
const appointments = (page: TestPage): string[] => page.findAll(".bookings li strong").map(({ text }) => text);

Deno.test("an appointment is booked without scripts, and its time is not free any more", async () => {
  await using app = await createApp({ folder: ":memory:", now: () => NOW });
  await using client = newClient(app);
  await signUp(client, "Cleo");
  let page = await (await client.open(NEXT_WEEK)).click(MONDAY);
  page = await page.form("Book").fill({ Service: "physio" }).submit("Update the form");
  page = await page.form("Book").fill({ Duration: "60" }).submit();
  assertEquals([page.url.pathname, appointments(page)], ["/mine", ["Monday 7 January at 09:00"]]);
  const times = (await client.open(NEXT_WEEK)).findAll("#day-2030-01-07 a").map(({ text }) => text);
  assertEquals(times.filter((text) => text.endsWith("Ada")), ["10:00 Ada", "10:30 Ada", "11:00 Ada", "11:30 Ada"]);
});

Deno.test("an appointment is booked in a layer, and other tabs show it at once", async () => {
  await using app = await createApp({ folder: ":memory:", now: () => NOW });
  await using other = newClient(app);
  await other.open(NEXT_WEEK);
  await using changes = other.changes();
  await using client = newClient(app);
  await signUp(client, "Cleo");
  const layer = await (await client.open(NEXT_WEEK)).openLayer(MONDAY);
  const form = layer.form("Book");
  await form.enter({ Service: "physio" });
  await form.fill({ Duration: "30" }).submitWithRuntime();
  assertEquals(layer.isOpen, false);
  assertEquals((await client.open(NEXT_WEEK)).findAll("#slot-2030-01-07T09\\:00-Ada").length, 0);
  await changes.next();
  assertEquals(other.page.findAll("#slot-2030-01-07T09\\:00-Ada").length, 0);
});

Deno.test("of two customers who book the same time, the second reads why and nothing is booked twice", async () => {
  await using app = await createApp({ folder: ":memory:", now: () => NOW });
  await using first = newClient(app);
  await using second = newClient(app);
  const forms = [];
  for (const [client, name] of [[first, "Cleo"], [second, "Dora"]] as const) {
    await signUp(client, name);
    forms.push((await (await client.open(NEXT_WEEK)).click(MONDAY)).form("Book"));
  }
  const [won, lost] = await Promise.all(forms.map((form) => form.fill({ Duration: "60" }).submit()));
  assertEquals(won?.url.pathname, "/mine");
  assertEquals(lost?.text.includes("This time has just been taken"), true, lost?.text);
  assertEquals(appointments(await second.open("/mine")), []);
});

Deno.test("a time in the past, at night or that does not exist is not booked", async () => {
  await using app = await createApp({ folder: ":memory:", now: () => NOW });
  await using client = newClient(app);
  await signUp(client, "Cleo");
  for (const starts of ["2030-01-04T09:00", "2030-01-07T22:00", "2030-02-31T09:00", "2030-01-07T09:10", "now", ""]) {
    const page = await client.open(`/book?starts=${encodeURIComponent(starts)}`);
    assertEquals(page.form("Book").field("Service").value, "", starts);
    const { ok } = await client.action("book", { service: "massage", minutes: "30", person: "Ada" });
    assertEquals(ok, false, starts);
  }
});

Deno.test("each action has a guard, or is open on purpose", async () => {
  await using app = await createApp({ folder: ":memory:" });
  await auditActions(app.handler, { requireGuard: true });
});
