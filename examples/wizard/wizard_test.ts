import { createMemoryStore } from "@hyper/actions";
import { createTestClient } from "@hyper/actions/testing";
import { assertEquals, assertMatch } from "@std/assert";
import { createApp } from "./app.ts";

Deno.test("wizard: a registration from the first step to its number, with scripts off", async () => {
  await using client = createTestClient(createApp(createMemoryStore()));
  let page = await (await client.open("/")).click("Register");
  page = await page.form("Next").fill({ "Your name": "Ada", "Email address": "nowhere" }).submit("Next");
  assertEquals(page.form("Next").field("Your name").value, "Ada");
  assertEquals(page.form("Next").field("Email address").isInvalid, true);
  page = await page.form("Next").fill({ "Email address": "ada@example.com" }).submit("Next");
  page = await page.form("Next").fill({ "Workshop": "Pottery", "Day": "Sunday" }).submit("Next");
  assertEquals(page.find(".hyper-errors").text, "Pottery is not available on Sunday. Choose another day");
  page = await page.form("Next").fill({ "Day": "Friday" }).submit("Next");
  page = await page.form("Next").fill({ "Include lunch": true }).submit("Next");
  assertEquals(page.findAll("dd").map(({ text }) => text), [
    "Ada",
    "ada@example.com",
    "Pottery",
    "Friday",
    "0",
    "Yes",
    "–",
  ]);
  page = await page.form("Send").fill({ "I will attend, or cancel if I cannot": true }).submit();
  assertMatch(page.find("strong").text, /^[0-9A-F]{8}$/);
});

Deno.test("wizard: typed input is kept and no step can be skipped, with the runtime", async () => {
  const store = createMemoryStore();
  await using client = createTestClient(createApp(store));
  let page = await (await client.open("/")).click("Register");
  await client.action("keep_step", { name: "Ada", email: "half@" });
  page = await client.open("/register/extras");
  assertEquals(page.url.pathname, "/register/you");
  assertEquals(page.form("Next").field("Email address").value, "half@");
});
