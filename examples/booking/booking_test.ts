import { auditActions } from "@hyper/actions";
import { createTestClient, type TestClient, type TestPage } from "@hyper/actions/testing";
import { assertEquals } from "@std/assert";
import { type App, createApp } from "./app.ts";
import { book, markBookings } from "./bookings.ts";
import { FIRST_PASSWORD } from "./database.ts";
import { remind } from "./reminders.ts";
import { addDays, later } from "./time.ts";

const PASSWORD = "a long password";

/** A Friday: the week after it is free. */
const NOW = "2030-01-04T10:00";
const NEXT_WEEK = "/?week=2030-01-07&service=massage";
const MONDAY = "09:00 Ada: book on Mon 7 Jan";

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
  await using own = client.changes();
  assertEquals(await own.next(), ["week"]);
  assertEquals(client.page.findAll("#slot-2030-01-07T09\\:00-Ada").length, 0);
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
  const thisWeek = (await client.open("/?person=Ada")).findAll(".week a").map(({ text }) => text);
  assertEquals(thisWeek, ["10:30 Ada", "11:00 Ada", "11:30 Ada"]);
  for (const starts of ["2030-01-04T09:00", "2030-01-07T22:00", "2030-02-31T09:00", "2030-01-07T09:10", "now", ""]) {
    const page = await client.open(`/book?starts=${encodeURIComponent(starts)}`);
    assertEquals(page.form("Book").field("Service").value, "", starts);
    const { ok } = await client.action("book", { service: "massage", minutes: "30", person: "Ada" });
    assertEquals(ok, false, starts);
  }
});

/** Signs a customer up and books Monday at nine. Returns the page with the appointment. */
async function bookMonday(client: TestClient, name: string): Promise<TestPage> {
  await signUp(client, name);
  return await (await (await client.open(NEXT_WEEK)).click(MONDAY)).form("Book").submit();
}

Deno.test("an appointment is moved by half of its length, without scripts and with them", async () => {
  await using app = await createApp({ folder: ":memory:", now: () => NOW });
  await using client = newClient(app);
  await signUp(client, "Cleo");
  let page = await (await client.open(NEXT_WEEK)).click(MONDAY);
  page = await page.form("Book").fill({ Duration: "60" }).submit();
  page = await page.click("Move the appointment: Monday 7 January at 09:00");
  page = await page.form("Move").fill({ Day: "2030-01-07" }).submit("Update the form");
  page = await page.form("Move").fill({ Time: "2030-01-07T09:30" }).submit();
  assertEquals(appointments(page), ["Monday 7 January at 09:30"]);
  const layer = await page.openLayer("Move the appointment: Monday 7 January at 09:30");
  await layer.form("Move").enter({ Day: "2030-01-09" });
  await layer.form("Move").fill({ Time: "2030-01-09T11:00" }).submitWithRuntime();
  assertEquals(layer.isOpen, false);
  assertEquals(appointments(await client.open("/mine")), ["Wednesday 9 January at 11:00"]);
});

Deno.test("a canceled appointment comes back with undo, unless its time is taken", async () => {
  await using app = await createApp({ folder: ":memory:", now: () => NOW });
  await using client = newClient(app);
  let page = await bookMonday(client, "Cleo");
  page = await page.click("Cancel the appointment: Monday 7 January at 09:00");
  assertEquals(page.text.includes("Cancel the appointment on Monday 7 January at 09:00 with Ada?"), true);
  page = await page.form("Cancel it").submit();
  assertEquals(appointments(page), []);
  page = await page.click("Undo");
  assertEquals(appointments(page), ["Monday 7 January at 09:00"]);

  const layer = await page.openLayer("Cancel the appointment: Monday 7 January at 09:00");
  await layer.form("Cancel it").submitWithRuntime();
  await using other = newClient(app);
  assertEquals(appointments(await bookMonday(other, "Dora")), ["Monday 7 January at 09:00"]);
  await client.toasts[0]?.undo();
  assertEquals(client.page.text.includes("This time has just been taken"), true, client.page.text);
  assertEquals(appointments(await client.open("/mine")), []);
});

Deno.test("a customer cannot see, move, cancel or restore an appointment of another", async () => {
  await using app = await createApp({ folder: ":memory:", now: () => NOW });
  await using owner = newClient(app);
  await bookMonday(owner, "Cleo");
  await using other = newClient(app);
  await signUp(other, "Dora");
  for (const path of ["/move?id=1", "/cancel?id=1"]) {
    assertEquals((await other.open(path)).find("h1").text, "Page not found", path);
  }
  await owner.open("/mine");
  await other.open("/cancel?id=1");
  await other.action("cancel");
  assertEquals(appointments(await owner.open("/mine")).length, 1);
  await (await owner.open("/cancel?id=1")).form("Cancel it").submit();
  await other.action("restore", { id: 1 });
  assertEquals(appointments(await owner.open("/mine")).length, 0);
  await using stranger = newClient(app);
  assertEquals((await stranger.open("/cancel?id=1")).url.pathname, "/sign-in");
});

Deno.test("a customer on the waiting list sees when something becomes free", async () => {
  await using app = await createApp({ folder: ":memory:", now: () => NOW });
  await using owner = newClient(app);
  await signUp(owner, "Cleo");
  const query = "/?week=2030-01-07&service=physio";
  for (let link = await freeOn(owner, query); link !== null; link = await freeOn(owner, query)) {
    await (await owner.open(link)).form("Book").submit();
  }
  await using client = newClient(app);
  await signUp(client, "Dora");
  let page = await client.open(query);
  page = await page.form("Join the waiting list: Mon 7 Jan").submit();
  assertEquals(page.find("#waiting-physio-2030-01-07 p").text, "Physiotherapy, Mon 7 Jan: Nothing is free");
  await using changes = client.changes();
  await (await owner.open("/cancel?id=1")).form("Cancel it").submit();
  await changes.next();
  assertEquals(client.page.find("#waiting-physio-2030-01-07 a").text, "1 free appointment");
  page = await client.page.form("Do not wait: Mon 7 Jan").submit();
  assertEquals(page.findAll("#waiting-physio-2030-01-07").length, 0);
});

/** Returns the URL of the first time that is free on Monday. */
const freeOn = async (client: TestClient, path: string) =>
  (await client.open(path)).findAll("#day-2030-01-07 a")[0]?.attribute("href") ?? null;

Deno.test("language and theme are kept, and the page stays", async () => {
  await using app = await createApp({ folder: ":memory:", now: () => NOW });
  await using client = newClient(app);
  let page = await client.open(NEXT_WEEK);
  page = await page.click("Deutsch");
  page = await page.click("Farben: hell");
  assertEquals([page.url.search, page.find("html").attribute("lang"), page.find("h1").text], [
    "?week=2030-01-07&service=massage",
    "de",
    "Woche ab Mo., 7. Jan.",
  ]);
  assertEquals(page.find("meta[name=color-scheme]").attribute("content"), "light");
  client.cookies.set("theme", "red");
  page = await client.open("/");
  assertEquals(page.find("meta[name=color-scheme]").attribute("content"), "light dark");
});

/** Signs in as one of the staff. */
async function signInAda(client: TestClient, path: string): Promise<TestPage> {
  const page = await client.open(path);
  return await page.form("Sign in").fill({ Name: "Ada", Password: FIRST_PASSWORD }).submit();
}

Deno.test("the staff finds appointments, loads more and marks several at once", async () => {
  await using app = await createApp({ folder: ":memory:", now: () => NOW });
  await using client = newClient(app);
  await bookMonday(client, "Cleo");
  const add = (customer: string, starts: string) =>
    book(app.database, { customer, person: "Ben", service: "massage", starts, minutes: 30, note: "back pain" });
  for (let index = 0; index < 24; index++) {
    assertEquals(add("Cleo", later(`${addDays("2030-01-08", Math.floor(index / 6))}T09:00`, index % 6 * 30)), true);
  }
  await using staff = newClient(app);
  let page = await signInAda(staff, "/staff");
  assertEquals(page.findAll("#appointments li, .bookings li[id]").length, 20);
  page = await page.click("More appointments");
  assertEquals(page.findAll(".bookings li[id]").length, 5);
  page = await staff.open("/staff?q=BACK");
  page = await page.form("Attended").submit("Missed");
  assertEquals(page.text.includes("Check an appointment first"), true);
  await staff.action("mark", { id: ["2", "3"], state: "missed" });
  await staff.action("mark", { id: "4", state: "canceled" });
  await staff.action("mark", { id: "4", state: "attended" });
  await staff.action("mark", { id: "5", state: "nonsense" });
  page = await staff.open("/staff?q=back");
  assertEquals(page.findAll(".bookings em").map(({ text }) => text).slice(0, 4), ["Missed", "Missed", "Canceled", ""]);
  assertEquals((await staff.open("/staff?q=%25")).text.includes("No appointment matches"), true);
});

Deno.test("a customer does not reach the pages and actions of the staff, and cannot undo what the staff has canceled", async () => {
  await using app = await createApp({ folder: ":memory:", now: () => NOW });
  await using client = newClient(app);
  await bookMonday(client, "Cleo");
  for (const path of ["/staff", "/staff/hours"]) assertEquals((await client.open(path)).status, 403, path);
  for (const name of ["mark", "save_hours"]) {
    assertEquals((await client.action(name, { id: "1", state: "canceled" })).status, 403, name);
  }
  assertEquals(markBookings(app.database, [1], "canceled"), 1);
  await client.action("restore", { id: 1 });
  assertEquals(appointments(await client.open("/mine")), []);
});

Deno.test("opening hours change what is free, and are checked", async () => {
  await using app = await createApp({ folder: ":memory:", now: () => NOW });
  await using client = newClient(app);
  await signInAda(client, "/staff/hours");
  const call = (closes: string) => client.action("save_hours", { hours: [{ weekday: "1", opens: "14:00", closes }] });
  assertEquals((await call("13:00")).issues, { "hours[0].closes": ["Enter a time after the opening"] });
  assertEquals((await call("15:00")).ok, true);
  const page = await client.open("/?week=2030-01-07&person=Ada");
  assertEquals(page.findAll(".week a").map(({ text }) => text), ["14:00 Ada", "14:30 Ada"]);
});

Deno.test("a draft is kept while typing, and a profile is saved with a picture", async () => {
  await using app = await createApp({ folder: ":memory:", now: () => NOW });
  await using client = newClient(app);
  await signUp(client, "Cleo", "/profile");
  let page = await client.open("/profile");
  await page.form("Save").fill({ Phone: "call me", "About you": "Allergic to pine" }).submitWithRuntime("Save draft");
  page = await client.open("/profile");
  assertEquals([page.form("Save").field("Phone").value, page.find("#draft").text], ["call me", "Draft saved"]);
  page = await page.form("Save").submit();
  assertEquals(page.form("Save").field("Phone").isInvalid, true);
  page = await page.form("Save").fill({ Phone: "+49 30 1234" }).submit();
  assertEquals([page.form("Save").field("Phone").value, page.find("#draft").text], ["+49 30 1234", ""]);

  const bytes = new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0]);
  const picture = new File([bytes], "me.png", { type: "image/png" });
  page = await page.form("Upload").fill({ Picture: picture }).submit();
  assertEquals(page.find("#picture img").attribute("src"), "/picture/Cleo");
  assertEquals((await client.open("/picture/Cleo")).status, 200);
  await using other = newClient(app);
  await signUp(other, "Dora");
  assertEquals((await other.open("/picture/Cleo")).status, 404);
});

Deno.test("programs read free times, book with the secret of an account, and read its calendar", async () => {
  await using app = await createApp({ folder: ":memory:", now: () => NOW });
  await using client = newClient(app);
  await signUp(client, "Cleo", "/profile");
  const feed = (await client.open("/profile")).find("a[href*='/feed/']").attribute("href") ?? "";
  const send = (path: string, action: string, headers: Record<string, string>, body?: unknown) =>
    app.handler(
      new Request(`http://localhost${path}`, {
        headers: {
          accept: "application/json",
          "content-type": "application/json",
          "x-hyper-action": action,
          ...headers,
        },
        ...(body === undefined ? {} : { method: "POST", body: JSON.stringify(body) }),
      }),
    );
  const free = await (await send("/?from=2030-01-07&service=physio", "free_times", {})).json();
  assertEquals(free.data.slots[0], { starts: "2030-01-07T09:00", person: "Ada", minutes: 180 });
  const order = { service: "physio", minutes: "60", person: "Ada" };
  const path = "/book?starts=2030-01-07T09:00";
  for (const authorization of ["Bearer nonsense", "Bearer ", "Basic x"]) {
    const response = await send(path, "book", { authorization }, order);
    assertEquals(response.status, 401, authorization);
    await response.body?.cancel();
  }
  const authorization = `Bearer ${feed.split("/").at(-1)}`;
  assertEquals((await (await send(path, "book", { authorization }, order)).json()).ok, true);
  assertEquals((await send(path, "book", { authorization }, order)).status, 422);
  const calendar = await (await app.handler(new Request(feed))).text();
  assertEquals(calendar.match(/DT(START|END):\S+|SUMMARY:.*/g), [
    "DTSTART:20300107T080000Z",
    "DTEND:20300107T090000Z",
    "SUMMARY:Physiotherapy\\, Ada",
  ]);
  const unknown = await app.handler(new Request("http://localhost/feed/null"));
  assertEquals(unknown.status, 404);
  await unknown.body?.cancel();
});

Deno.test("the job reminds of each appointment once, and the page of the customer shows it", async () => {
  await using app = await createApp({ folder: ":memory:", now: () => NOW });
  await using client = newClient(app);
  await bookMonday(client, "Cleo");
  const sent: string[] = [];
  const run = (now: string) =>
    remind(app.database, app.handler, now, ({ customer }) => Promise.resolve(void sent.push(customer)));
  await run("2030-01-06T08:59");
  assertEquals(sent, []);
  await using changes = client.changes();
  await run("2030-01-06T09:00");
  await run("2030-01-06T10:00");
  assertEquals(sent, ["Cleo"]);
  await changes.next();
  assertEquals(client.page.find(".bookings em").text, "Reminder sent");
});

Deno.test("each action has a guard, or is open on purpose", async () => {
  await using app = await createApp({ folder: ":memory:" });
  await auditActions(app.handler, { requireGuard: true });
});
