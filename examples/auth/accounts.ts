/** Accounts, in SQLite. */
import { DatabaseSync } from "node:sqlite";
import { hashPassword, verifyPassword } from "@hyper/actions/session";

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

/** The demo accounts, with their passwords. */
export const DEMO = [
  { name: "ada", password: "analytical engine", role: "admin" },
  { name: "bob", password: "builds bridges", role: "member" },
] as const;

/** The accounts of an application. */
export class Accounts implements Disposable {
  readonly #database: DatabaseSync;

  /** Opens the database file and creates it if needed, or `":memory:"`. */
  constructor(path: string) {
    this.#database = new DatabaseSync(path);
    this.#database.exec(`
      CREATE TABLE IF NOT EXISTS users (
        id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, password TEXT NOT NULL, role TEXT NOT NULL,
        title TEXT NOT NULL DEFAULT '', about TEXT NOT NULL DEFAULT ''
      ) STRICT;
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
    const { isCorrect, upgrade } = await verifyPassword(password, row === undefined ? null : String(row.password));
    if (upgrade !== null) this.#database.prepare("UPDATE users SET password = ? WHERE name = ?").run(upgrade, name);
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

  /** Returns the user with this name, or `null`. */
  find(name: string): User | null {
    const row = this.#database.prepare("SELECT * FROM users WHERE name = ?").get(name);
    return row === undefined ? null : toUser(row);
  }

  /** Closes the file. */
  [Symbol.dispose](): void {
    this.#database.close();
  }
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
