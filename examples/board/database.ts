/** The room, in SQLite: one file, opened by every instance on this machine. */
import { dirname, fromFileUrl } from "@std/path";
import { DatabaseSync, type SQLInputValue } from "node:sqlite";

/** A member, who has entered a name. */
export interface Person {
  /** Value of their cookie, which is secret. */
  readonly key: string;
  /** Name that others see. */
  readonly id: number;
  readonly name: string;
}

/** The columns of the board, in order. */
export const COLUMNS = ["todo", "doing", "done"] as const;
/** A column of the board. */
export type Column = (typeof COLUMNS)[number];

/** One task. */
export interface Task {
  readonly id: number;
  readonly title: string;
  readonly place: Column;
  /** Member who added it. */
  readonly author: string;
}

/** A message of the chat. */
export interface Message {
  readonly id: number;
  readonly name: string;
  readonly text: string;
}

/** Number of chat lines on a page. */
const SHOWN_MESSAGES = 50;
/** Seconds after which a seat expires whose instance has crashed. */
const SEAT_SECONDS = 60;

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS people (id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, name TEXT NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS tasks (
    id INTEGER PRIMARY KEY,
    title TEXT NOT NULL,
    place TEXT NOT NULL DEFAULT 'todo',
    author TEXT NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS messages (id INTEGER PRIMARY KEY, name TEXT NOT NULL, text TEXT NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS seats (id TEXT PRIMARY KEY, person INTEGER NOT NULL, seen REAL NOT NULL) STRICT;
`;

/** Opened by the first query; `BOARD_DATABASE` names a file other than `data/board.sqlite`, or `:memory:`. */
let database: DatabaseSync | null = null;
/** The seats of the tabs that this instance serves. */
const ownSeats = new Set<string>();

function open(): DatabaseSync {
  if (database !== null) return database;
  const path = Deno.env.get("BOARD_DATABASE") ?? fromFileUrl(import.meta.resolve("./data/board.sqlite"));
  if (path !== ":memory:") Deno.mkdirSync(dirname(path), { recursive: true });
  database = new DatabaseSync(path);
  // Several instances write: each waits for the others, and readers do not wait.
  database.exec("PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL");
  database.exec(SCHEMA);
  return database;
}

/** Closes the file; the next query opens it again. */
export function closeDatabase(): void {
  database?.close();
  database = null;
  ownSeats.clear();
}

/** Adds a member. */
export function addPerson(name: string): Person {
  const key = crypto.randomUUID();
  const { lastInsertRowid } = run("INSERT INTO people (key, name) VALUES (?, ?)", key, name);
  return { key, id: Number(lastInsertRowid), name };
}

/** Returns the member with this key, or `null`. */
export function findPerson(key: string): Person | null {
  const [row] = all("SELECT id, name FROM people WHERE key = ?", key);
  return row === undefined ? null : { key, id: Number(row.id), name: String(row.name) };
}

/** Records that a tab of a member has opened the room. */
export function takeSeat(person: Person): string {
  const seat = crypto.randomUUID();
  run("INSERT INTO seats (id, person, seen) VALUES (?, ?, unixepoch('subsec'))", seat, person.id);
  ownSeats.add(seat);
  return seat;
}

/** Removes a seat: the tab was closed. */
export function leaveSeat(seat: string): void {
  // `close()` has deleted it.
  if (ownSeats.delete(seat)) run("DELETE FROM seats WHERE id = ?", seat);
}

/** Marks the tabs of this instance as alive, and deletes those of an instance that has died. */
export function keepSeats(): void {
  for (const seat of ownSeats) run("UPDATE seats SET seen = unixepoch('subsec') WHERE id = ?", seat);
  run("DELETE FROM seats WHERE seen < unixepoch('subsec') - ?", SEAT_SECONDS);
}

/** Returns the names of the people online, each once. */
export function listPeople(): string[] {
  return all(
    "SELECT DISTINCT name FROM seats JOIN people ON people.id = person WHERE seen > unixepoch('subsec') - ? ORDER BY name",
    SEAT_SECONDS,
  ).map(({ name }) => String(name));
}

/** Returns all tasks, oldest first. */
export function listTasks(): Task[] {
  return all("SELECT id, title, place, author FROM tasks ORDER BY id").map((row) => ({
    id: Number(row.id),
    title: String(row.title),
    place: COLUMNS.find((column) => column === row.place) ?? "todo",
    author: String(row.author),
  }));
}

/** Returns a task, or `null`. */
export function findTask(id: number): Task | null {
  return listTasks().find((task) => task.id === id) ?? null;
}

/** Adds a task. */
export function addTask(title: string, author: string): void {
  run("INSERT INTO tasks (title, author) VALUES (?, ?)", title, author);
}

/** Moves a task, if it exists. */
export function moveTask(id: number, place: Column): void {
  run("UPDATE tasks SET place = ? WHERE id = ?", place, id);
}

/** Deletes a task, if it exists. */
export function deleteTask(id: number): void {
  run("DELETE FROM tasks WHERE id = ?", id);
}

/** Returns the latest messages of the chat, oldest first. */
export function listMessages(): Message[] {
  return all("SELECT id, name, text FROM messages ORDER BY id DESC LIMIT ?", SHOWN_MESSAGES).reverse().map((row) => ({
    id: Number(row.id),
    name: String(row.name),
    text: String(row.text),
  }));
}

/** Adds a message to the chat. */
export function addMessage(name: string, text: string): Message {
  const { lastInsertRowid } = run("INSERT INTO messages (name, text) VALUES (?, ?)", name, text);
  return { id: Number(lastInsertRowid), name, text };
}

function run(sql: string, ...values: SQLInputValue[]): { lastInsertRowid: number | bigint } {
  return open().prepare(sql).run(...values);
}

function all(sql: string, ...values: SQLInputValue[]): Record<string, unknown>[] {
  return open().prepare(sql).all(...values);
}
