/**
 * A `Store` in a SQLite file, for several processes of one machine, and for claims that outlive a restart.
 *
 * @module
 */
import { type DatabaseSync, openSqlite } from "../platform/sqlite.ts";
import { checkEntry, toJson } from "./entry.ts";
import { isLocked, whenUnlocked } from "./lock.ts";
import type { Store } from "./store.ts";

/** A {@linkcode Store} that holds a file open until it is disposed. */
export interface SqliteStore extends Store, AsyncDisposable {}

/** How many writes there are between two clearances of what has expired. */
const WRITES_PER_SWEEP = 100;
/**
 * Opens a store in a SQLite file, made when it is not there.
 *
 * Several processes of one machine may open one file. It holds whatever is put into it until that expires; what has
 * expired is cleared away every hundred writes. Each call is one statement, and runs at once on the calling thread. While
 * another process holds the lock of the file, a call tries again for two seconds, with other requests served in between,
 * and then rejects.
 *
 * @param path The path of the file, or `":memory:"`.
 * @returns The store.
 * @throws {Error} When the file cannot be opened, or its lock is not free within two seconds.
 *
 * @example Claims that outlive a restart
 * ```ts
 * import { createSqliteStore } from "@hyper/actions";
 * import { assertEquals } from "@std/assert";
 *
 * await using store = await createSqliteStore(":memory:");
 * await store.put("draft:7", { title: "Hello" }, 60);
 * assertEquals(await store.get("draft:7"), { title: "Hello" });
 * ```
 */
export async function createSqliteStore(path: string): Promise<SqliteStore> {
  const db = await openSqlite(path);
  try {
    return await whenUnlocked(() => new SqliteFileStore(db));
  } catch (error) {
    db.close();
    throw error;
  }
}

class SqliteFileStore implements SqliteStore {
  readonly #db: DatabaseSync;
  readonly #statements: ReturnType<typeof prepare>;
  /** Counted up to the next sweep, then anew. */
  #writes = 0;

  constructor(db: DatabaseSync) {
    this.#db = db;
    // SQLite itself would wait for a lock with the thread held, and with it every request: hence no busy_timeout. A claim that
    // a crash of the machine could take back is none: hence FULL, which costs one flush for each write.
    db.exec(`
      PRAGMA busy_timeout = 0;
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = FULL;
      CREATE TABLE IF NOT EXISTS hyper_store (
        key TEXT PRIMARY KEY, value TEXT NOT NULL, expires REAL NOT NULL
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX IF NOT EXISTS hyper_store_expires ON hyper_store (expires);
    `);
    this.#statements = prepare(db);
  }

  async get(key: string): Promise<unknown> {
    const row = await whenUnlocked(() => this.#statements.get.get(key, Date.now()));
    // The column is TEXT of a STRICT table, written by `toJson`.
    return row === undefined ? null : JSON.parse(row.value as string);
  }

  async put(key: string, value: unknown, seconds: number): Promise<void> {
    const text = toJson(key, value);
    const expires = expiry(key, seconds);
    await whenUnlocked(() => this.#statements.put.run(key, text, expires));
    this.#sweep();
  }

  async putIfAbsent(key: string, value: unknown, seconds: number): Promise<boolean> {
    const text = toJson(key, value);
    const expires = expiry(key, seconds);
    const { changes } = await whenUnlocked(() => this.#statements.putIfAbsent.run(key, text, expires, Date.now()));
    this.#sweep();
    return Number(changes) > 0;
  }

  async replace(key: string, expected: unknown, value: unknown, seconds: number): Promise<boolean> {
    const before = toJson(key, expected);
    const text = toJson(key, value);
    const expires = expiry(key, seconds);
    const { changes } = await whenUnlocked(() => this.#statements.replace.run(text, expires, key, before, Date.now()));
    this.#sweep();
    return Number(changes) > 0;
  }

  async deleteIf(key: string, expected: unknown): Promise<boolean> {
    const before = toJson(key, expected);
    const { changes } = await whenUnlocked(() => this.#statements.deleteIf.run(key, before, Date.now()));
    return Number(changes) > 0;
  }

  async delete(key: string): Promise<void> {
    await whenUnlocked(() => this.#statements.delete.run(key));
  }

  // deno-lint-ignore require-await -- the contract is asynchronous
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#db.isOpen) this.#db.close();
  }

  /** Clears away some of what has expired, more than can have been written since the last time. */
  #sweep(): void {
    this.#writes += 1;
    if (this.#writes % WRITES_PER_SWEEP !== 0) return;
    try {
      this.#statements.sweep.run(Date.now());
    } catch (error) {
      // What has expired is not found any more, so that the next sweep is soon enough.
      if (!isLocked(error)) throw error;
    }
  }
}

/** When what is kept now expires, in milliseconds; throws for a key or a time that not every store could keep. */
function expiry(key: string, seconds: number): number {
  checkEntry(key, seconds);
  return Date.now() + seconds * 1000;
}

function prepare(db: DatabaseSync) {
  const upsert = "INSERT INTO hyper_store (key, value, expires) VALUES (?, ?, ?) " +
    "ON CONFLICT (key) DO UPDATE SET value = excluded.value, expires = excluded.expires";
  return {
    get: db.prepare("SELECT value FROM hyper_store WHERE key = ? AND expires > ?"),
    put: db.prepare(upsert),
    putIfAbsent: db.prepare(`${upsert} WHERE hyper_store.expires <= ?`),
    replace: db.prepare("UPDATE hyper_store SET value = ?, expires = ? WHERE key = ? AND value = ? AND expires > ?"),
    deleteIf: db.prepare("DELETE FROM hyper_store WHERE key = ? AND value = ? AND expires > ?"),
    delete: db.prepare("DELETE FROM hyper_store WHERE key = ?"),
    // Bounded: after a quiet day there may be a million, and the thread is held while they go.
    sweep: db.prepare(`
      DELETE FROM hyper_store WHERE key IN (
        SELECT key FROM hyper_store WHERE expires <= ? ORDER BY expires LIMIT ${10 * WRITES_PER_SWEEP}
      )`),
  };
}
