/**
 * The action that takes over a call from another. Loaded when the first call is switched.
 *
 * @module
 */
import type { Wire } from "./wire.ts";

/** Where a call is switched to. */
export interface Destination {
  /** The name of the action that takes over. */
  readonly name: string;
  /** Its data. */
  readonly data: Readonly<Record<string, unknown>>;
  /** Its method. */
  readonly method: string;
  /** Its URL, of this origin. */
  readonly url: string;
}

/**
 * Reads where a call is switched to.
 *
 * @param wire What the server says.
 * @returns The destination; nothing for one of another origin and one that is not complete.
 */
export function destinationOf({ name, data, method, url = location.href }: Wire): Destination | undefined {
  const to = typeof url === "string" ? URL.parse(url, location.href) : null;
  if (!to || typeof name !== "string" || !name || !/^(GET|POST)$/.test(`${method}`)) return undefined;
  // Not the origin alone: that of `blob:https://own.test/…` is `https://own.test`.
  if (to.origin !== location.origin || to.protocol !== location.protocol) return undefined;
  // Only what was sent, and nothing that a page has put on `Object.prototype`.
  return { name, data: Object.assign(Object.create(null), data), method: `${method}`, url: to.href };
}
