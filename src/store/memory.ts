/**
 * A `Store` in the memory of one process: the default.
 *
 * @module
 */
import { HyperError } from "../errors.ts";
import { checkBound, checkEntry, toJson } from "./entry.ts";
import type { Store } from "./store.ts";

/** How much a memory store holds. */
export interface MemoryStoreOptions {
  /** The most entries it holds. Default: 10,000. */
  readonly maxEntries?: number | undefined;
  /** The most bytes of keys and JSON texts it holds, counted as two for each UTF-16 code unit. Default: 64 MiB. */
  readonly maxBytes?: number | undefined;
  /** What time it is, in milliseconds. Default: `Date.now`. */
  readonly now?: (() => number) | undefined;
}

interface Entry {
  readonly text: string;
  readonly expires: number;
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
  /** Made by `putIfAbsent` and not replaced since: never dropped before their time. The one written longest ago first. */
  readonly #held = new Map<string, Entry>();
  /** All others, the one written longest ago first: the ones to drop when there is no room. */
  readonly #free = new Map<string, Entry>();
  /** The sum of `sizeOf` over both maps. */
  #bytes = 0;

  constructor({ maxEntries = 10_000, maxBytes = 64 * 1024 * 1024, now = () => Date.now() }: MemoryStoreOptions) {
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
    const text = toJson(key, value);
    if (this.#read(key)?.text !== before) return false;
    this.#write(this.#held.has(key) && text === before ? this.#held : this.#free, key, text, seconds);
    return true;
  }

  // deno-lint-ignore require-await
  async deleteIf(key: string, expected: unknown): Promise<boolean> {
    if (this.#read(key)?.text !== toJson(key, expected)) return false;
    this.#remove(key);
    return true;
  }

  // deno-lint-ignore require-await
  async delete(key: string): Promise<void> {
    this.#remove(key);
  }

  #read(key: string): Entry | undefined {
    const entry = this.#held.get(key) ?? this.#free.get(key);
    return entry !== undefined && entry.expires > this.#now() ? entry : undefined;
  }

  #write(map: Map<string, Entry>, key: string, text: string, seconds: number): void {
    checkEntry(key, seconds);
    const size = sizeOf(key, text);
    if (size > this.#maxBytes) {
      throw new RangeError(`Cannot store "${key}": it takes ${size} bytes, maxBytes is ${this.#maxBytes}`);
    }
    const old = this.#held.get(key) ?? this.#free.get(key);
    const growth = old === undefined ? size : size - sizeOf(key, old.text);
    this.#makeRoom(key, old === undefined ? 1 : 0, growth);
    // Removed first, so that it goes to the end: the maps are in the order of the last write.
    this.#remove(key);
    map.set(key, { text, expires: this.#now() + seconds * 1000 });
    this.#bytes += size;
  }

  #makeRoom(key: string, entries: number, bytes: number): void {
    this.#dropExpired(this.#held);
    this.#dropExpired(this.#free);
    const isFull = (): boolean =>
      this.#held.size + this.#free.size + entries > this.#maxEntries || this.#bytes + bytes > this.#maxBytes;
    for (const oldest of this.#free.keys()) {
      if (!isFull()) return;
      if (oldest !== key) this.#remove(oldest);
    }
    if (!isFull()) return;
    // A claim of one key may be hidden behind others that live longer: all of them are looked at before giving up.
    for (const [held, { expires }] of this.#held) {
      if (expires <= this.#now()) this.#remove(held);
    }
    if (!isFull()) return;
    throw new HyperError(
      503,
      `Cannot store "${key}": all room is held, ${this.#held.size} entries of ${this.#maxEntries}, ${this.#bytes} bytes of ${this.#maxBytes}`,
      { headers: { "retry-after": "1" } },
    );
  }

  /** Drops what has expired from the front: with one time to live, as claims have, that is all of it. */
  #dropExpired(map: Map<string, Entry>): void {
    for (const [key, { expires }] of map) {
      if (expires > this.#now()) return;
      this.#remove(key);
    }
  }

  #remove(key: string): void {
    const entry = this.#held.get(key) ?? this.#free.get(key);
    if (entry === undefined) return;
    this.#held.delete(key);
    this.#free.delete(key);
    this.#bytes -= sizeOf(key, entry.text);
  }
}

function sizeOf(key: string, text: string): number {
  return 2 * (key.length + text.length);
}
