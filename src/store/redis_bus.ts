/**
 * A `Bus` over Redis, for instances on any number of machines.
 *
 * A message is an entry of its topic's stream, the log, and goes out over the topic's channel with the id of the entry
 * before it. Whoever has that one goes on; whoever has not, as after a lost connection, reads the stream.
 *
 * ```
 * publish ──▶ XADD ──▶ stream ────────── XRANGE, for what was missed ──▶ listener
 *                └──▶ PUBLISH id, id before, text ──▶ channel ─────────▶ listener
 * ```
 *
 * @module
 */
import { logError, notify, type Report } from "../callback.ts";
import { checkBound, toJson } from "./entry.ts";
import { RedisConnection, type RedisOptions } from "./redis_connection.ts";
import type { Bus, BusMessage, BusSubscription, SubscribeOptions } from "./store.ts";

/** Where Redis is, and how much of each topic it remembers. */
export interface RedisBusOptions extends RedisOptions {
  /** The most messages of a topic that are kept for those who come back. Default: 1,000. */
  readonly maxMessages?: number | undefined;
  /** Seconds a topic is kept after its last message. Default: 86,400. */
  readonly logSeconds?: number | undefined;
}

/** A bus over Redis: dispose it to end its connection. */
export interface RedisBus extends Bus, AsyncDisposable {}

/**
 * Makes a bus over Redis 6.2 or later, and connects.
 *
 * While Redis is away `publish` and `subscribe` reject, within `timeoutSeconds`. Subscriptions stay: when Redis is back
 * they get what they missed, or hear by `onGap` that the log no longer reaches back.
 *
 * @param options Where Redis is.
 * @returns The bus.
 * @throws {Error} When Redis is not there.
 * @throws {TypeError} When `url` is none.
 * @throws {RangeError} When a bound is not a whole number above 0.
 *
 * @example Topics that all instances share
 * ```ts ignore
 * import { createHandler } from "@hyper/actions";
 * import { createRedisBus } from "@hyper/actions/redis";
 *
 * const bus = await createRedisBus({ url: Deno.env.get("REDIS_URL") });
 * Deno.serve(createHandler({ bus }));
 * ```
 */
export async function createRedisBus(options: RedisBusOptions = {}): Promise<RedisBus> {
  const { maxMessages = 1_000, logSeconds = 86_400, onError = logListener } = options;
  checkBound("a Redis bus", "maxMessages", maxMessages);
  checkBound("a Redis bus", "logSeconds", logSeconds);
  const redis = await RedisConnection.open(options);
  return new ConnectedBus(redis, { maxMessages, logSeconds, onError });
}

// One step: nobody else's entry comes between the last one, this one, and its message.
const PUBLISH = `
local last = redis.call("XREVRANGE", KEYS[1], "+", "-", "COUNT", 1)[1]
local id = redis.call("XADD", KEYS[1], "MAXLEN", ARGV[2], "*", "m", ARGV[1])
redis.call("EXPIRE", KEYS[1], ARGV[3])
redis.call("PUBLISH", ARGV[4], id .. " " .. (last and last[1] or "0-0") .. " " .. ARGV[1])
return id`;

/** The id before the first entry of a stream. */
const START = "0-0";
/** How many entries are read at once. */
const PAGE = 500;
/** Milliseconds between two looks at the connection while somebody listens. */
const LOOK = 5_000;

interface Settings {
  readonly maxMessages: number;
  readonly logSeconds: number;
  readonly onError: Report;
}

interface Entry {
  readonly id: string;
  readonly text: string;
}

/** One listener. */
interface Subscriber {
  readonly listener: (message: BusMessage) => void;
  readonly onGap: () => void;
  /** The entry it has had last; it gets those after it. */
  last: string;
  /** What came while it was still reading the stream; `null` when it has read it. */
  waiting: Entry[] | null;
}

class ConnectedBus implements RedisBus {
  readonly #redis: RedisConnection;
  readonly #settings: Settings;
  /** The topics that somebody listens to. */
  readonly #feeds = new Map<string, Feed>();
  /** Looks at the connection; `null` while nobody listens. */
  #timer: ReturnType<typeof setInterval> | null = null;

  constructor(redis: RedisConnection, settings: Settings) {
    this.#redis = redis;
    this.#settings = settings;
    redis.onReady(() => {
      for (const feed of this.#feeds.values()) feed.readMissed();
    });
  }

  async publish(topic: string, message: unknown): Promise<string> {
    const text = toJson(topic, message);
    const { maxMessages, logSeconds } = this.#settings;
    const id = await this.#redis.send([
      "EVAL",
      PUBLISH,
      "1",
      streamOf(this.#redis, topic),
      text,
      String(maxMessages),
      String(logSeconds),
      channelOf(this.#redis, topic),
    ]);
    return String(id);
  }

  async subscribe(
    topic: string,
    listener: (message: BusMessage) => void,
    { after = null, onGap = () => {} }: SubscribeOptions = {},
  ): Promise<BusSubscription> {
    const feed = await this.#feedOf(topic);
    const subscriber: Subscriber = { listener, onGap, last: START, waiting: [] };
    let isEnded = false;
    const end = async (): Promise<void> => {
      if (isEnded) return;
      isEnded = true;
      await this.#leave(topic, feed, subscriber);
    };
    try {
      const isComplete = await feed.begin(subscriber, after);
      return { isComplete, cursor: subscriber.last, [Symbol.asyncDispose]: end };
    } catch (error) {
      await end();
      throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
    await this.#redis[Symbol.asyncDispose]();
  }

  /** The feed of a topic, listening; counted as used. */
  async #feedOf(topic: string): Promise<Feed> {
    for (;;) {
      const known = this.#feeds.get(topic);
      if (known === undefined) break;
      if (known.closing === null) {
        known.users++;
        try {
          await known.opened;
          return known;
        } catch (error) {
          known.users--;
          throw error;
        }
      }
      await known.closing;
    }
    const feed = new Feed(this.#redis, topic, this.#settings.onError);
    this.#feeds.set(topic, feed);
    this.#timer ??= setInterval(() => notify(() => this.#look(), this.#settings.onError), LOOK);
    feed.users++;
    try {
      await feed.opened;
      return feed;
    } catch (error) {
      if (this.#feeds.get(topic) === feed) this.#forget(topic);
      throw error;
    }
  }

  async #leave(topic: string, feed: Feed, subscriber: Subscriber): Promise<void> {
    feed.subscribers.delete(subscriber);
    if (--feed.users > 0) return;
    // Until it has ended, the same channel must not be subscribed again.
    feed.closing = this.#redis.unsubscribe(feed.channel);
    await feed.closing;
    if (this.#feeds.get(topic) === feed) this.#forget(topic);
  }

  #forget(topic: string): void {
    this.#feeds.delete(topic);
    if (this.#feeds.size > 0 || this.#timer === null) return;
    clearInterval(this.#timer);
    this.#timer = null;
  }

  /** A channel on which nothing is published is silent whether the connection lives or not, so it is asked. */
  async #look(): Promise<void> {
    try {
      await this.#redis.send(["PING"]);
    } catch {
      // A lost connection is told by the connection, which is made anew after a while without an answer.
      return;
    }
    for (const feed of this.#feeds.values()) if (feed.isBehind) feed.readMissed();
  }
}

/** One topic as this process hears it. */
class Feed {
  readonly channel: string;
  readonly subscribers = new Set<Subscriber>();
  /** How many use it, those still on their way in included. */
  users = 0;
  /** Settled when it hears everything that is published from then on. */
  readonly opened: Promise<void>;
  /** Set when its last user has left. */
  closing: Promise<void> | null = null;
  /** Whether something may have been missed that has not been read yet. */
  isBehind = false;
  readonly #redis: RedisConnection;
  readonly #stream: string;
  readonly #onError: Report;
  /** The entry that was heard last; `null` before the first look at the stream. */
  #last: string | null = null;
  /** What was heard and not been dealt with: while the stream is read, it waits. */
  #heard: (Entry & { readonly before: string })[] = [];
  /** Whether the stream is being read. */
  #isReading = false;

  constructor(redis: RedisConnection, topic: string, onError: Report) {
    this.#redis = redis;
    this.#stream = streamOf(redis, topic);
    this.channel = channelOf(redis, topic);
    this.#onError = onError;
    this.opened = this.#open();
    // Whoever waits for it is told.
    this.opened.catch(() => {});
  }

  async #open(): Promise<void> {
    await this.#redis.subscribe(this.channel, (message) => this.#hear(message));
    try {
      this.#last = await this.#latest();
    } catch (error) {
      await this.#redis.unsubscribe(this.channel);
      throw error;
    }
    this.#drain();
  }

  /**
   * Lets a listener begin.
   *
   * @returns Whether it has had everything after `after`.
   */
  async begin(subscriber: Subscriber, after: string | null): Promise<boolean> {
    // First of all, so that what is published while the stream is read waits for it.
    this.subscribers.add(subscriber);
    const isComplete = after === null || await this.#replay(subscriber, after);
    if (after === null || !isComplete) subscriber.last = await this.#latest();
    const waiting = subscriber.waiting ?? [];
    subscriber.waiting = null;
    for (const entry of waiting) this.#give(subscriber, entry);
    return isComplete;
  }

  /** Reads what was published since the last message that was heard. */
  readMissed(): void {
    this.isBehind = true;
    if (this.#isReading || this.#last === null) return;
    const last = this.#last;
    notify(() => this.#read(last), this.#onError);
  }

  #hear(message: string): void {
    const [id = "", before = ""] = message.split(" ", 2);
    this.#heard.push({ id, before, text: message.slice(id.length + before.length + 2) });
    this.#drain();
  }

  #drain(): void {
    // Looked at again when the stream has been read.
    if (this.#isReading || this.#last === null) return;
    for (let heard = this.#heard.shift(); heard !== undefined; heard = this.#heard.shift()) {
      if (compareIds(heard.id, this.#last) <= 0) continue;
      // A stream that has been forgotten for its age begins anew; what was heard until then was all there was.
      const isNext = heard.before === this.#last || (heard.before === START && !this.isBehind);
      if (!isNext) {
        this.#heard.unshift(heard);
        return this.readMissed();
      }
      this.#deliver(heard);
    }
  }

  async #read(last: string): Promise<void> {
    this.#isReading = true;
    try {
      const isWhole = await this.#readAfter(last, (entry) => {
        if (this.#last !== null && compareIds(entry.id, this.#last) > 0) this.#deliver(entry);
      });
      if (!isWhole) {
        // Another Redis may stand in for the one there was, with a clock of its own: no id of before counts any more.
        this.#last = await this.#latest();
        for (const subscriber of this.subscribers) subscriber.last = START;
        this.#tellGap();
      }
      this.isBehind = false;
    } catch {
      // Away again. It stays behind, and reads when the connection is back, or at the next look at it.
    } finally {
      this.#isReading = false;
    }
    if (!this.isBehind) this.#drain();
  }

  async #replay(subscriber: Subscriber, after: string): Promise<boolean> {
    // A cursor is what a browser has sent back: any text.
    if (!/^[0-9]{1,15}-[0-9]{1,15}$/.test(after)) return false;
    subscriber.last = after;
    return await this.#readAfter(after, (entry) => this.#call(subscriber, entry));
  }

  /**
   * Reads the stream from an entry on.
   *
   * @param id The entry.
   * @param onEntry Called for each after it.
   * @returns Whether the entry is there still. Where it is not, others after it may be gone too, and nothing is read.
   */
  async #readAfter(id: string, onEntry: (entry: Entry) => void): Promise<boolean> {
    let from = id;
    for (;;) {
      const entries = toEntries(
        await this.#redis.send(["XRANGE", this.#stream, from, "+", "COUNT", String(PAGE)]),
      );
      if (from === id && entries[0]?.id !== id) return false;
      for (const entry of entries) if (entry.id !== from) onEntry(entry);
      const last = entries.at(-1)?.id;
      if (entries.length < PAGE || last === undefined || last === from) return true;
      from = last;
    }
  }

  async #latest(): Promise<string> {
    const entries = await this.#redis.send(["XREVRANGE", this.#stream, "+", "-", "COUNT", "1"]);
    return toEntries(entries)[0]?.id ?? START;
  }

  #deliver(entry: Entry): void {
    this.#last = entry.id;
    for (const subscriber of [...this.subscribers]) {
      if (!this.subscribers.has(subscriber)) continue;
      if (subscriber.waiting === null) this.#give(subscriber, entry);
      else subscriber.waiting.push(entry);
    }
  }

  #give(subscriber: Subscriber, entry: Entry): void {
    if (compareIds(entry.id, subscriber.last) > 0) this.#call(subscriber, entry);
  }

  #call(subscriber: Subscriber, { id, text }: Entry): void {
    subscriber.last = id;
    if (!this.subscribers.has(subscriber)) return;
    // Parsed for each, so that no listener can change what the next one hears.
    notify(() => subscriber.listener({ cursor: id, message: JSON.parse(text) }), this.#onError);
  }

  #tellGap(): void {
    for (const { onGap } of [...this.subscribers]) notify(onGap, this.#onError);
  }
}

function logListener(error: unknown): void {
  logError(error, "a listener of a Redis bus");
}

function streamOf({ prefix }: RedisConnection, topic: string): string {
  return `${prefix}topic:${topic}`;
}

function channelOf({ prefix, database }: RedisConnection, topic: string): string {
  return `${prefix}${database}:topic:${topic}`;
}

/** The answer to XRANGE: entries of one field. */
function toEntries(answer: unknown): Entry[] {
  if (!Array.isArray(answer)) throw new TypeError("Cannot read a topic from Redis: XRANGE gives entries");
  return answer.map(([id, [, text]]) => ({ id: String(id), text: String(text) }));
}

/** Ids are two numbers, each in order: milliseconds, and a count within them. */
function compareIds(a: string, b: string): number {
  const [aTime = 0, aCount = 0] = a.split("-").map(Number);
  const [bTime = 0, bCount = 0] = b.split("-").map(Number);
  return aTime - bTime || aCount - bCount;
}
