import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { createRedisBus, createRedisStore } from "@hyper/actions/redis";
import { RedisConnection } from "../../src/store/redis_connection.ts";
import { withinTime } from "../support/clock.ts";
import { freePort } from "../support/process.ts";
import { captureConsole } from "../support/app.tsx";
import { isLeftOut, redisTest, startRedis, untilReachable } from "../support/redis.ts";
import { testBus, testStore } from "./conformance.ts";
import "../support/time_limit.ts";

/** Redis for the tests that do not stop it. The others start their own. */
const shared = isLeftOut ? null : await startRedis();
if (shared !== null) addEventListener("unload", () => shared.kill());
const url = shared?.url ?? "";

testStore("createRedisStore()", async () => {
  const control = await RedisConnection.open({ url });
  await control.send(["FLUSHALL"]);
  const store = await createRedisStore({ url });
  const other = await createRedisStore({ url });
  return {
    store,
    other,
    pass: (seconds) => pass(control, seconds),
    [Symbol.asyncDispose]: async () => {
      for (const each of [store, other, control]) await each[Symbol.asyncDispose]();
    },
  };
}, { ignore: isLeftOut });

testBus("createRedisBus()", async (errors) => {
  const control = await RedisConnection.open({ url });
  await control.send(["FLUSHALL"]);
  const bus = await createRedisBus({ url, onError: (error) => errors.push(error) });
  return {
    bus,
    forget: async () => void await control.send(["FLUSHALL"]),
    [Symbol.asyncDispose]: async () => {
      for (const each of [bus, control]) await each[Symbol.asyncDispose]();
    },
  };
}, { ignore: isLeftOut });

/** Shortens the lifetime of every key, as if time had passed. */
async function pass(control: RedisConnection, seconds: number): Promise<void> {
  const script = `
for _, key in ipairs(redis.call("KEYS", "*")) do
  redis.call("PEXPIRE", key, redis.call("PTTL", key) - ARGV[1])
end`;
  await control.send(["EVAL", script, "0", String(seconds * 1000)]);
}

/** Records what a listener receives. */
class Heard {
  readonly messages: unknown[] = [];
  #wake: (() => void) | null = null;

  readonly add = (message: unknown): void => {
    this.messages.push(message);
    this.#wake?.();
  };

  async take(count: number): Promise<readonly unknown[]> {
    while (this.messages.length < count) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#wake = resolve;
      await withinTime(promise);
    }
    return this.messages;
  }
}

redisTest("createRedisStore() throws an error with the address if Redis cannot be reached", async () => {
  const port = freePort();
  const error = await assertRejects(() => createRedisStore({ url: `redis://:secret@127.0.0.1:${port}` }), Error);
  assertStringIncludes(error.message, `Cannot connect to Redis at redis://127.0.0.1:${port}`);
  assert(!error.message.includes("secret"), error.message);
});

redisTest("createRedisBus() rejects in time if Redis does not answer", async () => {
  await using server = await startRedis();
  server.pause();
  await assertRejects(
    () => createRedisBus({ url: server.url, timeoutSeconds: 0.1 }),
    Error,
    "does not answer: connecting took more than 0.1 s",
  );
  server.resume();
});

redisTest("createRedisStore() rejects an invalid url without quoting it", async () => {
  for (const wrong of ["secret", "https://secret@site.test", ""]) {
    const error = await assertRejects(() => createRedisStore({ url: wrong }), TypeError, "use redis://");
    assert(!error.message.includes("secret"));
  }
});

redisTest("createRedisStore() separates two prefixes", async () => {
  await using one = await createRedisStore({ url });
  await using two = await createRedisStore({ url, prefix: "two:" });
  await one.put("key", 1, 60);
  assertEquals(await two.get("key"), null);
});

redisTest("a store whose Redis does not answer rejects in time, and recovers", async () => {
  await using server = await startRedis();
  await using store = await createRedisStore({ url: server.url, timeoutSeconds: 0.5 });
  await store.put("key", "value", 60);
  server.pause();
  await assertRejects(() => store.get("key"), Error, "GET took more than 0.5 s");
  server.resume();
  assertEquals(await store.get("key"), "value");
});

redisTest("a claim that succeeds too late is released", async () => {
  await using server = await startRedis();
  await using store = await createRedisStore({ url: server.url, timeoutSeconds: 0.5 });
  server.pause();
  await assertRejects(() => store.putIfAbsent("key", "claim", 60), Error, "does not answer");
  server.resume();
  // The first get() is sent after the late claim over the same connection; the second one after its release.
  await store.get("key");
  assertEquals(await store.get("key"), null);
});

redisTest("a claim that is refused too late leaves that of another with the same value", async () => {
  await using server = await startRedis();
  await using store = await createRedisStore({ url: server.url, timeoutSeconds: 0.5 });
  await store.put("key", "taken", 60);
  server.pause();
  await assertRejects(() => store.putIfAbsent("key", "taken", 60), Error, "does not answer");
  server.resume();
  // As above: a release would have been sent before the second one.
  await store.get("key");
  assertEquals(await store.get("key"), "taken");
});

redisTest("a store whose Redis has stopped rejects at once, and reconnects by itself", async () => {
  await using server = await startRedis();
  const back = Promise.withResolvers<void>();
  const errors: unknown[] = [];
  await using connection = await RedisConnection.open({ url: server.url, onError: (error) => errors.push(error) });
  connection.onReady(() => back.resolve());
  await using store = await createRedisStore({ url: server.url, onError: () => {} });
  await server.stop();
  for (let attempt = 0; attempt < 3; attempt++) await assertRejects(() => store.get("key"), Error);
  await server.start();
  await back.promise;
  assertEquals(errors.length, 1);
  assertStringIncludes(String(errors[0]), `Lost the connection to Redis at redis://127.0.0.1:${server.port}`);
  await untilReachable(() => store.put("key", "value", 60));
  assertEquals(await store.get("key"), "value");
});

redisTest("a bus whose connection was lost reads the missed messages once and in order", async () => {
  await using server = await startRedis();
  await using bus = await createRedisBus({ url: server.url, onError: () => {} });
  await using other = await createRedisBus({ url: server.url });
  await using control = await RedisConnection.open({ url: server.url });
  const heard = new Heard();
  let gaps = 0;
  await using _ = await bus.subscribe("topic", ({ message }) => heard.add(message), { onGap: () => gaps++ });
  await other.publish("topic", 0);
  await heard.take(1);
  const connections = String(await control.send(["CLIENT", "LIST"]));
  for (const line of connections.split("\n")) {
    if (/ sub=1 /.test(line)) await control.send(["CLIENT", "KILL", "ID", /id=(\d+)/.exec(line)?.[1] ?? ""]);
  }
  for (let message = 1; message <= 700; message++) await other.publish("topic", message);
  assertEquals(await heard.take(701), Array.from({ length: 701 }, (_, index) => index));
  assertEquals(gaps, 0);
});

redisTest("a bus whose Redis has lost its data reports a gap and continues", async () => {
  await using server = await startRedis();
  await using bus = await createRedisBus({ url: server.url, onError: () => {} });
  const heard = new Heard();
  const gap = Promise.withResolvers<void>();
  await using _ = await bus.subscribe("topic", ({ message }) => heard.add(message), { onGap: () => gap.resolve() });
  await bus.publish("topic", "before");
  await heard.take(1);
  await server.stop();
  await assertRejects(() => bus.publish("topic", "lost"), Error);
  await server.start();
  await gap.promise;
  await untilReachable(() => bus.publish("topic", "after"));
  assertEquals(await heard.take(2), ["before", "after"]);
});

redisTest("a bus keeps exactly maxMessages of a topic for listeners that return", async () => {
  await using bus = await createRedisBus({ url, prefix: "bound:", maxMessages: 3 });
  const first = await bus.publish("topic", 1);
  for (const message of [2, 3]) await bus.publish("topic", message);
  const heard = new Heard();
  await using complete = await bus.subscribe("topic", ({ message }) => heard.add(message), { after: first });
  assertEquals([complete.isComplete, heard.messages], [true, [2, 3]]);
  await complete[Symbol.asyncDispose]();
  await bus.publish("topic", 4);
  await using incomplete = await bus.subscribe("topic", () => {}, { after: first });
  assertEquals(incomplete.isComplete, false);
});

redisTest("a bus delivers messages that are published while a listener reads the log once and in order", async () => {
  await using bus = await createRedisBus({ url, prefix: "race:", maxMessages: 5_000 });
  const first = await bus.publish("topic", 0);
  for (let message = 1; message <= 600; message++) await bus.publish("topic", message);
  const heard = new Heard();
  const publishing = (async () => {
    for (let message = 601; message <= 1_200; message++) await bus.publish("topic", message);
  })();
  await using _ = await bus.subscribe("topic", ({ message }) => heard.add(message), { after: first });
  await publishing;
  assertEquals(await heard.take(1_200), Array.from({ length: 1_200 }, (_, index) => index + 1));
});

redisTest("a bus unsubscribes from a channel with the last listener, and can subscribe again", async () => {
  await using bus = await createRedisBus({ url, prefix: "leave:" });
  await using control = await RedisConnection.open({ url });
  const channels = async () => await control.send(["PUBSUB", "CHANNELS", "leave:*"]);
  const heard = new Heard();
  for (const [index, message] of ["first", "second"].entries()) {
    await using one = await bus.subscribe("topic", ({ message }) => heard.add(message));
    assertEquals(await channels(), ["leave:0:topic:topic"]);
    await bus.publish("topic", message);
    await heard.take(index + 1);
    await one[Symbol.asyncDispose]();
    assertEquals(await channels(), []);
  }
  assertEquals(heard.messages, ["first", "second"]);
});

redisTest("A2: a store reconnects although onError throws or rejects", async () => {
  const failures: readonly (() => void | PromiseLike<void>)[] = [
    () => {
      throw new Error("onError is broken");
    },
    () => Promise.reject(new Error("onError is broken")),
  ];
  for (const fail of failures) {
    const lines: string[] = [];
    const restore = captureConsole(lines);
    try {
      await using server = await startRedis();
      const told: unknown[] = [];
      const onError = (error: unknown) => {
        told.push(error);
        return fail();
      };
      await using store = await createRedisStore({ url: server.url, onError });
      await server.stop();
      await assertRejects(() => store.get("key"));
      await server.start();
      await untilReachable(() => store.put("key", "value", 60));
      assertEquals(await store.get("key"), "value");
      assertEquals(told.map((error) => (error as Error).message.includes("Lost the connection")), [true]);
    } finally {
      restore();
    }
    assertEquals(lines.filter((line) => line.includes("onError is broken")).length, 1);
  }
});

redisTest("A2: a listener or an onGap that throws or rejects is reported, and the next one is called", async () => {
  const failures: readonly ((error: Error) => void)[] = [
    (error) => {
      throw error;
    },
    (error) => Promise.reject(error) as never,
  ];
  for (const [index, fail] of failures.entries()) {
    await using control = await RedisConnection.open({ url });
    const told: unknown[] = [];
    const all = Promise.withResolvers<void>();
    const onError = (error: unknown): void => {
      if (told.push(error) === 2) all.resolve();
    };
    await using bus = await createRedisBus({ url, prefix: `fails-${index}:`, onError });
    const heard = new Heard();
    const [first, gap] = [new Error("first"), new Error("gap")];
    await using _failing = await bus.subscribe("topic", () => fail(first), { onGap: () => fail(gap) });
    await using _other = await bus.subscribe("topic", ({ message }) => heard.add(message), {
      onGap: () => heard.add("gap"),
    });
    await bus.publish("topic", 1);
    await heard.take(1);
    // The log is gone, another program has created one, and its announcement makes the bus read it.
    await control.send(["DEL", `fails-${index}:topic:topic`]);
    await control.send(["XADD", `fails-${index}:topic:topic`, "9999999999999-0", "m", "0"]);
    await control.send(["PUBLISH", `fails-${index}:0:topic:topic`, "of another program"]);
    await all.promise;
    assertEquals(told, [first, gap]);
    assertEquals(heard.messages, [1, "gap"]);
  }
});
