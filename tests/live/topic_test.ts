/** One topic and those who watch it. */
import { assertEquals } from "@std/assert";
import { FakeTime } from "@std/testing/time";
import { setImmediate } from "node:timers";
import type { Bus, BusMessage, SubscribeOptions } from "../../src/store/store.ts";
import { createLive } from "../../src/live/live.ts";
import { placesOf, writeMessage } from "../../src/live/message.ts";
import { Topic } from "../../src/live/topic.ts";
import { type Read, Watcher } from "../../src/live/watcher.ts";
import { createMemoryBus } from "../../src/store/memory_bus.ts";

const message = (value: string) =>
  writeMessage({ kind: "parts", echo: null, parts: [{ event: "toast", data: { value } }] });

function valuesOf(read: Read | null): unknown[] {
  if (read?.kind !== "patches") return [read?.kind];
  return read.patches.map(({ data }) => (data as { readonly value: unknown }).value);
}

/** A topic that so many watch, each of whom has been told where it begins. */
async function watched(count: number) {
  const bus = createMemoryBus();
  const topic = new Topic(bus, "board", (error) => {
    // What a reporter throws is logged and no more; thrown behind it, it fails the test.
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
  if (first === undefined) throw new RangeError("Somebody has to watch");
  return { bus, topic, first };
}

/** However long the machine takes, no time has passed. */
function stoppedClock(): Disposable {
  const { now } = performance;
  performance.now = () => 0;
  return { [Symbol.dispose]: () => performance.now = now };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

Deno.test("Topic hands what comes to a few watchers on at once", async () => {
  using _time = new FakeTime();
  const { bus, topic, first } = await watched(3);
  await bus.publish("board", message("a"));
  assertEquals(valuesOf(await first.next()), ["a"]);
  await bus.publish("board", message("b"));
  assertEquals(valuesOf(await first.next()), ["b"]);
  await topic.close();
});

Deno.test("Topic hands what comes to many watchers on at once, and what follows on its heels together", async () => {
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

Deno.test("Topic hands what waits on before somebody joins", async () => {
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

Deno.test("Topic looks in the log for who comes back from where it began, once something may have passed it by", async () => {
  let tell: ((message: BusMessage) => void) | undefined;
  let lose: (() => void) | undefined;
  const bus: Bus = {
    publish: () => Promise.resolve("unused"),
    subscribe(_topic, listener, { after, onGap } = {}) {
      if (after != null) return Promise.resolve({ isComplete: false, [Symbol.asyncDispose]: () => Promise.resolve() });
      [tell, lose] = [listener, onGap];
      return Promise.resolve({ isComplete: true, cursor: "c0", [Symbol.asyncDispose]: () => Promise.resolve() });
    },
  };
  const topic = new Topic(bus, "board", () => {});
  const early = new Watcher(() => {});
  await topic.join(early, null);
  await early.next();
  const place = await early.next();
  if (place?.kind !== "place") throw new TypeError("The beginning has a place");
  tell?.({ cursor: "c1", message: message("missed") });
  lose?.();
  await topic.join(new Watcher(() => {}), null);
  const back = new Watcher(() => {});
  await topic.join(back, place.marks.id ?? null);
  assertEquals([(await back.next())?.kind, (await back.next())?.kind], ["place", "catchUp"]);
  await turn();
  await topic.close();
});

/** A bus whose answers and messages a test gives itself. */
class HandBus implements Bus {
  tell: (message: BusMessage) => void = () => {};
  lose: () => void = () => {};
  /** How often it was asked for what came after a cursor. */
  replays = 0;
  ended = 0;
  /** What a subscription waits for. */
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
    if (after === null) [this.tell, this.lose] = [listener, onGap];
    else this.replays++;
    await this.ready;
    let isEnded = false;
    return {
      isComplete: after === null,
      cursor: this.cursor,
      // deno-lint-ignore require-await -- the contract is asynchronous
      [Symbol.asyncDispose]: async () => {
        if (!isEnded) this.ended++;
        isEnded = true;
      },
    };
  }
}

/** A topic over such a bus with one watcher that has been told where it begins. */
async function byHand() {
  const bus = new HandBus();
  const topic = new Topic(bus, "board", () => {});
  const watcher = new Watcher(() => {});
  const leave = await topic.join(watcher, null);
  await watcher.next();
  await watcher.next();
  return { bus, topic, watcher, leave };
}

/** Counts what is handed on to a watcher from now on. */
function pushesTo(watcher: Watcher): { count: number } {
  const pushes = { count: 0 };
  const { push } = watcher;
  watcher.push = (steps) => {
    pushes.count++;
    push.call(watcher, steps);
  };
  return pushes;
}

/** The place of the latest thing that was said of a topic. */
function placeOf(read: Read | null): string {
  const id = read?.kind === "patches"
    ? read.patches.at(-1)?.id
    : read !== null && "marks" in read
    ? read.marks.id
    : null;
  if (id == null) throw new TypeError("It has no place");
  return id;
}

Deno.test("H8: Topic hands on what came before a gap before it tells of the gap, and not after", async () => {
  const { bus, topic, watcher } = await byHand();
  bus.tell({ cursor: "c1", message: message("before") });
  bus.lose();
  bus.tell({ cursor: "c2", message: message("after") });
  await turn();
  assertEquals(valuesOf(await watcher.next()), ["before"]);
  assertEquals((await watcher.next())?.kind, "catchUp");
  assertEquals(valuesOf(await watcher.next()), ["after"]);
  await topic.close();
});

Deno.test("H8: Topic begins at the message that comes before its subscription does, and not before that", async () => {
  const bus = new HandBus();
  const begun = Promise.withResolvers<void>();
  bus.ready = begun.promise;
  const topic = new Topic(bus, "board", () => {});
  const watcher = new Watcher(() => {});
  const joining = topic.join(watcher, null);
  bus.tell({ cursor: "c1", message: message("early") });
  begun.resolve();
  await joining;
  assertEquals((await watcher.next())?.kind, "catchUp");
  const place = placeOf(await watcher.next());
  assertEquals(place.slice(place.lastIndexOf(".") + 1), "c1");
  // From there it is among the latest: the bus is not asked.
  await topic.join(new Watcher(() => {}), place);
  assertEquals(bus.replays, 0);
  await topic.close();
});

Deno.test("H8: Topic remembers so many messages for those who come back, and so many characters", async () => {
  for (
    const [name, count, text] of [["messages", 130, "x"], ["characters", 6, "x".repeat(100_000)]] as const
  ) {
    const { bus, topic, watcher } = await byHand();
    const places: string[] = [];
    for (let index = 0; index < count; index++) {
      bus.tell({ cursor: `c${index + 1}`, message: message(text) });
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

Deno.test("H8: Topic remembers no message that is larger than all it may remember", async () => {
  const { bus, topic, watcher } = await byHand();
  bus.tell({ cursor: "c1", message: message("before") });
  bus.tell({ cursor: "c2", message: message("x".repeat(600_000)) });
  await turn();
  const place = placeOf(await watcher.next());
  bus.tell({ cursor: "c3", message: message("after") });
  await topic.join(new Watcher(() => {}), place.replace(/c2$/, "c1"));
  assertEquals(bus.replays, 1);
  await topic.close();
});

Deno.test("H8: Topic hands nothing on to a watcher that has left, and has no timer after close()", async () => {
  using time = new FakeTime();
  using _clock = stoppedClock();
  const { bus, topic, first } = await watched(2_000);
  await bus.publish("board", message("a"));
  assertEquals(valuesOf(await first.next()), ["a"]);
  await bus.publish("board", message("waits for its time"));
  await topic.close();
  let pushes = 0;
  first.push = () => void pushes++;
  time.tick(60_000);
  await turn();
  assertEquals(pushes, 0);
});

Deno.test("A17: Topic asks the bus about a cursor of the future, and what comes after it is heard", async () => {
  const { bus, topic, watcher } = await byHand();
  bus.tell({ cursor: "7-0", message: message("now") });
  await turn();
  const place = placeOf(await watcher.next());
  const forged = new Watcher(() => {});
  await topic.join(forged, place.replace(/7-0$/, "9999999999999999999-0"));
  assertEquals(bus.replays, 1);
  const first = await forged.next();
  assertEquals([first?.kind, (await forged.next())?.kind], ["place", "catchUp"]);
  // In place of the forged one it is told where it is.
  assertEquals(placeOf(await forged.next()), place);
  bus.tell({ cursor: "8-0", message: message("next") });
  await turn();
  for (const each of [watcher, forged]) assertEquals(valuesOf(await each.next()), ["next"]);
  await topic.close();
});

Deno.test("H8: a watcher that has ended is handed nothing more, and one that stays is", async () => {
  const bus = new HandBus();
  const live = createLive(bus, () => {});
  const [gone, stays] = [await live.watch("board", null), await live.watch("board", null)];
  const [toGone, toStays] = [pushesTo(gone), pushesTo(stays)];
  await gone[Symbol.asyncDispose]();
  bus.tell({ cursor: "c1", message: message("news") });
  await turn();
  assertEquals([toGone.count, toStays.count, bus.ended], [0, 1, 0]);
  await live.close();
  assertEquals(bus.ended, 1);
});

Deno.test("H8: a watcher that is closed while the bus is asked is handed nothing, and lets go of the bus", async () => {
  for (
    const lastEventId of [null, placesOf("board").idOf("of long ago") ?? null, placesOf("board").idOf("c-1") ?? null]
  ) {
    const bus = new HandBus();
    const asked = Promise.withResolvers<void>();
    bus.ready = asked.promise;
    const live = createLive(bus, () => {});
    const watching = live.watch("board", lastEventId);
    const closing = live.close();
    asked.resolve();
    const watcher = await watching;
    await closing;
    const pushes = pushesTo(watcher);
    assertEquals([watcher.isEnded, await watcher.next()], [true, null]);
    bus.tell({ cursor: "c1", message: message("news") });
    await turn();
    assertEquals([pushes.count, bus.ended], [0, 1 + bus.replays]);
  }
});
