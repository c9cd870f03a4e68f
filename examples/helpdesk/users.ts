/** Users and their roles, in SQLite. */
import { dependency } from "@hyper/actions";
import { hashPassword, verifyPassword } from "@hyper/actions/session";
import type { DatabaseSync } from "node:sqlite";
import { z } from "zod";

/** A customer asks, an agent answers, and an admin also changes roles. */
export const ROLES = ["customer", "agent", "admin"] as const;

export type Role = typeof ROLES[number];

/** A user, as the database has it. */
const UserRow = z.object({ name: z.string(), role: z.enum(ROLES) }).readonly();

export type User = z.infer<typeof UserRow>;

/** The users of the demonstration, with their passwords. */
export const DEMO = [
  { name: "ada", password: "analytical engine", role: "admin" },
  { name: "bob", password: "builds bridges", role: "agent" },
  { name: "cleo", password: "sails at night", role: "customer" },
] as const;

/** All users. */
export class Users {
  readonly #database: DatabaseSync;

  /** Uses a database, and creates its table if needed. */
  constructor(database: DatabaseSync) {
    this.#database = database;
    database.exec(
      "CREATE TABLE IF NOT EXISTS users (name TEXT PRIMARY KEY, password TEXT NOT NULL, role TEXT NOT NULL) STRICT",
    );
  }

  /** Adds a user, unless one with this name exists. */
  async add({ name, password, role }: User & { readonly password: string }): Promise<void> {
    if (this.find(name) !== null) return;
    const hash = await hashPassword(password);
    this.#database.prepare("INSERT OR IGNORE INTO users (name, password, role) VALUES (?, ?, ?)").run(name, hash, role);
  }

  /** Returns whether the password is that of the user. */
  async check(name: string, password: string): Promise<boolean> {
    const row = this.#database.prepare("SELECT password FROM users WHERE name = ?").get(name);
    const { isCorrect, upgrade } = await verifyPassword(password, row === undefined ? null : String(row.password));
    if (upgrade !== null) this.#database.prepare("UPDATE users SET password = ? WHERE name = ?").run(upgrade, name);
    return isCorrect;
  }

  /** Returns a user, or `null`. */
  find(name: string): User | null {
    return this.list().find((user) => user.name === name) ?? null;
  }

  /** Returns all users, by name. */
  list(): readonly User[] {
    return UserRow.array().parse(this.#database.prepare("SELECT name, role FROM users ORDER BY name").all());
  }

  /** Returns the names of those who can be assigned to a ticket. */
  agents(): readonly string[] {
    return this.list().filter(({ role }) => role !== "customer").map(({ name }) => name);
  }

  /** Changes the role of a user. */
  setRole(name: string, role: Role): void {
    this.#database.prepare("UPDATE users SET role = ? WHERE name = ?").run(role, name);
  }
}

/** The users of the application; `createApp()` sets them. */
export const users = dependency<Users>("users");
