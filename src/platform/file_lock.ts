// Advisory locks of files (`flock`), which end with their process, however it ends.
//
// Deno's: node:fs has none, so Node and Bun cannot spool uploads.
import { isMissing } from "./system_error.ts";

/** A lock that is held until it is released. */
export interface FileLock {
  /** Releases the lock. */
  release(): void;
}

/**
 * Creates a file and locks it.
 *
 * @param path The file, which must not exist.
 * @returns The lock.
 */
export async function lockNewFile(path: string): Promise<FileLock> {
  const file = await Deno.open(path, { createNew: true, read: true, write: true });
  try {
    await file.lock(true);
  } catch (error) {
    file.close();
    throw error;
  }
  return { release: () => file.close() };
}

/**
 * Locks an existing file unless another process holds its lock.
 *
 * @param path The file.
 * @returns The lock; `"held"` when another process holds it, `"missing"` when the file does not exist.
 */
export async function tryLockFile(path: string): Promise<FileLock | "held" | "missing"> {
  let file: Deno.FsFile;
  try {
    file = await Deno.open(path, { read: true, write: true });
  } catch (error) {
    if (isMissing(error)) return "missing";
    throw error;
  }
  try {
    if (await file.tryLock(true)) return { release: () => file.close() };
  } catch (error) {
    file.close();
    throw error;
  }
  file.close();
  return "held";
}
