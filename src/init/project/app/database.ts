/** The database, and the store of sessions and outcomes: two files of SQLite. */
import { DatabaseSync } from "node:sqlite";
import { createSqliteStore } from "@hyper/actions";

// The tests write into memory: DATA=:memory:
const folder = Deno.env.get("DATA") ?? `${import.meta.dirname}/data`;
const isInMemory = folder === ":memory:";
if (!isInMemory) Deno.mkdirSync(folder, { recursive: true });

/** Each entry runs once. To change a table, add an entry. */
const MIGRATIONS = [
  `CREATE TABLE accounts (
    name TEXT PRIMARY KEY COLLATE NOCASE,
    password TEXT NOT NULL
  ) STRICT`,
  `CREATE TABLE tasks (
    id INTEGER PRIMARY KEY,
    owner TEXT NOT NULL REFERENCES accounts (name),
    title TEXT NOT NULL,
    done INTEGER NOT NULL DEFAULT 0
  ) STRICT`,
];

export const database = new DatabaseSync(
  isInMemory ? folder : `${folder}/app.sqlite`,
);
database.exec("PRAGMA busy_timeout = 2000; PRAGMA foreign_keys = ON");
migrate();

/** Sessions, and the outcomes of mutations: they survive a restart. */
export const store = await createSqliteStore(
  isInMemory ? folder : `${folder}/store.sqlite`,
);

function migrate(): void {
  // One process at a time: several may start together.
  database.exec("BEGIN IMMEDIATE");
  const row = database.prepare("PRAGMA user_version").get();
  for (const migration of MIGRATIONS.slice(Number(row?.user_version))) {
    database.exec(migration);
  }
  database.exec(`PRAGMA user_version = ${MIGRATIONS.length}; COMMIT`);
}
