/**
 * Waiting for the lock of a SQLite file, in which Deno KV keeps its data too, without holding the thread.
 *
 * @module
 */

/** Milliseconds that a call waits for a lock of another process, and the first and the longest pause between two attempts. */
const LOCK_WAIT = 2_000;
const FIRST_PAUSE = 5;
const LONGEST_PAUSE = 100;

/**
 * Tries until no other process holds the lock, with the event loop free between two attempts.
 *
 * @param attempt One statement or transaction, or statements that may be run again.
 * @throws {Error} When the lock is not free in time.
 */
export async function whenUnlocked<T>(attempt: () => T | Promise<T>): Promise<T> {
  const deadline = performance.now() + LOCK_WAIT;
  for (let pause = FIRST_PAUSE;; pause = Math.min(2 * pause, LONGEST_PAUSE)) {
    try {
      return await attempt();
    } catch (error) {
      if (!isLocked(error)) throw error;
      if (performance.now() + pause > deadline) {
        throw new Error(
          `Cannot use the store: another process has held the lock of its file for ${LOCK_WAIT / 1000} s`,
          {
            cause: error,
          },
        );
      }
    }
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}

/** Whether another connection holds a lock (SQLITE_BUSY, SQLITE_LOCKED). `exec()` of Deno and Deno KV give the text and no code. */
export function isLocked(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = "errcode" in error && typeof error.errcode === "number" ? error.errcode & 0xff : 0;
  return code === 5 || code === 6 || /^database (?:table )?is locked/.test(error.message);
}
