import { assertEquals, assertRejects } from "@std/assert";
import { install } from "@sinonjs/fake-timers";
import { createKvStore } from "../../src/store/kv.ts";
import { withDeadline } from "../../src/store/deadline.ts";
import { lockFile } from "../support/lock.ts";
import { testStore } from "./conformance.ts";

// Deno has KV only with --unstable-kv.
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
  name: "createKvStore() separates two prefixes",
  ignore,
  fn: async () => {
    using kv = await Deno.openKv(":memory:");
    const [one, two] = [createKvStore(kv), createKvStore(kv, { prefix: "two" })];
    await one.put("key", 1, 60);
    assertEquals(await two.get("key"), null);
  },
});

Deno.test({
  name: "createKvStore() deletes every piece of a long value",
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
  name: "createKvStore() accepts a string of 260,000 characters and rejects a longer one",
  ignore,
  fn: async () => {
    using kv = await Deno.openKv(":memory:");
    const store = createKvStore(kv);
    // JSON adds two quotes. A code unit takes at most three bytes.
    const text = "\u20AC".repeat(260_000 - 2);
    await store.put("key", text, 60);
    assertEquals((await store.get("key")) === text, true);
    await assertRejects(() => store.put("key", `${text}x`, 60), RangeError, "260001 characters");
  },
});

Deno.test({
  name: "A16: createKvStore() does not block the event loop while another process locks the database",
  ignore,
  fn: async () => {
    const folder = await Deno.makeTempDir();
    {
      using kv = await Deno.openKv(`${folder}/kv.db`);
      const store = withDeadline(createKvStore(kv), 30);
      await store.put("key", "before", 60);
      await using held = await lockFile(`${folder}/kv.db`);
      const done = store.put("key", "after", 60);
      const turn = new Promise((resolve) => setTimeout(() => resolve("turn"), 0));
      assertEquals(await Promise.race([done, turn]), "turn");
      await held.free();
      await done;
      assertEquals(await store.get("key"), "after");
    }
    await Deno.remove(folder, { recursive: true });
  },
});

Deno.test({
  name: "createKvStore() reads a long value whole, old or new, if it is replaced while it is read",
  ignore,
  fn: async () => {
    using kv = await Deno.openKv(":memory:");
    const [old, next] = ["x".repeat(100_000), "y".repeat(100_000)];
    await createKvStore(kv).put("key", old, 60);
    let reads = 0;
    const store = createKvStore({
      get: async (key) => {
        // After the head, before the pieces.
        if (++reads === 2) await createKvStore(kv).put("key", next, 60);
        return await kv.get(key);
      },
      atomic: () => kv.atomic(),
    });
    assertEquals(await store.get("key") === next, true);
  },
});
