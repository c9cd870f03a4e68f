import { auditActions, createMemoryStore } from "@hyper/actions";
import { sessions } from "@hyper/actions/session";
import { createTestClient, type TestClient, type TestPage } from "@hyper/actions/testing";
import { assertEquals } from "@std/assert";
import { Accounts, DEMO } from "./accounts.ts";
import { createApp } from "./app.ts";

authTest("every action without a guard is public on purpose", async (client) => {
  await auditActions(client.handler, { requireGuard: true });
});

authTest("a page redirects to the sign-in page, and is shown after the sign-in", async (client) => {
  let page = await client.open("/account");
  assertEquals(page.url.search, "?next=%2Faccount");
  page = await page.form("Sign in").fill({ Name: "bob", Password: "a guess" }).submit();
  assertEquals(page.form("Sign in").text.includes("Wrong name or password"), true);
  page = await signIn(page, "bob");
  assertEquals(page.url.pathname, "/account");
  page = await page.click("Sign out");
  assertEquals((await client.open("/account")).url.pathname, "/sign-in");
});

authTest("input sent after the session has expired is restored after the next sign-in", async (client, clock) => {
  let page = await signIn(await client.open("/account"), "bob");
  clock.hours += 9;
  page = await page.form("Save").fill({ "Display name": "Robert", "About you": "I build" }).submit();
  assertEquals(page.url.pathname, "/sign-in");
  page = await signIn(page, "bob");
  assertEquals(page.form("Save").field("Display name").value, "Robert");
  page = await page.form("Save").submit();
  assertEquals(page.find("h1").text, "Robert");
});

authTest("this input is not shown to another user", async (client, clock) => {
  let page = await signIn(await client.open("/account"), "bob");
  clock.hours += 9;
  page = await page.form("Save").fill({ "Display name": "Robert" }).submit();
  page = await signIn(page, "ada");
  assertEquals(page.form("Save").field("Display name").value, "");
});

authTest("a member cannot do what an admin can", async (client) => {
  await signIn(await client.open("/sign-in"), "bob");
  assertEquals((await client.open("/people")).status, 403);
  const outcome = await client.action("set_role", { id: 2, role: "admin" });
  assertEquals(outcome.status, 403);
});

authTest("the sixth attempt is rejected", async (client) => {
  const page = await client.open("/sign-in");
  const statuses: number[] = [];
  for (let guess = 1; guess <= 6; guess++) {
    const outcome = await page.form("Sign in").fill({ Name: "ada", Password: `guess ${guess}` }).submitWithRuntime();
    statuses.push(outcome.status);
  }
  assertEquals(statuses, [422, 422, 422, 422, 422, 429]);
});

async function signIn(page: TestPage, name: string): Promise<TestPage> {
  const password = DEMO.find((account) => account.name === name)?.password ?? "";
  return await page.form("Sign in").fill({ Name: name, Password: password }).submit();
}

function authTest(name: string, use: (client: TestClient, clock: { hours: number }) => Promise<void>): void {
  Deno.test(`auth: ${name}`, async () => {
    const clock = { hours: 0 };
    const now = () => clock.hours * 60 * 60 * 1000;
    using accounts = new Accounts(":memory:");
    for (const account of DEMO) await accounts.add(account);
    const session = sessions({ store: createMemoryStore({ now }), idleSeconds: 8 * 60 * 60, now });
    await using client = createTestClient(createApp(accounts, session));
    await use(client, clock);
  });
}
