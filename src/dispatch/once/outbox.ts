// Changes that the store has not accepted yet: outcomes that it could not keep, and claims that it could not release.
//
// The process that ran an action function knows the outcome, even if the store does not. It answers retries from here, and repeats
// the change until the store has it.
import { logError, notify } from "../../callback.ts";
import type { StoredOutcome } from "./outcome.ts";

/** A change for the store. */
export interface PendingChange {
  /** The outcome that retries get meanwhile; `null` if a claim was given up. */
  readonly outcome: StoredOutcome | null;
  /**
   * Sends the change. Called again if it rejects. `null` if there is nothing to send: another process holds the claim, so the
   * outcome stays in this process.
   */
  readonly send: (() => Promise<void>) | null;
}

/** Milliseconds between two attempts: the first and the longest pause. */
const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 30_000;
/** Maximum number of claims that were given up. One above it blocks its retries until its lease expires. */
const MAX_GIVEN_UP = 1_000;

/** A change and its expiry. */
interface KeptChange extends PendingChange {
  readonly expires: number;
}

/** Keeps changes until they are delivered. */
export class Outbox {
  readonly #milliseconds: number;
  readonly #changes = new Map<string, KeptChange>();
  /** Number of changes that are claims which were given up. */
  #givenUp = 0;
  /** The timer of the next attempt; `null` if there is nothing to send, or while it is being sent. */
  #timer: ReturnType<typeof setTimeout> | null = null;
  #pause = FIRST_PAUSE;
  #isSending = false;
  #isClosed = false;

  /** @param seconds Time a change is kept, in seconds. */
  constructor(seconds: number) {
    this.#milliseconds = seconds * 1000;
  }

  /** Returns whether a change waits under a key. */
  has(key: string): boolean {
    return this.#changes.has(key);
  }

  /** Returns the outcome that waits under a key, or `null`. */
  outcomeOf(key: string): StoredOutcome | null {
    const change = this.#changes.get(key);
    if (change === undefined) return null;
    if (change.expires > performance.now()) return change.outcome;
    this.remove(key);
    return null;
  }

  /** Adds a change, replacing one with the same key. */
  add(key: string, change: PendingChange): void {
    this.remove(key);
    if (change.outcome === null && this.#givenUp >= MAX_GIVEN_UP) return;
    this.#changes.set(key, { ...change, expires: performance.now() + this.#milliseconds });
    if (change.outcome === null) this.#givenUp++;
    if (change.send !== null) this.#schedule();
  }

  /** Sends the change of a key now, if there is one. Rejects with the error of the store. */
  async send(key: string): Promise<void> {
    const change = this.#changes.get(key);
    if (change === undefined || change.send === null) return;
    await change.send();
    if (this.#changes.get(key) === change) this.remove(key);
  }

  /** Removes the change of a key. */
  remove(key: string): void {
    const change = this.#changes.get(key);
    if (change === undefined) return;
    this.#changes.delete(key);
    if (change.outcome === null) this.#givenUp--;
  }

  /** Ends all attempts. */
  close(): void {
    this.#isClosed = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #schedule(): void {
    if (this.#timer !== null || this.#isSending || this.#isClosed) return;
    this.#timer = setTimeout(() => notify(() => this.#sendAll(), logOutbox), this.#pause);
  }

  /** Sends all changes in order. If one fails, the pause before the next attempt is longer. */
  async #sendAll(): Promise<void> {
    this.#timer = null;
    this.#isSending = true;
    try {
      for (const [key, change] of this.#changes) {
        if (change.expires <= performance.now()) this.remove(key);
        else if (change.send !== null && !await this.#try(key, change)) return;
        if (this.#isClosed) return;
      }
      this.#pause = FIRST_PAUSE;
    } finally {
      this.#isSending = false;
      if (this.#changes.values().some(({ send }) => send !== null)) this.#schedule();
    }
  }

  async #try(key: string, change: KeptChange): Promise<boolean> {
    try {
      await this.send(key);
      return true;
    } catch {
      // Reported when it failed first. Moved to the end: a change that the store never accepts must not block the others.
      if (this.#changes.get(key) === change && this.#changes.delete(key)) this.#changes.set(key, change);
      this.#pause = Math.min(2 * this.#pause, LONGEST_PAUSE);
      return false;
    }
  }
}

function logOutbox(error: unknown): void {
  logError(error, "a change that is sent to a store again");
}
