// The decision when a connection to Redis that is still open must be replaced by a new one.

/** Time without a reply after which a connection is replaced, in milliseconds: its other end may be gone. */
const SILENCE = 10_000;

/**
 * Errors of a server that should no longer be asked: a replica, or a server that loads its data or has lost its primary or its
 * replicas. After a failover, the same URL leads to another server. Redis before 7 puts the name of a script before the word.
 */
const WRONG_SERVER = /\b(?:READONLY|LOADING|MASTERDOWN|CLUSTERDOWN|NOREPLICAS)\b/;

/** First pause between two replacements because of such an error, in milliseconds. It doubles up to the longest. */
const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 30_000;

/** Decides when a connection must be replaced. All times are those of `performance.now()`. */
export class RenewalPolicy {
  /** Time of the first command without a reply; `null` while replies arrive. */
  #silentSince: number | null = null;
  /** Time before which an error does not replace the connection. */
  #pausedUntil = -Infinity;
  /** Next pause. Reset if no replacement was needed for twice the longest. */
  #pause = FIRST_PAUSE;

  /** Notes a reply, or a new connection. */
  noteReply(): void {
    this.#silentSince = null;
  }

  /** Notes a command without a reply for `timeout` milliseconds. Returns whether to replace the connection. */
  noteTimeout(timeout: number): boolean {
    const now = performance.now();
    this.#silentSince ??= now - timeout;
    if (now - this.#silentSince < SILENCE) return false;
    this.#silentSince = null;
    return true;
  }

  /** Notes an error reply. Returns whether to replace the connection. */
  noteError({ message }: Error): boolean {
    const now = performance.now();
    if (!WRONG_SERVER.test(message) || now < this.#pausedUntil) return false;
    if (now - this.#pausedUntil > 2 * LONGEST_PAUSE) this.#pause = FIRST_PAUSE;
    this.#pausedUntil = now + this.#pause;
    this.#pause = Math.min(2 * this.#pause, LONGEST_PAUSE);
    return true;
  }
}
