import { auditActions } from "@hyper/actions";
import { assertEquals } from "@std/assert";
import { handler } from "../main.ts";
import { newClient, PASSWORD, signUp } from "./support.ts";

Deno.test("a page asks for the sign-in, and is shown after it", async () => {
  await using first = newClient();
  await signUp(first, "Ada");
  await using client = newClient();
  let page = await client.open("/tasks");
  assertEquals(page.url.pathname, "/sign-in");
  page = await page.form("Sign in")
    .fill({ Name: "ada", Password: PASSWORD }).submit();
  assertEquals(page.url.pathname, "/tasks");
  page = await page.click("Sign out");
  assertEquals((await client.open("/tasks")).url.pathname, "/sign-in");
});

Deno.test("a wrong password keeps the name, and does not sign in", async () => {
  await using first = newClient();
  await signUp(first, "Bob");
  await using client = newClient();
  let page = await client.open("/sign-in");
  page = await page.form("Sign in")
    .fill({ Name: "Bob", Password: "a guess" }).submit();
  assertEquals(page.form("Sign in").field("Name").value, "Bob");
  assertEquals(page.text.includes("Wrong name or password"), true);
  assertEquals((await client.open("/tasks")).url.pathname, "/sign-in");
});

Deno.test("two accounts cannot have the same name", async () => {
  await using first = newClient();
  await signUp(first, "Carol");
  await using client = newClient();
  const page = await signUp(client, "carol");
  assertEquals(page.find("h1").text, "Create an account");
  assertEquals(page.form("Create account").field("Name").isInvalid, true);
});

Deno.test("the sixth guess within a minute is rejected", async () => {
  await using client = newClient();
  const page = await client.open("/sign-in");
  const form = page.form("Sign in");
  const statuses: number[] = [];
  for (let guess = 1; guess <= 6; guess++) {
    form.fill({ Name: "Ada", Password: `guess ${guess}` });
    statuses.push((await form.submitWithRuntime()).status);
  }
  assertEquals(statuses, [422, 422, 422, 422, 422, 429]);
});

Deno.test("each action has a guard, or is open on purpose", async () => {
  await auditActions(handler, { requireGuard: true });
});
