/** One topic and those who watch it. */
import { assertEquals } from "@std/assert";
import { FakeTime } from "@std/testing/time";
import { setImmediate } from "node:timers";
import type { Bus, BusMessage } from "../../src/store/store.ts";
import { Topic } from "../../src/live/topic.ts";
import { type Read, Watcher } from "../../src/live/watcher.ts";
import { createMemoryBus } from "../../src/store/memory_bus.ts";

const message = (value: string) => ({ kind: "parts", echo: null, parts: [{ event: "toast", data: { value } }] });

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
