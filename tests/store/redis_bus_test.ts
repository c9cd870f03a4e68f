/** A bus over Redis that meets messages of other programs, clocks that go back, and logs that are too large. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { createRedisBus, type RedisBusOptions } from "@hyper/actions/redis";
import { RedisConnection } from "../../src/store/redis_connection.ts";
import type { Bus, BusMessage } from "../../src/store/store.ts";
import { captureConsole } from "../support/app.tsx";
import { withinTime } from "../support/clock.ts";
import { openFlakyProxy } from "../support/flaky_proxy.ts";
import { freePort } from "../support/process.ts";
import { type RedisServer, redisTest, startRedis } from "../support/redis.ts";
import "../support/time_limit.ts";

/** Stream and channel of the topic that all of these tests use. */
const STREAM = "hyper:topic:board";
const CHANNEL = "hyper:0:topic:board";

/** A Redis, a bus over it, and a function that sends a command as another program would. */
interface Under extends AsyncDisposable {
  readonly server: RedisServer;
  readonly bus: Bus;
  readonly send: (...args: string[]) => Promise<unknown>;
}

async function start(options: RedisBusOptions = {}): Promise<Under> {
  const server = await startRedis();
  const bus = await createRedisBus({ url: server.url, ...options });
  const control = await RedisConnection.open({ url: server.url, onError: () => {} });
  return {
    server,
    bus,
    send: (...args) => control.send(args),
    async [Symbol.asyncDispose]() {
      await bus[Symbol.asyncDispose]();
      await control[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

/** Records what a listener receives, a gap as `"gap"`. */
class Heard {
  readonly messages: unknown[] = [];
  readonly cursors: string[] = [];
  #wake: (() => void) | null = null;

  readonly listener = ({ message, cursor }: BusMessage): void => {
    this.cursors.push(cursor);
    this.add(message);
  };

  add(message: unknown): void {
    this.messages.push(message);
    this.#wake?.();
  }

  readonly onGap = (): void => this.add("gap");

  async take(count: number): Promise<readonly unknown[]> {
    while (this.messages.length < count) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#wake = resolve;
      await withinTime(promise);
    }
    return this.messages;
  }
}

/** Subscribes a listener without a cursor. */
async function listen(bus: Bus): Promise<Heard & AsyncDisposable> {
  const heard = new Heard();
  const subscription = await bus.subscribe("board", heard.listener, { onGap: heard.onGap });
  return Object.assign(heard, { [Symbol.asyncDispose]: () => subscription[Symbol.asyncDispose]() });
}

/** Returns how often the log of a topic was read so far, including by scripts. */
async function readsOf({ send }: Under): Promise<number> {
  return Number(/cmdstat_xrange:calls=(\d+)/.exec(String(await send("INFO", "commandstats")))?.[1] ?? 0);
}

/** Subscribes with a cursor. Returns whether the log was complete, and the messages. */
async function resumeAfter(bus: Bus, after: string): Promise<readonly [boolean, readonly unknown[]]> {
  const messages: unknown[] = [];
  await using subscription = await bus.subscribe("board", ({ message }) => messages.push(message), { after });
  return [subscription.isComplete, messages];
}

redisTest(
  "A17: the log of a topic keeps at most maxBytes of messages, and an older cursor is incomplete",
  async () => {
    // Each message is four bytes of JSON.
    await using under = await start({ maxBytes: 16 });
    const { bus, send } = under;
    const cursors: string[] = [];
    for (const message of ["11", "22", "33", "44", "55"]) cursors.push(await bus.publish("board", message));
    assertEquals(await send("XLEN", STREAM), 4);
    assertEquals(await resumeAfter(bus, cursors[0] ?? ""), [false, []]);
    assertEquals(await resumeAfter(bus, cursors[1] ?? ""), [true, ["33", "44", "55"]]);
    // A message of eight bytes replaces two.
    await bus.publish("board", "666666");
    assertEquals(await send("XLEN", STREAM), 3);
    assertEquals(await resumeAfter(bus, cursors[3] ?? ""), [true, ["55", "666666"]]);
  },
);

redisTest("A17: maxBytes counts UTF-8", async () => {
  await using under = await start({ maxBytes: 16 });
  for (const message of ["\u20ac\u20ac", "\u20ac\u20ac", "\u20ac\u20ac"]) await under.bus.publish("board", message);
  assertEquals(await under.send("XLEN", STREAM), 2);
});

redisTest("A17: the log of a topic never exceeds maxBytes", async () => {
  await using under = await start({ maxBytes: 100_000 });
  const sizes = [10, 90_000, 400, 99_000, 20_000, 50_000, 30_000, 1, 60_000];
  for (let round = 0; round < 20; round++) {
    for (const size of sizes) {
      await under.bus.publish("board", "x".repeat(size));
      const entries = await under.send("XRANGE", STREAM, "-", "+");
      assert(Array.isArray(entries));
      const bytes = entries.reduce((sum, [, [, text]]) => sum + String(text).length, 0);
      assert(bytes <= 100_000, `${bytes} bytes after one of ${size}`);
      assert(entries.length > 0);
    }
  }
});

redisTest("A17: by default the log of a topic keeps 4 MiB, and 1,000 messages", async () => {
  await using under = await start();
  const { bus, send } = under;
  const limit = 4 * 1024 * 1024;
  // With its quotes, each is as long as JSON may be, and one byte longer.
  for (const [length, kept] of [[limit - 2, 1], [limit - 1, 0]] as const) {
    await bus.publish("board", "x".repeat(length));
    assertEquals(await send("XLEN", STREAM), kept);
  }
  await Promise.all(Array.from({ length: 1_001 }, () => bus.publish("board", 1)));
  assertEquals(await send("XLEN", STREAM), 1_000);
});

redisTest("A17: a message above maxBytes is delivered but not kept, and the next one is kept", async () => {
  await using under = await start({ maxBytes: 100 });
  const { bus, send } = under;
  await using heard = await listen(bus);
  const before = await bus.publish("board", "before");
  const large = "x".repeat(200);
  const at = await bus.publish("board", large);
  assertEquals(await send("XLEN", STREAM), 0);
  assertEquals(await resumeAfter(bus, before), [false, []]);
  assertEquals(await resumeAfter(bus, at), [false, []]);
  const after = await bus.publish("board", "after");
  await bus.publish("board", "last");
  assertEquals(await heard.take(4), ["before", large, "after", "last"]);
  assertEquals(await resumeAfter(bus, after), [true, ["last"]]);
});

redisTest("A17: the log of a busy topic has no entry older than logSeconds", async () => {
  await using under = await start({ logSeconds: 100 });
  const { bus, send } = under;
  const now = Date.now();
  for (const [age, sum] of [[300, 3], [101, 6], [50, 9]]) {
    await send("XADD", STREAM, `${now - 1000 * (age ?? 0)}-0`, "m", `"${age}"`, "s", String(sum));
  }
  await bus.publish("board", "new");
  const entries = await send("XRANGE", STREAM, "-", "+");
  assert(Array.isArray(entries));
  assertEquals(entries.map(([, [, text]]) => text), ['"50"', '"new"']);
  const left = Number(await send("TTL", STREAM));
  assert(left > 90 && left <= 100, `${left} s`);
});

redisTest("A17: keepSeconds shortens the time for which a message is kept, to one minute at least", async () => {
  await using under = await start();
  for (const [keepSeconds, least, most] of [[300, 295, 300], [1, 55, 60], [Infinity, 86_000, 86_400]] as const) {
    await under.bus.publish("board", "message", { keepSeconds });
    const left = Number(await under.send("TTL", STREAM));
    assert(left >= least && left <= most, `${left} s of ${keepSeconds}`);
  }
});

redisTest("A17: createRedisBus() rejects a limit that is not a whole number above 0", async () => {
  for (const maxBytes of [0, -1, 1.5, NaN]) {
    await assertRejects(() => createRedisBus({ maxBytes }), RangeError, "maxBytes");
  }
});

redisTest("A17: a cursor of the future is incomplete, and its listener and others receive new messages", async () => {
  await using under = await start();
  const { bus } = under;
  await using other = await listen(bus);
  await bus.publish("board", "before");
  const now = Date.now();
  const forged = [
    `${now + 3_600_000}-0`,
    "999999999999999-0",
    "9007199254740993-9007199254740993",
    "9999999999999999999-0",
    "18446744073709551615-18446744073709551615",
    // Above the maximum, for which Redis would reply with an error.
    "18446744073709551616-0",
    "99999999999999999999-99999999999999999999",
    "007-0",
  ];
  for (const [index, after] of forged.entries()) {
    const heard = new Heard();
    const subscription = await bus.subscribe("board", heard.listener, { after });
    assertEquals(subscription.isComplete, false, after);
    await bus.publish("board", index);
    assertEquals(await heard.take(1), [index], after);
    await subscription[Symbol.asyncDispose]();
  }
  assertEquals(await other.take(1 + forged.length), ["before", ...forged.keys()]);
});

redisTest("A17: an entry with an id of the future, of any size, does not block later messages", async () => {
  for (
    const id of [
      `${Date.now() + 86_400_000}-0`,
      // Above the integers that a number can hold.
      "9007199254740993-0",
      "9999999999999999999-9999999999999999990",
      "18446744073709551615-18446744073709551614",
      // The greatest id: no id comes after it.
      "18446744073709551615-18446744073709551615",
    ]
  ) {
    await using under = await start();
    const { bus, send } = under;
    await using heard = await listen(bus);
    await bus.publish("board", "before");
    await heard.take(1);
    await send("XADD", STREAM, id, "m", '"forged"', "s", "20");
    await send("PUBLISH", CHANNEL, `${id} 0-0 "forged"`);
    let cursor = "";
    for (let message = 0; message < 5; message++) cursor = await bus.publish("board", message);
    while (heard.messages.at(-1) !== 4 && heard.messages.at(-1) !== "gap") await heard.take(heard.messages.length + 1);
    await bus.publish("board", "last");
    while (heard.messages.at(-1) !== "last") await heard.take(heard.messages.length + 1);
    // After the forged entry, every message arrived in order, or a gap was reported.
    const numbers = heard.messages.filter((message) => typeof message === "number");
    assertEquals(numbers, numbers.toSorted((one, other) => Number(one) - Number(other)), id);
    assert(numbers.length === 5 || heard.messages.includes("gap"), `${id}: ${JSON.stringify(heard.messages)}`);
    assertEquals(await resumeAfter(bus, cursor), [true, ["last"]], id);
  }
});

redisTest("A17: an announced id of the future that is not in the log does not block later messages", async () => {
  await using under = await start();
  const { bus, send } = under;
  await using heard = await listen(bus);
  for (const before of ["0-0", "1-0"]) {
    await send("PUBLISH", CHANNEL, `9007199254740993-0 ${before} "forged"`);
    await bus.publish("board", `after ${before}`);
    while (!heard.messages.includes(`after ${before}`) && heard.messages.at(-1) !== "gap") {
      await heard.take(heard.messages.length + 1);
    }
    await bus.publish("board", `last ${before}`);
    while (heard.messages.at(-1) !== `last ${before}`) await heard.take(heard.messages.length + 1);
  }
});

redisTest(
  "A15: garbage on the channel ends no subscription, and the log is read once",
  async () => {
    await using under = await start();
    const { bus, send } = under;
    await using heard = await listen(bus);
    for (const garbage of ["", "garbage", "7 8 9", "1-0", "1-0 ", "a-b 0-0 {}", "-1-0 0-0 {}", "\u0000", "1-0 0-0"]) {
      await send("PUBLISH", CHANNEL, garbage);
    }
    await bus.publish("board", "after");
    assertEquals(await heard.take(1), ["after"]);
    const before = await readsOf(under);
    await bus.publish("board", "last");
    await heard.take(2);
    // The script reads the first entry once per message.
    assertEquals(await readsOf(under) - before, 1);
  },
);

redisTest("A15: a message that another version announces is read from the log", async () => {
  await using under = await start();
  const { bus, send } = under;
  await using heard = await listen(bus);
  await bus.publish("board", "before");
  await send("XADD", STREAM, "*", "m", '"of another version"', "s", "20");
  await send("PUBLISH", CHANNEL, '{"v":2,"message":"of another version"}');
  assertEquals(await heard.take(2), ["before", "of another version"]);
});

redisTest("A15: an entry of another program is delivered as null in its position", async () => {
  await using under = await start();
  const { bus, send } = under;
  const first = await bus.publish("board", "before");
  await send("XADD", STREAM, "*", "m", "not JSON", "s", "20");
  await send("XADD", STREAM, "*", "other", "{}", "s", "30");
  await send("XADD", STREAM, "*", "m", "", "s", "40");
  await bus.publish("board", "after");
  const heard = new Heard();
  await using subscription = await bus.subscribe("board", heard.listener, { after: first });
  assertEquals(subscription.isComplete, true);
  assertEquals(await heard.take(4), [null, null, null, "after"]);
  // With a cursor after them, none is delivered again.
  assertEquals(await resumeAfter(bus, heard.cursors[2] ?? ""), [true, ["after"]]);
});

redisTest("A15: an entry without a size empties the log, and no id is used twice", async () => {
  await using under = await start();
  const { bus, send } = under;
  // Within one millisecond, a stream that was deleted would use the same ids again.
  for (let round = 0; round < 20; round++) {
    const before = await bus.publish("board", "before");
    await send("XADD", STREAM, "*", "m", '"of another version"');
    const after = await bus.publish("board", "after");
    assertEquals(await resumeAfter(bus, before), [false, []]);
    await bus.publish("board", "last");
    assertEquals(await resumeAfter(bus, after), [true, ["last"]]);
    await send("DEL", STREAM);
  }
});

redisTest("H9: a topic continues after a gap when the clock of its Redis is set back", async () => {
  await using under = await start();
  const { bus, send } = under;
  await using heard = await listen(bus);
  await bus.publish("board", "before");
  // The clock of this server was one hour ahead.
  await send("XADD", STREAM, `${Date.now() + 3_600_000}-0`, "m", '"ahead"', "s", "7");
  const ahead = await bus.publish("board", "of the hour to come");
  while (heard.messages.at(-1) !== "of the hour to come") await heard.take(heard.messages.length + 1);
  await send("DEL", STREAM);
  const now = await bus.publish("board", "now");
  assert(Number.parseInt(now) < Number.parseInt(ahead));
  while (heard.messages.at(-1) !== "gap") await heard.take(heard.messages.length + 1);
  await bus.publish("board", "next");
  while (heard.messages.at(-1) !== "next") await heard.take(heard.messages.length + 1);
});

redisTest("H9: an entry that is announced twice is delivered once", async () => {
  await using under = await start();
  const { bus, send } = under;
  await using heard = await listen(bus);
  const one = await bus.publish("board", 1);
  await send("PUBLISH", CHANNEL, `${one} 0-0 1`);
  const two = await bus.publish("board", 2);
  await send("PUBLISH", CHANNEL, `${one} 0-0 1`);
  await bus.publish("board", 3);
  while (heard.messages.at(-1) !== 3) await heard.take(heard.messages.length + 1);
  assertEquals(heard.messages, [1, 2, 3]);
  const four = await bus.publish("board", 4);
  await heard.take(4);
  const reads = await readsOf(under);
  await send("PUBLISH", CHANNEL, `${four} ${two} 4`);
  await bus.publish("board", 5);
  assertEquals(await heard.take(5), [1, 2, 3, 4, 5]);
  // Only the script reads the log.
  assertEquals(await readsOf(under) - reads, 1);
});

redisTest("H9: messages that are announced while the log is read are delivered once and in order", async () => {
  await using under = await start();
  const { server, send } = under;
  await using network = openFlakyProxy(server.port);
  await using bus = await createRedisBus({
    url: network.url.replace("http:", "redis:"),
    timeoutSeconds: 20,
    onError: () => {},
  });
  await using heard = await listen(bus);
  await under.bus.publish("board", 0);
  await heard.take(1);
  network.stall();
  // Not announced, so that the next announcement shows a gap.
  await send("XADD", STREAM, "*", "m", "1", "s", "2");
  for (const message of [2, 3, 4]) await under.bus.publish("board", message);
  const reads = await readsOf(under);
  network.flow();
  assertEquals(await heard.take(5), [0, 1, 2, 3, 4]);
  await under.bus.publish("board", 5);
  assertEquals(await heard.take(6), [0, 1, 2, 3, 4, 5]);
  assertEquals(await readsOf(under) - reads, 1 + 1);
});

redisTest(
  "a connection that is lost while a topic is quiet causes no gap, with or without earlier messages",
  async () => {
    await using under = await start();
    const { server, send } = under;
    await using network = openFlakyProxy(server.port);
    const url = network.url.replace("http:", "redis:");
    await using bus = await createRedisBus({ url, onError: () => {} });
    await using empty = await listen(bus);
    const heard = new Heard();
    await using _ = await bus.subscribe("other", heard.listener, { onGap: heard.onGap });
    await under.bus.publish("other", "before");
    await heard.take(1);
    // As if the log had expired.
    await send("DEL", "hyper:topic:other");
    network.drop();
    const connected = async (): Promise<boolean> => /sub=2/.test(String(await send("CLIENT", "LIST")));
    await withinTime((async () => {
      while (!await connected());
    })());
    await under.bus.publish("board", "first");
    await under.bus.publish("other", "after");
    assertEquals(await empty.take(1), ["first"]);
    assertEquals(await heard.take(2), ["before", "after"]);
  },
);

redisTest(
  "a connection that is lost while Redis loses its data causes a gap, also in a topic without messages",
  async () => {
    await using under = await start({ onError: () => {} });
    const { server, bus } = under;
    await using heard = await listen(bus);
    await server.stop();
    await server.start();
    assertEquals(await heard.take(1), ["gap"]);
  },
);

/** A bus behind a network that can fail, and one with a direct connection. */
async function apart(options: RedisBusOptions = {}) {
  const under = await start(options);
  const network = openFlakyProxy(under.server.port);
  const bus = await createRedisBus({ url: network.url.replace("http:", "redis:"), onError: () => {}, ...options });
  return {
    ...under,
    bus,
    other: under.bus,
    away() {
      network.lead(freePort());
      network.drop();
    },
    back: () => network.lead(under.server.port),
    async [Symbol.asyncDispose]() {
      await bus[Symbol.asyncDispose]();
      await network[Symbol.asyncDispose]();
      await under[Symbol.asyncDispose]();
    },
  };
}

redisTest("A17: a message that is not kept, published while a listener is disconnected, causes a gap", async () => {
  await using under = await apart({ maxBytes: 100 });
  await using heard = await listen(under.bus);
  under.away();
  await under.other.publish("board", "x".repeat(200));
  await under.other.publish("board", "small");
  under.back();
  assertEquals(await heard.take(1), ["gap"]);
});

redisTest(
  "a listener that is disconnected for longer than its topic is kept has a gap if the topic is gone",
  async () => {
    await using under = await apart();
    await using heard = await listen(under.bus);
    await under.other.publish("board", "before");
    await heard.take(1);
    under.away();
    await under.send("DEL", STREAM);
    const { now } = performance;
    // More than the minimum time for which a topic is kept.
    performance.now = () => now.call(performance) + 61_000;
    try {
      under.back();
      assertEquals(await heard.take(2), ["before", "gap"]);
    } finally {
      performance.now = now;
    }
  },
);

redisTest(
  "A17: messages that wait while the log is read are bounded; the rest is read from the log, in order",
  async () => {
    await using under = await start();
    await using network = openFlakyProxy(under.server.port);
    await using bus = await createRedisBus({
      url: network.url.replace("http:", "redis:"),
      timeoutSeconds: 20,
      onError: () => {},
    });
    await using heard = await listen(bus);
    await under.bus.publish("board", 0);
    await heard.take(1);
    network.stall();
    // Not announced, so that the log is read.
    await under.send("XADD", STREAM, "*", "m", "1", "s", "2");
    const large = Array.from({ length: 30 }, (_, index) => `${index}`.padStart(100_000));
    for (const message of large) await under.bus.publish("board", message);
    const reads = await readsOf(under);
    network.flow();
    assertEquals(await heard.take(32), [0, 1, ...large]);
    await under.bus.publish("board", "last");
    assertEquals((await heard.take(33)).at(-1), "last");
    // Two reads of the log, and one by the script.
    assertEquals(await readsOf(under) - reads, 2 + 1);
  },
);

redisTest(
  "A17: messages that wait while a listener reads the log are bounded; above it, the listener has a gap",
  async () => {
    for (const isBack of [true, false]) {
      await using under = await start();
      await using network = openFlakyProxy(under.server.port);
      await using bus = await createRedisBus({
        url: network.url.replace("http:", "redis:"),
        timeoutSeconds: 20,
        onError: () => {},
      });
      await using early = await listen(bus);
      const first = await under.bus.publish("board", "first");
      await early.take(1);
      network.stall();
      const heard = new Heard();
      const after = isBack ? first : null;
      const subscribing = bus.subscribe("board", heard.listener, { after, onGap: heard.onGap });
      for (let index = 0; index < 30; index++) await under.bus.publish("board", "x".repeat(100_000));
      network.flow();
      await using subscription = await subscribing;
      await early.take(31);
      await under.bus.publish("board", "last");
      while (heard.messages.at(-1) !== "last") await heard.take(heard.messages.length + 1);
      assertEquals(subscription.isComplete && heard.messages[0] !== "gap", false);
    }
  },
);

redisTest(
  "A15: entries of another program anywhere in the log do not prevent publishing",
  async () => {
    await using under = await start();
    const { bus, send } = under;
    for (const fields of [["m", "1"], ["x", "1", "s", "none"], ["m", "2", "s", "nan"], ["m", "3", "s", "10"]]) {
      await send("XADD", STREAM, "*", ...fields);
    }
    const cursor = await bus.publish("board", "first");
    await bus.publish("board", "second");
    assertEquals(await resumeAfter(bus, cursor), [true, ["second"]]);
  },
);

redisTest("a subscription that fails leaves no channel and no check of the connection", async () => {
  const timers = new Set<unknown>();
  const { setInterval, clearInterval } = globalThis;
  globalThis.setInterval = ((...args: Parameters<typeof setInterval>) => {
    const timer = setInterval(...args);
    timers.add(timer);
    return timer;
  }) as typeof setInterval;
  globalThis.clearInterval = (timer) => {
    timers.delete(timer);
    clearInterval(timer);
  };
  try {
    await using under = await start({ onError: () => {} });
    const { bus, send } = under;
    const before = timers.size;
    const subscribers = async (): Promise<unknown> => (await send("PUBSUB", "NUMSUB", CHANNEL) as unknown[])[1];
    // Not a stream, so that its latest entry cannot be read.
    await send("SET", STREAM, "of another program");
    await assertRejects(() => bus.subscribe("board", () => {}));
    assertEquals([await subscribers(), timers.size], [0, before], "the first listener");
    await send("DEL", STREAM);
    const heard = await listen(bus);
    assertEquals([await subscribers(), timers.size], [1, before + 1]);
    await send("SET", STREAM, "of another program");
    await assertRejects(() => bus.subscribe("board", () => {}));
    assertEquals(await subscribers(), 1);
    await send("DEL", STREAM);
    await bus.publish("board", "news");
    assertEquals(await heard.take(1), ["news"]);
    await heard[Symbol.asyncDispose]();
    assertEquals([await subscribers(), timers.size], [0, before], "the last listener");
  } finally {
    Object.assign(globalThis, { setInterval, clearInterval });
  }
});

redisTest(
  "a listener that resumes receives every message of a log of more than a page, once and in order",
  async () => {
    await using under = await start({ maxMessages: 2_000 });
    const { bus } = under;
    const first = await bus.publish("board", 0);
    for (let message = 1; message <= 1_200; message++) await bus.publish("board", message);
    assertEquals(await resumeAfter(bus, first), [true, Array.from({ length: 1_200 }, (_, index) => index + 1)]);
  },
);

redisTest("createRedisBus() without onError logs the error of a listener, and delivers to the others", async () => {
  const lines: string[] = [];
  const restore = captureConsole(lines);
  try {
    await using server = await startRedis();
    await using bus = await createRedisBus({ url: server.url });
    await using _bad = await bus.subscribe("board", () => {
      throw new Error("from the listener");
    });
    await using heard = await listen(bus);
    await bus.publish("board", "news");
    assertEquals(await heard.take(1), ["news"]);
  } finally {
    restore();
  }
  assertEquals(lines.filter((line) => line.includes("from the listener")).length, 1);
});
