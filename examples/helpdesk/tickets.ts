/** Tickets with their comments, checklists and attachments, in SQLite. */
import { dependency } from "@hyper/actions";
import type { DatabaseSync, SQLInputValue, StatementResultingChanges } from "node:sqlite";
import { z } from "zod";

export const STATUSES = ["open", "waiting", "closed"] as const;
export const PRIORITIES = ["low", "normal", "high"] as const;
/** The categories, and the topics of each. */
export const TOPICS = {
  hardware: ["laptop", "phone", "printer"],
  software: ["browser", "mail", "office"],
  access: ["account", "building"],
} as const;
export const CATEGORIES = ["hardware", "software", "access"] as const;

/** A ticket, as the database has it. Times are in milliseconds. */
const TicketRow = z.object({
  id: z.number(),
  title: z.string(),
  body: z.string(),
  priority: z.enum(PRIORITIES),
  category: z.enum(CATEGORIES),
  topic: z.enum(Object.values(TOPICS).flat()),
  status: z.enum(STATUSES),
  requester: z.string(),
  assignee: z.string().nullable(),
  changed: z.number(),
}).readonly();

/** A comment. */
const CommentRow = z.object({ id: z.number(), author: z.string(), text: z.string(), at: z.number() }).readonly();

/** A step of a checklist. */
const StepRow = z.object({ text: z.string(), done: z.coerce.boolean() }).readonly();

/** An attachment, without its content. */
const FileRow = z.object({ id: z.number(), ticket: z.number(), name: z.string(), type: z.string(), size: z.number() })
  .readonly();

export type Ticket = z.infer<typeof TicketRow>;
type Comment = z.infer<typeof CommentRow>;
type Step = z.infer<typeof StepRow>;
type Attachment = z.infer<typeof FileRow>;
export type Status = Ticket["status"];
export type Priority = Ticket["priority"];
export type Category = Ticket["category"];
export type Topic = Ticket["topic"];

/** The input for a new ticket. */
export type TicketInput = Pick<Ticket, "title" | "body" | "priority" | "category" | "topic">;

/** The columns that a list can be sorted by. */
export const SORTS = ["changed", "title", "priority"] as const;

/** The query of a list. */
export interface TicketQuery {
  readonly q: string;
  readonly status: Status | null;
  readonly priority: Priority | null;
  readonly sort: typeof SORTS[number];
  readonly page: number;
}

/** The number of tickets and of comments that are shown at once. */
export const PAGE_SIZE = 10, COMMENTS = 5;

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS tickets (
    id INTEGER PRIMARY KEY, title TEXT NOT NULL, body TEXT NOT NULL, priority TEXT NOT NULL, category TEXT NOT NULL,
    topic TEXT NOT NULL, status TEXT NOT NULL DEFAULT 'open', requester TEXT NOT NULL, assignee TEXT,
    changed INTEGER NOT NULL, deleted INTEGER NOT NULL DEFAULT 0, message TEXT UNIQUE
  ) STRICT;
  CREATE TABLE IF NOT EXISTS comments (
    id INTEGER PRIMARY KEY, ticket INTEGER NOT NULL, author TEXT NOT NULL, text TEXT NOT NULL, at INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS steps (
    id INTEGER PRIMARY KEY, ticket INTEGER NOT NULL, text TEXT NOT NULL, done INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS files (
    id INTEGER PRIMARY KEY, ticket INTEGER NOT NULL, name TEXT NOT NULL, type TEXT NOT NULL, bytes BLOB NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS drafts (
    ticket INTEGER NOT NULL, author TEXT NOT NULL, text TEXT NOT NULL, PRIMARY KEY (ticket, author)
  ) STRICT;
`;

/** All tickets. */
export class Tickets {
  readonly #database: DatabaseSync;
  readonly #now: () => number;

  /** Uses a database, and creates its tables if needed. */
  constructor(database: DatabaseSync, now: () => number = Date.now) {
    this.#database = database;
    this.#now = now;
    database.exec(SCHEMA);
  }

  /**
   * Adds a ticket.
   *
   * @param message The ID of the message that it came with. Of several with the same ID, the first one is added.
   */
  add(input: TicketInput, requester: string, message: string | null = null): number | null {
    const { title, body, priority, category, topic } = input;
    const added = this.#run(
      `INSERT OR IGNORE INTO tickets (title, body, priority, category, topic, requester, changed, message)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
      [title, body, priority, category, topic, requester, this.#now(), message],
    );
    return added.changes === 0 ? null : Number(added.lastInsertRowid);
  }

  /** Returns the tickets of a page and the number of all. A user who is not an agent finds their own. */
  find({ q, status, priority, sort, page }: TicketQuery, requester: string | null): {
    readonly tickets: readonly Ticket[];
    readonly total: number;
  } {
    const order = { changed: "changed DESC", title: "title COLLATE NOCASE", priority: RANK }[sort];
    const where = `deleted = 0 AND (?1 IS NULL OR requester = ?1) AND (?2 IS NULL OR status = ?2)
      AND (?3 IS NULL OR priority = ?3) AND (title || ' ' || body LIKE ?4 ESCAPE '\\')`;
    const like = `%${q.replace(/[%_\\]/g, "\\$&")}%`;
    const values = [requester, status, priority, like];
    const [count] = this.#all(
      z.object({ total: z.number() }),
      `SELECT count(*) AS total FROM tickets WHERE ${where}`,
      values,
    );
    const tickets = this.#all(
      TicketRow,
      `SELECT * FROM tickets WHERE ${where} ORDER BY ${order}, id DESC LIMIT ${PAGE_SIZE} OFFSET ?5`,
      [...values, (page - 1) * PAGE_SIZE],
    );
    return { tickets, total: count?.total ?? 0 };
  }

  /** Returns a ticket, or `null`. */
  get(id: number): Ticket | null {
    return this.#all(TicketRow, "SELECT * FROM tickets WHERE id = ? AND deleted = 0", [id])[0] ?? null;
  }

  /** Changes a ticket. */
  change(id: number, input: Pick<Ticket, "title" | "status" | "priority" | "assignee">): void {
    const { title, status, priority, assignee } = input;
    this.#run("UPDATE tickets SET title = ?, status = ?, priority = ?, assignee = ?, changed = ? WHERE id = ?", [
      title,
      status,
      priority,
      assignee,
      this.#now(),
      id,
    ]);
  }

  /** Closes tickets. */
  close(ids: readonly number[]): void {
    for (const id of ids) {
      this.#run("UPDATE tickets SET status = 'closed', changed = ? WHERE id = ?", [this.#now(), id]);
    }
  }

  /** Deletes tickets, or restores deleted ones. */
  setDeleted(ids: readonly number[], isDeleted: boolean): void {
    for (const id of ids) this.#run("UPDATE tickets SET deleted = ? WHERE id = ?", [Number(isDeleted), id]);
  }

  /** Closes the tickets that have waited for an answer, and returns their IDs. */
  closeStale(days: number): readonly number[] {
    const since = this.#now() - days * 24 * 60 * 60 * 1000;
    return this.#all(
      z.object({ id: z.number() }),
      "UPDATE tickets SET status = 'closed' WHERE status = 'waiting' AND deleted = 0 AND changed < ? RETURNING id",
      [since],
    ).map(({ id }) => id);
  }

  /** Returns the latest comments of a ticket before another one, the latest first, and whether there are older ones. */
  comments(
    ticket: number,
    before: number | null,
  ): { readonly comments: readonly Comment[]; readonly hasMore: boolean } {
    const found = this.#all(
      CommentRow,
      `SELECT * FROM comments WHERE ticket = ?1 AND (?2 IS NULL OR id < ?2) ORDER BY id DESC LIMIT ${COMMENTS + 1}`,
      [ticket, before],
    );
    return { comments: found.slice(0, COMMENTS), hasMore: found.length > COMMENTS };
  }

  /** Adds a comment, and removes the draft of its author. An answer of the requester opens the ticket again. */
  addComment({ id, requester }: Ticket, author: string, text: string): void {
    this.#run("INSERT INTO comments (ticket, author, text, at) VALUES (?, ?, ?, ?)", [id, author, text, this.#now()]);
    this.saveDraft(id, author, "");
    const status = author === requester ? "open" : "waiting";
    this.#run("UPDATE tickets SET status = ?, changed = ? WHERE id = ?", [status, this.#now(), id]);
  }

  /** Returns what a user has written and not sent. */
  draft(ticket: number, author: string): string {
    const drafts = this.#all(
      z.object({ text: z.string() }),
      "SELECT text FROM drafts WHERE ticket = ? AND author = ?",
      [ticket, author],
    );
    return drafts[0]?.text ?? "";
  }

  /** Keeps what a user has written. */
  saveDraft(ticket: number, author: string, text: string): void {
    this.#run("INSERT OR REPLACE INTO drafts (ticket, author, text) VALUES (?, ?, ?)", [ticket, author, text]);
  }

  /** Returns the checklist of a ticket. */
  steps(ticket: number): readonly Step[] {
    return this.#all(StepRow, "SELECT * FROM steps WHERE ticket = ? ORDER BY id", [ticket]);
  }

  /** Replaces the checklist of a ticket. */
  saveSteps(ticket: number, steps: readonly Step[]): void {
    this.#run("DELETE FROM steps WHERE ticket = ?", [ticket]);
    for (const { text, done } of steps) {
      this.#run("INSERT INTO steps (ticket, text, done) VALUES (?, ?, ?)", [ticket, text, Number(done)]);
    }
  }

  /** Adds an attachment. */
  attach(ticket: number, { name, type }: File, bytes: Uint8Array): void {
    this.#run("INSERT INTO files (ticket, name, type, bytes) VALUES (?, ?, ?, ?)", [ticket, name, type, bytes]);
  }

  /** Returns the attachments of a ticket. */
  files(ticket: number): readonly Attachment[] {
    return this.#all(FileRow, "SELECT *, length(bytes) AS size FROM files WHERE ticket = ?", [ticket]);
  }

  /** Returns an attachment with its content, or `null`. */
  file(id: number): Attachment & { readonly bytes: Uint8Array<ArrayBuffer> } | null {
    const row = FileRow.unwrap().extend({ bytes: z.instanceof(Uint8Array) });
    const [file] = this.#all(row, "SELECT *, length(bytes) AS size FROM files WHERE id = ?", [id]);
    return file === undefined ? null : { ...file, bytes: new Uint8Array(file.bytes) };
  }

  #run(sql: string, values: SQLInputValue[]): StatementResultingChanges {
    return this.#database.prepare(sql).run(...values);
  }

  /** Returns the rows, with the columns of a schema. */
  #all<T>(schema: z.ZodType<T>, sql: string, values: SQLInputValue[]): T[] {
    return schema.array().parse(this.#database.prepare(sql).all(...values));
  }
}

/** The tickets of the application; `createApp()` sets them. */
export const tickets = dependency<Tickets>("tickets");

const RANK = `CASE priority WHEN 'high' THEN 0 WHEN 'normal' THEN 1 ELSE 2 END`;
