import { assertEquals } from "@std/assert";
import { createTestClient } from "@hyper/actions/testing";
import { handler } from "../main.ts";

Deno.test("a guest signs, with scripts off", async () => {
  await using client = createTestClient(handler);
  const page = await client.open("/");
  const signed = await page.form("Sign")
    .fill({ Name: "Ada", Message: "Hello" })
    .submit();
  assertEquals(signed.find("#entries li span").text, "Hello");
});

Deno.test("a guest signs, with the browser runtime", async () => {
  await using client = createTestClient(handler);
  const page = await client.open("/");
  await page.form("Sign").fill({ Name: "Grace", Message: "Hi" })
    .submitWithRuntime();
  assertEquals(page.find("#entries li:first-child span").text, "Hi");
  assertEquals(page.form("Sign").field("Name").value, "");
});

Deno.test("a missing message keeps the other fields", async () => {
  await using client = createTestClient(handler);
  const page = await client.open("/");
  const invalid = await page.form("Sign").fill({ Name: "Ada" }).submit();
  const form = invalid.form("Sign");
  assertEquals(form.field("Name").value, "Ada");
  assertEquals(form.field("Message").isInvalid, true);
});
