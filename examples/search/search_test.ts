import { createTestClient } from "@hyper/actions/testing";
import { assertEquals } from "@std/assert";
import { createApp } from "./app.ts";

Deno.test("search: the form leads to the address of the search, with scripts off", async () => {
  await using client = createTestClient(createApp());
  let page = await client.open("/");
  page = await page.form("Search").fill({ "Name, symbol or number": "n", Kind: "Noble gas" }).submit();
  assertEquals(page.url.search, "?q=n&kind=Noble+gas");
  assertEquals(page.findAll("#results a").map(({ text }) => text), ["Neon", "Argon", "Krypton", "Xenon", "Radon"]);
  assertEquals(page.form("Search").field("Kind").value, "Noble gas");
});
