import { createTestClient } from "@hyper/actions/testing";
import { assertEquals } from "@std/assert";
import { createApp } from "./app.ts";
import { closeDatabase } from "./database.ts";

Deno.test("board: two people share tasks and messages, with scripts off", async () => {
  Deno.env.set("BOARD_DATABASE", ":memory:");
  closeDatabase();
  const app = createApp(null);
  try {
    await using ada = createTestClient(app);
    await using bob = createTestClient(app);
    for (const [client, name] of [[ada, "Ada"], [bob, "Bob"]] as const) {
      await (await client.open("/")).form("Join").fill({ "Your name": name }).submit();
    }
    await ada.page.form("Add").fill({ "New task": "Write the tests" }).submit();
    let page = await bob.open("/");
    page = await page.form("Move Write the tests to Doing").submit();
    assertEquals(page.findAll("#doing li p").map(({ text }) => text), ["Write the tests"]);
    await page.form("Send").fill({ Message: "I do it" }).submit("Send");
    page = await ada.open("/");
    assertEquals(page.findAll("#messages li").map(({ text }) => text), ["Bob I do it"]);
    page = await page.form("Delete Write the tests").submit();
    assertEquals(page.findAll("#board li").length, 0);
    // A user without a name sees neither tasks nor messages.
    await using nameless = createTestClient(app);
    assertEquals((await nameless.open("/")).findAll("#board, #messages").length, 0);
  } finally {
    await app.close();
    closeDatabase();
    Deno.env.delete("BOARD_DATABASE");
  }
});
