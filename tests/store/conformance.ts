/**
 * What any `Store` and any `Bus` must do, as tests that an implementation runs against itself.
 *
 * @module
 */
import { assert, assertEquals, assertRejects } from "@std/assert";
import type { Bus, BusMessage, Store } from "../../src/store/store.ts";

/** A store under test, with the time it counts by. */
export interface StoreUnderTest extends AsyncDisposable {
  readonly store: Store;
  /** Another way to the same values, as another instance has it. */
  readonly other: Store;
  /** Lets this many seconds pass for both. */
  pass(seconds: number): void | Promise<void>;
}

/** Where the tests of a conformance suite are declared, as options to each of them. */
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
 * @param name What it is called.
 * @param open Makes one, empty.
 * @param options For each test.
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

  test("get() gives null for a key that nobody has put", async ({ store }) => {
    assertEquals(await store.get("absent"), null);
  });

  for (const [index, value] of TEXTS.entries()) {
    test(`get() gives back what was put, case ${index}`, async ({ store, other }) => {
      await store.put("key", value, 60);
      assertEquals(JSON.stringify(await store.get("key")), JSON.stringify(value));
      assertEquals(JSON.stringify(await other.get("key")), JSON.stringify(value));
    });
  }

  test("get() gives back a text of 200,000 characters, at each length of its bytes", async ({ store }) => {
    for (const character of ["a", "é", "\u20AC", "\u{1F600}"]) {
      const text = character.repeat(200_000 / character.length);
      await store.put("long", text, 60);
      assert(await store.get("long") === text, `as put, for ${character}`);
    }
    await store.put("long", "short", 60);
    assertEquals(await store.get("long"), "short");
  });

  test("put() keeps a copy", async ({ store }) => {
    const value = { list: [1] };
    await store.put("key", value, 60);
    value.list.push(2);
    assertEquals(await store.get("key"), { list: [1] });
  });

  test("put() takes the place of what was there, its time included", async ({ store, pass }) => {
    await store.put("key", "first", 10);
    await store.put("key", "second", 60);
    await pass(11);
    assertEquals(await store.get("key"), "second");
  });

  test("put() keeps a value until its time is up, and not past it", async ({ store, pass }) => {
    await store.put("key", "value", 10);
    await pass(9);
    assertEquals(await store.get("key"), "value");
    await pass(1);
    assertEquals(await store.get("key"), null);
  });

  test("put() refuses null and what JSON cannot say", async ({ store }) => {
    await assertRejects(() => store.put("key", null, 60), TypeError, "is no value");
    await assertRejects(() => store.put("key", undefined, 60), TypeError, "is no value");
  });

  test("put() refuses a time to live that is not above 0", async ({ store }) => {
    for (const seconds of [0, -1, NaN, Infinity]) {
      await assertRejects(() => store.put("key", "value", seconds), RangeError, "time to live");
    }
  });

  test("put() takes a key of 512 characters, and none of 513 or 0", async ({ store }) => {
    await store.put("k".repeat(512), "value", 60);
    assertEquals(await store.get("k".repeat(512)), "value");
    await assertRejects(() => store.put("k".repeat(513), "value", 60), RangeError, "513 characters");
    await assertRejects(() => store.put("", "value", 60), RangeError, "0 characters");
  });

  test("putIfAbsent() keeps the first of two", async ({ store, other }) => {
    assertEquals(await store.putIfAbsent("key", "first", 60), true);
    assertEquals(await other.putIfAbsent("key", "second", 60), false);
    assertEquals(await store.get("key"), "first");
  });

  test("putIfAbsent() gives true to one of twenty at once", async ({ store, other }) => {
    const results = await Promise.all(
      Array.from({ length: 20 }, (_, index) => (index % 2 === 0 ? store : other).putIfAbsent("key", index + 1, 60)),
    );
    assertEquals(results.filter((isKept) => isKept).length, 1);
    assertEquals(await store.get("key"), results.indexOf(true) + 1);
  });

  test("putIfAbsent() takes the place of what has expired", async ({ store, pass }) => {
    await store.putIfAbsent("key", "first", 10);
    await pass(10);
    assertEquals(await store.putIfAbsent("key", "second", 10), true);
    assertEquals(await store.get("key"), "second");
  });

  test("replace() changes what it expects, and nothing else", async ({ store }) => {
    await store.put("key", { owner: "a" }, 60);
    assertEquals(await store.replace("key", { owner: "b" }, "taken", 60), false);
    assertEquals(await store.get("key"), { owner: "a" });
    assertEquals(await store.replace("key", { owner: "a" }, "taken", 60), true);
    assertEquals(await store.get("key"), "taken");
  });

  test("replace() gives false for what is absent or has expired", async ({ store, pass }) => {
    assertEquals(await store.replace("key", "value", "other", 60), false);
    await store.put("key", "value", 10);
    await pass(10);
    assertEquals(await store.replace("key", "value", "other", 60), false);
    assertEquals(await store.get("key"), null);
  });

  test("replace() with the same value keeps it longer", async ({ store, pass }) => {
    await store.putIfAbsent("key", "lease", 10);
    await pass(6);
    assertEquals(await store.replace("key", "lease", "lease", 10), true);
    await pass(6);
    assertEquals(await store.get("key"), "lease");
    await pass(4);
    assertEquals(await store.get("key"), null);
  });

  test("replace() gives true to one of ten at once", async ({ store, other }) => {
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

  test("deleteIf() removes what it expects, and nothing else", async ({ store }) => {
    await store.put("key", { owner: "a" }, 60);
    assertEquals(await store.deleteIf("key", { owner: "b" }), false);
    assertEquals(await store.get("key"), { owner: "a" });
    assertEquals(await store.deleteIf("key", { owner: "a" }), true);
    assertEquals(await store.get("key"), null);
    assertEquals(await store.deleteIf("key", { owner: "a" }), false);
  });

  test("delete() removes whatever is there, and nothing where nothing is", async ({ store }) => {
    await store.put("key", "value", 60);
    await store.delete("key");
    await store.delete("key");
    assertEquals(await store.get("key"), null);
    assertEquals(await store.putIfAbsent("key", "again", 60), true);
  });

  test("keeps keys apart that look alike", async ({ store }) => {
    const keys = ["a", "A", "a ", "a\u0000", "á", "a\u0301", "__proto__", "constructor", "%", "_", "'", "a:b"];
    for (const [index, key] of keys.entries()) await store.put(key, index + 1, 60);
    for (const [index, key] of keys.entries()) assertEquals(await store.get(key), index + 1, JSON.stringify(key));
  });
}

/** A bus under test. */
export interface BusUnderTest extends Partial<AsyncDisposable> {
  readonly bus: Bus;
  /** Makes its log drop what it has. */
  forget(): Promise<void>;
}

/**
 * Declares the tests of a bus.
 *
 * @param name What it is called.
 * @param open Makes one, with nothing published; `errors` gets what it reports.
 * @param options For each test.
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

  test("publish() reaches every listener of the topic, in order, and none of another", async (bus) => {
    const [one, two, other] = [new Heard(), new Heard(), new Heard()];
    await using _one = await bus.subscribe("topic", one.listener);
    await using _two = await bus.subscribe("topic", two.listener);
    await using _other = await bus.subscribe("other", other.listener);
    for (const message of [1, "two", { three: [3] }]) await bus.publish("topic", message);
    assertEquals(await one.take(3), [1, "two", { three: [3] }]);
    assertEquals(await two.take(3), [1, "two", { three: [3] }]);
    assertEquals(other.messages, []);
  });

  test("publish() gives the cursor that listeners get", async (bus) => {
    const heard = new Heard();
    await using _subscription = await bus.subscribe("topic", heard.listener);
    const cursor = await bus.publish("topic", "message");
    await heard.take(1);
    assertEquals(heard.cursors, [cursor]);
  });

  test("publish() gives each listener a copy of its own", async (bus) => {
    const heard = new Heard();
    await using _first = await bus.subscribe("topic", ({ message }) => void (message as string[]).push("changed"));
    await using _second = await bus.subscribe("topic", heard.listener);
    await bus.publish("topic", ["as sent"]);
    assertEquals(await heard.take(1), [["as sent"]]);
  });

  test("publish() refuses what JSON cannot say", async (bus) => {
    await assertRejects(() => bus.publish("topic", undefined), TypeError, "is no value");
  });

  test("subscribe() gives nothing of what came before", async (bus) => {
    const heard = new Heard();
    await bus.publish("topic", "before");
    await using subscription = await bus.subscribe("topic", heard.listener);
    await bus.publish("topic", "after");
    assertEquals(await heard.take(1), ["after"]);
    assertEquals(subscription.isComplete, true);
  });

  test("subscribe() with a cursor gives what came after it, then what comes", async (bus) => {
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

  test("subscribe() may say where it begins: who comes back from there misses nothing", async (bus) => {
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
    "subscribe() with a cursor that the log no longer reaches says so, and gives what comes",
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
    test(`subscribe() with the cursor "${cursor}" of no message says that it is incomplete`, async (bus) => {
      await bus.publish("topic", 1);
      await using subscription = await bus.subscribe("topic", () => {}, { after: cursor });
      assertEquals(subscription.isComplete, false);
    });
  }

  test("a subscription that is disposed hears no more, and may be disposed again", async (bus) => {
    const [gone, stays] = [new Heard(), new Heard()];
    const subscription = await bus.subscribe("topic", gone.listener);
    await using _stays = await bus.subscribe("topic", stays.listener);
    await subscription[Symbol.asyncDispose]();
    await subscription[Symbol.asyncDispose]();
    await bus.publish("topic", "message");
    await stays.take(1);
    assertEquals(gone.messages, []);
  });

  test("one listener that subscribes twice hears twice", async (bus) => {
    const heard = new Heard();
    await using _one = await bus.subscribe("topic", heard.listener);
    await using _two = await bus.subscribe("topic", heard.listener);
    await bus.publish("topic", "message");
    assertEquals(await heard.take(2), ["message", "message"]);
  });

  test("a listener that throws is reported and keeps nothing from the others", async (bus, errors) => {
    const heard = new Heard();
    const thrown = new Error("from the listener");
    await using _bad = await bus.subscribe("topic", () => {
      throw thrown;
    });
    await using _good = await bus.subscribe("topic", heard.listener);
    await bus.publish("topic", "message");
    assertEquals(await heard.take(1), ["message"]);
    assertEquals(errors, [thrown]);
  });
}

/** A listener that can be waited for. */
class Heard {
  readonly messages: unknown[] = [];
  readonly cursors: string[] = [];
  /** Set while `take` waits, reset when it goes on. */
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
      await promise;
    }
    return this.messages;
  }
}
