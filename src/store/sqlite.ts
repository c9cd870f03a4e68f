// A `Store` in a SQLite file, for several processes on one machine, and for claims that survive a restart.
import { type DatabaseSync, openSqlite } from "../platform/sqlite.ts";
import { checkEntry, toJson } from "./entry.ts";
import { isLocked, whenUnlocked } from "./lock.ts";
import type { Store } from "./store.ts";

/** A store in a SQLite file. Dispose it to close the file. */
export interface SqliteStore extends Store, AsyncDisposable {}

/** Number of writes between two deletions of expired entries. */
const WRITES_PER_SWEEP = 100;

/**
 * Opens a store in a SQLite file, and creates the file if it does not exist.
 *
 * Several processes on one machine may open the same file. The store has no size limit; expired entries are deleted every
 * 100 writes. Each call runs one statement on the calling thread. While another process holds the lock of the file, a call
 * retries for two seconds without blocking other requests, and then rejects.
 *
 * @param path Path of the file, or `":memory:"`.
 * @returns The store.
 * @throws {Error} If the file cannot be opened, or stays locked for two seconds.
 *
 * @example Keep claims over a restart
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
  /** Number of writes, to know when the next sweep is due. */
  #writes = 0;

  constructor(db: DatabaseSync) {
    this.#db = db;
    // With a busy_timeout, SQLite would block the thread, and with it every request, while it waits for a lock. FULL costs one
    // flush per write: without it, a crash of the machine could undo a claim.
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
    // The column is TEXT in a STRICT table, written by `toJson()`.
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

  /** Deletes some of the expired entries: more than can have been written since the last sweep. */
  #sweep(): void {
    this.#writes += 1;
    if (this.#writes % WRITES_PER_SWEEP !== 0) return;
    try {
      this.#statements.sweep.run(Date.now());
    } catch (error) {
      // Expired entries are never read, so they can wait for the next sweep.
      if (!isLocked(error)) throw error;
    }
  }
}

/** Checks an entry. Returns when it expires, in milliseconds since the epoch. */
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
    // Limited: there may be a million expired entries, and deleting them blocks the thread.
    sweep: db.prepare(`
      DELETE FROM hyper_store WHERE key IN (
        SELECT key FROM hyper_store WHERE expires <= ? ORDER BY expires LIMIT ${10 * WRITES_PER_SWEEP}
      )`),
  };
}
