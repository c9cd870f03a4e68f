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
import { runAfterIo } from "../platform/timers.ts";
import type { Bus, BusMessage, BusSubscription } from "../store/store.ts";
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
/** Time over which the watchers of a topic are notified, in milliseconds: per watcher, and at most. Their requests would all arrive at once. */
const SPREAD_PER_WATCHER = 1;
const MAX_SPREAD = 2_000;
/** Number of watchers that are notified at once. */
const FEW = 20;
/** The shortest time between two notifications of a watcher, in milliseconds: a burst of changes costs its pages two requests. */
const PAUSE_MS = 500;
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

/** Changes for one watcher. */
export interface Changed {
  /** The topics, each with the echo of the only call that has changed it, else `null`. Of all topics if it is `"all"`. */
  readonly topics: ReadonlyMap<string, string | null> | "all";
  /** The place up to which the feed was read; `null` if it has none. */
  readonly place: string | null;
}

/** The changes of a handler. */
export class Changes {
  /** The versions of topics: they grow when this instance publishes a change, or receives that of another one. */
  readonly versions: TopicVersions = new TopicVersions();
  /** Distinguishes the changes of this instance. */
  readonly #id = crypto.randomUUID();
  readonly #bus: Bus;
  readonly #report: Report;
  readonly #watchers = new Set<ChangeWatcher>();
  /** The groups that have watchers, by name. */
  readonly #groups = new Map<string, UsedGroup>();
  /** The groups of each topic. */
  readonly #byTopic = new Map<string, Set<UsedGroup>>();
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
    this.#lost = new RetryQueue(async () => void await bus.publish(FEED, { v: VERSION, lost: true }));
  }

  /** The place that this instance has reached; `null` before it has subscribed, or if the bus has no places. */
  get place(): string | null {
    return this.#place;
  }

  /** The topics that have watchers. */
  get watchedTopics(): readonly string[] {
    return [...this.#byTopic.keys()];
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

  /** Adds a watcher to a group. Returns the group with this name that has watchers already, else the given one. */
  join<G extends TopicGroup>(watcher: ChangeWatcher, given: G): G {
    const known = this.#groups.get(given.name);
    if (known !== undefined) {
      known.watchers.add(watcher);
      // A name stands for all contents of a group, so that this one has the type of the given one.
      return known.group as G;
    }
    const used: UsedGroup = { group: given, watchers: new Set([watcher]) };
    this.#groups.set(given.name, used);
    for (const topic of given.topics.keys()) {
      const groups = this.#byTopic.get(topic);
      if (groups === undefined) this.#byTopic.set(topic, new Set([used]));
      else groups.add(used);
    }
    return given;
  }

  /** Removes a watcher from its group. */
  leave(watcher: ChangeWatcher, { name, topics }: TopicGroup): void {
    const used = this.#groups.get(name);
    if (used === undefined || !used.watchers.delete(watcher) || used.watchers.size > 0) return;
    this.#groups.delete(name);
    for (const topic of topics.keys()) {
      const groups = this.#byTopic.get(topic);
      groups?.delete(used);
      if (groups?.size === 0) this.#byTopic.delete(topic);
    }
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
    // Of another version, or lost: any topic may have changed.
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
    for (const topic of topics) {
      const groups = this.#byTopic.get(topic);
      if (groups === undefined) continue;
      let count = 0;
      for (const { watchers } of groups) count += watchers.size;
      const spread = count > FEW ? Math.min(count * SPREAD_PER_WATCHER, MAX_SPREAD) : 0;
      for (const { watchers } of groups) {
        for (const watcher of watchers) watcher.note(topic, echo, spread * Math.random());
      }
    }
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

/** What watchers of the same topics share: thousands have the same page open, so that each holds only its group. */
export interface TopicGroup {
  /** Stands for all contents of the group. */
  readonly name: string;
  /** The topics: a set, or a map by topic. They must not change. */
  readonly topics: Pick<ReadonlyMap<string, unknown>, "keys">;
}

/** A group, and its watchers. */
interface UsedGroup {
  readonly group: TopicGroup;
  readonly watchers: Set<ChangeWatcher>;
}

/** The reader of a watcher. An object, not a promise: thousands wait. */
export interface ChangeReader {
  /** Called when there are changes to {@linkcode ChangeWatcher.take}, and when the watcher has ended. */
  onChanges(): void;
}

/** The changes of topics for one stream. */
export class ChangeWatcher {
  readonly #changes: Changes;
  readonly #reader: ChangeReader;
  /** `null` until it watches topics. */
  #group: TopicGroup | null = null;
  /** Topics that have changed; `null` for none. */
  #changed: Map<string, string | null> | "all" | null = null;
  /** `true` once it must be read. */
  #isDue = false;
  #isEnded = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Time of the last notification, by `performance.now()`. */
  #notifiedAt = -Infinity;

  constructor(changes: Changes, reader: ChangeReader) {
    this.#changes = changes;
    this.#reader = reader;
  }

  /** `true` if there is something to take. */
  get isDue(): boolean {
    return this.#isDue;
  }

  /** `true` once it has ended. */
  get isEnded(): boolean {
    return this.#isEnded;
  }

  /**
   * Watches the topics of a group, and no others.
   *
   * @returns The group to hold in place of the given one.
   */
  set<G extends TopicGroup>(group: G): G {
    if (this.#isEnded) return group;
    const shared = this.#changes.join(this, group);
    if (this.#group !== null && this.#group !== shared) this.#changes.leave(this, this.#group);
    this.#group = shared;
    return shared;
  }

  /** Notes a change, to be read after a delay in milliseconds. */
  note(topic: string, echo: string | null, delay: number): void {
    if (this.#changed !== "all") {
      const changed = this.#changed ?? new Map<string, string | null>();
      this.#changed = changed;
      const known = changed.get(topic);
      changed.set(topic, known === undefined || known === echo ? echo : null);
    }
    this.#schedule(delay);
  }

  /** Notes that any topic may have changed. */
  noteAll(delay: number): void {
    this.#changed = "all";
    this.#schedule(delay);
  }

  /** Returns what has changed since it was called last. */
  take(): Changed {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#isDue = false;
    const topics = this.#changed ?? new Map();
    if (this.#changed !== null) this.#notifiedAt = performance.now();
    this.#changed = null;
    return { topics, place: this.#changes.place };
  }

  /** Ends it. */
  end(): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    clearTimeout(this.#timer);
    if (this.#group !== null) this.#changes.leave(this, this.#group);
    this.#changes.forget(this);
    this.#reader.onChanges();
  }

  #schedule(delay: number): void {
    if (this.#timer !== undefined || this.#isDue || this.#isEnded) return;
    const wait = Math.max(delay, this.#notifiedAt + PAUSE_MS - performance.now());
    // Together with the changes that arrive in the same turn.
    if (wait < 1) return runAfterIo(() => this.#due());
    this.#timer = setTimeout(() => this.#due(), wait);
  }

  #due(): void {
    if (this.#isDue || this.#isEnded || this.#changed === null) return;
    this.#isDue = true;
    this.#reader.onChanges();
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
