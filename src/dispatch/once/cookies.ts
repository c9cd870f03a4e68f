// Cookies that a client sends after a response.
import { isExpired, parseCookies, parseSetCookie } from "../../http/cookie.ts";

/** Returns the `Cookie` header of a client that keeps the cookies of a response. */
export function mergeCookies(request: Pick<Request, "headers">, values: readonly string[]): string {
  const pairs = new Map(parseCookies(request.headers).map(({ name, pair }) => [name, pair]));
  for (const cookie of values.map(parseSetCookie)) {
    if (isExpired(cookie)) pairs.delete(cookie.name);
    else pairs.set(cookie.name, cookie.pair);
  }
  return [...pairs.values()].join("; ");
}
