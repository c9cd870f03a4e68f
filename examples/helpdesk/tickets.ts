/** Tickets with their comments, checklists and attachments, in SQLite. */
import { dependency } from "@hyper/actions";
import type { DatabaseSync, SQLInputValue, StatementResultingChanges } from "node:sqlite";

export const STATUSES = ["open", "waiting", "closed"] as const;
export const PRIORITIES = ["low", "normal", "high"] as const;
/** The categories, and the topics of each. */
export const TOPICS = {
  hardware: ["laptop", "phone", "printer"],
  software: ["browser", "mail", "office"],
  access: ["account", "building"],
} as const;
export const CATEGORIES = ["hardware", "software", "access"] as const;

export type Status = typeof STATUSES[number];
export type Priority = typeof PRIORITIES[number];
export type Category = typeof CATEGORIES[number];
export type Topic = typeof TOPICS[Category][number];

/** The input for a new ticket. */
export interface TicketInput {
  readonly title: string;
  readonly body: string;
  readonly priority: Priority;
  readonly category: Category;
  readonly topic: Topic;
}

/** A ticket. Times are in milliseconds. */
export interface Ticket extends TicketInput {
  readonly id: number;
  readonly status: Status;
  readonly requester: string;
  readonly assignee: string | null;
  readonly changed: number;
}

/** A comment. */
export interface Comment {
  readonly id: number;
  readonly author: string;
  readonly text: string;
  readonly at: number;
}

/** A step of a checklist. */
export interface Step {
  readonly text: string;
  readonly done: boolean;
}

/** An attachment, without its content. */
export interface Attachment {
  readonly id: number;
  readonly ticket: number;
  readonly name: string;
  readonly type: string;
  readonly size: number;
}

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
    const [count] = this.#all(`SELECT count(*) AS total FROM tickets WHERE ${where}`, values);
    const rows = this.#all(
      `SELECT * FROM tickets WHERE ${where} ORDER BY ${order}, id DESC LIMIT ${PAGE_SIZE} OFFSET ?5`,
      [...values, (page - 1) * PAGE_SIZE],
    );
    return { tickets: rows.map(toTicket), total: Number(count?.total) };
  }

  /** Returns a ticket, or `null`. */
  get(id: number): Ticket | null {
    const [row] = this.#all("SELECT * FROM tickets WHERE id = ? AND deleted = 0", [id]);
    return row === undefined ? null : toTicket(row);
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
      "UPDATE tickets SET status = 'closed' WHERE status = 'waiting' AND deleted = 0 AND changed < ? RETURNING id",
      [since],
    ).map(({ id }) => Number(id));
  }

  /** Returns the latest comments of a ticket before another one, the latest first, and whether there are older ones. */
  comments(
    ticket: number,
    before: number | null,
  ): { readonly comments: readonly Comment[]; readonly hasMore: boolean } {
    const rows = this.#all(
      `SELECT * FROM comments WHERE ticket = ?1 AND (?2 IS NULL OR id < ?2) ORDER BY id DESC LIMIT ${COMMENTS + 1}`,
      [ticket, before],
    );
    return { comments: rows.slice(0, COMMENTS).map(toComment), hasMore: rows.length > COMMENTS };
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
    const [row] = this.#all("SELECT text FROM drafts WHERE ticket = ? AND author = ?", [ticket, author]);
    return String(row?.text ?? "");
  }

  /** Keeps what a user has written. */
  saveDraft(ticket: number, author: string, text: string): void {
    this.#run("INSERT OR REPLACE INTO drafts (ticket, author, text) VALUES (?, ?, ?)", [ticket, author, text]);
  }

  /** Returns the checklist of a ticket. */
  steps(ticket: number): readonly Step[] {
    const rows = this.#all("SELECT * FROM steps WHERE ticket = ? ORDER BY id", [ticket]);
    return rows.map(({ text, done }) => ({ text: String(text), done: done === 1 }));
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
    return this.#all("SELECT id, ticket, name, type, length(bytes) AS size FROM files WHERE ticket = ?", [ticket])
      .map(toAttachment);
  }

  /** Returns an attachment with its content, or `null`. */
  file(id: number): Attachment & { readonly bytes: Uint8Array<ArrayBuffer> } | null {
    const [row] = this.#all("SELECT *, length(bytes) AS size FROM files WHERE id = ?", [id]);
    return row?.bytes instanceof Uint8Array ? { ...toAttachment(row), bytes: new Uint8Array(row.bytes) } : null;
  }

  #run(sql: string, values: SQLInputValue[]): StatementResultingChanges {
    return this.#database.prepare(sql).run(...values);
  }

  #all(sql: string, values: SQLInputValue[]): Row[] {
    return this.#database.prepare(sql).all(...values);
  }
}

/** The tickets of the application; `createApp()` sets them. */
export const tickets = dependency<Tickets>("tickets");

type Row = Readonly<Record<string, unknown>>;

const RANK = `CASE priority WHEN 'high' THEN 0 WHEN 'normal' THEN 1 ELSE 2 END`;

function toTicket(row: Row): Ticket {
  const category = oneOf(CATEGORIES, row.category);
  return {
    id: Number(row.id),
    title: String(row.title),
    body: String(row.body),
    priority: oneOf(PRIORITIES, row.priority),
    category,
    topic: oneOf<Topic>(TOPICS[category], row.topic),
    status: oneOf(STATUSES, row.status),
    requester: String(row.requester),
    assignee: row.assignee === null ? null : String(row.assignee),
    changed: Number(row.changed),
  };
}

function toComment({ id, author, text, at }: Row): Comment {
  return { id: Number(id), author: String(author), text: String(text), at: Number(at) };
}

function toAttachment({ id, ticket, name, type, size }: Row): Attachment {
  return { id: Number(id), ticket: Number(ticket), name: String(name), type: String(type), size: Number(size) };
}

function oneOf<T extends string>(values: readonly T[], value: unknown): T {
  const found = values.find((one) => one === value);
  if (found === undefined) {
    throw new TypeError(`Cannot read "${value}" from the database: it is none of ${values.join(", ")}`);
  }
  return found;
}
