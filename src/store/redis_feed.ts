// One topic in this process: entries that are announced go to the listeners. Missed entries are read from the log.
import { notify, type Report } from "../callback.ts";
import type { RedisConnection } from "./redis_connection.ts";
import {
  type AnnouncedEntry,
  compareIds,
  isEntryId,
  type LogEntry,
  parseAnnouncement,
  START,
  TopicLog,
} from "./redis_log.ts";
import type { BusMessage } from "./store.ts";

/** Minimum time for which a topic is kept after its last message, in seconds, even if its publisher asks for less. */
export const MIN_KEEP_SECONDS = 60;

/** Maximum length of the entries that wait while the log is read. Entries above it are read from the log instead. */
const MAX_WAITING = 1024 * 1024;

/** A listener of a topic. */
export interface Subscriber {
  readonly listener: (message: BusMessage) => void;
  readonly onGap: () => void;
  /** Id of the last entry that it received. */
  last: string;
  /** Entries that arrived while it reads the log; `null` once it has read it. */
  waiting: Waiting | null;
}

/** Entries that wait to be delivered, bounded in size. */
export class Waiting<E extends LogEntry = LogEntry> {
  #entries: E[] = [];
  #length = 0;
  /** `true` if there were too many entries, so that all of them were dropped. */
  isOverflown = false;

  add(entry: E): void {
    this.#length += entry.text.length;
    if (this.#length > MAX_WAITING && this.#entries.length > 0) {
      this.#entries = [];
      this.isOverflown = true;
    }
    if (!this.isOverflown) this.#entries.push(entry);
  }

  /** Removes and returns all entries. */
  takeAll(): readonly E[] {
    const entries = this.#entries;
    this.#entries = [];
    this.#length = 0;
    this.isOverflown = false;
    return entries;
  }
}

/** The subscription of this process to one topic, shared by all listeners of the topic. */
export class Feed {
  /** Number of listeners, including those that are still subscribing. */
  users = 0;
  /** Resolves when every entry that is published from then on arrives here. */
  readonly opened: Promise<void>;
  /** Set when the last listener has left. */
  closing: Promise<void> | null = null;
  /** `true` if entries may have been missed and are not read yet. */
  isBehind = false;
  /** `true` if Redis has lost the log, and the listeners do not know yet. */
  isLost = false;
  readonly #redis: RedisConnection;
  readonly #log: TopicLog;
  /** Time for which an entry is kept at least, in milliseconds. */
  readonly #keptFor: number;
  readonly #report: Report;
  readonly #subscribers = new Set<Subscriber>();
  /** Id of the last entry that was delivered. */
  #last = START;
  /** Last time at which nothing was missing, by `performance.now()`. */
  #syncedAt = -Infinity;
  /** Announced entries that wait while the log is read. */
  readonly #announced = new Waiting<AnnouncedEntry>();
  /** `true` while the log is read, as it is first when the feed opens. */
  #isReading = true;

  constructor(redis: RedisConnection, topic: string, logSeconds: number, report: Report) {
    this.#redis = redis;
    this.#log = new TopicLog(redis, topic);
    this.#keptFor = 1000 * Math.min(logSeconds, MIN_KEEP_SECONDS);
    this.#report = report;
    this.opened = this.#open();
    // Every listener awaits `opened`, and gets the error.
    this.opened.catch(() => {});
  }

  async #open(): Promise<void> {
    await this.#redis.subscribe(this.#log.channel, (message) => this.#receive(message));
    try {
      this.#last = await this.#log.latest();
    } catch (error) {
      await this.close();
      throw error;
    }
    this.#isReading = false;
    this.markSynced();
    this.#drainAfter();
  }

  /** Unsubscribes from the channel. */
  async close(): Promise<void> {
    await this.#redis.unsubscribe(this.#log.channel);
  }

  /** Notes that nothing is missing up to now. */
  markSynced(): void {
    this.#syncedAt = performance.now();
  }

  /** Adds a listener. Returns whether it received every entry after `after`. */
  async add(subscriber: Subscriber, after: string | null): Promise<boolean> {
    // First, so that entries that arrive while the log is read wait for it.
    this.#subscribers.add(subscriber);
    const isReplayed = after === null || await this.#replay(subscriber, after);
    if (after === null || !isReplayed) subscriber.last = await this.#log.latest();
    const { waiting } = subscriber;
    subscriber.waiting = null;
    const isOverflown = waiting?.isOverflown === true;
    if (isOverflown) {
      // The dropped entries are not delivered later: the listener continues with the next one.
      subscriber.last = this.#last;
      if (after === null) notify(subscriber.onGap, this.#report);
    }
    for (const entry of waiting?.takeAll() ?? []) this.#deliverTo(subscriber, entry);
    return isReplayed && !isOverflown;
  }

  /** Removes a listener. */
  remove(subscriber: Subscriber): void {
    this.#subscribers.delete(subscriber);
  }

  /** Reads the entries after the last one that was delivered. */
  readMissed(): void {
    this.isBehind = true;
    if (!this.#isReading) notify(() => this.#read(this.#last), this.#report);
  }

  #receive(message: string): void {
    const entry = parseAnnouncement(message);
    // Another program, or another version, has published: its entry is in the log.
    if (entry === null) return this.readMissed();
    this.#announced.add(entry);
    if (!this.#isReading) this.#drain();
  }

  #drain(): void {
    if (this.#announced.isOverflown) {
      this.#announced.takeAll();
      return this.readMissed();
    }
    for (const entry of this.#announced.takeAll()) {
      if (entry.id === this.#last) continue;
      // An entry is missing. It is in the log, together with the remaining ones.
      if (!this.#isNext(entry)) return this.readMissed();
      this.#deliver(entry);
    }
  }

  /** Delivers announced entries after the log was read: earlier ones were in the log as well. */
  #drainAfter(): void {
    if (this.#announced.isOverflown) return this.#drain();
    const later = this.#announced.takeAll().filter(({ id }) => compareIds(id, this.#last) > 0);
    for (const entry of later) this.#announced.add(entry);
    this.#drain();
  }

  /**
   * Returns whether an entry follows the last one. A stream that has expired starts again without a predecessor; if nothing
   * was missed, that is the next entry. An id that is not later is from another clock, or forged: the log decides.
   */
  #isNext({ id, before }: AnnouncedEntry): boolean {
    return compareIds(id, this.#last) > 0 && (before === this.#last || (before === START && !this.isBehind));
  }

  async #read(last: string): Promise<void> {
    this.#isReading = true;
    try {
      if (this.isLost || !(await this.#readAfter(last) || await this.#readFromStart(last))) await this.#skip();
      this.isBehind = false;
      this.isLost = false;
      this.markSynced();
    } catch {
      // Redis cannot be reached. The feed stays behind, and reads again after a reconnect or the next check.
    } finally {
      this.#isReading = false;
    }
    if (!this.isBehind) this.#drainAfter();
  }

  /**
   * Reads a stream that did not exist, or was created, since the last entry was delivered. A topic is kept for a while after
   * its last message: shortly after nothing was missing, no other entry can have come and expired.
   *
   * @returns Whether nothing is missing. If something may be, nothing is read.
   */
  async #readFromStart(last: string): Promise<boolean> {
    if (performance.now() - this.#syncedAt >= this.#keptFor) return false;
    const first = await this.#log.first();
    if (first === undefined) return true;
    if (first === null || !first.isFirst || compareIds(first.id, last) <= 0) return false;
    this.#deliverNew(first);
    return await this.#readAfter(first.id);
  }

  async #readAfter(id: string): Promise<boolean> {
    return await this.#log.readAfter(id, (entry) => this.#deliverNew(entry));
  }

  /** Continues after the latest entry, and reports the gap. Another Redis may have another clock: earlier ids do not count. */
  async #skip(): Promise<void> {
    this.#last = await this.#log.latest();
    const subscribers = [...this.#subscribers];
    for (const subscriber of subscribers) subscriber.last = START;
    for (const { onGap } of subscribers) notify(onGap, this.#report);
  }

  #deliverNew(entry: LogEntry): void {
    if (compareIds(entry.id, this.#last) > 0) this.#deliver(entry);
  }

  async #replay(subscriber: Subscriber, after: string): Promise<boolean> {
    // A browser may send any string as its cursor.
    if (!isEntryId(after)) return false;
    subscriber.last = after;
    return await this.#log.readAfter(after, (entry) => this.#call(subscriber, entry));
  }

  #deliver(entry: LogEntry): void {
    this.#last = entry.id;
    for (const subscriber of [...this.#subscribers]) {
      if (subscriber.waiting === null) this.#deliverTo(subscriber, entry);
      else subscriber.waiting.add(entry);
    }
  }

  /** Calls a listener with an entry, unless it has received that entry or a later one. */
  #deliverTo(subscriber: Subscriber, entry: LogEntry): void {
    if (compareIds(entry.id, subscriber.last) > 0) this.#call(subscriber, entry);
  }

  #call(subscriber: Subscriber, { id, text }: LogEntry): void {
    subscriber.last = id;
    if (!this.#subscribers.has(subscriber)) return;
    // Parsed for each listener, so that none can change the message of another.
    notify(() => subscriber.listener({ cursor: id, message: parseMessage(text) }), this.#report);
  }
}

/** Parses a message. Returns `null`, which is never published, for an entry of another program. */
function parseMessage(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Not JSON, so another program has written it.
    return null;
  }
}
