/**
 * The headers that every answer of an action carries, and those of a page.
 *
 * @module
 */

/** What an answer depends on: one list of our own, the same everywhere, never an echo of the request. */
export const VARY = "X-Hyper-Action, Accept";

/** The list beside what an answer varies by already. */
export function varyBeside(present: string | null): string {
  if (present === null || present === "") return VARY;
  return present === "*" || present.toLowerCase().includes("x-hyper-action") ? present : `${present}, ${VARY}`;
}

/**
 * A response whose headers may be changed, with our list added to what it varies by already.
 *
 * @param response The response; where its headers are its own it is given back itself.
 */
export function withOwnHeaders(response: Response): Response {
  const vary = varyBeside(response.headers.get("vary"));
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
