/**
 * Who may see what only a developer should: somebody at this very machine, from a page of this very server.
 *
 * @module
 */

/** What is known of the connection, as `Deno.serve` tells it. */
export interface Connection {
  /** Where the request came from. */
  readonly remoteAddr?: { readonly hostname?: string };
}

/** Headers by which a proxy says that it speaks for somebody else (RFC 7239; RFC 9110, 7.6.3). */
const FORWARDED = ["forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip"];

const LOOPBACK = /^(?:127(?:\.\d{1,3}){3}|::1|::ffff:127(?:\.\d{1,3}){3})$/i;
/** How this machine is called from itself (RFC 6761, 6.3). */
const LOCAL_HOST = /^(?:(?:[\w-]+\.)*localhost|127(?:\.\d{1,3}){3}|\[::1\])$/i;

/**
 * Whether a request comes from this machine, and asks for it.
 *
 * The peer alone does not tell: a proxy on this machine stands before visitors from everywhere. Nor does the peer keep out a
 * page whose name was made to point here (DNS rebinding): that one asks for its own name.
 *
 * @param request The request.
 * @param connection Where it came from; without it nothing is known, and nothing is shown.
 */
export function isLocal(request: Pick<Request, "url" | "headers">, connection: Connection | undefined): boolean {
  const { headers } = request;
  return LOOPBACK.test(connection?.remoteAddr?.hostname ?? "") &&
    LOCAL_HOST.test(URL.parse(request.url)?.hostname ?? "") &&
    !FORWARDED.some((name) => headers.has(name));
}

/**
 * Whether a request was made by a page of this server, or by a person who typed its address. Where the browser does not
 * say (it is none, or an old one) `Origin` decides, which requests of other sites carry.
 *
 * @param request The request.
 */
export function isFromHere({ url, headers }: Pick<Request, "url" | "headers">): boolean {
  const site = headers.get("sec-fetch-site");
  if (site !== null) return site === "same-origin" || site === "none";
  const origin = headers.get("origin");
  return origin === null || origin === URL.parse(url)?.origin;
}
