/** A SQLite store whose file another process has locked. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { action, createSqliteStore } from "../../mod.ts";
import { App } from "../support/app.tsx";
import { stopTime } from "../support/clock.ts";
import { lockFile } from "../support/lock.ts";
import { isLocked } from "../../src/store/lock.ts";

/** A file with a store in it. */
async function file(): Promise<{ readonly path: string } & AsyncDisposable> {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/store.db`;
  await (await createSqliteStore(path))[Symbol.asyncDispose]();
  return { path, [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }) };
}

/** Resolves in the next turn of the event loop. A call that blocks the thread has finished or failed before it. */
const turn = (): Promise<"turn"> => new Promise((resolve) => setTimeout(() => resolve("turn"), 0));

Deno.test("A16: a locked SQLite store does not block the event loop, and completes its calls after the lock is released", async () => {
  await using under = await file();
  await using store = await createSqliteStore(under.path);
  await store.put("held", "before", 60);
  const calls: readonly (readonly [string, () => Promise<unknown>, unknown])[] = [
    ["put", () => store.put("key", 1, 60), undefined],
    ["putIfAbsent", () => store.putIfAbsent("other", 1, 60), true],
    ["replace", () => store.replace("held", "before", "after", 60), true],
    ["deleteIf", () => store.deleteIf("held", "after"), true],
    ["delete", () => store.delete("key"), undefined],
  ];
  for (const [name, call, expected] of calls) {
    await using held = await lockFile(under.path);
    const begun = performance.now();
    const done = call();
    assert(performance.now() - begun < 500, `${name}() holds the thread`);
    assertEquals(await Promise.race([done, turn()]), "turn", `${name}() fails`);
    await held.free();
    assertEquals(await done, expected, name);
  }
  assertEquals([await store.get("key"), await store.get("other"), await store.get("held")], [null, 1, null]);
});

Deno.test("A16: a SQLite store that stays locked rejects after two seconds and changes nothing", async () => {
  await using under = await file();
  await using store = await createSqliteStore(under.path);
  {
    await using _lock = await lockFile(under.path);
    using time = stopTime();
    const refused = assertRejects(
      () => store.put("key", 1, 60),
      Error,
      "another process has locked its file for 2 s",
    );
    await time.tick(2_000);
    await refused;
    assertEquals(time.timers, 0);
  }
  assertEquals(await store.get("key"), null);
});

Deno.test("A16: createSqliteStore() opens a locked file after the lock is released", async () => {
  await using folder = await file();
  const path = `${folder.path}.new`;
  await using held = await lockFile(path);
  const opening = createSqliteStore(path);
  assertEquals(await Promise.race([opening, turn()]), "turn");
  await held.free();
  await using store = await opening;
  await store.put("key", 1, 60);
  assertEquals(await store.get("key"), 1);
});

Deno.test("A16: createSqliteStore() rejects for a file that stays locked, and closes it", async () => {
  await using folder = await file();
  const path = `${folder.path}.new`;
  await using _lock = await lockFile(path);
  using time = stopTime();
  const refused = assertRejects(() => createSqliteStore(path), Error, "another process has locked");
  await time.tick(2_000);
  await refused;
});

Deno.test("A16: while the file of the store is locked, pages are served and an action waits for the lock", async () => {
  await using under = await file();
  await using store = await createSqliteStore(under.path);
  let runs = 0;
  const save = action("save", () => void runs++);
  await using app = new App({ "/": { default: () => "home", save } }, { store });
  await using held = await lockFile(under.path);
  const saved = app.call("save", { headers: { "x-hyper-request-id": "a-mutation" } });
  const page = await Promise.race([app.open("/"), saved]);
  assert("html" in page, "the action was answered first");
  assertEquals([page.status, runs], [200, 0]);
  await held.free();
  assertEquals([(await saved).status, runs], [200, 1]);
});

Deno.test("A16: a SQLite store deletes expired entries in limited steps", async () => {
  const { DatabaseSync } = await import("node:sqlite");
  await using under = await file();
  await using store = await createSqliteStore(under.path);
  using database = new DatabaseSync(under.path);
  const insert = database.prepare("INSERT INTO hyper_store (key, value, expires) VALUES (?, '1', ?)");
  database.exec("BEGIN");
  for (let index = 0; index < 3_000; index++) insert.run(`old ${index}`, index);
  database.exec("COMMIT");
  const count = database.prepare("SELECT count(*) AS count FROM hyper_store WHERE key LIKE 'old%'");
  for (let index = 0; index < 100; index++) await store.put("key", index, 60);
  assertEquals(count.get()?.count, 2_000);
});

for (
  const [message, errcode, expected] of [
    // SQLITE_BUSY and SQLITE_LOCKED, as results and as extended results, with a message of their own.
    ["cannot commit transaction - SQL statements in progress", 5, true],
    ["database schema is locked: main", 6, true],
    ["a snapshot is out of date", 5 | 2 << 8, true],
    // Deno KV names no code.
    ["database is locked", undefined, true],
    ["database table is locked: store", undefined, true],
    ["SQL logic error", 1, false],
    ["an error of another library", "5", false],
    ["the file says: database is locked", 1, false],
    ["disk I/O error", 10, false],
  ] as const
) {
  Deno.test(`isLocked() is ${expected} for ${errcode ?? "no code"}: ${message}`, () => {
    assertEquals(isLocked(Object.assign(new Error(message), errcode === undefined ? {} : { errcode })), expected);
  });
}
