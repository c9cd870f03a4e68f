/**
 * A `Store` in the memory of one process: the default.
 *
 * @module
 */
import { HyperError } from "../errors.ts";
import { checkBound, checkEntry, toJson } from "./entry.ts";
import type { Store } from "./store.ts";

/** Options for {@linkcode createMemoryStore}. */
export interface MemoryStoreOptions {
  /**
   * Maximum number of entries. More than `idempotency.maxEntries` and `idempotency.maxClaims` together, which share it out fairly: this store
   * drops what was written longest ago. Default: `40_000`.
   */
  readonly maxEntries?: number | undefined;
  /**
   * Maximum size of keys and JSON texts, in bytes, counted as two for each UTF-16 code unit. More than `idempotency.maxBytes`, for the
   * same reason. Default: 128 MiB (134,217,728 bytes).
   */
  readonly maxBytes?: number | undefined;
  /**
   * Returns the time, in milliseconds. A clock that can be set ends claims before their time or after it. Default:
   * `performance.now()`, which cannot be set.
   */
  readonly now?: (() => number) | undefined;
}

/** A value, and its place in the order of writing: a ring of entries around the one that stands for the list. */
interface Entry extends Link {
  readonly key: string;
  readonly text: string;
  readonly expires: number;
  /** Where it stands. */
  readonly list: EntryList;
}

interface Link {
  before: Link;
  after: Link;
}

/**
 * Entries in the order in which they were written. Not the order of a `Map`: one whose first entry is removed again and
 * again looks at every hole it has left, and a store that is full would spend more time there than the handlers it is for.
 */
class EntryList {
  /** Stands before the first and after the last. */
  readonly #ends: Link;

  constructor() {
    const ends: Partial<Link> = {};
    ends.before = ends.after = ends as Link; // Whole with these two.
    this.#ends = ends as Link; // As said.
  }

  /** The entry that was written longest ago. */
  get first(): Entry | null {
    return this.#entry(this.#ends.after);
  }

  /** The one written next after an entry. */
  after({ after }: Entry): Entry | null {
    return this.#entry(after);
  }

  /** Adds an entry as the last. */
  push(entry: Omit<Entry, keyof Link | "list">): Entry {
    const last = this.#ends.before;
    const pushed: Entry = { ...entry, list: this, before: last, after: this.#ends };
    last.after = this.#ends.before = pushed;
    return pushed;
  }

  /** Takes out one of its entries. */
  remove(entry: Entry): void {
    const { before, after } = entry;
    before.after = after;
    after.before = before;
    // Let go of its neighbours: an entry that V8 has not collected yet would keep those that came after it.
    entry.before = entry.after = entry;
  }

  #entry(link: Link): Entry | null {
    // Every link but the one that stands for the list is an entry: `push()` adds nothing else.
    return link === this.#ends ? null : link as Entry;
  }
}

/**
 * Makes a store in memory. Its values are gone with the process, and no other process sees them.
 *
 * @param options How much it holds.
 * @returns The store.
 * @throws {RangeError} When a bound is not a whole number above 0.
 *
 * @example One claim of two
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
  /** All entries. */
  readonly #entries = new Map<string, Entry>();
  /** Those made by `putIfAbsent` and not replaced since: never dropped before their time. */
  readonly #held = new EntryList();
  /** All others: the ones to drop when there is no room. */
  readonly #free = new EntryList();
  /** The sum of `sizeOf` over all entries. */
  #bytes = 0;

  constructor(options: MemoryStoreOptions) {
    const { maxEntries = 40_000, maxBytes = 128 * 1024 * 1024, now = () => performance.now() } = options;
    checkBound("a memory store", "maxEntries", maxEntries);
    checkBound("a memory store", "maxBytes", maxBytes);
    this.#maxEntries = maxEntries;
    this.#maxBytes = maxBytes;
    this.#now = now;
  }

  // Each method is async, so that what it throws is a rejection, and does all its work before it first yields, which
  // is what makes it atomic.

  // deno-lint-ignore require-await
  async get(key: string): Promise<unknown> {
    const entry = this.#read(key);
    return entry === undefined ? null : JSON.parse(entry.text);
  }

  // deno-lint-ignore require-await
  async put(key: string, value: unknown, seconds: number): Promise<void> {
    this.#write(this.#free, key, toJson(key, value), seconds);
  }

  // deno-lint-ignore require-await
  async putIfAbsent(key: string, value: unknown, seconds: number): Promise<boolean> {
    const text = toJson(key, value);
    if (this.#read(key) !== undefined) return false;
    this.#write(this.#held, key, text, seconds);
    return true;
  }

  // deno-lint-ignore require-await
  async replace(key: string, expected: unknown, value: unknown, seconds: number): Promise<boolean> {
    const before = toJson(key, expected);
    // A lease that is renewed is replaced by itself.
    const text = value === expected ? before : toJson(key, value);
    const found = this.#read(key);
    if (found?.text !== before) return false;
    this.#write(found.list === this.#held && text === before ? this.#held : this.#free, key, text, seconds);
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
    const size = sizeOf(key, text);
    if (size > this.#maxBytes) {
      throw new RangeError(`Cannot store "${key}": it takes ${size} bytes, maxBytes is ${this.#maxBytes}`);
    }
    const now = this.#now();
    this.#dropExpired(this.#held, now);
    this.#dropExpired(this.#free, now);
    this.#forgetExpired(key, now);
    const old = this.#entries.get(key);
    this.#makeRoom(key, old === undefined ? 1 : 0, old === undefined ? size : size - sizeOf(key, old.text), now);
    // Removed first, so that it goes to the end: the lists are in the order of the last write.
    if (old !== undefined) this.#remove(old);
    this.#entries.set(key, list.push({ key, text, expires: now + seconds * 1000 }));
    this.#bytes += size;
  }

  #makeRoom(key: string, entries: number, bytes: number, now: number): void {
    const isFull = (): boolean =>
      this.#entries.size + entries > this.#maxEntries || this.#bytes + bytes > this.#maxBytes;
    for (let entry = this.#free.first; entry !== null && isFull();) {
      const next = this.#free.after(entry);
      if (entry.key !== key) this.#remove(entry);
      entry = next;
    }
    if (!isFull()) return;
    // A claim of one key may be hidden behind others that live longer: all of them are looked at before giving up.
    for (let entry = this.#held.first; entry !== null;) {
      const next = this.#held.after(entry);
      if (entry.expires <= now) this.#remove(entry);
      entry = next;
    }
    if (!isFull()) return;
    throw new HyperError(
      503,
      `Cannot store "${key}": all room is held, ${this.#entries.size} entries of ${this.#maxEntries}, ${this.#bytes} bytes of ${this.#maxBytes}`,
      { headers: { "retry-after": "1" } },
    );
  }

  /** Drops what has expired from the front: with one time to live, as claims have, that is all of it. */
  #dropExpired(list: EntryList, now: number): void {
    for (let entry = list.first; entry !== null && entry.expires <= now; entry = list.first) this.#remove(entry);
  }

  /** Drops an entry that has expired behind others that live longer. */
  #forgetExpired(key: string, now: number): void {
    const entry = this.#entries.get(key);
    if (entry !== undefined && entry.expires <= now) this.#remove(entry);
  }

  #remove(entry: Entry): void {
    entry.list.remove(entry);
    this.#entries.delete(entry.key);
    this.#bytes -= sizeOf(entry.key, entry.text);
  }
}

function sizeOf(key: string, text: string): number {
  return 2 * (key.length + text.length);
}
