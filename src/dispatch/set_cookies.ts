/**
 * The cookies of one answer: set by the action function, or kept from its first run, until the head goes out.
 *
 * @module
 */
import type { SetCookies } from "./answer.ts";
import type { MineClaim } from "./once/held.ts";

const NONE: readonly string[] = Object.freeze([]);

/** Collects the cookies of an answer. */
export class CookieJar implements SetCookies {
  readonly #actionName: string;
  #cookies: readonly string[] = NONE;
  /** The claim that keeps them for a repeat; `null` where the call has none. */
  #claim: MineClaim | null = null;
  /** Set when the head of the answer is written. */
  #isHeadOut = false;

  /** @param actionName The full name of the action, for messages. */
  constructor(actionName: string) {
    this.#actionName = actionName;
  }

  /** Keeps the cookies that are set from now on with a claim. */
  keepWith(claim: MineClaim): void {
    this.#claim = claim;
  }

  /** Sets the cookies of a repeat, as the first run has set them. */
  restore(values: readonly string[]): void {
    this.#cookies = values;
  }

  /**
   * Adds a cookie to the head, and to what is kept for a repeat.
   *
   * @param name The name of the cookie, for the message.
   * @param value The value of `Set-Cookie`.
   * @throws {TypeError} When the head of the answer has gone out.
   */
  add(name: string, value: string): void {
    if (this.#isHeadOut) {
      throw new TypeError(
        `Cannot set cookie "${name}" in action "${this.#actionName}": the head of the answer has gone out; set it before the ` +
          `first item is yielded and before anything is waited for`,
      );
    }
    this.#cookies = [...this.#cookies, value];
    this.#claim?.keepCookie(value);
  }

  takeCookies(): readonly string[] {
    this.#isHeadOut = true;
    this.#claim?.headSent();
    return this.#cookies;
  }
}
