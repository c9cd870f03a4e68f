/** The accounts: a name, and the hash of a password. */
import { hashPassword, verifyPassword } from "@hyper/actions/session";
import { database } from "./database.ts";

/** Creates an account. Returns `false` if another account has the name. */
export async function createAccount(
  name: string,
  password: string,
): Promise<boolean> {
  const hash = await hashPassword(password);
  const { changes } = database
    .prepare("INSERT OR IGNORE INTO accounts (name, password) VALUES (?, ?)")
    .run(name, hash);
  return changes > 0;
}

/** Returns the name of the account with this name and password, or `null`. */
export async function checkPassword(
  name: string,
  password: string,
): Promise<string | null> {
  const row = database
    .prepare("SELECT name, password FROM accounts WHERE name = ?")
    .get(name);
  // Takes the same time for an account that does not exist.
  const hash = row === undefined ? null : String(row.password);
  const { isCorrect, upgrade } = await verifyPassword(password, hash);
  if (row === undefined || !isCorrect) return null;
  if (upgrade !== null) {
    database.prepare("UPDATE accounts SET password = ? WHERE name = ?")
      .run(upgrade, name);
  }
  return String(row.name);
}
