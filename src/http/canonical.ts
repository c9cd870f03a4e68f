// Canonical URL and method of a request, so that routing, guards and the cross-origin verdict all use the same values.
//
// `Deno.serve` builds `request.url` from the `Host` header and the request target as they were sent: `Host: site/evil?` moves the path,
// `//evil` and `%2e%2e` stay. Behind a proxy its scheme and host are those of the connection to the proxy; the canonical URL has
// those that the client used. The verdict, cookies, redirects and `ctx.url` all use the canonical URL only.
import { HOST, ownOrigin } from "./cross_origin.ts";
import type { AllowedHosts } from "./hosts.ts";

/** The hosts and proxies that clients reach this server by. */
export interface Site {
  /** `true` if forwarded headers have scheme and host, see {@linkcode ownOrigin}. */
  readonly trustProxy: boolean;
  /** The allowed hosts; `null` for any. */
  readonly allowedHosts: AllowedHosts | null;
}

/** Result of {@linkcode canonicalRequest}. */
export type Canonical =
  | {
    readonly kind: "ok";
    /**
     * The URL that the client used: scheme and host as {@linkcode ownOrigin} returns them, path and query as they were sent. The path is
     * still percent-encoded; it must be decoded once, segment by segment.
     */
    readonly url: URL;
    /** One of `GET`, `HEAD`, `OPTIONS`, `POST`, `PUT`, `PATCH`, `DELETE`. */
    readonly method: string;
  }
  | {
    readonly kind: "refused";
    /** 400 for a URL or host, 421 for a host that is not allowed, 405 or 501 for a method. */
    readonly status: number;
    /** Message for the client. */
    readonly message: string;
    /** Headers of the response, such as `Allow`. */
    readonly headers?: Readonly<Record<string, string>>;
  };

// RFC 9110, 9.1: methods are case-sensitive, so `post` is not `POST`. A check for safe methods that ignored case would let `Post` pass a
// cross-origin verdict, or run what a router had matched under another name.
const METHODS: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"]);

// TRACE would return cookies to a script (RFC 9110, 9.3.8); CONNECT requests a tunnel. Both are known and not supported.
const REFUSED_METHODS: ReadonlySet<string> = new Set(["TRACE", "CONNECT"]);

// `Deno.serve` on a Unix socket or vsock has its own schemes, which are not special schemes of the URL standard.
const LOCAL_SCHEME = /^http\+(?:unix|vsock):/;

/**
 * Returns the canonical URL and method of a request, or why it is refused.
 *
 * Refused with 400 is a path that two readers could read as two paths: one that begins with `//`, or contains a backslash, an encoded
 * slash, a dot segment or a control character (each also in encoded form), a malformed or non-UTF-8 encoding, or more than one level
 * of encoding. The last is `%25` followed by two hexadecimal digits: decoded once, the rest is an encoding itself, and a proxy that
 * decodes twice sees another path. `/tags/100%25` and `/tags/100%25off` cannot be decoded further, and pass.
 *
 * The query is not checked: a field of a GET form may contain any text. Pages decide about a trailing slash.
 *
 * A host that is not allowed is rejected with 421 (RFC 9110, 15.5.20): 403 would mean that the host is known and the client is denied.
 *
 * @param request The request: its URL, method, `Host` header and forwarded headers. Without `Host` (HTTP/2, a request created by code)
 *   only its URL is used.
 * @param site How clients reach this server. Default: without a proxy, under any host.
 * @returns The canonical URL and method, or the response that rejects the request.
 */
export function canonicalRequest(
  request: Pick<Request, "url" | "method" | "headers">,
  site: Site = ANYWHERE,
): Canonical {
  const canonical = checkUrl(request);
  if (canonical.kind === "refused") return canonical;
  const url = site.trustProxy ? externalUrl(request, canonical.url) : canonical.url;
  const refusal = site.allowedHosts === null ? null : refuseHost(site.allowedHosts, canonical.url, url);
  if (refusal !== null) return refusal;
  return url === canonical.url ? canonical : { ...canonical, url };
}

const ANYWHERE: Site = { trustProxy: false, allowedHosts: null };

/** Returns the URL that the client used, with path and query unchanged. */
function externalUrl(request: Pick<Request, "headers">, url: URL): URL {
  const origin = ownOrigin(request, url, { trustProxy: true });
  return origin === url.origin ? url : new URL(origin + url.href.slice(url.origin.length));
}

/** Returns the 421 response for a host that is not allowed, or `null` if the host is allowed. */
function refuseHost({ allows, dev }: AllowedHosts, direct: URL, external: URL): Canonical | null {
  const asked = dev && !allows(direct) ? direct : external;
  if (allows(asked)) return null;
  return refuseRequest(
    421,
    dev
      ? `Cannot answer for host "${asked.host}": it is not allowed; name it in createHandler({ allowedHosts: ["${asked.host}"] })`
      : "This server does not answer for this host",
  );
}

/** Checks URL and method without forwarded headers. */
function checkUrl(request: Pick<Request, "url" | "method" | "headers">): Canonical {
  const { method } = request;
  if (REFUSED_METHODS.has(method)) {
    return refuseRequest(405, `Cannot answer ${method}: this server does not serve it`, { Allow: "GET, HEAD, POST" });
  }
  if (!METHODS.has(method)) {
    return refuseRequest(501, "Cannot answer this method: it is not known here, and methods are case-sensitive");
  }

  const host = request.headers.get("host");
  if (host !== null && !HOST.test(host)) {
    return refuseRequest(400, "Cannot read the Host header: it is not a host name");
  }

  const href = request.url.replace(LOCAL_SCHEME, "http:");
  const url = URL.parse(href);
  if (url === null || (url.protocol !== "http:" && url.protocol !== "https:")) {
    return refuseRequest(400, "Cannot read the request URL: it is not an HTTP URL");
  }
  // If the host is in the URL unchanged, it need not be parsed to be compared; HOST matches no character that ends a host.
  if (host !== null && !isAuthority(href, host) && URL.parse(`${url.protocol}//${host}`)?.host !== url.host) {
    // An absolute-form target has its own host (RFC 9112, 3.2.2).
    return refuseRequest(400, "Cannot read the request URL: its host is not the one the Host header names");
  }
  // Nothing in such a URL can be read in two ways.
  if (host !== null && isAuthority(href, host) && PLAIN_PATH.test(href.slice(href.indexOf("//") + 2 + host.length))) {
    return { kind: "ok", url, method };
  }
  if (url.username !== "" || url.password !== "") {
    return refuseRequest(400, "Cannot read the request URL: it holds credentials");
  }
  if (href.includes("#")) return refuseRequest(400, "Cannot read the request URL: it holds a fragment");

  const reason = pathFault(rawPath(href)) ?? pathFault(url.pathname);
  if (reason !== null) return refuseRequest(400, `Cannot read the request path: ${reason}`);
  return { kind: "ok", url, method };
}

function refuseRequest(status: number, message: string, headers?: Readonly<Record<string, string>>): Canonical {
  return headers === undefined ? { kind: "refused", status, message } : { kind: "refused", status, message, headers };
}

/** A path of letters, digits, `-` and `_` with single slashes, and any query without a fragment: it needs no other check. */
const PLAIN_PATH = /^(?:\/[A-Za-z0-9_-]+)*\/?(?:\?[^#]*)?$/;

/** Returns whether a URL has this host between scheme and path, with the same spelling. */
function isAuthority(href: string, host: string): boolean {
  const start = href.indexOf("//") + 2;
  return href.startsWith(host, start) && href[start + host.length] === "/";
}

/** Returns the path as it was sent: `URL` has resolved dot segments, backslashes and line ends. */
function rawPath(href: string): string {
  const authority = href.indexOf("//") + 2;
  const start = href.slice(authority).search(/[\/\\?]/);
  if (start === -1) return "/";
  const rest = href.slice(authority + start);
  const query = rest.indexOf("?");
  return query === -1 ? rest : rest.slice(0, query);
}

/**
 * Returns why a path cannot be served.
 *
 * @internal
 * @param path The path, as it was sent.
 * @returns The reason; `null` if the path can be served.
 */
export function pathFault(path: string): string | null {
  if (path.startsWith("//")) return "it begins with two slashes";
  if (path.includes("\\")) return "it holds a backslash";
  // deno-lint-ignore no-control-regex -- control characters are what is looked for
  if (/[\x00-\x20\x7f]/.test(path)) return "it holds a control character";
  if (path.includes("%")) {
    if (/%2f|%5c/i.test(path)) return "it holds an encoded slash or backslash";
    if (/%25[0-9a-f]{2}/i.test(path)) return "it is percent-encoded more than once";
    const decoded = decodePath(path);
    if (decoded === null) return "its percent-encoding is broken";
    if (/\p{Cc}/u.test(decoded)) return "it holds an encoded control character";
    if (hasDotSegment(decoded)) return "it holds a dot segment";
  } else if (hasDotSegment(path)) return "it holds a dot segment";
  return null;
}

function hasDotSegment(path: string): boolean {
  return /(?:^|\/)\.\.?(?:\/|$)/.test(path);
}

function decodePath(path: string): string | null {
  try {
    return decodeURIComponent(path);
  } catch {
    // The `URIError` has no detail beyond that the encoding is malformed.
    return null;
  }
}
