/** Stores, buses and limiters of an application that answer late or never. */
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
import { withBusDeadline, withDeadline, within } from "../../src/store/deadline.ts";
import { App } from "../support/app.tsx";
import { stopTime } from "../support/clock.ts";

const never = (): Promise<never> => new Promise(() => {});

/** A store of which one method does something else. */
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

/** An application with a mutation and a page, and how often the mutation ran. */
function shop(options: HandlerOptions) {
  const runs = { count: 0 };
  const save = action("save", () => void runs.count++);
  const watch = action("watch", { method: "GET" }, () => live("board", { refresh: () => toast("state") }));
  const app = new App({ "/": { default: () => "home", save, watch } }, { heartbeatSeconds: 0, ...options });
  const ask = (id = "a-mutation") => app.call("save", { headers: { "x-hyper-request-id": id } });
  return { app, runs, ask };
}

Deno.test("within() gives the answer, or what it fails with, and leaves no timer", async () => {
  using time = stopTime();
  assertEquals(await within(Promise.resolve(1), 5, { message: "late" }), 1);
  await assertRejects(() => within(Promise.reject(new TypeError("bad")), 5, { message: "late" }), TypeError, "bad");
  assertEquals(time.timers, 0);
});

Deno.test("within() takes any number of seconds for a deadline", async () => {
  const { promise, resolve } = Promise.withResolvers<number>();
  const waiting = within(promise, Infinity, { message: "late" });
  setTimeout(() => resolve(1), 5);
  assertEquals(await waiting, 1);
});

Deno.test("A16: each method of a store that never answers rejects at its deadline, and not before", async () => {
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

Deno.test("A16: each method of a store with a deadline does what the store does", async () => {
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

Deno.test("A16: a mutation whose store never answers is 503 after five seconds, and runs nothing", async () => {
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

Deno.test("A16: storeSeconds is the deadline", async () => {
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

Deno.test("A16: a store that throws at once is a store that rejects", async () => {
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

Deno.test("A16: a claim that comes through after its deadline is given back, and the next runs", async () => {
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

Deno.test("A16: a claim of another that a late answer tells of is left alone", async () => {
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

Deno.test("A16: publishing to a bus that never answers does not hold the handler for longer than its deadline", async () => {
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

Deno.test("A16: watching over a bus that never answers is 503 with Retry-After after its deadline", async () => {
  const { app } = shop({ bus: { publish: never, subscribe: never } });
  await using _ = app;
  await app.handler.ready;
  using time = stopTime();
  const opening = app.call("watch", { method: "GET" });
  await time.tick(5_050);
  // Its head is out: a stream that ends without an end tells its client to come back.
  const text = await (await opening).text();
  assertEquals(text, "");
  assertStringIncludes(app.takeError().message, 'Cannot watch topic "board"');
  await time.tick(60_000);
});

Deno.test("A16: a subscription that comes about after its deadline is ended, and what it hears is not told", async () => {
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

Deno.test("A16: the end of a subscription that fails, or never comes, is reported and keeps nothing waiting", async () => {
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

Deno.test("A16: an action whose rate limiter never answers is 503 after its deadline, and is not run", async () => {
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

Deno.test("A17: a rate limiter of the application is told neither who asks nor from where", async () => {
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
