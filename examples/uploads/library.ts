/** Stores uploads: the bytes as files in a folder, and their metadata in SQLite. */
import { dependency, type StoredFile, type UploadResult } from "@hyper/actions";
import { join } from "@std/path";
import { DatabaseSync } from "node:sqlite";

/** An uploaded file. */
export interface Upload {
  readonly id: string;
  /** Its name on the user's computer. It is not the name of the stored file. */
  readonly name: string;
  /** Its media type, sent by the browser and checked against its first bytes. */
  readonly type: string;
  /** Size in bytes. */
  readonly size: number;
}

/** A folder of uploads. */
export class Library implements Disposable {
  readonly #folder: string;
  readonly #database: DatabaseSync;

  /** Opens a folder, and creates it if needed. */
  constructor(folder: string) {
    Deno.mkdirSync(folder, { recursive: true });
    this.#folder = folder;
    this.#database = new DatabaseSync(join(folder, "uploads.sqlite"));
    this.#database.exec(`
      CREATE TABLE IF NOT EXISTS uploads (
        number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, name TEXT NOT NULL, type TEXT NOT NULL, size INTEGER NOT NULL
      ) STRICT
    `);
  }

  /** Writes a file while it arrives. It is in the list after `add()`, and is deleted if it is not accepted. */
  async take(stream: ReadableStream<Uint8Array>): Promise<UploadResult> {
    const key = crypto.randomUUID();
    try {
      await Deno.writeFile(this.#path(key), stream, { createNew: true });
    } catch (error) {
      // The client has disconnected, or the file exceeds the limit.
      await this.#erase(key);
      throw error;
    }
    return { key, discard: () => this.#erase(key) };
  }

  /** Adds a file to the list. */
  add({ key, name, type, size }: StoredFile): void {
    this.#database.prepare("INSERT INTO uploads (id, name, type, size) VALUES (?, ?, ?, ?)").run(key, name, type, size);
  }

  /** Returns all files, newest first. */
  list(): readonly Upload[] {
    return this.#database.prepare("SELECT id, name, type, size FROM uploads ORDER BY number DESC").all().map(toUpload);
  }

  /** Returns a file, or `null`. */
  find(id: string): Upload | null {
    const row = this.#database.prepare("SELECT id, name, type, size FROM uploads WHERE id = ?").get(id);
    return row === undefined ? null : toUpload(row);
  }

  /** Returns the content of a file. */
  async read({ id }: Upload): Promise<ReadableStream<Uint8Array>> {
    return (await Deno.open(this.#path(id))).readable;
  }

  /** Deletes a file, if it exists. */
  async delete(id: string): Promise<void> {
    const { changes } = this.#database.prepare("DELETE FROM uploads WHERE id = ?").run(id);
    // A file that is not in the database is deleted.
    if (changes > 0) await this.#erase(id);
  }

  /** Closes the list. */
  [Symbol.dispose](): void {
    this.#database.close();
  }

  #path(id: string): string {
    return join(this.#folder, id);
  }

  async #erase(id: string): Promise<void> {
    try {
      await Deno.remove(this.#path(id));
    } catch (error) {
      // It is already deleted.
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
}

/** The library of the application; `createApp()` sets it. */
export const library = dependency<Library>("library");

function toUpload(row: Record<string, unknown>): Upload {
  return { id: String(row.id), name: String(row.name), type: String(row.type), size: Number(row.size) };
}
