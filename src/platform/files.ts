// Files and folders.
import { createHash } from "node:crypto";
import { readFileSync, realpathSync, statSync } from "node:fs";
import fs from "node:fs/promises";

/** The target of a path, with links followed. */
export interface FileFacts {
  readonly isFile: boolean;
  readonly isDirectory: boolean;
  /** Size in bytes. */
  readonly size: number;
}

/** An entry of a folder. A link is neither a file nor a folder. */
export interface FolderEntry {
  readonly name: string;
  readonly isFile: boolean;
  readonly isDirectory: boolean;
  readonly isSymlink: boolean;
}

/** Returns the absolute path with all links resolved. */
export function realPath(path: string): Promise<string> {
  return fs.realpath(path);
}

/** Returns the absolute path with all links resolved. */
export function realPathSync(path: string): string {
  return realpathSync(path);
}

/** Returns the type and size of the target of a path. */
export async function readFacts(path: string): Promise<FileFacts> {
  const stats = await fs.stat(path);
  return { isFile: stats.isFile(), isDirectory: stats.isDirectory(), size: stats.size };
}

/** Returns whether the target of a path is a file. Throws if the target does not exist. */
export function isFileSync(path: string): boolean {
  return statSync(path).isFile();
}

/** Returns the type, the size and the time of the last change of the target of a path; the time in milliseconds. */
export function readFactsSync(path: string): FileFacts & { readonly modified: number } {
  const stats = statSync(path);
  return { isFile: stats.isFile(), isDirectory: stats.isDirectory(), size: stats.size, modified: stats.mtimeMs };
}

/** Returns the SHA-256 of the content of a file, in 64 hexadecimal digits. The file is read as a whole. */
export function hashFileSync(path: string): string {
  return createHash("sha256").update(readFileSync(path)).digest("hex");
}

/** Lists a folder, in no particular order. */
export async function listFolder(path: string): Promise<FolderEntry[]> {
  const entries = await fs.readdir(path, { withFileTypes: true });
  return entries.map((entry) => ({
    name: entry.name,
    isFile: entry.isFile(),
    isDirectory: entry.isDirectory(),
    isSymlink: entry.isSymbolicLink(),
  }));
}

/** Reads a file as UTF-8 text. */
export function readTextFile(path: string): Promise<string> {
  return fs.readFile(path, "utf8");
}

/**
 * Reads a part of a file. The file is opened for each read: a stream that is dropped half-way would otherwise keep it open.
 *
 * @param path The file.
 * @param start The offset of the part, in bytes.
 * @param length The length of the part, in bytes.
 * @returns The bytes.
 * @throws {Error} When the file cannot be read or is shorter.
 */
export async function readRange(path: string, start: number, length: number): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(length);
  // Deno's: 10 MB in such parts take 5.3 ms, with `open()` of node:fs/promises 7.4 ms.
  using file = await Deno.open(path, { read: true });
  await file.seek(start, Deno.SeekMode.Start);
  let filled = 0;
  while (filled < length) {
    const count = await file.read(bytes.subarray(filled));
    if (count === null) throw new Error("it has been cut short on disk");
    filled += count;
  }
  return bytes;
}
