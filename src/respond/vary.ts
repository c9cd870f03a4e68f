/**
 * The headers that every answer of an action carries, and those of a page.
 *
 * @module
 */

/** What an answer depends on: one list of our own, the same everywhere, never an echo of the request. */
export const VARY = "X-Hyper-Action, Accept";

/** Headers of an answer to an action: kept by nobody (RFC 9111, 5.2.2.5). */
export function actionHeaders(more: Readonly<Record<string, string>> = {}): Headers {
  return new Headers({ vary: VARY, "cache-control": "no-store", ...more });
}

/** Adds our list to what an answer varies by already. */
export function addVary(headers: Headers): void {
  const present = headers.get("vary");
  if (present === null) headers.set("vary", VARY);
  else if (present !== "*" && !present.toLowerCase().includes("x-hyper-action")) {
    headers.set("vary", `${present}, ${VARY}`);
  }
}
