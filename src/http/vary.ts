// The `Vary` header of all responses of actions and pages.

/** The request headers that a response depends on: a constant, never copied from the request. */
export const VARY = "X-Hyper-Action, Accept, X-Hyper-Layer";

/** Returns the value of `Vary` with our list added. */
export function addToVary(present: string | null): string {
  if (present === null || present === "") return VARY;
  return present === "*" || present.toLowerCase().includes("x-hyper-action") ? present : `${present}, ${VARY}`;
}

/**
 * Adds our list to `Vary`.
 *
 * @param response The response.
 * @returns The same response, or a copy if its headers are immutable.
 */
export function withOwnHeaders(response: Response): Response {
  const vary = addToVary(response.headers.get("vary"));
  try {
    response.headers.set("vary", vary);
    return response;
  } catch {
    // Responses of `Response.redirect()` and `fetch()` have immutable headers (Fetch, 5.5); those of a copy are not.
    const copy = new Response(response.body, response);
    copy.headers.set("vary", vary);
    return copy;
  }
}

/**
 * Completes a response of the application to an action: `Vary`, and `Cache-Control: no-store` if it does not decide about caching itself.
 *
 * @param response The response, sealed.
 * @returns The same response, or a copy if its headers are immutable; an upgrade is not changed.
 */
export function withActionHeaders(response: Response): Response {
  if (response.status === 101) return response;
  const complete = withOwnHeaders(response);
  if (!complete.headers.has("cache-control")) complete.headers.set("cache-control", "no-store");
  return complete;
}
