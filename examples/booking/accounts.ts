// The accounts: a name, the hash of a password, and a role.
import { hashPassword, verifyPassword } from "@hyper/actions/session";
import type { DatabaseSync } from "node:sqlite";

export type Role = "customer" | "staff";

/** Creates the account of a customer. Returns `false` if another account has the name. */
export async function createAccount(db: DatabaseSync, name: string, password: string): Promise<boolean> {
  const hash = await hashPassword(password);
  return db.prepare("INSERT OR IGNORE INTO accounts (name, password) VALUES (?, ?)").run(name, hash).changes > 0;
}

/** Returns the name of the account with this name and password, or `null`. */
export async function checkPassword(db: DatabaseSync, name: string, password: string): Promise<string | null> {
  const row = db.prepare("SELECT name, password FROM accounts WHERE name = ?").get(name);
  // Takes the same time for an account that does not exist.
  const { isCorrect, upgrade } = await verifyPassword(password, row === undefined ? null : String(row.password));
  if (row === undefined || !isCorrect) return null;
  if (upgrade !== null) db.prepare("UPDATE accounts SET password = ? WHERE name = ?").run(upgrade, name);
  return String(row.name);
}

/** Returns the role of an account, or `null` if it does not exist. */
export function roleOf(db: DatabaseSync, name: string): Role | null {
  const role = db.prepare("SELECT role FROM accounts WHERE name = ?").get(name)?.role;
  return role === "staff" || role === "customer" ? role : null;
}

/** Returns the secret of an account, for its calendar and for programs. It is made the first time. */
export function tokenOf(db: DatabaseSync, name: string): string {
  db.prepare("UPDATE accounts SET token = ? WHERE name = ? AND token IS NULL").run(crypto.randomUUID(), name);
  return String(db.prepare("SELECT token FROM accounts WHERE name = ?").get(name)?.token);
}

/** Returns the name of the account with a secret, or `null`. */
export function accountOfToken(db: DatabaseSync, token: string): string | null {
  const name = db.prepare("SELECT name FROM accounts WHERE token = ?").get(token)?.name;
  return name === undefined ? null : String(name);
}
