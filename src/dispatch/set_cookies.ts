/**
 * The cookies of one response: set by the action function, or kept from its first run, until the head is sent.
 *
 * @module
 */
import type { SetCookies } from "./answer.ts";
import type { MineClaim } from "./once/held.ts";

const NONE: readonly string[] = Object.freeze([]);

/** Collects the cookies of a response. */
export class CookieJar implements SetCookies {
  readonly #actionName: string;
  #cookies: readonly string[] = NONE;
  /** The claim that keeps them for retries; `null` if the call has none. */
  #claim: MineClaim | null = null;
  /** Set when the head of the response is sent. */
  #isHeadSent = false;

  /** @param actionName The full name of the action, for messages. */
  constructor(actionName: string) {
    this.#actionName = actionName;
  }

  /** Keeps the cookies that are set from now on with a claim. */
  keepWith(claim: MineClaim): void {
    this.#claim = claim;
  }

  /** Sets the cookies of a retry to those of the first run. */
  restore(values: readonly string[]): void {
    this.#cookies = values;
  }

  /**
   * Adds a cookie to the head, and to the stored outcome.
   *
   * @param name The name of the cookie, for the message.
   * @throws {TypeError} When the head of the response was sent.
   */
  add(name: string, value: string): void {
    if (this.#isHeadSent) {
      throw new TypeError(
        `Cannot set cookie "${name}" in action "${this.#actionName}": the head of the response was sent; set it before the ` +
          `first item is yielded and before anything is awaited`,
      );
    }
    this.#cookies = [...this.#cookies, value];
    this.#claim?.keepCookie(value);
  }

  takeCookies(): readonly string[] {
    this.#isHeadSent = true;
    this.#claim?.headSent();
    return this.#cookies;
  }
}
