/** Stores, buses and rate limiters that answer late or never. */
import { assert, assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import {
  action,
  type Bus,
  type BusMessage,
  createHandler,
  createMemoryBus,
  createMemoryStore,
  type HandlerOptions,
  live,
  type RateLimiter,
  type Store,
  toast,
} from "../../mod.ts";
import { callWithin, withBusDeadline, withDeadline } from "../../src/store/deadline.ts";
import { App, captureConsole } from "../support/app.tsx";
import { stopTime } from "../support/clock.ts";

const never = (): Promise<never> => new Promise(() => {});

/** A store in memory with some methods replaced. */
function storeWith(changed: Partial<Store>): Store {
  const store = createMemoryStore();
  return {
    get: (key) => store.get(key),
    put: (key, value, seconds) => store.put(key, value, seconds),
    putIfAbsent: (key, value, seconds) => store.putIfAbsent(key, value, seconds),
    replace: (key, expected, value, seconds) => store.replace(key, expected, value, seconds),
    deleteIf: (key, expected) => store.deleteIf(key, expected),
    delete: (key) => store.delete(key),
    ...changed,
  };
}

/** An application with a page and an action, and the number of runs of the action. */
function shop(options: HandlerOptions) {
  const runs = { count: 0 };
  const save = action("save", () => void runs.count++);
  const watch = action("watch", { method: "GET" }, () => live("board", { refresh: () => toast("state") }));
  const app = new App({ "/": { default: () => "home", save, watch } }, { heartbeatSeconds: 0, ...options });
  const ask = (id = "a-mutation") => app.call("save", { headers: { "x-hyper-request-id": id } });
  return { app, runs, ask };
}

Deno.test("callWithin() returns the result, or throws its error, and leaves no timer", async () => {
  using time = stopTime();
  assertEquals(await callWithin(() => 1, 5, { message: "late" }), 1);
  await assertRejects(
    () => callWithin(() => Promise.reject(new TypeError("bad")), 5, { message: "late" }),
    TypeError,
    "bad",
  );
  assertEquals(time.timers, 0);
});

Deno.test("callWithin() ignores a result and an error after the deadline", async () => {
  const lines: string[] = [];
  const restore = captureConsole(lines);
  try {
    using time = stopTime();
    for (const settle of ["resolve", "reject"] as const) {
      const late = Promise.withResolvers<number>();
      const refused = assertRejects(() => callWithin(() => late.promise, 5, { message: "late" }), Error, "late");
      await time.tick(5_000);
      await refused;
      if (settle === "resolve") late.resolve(1);
      else late.reject(new Error("too late"));
      await time.tick(1);
    }
  } finally {
    restore();
  }
  assertEquals(lines, []);
});

Deno.test("callWithin() accepts Infinity as a deadline", async () => {
  const { promise, resolve } = Promise.withResolvers<number>();
  const waiting = callWithin(() => promise, Infinity, { message: "late" });
  setTimeout(() => resolve(1), 5);
  assertEquals(await waiting, 1);
});

Deno.test("A16: withDeadline() rejects at the deadline, not before, in each method of a store that never answers", async () => {
  using time = stopTime();
  const silent: Store = {
    get: never,
    put: never,
    putIfAbsent: never,
    replace: never,
    deleteIf: never,
    delete: never,
  };
  const store = withDeadline(silent, 3);
  const calls: Readonly<Record<keyof Store, () => Promise<unknown>>> = {
    get: () => store.get("key"),
    put: () => store.put("key", 1, 60),
    putIfAbsent: () => store.putIfAbsent("key", 1, 60),
    replace: () => store.replace("key", 1, 2, 60),
    deleteIf: () => store.deleteIf("key", 1),
    delete: () => store.delete("key"),
  };
  for (const [name, call] of Object.entries(calls)) {
    let isSettled = false;
    const refused = assertRejects(call, Error, `the store: ${name}() took more than 3 s`).finally(() =>
      isSettled = true
    );
    await time.tick(2_999);
    assertEquals(isSettled, false, name);
    await time.tick(1);
    await refused;
  }
});

Deno.test("A16: withDeadline() returns the results of the store", async () => {
  const store = withDeadline(createMemoryStore(), 3);
  assertEquals(await store.putIfAbsent("key", 1, 60), true);
  assertEquals(await store.putIfAbsent("key", 2, 60), false);
  assertEquals(await store.replace("key", 1, 2, 60), true);
  assertEquals(await store.get("key"), 2);
  assertEquals(await store.deleteIf("key", 1), false);
  assertEquals(await store.deleteIf("key", 2), true);
  await store.put("key", 3, 60);
  await store.delete("key");
  assertEquals(await store.get("key"), null);
});

Deno.test("A16: an action whose store never answers responds with 503 after five seconds and does not run", async () => {
  const { app, runs, ask } = shop({ store: storeWith({ putIfAbsent: never }) });
  await using _ = app;
  await app.handler.ready;
  using time = stopTime();
  const answering = ask();
  assertEquals((await app.open("/")).status, 200);
  await time.tick(5_000);
  const answer = await answering;
  assertEquals([answer.status, answer.headers.get("retry-after"), runs.count], [503, "1", 0]);
  assertStringIncludes(app.takeError().message, "the store does not answer");
});

Deno.test("A16: storeSeconds sets the deadline", async () => {
  const { app, ask } = shop({ store: storeWith({ putIfAbsent: never }), storeSeconds: 0.5 });
  await using _ = app;
  await app.handler.ready;
  using time = stopTime();
  const answering = ask();
  await time.tick(500);
  assertEquals((await answering).status, 503);
  app.takeError();
  for (const storeSeconds of [0, -1, NaN]) {
    assertThrows(() => createHandler({ pages: [], storeSeconds }), RangeError, `storeSeconds is ${storeSeconds}`);
  }
});

Deno.test("A16: withDeadline() rejects when a method of the store throws synchronously", async () => {
  const store = withDeadline(
    storeWith({
      get: () => {
        throw new Error("thrown");
      },
    }),
    5,
  );
  await assertRejects(() => store.get("key"), Error, "thrown");
});

Deno.test("A16: a claim that succeeds after its deadline is released, and the next call runs", async () => {
  const memory = createMemoryStore();
  const slow = Promise.withResolvers<void>();
  let isSlow = true;
  const store = storeWith({
    get: (key) => memory.get(key),
    replace: (...args) => memory.replace(...args),
    deleteIf: (...args) => memory.deleteIf(...args),
    async putIfAbsent(...args) {
      if (isSlow) await slow.promise;
      return await memory.putIfAbsent(...args);
    },
  });
  const { app, runs, ask } = shop({ store, idempotency: { waitSeconds: 0 } });
  await using _ = app;
  await app.handler.ready;
  using time = stopTime();
  const refused = ask();
  await time.tick(5_000);
  assertEquals((await refused).status, 503);
  app.takeError();
  isSlow = false;
  slow.resolve();
  await time.tick(0);
  assertEquals([(await ask()).status, runs.count], [200, 1]);
});

Deno.test("A16: withDeadline() does not delete the claim of another call after a late answer", async () => {
  using time = stopTime();
  const memory = createMemoryStore();
  await memory.put("key", "claim", 60);
  const slow = Promise.withResolvers<boolean>();
  const deleted: string[] = [];
  const store = withDeadline(
    storeWith({
      putIfAbsent: () => slow.promise,
      deleteIf: (key) => Promise.resolve(deleted.push(key) > 0),
    }),
    5,
  );
  const refused = assertRejects(() => store.putIfAbsent("key", "claim", 60));
  await time.tick(5_000);
  await refused;
  slow.resolve(false);
  await time.tick(0);
  assertEquals(deleted, []);
});

Deno.test("A16: publish() to a bus that never answers holds an action no longer than the deadline", async () => {
  const memory = createMemoryBus();
  const bus: Bus = { publish: never, subscribe: (...args) => memory.subscribe(...args) };
  const write = action("write", async ({ publish }) => {
    await publish("board", toast("news"));
    return toast("written");
  });
  await using app = new App({ "/": { default: () => "home", write } }, { bus });
  await app.handler.ready;
  using time = stopTime();
  const answering = app.call("write");
  await time.tick(5_000);
  assertStringIncludes(await (await answering).text(), "written");
  assertStringIncludes(app.takeError().message, "the bus: publish() took more than 5 s");
});

Deno.test("A16: a live stream whose bus never answers ends empty after the deadline, so that its client reconnects", async () => {
  const { app } = shop({ bus: { publish: never, subscribe: never } });
  await using _ = app;
  await app.handler.ready;
  using time = stopTime();
  const opening = app.call("watch", { method: "GET" });
  await time.tick(5_050);
  // The head has been sent: if a stream ends without an end event, its client reconnects.
  const text = await (await opening).text();
  assertEquals(text, "");
  assertStringIncludes(app.takeError().message, 'Cannot watch topic "board"');
  await time.tick(60_000);
});

Deno.test("A16: withBusDeadline() ends a subscription that succeeds after its deadline, and drops its messages", async () => {
  using time = stopTime();
  const heard: unknown[] = [];
  const told: string[] = [];
  let listener: ((message: BusMessage) => void) | undefined;
  let onGap: (() => void) | undefined;
  const slow = Promise.withResolvers<void>();
  const bus = withBusDeadline(
    {
      publish: never,
      async subscribe(_topic, hear, options) {
        [listener, onGap] = [hear, options?.onGap];
        await slow.promise;
        return {
          isComplete: true,
          // deno-lint-ignore require-await
          async [Symbol.asyncDispose]() {
            told.push("ended");
          },
        };
      },
    },
    5,
    (error) => told.push(String(error)),
  );
  const refused = assertRejects(
    () => bus.subscribe("topic", ({ message }) => heard.push(message), { onGap: () => told.push("gap") }),
    Error,
    "subscribe() took more than 5 s",
  );
  listener?.({ cursor: "1", message: "in time" });
  await time.tick(5_000);
  await refused;
  listener?.({ cursor: "2", message: "too late" });
  onGap?.();
  assertEquals([heard, told], [["in time"], []]);
  slow.resolve();
  await time.tick(0);
  assertEquals(told, ["ended"]);
});

Deno.test("A16: withBusDeadline() reports a subscription that fails to end or never ends, and does not wait for it", async () => {
  for (
    const [end, said] of [
      [() => Promise.reject(new Error("cannot leave")), "cannot leave"],
      [never, "the end of a subscription took more than 5 s"],
      [() => {
        throw new Error("thrown");
      }, "thrown"],
    ] as const
  ) {
    const subscription = { isComplete: true, cursor: "c", [Symbol.asyncDispose]: end };
    const bus: Bus = { publish: never, subscribe: () => Promise.resolve(subscription) };
    const { app } = shop({ bus });
    await using _ = app;
    await app.handler.ready;
    using time = stopTime();
    const opening = app.call("watch", { method: "GET" });
    await time.tick(50);
    const reader = (await opening).body?.getReader();
    assert(reader !== undefined);
    await reader.read();
    await reader.cancel();
    const closing = app.handler.close();
    await time.tick(20_000);
    await closing;
    assertStringIncludes(app.console.splice(0).join("\n"), said);
  }
});

Deno.test("A16: an action whose rate limiter never answers responds with 503 after the deadline and does not run", async () => {
  const { app, runs, ask } = shop({ rate: { limit: 1, seconds: 1 }, rateLimiter: { take: never } });
  await using _ = app;
  await app.handler.ready;
  using time = stopTime();
  const answering = ask();
  await time.tick(5_000);
  const answer = await answering;
  assertEquals([answer.status, answer.headers.get("retry-after"), runs.count], [503, "1", 0]);
  assertStringIncludes(app.takeError().message, "the rate limiter took more than 5 s");
});

Deno.test("A17: a rate limiter of the application receives neither the principal nor the address", async () => {
  const keys: string[] = [];
  const rateLimiter: RateLimiter = {
    take: (key) => {
      keys.push(key);
      return { allowed: true, remaining: 1, retryAfterSeconds: 0 };
    },
  };
  const { app, ask } = shop({
    rate: { limit: 1, seconds: 1 },
    rateLimiter,
    principal: (request) => request.headers.get("x-user"),
  });
  await using _ = app;
  const as = (user: string) => app.call("save", { headers: { "x-user": user } });
  for (const user of ["ada@example.com", "ada@example.com", "bob@example.com"]) await as(user);
  await ask();
  assertEquals(keys.length, 4);
  for (const key of keys) assert(/^hyper:rate:[0-9a-f]{64}$/.test(key), key);
  assertEquals([keys[0] === keys[1], new Set(keys).size], [true, 3]);
});
