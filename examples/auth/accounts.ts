/** Who may sign in, and who has: in SQLite. */
import { createHash, randomBytes } from "node:crypto";
import { DatabaseSync } from "node:sqlite";
import { hashPassword, verifyPassword } from "./passwords.ts";

/** What somebody may do: an admin says who is one, a member has an account. */
export const ROLES = ["member", "admin"] as const;

/** One of them. */
export type Role = typeof ROLES[number];

/** Somebody with an account. */
export interface User extends Profile {
  readonly id: number;
  /** What they sign in with. */
  readonly name: string;
  readonly role: Role;
}

/** What somebody says about themselves. */
export interface Profile {
  readonly title: string;
  readonly about: string;
}

/** A session: whose it is, and whether it has lasted too long. */
export interface Session {
  readonly user: User;
  readonly isOver: boolean;
}

const HOUR = 60 * 60 * 1000;
/** How long a session lasts, in milliseconds. */
const SESSION = 8 * HOUR;
/** How long one that is over is remembered, so that what its owner was typing finds its way back to them. */
const REMEMBERED = 24 * HOUR;

/** The accounts of the demonstration, with their passwords. */
export const DEMO = [
  { name: "ada", password: "analytical engine", role: "admin" },
  { name: "bob", password: "builds bridges", role: "member" },
] as const;

/** The accounts and sessions of an application. */
export class Accounts implements Disposable {
  readonly #database: DatabaseSync;
  readonly #now: () => number;

  /** Opens a file, made when it is not there; `":memory:"` for none. `now` is the time in milliseconds. */
  constructor(path: string, now: () => number = Date.now) {
    this.#now = now;
    this.#database = new DatabaseSync(path);
    this.#database.exec(`
      CREATE TABLE IF NOT EXISTS users (
        id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, password TEXT NOT NULL, role TEXT NOT NULL,
        title TEXT NOT NULL DEFAULT '', about TEXT NOT NULL DEFAULT ''
      ) STRICT;
      CREATE TABLE IF NOT EXISTS sessions (token TEXT PRIMARY KEY, user INTEGER NOT NULL, ends INTEGER NOT NULL) STRICT;
    `);
  }

  /** Adds an account, unless there is one of this name. */
  async add({ name, password, role }: { name: string; password: string; role: Role }): Promise<void> {
    const hash = await hashPassword(password);
    this.#database.prepare("INSERT OR IGNORE INTO users (name, password, role) VALUES (?, ?, ?)").run(name, hash, role);
  }

  /** Whose name and password these are; `null` for nobody's. */
  async check(name: string, password: string): Promise<User | null> {
    const row = this.#database.prepare("SELECT * FROM users WHERE name = ?").get(name);
    const isTheirs = await verifyPassword(password, row === undefined ? null : String(row.password));
    return row !== undefined && isTheirs ? toUser(row) : null;
  }

  /** Everybody, by name. */
  list(): readonly User[] {
    return this.#database.prepare("SELECT * FROM users ORDER BY name").all().map(toUser);
  }

  /** Changes what somebody may do. */
  setRole(id: number, role: Role): void {
    this.#database.prepare("UPDATE users SET role = ? WHERE id = ?").run(role, id);
  }

  /** Changes what somebody says about themselves. */
  saveProfile(id: number, { title, about }: Profile): void {
    this.#database.prepare("UPDATE users SET title = ?, about = ? WHERE id = ?").run(title, about, id);
  }

  /** Begins a session; gives what its owner shows from then on. */
  beginSession({ id }: User): string {
    const now = this.#now();
    const token = randomBytes(32).toString("base64url");
    this.#database.prepare("DELETE FROM sessions WHERE ends < ?").run(now - REMEMBERED);
    this.#database.prepare("INSERT INTO sessions (token, user, ends) VALUES (?, ?, ?)").run(
      digest(token),
      id,
      now + SESSION,
    );
    return token;
  }

  /** The session of a token, or `null`. */
  findSession(token: string): Session | null {
    const row = this.#database.prepare("SELECT * FROM sessions JOIN users ON users.id = sessions.user WHERE token = ?")
      .get(digest(token));
    return row === undefined ? null : { user: toUser(row), isOver: Number(row.ends) <= this.#now() };
  }

  /** Ends a session, if it is there. */
  endSession(token: string): void {
    this.#database.prepare("DELETE FROM sessions WHERE token = ?").run(digest(token));
  }

  /** Closes the file. */
  [Symbol.dispose](): void {
    this.#database.close();
  }
}

/** What is kept of a token: whoever reads the database cannot take part in a session of it. */
function digest(token: string): string {
  return createHash("sha256").update(token).digest("hex");
}

function toUser(row: Record<string, unknown>): User {
  return {
    id: Number(row.id),
    name: String(row.name),
    role: ROLES.find((role) => role === row.role) ?? "member",
    title: String(row.title),
    about: String(row.about),
  };
}
