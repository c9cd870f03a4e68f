// Requests for pages that a user may open: prefetch and prerender.
import { PURPOSE_HEADER } from "../protocol/names.ts";

const NAMES = ["sec-purpose", "purpose", PURPOSE_HEADER];

/**
 * Returns whether a browser requests a page in advance (Fetch, "Sec-Purpose"; a proxy or an older browser sends `Purpose`). The
 * user may never see the response: count no view, mark nothing as read, consume no token that is valid once.
 *
 * The library itself keeps the toasts of such a request: the runtime requests them when the user opens the page, and without it the next
 * page shows them. A request that names an action gets 503: the browser then sends it again when the user follows the link.
 *
 * @param headers The headers of the request. A client can set them: they do not prove anything.
 *
 * @example
 * ```ts
 * import { isPrefetch } from "@hyper/actions";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(isPrefetch(new Headers({ "sec-purpose": "prefetch;prerender" })), true);
 * assertEquals(isPrefetch(new Headers()), false);
 * ```
 */
export function isPrefetch(headers: Headers): boolean {
  return NAMES.some((name) => {
    const value = headers.get(name);
    return value !== null && value.toLowerCase().split(/[;,]/).some((token) => token.trim() === "prefetch");
  });
}
