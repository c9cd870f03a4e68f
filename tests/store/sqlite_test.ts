import { assertEquals, assertRejects } from "@std/assert";
import { install } from "@sinonjs/fake-timers";
import { createSqliteStore } from "../../src/store/sqlite.ts";
import { testStore } from "./conformance.ts";

testStore("createSqliteStore()", async () => {
  const clock = install({ toFake: ["Date"] });
  const directory = await Deno.makeTempDir();
  const store = await createSqliteStore(`${directory}/store.db`);
  const other = await createSqliteStore(`${directory}/store.db`);
  return {
    store,
    other,
    pass: (seconds) => void clock.tick(seconds * 1000),
    [Symbol.asyncDispose]: async () => {
      clock.uninstall();
      await store[Symbol.asyncDispose]();
      await other[Symbol.asyncDispose]();
      await Deno.remove(directory, { recursive: true });
    },
  };
});

Deno.test("createSqliteStore() keeps its values after a restart", async () => {
  const path = await Deno.makeTempFile({ suffix: ".db" });
  {
    await using store = await createSqliteStore(path);
    await store.put("key", { kept: true }, 60);
  }
  {
    await using store = await createSqliteStore(path);
    assertEquals(await store.get("key"), { kept: true });
  }
  await Deno.remove(path);
});

Deno.test("createSqliteStore() deletes expired entries after 100 writes", async () => {
  const clock = install({ toFake: ["Date"] });
  const path = await Deno.makeTempFile({ suffix: ".db" });
  const { DatabaseSync } = await import("node:sqlite");
  try {
    await using store = await createSqliteStore(path);
    await store.put("expired", 1, 10);
    clock.tick(10_000);
    for (let index = 0; index < 99; index++) await store.put("other", index, 60);
    using db = new DatabaseSync(path);
    assertEquals(db.prepare("SELECT key FROM hyper_store").all().map(({ key }) => key), ["other"]);
  } finally {
    clock.uninstall();
    await Deno.remove(path);
  }
});

Deno.test("createSqliteStore() rejects after it was disposed", async () => {
  const store = await createSqliteStore(":memory:");
  await store[Symbol.asyncDispose]();
  await store[Symbol.asyncDispose]();
  await assertRejects(() => store.get("key"));
});

/** Replaces a method for as long as a test needs it. */
function replaceMethod<Target extends object, Name extends keyof Target>(
  target: Target,
  name: Name,
  method: Target[Name],
): Disposable {
  const before = target[name];
  target[name] = method;
  return { [Symbol.dispose]: () => void (target[name] = before) };
}

Deno.test("createSqliteStore() closes a file that it cannot use", async () => {
  const { DatabaseSync } = await import("node:sqlite");
  const path = await Deno.makeTempFile({ suffix: ".db" });
  await Deno.writeTextFile(path, "not a database, but longer than the header of one ".repeat(4));
  const { close } = DatabaseSync.prototype;
  let closed = 0;
  using _ = replaceMethod(DatabaseSync.prototype, "close", function (this: InstanceType<typeof DatabaseSync>) {
    closed++;
    close.call(this);
  });
  await assertRejects(() => createSqliteStore(path), Error, "not a database");
  assertEquals(closed, 1);
  await Deno.remove(path);
});

for (const [message, isLock] of [["database is locked", true], ["disk I/O error", false]] as const) {
  Deno.test(`createSqliteStore() ${isLock ? "ignores" : "reports"} the failure of a sweep: ${message}`, async () => {
    const { StatementSync } = await import("node:sqlite");
    await using store = await createSqliteStore(":memory:");
    for (let index = 0; index < 99; index++) await store.put("key", index, 60);
    const { run } = StatementSync.prototype;
    let runs = 0;
    using _ = replaceMethod(StatementSync.prototype, "run", function (this: unknown, ...args: unknown[]) {
      // The write, then the sweep.
      if (++runs === 2) throw new Error(message);
      return Reflect.apply(run, this, args);
    });
    if (isLock) await store.put("key", "last", 60);
    else await assertRejects(() => store.put("key", "last", 60), Error, message);
    assertEquals([await store.get("key"), runs], ["last", 2]);
  });
}
