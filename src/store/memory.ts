// A `Store` in the memory of one process: the default.
import { HyperError } from "../errors.ts";
import { checkEntry, checkWholeNumber, toJson } from "./entry.ts";
import type { Store } from "./store.ts";

/** Options for {@linkcode createMemoryStore}. */
export interface MemoryStoreOptions {
  /**
   * Maximum number of entries. Above it, the oldest writes are dropped. Keep it above the sum of `idempotency.maxEntries`
   * and `idempotency.maxClaims`, which limit each principal fairly. Default: `40_000`.
   */
  readonly maxEntries?: number | undefined;
  /**
   * Maximum size of keys and JSON texts, in bytes: two for each UTF-16 code unit. Keep it above `idempotency.maxBytes`, for
   * the same reason. Default: 128 MiB (134,217,728 bytes).
   */
  readonly maxBytes?: number | undefined;
  /**
   * Returns the time, in milliseconds. If the clock can be set, values may expire too early or too late. Default:
   * `performance.now()`, which cannot be set.
   */
  readonly now?: (() => number) | undefined;
}

/** A value in its list. */
interface Entry extends Link {
  readonly key: string;
  readonly text: string;
  readonly expires: number;
  /** Size in bytes, as {@linkcode MemoryStoreOptions.maxBytes} counts. */
  readonly size: number;
  readonly list: EntryList;
}

interface Link {
  before: Link;
  after: Link;
}

/**
 * Entries in the order in which they were written, as a ring of links. A `Map` keeps this order too, but finding its first
 * entry takes longer with each deletion before it: a full store would spend most of its time there.
 */
class EntryList {
  /** The link before the first entry and after the last one. */
  readonly #ends: Link;

  constructor() {
    const ends: Partial<Link> = {};
    ends.before = ends.after = ends as Link; // Complete once both are set.
    this.#ends = ends as Link; // Both are set.
  }

  /** Yields the entries, the oldest write first. The caller may remove the entry that it receives. */
  *[Symbol.iterator](): Generator<Entry> {
    for (let link = this.#ends.after; link !== this.#ends;) {
      const next = link.after;
      yield link as Entry; // Every link except `#ends` is an entry: `push()` adds nothing else.
      link = next;
    }
  }

  push(entry: Omit<Entry, keyof Link | "list">): Entry {
    const last = this.#ends.before;
    const pushed: Entry = { ...entry, list: this, before: last, after: this.#ends };
    last.after = this.#ends.before = pushed;
    return pushed;
  }

  remove(entry: Entry): void {
    const { before, after } = entry;
    before.after = after;
    after.before = before;
    // An entry that V8 has not collected yet would otherwise keep its neighbors alive.
    entry.before = entry.after = entry;
  }
}

/**
 * Creates a store in the memory of this process. Its values are lost when the process ends.
 *
 * @param options Limits of the store.
 * @returns The store.
 * @throws {RangeError} If a limit is not a whole number above 0.
 *
 * @example Claim a seat once
 * ```ts
 * import { createMemoryStore } from "@hyper/actions";
 * import { assertEquals } from "@std/assert";
 *
 * const store = createMemoryStore({ maxEntries: 100 });
 * assertEquals(await store.putIfAbsent("seat:12", "ada", 60), true);
 * assertEquals(await store.putIfAbsent("seat:12", "bob", 60), false);
 * ```
 */
export function createMemoryStore(options: MemoryStoreOptions = {}): Store {
  return new MemoryStore(options);
}

class MemoryStore implements Store {
  readonly #maxEntries: number;
  readonly #maxBytes: number;
  readonly #now: () => number;
  readonly #entries = new Map<string, Entry>();
  /** Entries stored by `putIfAbsent()` and not replaced since. They are never dropped before they expire. */
  readonly #claims = new EntryList();
  /** All other entries. The oldest are dropped when there is no room. */
  readonly #others = new EntryList();
  /** Sum of the sizes of all entries. */
  #bytes = 0;

  constructor(options: MemoryStoreOptions) {
    const { maxEntries = 40_000, maxBytes = 128 * 1024 * 1024, now = () => performance.now() } = options;
    checkWholeNumber("create a memory store", "maxEntries", maxEntries);
    checkWholeNumber("create a memory store", "maxBytes", maxBytes);
    this.#maxEntries = maxEntries;
    this.#maxBytes = maxBytes;
    this.#now = now;
  }

  // Each method is async, so that an error is a rejection. None of them awaits anything, so that each is atomic.

  // deno-lint-ignore require-await
  async get(key: string): Promise<unknown> {
    const entry = this.#read(key);
    return entry === undefined ? null : JSON.parse(entry.text);
  }

  // deno-lint-ignore require-await
  async put(key: string, value: unknown, seconds: number): Promise<void> {
    this.#write(this.#others, key, toJson(key, value), seconds);
  }

  // deno-lint-ignore require-await
  async putIfAbsent(key: string, value: unknown, seconds: number): Promise<boolean> {
    const text = toJson(key, value);
    if (this.#read(key) !== undefined) return false;
    this.#write(this.#claims, key, text, seconds);
    return true;
  }

  // deno-lint-ignore require-await
  async replace(key: string, expected: unknown, value: unknown, seconds: number): Promise<boolean> {
    const before = toJson(key, expected);
    // Renewing a lease replaces a value with itself.
    const text = value === expected ? before : toJson(key, value);
    const found = this.#read(key);
    if (found?.text !== before) return false;
    this.#write(text === before ? found.list : this.#others, key, text, seconds);
    return true;
  }

  // deno-lint-ignore require-await
  async deleteIf(key: string, expected: unknown): Promise<boolean> {
    const found = this.#read(key);
    if (found === undefined || found.text !== toJson(key, expected)) return false;
    this.#remove(found);
    return true;
  }

  // deno-lint-ignore require-await
  async delete(key: string): Promise<void> {
    const found = this.#entries.get(key);
    if (found !== undefined) this.#remove(found);
  }

  #read(key: string): Entry | undefined {
    const entry = this.#entries.get(key);
    return entry !== undefined && entry.expires > this.#now() ? entry : undefined;
  }

  #write(list: EntryList, key: string, text: string, seconds: number): void {
    checkEntry(key, seconds);
    const size = 2 * (key.length + text.length);
    if (size > this.#maxBytes) {
      throw new RangeError(
        `Cannot store "${key}": it takes ${size} bytes, maxBytes is ${this.#maxBytes}; store less or raise maxBytes`,
      );
    }
    const now = this.#now();
    this.#dropExpired(this.#claims, now);
    this.#dropExpired(this.#others, now);
    const found = this.#entries.get(key);
    const old = found !== undefined && found.expires > now ? found : null;
    if (found !== undefined && old === null) this.#remove(found);
    this.#makeRoom(key, old === null ? 1 : 0, size - (old?.size ?? 0), now);
    // Removed first: the new entry is the last of its list.
    if (old !== null) this.#remove(old);
    this.#entries.set(key, list.push({ key, text, size, expires: now + seconds * 1000 }));
    this.#bytes += size;
  }

  /** Drops the entries at the front of a list that have expired. Claims all live equally long, so for them these are all. */
  #dropExpired(list: EntryList, now: number): void {
    for (const entry of list) {
      if (entry.expires > now) return;
      this.#remove(entry);
    }
  }

  #makeRoom(key: string, entries: number, bytes: number, now: number): void {
    const isFull = (): boolean =>
      this.#entries.size + entries > this.#maxEntries || this.#bytes + bytes > this.#maxBytes;
    for (const entry of this.#others) {
      if (!isFull()) return;
      if (entry.key !== key) this.#remove(entry);
    }
    // Expired claims may be behind claims that live longer.
    for (const entry of this.#claims) {
      if (!isFull()) return;
      if (entry.expires <= now) this.#remove(entry);
    }
    if (!isFull()) return;
    throw new HyperError(
      503,
      `Cannot store "${key}": the store is full of claims, ${this.#entries.size} of ${this.#maxEntries} entries, ` +
        `${this.#bytes} of ${this.#maxBytes} bytes; try again, or raise maxEntries or maxBytes`,
      { headers: { "retry-after": "1" } },
    );
  }

  #remove(entry: Entry): void {
    entry.list.remove(entry);
    this.#entries.delete(entry.key);
    this.#bytes -= entry.size;
  }
}
