// The topics that have changed, on all instances: one feed over the bus, which each instance reads once for all its watchers.
//
// ```
// changed() ──▶ bus ──▶ feed of each instance ──▶ recent changes ──▶ watchers of the topic
// ```
//
// Every page carries the place in the feed that its instance had reached before it rendered the page. A change after that place may be
// missing from the page, one before it is not: it was published after its data had been written.
import { notify, type Report, reportTo } from "../callback.ts";
import { isJsonObject } from "../http/json.ts";
import type { Bus, BusMessage, BusSubscription } from "../store/store.ts";
import { type ChangeReader, ChangeWatcher, MAX_SPREAD, TopicGroups, type WatchedFeed } from "./change_watcher.ts";
import { RetryQueue } from "./retry_queue.ts";
import { TopicVersions } from "./versions.ts";

/** The topic of the feed. Those of applications do not start with `hyper:`. */
const FEED = "hyper:changed";
/**
 * Version of the messages. Raise it with every change that an instance of the earlier version would misread, since both run during a
 * deployment. A message of another version counts as a gap.
 */
const VERSION = 1;
/** Number of changes that an instance keeps for clients that return. */
const MAX_RECENT = 4_096;
/** Size of these changes, in UTF-16 code units of their cursors and topics. */
const MAX_RECENT_CHARS = 1_048_576;
/** Time between two attempts to subscribe, in milliseconds. */
const RETRY_MS = 1_000;

/** A message of the feed. */
interface Change {
  readonly topics: readonly string[];
  /** The public part of the request ID of the call that made the change; `null` for none. */
  readonly echo: string | null;
  /** Seconds after which the topics count as changed once more, or `null`. */
  readonly again: number | null;
  /** The instance that has published it; `null` if it is not known. */
  readonly from: string | null;
}

/** A change that clients may have missed. */
interface Recent {
  readonly cursor: string;
  readonly topics: readonly string[];
  /** UTF-16 code units of the cursor and the topics. */
  readonly size: number;
}

/** The changes of a handler. */
export class Changes implements WatchedFeed {
  /** The versions of topics: they grow when this instance publishes a change, or receives that of another one. */
  readonly versions: TopicVersions = new TopicVersions();
  /** Distinguishes the changes of this instance. */
  readonly #id = crypto.randomUUID();
  readonly #bus: Bus;
  readonly #report: Report;
  readonly #watchers = new Set<ChangeWatcher>();
  /** The groups of its watchers, by topic. */
  readonly groups: TopicGroups = new TopicGroups();
  /** The latest changes, the oldest first. */
  readonly #recent: Recent[] = [];
  /** Sum of their sizes. */
  #recentSize = 0;
  /** The number of each place that clients may return from: the one before the oldest change, and that of each change. */
  readonly #numbers = new Map<string, number>();
  /** The number of the latest change of each topic. */
  readonly #latest = new Map<string, number>();
  /** Number of changes that were received. */
  #count = 0;
  /** Changes that could not be published: every region counts as changed once the bus can be reached. */
  readonly #lost: RetryQueue;
  readonly #timers = new Set<ReturnType<typeof setTimeout>>();
  readonly #pending = new Set<Promise<void>>();
  #subscription: Promise<BusSubscription> | null = null;
  /** Resolves when the last attempt to subscribe has succeeded or failed. */
  #attempt: Promise<void> = Promise.resolve();
  #place: string | null = null;
  /** The place before the oldest of the recent changes. */
  #before: string | null = null;
  #isClosed = false;

  constructor(bus: Bus, report: Report) {
    this.#bus = bus;
    this.#report = report;
    this.#lost = new RetryQueue(async () => void await bus.publish(FEED, { v: VERSION }));
  }

  /** The place that this instance has reached; `null` before it has subscribed, or if the bus has no places. */
  get place(): string | null {
    return this.#place;
  }

  /** Reads the feed from now on. Retried until the bus can be reached. */
  start(): void {
    if (this.#isClosed || this.#subscription !== null) return;
    const subscription = this.#bus.subscribe(FEED, (message) => this.#receive(message), { onGap: () => this.#miss() });
    this.#subscription = subscription;
    this.#attempt = subscription.then(({ cursor = null }) => {
      // Unless a change has arrived already.
      this.#place ??= cursor;
      // Of pages that watch since an earlier attempt, too: this instance has not received the changes before.
      this.#lose();
    }, (error) => {
      reportTo(this.#report, error);
      this.#subscription = null;
      this.#later(RETRY_MS, () => this.start());
    });
  }

  /** Waits for the first attempt to read the feed, so that there is a place. */
  async ready(): Promise<void> {
    this.start();
    await this.#attempt;
  }

  /** Publishes that topics have changed. If the bus cannot be reached, this is reported, and made up for as soon as it can. */
  publish(
    topics: readonly string[],
    { echo = null, again = null, report = this.#report }: Partial<Pick<Change, "echo" | "again">> & {
      readonly report?: Report;
    } = {},
  ): Promise<void> {
    this.versions.touch(topics);
    const publishing = this.#publish({ topics: [...new Set(topics)], echo, again, from: this.#id }, report);
    this.#pending.add(publishing);
    return publishing.finally(() => this.#pending.delete(publishing));
  }

  /** Returns whether a topic may have changed since a place: also if the place is not known, or is too long ago. */
  mayHaveChanged(topic: string, place: string | null): boolean {
    const since = place === null ? undefined : this.#numbers.get(place);
    return since === undefined || (this.#latest.get(topic) ?? 0) > since;
  }

  /** Watches topics, none at first. */
  watch(reader: ChangeReader): ChangeWatcher {
    this.start();
    const watcher = new ChangeWatcher(this, reader);
    this.#watchers.add(watcher);
    return watcher;
  }

  /** Removes a watcher that has ended. */
  forget(watcher: ChangeWatcher): void {
    this.#watchers.delete(watcher);
  }

  /** Ends everything, after what was published has its place. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all(this.#pending);
    this.#lost.close();
    for (const timer of this.#timers) clearTimeout(timer);
    for (const watcher of this.#watchers) watcher.end();
    const subscription = await this.#subscription?.catch(() => null) ?? null;
    if (subscription !== null) await notify(() => subscription[Symbol.asyncDispose](), this.#report);
  }

  async #publish(change: Change, report: Report): Promise<void> {
    try {
      await this.#bus.publish(FEED, { v: VERSION, ...change });
    } catch (error) {
      reportTo(report, error);
      this.#lost.add(FEED);
    }
  }

  #receive({ cursor, message }: BusMessage): void {
    const change = readChange(message);
    this.#place = cursor;
    // Of another version, or without topics, because changes were lost: any topic may have changed.
    if (change === null) return this.#lose();
    const { topics, echo, again, from } = change;
    // A change of its own was noted when it was published.
    if (from !== this.#id) this.versions.touch(topics);
    this.#remember(cursor, topics);
    this.#notify(topics, echo);
    if (again === null) return;
    this.#later(again * 1000, () => {
      this.versions.touch(topics);
      this.#notify(topics, null);
    });
  }

  #notify(topics: readonly string[], echo: string | null): void {
    for (const topic of topics) this.groups.note(topic, echo);
  }

  #remember(cursor: string, topics: readonly string[]): void {
    const number = ++this.#count;
    const size = topics.reduce((sum, topic) => sum + topic.length, cursor.length);
    this.#recent.push({ cursor, topics, size });
    this.#recentSize += size;
    this.#numbers.set(cursor, number);
    for (const topic of topics) this.#latest.set(topic, number);
    while (this.#recent.length > MAX_RECENT || this.#recentSize > MAX_RECENT_CHARS) this.#forgetOldest();
  }

  #forgetOldest(): void {
    const oldest = this.#recent.shift();
    if (oldest === undefined) return;
    this.#recentSize -= oldest.size;
    if (this.#before !== null) this.#numbers.delete(this.#before);
    this.#before = oldest.cursor;
    // A later change of the same topic has a higher number.
    const last = this.#numbers.get(oldest.cursor);
    for (const topic of oldest.topics) if (this.#latest.get(topic) === last) this.#latest.delete(topic);
  }

  /** Forgets all changes. The place that was reached is the only one that clients may return from. */
  #forget(): void {
    this.#recent.length = 0;
    this.#recentSize = 0;
    this.#numbers.clear();
    this.#latest.clear();
    this.#before = this.#place;
    if (this.#place !== null) this.#numbers.set(this.#place, this.#count);
  }

  /** Notes that the bus has missed changes. The place from before the gap is none to return from. */
  #miss(): void {
    this.#place = null;
    this.#lose();
    // A change of nothing, for a place after the gap: the next change may be hours away.
    notify(() => this.publish([]), this.#report);
  }

  /** Notes that any topic may have changed. */
  #lose(): void {
    this.versions.touchAll();
    this.#forget();
    for (const watcher of this.#watchers) watcher.noteAll(Math.min(this.#watchers.size, MAX_SPREAD) * Math.random());
  }

  #later(delay: number, callback: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      callback();
    }, delay);
    this.#timers.add(timer);
  }
}

function readChange(message: unknown): Change | null {
  if (!isJsonObject(message) || message.v !== VERSION) return null;
  const { topics, echo, again, from } = message;
  if (!Array.isArray(topics) || !topics.every((topic) => typeof topic === "string")) return null;
  return {
    topics,
    echo: typeof echo === "string" ? echo : null,
    again: typeof again === "number" && again > 0 && again <= 3600 ? again : null,
    from: typeof from === "string" ? from : null,
  };
}
