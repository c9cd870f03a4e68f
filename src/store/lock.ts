// Waiting for the lock of a SQLite file without blocking the thread. Deno KV keeps its data in such a file too.

/** Maximum time to wait for a lock, and the first and the longest pause between two attempts, in milliseconds. */
const LOCK_WAIT = 2_000;
const FIRST_PAUSE = 5;
const LONGEST_PAUSE = 100;

/** Runs statements until no other process holds the lock. They may run more than once. Throws after two seconds. */
export async function whenUnlocked<T>(attempt: () => T | Promise<T>): Promise<T> {
  const deadline = performance.now() + LOCK_WAIT;
  for (let pause = FIRST_PAUSE;; pause = Math.min(2 * pause, LONGEST_PAUSE)) {
    try {
      return await attempt();
    } catch (error) {
      if (!isLocked(error)) throw error;
      if (performance.now() + pause > deadline) {
        const message = `Cannot use the store: another process has locked its file for ${
          LOCK_WAIT / 1000
        } s; try again`;
        throw new Error(message, { cause: error });
      }
    }
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}

/**
 * Returns whether another connection holds a lock (SQLITE_BUSY, SQLITE_LOCKED). The errors of Deno KV, and of `exec()` of
 * `node:sqlite`, have a message and no code.
 */
export function isLocked(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = "errcode" in error && typeof error.errcode === "number" ? error.errcode & 0xff : 0;
  return code === 5 || code === 6 || /^database (?:table )?is locked/.test(error.message);
}
