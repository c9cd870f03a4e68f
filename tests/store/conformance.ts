/**
 * Tests of the contracts of `Store`, `Bus` and `RateLimiter`, for any implementation.
 *
 * @module
 */
import { assert, assertEquals, assertRejects } from "@std/assert";
import type { RateLimiter } from "../../src/store/rate_limiter.ts";
import type { Bus, BusMessage, Store } from "../../src/store/store.ts";
import { withinTime } from "../support/clock.ts";

/** A store under test. */
export interface StoreUnderTest extends AsyncDisposable {
  readonly store: Store;
  /** A second store over the same values, as another instance would have. */
  readonly other: Store;
  /** Advances the time of both stores. */
  pass(seconds: number): void | Promise<void>;
}

/** Options for each test. */
export type TestOptions = Omit<Deno.TestDefinition, "name" | "fn">;

const TEXTS: readonly unknown[] = [
  0,
  false,
  "",
  "text",
  "\u{1F600} \u05D0\u05D1 \u0000 \ud800 \u2028",
  [],
  [1, [null, "two"]],
  {},
  { kind: "running", nested: { list: [1, 2, { deep: true }] }, none: null },
  JSON.parse('{"__proto__": {"isAdmin": true}, "constructor": 1}'),
];

/**
 * Declares the tests of a store.
 *
 * @param name Name of the implementation.
 * @param open Creates an empty store.
 * @param options Options for each test.
 */
export function testStore(
  name: string,
  open: () => StoreUnderTest | Promise<StoreUnderTest>,
  options?: TestOptions,
): void {
  const test = (behaviour: string, fn: (under: StoreUnderTest) => Promise<void>): void =>
    Deno.test({
      ...options,
      name: `${name} ${behaviour}`,
      fn: async () => {
        await using under = await open();
        await fn(under);
      },
    });

  test("get() returns null for a key without a value", async ({ store }) => {
    assertEquals(await store.get("absent"), null);
  });

  for (const [index, value] of TEXTS.entries()) {
    test(`get() returns the value of put(), case ${index}`, async ({ store, other }) => {
      await store.put("key", value, 60);
      assertEquals(JSON.stringify(await store.get("key")), JSON.stringify(value));
      assertEquals(JSON.stringify(await other.get("key")), JSON.stringify(value));
    });
  }

  test("get() returns a string of 200,000 characters with one to four bytes each in UTF-8", async ({ store }) => {
    for (const character of ["a", "é", "\u20AC", "\u{1F600}"]) {
      const text = character.repeat(200_000 / character.length);
      await store.put("long", text, 60);
      assert(await store.get("long") === text, `as put, for ${character}`);
    }
    await store.put("long", "short", 60);
    assertEquals(await store.get("long"), "short");
  });

  test("put() stores a copy", async ({ store }) => {
    const value = { list: [1] };
    await store.put("key", value, 60);
    value.list.push(2);
    assertEquals(await store.get("key"), { list: [1] });
  });

  test("put() replaces a value and its lifetime", async ({ store, pass }) => {
    await store.put("key", "first", 10);
    await store.put("key", "second", 60);
    await pass(11);
    assertEquals(await store.get("key"), "second");
  });

  test("put() stores a value until it expires", async ({ store, pass }) => {
    await store.put("key", "value", 10);
    await pass(9);
    assertEquals(await store.get("key"), "value");
    await pass(1);
    assertEquals(await store.get("key"), null);
  });

  test("put() rejects null and undefined", async ({ store }) => {
    await assertRejects(() => store.put("key", null, 60), TypeError, "its value is");
    await assertRejects(() => store.put("key", undefined, 60), TypeError, "its value is");
  });

  test("put() rejects a time to live that is not a finite number above 0", async ({ store }) => {
    for (const seconds of [0, -1, NaN, Infinity]) {
      await assertRejects(() => store.put("key", "value", seconds), RangeError, "time to live");
    }
  });

  test("put() accepts a key of 512 characters and rejects 513 and 0", async ({ store }) => {
    await store.put("k".repeat(512), "value", 60);
    assertEquals(await store.get("k".repeat(512)), "value");
    await assertRejects(() => store.put("k".repeat(513), "value", 60), RangeError, "513 characters");
    await assertRejects(() => store.put("", "value", 60), RangeError, "0 characters");
  });

  test("putIfAbsent() stores the first of two values", async ({ store, other }) => {
    assertEquals(await store.putIfAbsent("key", "first", 60), true);
    assertEquals(await other.putIfAbsent("key", "second", 60), false);
    assertEquals(await store.get("key"), "first");
  });

  test("putIfAbsent() returns true to one of twenty concurrent calls", async ({ store, other }) => {
    const results = await Promise.all(
      Array.from({ length: 20 }, (_, index) => (index % 2 === 0 ? store : other).putIfAbsent("key", index + 1, 60)),
    );
    assertEquals(results.filter((isKept) => isKept).length, 1);
    assertEquals(await store.get("key"), results.indexOf(true) + 1);
  });

  test("putIfAbsent() replaces an expired value", async ({ store, pass }) => {
    await store.putIfAbsent("key", "first", 10);
    await pass(10);
    assertEquals(await store.putIfAbsent("key", "second", 10), true);
    assertEquals(await store.get("key"), "second");
  });

  test("replace() changes only the expected value", async ({ store }) => {
    await store.put("key", { owner: "a" }, 60);
    assertEquals(await store.replace("key", { owner: "b" }, "taken", 60), false);
    assertEquals(await store.get("key"), { owner: "a" });
    assertEquals(await store.replace("key", { owner: "a" }, "taken", 60), true);
    assertEquals(await store.get("key"), "taken");
  });

  test("replace() returns false for an absent or expired value", async ({ store, pass }) => {
    assertEquals(await store.replace("key", "value", "other", 60), false);
    await store.put("key", "value", 10);
    await pass(10);
    assertEquals(await store.replace("key", "value", "other", 60), false);
    assertEquals(await store.get("key"), null);
  });

  test("replace() with the same value extends its lifetime", async ({ store, pass }) => {
    await store.putIfAbsent("key", "lease", 10);
    await pass(6);
    assertEquals(await store.replace("key", "lease", "lease", 10), true);
    await pass(6);
    assertEquals(await store.get("key"), "lease");
    await pass(4);
    assertEquals(await store.get("key"), null);
  });

  test("replace() returns true to one of ten concurrent calls", async ({ store, other }) => {
    await store.put("key", "start", 60);
    const results = await Promise.all(
      Array.from(
        { length: 10 },
        (_, index) => (index % 2 === 0 ? store : other).replace("key", "start", `by ${index}`, 60),
      ),
    );
    assertEquals(results.filter((isReplaced) => isReplaced).length, 1);
    assertEquals(await store.get("key"), `by ${results.indexOf(true)}`);
  });

  test("deleteIf() deletes only the expected value", async ({ store }) => {
    await store.put("key", { owner: "a" }, 60);
    assertEquals(await store.deleteIf("key", { owner: "b" }), false);
    assertEquals(await store.get("key"), { owner: "a" });
    assertEquals(await store.deleteIf("key", { owner: "a" }), true);
    assertEquals(await store.get("key"), null);
    assertEquals(await store.deleteIf("key", { owner: "a" }), false);
  });

  test("delete() deletes any value, and does nothing without one", async ({ store }) => {
    await store.put("key", "value", 60);
    await store.delete("key");
    await store.delete("key");
    assertEquals(await store.get("key"), null);
    assertEquals(await store.putIfAbsent("key", "again", 60), true);
  });

  test("distinguishes similar keys", async ({ store }) => {
    const keys = ["a", "A", "a ", "a\u0000", "á", "a\u0301", "__proto__", "constructor", "%", "_", "'", "a:b"];
    for (const [index, key] of keys.entries()) await store.put(key, index + 1, 60);
    for (const [index, key] of keys.entries()) assertEquals(await store.get(key), index + 1, JSON.stringify(key));
  });
}

/** A rate limiter under test. */
export interface RateLimiterUnderTest extends AsyncDisposable {
  readonly limiter: RateLimiter;
  /** A second limiter that counts together with the first, as another instance would have. */
  readonly other: RateLimiter;
  /** Advances the time of both limiters. */
  pass(seconds: number): void | Promise<void>;
}

/**
 * Declares the tests of a rate limiter.
 *
 * @param name Name of the implementation.
 * @param open Creates a limiter that has counted nothing.
 * @param options Options for each test.
 */
export function testRateLimiter(
  name: string,
  open: () => RateLimiterUnderTest | Promise<RateLimiterUnderTest>,
  options?: TestOptions,
): void {
  const test = (behavior: string, fn: (under: RateLimiterUnderTest) => Promise<void>): void =>
    Deno.test({
      ...options,
      name: `${name} ${behavior}`,
      fn: async () => {
        await using under = await open();
        await fn(under);
      },
    });
  const rule = { limit: 3, seconds: 60 };

  test("take() allows the runs of the rule at once", async ({ limiter, other }) => {
    const verdicts = [];
    for (const each of [limiter, other, limiter, other]) verdicts.push(await each.take("a", rule));
    assertEquals(verdicts.map(({ allowed, remaining }) => [allowed, remaining]), [
      [true, 2],
      [true, 1],
      [true, 0],
      [false, 0],
    ]);
    assertEquals(verdicts.map(({ retryAfterSeconds }) => retryAfterSeconds), [0, 0, 20, 20]);
  });

  test("take() allows exactly the limit of forty concurrent runs", async ({ limiter, other }) => {
    const verdicts = await Promise.all(
      Array.from({ length: 40 }, async (_, index) => await (index % 2 === 0 ? limiter : other).take("a", rule)),
    );
    assertEquals(verdicts.filter(({ allowed }) => allowed).length, 3);
  });

  test("take() allows the next run when its share of the time has passed", async ({ limiter, pass }) => {
    for (let run = 0; run < 3; run++) await limiter.take("a", rule);
    await pass(19);
    assertEquals(await limiter.take("a", rule), { allowed: false, remaining: 0, retryAfterSeconds: 1 });
    await pass(1);
    assertEquals((await limiter.take("a", rule)).allowed, true);
    assertEquals((await limiter.take("a", rule)).allowed, false);
  });

  test("take() does not allow twice the limit across the boundary of two windows", async ({ limiter, pass }) => {
    let allowed = 0;
    for (let second = 0; second < 120; second += 5) {
      if ((await limiter.take("a", rule)).allowed) allowed++;
      await pass(5);
    }
    // Three at once, then one every twenty seconds.
    assertEquals(allowed, 3 + 5);
  });

  test("take() allows no more than the limit after a long pause", async ({ limiter, pass }) => {
    await limiter.take("a", rule);
    await pass(10_000);
    assertEquals((await limiter.take("a", rule)).remaining, 2);
  });

  test("take() does not count a denied run", async ({ limiter, pass }) => {
    for (let run = 0; run < 100; run++) await limiter.take("a", rule);
    await pass(20);
    assertEquals((await limiter.take("a", rule)).allowed, true);
  });

  test("take() counts each key separately", async ({ limiter }) => {
    const allowed = [];
    for (const key of ["a", "b", "a"]) allowed.push((await limiter.take(key, { limit: 1, seconds: 60 })).allowed);
    assertEquals(allowed, [true, true, false]);
  });

  for (const limit of [1, 3, 7, 1000]) {
    test(`take() allows exactly ${limit} runs if the share of each is a fraction`, async ({ limiter }) => {
      let allowed = 0;
      for (let run = 0; run < limit + 5; run++) {
        if ((await limiter.take("a", { limit, seconds: 10_000 })).allowed) allowed++;
      }
      assertEquals(allowed, limit);
    });
  }
}

/** A bus under test. */
export interface BusUnderTest extends Partial<AsyncDisposable> {
  readonly bus: Bus;
  /** Makes the bus drop its log. */
  forget(): Promise<void>;
}

/**
 * Declares the tests of a bus.
 *
 * @param name Name of the implementation.
 * @param open Creates a bus without messages, which adds the errors that it reports to `errors`.
 * @param options Options for each test.
 */
export function testBus(
  name: string,
  open: (errors: unknown[]) => BusUnderTest | Promise<BusUnderTest>,
  options?: TestOptions,
): void {
  const test = (behaviour: string, fn: (bus: Bus, errors: unknown[], forget: () => Promise<void>) => Promise<void>) =>
    Deno.test({
      ...options,
      name: `${name} ${behaviour}`,
      fn: async () => {
        const errors: unknown[] = [];
        const under = await open(errors);
        try {
          await fn(under.bus, errors, under.forget);
        } finally {
          await under[Symbol.asyncDispose]?.();
        }
      },
    });

  test("publish() reaches every listener of the topic in order, and no listener of another topic", async (bus) => {
    const [one, two, other] = [new Heard(), new Heard(), new Heard()];
    await using _one = await bus.subscribe("topic", one.listener);
    await using _two = await bus.subscribe("topic", two.listener);
    await using _other = await bus.subscribe("other", other.listener);
    for (const message of [1, "two", { three: [3] }]) await bus.publish("topic", message);
    assertEquals(await one.take(3), [1, "two", { three: [3] }]);
    assertEquals(await two.take(3), [1, "two", { three: [3] }]);
    assertEquals(other.messages, []);
  });

  test("publish() returns the cursor that listeners receive", async (bus) => {
    const heard = new Heard();
    await using _subscription = await bus.subscribe("topic", heard.listener);
    const cursor = await bus.publish("topic", "message");
    await heard.take(1);
    assertEquals(heard.cursors, [cursor]);
  });

  test("publish() passes each listener its own copy", async (bus) => {
    const heard = new Heard();
    await using _first = await bus.subscribe("topic", ({ message }) => void (message as string[]).push("changed"));
    await using _second = await bus.subscribe("topic", heard.listener);
    await bus.publish("topic", ["as sent"]);
    assertEquals(await heard.take(1), [["as sent"]]);
  });

  test("publish() rejects undefined", async (bus) => {
    await assertRejects(() => bus.publish("topic", undefined), TypeError, "its value is");
  });

  test("subscribe() does not deliver earlier messages", async (bus) => {
    const heard = new Heard();
    await bus.publish("topic", "before");
    await using subscription = await bus.subscribe("topic", heard.listener);
    await bus.publish("topic", "after");
    assertEquals(await heard.take(1), ["after"]);
    assertEquals(subscription.isComplete, true);
  });

  test("subscribe() with a cursor delivers the messages after it, then new ones", async (bus) => {
    const heard = new Heard();
    await bus.publish("topic", 1);
    const cursor = await bus.publish("topic", 2);
    await bus.publish("other", "not this");
    await bus.publish("topic", 3);
    await using subscription = await bus.subscribe("topic", heard.listener, { after: cursor });
    await bus.publish("topic", 4);
    assertEquals(await heard.take(2), [3, 4]);
    assertEquals(subscription.isComplete, true);
  });

  test("subscribe() returns a cursor from which a listener can resume without a gap, or none", async (bus) => {
    await bus.publish("topic", 1);
    const first = await bus.subscribe("topic", () => {});
    await first[Symbol.asyncDispose]();
    await bus.publish("topic", 2);
    const heard = new Heard();
    await using again = await bus.subscribe("topic", heard.listener, { after: first.cursor ?? "" });
    assertEquals(again.isComplete, typeof first.cursor === "string");
    if (again.isComplete) assertEquals(await heard.take(1), [2]);
  });

  test(
    "subscribe() with a cursor that the log has dropped is incomplete, and delivers new messages",
    async (bus, _, forget) => {
      const heard = new Heard();
      const cursor = await bus.publish("topic", 1);
      await forget();
      await using subscription = await bus.subscribe("topic", heard.listener, { after: cursor });
      assertEquals(subscription.isComplete, false);
      await bus.publish("topic", "new");
      assertEquals(await heard.take(1), ["new"]);
    },
  );

  for (const cursor of ["", "nonsense", "0", "00000000-0000-0000-0000-000000000000.1", "-1", "x.1e9"]) {
    test(`subscribe() with the invalid cursor "${cursor}" is incomplete`, async (bus) => {
      await bus.publish("topic", 1);
      await using subscription = await bus.subscribe("topic", () => {}, { after: cursor });
      assertEquals(subscription.isComplete, false);
    });
  }

  test("subscribe() stops delivering when the subscription is disposed, which may be repeated", async (bus) => {
    const [gone, stays] = [new Heard(), new Heard()];
    const subscription = await bus.subscribe("topic", gone.listener);
    await using _stays = await bus.subscribe("topic", stays.listener);
    await subscription[Symbol.asyncDispose]();
    await subscription[Symbol.asyncDispose]();
    await bus.publish("topic", "message");
    await stays.take(1);
    assertEquals(gone.messages, []);
  });

  test("subscribe() delivers twice to a listener that subscribes twice", async (bus) => {
    const heard = new Heard();
    await using _one = await bus.subscribe("topic", heard.listener);
    await using _two = await bus.subscribe("topic", heard.listener);
    await bus.publish("topic", "message");
    assertEquals(await heard.take(2), ["message", "message"]);
  });

  test("publish() reports a listener that throws, and reaches the others", async (bus, errors) => {
    const heard = new Heard();
    const thrown = new Error("from the listener");
    const { promise: called, resolve } = Promise.withResolvers<void>();
    await using _bad = await bus.subscribe("topic", () => {
      resolve();
      throw thrown;
    });
    await using _good = await bus.subscribe("topic", heard.listener);
    await bus.publish("topic", "message");
    assertEquals(await heard.take(1), ["message"]);
    await called;
    assertEquals(errors, [thrown]);
  });
}

/** A listener that can be waited for. */
class Heard {
  readonly messages: unknown[] = [];
  readonly cursors: string[] = [];
  /** Set while `take()` waits. */
  #wake: (() => void) | null = null;

  readonly listener = ({ message, cursor }: BusMessage): void => {
    this.messages.push(message);
    this.cursors.push(cursor);
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
