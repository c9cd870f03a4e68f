import { assertEquals } from "@std/assert";
import { createKvBus } from "../../src/store/kv_bus.ts";
import { stopTime, withinTime } from "../support/clock.ts";
import { testBus } from "./conformance.ts";

const ignore = typeof Deno.openKv !== "function";

testBus("createKvBus()", async (errors) => {
  const kv = await Deno.openKv(":memory:");
  return {
    bus: createKvBus(kv, { onError: (error) => errors.push(error) }),
    forget: async () => {
      for await (const { key } of kv.list({ prefix: ["hyper"] })) await kv.delete(key);
    },
    // deno-lint-ignore require-await -- the contract is asynchronous
    [Symbol.asyncDispose]: async () => kv.close(),
  };
}, { ignore });

Deno.test({
  name: "createKvBus() delivers a long message, and null for one above 260,000 characters",
  ignore,
  fn: async () => {
    using kv = await Deno.openKv(":memory:");
    const bus = createKvBus(kv);
    const received: unknown[] = [];
    const { promise, resolve } = Promise.withResolvers<void>();
    await using _ = await bus.subscribe("topic", ({ message }) => received.push(message) === 2 && resolve());
    const long = "\u20AC".repeat(259_998);
    await bus.publish("topic", long);
    await bus.publish("topic", `${long}x`);
    await withinTime(promise);
    assertEquals(received, [long, null]);
  },
});

Deno.test({
  name: "createKvBus() delivers each message when it comes, not when it looks again after a second",
  ignore,
  fn: async () => {
    using _time = stopTime();
    using kv = await Deno.openKv(":memory:");
    const bus = createKvBus(kv);
    let onMessage = (_: unknown): void => {};
    await using _ = await bus.subscribe("topic", ({ message }) => onMessage(message));
    for (const message of ["one", "two", "three"]) {
      const { promise, resolve } = Promise.withResolvers<unknown>();
      onMessage = resolve;
      await bus.publish("topic", message);
      assertEquals(await withinTime(promise), message);
    }
  },
});

Deno.test({
  name: "createKvBus() reports a gap to a listener when its topic was lost, and delivers what comes then",
  ignore,
  fn: async () => {
    using kv = await Deno.openKv(":memory:");
    const bus = createKvBus(kv);
    const received: unknown[] = [];
    let onReceived = (): void => {};
    const take = async (count: number): Promise<void> => {
      const { promise, resolve } = Promise.withResolvers<void>();
      onReceived = () => received.length >= count && resolve();
      onReceived();
      await withinTime(promise);
    };
    const note = (message: unknown): void => {
      received.push(message);
      onReceived();
    };
    await using _ = await bus.subscribe("topic", ({ message }) => note(message), { onGap: () => note("gap") });
    await bus.publish("topic", 1);
    await take(1);
    for await (const { key } of kv.list({ prefix: ["hyper"] })) await kv.delete(key);
    await bus.publish("topic", 2);
    await take(3);
    assertEquals(received, [1, "gap", 2]);
  },
});

Deno.test({
  name: "createKvBus() receives what another process publishes to the same file",
  ignore,
  fn: async () => {
    const folder = await Deno.makeTempDir();
    try {
      using kv = await Deno.openKv(`${folder}/kv.db`);
      const { promise, resolve } = Promise.withResolvers<unknown>();
      await using _ = await createKvBus(kv).subscribe("topic", ({ message }) => resolve(message));
      const program = `
        const { createKvBus } = await import(${JSON.stringify(import.meta.resolve("../../src/store/kv_bus.ts"))});
        using kv = await Deno.openKv(${JSON.stringify(`${folder}/kv.db`)});
        await createKvBus(kv).publish("topic", "hello");`;
      const { success } = await new Deno.Command(Deno.execPath(), { args: ["eval", "--unstable-kv", program] })
        .output();
      assertEquals(success, true);
      assertEquals(await withinTime(promise), "hello");
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});

Deno.test({
  name:
    "createKvBus() reports a gap to a listener that more than 1,000 messages have passed, and delivers the last 1,000",
  ignore,
  fn: async () => {
    using kv = await Deno.openKv(":memory:");
    const received: unknown[] = [];
    const { promise, resolve } = Promise.withResolvers<void>();
    let isHeld = false;
    const slow = createKvBus({
      get: async (key) => {
        // It looks when the others have published.
        if (isHeld) await publishing;
        return await kv.get(key);
      },
      atomic: () => kv.atomic(),
      watch: () => kv.watch([["other"]]),
    });
    await using _ = await slow.subscribe("topic", ({ message }) => {
      received.push(message);
      if (message === 1_002) resolve();
    }, { onGap: () => received.push("gap") });
    isHeld = true;
    const bus = createKvBus(kv);
    const publishing = (async () => {
      for (let message = 0; message <= 1_002; message++) await bus.publish("topic", message);
    })();
    await withinTime(promise);
    assertEquals(received, ["gap", ...Array.from({ length: 1_000 }, (_, index) => index + 3)]);
  },
});

Deno.test({
  name: "createKvBus() rejects a cursor of a message that is not published yet",
  ignore,
  fn: async () => {
    using kv = await Deno.openKv(":memory:");
    const bus = createKvBus(kv);
    const cursor = await bus.publish("topic", 1);
    const received: unknown[] = [];
    const { promise, resolve } = Promise.withResolvers<void>();
    const listener = ({ message }: { readonly message: unknown }) => {
      received.push(message);
      resolve();
    };
    await using subscription = await bus.subscribe("topic", listener, { after: cursor.replace(/1$/, "7") });
    assertEquals(subscription.isComplete, false);
    await bus.publish("topic", 2);
    await withinTime(promise);
    assertEquals(received, [2]);
  },
});
