import type { TestPage } from "@hyper/actions/testing";
import { assertEquals } from "@std/assert";
import { newClient, signUp } from "./support.ts";

const titles = (page: TestPage) =>
  page.findAll(".tasks li > :first-child").map(({ text }) => text);

Deno.test("a user adds, marks and deletes tasks, with scripts off", async () => {
  await using client = newClient();
  let page = await signUp(client, "Dora");
  page = await page.form("Add").submit();
  assertEquals(page.form("Add").field("New task").isInvalid, true);
  page = await page.form("Add").fill({ "New task": "Buy milk" }).submit();
  page = await page.form("Add").fill({ "New task": "Call Ada" }).submit();
  assertEquals(titles(page), ["Buy milk", "Call Ada"]);
  page = await page.click("Mark “Buy milk” as done");
  assertEquals(page.findAll(".tasks s").map(({ text }) => text), ["Buy milk"]);
  page = await page.click("Delete “Buy milk”");
  assertEquals(titles(page), ["Call Ada"]);
});

Deno.test("a user adds and marks tasks, with the browser runtime", async () => {
  await using client = newClient();
  const page = await signUp(client, "Emil");
  await page.form("Add").fill({ "New task": "Buy tea" }).submitWithRuntime();
  assertEquals(titles(page), ["Buy tea"]);
  assertEquals(page.form("Add").field("New task").value, "");
  await page.form("Mark “Buy tea” as done").submitWithRuntime();
  assertEquals(page.findAll(".tasks s").length, 1);
});

Deno.test("a user cannot see, mark or delete the tasks of another", async () => {
  await using one = newClient();
  let page = await signUp(one, "Fay");
  page = await page.form("Add").fill({ "New task": "Secret" }).submit();
  const [field] = page.findAll(".tasks input[name=id]");
  const id = field?.attribute("value");
  await using other = newClient();
  assertEquals(titles(await signUp(other, "Gus")), []);
  await other.action("mark_task", { id, done: "yes" });
  await other.action("delete_task", { id });
  page = await one.open("/tasks");
  assertEquals([titles(page), page.findAll(".tasks s").length], [
    ["Secret"],
    0,
  ]);
});
