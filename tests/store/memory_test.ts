import { assertEquals, assertInstanceOf, assertRejects, assertThrows } from "@std/assert";
import { HyperError } from "../../src/errors.ts";
import { recordMaps } from "../support/maps.ts";
import { createMemoryStore } from "../../src/store/memory.ts";
import { testStore } from "./conformance.ts";

testStore("createMemoryStore()", () => {
  let now = 1_700_000_000_000;
  const store = createMemoryStore({ now: () => now });
  return {
    store,
    other: store,
    pass: (seconds) => void (now += seconds * 1000),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
});

Deno.test("createMemoryStore() drops the oldest write when maxEntries is reached", async () => {
  const store = createMemoryStore({ maxEntries: 2 });
  await store.put("a", 1, 60);
  await store.put("b", 2, 60);
  assertEquals([await store.get("a"), await store.get("b")], [1, 2]);
  await store.put("a", 3, 60);
  await store.put("c", 4, 60);
  assertEquals([await store.get("a"), await store.get("b"), await store.get("c")], [3, null, 4]);
});

Deno.test("createMemoryStore() drops expired entries first", async () => {
  let now = 0;
  const store = createMemoryStore({ maxEntries: 2, now: () => now });
  await store.put("expired", 1, 10);
  await store.put("live", 2, 60);
  now = 10_000;
  await store.put("new", 3, 60);
  assertEquals([await store.get("live"), await store.get("new")], [2, 3]);
});

Deno.test("createMemoryStore() never drops a claim", async () => {
  const store = createMemoryStore({ maxEntries: 3 });
  await store.putIfAbsent("claim", "held", 60);
  for (let index = 0; index < 10; index++) await store.put(`other ${index}`, index, 60);
  assertEquals(await store.get("claim"), "held");
  assertEquals(await store.get("other 9"), 9);
  assertEquals(await store.get("other 7"), null);
});

Deno.test("createMemoryStore() keeps a claim that was renewed", async () => {
  const store = createMemoryStore({ maxEntries: 2 });
  await store.putIfAbsent("claim", "held", 60);
  await store.replace("claim", "held", "held", 60);
  for (let index = 0; index < 10; index++) await store.put(`other ${index}`, index, 60);
  assertEquals(await store.get("claim"), "held");
});

Deno.test("createMemoryStore() may drop a claim that was replaced by an outcome", async () => {
  const store = createMemoryStore({ maxEntries: 2 });
  await store.putIfAbsent("claim", "held", 60);
  await store.replace("claim", "held", "done", 60);
  await store.put("one", 1, 60);
  await store.put("two", 2, 60);
  assertEquals(await store.get("claim"), null);
});

Deno.test("createMemoryStore() rejects with 503 when it is full of claims", async () => {
  let now = 0;
  const store = createMemoryStore({ maxEntries: 2, now: () => now });
  await store.putIfAbsent("long", "held", 60);
  await store.putIfAbsent("short", "held", 10);
  const error = await assertRejects(() => store.putIfAbsent("third", "held", 60), HyperError, "full of claims");
  assertInstanceOf(error, HyperError);
  assertEquals(error.status, 503);
  assertEquals(error.headers["retry-after"], "1");
  assertEquals(await store.get("long"), "held");
  // The expired claim is behind one that has not expired.
  now = 10_000;
  assertEquals(await store.putIfAbsent("third", "held", 60), true);
});

Deno.test("createMemoryStore() replaces a claim when it is full of claims", async () => {
  const store = createMemoryStore({ maxEntries: 1 });
  await store.putIfAbsent("claim", "held", 60);
  assertEquals(await store.replace("claim", "held", "done", 60), true);
});

Deno.test("createMemoryStore() keeps exactly maxBytes, two per code unit", async () => {
  // A key of one and a value of three code units: 8 bytes each.
  const store = createMemoryStore({ maxBytes: 16 });
  await store.put("a", "x", 60);
  await store.put("b", "y", 60);
  assertEquals([await store.get("a"), await store.get("b")], ["x", "y"]);
  await store.put("b", "yy", 60);
  assertEquals([await store.get("a"), await store.get("b")], [null, "yy"]);
  await store.put("b", "y", 60);
  await store.put("c", "z", 60);
  assertEquals([await store.get("b"), await store.get("c")], ["y", "z"]);
});

Deno.test("createMemoryStore() counts a value that grows once when it makes room", async () => {
  const store = createMemoryStore({ maxBytes: 16 });
  await store.put("a", "x", 60);
  await store.put("b", "y", 60);
  await store.put("a", "xxx", 60);
  assertEquals([await store.get("a"), await store.get("b")], ["xxx", null]);
});

Deno.test("createMemoryStore() rejects a value larger than maxBytes and keeps the old one", async () => {
  const store = createMemoryStore({ maxBytes: 16 });
  await store.put("a", "x", 60);
  await store.put("b", "12345", 60);
  await assertRejects(() => store.put("b", "123456", 60), RangeError, "takes 18 bytes, maxBytes is 16");
  assertEquals(await store.get("b"), "12345");
});

for (const bound of [0, -1, 1.5, NaN, Infinity]) {
  Deno.test(`createMemoryStore() throws for a limit of ${bound}`, () => {
    assertThrows(() => createMemoryStore({ maxEntries: bound }), RangeError, "maxEntries");
    assertThrows(() => createMemoryStore({ maxBytes: bound }), RangeError, "maxBytes");
  });
}

Deno.test("createMemoryStore() keeps a value that is put again after it has expired", async () => {
  let time = 0;
  const store = createMemoryStore({ now: () => time });
  await store.put("long", 1, 100);
  // Expires behind an entry that lives longer.
  await store.put("key", "old", 10);
  time += 11_000;
  await store.put("key", "new", 1_000);
  time += 100_000;
  await store.put("other", 1, 10);
  assertEquals([await store.get("key"), await store.get("long")], ["new", null]);
});

Deno.test("createMemoryStore() forgets expired values and claims with the next write", async () => {
  let time = 0;
  let filling: Promise<unknown> = Promise.resolve();
  const [entries] = recordMaps(() => {
    const store = createMemoryStore({ now: () => time });
    const fill = async (): Promise<void> => {
      for (let index = 0; index < 100; index++) {
        await store.put(`value ${index}`, index, 10);
        await store.putIfAbsent(`claim ${index}`, index, 10);
      }
      assertEquals(entries?.size, 200);
      time += 10_000;
      await store.put("next", 1, 10);
    };
    filling = fill();
  });
  await filling;
  assertEquals(entries?.size, 1);
});

Deno.test("createMemoryStore() makes room for a new key when maxBytes is reached", async () => {
  const store = createMemoryStore({ maxBytes: 16 });
  for (const key of ["a", "b", "c", "d"]) await store.put(key, "xx", 60);
  const values = await Promise.all(["a", "b", "c", "d"].map((key) => store.get(key)));
  // Each takes 10 bytes.
  assertEquals(values, [null, null, null, "xx"]);
});
