// SQLite databases.
import type { DatabaseSync } from "node:sqlite";

/** An open database. */
export type { DatabaseSync };

/**
 * Opens a database, and creates its file if there is none.
 *
 * @param path The path of the file, or `":memory:"`.
 * @returns The database.
 */
export async function openSqlite(path: string): Promise<DatabaseSync> {
  // Loaded on first use: an application without SQLite does not pay for it.
  const { DatabaseSync } = await import("node:sqlite");
  return new DatabaseSync(path);
}
