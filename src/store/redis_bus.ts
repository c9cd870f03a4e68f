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
import type { Bus, BusMessage, BusSubscription, PublishOptions, SubscribeOptions } from "./store.ts";

/** Where Redis is, and how much of each topic it remembers. */
export interface RedisBusOptions extends RedisOptions {
  /** The most messages of a topic that are kept for those who come back. Default: 1,000. */
  readonly maxMessages?: number | undefined;
  /**
   * The most bytes of messages of a topic that are kept, counted as JSON in UTF-8. A longer message is carried and not kept:
   * those who were away when it came look at the whole state. A stream that is a mebibyte behind does so anyway. Default:
   * 4 MiB (4,194,304 bytes).
   */
  readonly maxBytes?: number | undefined;
  /** Time a message is kept, in seconds. Default: 86,400. */
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
  const { maxMessages = 1_000, maxBytes = 4 * 1024 * 1024, logSeconds = 86_400 } = options;
  const { onError = logListener } = options;
  checkBound("a Redis bus", "maxMessages", maxMessages);
  checkBound("a Redis bus", "maxBytes", maxBytes);
  checkBound("a Redis bus", "logSeconds", logSeconds);
  const redis = await RedisConnection.open(options);
  const bus = new ConnectedBus(redis, { maxMessages, maxBytes, logSeconds, onError });
  try {
    await bus.begin();
  } catch (error) {
    await bus[Symbol.asyncDispose]();
    throw error;
  }
  return bus;
}

/** The id before the first entry of a stream. */
const START = "0-0";
/** The last id there is: nothing can be added to a stream that has come there (Redis, XADD). */
const LAST = "18446744073709551615-18446744073709551615";

// One step: nobody else's entry comes between the last one, this one, and its message. Each entry says how many bytes there
// were up to its end ("s"), so that what lies between two of them is known without reading it; an entry of another program
// does not, and the log then begins anew, as it does when no id is left. The entry that has no other before it, not even one
// that is not kept, says so ("f").
const PUBLISH = `
local found = redis.call("EXISTS", KEYS[1])
local last = redis.call("XREVRANGE", KEYS[1], "+", "-", "COUNT", 1)[1]
if last and (last[1] == "${LAST}" or last[2][3] ~= "s" or not tonumber(last[2][4])) then
  redis.call("DEL", KEYS[1])
  last = nil
end
local sum = #ARGV[1] + (last and tonumber(last[2][4]) or 0)
local entry = { "m", ARGV[1], "s", string.format("%.0f", sum), found == 0 and "f" or nil, found == 0 and "1" or nil }
local id = redis.call("XADD", KEYS[1], "MAXLEN", ARGV[3], "*", unpack(entry))
local function time(entry) return tonumber(string.match(entry, "^%d+")) end
local first = redis.call("XRANGE", KEYS[1], "-", "+", "COUNT", 1)[1]
while first do
  local upTo = tonumber(first[2][4])
  if upTo and sum - upTo + #first[2][2] <= tonumber(ARGV[4]) and time(id) - time(first[1]) <= 1000 * ARGV[5] then break end
  redis.call("XDEL", KEYS[1], first[1])
  first = redis.call("XRANGE", KEYS[1], "-", "+", "COUNT", 1)[1]
end
redis.call("EXPIRE", KEYS[1], ARGV[5])
redis.call("PUBLISH", ARGV[2], id .. " " .. (last and last[1] or "${START}") .. " " .. ARGV[1])
return id`;

// The name of what Redis holds: another one after it has lost everything.
const EPOCH = `
redis.call("SET", KEYS[1], ARGV[1], "NX")
return redis.call("GET", KEYS[1])`;

/** How many entries are read at once. */
const PAGE = 500;
/** Milliseconds between two looks at the connection while somebody listens. */
const LOOK = 5_000;
/** The least number of seconds that a topic is kept after its last message, whatever its publisher asks for. */
const LEAST_SECONDS = 60;
/** Bytes of what is heard while the log is read. What is above it is in the log as well, and read from there. */
const MAX_HEARD = 1024 * 1024;

interface Settings {
  readonly maxMessages: number;
  readonly maxBytes: number;
  readonly logSeconds: number;
  readonly onError: Report;
}

interface Entry {
  readonly id: string;
  readonly text: string;
  /** Whether nothing came before it since its stream began. Of what is heard that is not known. */
  readonly isFirst: boolean;
}

/** An entry as it was heard, with the id of the one before it. */
interface HeardEntry extends Entry {
  readonly before: string;
}

/** One listener. */
interface Subscriber {
  readonly listener: (message: BusMessage) => void;
  readonly onGap: () => void;
  /** The entry it has had last; it gets those after it. */
  last: string;
  /** What came while it was still reading the stream; `null` when it has read it. */
  waiting: Entries | null;
}

/** What waits to be dealt with, bounded. */
class Entries<E extends Entry = Entry> {
  #entries: E[] = [];
  /** The sum of the lengths of their texts. */
  #size = 0;
  /** Whether there were too many, and all were dropped. */
  isOver = false;

  add(entry: E): void {
    this.#size += entry.text.length;
    if (this.#size > MAX_HEARD && this.#entries.length > 0) {
      this.#entries = [];
      this.isOver = true;
    }
    if (!this.isOver) this.#entries.push(entry);
  }

  /** Takes out all of them. */
  take(): readonly E[] {
    const entries = this.#entries;
    this.#entries = [];
    this.#size = 0;
    this.isOver = false;
    return entries;
  }
}

class ConnectedBus implements RedisBus {
  readonly #redis: RedisConnection;
  readonly #settings: Settings;
  /** The topics that somebody listens to. */
  readonly #feeds = new Map<string, Feed>();
  /** Looks at the connection; `null` while nobody listens. */
  #timer: ReturnType<typeof setInterval> | null = null;
  /** The name of what Redis held when it was last asked. */
  #epoch = "";

  constructor(redis: RedisConnection, settings: Settings) {
    this.#redis = redis;
    this.#settings = settings;
    redis.onReady(() => {
      for (const feed of this.#feeds.values()) feed.isBehind = true;
      notify(() => this.#readMissed(), settings.onError);
    });
  }

  /** Looks at what Redis holds. */
  async begin(): Promise<void> {
    this.#epoch = await this.#askEpoch();
  }

  async publish(topic: string, message: unknown, { keepSeconds = Infinity }: PublishOptions = {}): Promise<string> {
    const text = toJson(topic, message);
    const { maxMessages, maxBytes, logSeconds } = this.#settings;
    const id = await this.#redis.send([
      "EVAL",
      PUBLISH,
      "1",
      streamOf(this.#redis, topic),
      text,
      channelOf(this.#redis, topic),
      String(maxMessages),
      String(maxBytes),
      String(Math.min(logSeconds, Math.max(LEAST_SECONDS, Math.ceil(keepSeconds)))),
    ]);
    return String(id);
  }

  async subscribe(
    topic: string,
    listener: (message: BusMessage) => void,
    { after = null, onGap = () => {} }: SubscribeOptions = {},
  ): Promise<BusSubscription> {
    const feed = await this.#feedOf(topic);
    const subscriber: Subscriber = { listener, onGap, last: START, waiting: new Entries() };
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
    const feed = new Feed(this.#redis, topic, this.#settings);
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
    let isBehind = false;
    for (const feed of this.#feeds.values()) {
      if (feed.isBehind) isBehind = true;
      else feed.noteSync();
    }
    if (isBehind) await this.#readMissed();
  }

  /** Has every topic read what it may have missed; what Redis has lost since cannot be read, and is a gap in all of them. */
  async #readMissed(): Promise<void> {
    let epoch: string;
    try {
      epoch = await this.#askEpoch();
    } catch {
      // Away again. They stay behind, until it is back or looked at.
      return;
    }
    const isSame = epoch === this.#epoch;
    this.#epoch = epoch;
    for (const feed of this.#feeds.values()) {
      if (!isSame) feed.isLost = true;
      if (feed.isBehind || feed.isLost) feed.readMissed();
    }
  }

  async #askEpoch(): Promise<string> {
    return String(await this.#redis.send(["EVAL", EPOCH, "1", `${this.#redis.prefix}epoch`, crypto.randomUUID()]));
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
  /** Whether the log that it knew is gone, which has not been told yet. */
  isLost = false;
  readonly #redis: RedisConnection;
  readonly #stream: string;
  readonly #settings: Settings;
  /** The entry that was heard last; `null` before the first look at the stream. */
  #last: string | null = null;
  /** When it had last missed nothing, in the milliseconds of `performance.now()`. */
  #syncedAt = -Infinity;
  /** What was heard and not been dealt with: while the stream is read, it waits. */
  readonly #heard = new Entries<HeardEntry>();
  /** Whether the stream is being read. */
  #isReading = false;

  constructor(redis: RedisConnection, topic: string, settings: Settings) {
    this.#redis = redis;
    this.#stream = streamOf(redis, topic);
    this.channel = channelOf(redis, topic);
    this.#settings = settings;
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
    this.noteSync();
    this.#drainAfter(this.#last);
  }

  /** Notes that nothing is missing up to now. */
  noteSync(): void {
    this.#syncedAt = performance.now();
  }

  /**
   * Lets a listener begin.
   *
   * @returns Whether it has had everything after `after`.
   */
  async begin(subscriber: Subscriber, after: string | null): Promise<boolean> {
    // First of all, so that what is published while the stream is read waits for it.
    this.subscribers.add(subscriber);
    const isReplayed = after === null || await this.#replay(subscriber, after);
    if (after === null || !isReplayed) subscriber.last = await this.#latest();
    const { waiting } = subscriber;
    subscriber.waiting = null;
    const isComplete = isReplayed && waiting?.isOver !== true;
    if (waiting?.isOver === true) {
      // What was dropped is not given later either: it goes on with what comes now.
      subscriber.last = this.#last ?? START;
      if (after === null) notify(subscriber.onGap, this.#settings.onError);
    }
    for (const entry of waiting?.take() ?? []) this.#give(subscriber, entry);
    return isComplete;
  }

  /** Reads what was published since the last message that was heard. */
  readMissed(): void {
    this.isBehind = true;
    if (this.#isReading || this.#last === null) return;
    const last = this.#last;
    notify(() => this.#read(last), this.#settings.onError);
  }

  #hear(message: string): void {
    const [, id, before] = HEARD.exec(message) ?? [];
    // Another program, or another version, has said something: what it has published is in the stream.
    if (id === undefined || before === undefined) return this.readMissed();
    this.#heard.add({ id, before, text: message.slice(id.length + before.length + 2), isFirst: false });
    if (!this.#isReading && this.#last !== null) this.#drain(this.#last);
  }

  #drain(last: string): void {
    if (this.#heard.isOver) {
      this.#heard.take();
      return this.readMissed();
    }
    for (const heard of this.#heard.take()) {
      if (heard.id === last) continue;
      // What is not next is in the stream as well, and all that was heard with it.
      if (!this.#isNext(heard, last)) return this.readMissed();
      last = heard.id;
      this.#deliver(heard);
    }
  }

  /** The same where the stream was just read, up to an entry: what was heard of it before is heard twice. */
  #drainAfter(last: string): void {
    if (this.#heard.isOver) return this.#drain(last);
    const later = this.#heard.take().filter(({ id }) => compareIds(id, last) > 0);
    for (const heard of later) this.#heard.add(heard);
    this.#drain(last);
  }

  /**
   * Whether an entry follows the last one. A stream that has been forgotten for its age begins anew; what was heard until then
   * was all there was. An id that is not later is of another clock, or forged: the stream tells which of the two ids counts.
   */
  #isNext({ id, before }: HeardEntry, last: string): boolean {
    return compareIds(id, last) > 0 && (before === last || (before === START && !this.isBehind));
  }

  async #read(last: string): Promise<void> {
    this.#isReading = true;
    try {
      const isWhole = !this.isLost && (await this.#readAfter(last, (entry) => this.#deliverNew(entry)) ||
        await this.#readAnew(last));
      if (!isWhole) {
        // Another Redis may stand in for the one there was, with a clock of its own: no id of before counts any more.
        this.#last = await this.#latest();
        for (const subscriber of this.subscribers) subscriber.last = START;
        this.#tellGap();
      }
      this.isBehind = false;
      this.isLost = false;
      this.noteSync();
    } catch {
      // Away again. It stays behind, and reads when the connection is back, or at the next look at it.
    } finally {
      this.#isReading = false;
    }
    if (!this.isBehind && this.#last !== null) this.#drainAfter(this.#last);
  }

  /**
   * Reads a stream that has begun anew since the last entry was heard, or was not there yet. A topic is kept for a while after
   * its last message: so soon after it was last in step, nothing else can have come and gone.
   *
   * @returns Whether nothing is missing; where something may be, nothing is read.
   */
  async #readAnew(last: string): Promise<boolean> {
    const seconds = Math.min(this.#settings.logSeconds, LEAST_SECONDS);
    if (performance.now() - this.#syncedAt >= seconds * 1000) return false;
    const [first] = toEntries(await this.#redis.send(["XRANGE", this.#stream, "-", "+", "COUNT", "1"]));
    if (first === undefined) return await this.#redis.send(["EXISTS", this.#stream]) === 0;
    if (!first.isFirst || compareIds(first.id, last) <= 0) return false;
    this.#deliverNew(first);
    return await this.#readAfter(first.id, (entry) => this.#deliverNew(entry));
  }

  /** Delivers an entry that was read, unless it is not later than what was heard. */
  #deliverNew(entry: Entry): void {
    if (this.#last !== null && compareIds(entry.id, this.#last) > 0) this.#deliver(entry);
  }

  async #replay(subscriber: Subscriber, after: string): Promise<boolean> {
    // A cursor is what a browser has sent back: any text.
    if (!isId(after)) return false;
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
      else subscriber.waiting.add(entry);
    }
  }

  #give(subscriber: Subscriber, entry: Entry): void {
    if (compareIds(entry.id, subscriber.last) > 0) this.#call(subscriber, entry);
  }

  #call(subscriber: Subscriber, { id, text }: Entry): void {
    subscriber.last = id;
    if (!this.subscribers.has(subscriber)) return;
    // Parsed for each, so that no listener can change what the next one hears.
    notify(() => subscriber.listener({ cursor: id, message: parse(text) }), this.#settings.onError);
  }

  #tellGap(): void {
    for (const { onGap } of [...this.subscribers]) notify(onGap, this.#settings.onError);
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

/** What is said on a channel begins so: the id of the entry, and that of the one before it. */
const HEARD = /^([0-9]{1,20}-[0-9]{1,20}) ([0-9]{1,20}-[0-9]{1,20}) /;

/** The value of a text; `null`, which no message is, for what another program has written there. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** The answer to XRANGE. An entry of another program has other fields, and a text that is not JSON. */
function toEntries(answer: unknown): Entry[] {
  if (!Array.isArray(answer)) throw new TypeError("Cannot read a topic from Redis: XRANGE gives entries");
  return answer.map(([id, fields]: readonly [unknown, unknown]) => {
    const [name, text, , , mark] = Array.isArray(fields) ? fields : [];
    return { id: String(id), text: name === "m" ? String(text) : "", isFirst: mark === "f" };
  });
}

/** The greatest number of an id (Redis, streams: 64 bits, without a sign). */
const MAX_PART = 2n ** 64n - 1n;

/** Whether a text is an id as Redis writes it. */
function isId(text: string): boolean {
  return /^(?:0|[1-9][0-9]{0,19})-(?:0|[1-9][0-9]{0,19})$/.test(text) &&
    text.split("-").every((part) => BigInt(part) <= MAX_PART);
}

/** Ids are two numbers, each in order: milliseconds, and a count within them. A double would not hold all of them. */
function compareIds(a: string, b: string): number {
  const [aTime = "", aCount = ""] = a.split("-");
  const [bTime = "", bCount = ""] = b.split("-");
  return compareNumbers(aTime, bTime) || compareNumbers(aCount, bCount);
}

/** Numbers as Redis writes them have no leading zeros, so that the longer one is greater. */
function compareNumbers(a: string, b: string): number {
  if (a.length !== b.length) return a.length - b.length;
  return a === b ? 0 : a < b ? -1 : 1;
}
