/**
 * What the store has not been told yet: outcomes that it could not keep, and claims that it could not let go.
 *
 * The process that ran an action function knows that it was done, whatever the store says. It answers repeats from here,
 * and goes on telling the store until it has it.
 *
 * @module
 */
import { logError, notify } from "../../callback.ts";
import type { StoredOutcome } from "./outcome.ts";

/** Something the store has to be told. */
export interface Letter {
  /** The outcome that repeats get meanwhile; `null` where a claim was given up. */
  readonly outcome: StoredOutcome | null;
  /**
   * Tells the store; may be called again after it has rejected. `null` where nothing is left to tell: another process has
   * claimed it, and this outcome is known here alone.
   */
  readonly send: (() => Promise<void>) | null;
}

/** Keeps letters until they are delivered. */
export interface Outbox {
  /** Returns whether a letter waits under a key. */
  has(key: string): boolean;
  /** The outcome that waits under a key, or `null`. */
  outcomeOf(key: string): StoredOutcome | null;
  /** Adds a letter, in place of one with the same key. */
  add(key: string, letter: Letter): void;
  /**
   * Sends the letter of a key now, where there is one.
   *
   * @throws {Error} What the store said.
   */
  send(key: string): Promise<void>;
  /** Removes the letter of a key. */
  remove(key: string): void;
  /** Ends all attempts. */
  close(): void;
}

/** Milliseconds between two attempts: the first and the longest pause. */
const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 30_000;
/** Claims given up that are remembered at most: one that is forgotten holds its repeats off for a lease. */
const MAX_GIVEN_UP = 1_000;

/**
 * Makes an outbox.
 *
 * @param seconds Time a letter is kept, in seconds.
 * @returns The outbox, empty.
 */
export function createOutbox(seconds: number): Outbox {
  return new RetryingOutbox(seconds);
}

/** A letter, and when it is no longer worth sending. */
interface Kept extends Letter {
  readonly expires: number;
}

class RetryingOutbox implements Outbox {
  readonly #milliseconds: number;
  readonly #letters = new Map<string, Kept>();
  /** How many of them are claims that were given up. */
  #givenUp = 0;
  /** The timer of the next attempt; `null` while there is nothing to send, or it is being sent. */
  #timer: ReturnType<typeof setTimeout> | null = null;
  #pause = FIRST_PAUSE;
  #isSending = false;
  #isClosed = false;

  constructor(seconds: number) {
    this.#milliseconds = seconds * 1000;
  }

  has(key: string): boolean {
    return this.#letters.has(key);
  }

  outcomeOf(key: string): StoredOutcome | null {
    const letter = this.#letters.get(key);
    if (letter === undefined) return null;
    if (letter.expires > performance.now()) return letter.outcome;
    this.remove(key);
    return null;
  }

  add(key: string, letter: Letter): void {
    this.remove(key);
    if (letter.outcome === null && this.#givenUp >= MAX_GIVEN_UP) return;
    this.#letters.set(key, { ...letter, expires: performance.now() + this.#milliseconds });
    if (letter.outcome === null) this.#givenUp++;
    if (letter.send !== null) this.#schedule();
  }

  async send(key: string): Promise<void> {
    const letter = this.#letters.get(key);
    if (letter === undefined || letter.send === null) return;
    await letter.send();
    if (this.#letters.get(key) === letter) this.remove(key);
  }

  remove(key: string): void {
    const letter = this.#letters.get(key);
    if (letter === undefined) return;
    this.#letters.delete(key);
    if (letter.outcome === null) this.#givenUp--;
  }

  close(): void {
    this.#isClosed = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #schedule(): void {
    if (this.#timer !== null || this.#isSending || this.#isClosed) return;
    this.#timer = setTimeout(() => notify(() => this.#sendAll(), logOutbox), this.#pause);
  }

  /** Sends one after the other, and waits longer before the next attempt when one fails. */
  async #sendAll(): Promise<void> {
    this.#timer = null;
    this.#isSending = true;
    try {
      for (const [key, letter] of this.#letters) {
        if (letter.expires <= performance.now()) this.remove(key);
        else if (letter.send !== null && !await this.#try(key, letter)) return;
        if (this.#isClosed) return;
      }
      this.#pause = FIRST_PAUSE;
    } finally {
      this.#isSending = false;
      if (this.#letters.values().some(({ send }) => send !== null)) this.#schedule();
    }
  }

  async #try(key: string, letter: Kept): Promise<boolean> {
    try {
      await this.send(key);
      return true;
    } catch {
      // Reported when it failed first. To the end of the line: one that the store never takes must not hold up the others.
      if (this.#letters.get(key) === letter && this.#letters.delete(key)) this.#letters.set(key, letter);
      this.#pause = Math.min(2 * this.#pause, LONGEST_PAUSE);
      return false;
    }
  }
}

function logOutbox(error: unknown): void {
  logError(error, "what is told a store again");
}
