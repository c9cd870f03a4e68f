/**
 * Trying again what a bus did not take, until it does.
 *
 * @module
 */
import { logError, notify } from "../callback.ts";

/** Milliseconds between two attempts. */
const RETRY_MS = 1_000;
/** The most that waits for one: a server that cannot reach its bus has worse to do than to forget one. */
const MAX_WAITING = 10_000;

/** What waits for the bus to come back. */
export class Again {
  readonly #attempt: (text: string) => Promise<void>;
  readonly #waiting = new Set<string>();
  /** The next attempt; `null` while nothing waits. */
  #timer: ReturnType<typeof setTimeout> | null = null;
  #isClosed = false;

  /** @param attempt Does it for one text; rejects while it cannot be done. */
  constructor(attempt: (text: string) => Promise<void>) {
    this.#attempt = attempt;
  }

  /** Tries it in a second, and then every second until it is done; for the same text once. */
  add(text: string): void {
    if (this.#waiting.size < MAX_WAITING) this.#waiting.add(text);
    this.#later();
  }

  /** Tries nothing more. */
  close(): void {
    this.#isClosed = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #later(): void {
    if (this.#timer !== null || this.#isClosed) return;
    this.#timer = setTimeout(() => notify(() => this.#tryAll(), logAgain), RETRY_MS);
  }

  async #tryAll(): Promise<void> {
    for (const text of this.#waiting) {
      try {
        await this.#attempt(text);
        this.#waiting.delete(text);
      } catch {
        // Still away, as was reported when it was first met. The others go first next time: it may be this one alone.
        this.#waiting.delete(text);
        this.#waiting.add(text);
        break;
      }
    }
    this.#timer = null;
    if (this.#waiting.size > 0) this.#later();
  }
}

function logAgain(error: unknown): void {
  logError(error, "what is told a bus again");
}
