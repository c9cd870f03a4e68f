// A `Store` in Deno KV, for instances that share one database.
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
  /** The version; `null` without a value. */
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

/** Options for {@linkcode createKvStore}. */
export interface KvStoreOptions {
  /** First part of every key. Nothing else may write below it. Default: `"hyper"`. */
  readonly prefix?: string | undefined;
}

/**
 * The value of a key. Deno KV limits a value to 64 KiB, so a long text is split into pieces, stored under a random id: the
 * head identifies its own pieces even if another write replaces them.
 */
interface Head {
  readonly expires: number;
  /** The first piece, or the whole text. */
  readonly text: string;
  /** Id and number of the other pieces. */
  readonly rest: { readonly id: string; readonly count: number } | null;
}

interface Found {
  readonly text: string;
  readonly head: KvEntry<Head>;
}

/** Maximum length of a piece, in UTF-16 code units: at most 60,000 bytes in any encoding. */
const PIECE = 20_000;
/** Maximum number of pieces: a transaction of Deno KV is limited to 800 KiB. */
const MAX_PIECES = 13;

/**
 * Creates a store in Deno KV. Run Deno with `--unstable-kv`, or set `"unstable": ["kv"]` in `deno.json`.
 *
 * The JSON text of a value may have up to 260,000 characters; a longer one is rejected with a `RangeError`. While another
 * process holds the lock of a database file, a call retries for two seconds and then rejects.
 *
 * @param kv The open database. The caller closes it.
 * @param options Prefix of the keys.
 * @returns The store.
 *
 * @example Share one database among all instances
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

  // A commit fails if the entry has changed since it was read: another instance has written it, or the database has deleted
  // it after it expired. The entry is then read again.

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

  /** Returns the whole text, or `""` if there is none, and its head. */
  async #read(key: string): Promise<Found> {
    for (;;) {
      const head = await this.#head(key);
      if (!isLive(head)) return { text: "", head };
      const { text, rest } = head.value;
      const pieces = rest === null ? [] : await Promise.all(
        this.#pieceKeys(rest).map(async (pieceKey) => (await whenUnlocked(() => this.#kv.get<string>(pieceKey))).value),
      );
      // A piece is missing if the entry was replaced after its head was read: read the new one.
      if (pieces.every((piece) => piece !== null)) return { text: text + pieces.join(""), head };
    }
  }

  /** Writes a string unless the entry has changed since `old` was read. Returns whether it was written. */
  async #write(key: string, old: KvEntry<Head>, text: string, seconds: number): Promise<boolean> {
    checkEntry(key, seconds);
    const pieces = Array.from(
      { length: Math.ceil(text.length / PIECE) },
      (_, index) => text.slice(index * PIECE, (index + 1) * PIECE),
    );
    const [first = "", ...others] = pieces;
    if (pieces.length > MAX_PIECES) {
      throw new RangeError(
        `Cannot store "${key}": its JSON has ${text.length} characters; Deno KV accepts at most ${PIECE * MAX_PIECES}`,
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

/** Returns whether an entry has not expired. Deno KV deletes an expired entry only some time later. */
function isLive(head: KvEntry<Head>): head is KvEntry<Head> & { readonly value: Head } {
  return head.value !== null && head.value.expires > Date.now();
}
