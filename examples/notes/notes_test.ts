import { createHandler } from "@hyper/actions";
import { createTestClient } from "@hyper/actions/testing";
import { assertEquals } from "@std/assert";
import { closeDatabase } from "./database.ts";

/** Opens the application with a database in memory. */
async function withNotes(test: (client: ReturnType<typeof createTestClient>) => Promise<void>): Promise<void> {
  Deno.env.set("NOTES_DATABASE", ":memory:");
  closeDatabase();
  try {
    await using client = createTestClient(createHandler({ baseDir: import.meta.dirname }));
    await test(client);
    await client.handler.close();
  } finally {
    closeDatabase();
    Deno.env.delete("NOTES_DATABASE");
  }
}

Deno.test("notes: a note is added, found, changed and deleted, with scripts off", () =>
  withNotes(async (client) => {
    let page = await client.open("/");
    page = await page.form("Add").submit();
    assertEquals(page.form("Add").field("New note").isInvalid, true);
    for (const title of ["Milk", "Tea"]) page = await page.form("Add").fill({ "New note": title }).submit();
    page = await page.form("Search").fill({ Search: "mil" }).submit();
    assertEquals(page.findAll(".note > a").map((link) => link.attribute("aria-label")), ["Open Milk"]);
    page = await (await page.click("Open Milk")).form("Save").fill({ Title: "Oat milk", Due: "2030-05-01" }).submit();
    assertEquals([page.find("h1").text, page.form("Save").field("Due").value], ["Oat milk", "2030-05-01"]);
    page = await page.form("Delete this note").submit();
    assertEquals(page.findAll(".note > a").map((link) => link.attribute("aria-label")), ["Open Tea"]);
  }));

Deno.test("notes: the list of another tab shows a new note, with the runtime", () =>
  withNotes(async (client) => {
    await using other = createTestClient(client.handler);
    await Promise.all([client.open("/"), other.open("/?q=te")]);
    await client.page.form("Add").fill({ "New note": "Tea" }).submitWithRuntime();
    assertEquals(client.page.findAll(".note").length, 1);
    assertEquals((await other.open("/?q=te")).findAll(".note").length, 1);
    assertEquals((await other.open("/?q=milk")).findAll(".note").length, 0);
  }));
