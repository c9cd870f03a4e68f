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

/**
 * A response whose headers may be changed, with our list added to what it varies by already.
 *
 * @param response The response; where its headers are its own it is given back itself.
 */
export function withOwnHeaders(response: Response): Response {
  const present = response.headers.get("vary");
  const isThere = present === "*" || (present?.toLowerCase().includes("x-hyper-action") ?? false);
  const vary = isThere ? present ?? VARY : present === null ? VARY : `${present}, ${VARY}`;
  try {
    response.headers.set("vary", vary);
    return response;
  } catch {
    // What Response.redirect() and fetch() give has headers that cannot be changed (Fetch, 5.5): a copy can.
    const copy = new Response(response.body, response);
    copy.headers.set("vary", vary);
    return copy;
  }
}
