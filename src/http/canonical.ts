/**
 * URL, host and method of a request: refused, or made plain once, so that routing, guards and verdicts all look at the
 * same value.
 *
 * `Deno.serve` builds `request.url` from the `Host` header and the request target as they came: `Host: site/evil?`
 * moves the path, `//evil` and `%2e%2e` stand as they were sent. Behind a proxy its scheme and host are those of the
 * connection to the proxy; the canonical URL has those that the client asked for. It is the only such value: the verdict,
 * cookies, redirects and `ctx.url` all read it.
 *
 * @module
 */
import { HOST, ownOrigin } from "./cross_origin.ts";
import type { AllowedHosts } from "./hosts.ts";

/** How this server is reached. */
export interface Site {
  /** `true` if forwarded headers say scheme and host, see {@linkcode ownOrigin}. */
  readonly trustProxy: boolean;
  /** The hosts that are answered for; `null` for any. */
  readonly allowedHosts: AllowedHosts | null;
}

/** What {@linkcode canonicalRequest} found. */
export type Canonical =
  | {
    readonly kind: "ok";
    /**
     * The URL that the client asked for: scheme and host as {@linkcode ownOrigin} finds them, path and query as they were
     * sent. The path is still percent-encoded, to be decoded once and segment by segment.
     */
    readonly url: URL;
    /** One of `GET`, `HEAD`, `OPTIONS`, `POST`, `PUT`, `PATCH`, `DELETE`. */
    readonly method: string;
  }
  | {
    readonly kind: "refused";
    /** 400 for a URL or host, 421 for a host that is not allowed, 405 or 501 for a method. */
    readonly status: number;
    /** What the visitor is told. */
    readonly message: string;
    /** Headers of the refusal, such as `Allow`. */
    readonly headers?: Readonly<Record<string, string>>;
  };

// RFC 9110, 9.1: methods are case-sensitive, so `post` is not `POST`. A safe-method test that folded case would let
// `Post` pass a cross-origin verdict, or run what a router had matched under another name.
const METHODS: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"]);

// TRACE would echo cookies back to a script (RFC 9110, 9.3.8); CONNECT asks for a tunnel. Both are known, neither is served.
const REFUSED_METHODS: ReadonlySet<string> = new Set(["TRACE", "CONNECT"]);

// `Deno.serve` on a Unix socket or vsock has its own schemes, which the URL standard does not treat as HTTP.
const LOCAL_SCHEME = /^http\+(?:unix|vsock):/;

/**
 * Makes the URL, host and method of a request plain, or says why they are refused.
 *
 * Refused with 400 is a path that two readers could take for two paths: one that begins with `//`; with a backslash, plain
 * or encoded; with an encoded slash; with a dot segment, plain or encoded; with a control character, plain or encoded; with
 * an encoding that is broken or is not UTF-8; with more than one level of encoding. The last means `%25` followed by two
 * hex digits: what is left after decoding once is itself an encoding, and a proxy that decodes twice sees another path.
 * `/tags/100%25` and `/tags/100%25off` decode to text that no one would decode again, and pass.
 *
 * The query is not judged: it names nothing, and a field of a GET form may hold any text. Neither is a trailing slash,
 * which pages decide about.
 *
 * A host that is not allowed is refused with 421 (RFC 9110, 15.5.20: the server is not able to answer for the target
 * URI's authority, which a client may ask elsewhere); 403 would say that the host is known and the client is not welcome.
 *
 * @param request The request, of which URL, method, the `Host` header and forwarded headers are read. Without `Host`
 *   (HTTP/2, a request made by hand) the URL stands alone.
 * @param site How this server is reached. Default: without a proxy, under any host.
 * @returns The canonical URL and method, or the refusal.
 */
export function canonicalRequest(
  request: Pick<Request, "url" | "method" | "headers">,
  site: Site = ANYWHERE,
): Canonical {
  const canonical = makePlain(request);
  if (canonical.kind === "refused") return canonical;
  const url = site.trustProxy ? externalUrl(request, canonical.url) : canonical.url;
  const stranger = site.allowedHosts === null ? null : findUnsafe(site.allowedHosts, canonical.url, url);
  if (stranger !== null) return stranger;
  return url === canonical.url ? canonical : { ...canonical, url };
}

const ANYWHERE: Site = { trustProxy: false, allowedHosts: null };

/** Makes the URL that the client asked for; path and query stay letter by letter. */
function externalUrl(request: Pick<Request, "headers">, url: URL): URL {
  const origin = ownOrigin(request, url, { trustProxy: true });
  return origin === url.origin ? url : new URL(origin + url.href.slice(url.origin.length));
}

/** Finds the host that is not allowed; `null` where each is. */
function findUnsafe({ allows, dev }: AllowedHosts, direct: URL, external: URL): Canonical | null {
  const asked = dev && !allows(direct) ? direct : external;
  if (allows(asked)) return null;
  return refused(
    421,
    dev
      ? `Cannot answer for host "${asked.host}": it is not allowed; name it in createHandler({ allowedHosts: ["${asked.host}"] })`
      : "This server does not answer for this host",
  );
}

/** Makes URL and method plain as they came, whichever way. */
function makePlain(request: Pick<Request, "url" | "method" | "headers">): Canonical {
  const { method } = request;
  if (REFUSED_METHODS.has(method)) {
    return refused(405, `Cannot answer ${method}: this server does not serve it`, { Allow: "GET, HEAD, POST" });
  }
  if (!METHODS.has(method)) {
    return refused(501, "Cannot answer this method: it is not known here, and methods are case-sensitive");
  }

  const host = request.headers.get("host");
  if (host !== null && !HOST.test(host)) return refused(400, "Cannot read the Host header: it is no host name");

  const href = request.url.replace(LOCAL_SCHEME, "http:");
  const url = URL.parse(href);
  if (url === null || (url.protocol !== "http:" && url.protocol !== "https:")) {
    return refused(400, "Cannot read the request URL: it is no HTTP URL");
  }
  // What stands in the URL letter by letter need not be parsed to be the same; HOST lets nothing through that ends a host.
  if (host !== null && !isAuthority(href, host) && URL.parse(`${url.protocol}//${host}`)?.host !== url.host) {
    // An absolute-form target names a host of its own (RFC 9112, 3.2.2).
    return refused(400, "Cannot read the request URL: its host is not the one the Host header names");
  }
  // The rest is what it says, letter by letter: nothing in it could be read in two ways.
  if (host !== null && isAuthority(href, host) && PLAIN_PATH.test(href.slice(href.indexOf("//") + 2 + host.length))) {
    return { kind: "ok", url, method };
  }
  if (url.username !== "" || url.password !== "") {
    return refused(400, "Cannot read the request URL: it holds credentials");
  }
  if (href.includes("#")) return refused(400, "Cannot read the request URL: it holds a fragment");

  const reason = pathFault(rawPath(href)) ?? pathFault(url.pathname);
  if (reason !== null) return refused(400, `Cannot read the request path: ${reason}`);
  return { kind: "ok", url, method };
}

function refused(status: number, message: string, headers?: Readonly<Record<string, string>>): Canonical {
  return headers === undefined ? { kind: "refused", status, message } : { kind: "refused", status, message, headers };
}

/** A path of letters, digits, `-` and `_`, with single slashes: such a one has none of the faults that are looked for. */
const PLAIN_PATH = /^(?:\/[A-Za-z0-9_-]+)*\/?$/;

/** Whether a URL has this host between its scheme and its path, spelled the same. */
function isAuthority(href: string, host: string): boolean {
  const start = href.indexOf("//") + 2;
  return href.startsWith(host, start) && href[start + host.length] === "/";
}

/** The path as it was sent: `URL` has by then folded dot segments, backslashes and line ends away. */
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
 * @returns The reason; `null` where it can be.
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
    // A URIError says no more than that the encoding is broken, and that is the answer.
    return null;
  }
}
