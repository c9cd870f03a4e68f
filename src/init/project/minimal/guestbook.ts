/** The entries of the guest book, in a file of SQLite. */
import { DatabaseSync } from "node:sqlite";

export interface Entry {
  readonly id: number;
  readonly name: string;
  readonly message: string;
}

// The tests write into memory: DATA=:memory:
const database = new DatabaseSync(
  Deno.env.get("DATA") ?? `${import.meta.dirname}/guestbook.sqlite`,
);
database.exec(
  "CREATE TABLE IF NOT EXISTS entries (id INTEGER PRIMARY KEY, name TEXT, message TEXT) STRICT",
);

/** Returns all entries, newest first. */
export function listEntries(): Entry[] {
  return database
    .prepare("SELECT id, name, message FROM entries ORDER BY id DESC")
    .all()
    .map(({ id, name, message }) => ({
      id: Number(id),
      name: String(name),
      message: String(message),
    }));
}

/** Adds an entry. */
export function addEntry(name: string, message: string): Entry {
  const { lastInsertRowid } = database
    .prepare("INSERT INTO entries (name, message) VALUES (?, ?)")
    .run(name, message);
  return { id: Number(lastInsertRowid), name, message };
}
