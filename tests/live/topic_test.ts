/** One topic and its watchers. */
import { assertEquals, assertRejects } from "@std/assert";
import { FakeTime } from "@std/testing/time";
import { setImmediate } from "node:timers";
import type { Bus, BusMessage, SubscribeOptions } from "../../src/store/store.ts";
import { Live } from "../../src/live/live.ts";
import { placesOf, writeMessage } from "../../src/live/message.ts";
import { Topic } from "../../src/live/topic.ts";
import { MAX_WAITING, MAX_WAITING_CHARS, type Read, Watcher } from "../../src/live/watcher.ts";
import { createMemoryBus } from "../../src/store/memory_bus.ts";
import { HyperError } from "../../src/errors.ts";
import { stopTime } from "../support/clock.ts";
import { recordMaps, recordSets } from "../support/maps.ts";

const message = (value: string) =>
  writeMessage({ kind: "parts", echo: null, parts: [{ event: "toast", data: { value } }] });

function valuesOf(read: Read | null): unknown[] {
  if (read?.kind !== "patches") return [read?.kind];
  return read.patches.map(({ data }) => (data as { readonly value: unknown }).value);
}

/** Creates a topic with watchers that have received their position. */
async function watched(count: number) {
  const bus = createMemoryBus();
  const topic = new Topic(bus, "board", (error) => {
    // An error of a reporter is only logged. Thrown later, it fails the test.
    queueMicrotask(() => {
      throw error;
    });
  });
  const watchers = Array.from({ length: count }, () => new Watcher(() => {}));
  for (const watcher of watchers) {
    await topic.join(watcher, null);
    await watcher.next();
    await watcher.next();
  }
  const [first] = watchers;
  if (first === undefined) throw new RangeError("Cannot create a topic without watchers");
  return { bus, topic, first };
}

/** Stops `performance.now()`. */
function stoppedClock(): Disposable {
  const { now } = performance;
  performance.now = () => 0;
  return { [Symbol.dispose]: () => performance.now = now };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

Deno.test("Topic delivers to a few watchers at once", async () => {
  using _time = new FakeTime();
  const { bus, topic, first } = await watched(3);
  await bus.publish("board", message("a"));
  assertEquals(valuesOf(await first.next()), ["a"]);
  await bus.publish("board", message("b"));
  assertEquals(valuesOf(await first.next()), ["b"]);
  await topic.close();
});

Deno.test("Topic delivers to many watchers at once, and the next messages together", async () => {
  using time = new FakeTime();
  using _clock = stoppedClock();
  const { bus, topic, first } = await watched(2_000);
  await bus.publish("board", message("a"));
  assertEquals(valuesOf(await first.next()), ["a"]);
  const next = first.next();
  await bus.publish("board", message("b"));
  await turn();
  await bus.publish("board", message("c"));
  await turn();
  time.tick(20);
  assertEquals(valuesOf(await next), ["b", "c"]);
  await bus.publish("board", message("d"));
  await topic.close();
});

Deno.test("Topic delivers pending steps before a watcher joins", async () => {
  using _time = new FakeTime();
  const { bus, topic, first } = await watched(2_000);
  await bus.publish("board", message("a"));
  assertEquals(valuesOf(await first.next()), ["a"]);
  await bus.publish("board", message("b"));
  const late = new Watcher(() => {});
  await topic.join(late, null);
  assertEquals(valuesOf(await first.next()), ["b"]);
  assertEquals(valuesOf(await late.next()), ["catchUp"]);
  assertEquals(valuesOf(await late.next()), ["place"]);
  await topic.close();
});

Deno.test("Topic reads the log for a watcher that resumes from the start, after a gap", async () => {
  let deliver: ((message: BusMessage) => void) | undefined;
  let lose: (() => void) | undefined;
  const bus: Bus = {
    publish: () => Promise.resolve("unused"),
    subscribe(_topic, listener, { after, onGap } = {}) {
      if (after != null) return Promise.resolve({ isComplete: false, [Symbol.asyncDispose]: () => Promise.resolve() });
      [deliver, lose] = [listener, onGap];
      return Promise.resolve({ isComplete: true, cursor: "c0", [Symbol.asyncDispose]: () => Promise.resolve() });
    },
  };
  const topic = new Topic(bus, "board", () => {});
  const early = new Watcher(() => {});
  await topic.join(early, null);
  await early.next();
  const place = await early.next();
  if (place?.kind !== "place") throw new TypeError("Expected a position");
  deliver?.({ cursor: "c1", message: message("missed") });
  lose?.();
  await topic.join(new Watcher(() => {}), null);
  const back = new Watcher(() => {});
  await topic.join(back, place.marks.id ?? null);
  assertEquals([(await back.next())?.kind, (await back.next())?.kind], ["place", "catchUp"]);
  await turn();
  await topic.close();
});

/** A bus that a test controls. */
class ControlledBus implements Bus {
  deliver: (message: BusMessage) => void = () => {};
  /** Delivers to the latest subscription with a cursor. */
  deliverMissed: (message: BusMessage) => void = () => {};
  /** `true` if the log still has the cursors. */
  hasLog = false;
  lose: () => void = () => {};
  /** Number of subscriptions with a cursor. */
  replays = 0;
  ended = 0;
  /** Awaited by each subscription. */
  ready: Promise<void> = Promise.resolve();
  cursor: string | null = "c0";

  publish(): Promise<string> {
    return Promise.resolve("unused");
  }

  async subscribe(
    _topic: string,
    listener: (message: BusMessage) => void,
    { after = null, onGap = () => {} }: SubscribeOptions = {},
  ) {
    if (after === null) [this.deliver, this.lose] = [listener, onGap];
    else {
      this.replays++;
      this.deliverMissed = listener;
    }
    await this.ready;
    let isEnded = false;
    return {
      isComplete: after === null || this.hasLog,
      cursor: this.cursor,
      // deno-lint-ignore require-await -- the contract is asynchronous
      [Symbol.asyncDispose]: async () => {
        if (!isEnded) this.ended++;
        isEnded = true;
      },
    };
  }
}

/** Creates a topic over a controlled bus, with one watcher that has received its position. */
async function controlled() {
  const bus = new ControlledBus();
  const topic = new Topic(bus, "board", () => {});
  const watcher = new Watcher(() => {});
  const leave = await topic.join(watcher, null);
  await watcher.next();
  await watcher.next();
  return { bus, topic, watcher, leave };
}

/** Counts the calls of `push()` of a watcher. */
function pushesTo(watcher: Watcher): { count: number } {
  const pushes = { count: 0 };
  const { push } = watcher;
  watcher.push = (steps) => {
    pushes.count++;
    push.call(watcher, steps);
  };
  return pushes;
}

/** Returns the position of the last step. */
function placeOf(read: Read | null): string {
  const id = read?.kind === "patches"
    ? read.patches.at(-1)?.id
    : read !== null && "marks" in read
    ? read.marks.id
    : null;
  if (id == null) throw new TypeError("Expected a position");
  return id;
}

Deno.test("H8: Topic delivers the messages before a gap first, then the refresh", async () => {
  const { bus, topic, watcher } = await controlled();
  bus.deliver({ cursor: "c1", message: message("before") });
  bus.lose();
  bus.deliver({ cursor: "c2", message: message("after") });
  await turn();
  assertEquals(valuesOf(await watcher.next()), ["before"]);
  assertEquals((await watcher.next())?.kind, "catchUp");
  assertEquals(valuesOf(await watcher.next()), ["after"]);
  await topic.close();
});

Deno.test("H8: Topic starts at a message that arrives before subscribe() resolves", async () => {
  const bus = new ControlledBus();
  const begun = Promise.withResolvers<void>();
  bus.ready = begun.promise;
  const topic = new Topic(bus, "board", () => {});
  const watcher = new Watcher(() => {});
  const joining = topic.join(watcher, null);
  bus.deliver({ cursor: "c1", message: message("early") });
  begun.resolve();
  await joining;
  assertEquals((await watcher.next())?.kind, "catchUp");
  const place = placeOf(await watcher.next());
  assertEquals(place.slice(place.lastIndexOf(".") + 1), "c1");
  // From there the messages are recent, so the bus is not asked.
  await topic.join(new Watcher(() => {}), place);
  assertEquals(bus.replays, 0);
  await topic.close();
});

Deno.test("H8: Topic keeps a limited number of messages and of characters for watchers that resume", async () => {
  for (
    const [name, count, text] of [["messages", 130, "x"], ["characters", 6, "x".repeat(100_000)]] as const
  ) {
    const { bus, topic, watcher } = await controlled();
    const places: string[] = [];
    for (let index = 0; index < count; index++) {
      bus.deliver({ cursor: `c${index + 1}`, message: message(text) });
      await turn();
      places.push(placeOf(await watcher.next()));
    }
    await topic.join(new Watcher(() => {}), places.at(-2) ?? "");
    assertEquals(bus.replays, 0, name);
    const first = new Watcher(() => {});
    await topic.join(first, places[0] ?? "");
    assertEquals(bus.replays, 1, name);
    await topic.close();
  }
});

Deno.test("H8: Topic does not keep a message above its limit", async () => {
  const { bus, topic, watcher } = await controlled();
  bus.deliver({ cursor: "c1", message: message("before") });
  bus.deliver({ cursor: "c2", message: message("x".repeat(600_000)) });
  await turn();
  const place = placeOf(await watcher.next());
  bus.deliver({ cursor: "c3", message: message("after") });
  await topic.join(new Watcher(() => {}), place.replace(/c2$/, "c1"));
  assertEquals(bus.replays, 1);
  await topic.close();
});

Deno.test("H8: Topic delivers nothing and has no timer after close()", async () => {
  using time = new FakeTime();
  using _clock = stoppedClock();
  const { bus, topic, first } = await watched(2_000);
  await bus.publish("board", message("a"));
  assertEquals(valuesOf(await first.next()), ["a"]);
  await bus.publish("board", message("pending"));
  await topic.close();
  let pushes = 0;
  first.push = () => void pushes++;
  time.tick(60_000);
  await turn();
  assertEquals(pushes, 0);
});

Deno.test("A17: Topic asks the bus about a cursor of the future, and delivers later messages", async () => {
  const { bus, topic, watcher } = await controlled();
  bus.deliver({ cursor: "7-0", message: message("now") });
  await turn();
  const place = placeOf(await watcher.next());
  const forged = new Watcher(() => {});
  await topic.join(forged, place.replace(/7-0$/, "9999999999999999999-0"));
  assertEquals(bus.replays, 1);
  const first = await forged.next();
  assertEquals([first?.kind, (await forged.next())?.kind], ["place", "catchUp"]);
  // It receives its real position instead of the forged one.
  assertEquals(placeOf(await forged.next()), place);
  bus.deliver({ cursor: "8-0", message: message("next") });
  await turn();
  for (const each of [watcher, forged]) assertEquals(valuesOf(await each.next()), ["next"]);
  await topic.close();
});

Deno.test("H8: a watcher that has ended receives nothing more, and another one does", async () => {
  const bus = new ControlledBus();
  const live = new Live(bus, () => {});
  const [gone, stays] = [await live.watch("board", null), await live.watch("board", null)];
  const [toGone, toStays] = [pushesTo(gone), pushesTo(stays)];
  await gone[Symbol.asyncDispose]();
  bus.deliver({ cursor: "c1", message: message("news") });
  await turn();
  assertEquals([toGone.count, toStays.count, bus.ended], [0, 1, 0]);
  await live.close();
  assertEquals(bus.ended, 1);
});

Deno.test("H8: a watcher that is closed during a request to the bus receives nothing, and its subscription ends", async () => {
  for (
    const lastEventId of [null, placesOf("board").idOf("of long ago") ?? null, placesOf("board").idOf("c-1") ?? null]
  ) {
    const bus = new ControlledBus();
    const asked = Promise.withResolvers<void>();
    bus.ready = asked.promise;
    const live = new Live(bus, () => {});
    const watching = live.watch("board", lastEventId);
    const closing = live.close();
    asked.resolve();
    const watcher = await watching;
    await closing;
    const pushes = pushesTo(watcher);
    assertEquals([watcher.isEnded, await watcher.next()], [true, null]);
    bus.deliver({ cursor: "c1", message: message("news") });
    await turn();
    assertEquals([pushes.count, bus.ended], [0, 1 + bus.replays]);
  }
});

Deno.test("H8: Topic delivers at once what a publisher that never yields has published, above a number and a size", async () => {
  for (
    const [text, count] of [["", MAX_WAITING], ["x".repeat(MAX_WAITING_CHARS / 4), 4]] as const
  ) {
    const { bus, topic, watcher } = await controlled();
    const pushes = pushesTo(watcher);
    for (let index = 1; index < count; index++) bus.deliver({ cursor: `c${index}`, message: message(text) });
    assertEquals(pushes.count, 0);
    bus.deliver({ cursor: `c${count}`, message: message(text) });
    assertEquals(pushes.count, 1);
    // The next ones are counted from 0.
    for (let index = 1; index < count; index++) bus.deliver({ cursor: `d${index}`, message: message(text) });
    assertEquals(pushes.count, 1);
    await topic.close();
  }
});

Deno.test("H8: Topic has no position after a gap, until a message arrives", async () => {
  const { bus, topic } = await controlled();
  bus.deliver({ cursor: "c1", message: message("before") });
  await turn();
  bus.lose();
  const late = new Watcher(() => {});
  await topic.join(late, null);
  bus.deliver({ cursor: "c2", message: message("after") });
  await turn();
  assertEquals([(await late.next())?.kind, valuesOf(await late.next())], ["catchUp", ["after"]]);
  await topic.close();
});

Deno.test("H8: Topic asks the bus about a position before a gap", async () => {
  const { bus, topic, watcher } = await controlled();
  for (const cursor of ["c1", "c2"]) {
    bus.deliver({ cursor, message: message(cursor) });
    await turn();
  }
  const place = placeOf(await watcher.next()).replace(/c2$/, "c1");
  await topic.join(new Watcher(() => {}), place);
  assertEquals(bus.replays, 0);
  bus.lose();
  bus.deliver({ cursor: "c3", message: message("after") });
  await topic.join(new Watcher(() => {}), place);
  assertEquals(bus.replays, 1);
  await topic.close();
});

Deno.test("H8: a watcher that reads the log and ends receives nothing more, and its subscription ends", async () => {
  for (const hasJoined of [false, true]) {
    const bus = new ControlledBus();
    bus.hasLog = true;
    const live = new Live(bus, () => {});
    await using _stays = await live.watch("board", null);
    bus.deliver({ cursor: "c2", message: message("recent") });
    await turn();
    const watcher = await live.watch("board", placesOf("board").idOf("c0.5") ?? null);
    bus.deliverMissed({ cursor: "c1", message: message("missed") });
    if (hasJoined) bus.deliverMissed({ cursor: "c2", message: message("recent") });
    assertEquals((await watcher.next())?.kind, "place");
    assertEquals(valuesOf(await watcher.next()), hasJoined ? ["missed", "recent"] : ["missed"]);
    await watcher[Symbol.asyncDispose]();
    assertEquals([bus.replays, bus.ended], [1, 1]);
    const pushes = pushesTo(watcher);
    // A bus may call a listener while its subscription ends.
    bus.deliverMissed({ cursor: "c2", message: message("recent") });
    const late = pushes.count;
    bus.deliver({ cursor: "c3", message: message("news") });
    await turn();
    assertEquals(pushes.count, late);
    await live.close();
  }
});

Deno.test("H8: a watcher whose position the log no longer has refreshes, even if a new message comes first", async () => {
  const { bus, topic } = await controlled();
  const subscribed = Promise.withResolvers<void>();
  bus.ready = subscribed.promise;
  const back = new Watcher(() => {});
  const joining = topic.join(back, placesOf("board").idOf("c-1") ?? null);
  await turn();
  bus.deliver({ cursor: "c1", message: message("news") });
  bus.deliverMissed({ cursor: "c1", message: message("news") });
  subscribed.resolve();
  const leave = await joining;
  await turn();
  assertEquals([(await back.next())?.kind, valuesOf(await back.next())], ["place", ["news"]]);
  assertEquals([(await back.next())?.kind, (await back.next())?.kind], ["catchUp", "place"]);
  bus.deliver({ cursor: "c2", message: message("later") });
  await turn();
  assertEquals(valuesOf(await back.next()), ["later"]);
  assertEquals([bus.replays, bus.ended], [1, 1]);
  await leave();
  await topic.close();
});

Deno.test("H10: Live forgets its watchers and topics when they have ended, also those that could not watch", async () => {
  const bus = new ControlledBus();
  let live = new Live(bus, () => {});
  const kept: ReadonlySet<unknown>[] = [];
  const maps = recordMaps(() => {
    const sets = recordSets(() => void (live = new Live(bus, () => {})));
    kept.push(...sets);
  });
  const watchers = await Promise.all(Array.from({ length: 20 }, (_, index) => live.watch(`topic ${index % 10}`, null)));
  assertEquals(Math.max(...kept.map(({ size }) => size)), 20);
  assertEquals(Math.max(...maps.map(({ size }) => size)), 10);
  for (const watcher of watchers) await watcher[Symbol.asyncDispose]();
  bus.ready = Promise.reject(new Error("away"));
  await assertRejects(() => live.watch("board", null), HyperError, "does not answer");
  assertEquals([...kept, ...maps].map(({ size }) => size).filter((size) => size > 0), []);
  await live.close();
});

Deno.test("Live.close() ends the retries of messages that the bus did not accept", async () => {
  using time = stopTime();
  const bus = new ControlledBus();
  let published = 0;
  bus.publish = () => {
    published++;
    return Promise.reject(new Error("away"));
  };
  const live = new Live(bus, () => {});
  const errors: unknown[] = [];
  await live.publish("board", { kind: "lost" }, (error) => void errors.push(error));
  await time.tick(1_000);
  assertEquals([published, errors.length, time.timers], [2, 1, 1]);
  await live.close();
  await time.tick(10_000);
  assertEquals([published, time.timers], [2, 0]);
});

Deno.test("Topic ends the subscription of a watcher whose position the bus no longer has", async () => {
  const memory = createMemoryBus({ maxMessages: 1 });
  let open = 0;
  const bus: Bus = {
    publish: (topic, value) => memory.publish(topic, value),
    subscribe: async (topic, listener, options) => {
      const subscription = await memory.subscribe(topic, listener, options);
      open++;
      return {
        ...subscription,
        [Symbol.asyncDispose]: async () => {
          open--;
          await subscription[Symbol.asyncDispose]();
        },
      };
    },
  };
  const old = await memory.publish("board", message("a"));
  for (const value of ["b", "c"]) await memory.publish("board", message(value));
  const topic = new Topic(bus, "board", () => {});
  const watcher = new Watcher(() => {});
  await topic.join(watcher, placesOf("board").idOf(`${old}`) ?? null);
  assertEquals(open, 1);
  await watcher[Symbol.asyncDispose]();
  await topic.close();
});
