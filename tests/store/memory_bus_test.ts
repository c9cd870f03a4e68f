import { assertEquals, assertThrows } from "@std/assert";
import { createMemoryBus } from "../../src/store/memory_bus.ts";
import { recordMaps } from "../support/maps.ts";
import { testBus } from "./conformance.ts";

testBus("createMemoryBus()", (errors) => {
  const bus = createMemoryBus({ maxMessages: 4, onError: (error) => errors.push(error) });
  return {
    bus,
    forget: async () => {
      for (let index = 0; index < 5; index++) await bus.publish("another topic", index);
    },
  };
});

Deno.test("createMemoryBus() keeps exactly maxMessages for listeners that return", async () => {
  const bus = createMemoryBus({ maxMessages: 2 });
  const zero = await bus.publish("topic", 0);
  const heard: unknown[] = [];
  const listener = ({ message }: { message: unknown }): void => void heard.push(message);
  await bus.publish("topic", 1);
  await bus.publish("topic", 2);
  await using complete = await bus.subscribe("topic", listener, { after: zero });
  assertEquals([complete.isComplete, heard], [true, [1, 2]]);
  await complete[Symbol.asyncDispose]();
  await bus.publish("topic", 3);
  await using incomplete = await bus.subscribe("topic", listener, { after: zero });
  assertEquals([incomplete.isComplete, heard], [false, [1, 2]]);
});

Deno.test("createMemoryBus() keeps exactly maxBytes of messages", async () => {
  // The JSON text of each message has four code units: 8 bytes.
  const bus = createMemoryBus({ maxBytes: 16 });
  const zero = await bus.publish("topic", "00");
  await bus.publish("topic", "11");
  await bus.publish("topic", "22");
  await using complete = await bus.subscribe("topic", () => {}, { after: zero });
  assertEquals(complete.isComplete, true);
  await bus.publish("topic", "33");
  await using incomplete = await bus.subscribe("topic", () => {}, { after: zero });
  assertEquals(incomplete.isComplete, false);
});

Deno.test("createMemoryBus() rejects the cursor of another bus as incomplete", async () => {
  const [one, two] = [createMemoryBus(), createMemoryBus()];
  const cursor = await one.publish("topic", 1);
  await two.publish("topic", 1);
  await using subscription = await two.subscribe("topic", () => {}, { after: cursor });
  assertEquals(subscription.isComplete, false);
});

Deno.test("createMemoryBus() does not call a listener that is removed while a message is delivered", async () => {
  const bus = createMemoryBus();
  const heard: unknown[] = [];
  const second = { leave: (): Promise<void> => Promise.resolve() };
  let left = 0;
  await using _first = await bus.subscribe("topic", () => {
    left++;
    second.leave();
  });
  const subscription = await bus.subscribe("topic", ({ message }) => void heard.push(message));
  second.leave = async () => await subscription[Symbol.asyncDispose]();
  await bus.publish("topic", "message");
  assertEquals([left, heard], [1, []]);
});

Deno.test("createMemoryBus() throws for a limit that is not a whole number above 0", () => {
  assertThrows(() => createMemoryBus({ maxMessages: 0 }), RangeError, "maxMessages");
  assertThrows(() => createMemoryBus({ maxBytes: NaN }), RangeError, "maxBytes");
});

Deno.test("H10: createMemoryBus() forgets a topic with its last listener", async () => {
  let subscribing: Promise<readonly AsyncDisposable[]> = Promise.resolve([]);
  const [listeners] = recordMaps(() => {
    const bus = createMemoryBus();
    subscribing = Promise.all(Array.from({ length: 20 }, (_, index) => bus.subscribe(`topic ${index % 10}`, () => {})));
  });
  const subscriptions = await subscribing;
  assertEquals(listeners?.size, 10);
  for (const subscription of subscriptions) await subscription[Symbol.asyncDispose]();
  assertEquals(listeners?.size, 0);
});

Deno.test("createMemoryBus() rejects a cursor of a message that it has not published yet", async () => {
  const bus = createMemoryBus();
  const last = await bus.publish("topic", 1);
  const future = last.replace(/\d+$/, (number) => `${Number(number) + 1}`);
  await using subscription = await bus.subscribe("topic", () => {}, { after: future });
  assertEquals(subscription.isComplete, false);
});

Deno.test("createMemoryBus() delivers a message above maxBytes, and does not keep it", async () => {
  const bus = createMemoryBus({ maxBytes: 16 });
  const heard: unknown[] = [];
  await using _ = await bus.subscribe("topic", ({ message }) => heard.push(message));
  const zero = await bus.publish("topic", "00");
  const long = await bus.publish("topic", "a".repeat(100));
  assertEquals(heard, ["00", "a".repeat(100)]);
  for (const [after, isComplete] of [[zero, false], [long, true]] as const) {
    await using subscription = await bus.subscribe("topic", () => {}, { after });
    assertEquals(subscription.isComplete, isComplete);
  }
});

for (const number of ["", "1e0", "-1", "+1", " 1", "0x1", "x"]) {
  Deno.test(`createMemoryBus() rejects a cursor with the number "${number}" as incomplete`, async () => {
    const bus = createMemoryBus();
    const [epoch] = (await bus.publish("topic", 1)).split(".");
    await bus.publish("topic", 2);
    await using subscription = await bus.subscribe("topic", () => {}, { after: `${epoch}.${number}` });
    assertEquals(subscription.isComplete, false);
  });
}
