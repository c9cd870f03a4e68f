/** The feed of a topic over a Redis that a test controls. */
import { assertEquals } from "@std/assert";
import type { RedisConnection } from "../../src/store/redis_connection.ts";
import { Feed, type Subscriber, Waiting } from "../../src/store/redis_feed.ts";
import { START } from "../../src/store/redis_log.ts";

/** A Redis with a log that ends at one entry, and that replies when it may. */
class ControlledRedis {
  readonly prefix = "hyper:";
  readonly database = 0;
  announce: (message: string) => void = () => {};
  latest = "1-0";
  /** Names of the commands that were sent. */
  readonly sent: string[] = [];
  /** Awaited by each command. */
  ready: Promise<void> = Promise.resolve();

  subscribe(_channel: string, listener: (message: string) => void): Promise<void> {
    this.announce = listener;
    return Promise.resolve();
  }

  unsubscribe(): Promise<void> {
    return Promise.resolve();
  }

  async send([command = ""]: readonly string[]): Promise<unknown> {
    const { latest } = this;
    this.sent.push(command);
    await this.ready;
    const entry = [latest, ["m", '"text"', "s", "6"]];
    return command === "XREVRANGE" || command === "XRANGE" ? [entry] : null;
  }
}

for (
  const [what, after, texts, expected] of [
    ["receives the entries that arrived meanwhile", null, ['"a"', '"b"'], {
      isComplete: true,
      heard: ["a", "b"],
      gaps: 0,
    }],
    ["has a gap above 1 MiB of entries", null, Array(3).fill(JSON.stringify("x".repeat(600_000))), {
      isComplete: false,
      heard: [],
      gaps: 1,
    }],
    ["receives one entry of more than 1 MiB", null, [JSON.stringify("x".repeat(1_200_000))], {
      isComplete: true,
      heard: ["x".repeat(1_200_000)],
      gaps: 0,
    }],
    ["with a cursor is incomplete above 1 MiB of entries", "1-0", Array(3).fill(JSON.stringify("x".repeat(600_000))), {
      isComplete: false,
      heard: [],
      gaps: 0,
    }],
  ] as readonly (readonly [string, string | null, readonly string[], object])[]
) {
  Deno.test(`Feed.add() while the log is read: a listener ${what}, and then the next entry`, async () => {
    const redis = new ControlledRedis();
    // The feed uses these members alone.
    const feed = new Feed(redis as unknown as RedisConnection, "board", 60, (error) => {
      throw error;
    });
    await feed.opened;
    const read = Promise.withResolvers<void>();
    redis.ready = read.promise;
    const heard: unknown[] = [];
    let gaps = 0;
    const subscriber: Subscriber = {
      listener: ({ message }) => void heard.push(message),
      onGap: () => void gaps++,
      last: START,
      waiting: new Waiting(),
    };
    const adding = feed.add(subscriber, after);
    let before = redis.latest;
    const announce = (text: string): void => {
      const id = `${Number.parseInt(before) + 1}-0`;
      redis.announce(`${id} ${before} ${text}`);
      before = id;
    };
    for (const text of texts) announce(text);
    read.resolve();
    const isComplete = await adding;
    assertEquals({ isComplete, heard, gaps }, expected);
    announce('"next"');
    assertEquals([heard.at(-1), subscriber.last], ["next", before]);
  });
}

Deno.test("Feed reads nothing of the log for entries that are announced while it opens, and delivers the next one", async () => {
  const redis = new ControlledRedis();
  const read = Promise.withResolvers<void>();
  redis.ready = read.promise;
  const feed = new Feed(redis as unknown as RedisConnection, "board", 60, (error) => {
    throw error;
  });
  await Promise.resolve();
  const heard: unknown[] = [];
  redis.announce('1-0 0-9 "old"');
  redis.announce('2-0 1-0 "new"');
  read.resolve();
  await feed.opened;
  const subscriber: Subscriber = {
    listener: ({ message }) => void heard.push(message),
    onGap: () => {},
    last: START,
    waiting: null,
  };
  await feed.add(subscriber, "1-0");
  redis.announce('3-0 2-0 "next"');
  assertEquals([heard, redis.sent], [["next"], ["XREVRANGE", "XRANGE"]]);
});
