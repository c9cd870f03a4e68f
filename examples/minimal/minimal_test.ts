import { createTestClient } from "@hyper/actions/testing";
import { assertEquals } from "@std/assert";

const app = { baseDir: import.meta.dirname };

Deno.test("guest book: a guest signs, with scripts off", async () => {
  await using client = createTestClient(app);
  let page = await client.open("/");
  page = await page.form("Sign").submit();
  assertEquals(page.form("Sign").field("Your name").description, "Enter a value");
  page = await page.form("Sign").fill({ "Your name": "Ada" }).submit();
  assertEquals(page.findAll("li").at(-1)?.text, "Ada");
});

Deno.test("guest book: a guest signs, with the runtime", async () => {
  await using client = createTestClient(app);
  const page = await client.open("/");
  const outcome = await page.form("Sign").fill({ "Your name": "Grace" }).submitWithRuntime();
  assertEquals(outcome.kind, "success");
  assertEquals(page.findAll("li").at(-1)?.text, "Grace");
});
