// Errors by field name, for forms, formsets and schemas.
import type { Issues } from "../protocol/patch.ts";

// A list of 50,000 invalid items would otherwise make the response many times larger than the request.
const MAX_MESSAGES = 1000;

/** Errors by field name, in the order they were added. */
export class ErrorList {
  readonly #messages = new Map<string, string[]>();
  #count = 0;

  get all(): ReadonlyMap<string, readonly string[]> {
    return this.#messages;
  }

  /** The number of messages. */
  get count(): number {
    return this.#count;
  }

  /** Returns the errors of one field. */
  of(name: string): readonly string[] {
    return this.#messages.get(name) ?? [];
  }

  /** Adds an error, unless the field has the same message or the list is full. */
  add(name: string, message: string): void {
    const known = this.#messages.get(name);
    if (this.#count >= MAX_MESSAGES || known?.includes(message)) return;
    this.#count += 1;
    if (known === undefined) this.#messages.set(name, [message]);
    else known.push(message);
  }

  /** Adds the errors of a part, each under the name that its field has in the whole. */
  addAll(errors: Iterable<readonly [string, readonly string[]]>, fullName: (name: string) => string): void {
    for (const [name, messages] of errors) for (const message of messages) this.add(fullName(name), message);
  }

  /** Returns a plain record in which each name is an own property, also `__proto__`. */
  toIssues(): Issues {
    const entries = Array.from(this.#messages, ([name, list]) => [name, Object.freeze([...list])] as const);
    return Object.freeze(Object.fromEntries(entries));
  }
}
