import { assertEquals, assertRejects } from "@std/assert";
import { install } from "@sinonjs/fake-timers";
import { createKvStore } from "../../src/store/kv.ts";
import { testStore } from "./conformance.ts";

// Deno has KV only where it is asked for with --unstable-kv.
const ignore = typeof Deno.openKv !== "function";

testStore("createKvStore()", async () => {
  const kv = await Deno.openKv(":memory:");
  const clock = install({ toFake: ["Date"] });
  return {
    store: createKvStore(kv),
    other: createKvStore(kv),
    pass: (seconds) => void clock.tick(seconds * 1000),
    [Symbol.asyncDispose]: () => {
      clock.uninstall();
      kv.close();
      return Promise.resolve();
    },
  };
}, { ignore });

Deno.test({
  name: "createKvStore() keeps two prefixes apart",
  ignore,
  fn: async () => {
    using kv = await Deno.openKv(":memory:");
    const [one, two] = [createKvStore(kv), createKvStore(kv, { prefix: "two" })];
    await one.put("key", 1, 60);
    assertEquals(await two.get("key"), null);
  },
});

Deno.test({
  name: "createKvStore() leaves no piece of a long value behind",
  ignore,
  fn: async () => {
    using kv = await Deno.openKv(":memory:");
    const store = createKvStore(kv);
    await store.put("key", "x".repeat(100_000), 60);
    await store.put("key", "y".repeat(60_000), 60);
    assertEquals(await store.deleteIf("key", "y".repeat(60_000)), true);
    assertEquals(await Array.fromAsync(kv.list({ prefix: [] })), []);
  },
});

Deno.test({
  name: "createKvStore() takes a text of 260,000 characters, and none of one more",
  ignore,
  fn: async () => {
    using kv = await Deno.openKv(":memory:");
    const store = createKvStore(kv);
    // Its JSON has two quotes around it. Three bytes each: the most that a character takes.
    const text = "\u20AC".repeat(260_000 - 2);
    await store.put("key", text, 60);
    assertEquals((await store.get("key")) === text, true);
    await assertRejects(() => store.put("key", `${text}x`, 60), RangeError, "260001 characters");
  },
});
