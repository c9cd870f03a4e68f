// A `Bus` over Redis, for instances on any number of machines.
//
// A message is an entry of the stream of its topic, the log, and is announced on the channel of the topic with the id of
// the entry before it. A listener that has received that one continues with the announced entry; one that has not, for
// example after a lost connection, reads the log.
//
// ```
// publish ──▶ XADD ──▶ stream ────────── XRANGE, for missed entries ──▶ listener
//                └──▶ PUBLISH id, id before, text ──▶ channel ────────▶ listener
// ```
import { notify, type Report } from "../callback.ts";
import { checkWholeNumber, logListenerError, toJson } from "./entry.ts";
import { RedisConnection, type RedisOptions } from "./redis_connection.ts";
import { Feed, MIN_KEEP_SECONDS, type Subscriber, Waiting } from "./redis_feed.ts";
import { type LogLimits, START, TopicLog } from "./redis_log.ts";
import type { Bus, BusMessage, BusSubscription, PublishOptions, SubscribeOptions } from "./store.ts";

/** Options for {@linkcode createRedisBus}. */
export interface RedisBusOptions extends RedisOptions {
  /** Maximum number of messages in the log of a topic, for listeners that return. Default: `1_000`. */
  readonly maxMessages?: number | undefined;
  /**
   * Maximum size of the log of a topic, in bytes of JSON in UTF-8. A longer message is delivered but not kept: listeners that
   * were disconnected must refresh their state. A live stream that is 1 MiB behind refreshes in any case. Default: 4 MiB
   * (4,194,304 bytes).
   */
  readonly maxBytes?: number | undefined;
  /** Time for which a message is kept, in seconds. Default: `86_400`, one day. */
  readonly logSeconds?: number | undefined;
}

/** A bus over Redis. Dispose it to close its connection. */
export interface RedisBus extends Bus, AsyncDisposable {}

/**
 * Creates a bus over Redis 6.2 or later, and connects.
 *
 * While Redis cannot be reached, `publish()` and `subscribe()` reject within `timeoutSeconds`. Subscriptions stay: after the
 * reconnect, listeners receive what they missed, or `onGap()` is called if the log no longer reaches back that far.
 *
 * @param options Address of Redis, and limits of the log.
 * @returns The bus.
 * @throws {Error} If Redis cannot be reached.
 * @throws {TypeError} If `url` is not a URL of Redis.
 * @throws {RangeError} If a limit is not a whole number above 0.
 *
 * @example Share topics among all instances
 * ```ts ignore
 * import { createHandler } from "@hyper/actions";
 * import { createRedisBus } from "@hyper/actions/redis";
 *
 * const bus = await createRedisBus({ url: Deno.env.get("REDIS_URL") });
 * Deno.serve(createHandler({ bus }));
 * ```
 */
export async function createRedisBus(options: RedisBusOptions = {}): Promise<RedisBus> {
  const { maxMessages = 1_000, maxBytes = 4 * 1024 * 1024, logSeconds = 86_400 } = options;
  for (const [name, value] of Object.entries({ maxMessages, maxBytes, logSeconds })) {
    checkWholeNumber("create a Redis bus", name, value);
  }
  const redis = await RedisConnection.open(options);
  try {
    const settings = { maxMessages, maxBytes, logSeconds, onError: options.onError ?? logListenerError };
    return new ConnectedBus(redis, settings, await readEpoch(redis));
  } catch (error) {
    await redis[Symbol.asyncDispose]();
    throw error;
  }
}

/** Time between two checks of the connection while there are listeners, in milliseconds. */
const CHECK_INTERVAL = 5_000;

interface Settings extends LogLimits {
  readonly logSeconds: number;
  readonly onError: Report;
}

class ConnectedBus implements RedisBus {
  readonly #redis: RedisConnection;
  readonly #settings: Settings;
  /** Topics that have listeners. */
  readonly #feeds = new Map<string, Feed>();
  /** Checks the connection; `null` without listeners. */
  #timer: ReturnType<typeof setInterval> | null = null;
  #epoch: string;

  constructor(redis: RedisConnection, settings: Settings, epoch: string) {
    this.#redis = redis;
    this.#settings = settings;
    this.#epoch = epoch;
    redis.onReady(() => {
      for (const feed of this.#feeds.values()) feed.isBehind = true;
      notify(() => this.#readMissed(), settings.onError);
    });
  }

  async publish(topic: string, message: unknown, { keepSeconds = Infinity }: PublishOptions = {}): Promise<string> {
    const seconds = Math.min(this.#settings.logSeconds, Math.max(MIN_KEEP_SECONDS, Math.ceil(keepSeconds)));
    return await new TopicLog(this.#redis, topic).append(toJson(topic, message), this.#settings, seconds);
  }

  async subscribe(
    topic: string,
    listener: (message: BusMessage) => void,
    { after = null, onGap = () => {} }: SubscribeOptions = {},
  ): Promise<BusSubscription> {
    const feed = await this.#useFeed(topic);
    const subscriber: Subscriber = { listener, onGap, last: START, waiting: new Waiting() };
    let isEnded = false;
    const end = async (): Promise<void> => {
      if (isEnded) return;
      isEnded = true;
      feed.remove(subscriber);
      await this.#releaseFeed(topic, feed);
    };
    try {
      const isComplete = await feed.add(subscriber, after);
      return { isComplete, cursor: subscriber.last, [Symbol.asyncDispose]: end };
    } catch (error) {
      await end();
      throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopTimer();
    await this.#redis[Symbol.asyncDispose]();
  }

  /** Returns the open feed of a topic, and counts one more user. */
  async #useFeed(topic: string): Promise<Feed> {
    let feed = this.#feeds.get(topic);
    while (feed !== undefined && feed.closing !== null) {
      // The channel must not be subscribed again before this has ended.
      await feed.closing;
      feed = this.#feeds.get(topic);
    }
    feed ??= this.#addFeed(topic);
    feed.users++;
    await feed.opened;
    return feed;
  }

  #addFeed(topic: string): Feed {
    const feed = new Feed(this.#redis, topic, this.#settings.logSeconds, this.#settings.onError);
    this.#feeds.set(topic, feed);
    // Before a listener gets the error: its next attempt opens another feed.
    feed.opened.catch(() => this.#removeFeed(topic));
    this.#timer ??= setInterval(() => notify(() => this.#check(), this.#settings.onError), CHECK_INTERVAL);
    return feed;
  }

  async #releaseFeed(topic: string, feed: Feed): Promise<void> {
    if (--feed.users > 0) return;
    feed.closing = feed.close();
    await feed.closing;
    this.#removeFeed(topic);
  }

  #removeFeed(topic: string): void {
    this.#feeds.delete(topic);
    if (this.#feeds.size === 0) this.#stopTimer();
  }

  #stopTimer(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }

  /** Sends a command, since a quiet channel looks the same whether its connection is alive or not. */
  async #check(): Promise<void> {
    try {
      await this.#redis.send(["PING"]);
    } catch {
      // The connection reports its loss itself, and reconnects.
      return;
    }
    let isBehind = false;
    for (const feed of this.#feeds.values()) {
      if (feed.isBehind) isBehind = true;
      else feed.markSynced();
    }
    if (isBehind) await this.#readMissed();
  }

  /** Reads what each topic may have missed. If Redis has lost its data, every topic has a gap. */
  async #readMissed(): Promise<void> {
    let epoch: string;
    try {
      epoch = await readEpoch(this.#redis);
    } catch {
      // Redis cannot be reached. The feeds stay behind until the next reconnect or check.
      return;
    }
    const isSame = epoch === this.#epoch;
    this.#epoch = epoch;
    for (const feed of this.#feeds.values()) {
      if (!isSame) feed.isLost = true;
      if (feed.isBehind || feed.isLost) feed.readMissed();
    }
  }
}

const EPOCH = `
redis.call("SET", KEYS[1], ARGV[1], "NX")
return redis.call("GET", KEYS[1])`;

/** Returns the id of the data in Redis, which changes when Redis has lost it. */
async function readEpoch(redis: RedisConnection): Promise<string> {
  return String(await redis.send(["EVAL", EPOCH, "1", `${redis.prefix}epoch`, crypto.randomUUID()]));
}
