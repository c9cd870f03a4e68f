/** Ending the streams of a principal on every instance, with a bus that may fail. */
import { assert, assertEquals } from "@std/assert";
import { Disconnects } from "../../src/live/disconnect.ts";
import { createMemoryBus } from "../../src/store/memory_bus.ts";
import type { Bus, BusMessage, PublishOptions, SubscribeOptions } from "../../src/store/store.ts";
import { stopTime, type VirtualClock } from "../support/clock.ts";

const TOPIC = "hyper:disconnect";

/** A bus that can fail, and records its calls. */
class BrittleBus implements Bus {
  away = false;
  readonly published: (readonly [topic: string, message: unknown, options: PublishOptions | undefined])[] = [];
  subscriptions = 0;
  /** Callback of the latest subscription. */
  onGap: (() => void) | undefined;
  readonly #memory = createMemoryBus();

  publish(topic: string, message: unknown, options?: PublishOptions): Promise<string> {
    if (this.away) return Promise.reject(new Error("away"));
    this.published.push([topic, message, options]);
    return this.#memory.publish(topic, message);
  }

  async subscribe(topic: string, listener: (message: BusMessage) => void, options: SubscribeOptions = {}) {
    if (this.away) throw new Error("away");
    const subscription = await this.#memory.subscribe(topic, listener, options);
    this.subscriptions++;
    this.onGap = options.onGap;
    return {
      isComplete: true,
      [Symbol.asyncDispose]: async () => {
        this.subscriptions--;
        await subscription[Symbol.asyncDispose]();
      },
    };
  }
}

/** An instance with open streams of some principals. */
class Instance {
  readonly errors: unknown[] = [];
  /** Principals whose streams were ended, in order. */
  readonly ended: string[] = [];
  readonly callers = ["ada", "bob", "192.0.2.1"];
  readonly disconnects;

  constructor(bus: Bus) {
    this.disconnects = new Disconnects(
      bus,
      (matches) => this.ended.push(...this.callers.filter(matches)),
      (error) => this.errors.push(error),
    );
  }
}

/** Waits for all pending promises. */
const settle = (time: VirtualClock): Promise<void> => time.tick(0);

Deno.test("send() ends the streams of one principal on this and on every other instance", async () => {
  using time = stopTime();
  const bus = new BrittleBus();
  const [one, two] = [new Instance(bus), new Instance(bus)];
  two.disconnects.listen();
  await settle(time);
  one.disconnects.send("ada");
  assertEquals(one.ended, ["ada"]);
  await settle(time);
  assertEquals([one.ended, two.ended], [["ada"], ["ada"]]);
  await two.disconnects.close();
  assertEquals(bus.subscriptions, 0);
});

Deno.test("A17: send() publishes a digest that does not reveal the principal, and is kept for a minute", async () => {
  using time = stopTime();
  const bus = new BrittleBus();
  const instance = new Instance(bus);
  for (const principal of ["ada@example.com", "ada@example.com", "bob@example.com"]) {
    instance.disconnects.send(principal);
    await settle(time);
  }
  const texts = bus.published.map(([topic, message, options]) => {
    assertEquals([topic, options], [TOPIC, { keepSeconds: 60 }]);
    return JSON.stringify(message);
  });
  assertEquals([texts.length, new Set(texts).size], [3, 2]);
  for (const text of texts) assert(!/ada|bob|example|YWRh/.test(text), text);
});

Deno.test("A15: a message of another version ends all streams", async () => {
  for (
    const message of ["ada", 7, [], {}, { v: 2, principal: "x" }, { v: 1 }, { v: 1, principal: 7 }, { principal: "" }]
  ) {
    using time = stopTime();
    const bus = new BrittleBus();
    const instance = new Instance(bus);
    instance.disconnects.listen();
    await settle(time);
    await bus.publish(TOPIC, message);
    assertEquals(instance.ended, instance.callers, JSON.stringify(message));
    await instance.disconnects.close();
  }
});

Deno.test("A15: a gap ends all streams", async () => {
  using time = stopTime();
  const bus = new BrittleBus();
  const instance = new Instance(bus);
  instance.disconnects.listen();
  await settle(time);
  bus.onGap?.();
  assertEquals(instance.ended, instance.callers);
  await instance.disconnects.close();
});

Deno.test("H5: listen() retries a failed subscription, which then ends all streams", async () => {
  using time = stopTime();
  const bus = new BrittleBus();
  const [here, elsewhere] = [new Instance(bus), new Instance(bus)];
  bus.away = true;
  here.disconnects.listen();
  await settle(time);
  assertEquals([here.errors.length, here.ended], [1, []]);
  await time.tick(3_000);
  bus.away = false;
  await time.tick(1_000);
  assertEquals([bus.subscriptions, here.ended], [1, here.callers]);
  here.ended.length = 0;
  elsewhere.disconnects.send("bob");
  await settle(time);
  // Only the first failure is reported.
  assertEquals([here.ended, here.errors.length], [["bob"], 1]);
  await here.disconnects.close();
  assertEquals([bus.subscriptions, time.timers], [0, 0]);
});

Deno.test("H5: send() retries until the bus is back, and publishes once", async () => {
  using time = stopTime();
  const bus = new BrittleBus();
  const [here, elsewhere] = [new Instance(bus), new Instance(bus)];
  elsewhere.disconnects.listen();
  await settle(time);
  bus.away = true;
  here.disconnects.send("ada");
  here.disconnects.send("ada");
  await time.tick(2_000);
  assertEquals([here.ended, elsewhere.ended, here.errors.length], [["ada", "ada"], [], 2]);
  bus.away = false;
  await time.tick(1_000);
  assertEquals(elsewhere.ended, ["ada"]);
  await time.tick(5_000);
  assertEquals([elsewhere.ended, time.timers], [["ada"], 0]);
  await elsewhere.disconnects.close();
});

Deno.test("listen() subscribes once, and close() stops the retries", async () => {
  using time = stopTime();
  const bus = new BrittleBus();
  const instance = new Instance(bus);
  instance.disconnects.listen();
  instance.disconnects.listen();
  await settle(time);
  assertEquals(bus.subscriptions, 1);
  bus.away = true;
  instance.disconnects.send("ada");
  await settle(time);
  assertEquals(time.timers, 1);
  await instance.disconnects.close();
  bus.away = false;
  await time.tick(10_000);
  assertEquals([time.timers, bus.published, bus.subscriptions], [0, [], 0]);
});
