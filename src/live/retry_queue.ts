// Retries of what a bus did not accept.
import { logError, notify } from "../callback.ts";

/** Pause between two attempts, in milliseconds. */
const PAUSE = 1_000;
/** Maximum number of texts that wait. Further ones are dropped. */
const MAX_WAITING = 10_000;

/** Retries an attempt for each text until it succeeds. */
export class RetryQueue {
  readonly #attempt: (text: string) => Promise<void>;
  readonly #waiting = new Set<string>();
  /** The next attempt; `null` while nothing waits. */
  #timer: ReturnType<typeof setTimeout> | null = null;
  #isClosed = false;

  /** @param attempt Makes one attempt for an entry. Rejects if it fails. */
  constructor(attempt: (text: string) => Promise<void>) {
    this.#attempt = attempt;
  }

  /** Makes an attempt for an entry every second until it succeeds. An entry that waits already is not added again. */
  add(text: string): void {
    if (this.#waiting.size < MAX_WAITING) this.#waiting.add(text);
    this.#schedule();
  }

  /** Stops all retries. */
  close(): void {
    this.#isClosed = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #schedule(): void {
    if (this.#timer !== null || this.#isClosed) return;
    this.#timer = setTimeout(() => notify(() => this.#retry(), logRetryError), PAUSE);
  }

  async #retry(): Promise<void> {
    for (const text of this.#waiting) {
      try {
        await this.#attempt(text);
        this.#waiting.delete(text);
      } catch {
        // The first failure was reported. Only this text may be at fault, so the others come first next time.
        this.#waiting.delete(text);
        this.#waiting.add(text);
        break;
      }
    }
    this.#timer = null;
    if (this.#waiting.size > 0) this.#schedule();
  }
}

function logRetryError(error: unknown): void {
  logError(error, "a retry over a bus");
}
