/** Accounts and sessions, in SQLite. */
import { createHash, randomBytes } from "node:crypto";
import { DatabaseSync } from "node:sqlite";
import { hashPassword, verifyPassword } from "./passwords.ts";

/** Roles: a member has an account, and an admin can change the roles of others. */
export const ROLES = ["member", "admin"] as const;

/** A role. */
export type Role = typeof ROLES[number];

/** A user with an account. */
export interface User extends Profile {
  readonly id: number;
  /** Name for the sign-in. */
  readonly name: string;
  readonly role: Role;
}

/** Profile that a user can edit. */
export interface Profile {
  readonly title: string;
  readonly about: string;
}

/** A session: its user, and whether it has expired. */
export interface Session {
  readonly user: User;
  readonly isOver: boolean;
}

const HOUR = 60 * 60 * 1000;
/** Duration of a session, in milliseconds. */
const SESSION = 8 * HOUR;
/** Time for which an expired session is kept, so that its user gets unsaved input back, in milliseconds. */
const REMEMBERED = 24 * HOUR;

/** The demo accounts, with their passwords. */
export const DEMO = [
  { name: "ada", password: "analytical engine", role: "admin" },
  { name: "bob", password: "builds bridges", role: "member" },
] as const;

/** The accounts and sessions of an application. */
export class Accounts implements Disposable {
  readonly #database: DatabaseSync;
  readonly #now: () => number;

  /** Opens the database file and creates it if needed, or `":memory:"`. `now` returns the time in milliseconds. */
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

  /** Adds an account, unless one with this name exists. */
  async add({ name, password, role }: { name: string; password: string; role: Role }): Promise<void> {
    const hash = await hashPassword(password);
    this.#database.prepare("INSERT OR IGNORE INTO users (name, password, role) VALUES (?, ?, ?)").run(name, hash, role);
  }

  /** Returns the user with this name and password, or `null`. */
  async check(name: string, password: string): Promise<User | null> {
    const row = this.#database.prepare("SELECT * FROM users WHERE name = ?").get(name);
    const isCorrect = await verifyPassword(password, row === undefined ? null : String(row.password));
    return row !== undefined && isCorrect ? toUser(row) : null;
  }

  /** Returns all users, by name. */
  list(): readonly User[] {
    return this.#database.prepare("SELECT * FROM users ORDER BY name").all().map(toUser);
  }

  /** Changes the role of a user. */
  setRole(id: number, role: Role): void {
    this.#database.prepare("UPDATE users SET role = ? WHERE id = ?").run(role, id);
  }

  /** Changes the profile of a user. */
  saveProfile(id: number, { title, about }: Profile): void {
    this.#database.prepare("UPDATE users SET title = ?, about = ? WHERE id = ?").run(title, about, id);
  }

  /** Starts a session and returns its token. */
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

  /** Returns the session of a token, or `null`. */
  findSession(token: string): Session | null {
    const row = this.#database.prepare("SELECT * FROM sessions JOIN users ON users.id = sessions.user WHERE token = ?")
      .get(digest(token));
    return row === undefined ? null : { user: toUser(row), isOver: Number(row.ends) <= this.#now() };
  }

  /** Ends a session. */
  endSession(token: string): void {
    this.#database.prepare("DELETE FROM sessions WHERE token = ?").run(digest(token));
  }

  /** Closes the file. */
  [Symbol.dispose](): void {
    this.#database.close();
  }
}

/** Returns the digest of a token. The database stores only digests, so its readers cannot use the sessions. */
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
