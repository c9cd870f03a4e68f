// Watchers of topics, in groups that watch the same ones.
import { runAfterIo } from "../platform/timers.ts";

/** Time over which the watchers of a topic are notified, in milliseconds: per watcher, and at most. Their requests would all arrive at once. */
const SPREAD_PER_WATCHER = 1;
export const MAX_SPREAD = 2_000;
/** Number of watchers that are notified at once. */
const FEW = 20;
/** The shortest time between two notifications of a watcher, in milliseconds: a burst of changes costs its pages two requests. */
const PAUSE_MS = 500;

/** Changes for one watcher. */
export interface Changed {
  /** The topics, each with the echo of the only call that has changed it, else `null`. Of all topics if it is `"all"`. */
  readonly topics: ReadonlyMap<string, string | null> | "all";
  /** The place up to which the feed was read; `null` if it has none. */
  readonly place: string | null;
}

/** Topics that several watchers share: thousands have the same page open, so that each holds only its group. */
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

/** The groups that have watchers. */
export class TopicGroups {
  /** The groups by name. */
  readonly #groups = new Map<string, UsedGroup>();
  /** The groups of each topic. */
  readonly #byTopic = new Map<string, Set<UsedGroup>>();

  /** The topics that have watchers. */
  get topics(): readonly string[] {
    return [...this.#byTopic.keys()];
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

  /** Notes a change for all watchers of a topic. */
  note(topic: string, echo: string | null): void {
    const groups = this.#byTopic.get(topic) ?? [];
    let count = 0;
    for (const { watchers } of groups) count += watchers.size;
    const spread = count > FEW ? Math.min(count * SPREAD_PER_WATCHER, MAX_SPREAD) : 0;
    for (const { watchers } of groups) {
      for (const watcher of watchers) watcher.note(topic, echo, spread * Math.random());
    }
  }
}

/** The feed that a watcher belongs to. */
export interface WatchedFeed {
  readonly groups: TopicGroups;
  /** The place that it has reached. */
  readonly place: string | null;
  /** Removes a watcher that has ended. */
  forget(watcher: ChangeWatcher): void;
}

/** The reader of a watcher. An object, not a promise: thousands wait. */
export interface ChangeReader {
  /** Called when there are changes to {@linkcode ChangeWatcher.take}, and when the watcher has ended. */
  onChanges(): void;
}

/** The changes of topics for one stream. */
export class ChangeWatcher {
  readonly #feed: WatchedFeed;
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

  constructor(feed: WatchedFeed, reader: ChangeReader) {
    this.#feed = feed;
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
    const shared = this.#feed.groups.join(this, group);
    if (this.#group !== null && this.#group !== shared) this.#feed.groups.leave(this, this.#group);
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
    return { topics, place: this.#feed.place };
  }

  /** Ends it. */
  end(): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    clearTimeout(this.#timer);
    if (this.#group !== null) this.#feed.groups.leave(this, this.#group);
    this.#feed.forget(this);
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
