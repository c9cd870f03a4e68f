/** The notes, in SQLite: one file, created on first use. */
import { dirname, fromFileUrl } from "@std/path";
import { DatabaseSync } from "node:sqlite";

/** One note. */
export interface Note {
  readonly id: number;
  readonly title: string;
  readonly body: string;
  /** A date as `yyyy-mm-dd`, or `null`. */
  readonly due: string | null;
}

/** The fields of a note that users edit. */
export type NoteInput = Omit<Note, "id">;

/** The last backup of all notes. */
export interface Backup {
  readonly at: string;
  readonly notes: number;
}

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS notes (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    title TEXT NOT NULL,
    body TEXT NOT NULL DEFAULT '',
    due TEXT
  ) STRICT;
  CREATE TABLE IF NOT EXISTS copies (id INTEGER PRIMARY KEY, title TEXT NOT NULL, body TEXT NOT NULL, due TEXT) STRICT;
  CREATE TABLE IF NOT EXISTS backups (at TEXT NOT NULL, notes INTEGER NOT NULL) STRICT;
`;

/** Opened by the first query; `NOTES_DATABASE` names a file other than `data/notes.sqlite`, or `:memory:`. */
let database: DatabaseSync | null = null;

function open(): DatabaseSync {
  if (database !== null) return database;
  const path = Deno.env.get("NOTES_DATABASE") ?? fromFileUrl(import.meta.resolve("./data/notes.sqlite"));
  if (path !== ":memory:") Deno.mkdirSync(dirname(path), { recursive: true });
  database = new DatabaseSync(path);
  database.exec(SCHEMA);
  return database;
}

/** Closes the file; the next query opens it again. */
export function closeDatabase(): void {
  database?.close();
  database = null;
}

/** Returns the notes whose title or body contains the search term, ignoring case, newest first. An empty term matches all notes. */
export function listNotes(search = ""): Note[] {
  const notes = open().prepare("SELECT id, title, body, due FROM notes ORDER BY id DESC").all().map(toNote);
  const wanted = search.trim().toLowerCase();
  // Not in SQL: SQLite ignores the case of ASCII letters only.
  return notes.filter(({ title, body }) => `${title}\n${body}`.toLowerCase().includes(wanted));
}

/** Returns a note, or `null`. */
export function findNote(id: number): Note | null {
  const row = open().prepare("SELECT id, title, body, due FROM notes WHERE id = ?").get(id);
  return row === undefined ? null : toNote(row);
}

/** Adds a note. */
export function addNote({ title, body, due }: NoteInput): Note {
  const { lastInsertRowid } = open().prepare("INSERT INTO notes (title, body, due) VALUES (?, ?, ?)")
    .run(title, body, due);
  return { id: Number(lastInsertRowid), title, body, due };
}

/** Changes fields of a note and returns the note. */
export function updateNote(note: Note, change: Partial<NoteInput>): Note {
  const changed = { ...note, ...change };
  open().prepare("UPDATE notes SET title = ?, body = ?, due = ? WHERE id = ?")
    .run(changed.title, changed.body, changed.due, note.id);
  return changed;
}

/** Deletes a note, if it exists. */
export function deleteNote(id: number): void {
  open().prepare("DELETE FROM notes WHERE id = ?").run(id);
}

/** Copies a note into the backup. */
export function copyNote({ id, title, body, due }: Note): void {
  open().prepare("INSERT OR REPLACE INTO copies (id, title, body, due) VALUES (?, ?, ?, ?)").run(id, title, body, due);
}

/** Records that a backup is complete. */
export function recordBackup(notes: number): Backup {
  const backup = { at: new Date().toISOString(), notes };
  open().prepare("INSERT INTO backups (at, notes) VALUES (?, ?)").run(backup.at, backup.notes);
  return backup;
}

/** Returns the last complete backup, or `null`. */
export function lastBackup(): Backup | null {
  const row = open().prepare("SELECT at, notes FROM backups ORDER BY rowid DESC LIMIT 1").get();
  return row === undefined ? null : { at: String(row.at), notes: Number(row.notes) };
}

function toNote(row: Record<string, unknown>): Note {
  return {
    id: Number(row.id),
    title: String(row.title),
    body: String(row.body),
    due: row.due === null ? null : String(row.due),
  };
}
