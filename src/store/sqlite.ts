/**
 * A `Store` in a SQLite file, for several processes of one machine, and for claims that outlive a restart.
 *
 * @module
 */
import type { DatabaseSync } from "node:sqlite";
import { checkEntry, toJson } from "./entry.ts";
import type { Store } from "./store.ts";

/** A {@linkcode Store} that holds a file open until it is disposed. */
export interface SqliteStore extends Store, AsyncDisposable {}

/** How many writes there are between two clearances of what has expired. */
const WRITES_PER_SWEEP = 100;

/**
 * Opens a store in a SQLite file, made when it is not there.
 *
 * Several processes of one machine may open one file. It holds whatever is put into it until that expires; what has
 * expired is cleared away every hundred writes. Each call is one statement, and runs at once on the calling thread;
 * where another process is writing, it waits for at most a second, then rejects.
 *
 * @param path The path of the file, or `":memory:"`.
 * @returns The store.
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
  // Loaded here, so that nobody else pays for it.
  const { DatabaseSync } = await import("node:sqlite");
  return new SqliteFileStore(new DatabaseSync(path));
}

class SqliteFileStore implements SqliteStore {
  readonly #db: DatabaseSync;
  readonly #statements: ReturnType<typeof prepare>;
  /** Counted up to the next sweep, then anew. */
  #writes = 0;

  constructor(db: DatabaseSync) {
    this.#db = db;
    // A claim that a crash of the machine could take back is none: hence FULL, which costs one flush for each write.
    db.exec(`
      PRAGMA busy_timeout = 1000;
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = FULL;
      CREATE TABLE IF NOT EXISTS hyper_store (
        key TEXT PRIMARY KEY, value TEXT NOT NULL, expires REAL NOT NULL
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX IF NOT EXISTS hyper_store_expires ON hyper_store (expires);
    `);
    this.#statements = prepare(db);
  }

  // Each method is async, so that what it throws is a rejection.

  // deno-lint-ignore require-await
  async get(key: string): Promise<unknown> {
    const row = this.#statements.get.get(key, Date.now());
    // The column is TEXT of a STRICT table, written by `toJson`.
    return row === undefined ? null : JSON.parse(row.value as string);
  }

  // deno-lint-ignore require-await
  async put(key: string, value: unknown, seconds: number): Promise<void> {
    this.#statements.put.run(key, toJson(key, value), this.#expires(key, seconds));
  }

  // deno-lint-ignore require-await
  async putIfAbsent(key: string, value: unknown, seconds: number): Promise<boolean> {
    const { changes } = this.#statements.putIfAbsent.run(
      key,
      toJson(key, value),
      this.#expires(key, seconds),
      Date.now(),
    );
    return Number(changes) > 0;
  }

  // deno-lint-ignore require-await
  async replace(key: string, expected: unknown, value: unknown, seconds: number): Promise<boolean> {
    const { changes } = this.#statements.replace.run(
      toJson(key, value),
      this.#expires(key, seconds),
      key,
      toJson(key, expected),
      Date.now(),
    );
    return Number(changes) > 0;
  }

  // deno-lint-ignore require-await
  async deleteIf(key: string, expected: unknown): Promise<boolean> {
    return Number(this.#statements.deleteIf.run(key, toJson(key, expected), Date.now()).changes) > 0;
  }

  // deno-lint-ignore require-await
  async delete(key: string): Promise<void> {
    this.#statements.delete.run(key);
  }

  // deno-lint-ignore require-await
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#db.isOpen) this.#db.close();
  }

  #expires(key: string, seconds: number): number {
    checkEntry(key, seconds);
    this.#writes += 1;
    if (this.#writes % WRITES_PER_SWEEP === 0) this.#statements.sweep.run(Date.now());
    return Date.now() + seconds * 1000;
  }
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
    sweep: db.prepare("DELETE FROM hyper_store WHERE expires <= ?"),
  };
}
