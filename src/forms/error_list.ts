/**
 * Errors by field name: forms, formsets and schemas keep theirs in the same kind of list.
 *
 * @module
 */
import type { Issues } from "../protocol/patch.ts";

// A list of 50,000 refused items would otherwise come back as an answer many times the size of the request.
const MAX_MESSAGES = 1000;

/** Errors by field name, in the order they were found. */
export class ErrorList {
  readonly #messages = new Map<string, string[]>();
  #count = 0;

  /** The errors. */
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

  /** Adds one, unless the field has the same already, or there are too many. */
  add(name: string, message: string): void {
    const known = this.#messages.get(name);
    if (this.#count >= MAX_MESSAGES || known?.includes(message)) return;
    this.#count += 1;
    if (known === undefined) this.#messages.set(name, [message]);
    else known.push(message);
  }

  /** Adds the errors of a part of the form, each under the name that the part's field has in the whole. */
  addAll(errors: Iterable<readonly [string, readonly string[]]>, fullName: (name: string) => string): void {
    for (const [name, messages] of errors) for (const message of messages) this.add(fullName(name), message);
  }

  /** Makes a plain record of them; each name is an own property, `__proto__` too. */
  toIssues(): Issues {
    const entries = Array.from(this.#messages, ([name, list]) => [name, Object.freeze([...list])] as const);
    return Object.freeze(Object.fromEntries(entries));
  }
}
