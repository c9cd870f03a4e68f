/** The database: a SQLite file, created on first use. */
import { dirname, fromFileUrl } from "@std/path";
import { DatabaseSync, type SQLInputValue } from "node:sqlite";

const SCHEMA = `
  PRAGMA foreign_keys = ON;
  CREATE TABLE IF NOT EXISTS invoices (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL DEFAULT '',
    email TEXT NOT NULL DEFAULT '',
    issued TEXT NOT NULL,
    due TEXT,
    currency TEXT NOT NULL DEFAULT 'EUR',
    reminders INTEGER NOT NULL DEFAULT 1,
    note TEXT NOT NULL DEFAULT '',
    status TEXT NOT NULL DEFAULT 'draft' CHECK (status IN ('draft', 'sent'))
  ) STRICT;
  CREATE TABLE IF NOT EXISTS lines (
    invoice INTEGER NOT NULL REFERENCES invoices (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    text TEXT NOT NULL,
    quantity INTEGER NOT NULL,
    cents INTEGER NOT NULL,
    PRIMARY KEY (invoice, position)
  ) STRICT;
  CREATE TABLE IF NOT EXISTS jobs (id INTEGER PRIMARY KEY AUTOINCREMENT) STRICT;
  CREATE TABLE IF NOT EXISTS job_invoices (
    job INTEGER NOT NULL REFERENCES jobs (id),
    position INTEGER NOT NULL,
    invoice INTEGER NOT NULL REFERENCES invoices (id),
    done INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (job, position)
  ) STRICT;
  CREATE TABLE IF NOT EXISTS sessions (id TEXT PRIMARY KEY, role TEXT NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS audit (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at TEXT NOT NULL,
    action TEXT NOT NULL,
    principal TEXT NOT NULL,
    status INTEGER NOT NULL,
    ms REAL NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS refusals (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at TEXT NOT NULL,
    action TEXT NOT NULL,
    principal TEXT NOT NULL,
    errors INTEGER NOT NULL,
    fields TEXT NOT NULL
  ) STRICT;
`;

/** A row of a result. */
export type Row = Readonly<Record<string, unknown>>;

/** Opened on first use. `INVOICES_DATABASE` sets another file than `data/invoices.sqlite`, or `:memory:`. */
let database: DatabaseSync | null = null;

function open(): DatabaseSync {
  if (database !== null) return database;
  const path = Deno.env.get("INVOICES_DATABASE") ?? fromFileUrl(import.meta.resolve("./data/invoices.sqlite"));
  if (path !== ":memory:") Deno.mkdirSync(dirname(path), { recursive: true });
  database = new DatabaseSync(path);
  database.exec(SCHEMA);
  return database;
}

/** Closes the file. The next query opens it again. */
export function closeDatabase(): void {
  database?.close();
  database = null;
}

/** Returns all rows of a query. */
export function all(sql: string, ...values: SQLInputValue[]): Row[] {
  return open().prepare(sql).all(...values);
}

/** Returns the first row of a query, or `null`. */
export function first(sql: string, ...values: SQLInputValue[]): Row | null {
  return open().prepare(sql).get(...values) ?? null;
}

/** Runs a statement and returns the ID of the added row. */
export function run(sql: string, ...values: SQLInputValue[]): number {
  return Number(open().prepare(sql).run(...values).lastInsertRowid);
}

/** Runs a function in a transaction. */
export function transaction<T>(work: () => T): T {
  open().exec("BEGIN");
  try {
    const result = work();
    open().exec("COMMIT");
    return result;
  } catch (error) {
    open().exec("ROLLBACK");
    throw error;
  }
}
