import { assertEquals, assertRejects } from "@std/assert";
import { openSqlite } from "../../src/platform/sqlite.ts";

Deno.test("openSqlite() opens a database", async () => {
  const database = await openSqlite(":memory:");
  assertEquals({ ...database.prepare("SELECT 1 AS one").get() }, { one: 1 });
  database.close();
});

Deno.test("openSqlite() rejects when the file cannot be opened", async () => {
  await assertRejects(() => openSqlite("/none/of/these.sqlite"), Error, "unable to open");
});
