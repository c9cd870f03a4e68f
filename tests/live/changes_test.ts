import { assertEquals } from "@std/assert";
import { stopTime } from "../support/clock.ts";
import { createMemoryBus } from "../../src/store/memory_bus.ts";
import type { Bus } from "../../src/store/store.ts";
import { Changes } from "../../src/live/changes.ts";
import { AwaitedChanges } from "../support/awaited_changes.ts";
import "../support/time_limit.ts";

/** Opens a feed over a bus in memory. `publish()` returns the place that the change has. */
function openFeed() {
  const bus = createMemoryBus();
  const errors: unknown[] = [];
  const changes = new Changes(bus, (error) => void errors.push(error));
  const watcher = new AwaitedChanges(changes);
  const publish = async (...topics: string[]) => {
    await changes.publish(topics);
    return changes.place;
  };
  return {
    bus,
    changes,
    publish,
    next: () => watcher.next(),
    async [Symbol.asyncDispose]() {
      await changes.close();
      assertEquals(errors, []);
    },
  };
}

Deno.test("mayHaveChanged() compares a place with the latest change of the topic", async () => {
  await using feed = openFeed();
  const { changes, publish } = feed;
  const first = await publish("a");
  const second = await publish("b");
  const third = await publish("a");
  assertEquals([first, second, third].map((place) => changes.mayHaveChanged("a", place)), [true, true, false]);
  assertEquals([first, second, third].map((place) => changes.mayHaveChanged("b", place)), [true, false, false]);
  assertEquals([first, second, third].map((place) => changes.mayHaveChanged("never", place)), [false, false, false]);
});

Deno.test("mayHaveChanged() is true for a place that is unknown, missing, or of another feed", async () => {
  await using feed = openFeed();
  await using other = openFeed();
  await feed.publish("a");
  const elsewhere = await other.publish("a");
  for (const place of [null, "", "constructor", elsewhere]) {
    assertEquals(feed.changes.mayHaveChanged("never", place), true, `${place}`);
  }
});

Deno.test("mayHaveChanged() knows the latest 4,096 changes, and the place before them", async () => {
  await using feed = openFeed();
  const { changes, publish } = feed;
  const old = await publish("old");
  const before = await publish("a");
  for (let count = 0; count < 4_096; count++) await publish("b");
  assertEquals(changes.mayHaveChanged("never", before), false);
  assertEquals(changes.mayHaveChanged("a", before), false);
  assertEquals(changes.mayHaveChanged("b", before), true);
  // Too long ago: any topic may have changed since.
  assertEquals(changes.mayHaveChanged("never", old), true);
});

Deno.test("mayHaveChanged() knows changes of at most 1,048,576 characters", async () => {
  await using feed = openFeed();
  const { changes, publish } = feed;
  const long = (count: number) => Array.from({ length: 64 }, (_, index) => `${count}.${index}.`.padEnd(256, "x"));
  const old = await publish("old");
  // Each has 16,384 characters, and those of its cursor.
  for (let count = 0; count < 60; count++) await publish(...long(count));
  assertEquals(changes.mayHaveChanged("never", old), false);
  const kept = await publish("kept");
  for (let count = 60; count < 70; count++) await publish(...long(count));
  assertEquals(changes.mayHaveChanged("never", old), true);
  assertEquals(changes.mayHaveChanged("never", kept), false);
});

for (const message of [{ v: 2, topics: ["a"] }, { topics: ["a"] }, { v: 1, topics: "a" }, null, "a"]) {
  Deno.test(`a message of another version counts as a change of all topics: ${JSON.stringify(message)}`, async () => {
    await using feed = openFeed();
    const { bus, changes, publish, next } = feed;
    const place = await publish("a");
    await bus.publish("hyper:changed", message ?? "null");
    assertEquals((await next())?.topics, "all");
    assertEquals(changes.mayHaveChanged("never", place), true);
    assertEquals(changes.mayHaveChanged("never", changes.place), false);
  });
}

Deno.test("mayHaveChanged() is true for all topics after changes were lost", async () => {
  await using feed = openFeed();
  const { bus, changes, publish, next } = feed;
  const place = await publish("a");
  await bus.publish("hyper:changed", { v: 1 });
  assertEquals((await next())?.topics, "all");
  assertEquals(changes.mayHaveChanged("never", place), true);
  assertEquals(changes.mayHaveChanged("never", changes.place), false);
  const later = await publish("b");
  assertEquals(changes.mayHaveChanged("b", later), false);
});

Deno.test("a burst of 100 changes notifies a watcher twice: at once, and of the others after 500 ms", async () => {
  using clock = stopTime();
  await using feed = openFeed();
  const { changes } = feed;
  const watcher = new AwaitedChanges(changes, "a", "b");
  const notified: string[][] = [];
  const reading = (async () => {
    for (let changed = await watcher.next(); changed !== null; changed = await watcher.next()) {
      if (changed.topics !== "all") notified.push([...changed.topics.keys()]);
    }
  })();
  await changes.ready();
  await clock.tick(1_000);
  notified.length = 0;
  for (let count = 0; count < 100; count++) {
    await changes.publish([count < 99 ? "a" : "b"]);
    await clock.tick(4);
  }
  assertEquals(notified, [["a"]]);
  await clock.tick(100);
  assertEquals(notified, [["a"], ["a", "b"]]);
  await clock.tick(5_000);
  assertEquals(notified.length, 2);
  // The burst is over.
  await changes.publish(["b"]);
  await clock.tick(1);
  assertEquals(notified.slice(2), [["b"]]);
  watcher.end();
  await reading;
});

for (const [count, window] of [[20, 0], [500, 500], [5_000, 2_000]] as const) {
  Deno.test(`${count} watchers of a topic are notified within ${window} ms`, async () => {
    using clock = stopTime();
    await using feed = openFeed();
    const { changes } = feed;
    await changes.ready();
    let notified = 0;
    const watchers = Array.from({ length: count }, () => new AwaitedChanges(changes, "a"));
    for (const watcher of watchers) {
      void watcher.next().then((changed) => changed !== null && notified++);
    }
    await changes.publish(["a"]);
    await clock.tick(1);
    if (window > 0) assertEquals(notified < count / 10, true);
    await clock.tick(window / 2);
    if (window > 0) assertEquals(Math.abs(notified - count / 2) < count / 5, true);
    await clock.tick(window / 2);
    assertEquals(notified, count);
    for (const watcher of watchers) watcher.end();
  });
}

/** A feed over a bus whose methods a test replaces. */
function feedOver(own: Partial<Bus>): { readonly changes: Changes; readonly errors: readonly unknown[] } {
  const bus = createMemoryBus();
  const errors: unknown[] = [];
  const publish: Bus["publish"] = (...of) => bus.publish(...of);
  const subscribe: Bus["subscribe"] = (...of) => bus.subscribe(...of);
  return { changes: new Changes({ publish, subscribe, ...own }, (error) => void errors.push(error)), errors };
}

Deno.test("a change that a bus delivers before subscribe() resolves is the place, not the start of the subscription", async () => {
  const { changes } = feedOver({
    subscribe: (_topic, listener) => {
      listener({ cursor: "2", message: { v: 1, topics: ["a"] } });
      return Promise.resolve({ isComplete: true, cursor: "1", async [Symbol.asyncDispose]() {} });
    },
  });
  await changes.ready();
  assertEquals(changes.place, "2");
  await changes.close();
});

Deno.test("a feed that could not be subscribed tries again after a second, and its watchers learn that anything may have changed", async () => {
  using clock = stopTime();
  const bus = createMemoryBus();
  let attempts = 0;
  const { changes, errors } = feedOver({
    publish: (...of) => bus.publish(...of),
    subscribe: async (...of) => {
      if (++attempts === 1) throw new Error("down");
      return await bus.subscribe(...of);
    },
  });
  const watcher = new AwaitedChanges(changes, "a");
  await changes.ready();
  const missed = watcher.next();
  await clock.tick(2_000);
  assertEquals([attempts, (await missed)?.topics], [2, "all"]);
  const changed = watcher.next();
  await changes.publish(["a"]);
  await clock.tick(2_000);
  assertEquals((await changed)?.topics, new Map([["a", null]]));
  assertEquals(errors.map(String), ["Error: down"]);
  await changes.close();
});

Deno.test("publish() with again notifies the watchers a second time after that many seconds", async () => {
  using clock = stopTime();
  await using feed = openFeed();
  const { changes } = feed;
  const watcher = new AwaitedChanges(changes, "a");
  await changes.ready();
  // Anything may have changed before.
  await clock.tick(1_000);
  await watcher.next();
  let notified = 0;
  const reading = (async () => {
    while (await watcher.next() !== null) notified++;
  })();
  await changes.publish(["a"], { again: 3 });
  await clock.tick(2_900);
  assertEquals(notified, 1);
  await clock.tick(200);
  assertEquals(notified, 2);
  await changes.close();
  await reading;
});

for (const again of [-1, 0, 3_601, NaN, "3"]) {
  Deno.test(`a message that asks for a second change after ${again} seconds has none`, async () => {
    using clock = stopTime();
    await using feed = openFeed();
    const { bus, changes } = feed;
    await changes.ready();
    await clock.tick(1_000);
    await bus.publish("hyper:changed", { v: 1, topics: ["a"], again });
    assertEquals(clock.timers, 0);
  });
}

Deno.test("a message that asks for a second change after half a second has one", async () => {
  using clock = stopTime();
  await using feed = openFeed();
  const { bus, changes } = feed;
  await changes.ready();
  await clock.tick(1_000);
  await bus.publish("hyper:changed", { v: 1, topics: ["a"], again: 0.5 });
  assertEquals(clock.timers, 1);
});

for (
  const [name, echoes, echo] of [
    ["a topic that one tab has changed twice names the tab", ["tab1", "tab1"], "tab1"],
    ["a topic that two tabs have changed names neither", ["tab1", "tab2"], null],
    ["a topic that a tab and the server have changed names neither", [null, "tab1"], null],
  ] as const
) {
  Deno.test(name, async () => {
    await using feed = openFeed();
    const { changes } = feed;
    await changes.ready();
    const watcher = new AwaitedChanges(changes, "a");
    for (const each of echoes) void changes.publish(["a"], { echo: each });
    assertEquals((await watcher.next())?.topics, new Map([["a", echo]]));
  });
}

Deno.test("close() waits for the changes that are being published", async () => {
  const { promise: sent, resolve: send } = Promise.withResolvers<void>();
  const { changes } = feedOver({ publish: () => sent.then(() => "1") });
  void changes.publish(["a"]);
  let isClosed = false;
  const closing = changes.close().then(() => isClosed = true);
  // More turns than an empty feed needs.
  await new Promise((resolve) => setTimeout(resolve));
  assertEquals(isClosed, false);
  send();
  await closing;
});

Deno.test("watchers of the same topics share a group, and leave nothing of their topics behind", async () => {
  await using feed = openFeed();
  const { changes } = feed;
  const [one, two, three] = ["a b", "a b", "b"].map((topics) => new AwaitedChanges(changes, ...topics.split(" ")));
  one?.set("c");
  assertEquals(changes.groups.topics.toSorted(), ["a", "b", "c"]);
  two?.end();
  assertEquals(changes.groups.topics.toSorted(), ["b", "c"]);
  one?.end();
  three?.end();
  assertEquals(changes.groups.topics, []);
});

Deno.test("Changes.close() without a reader reports nothing", async () => {
  const errors: unknown[] = [];
  const changes = new Changes(createMemoryBus(), (error) => void errors.push(error));
  await changes.close();
  assertEquals(errors, []);
});

Deno.test("a watcher has one timer for all changes of a pause, and none when it has ended", async () => {
  using clock = stopTime();
  await using feed = openFeed();
  const { changes } = feed;
  await changes.ready();
  await clock.tick(1_000);
  const none = clock.timers;
  const watcher = new AwaitedChanges(changes, "a");
  watcher.note("a");
  assertEquals(await watcher.next().then((changed) => changed?.topics), new Map([["a", null]]));
  for (let count = 0; count < 10; count++) watcher.note("a");
  assertEquals(clock.timers, none + 1);
  watcher.end();
  assertEquals(clock.timers, none);
});
