/**
 * A `Store` in Deno KV, for instances that share one database.
 *
 * @module
 */
import { checkEntry, toJson } from "./entry.ts";
import { whenUnlocked } from "./lock.ts";
import type { Store } from "./store.ts";

/** The part of `Deno.Kv` that the store uses. */
export interface KvDatabase {
  /** Reads one entry; its `value` and `versionstamp` are `null` if there is none. */
  get<T>(key: readonly (string | number)[]): Promise<KvEntry<T>>;
  /** Starts a transaction. */
  atomic(): KvTransaction;
}

/** An entry as it was read. */
export interface KvEntry<T> {
  /** The key. */
  readonly key: readonly unknown[];
  /** The value; `null` if there is none. */
  readonly value: T | null;
  /** The version; `null` if there is no value. */
  readonly versionstamp: string | null;
}

/** Changes that are written together, or not at all. */
export interface KvTransaction {
  /** Requires that an entry has not changed since it was read. */
  check(entry: Pick<KvEntry<unknown>, "key" | "versionstamp">): this;
  /** Sets a value that expires in so many milliseconds. */
  set(key: readonly (string | number)[], value: unknown, options: { readonly expireIn: number }): this;
  /** Removes a value. */
  delete(key: readonly (string | number)[]): this;
  /** Writes the changes; `ok` is `false` if a checked entry has changed. */
  commit(): Promise<{ readonly ok: boolean }>;
}

/** How a KV store keeps its entries apart. */
export interface KvStoreOptions {
  /** The first part of every key it uses; nothing else may write below it. Default: `"hyper"`. */
  readonly prefix?: string | undefined;
}

/**
 * What is kept under a key. Deno KV takes 64 KiB for one value, so a long text is cut into pieces, which stand under a
 * random id of their own: the head and its pieces belong together whatever is written meanwhile.
 */
interface Head {
  readonly expires: number;
  /** The first piece, or all of the text. */
  readonly text: string;
  /** Where the other pieces stand, and how many there are. */
  readonly rest: { readonly id: string; readonly count: number } | null;
}

interface Found {
  readonly text: string;
  readonly head: KvEntry<Head>;
}

/** The UTF-16 code units of a piece: at most 60,000 bytes, however they are encoded. */
const PIECE = 20_000;
/** The most pieces: a transaction of Deno KV takes 800 KiB. */
const MAX_PIECES = 13;

/**
 * Makes a store in Deno KV. Deno has it with the option `--unstable-kv`, or `"unstable": ["kv"]` in `deno.json`.
 *
 * A JSON text may have up to 260,000 characters, more is a `RangeError`. While another process holds the lock of a database in
 * a file, a call tries again for two seconds, and then rejects.
 *
 * @param kv The open database; it stays the caller's to close.
 * @param options The prefix of its keys.
 * @returns The store.
 *
 * @example One database for all instances
 * ```ts ignore
 * import { createHandler, createKvStore } from "@hyper/actions";
 *
 * Deno.serve(createHandler({ store: createKvStore(await Deno.openKv()) }));
 * ```
 */
export function createKvStore(kv: KvDatabase, options: KvStoreOptions = {}): Store {
  return new KvStore(kv, options.prefix ?? "hyper");
}

class KvStore implements Store {
  readonly #kv: KvDatabase;
  readonly #prefix: string;

  constructor(kv: KvDatabase, prefix: string) {
    this.#kv = kv;
    this.#prefix = prefix;
  }

  async get(key: string): Promise<unknown> {
    const { text } = await this.#read(key);
    return text === "" ? null : JSON.parse(text);
  }

  async put(key: string, value: unknown, seconds: number): Promise<void> {
    const text = toJson(key, value);
    while (!await this.#write(key, await this.#head(key), text, seconds));
  }

  // A commit fails when the entry has changed since it was read, by another instance or by the database's own clearing
  // of what has expired: what holds now is looked at again.

  async putIfAbsent(key: string, value: unknown, seconds: number): Promise<boolean> {
    const text = toJson(key, value);
    for (;;) {
      const head = await this.#head(key);
      if (isLive(head)) return false;
      if (await this.#write(key, head, text, seconds)) return true;
    }
  }

  async replace(key: string, expected: unknown, value: unknown, seconds: number): Promise<boolean> {
    const before = toJson(key, expected);
    const text = toJson(key, value);
    for (;;) {
      const found = await this.#read(key);
      if (found.text !== before) return false;
      if (await this.#write(key, found.head, text, seconds)) return true;
    }
  }

  async deleteIf(key: string, expected: unknown): Promise<boolean> {
    const before = toJson(key, expected);
    for (;;) {
      const found = await this.#read(key);
      if (found.text !== before) return false;
      if (await this.#remove(key, found.head)) return true;
    }
  }

  async delete(key: string): Promise<void> {
    while (!await this.#remove(key, await this.#head(key)));
  }

  #head(key: string): Promise<KvEntry<Head>> {
    return whenUnlocked(() => this.#kv.get<Head>(this.#headKey(key)));
  }

  /** The whole text, or `""` when there is none, and the head it was read from. */
  async #read(key: string): Promise<Found> {
    for (;;) {
      const head = await this.#head(key);
      if (!isLive(head)) return { text: "", head };
      const { text, rest } = head.value;
      const pieces = rest === null ? [] : await Promise.all(
        this.#pieceKeys(rest).map(async (pieceKey) => (await whenUnlocked(() => this.#kv.get<string>(pieceKey))).value),
      );
      // Replaced between the head and its pieces: read the new one.
      if (pieces.every((piece) => piece !== null)) return { text: text + pieces.join(""), head };
    }
  }

  /** Writes when nobody has since the head was read; gives whether that was so. */
  async #write(key: string, old: KvEntry<Head>, text: string, seconds: number): Promise<boolean> {
    checkEntry(key, seconds);
    const pieces = Array.from(
      { length: Math.ceil(text.length / PIECE) },
      (_, index) => text.slice(index * PIECE, (index + 1) * PIECE),
    );
    const [first = "", ...others] = pieces;
    if (pieces.length > MAX_PIECES) {
      throw new RangeError(
        `Cannot store "${key}": its JSON has ${text.length} characters, Deno KV takes ${PIECE * MAX_PIECES} at once`,
      );
    }
    const rest = others.length === 0 ? null : { id: crypto.randomUUID(), count: others.length };
    const expireIn = seconds * 1000;
    const change = this.#kv.atomic().check(old).set(
      this.#headKey(key),
      { expires: Date.now() + expireIn, text: first, rest } satisfies Head,
      { expireIn },
    );
    this.#removePieces(change, old);
    if (rest !== null) {
      for (const [index, pieceKey] of this.#pieceKeys(rest).entries()) {
        change.set(pieceKey, others[index], { expireIn });
      }
    }
    return (await whenUnlocked(() => change.commit())).ok;
  }

  async #remove(key: string, old: KvEntry<Head>): Promise<boolean> {
    const change = this.#kv.atomic().check(old).delete(this.#headKey(key));
    this.#removePieces(change, old);
    return (await whenUnlocked(() => change.commit())).ok;
  }

  #removePieces(change: KvTransaction, { value }: KvEntry<Head>): void {
    if (value === null || value.rest === null) return;
    for (const pieceKey of this.#pieceKeys(value.rest)) change.delete(pieceKey);
  }

  #headKey(key: string): readonly string[] {
    return [this.#prefix, "entry", key];
  }

  #pieceKeys({ id, count }: { readonly id: string; readonly count: number }): (readonly (string | number)[])[] {
    return Array.from({ length: count }, (_, index) => [this.#prefix, "piece", id, index]);
  }
}

/** Deno KV clears away what has expired some time later: our own time decides. */
function isLive(head: KvEntry<Head>): head is KvEntry<Head> & { readonly value: Head } {
  return head.value !== null && head.value.expires > Date.now();
}
