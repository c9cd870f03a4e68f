import { assertEquals } from "@std/assert";
import { createMemoryBus } from "../../src/store/memory_bus.ts";
import { Changes } from "../../src/live/changes.ts";

/** Opens a feed over a bus in memory. `publish()` returns the place that the change has. */
function openFeed() {
  const bus = createMemoryBus();
  const errors: unknown[] = [];
  const changes = new Changes(bus, (error) => void errors.push(error));
  const watcher = changes.watch();
  watcher.set(new Set(["seen"]));
  const publish = async (...topics: string[]) => {
    await changes.publish([...topics, "seen"]);
    await watcher.next();
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
  await bus.publish("hyper:changed", { v: 1, lost: true });
  assertEquals((await next())?.topics, "all");
  assertEquals(changes.mayHaveChanged("never", place), true);
  assertEquals(changes.mayHaveChanged("never", changes.place), false);
  const later = await publish("b");
  assertEquals(changes.mayHaveChanged("b", later), false);
});
