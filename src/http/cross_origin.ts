/**
 * Whether a request may change anything, judged by where it comes from: a reason, or null.
 *
 * The rules are those of Go 1.25's `http.CrossOriginProtection`. They look at the method and at two headers that a page
 * cannot forge, never at the content type, and need no token.
 *
 * @module
 */
import { quoteText } from "./quote.ts";

/**
 * Which other origins may act here, and what this server is told about itself.
 *
 * @example A second site whose pages may post here
 * ```ts
 * import { createHandler } from "@hyper/actions";
 * import { assertThrows } from "@std/assert";
 *
 * createHandler({ pages: [], crossOrigin: { trustedOrigins: ["https://admin.example.com"] } });
 *
 * // An origin has a scheme, and no path.
 * assertThrows(() => createHandler({ pages: [], crossOrigin: { trustedOrigins: ["admin.example.com"] } }), TypeError);
 * ```
 */
export interface CrossOriginOptions {
  /**
   * Origins, besides this one, whose pages may send requests that change something: scheme, host and port as in
   * `https://admin.example.com`, nothing after it. A page of such an origin acts with the visitor's cookies.
   *
   * Default: none.
   */
  readonly trustedOrigins?: readonly string[] | undefined;
  /**
   * Refuses a request that carries neither `Sec-Fetch-Site` nor `Origin`. Such a request comes from no browser of the last
   * years: command-line tools, health checks and webhooks then have to send `Origin`.
   *
   * Default: `false`.
   */
  readonly requireHeaders?: boolean | undefined;
  /**
   * If `true`, takes the external URL of a request from the proxy: the scheme from `X-Forwarded-Proto`, the host from
   * `X-Forwarded-Host`. `ctx.url`, the cross-origin verdict, redirects, `Secure` of the library's cookies and
   * `allowedHosts` all use that URL; `ctx.request.url` stays what came in. The address of a caller without a principal is
   * the last one in `X-Forwarded-For`.
   *
   * Use it only behind a proxy that sets or removes all three headers: otherwise each client chooses them.
   *
   * Of a list of schemes the first counts, which the outermost proxy wrote. Of a list of hosts the last counts, which the
   * nearest proxy wrote: some proxies add to the value that a client has sent. A value that is not a scheme or a host is
   * ignored.
   *
   * Default: `false`. A server behind a proxy that ends TLS needs this.
   */
  readonly trustProxy?: boolean | undefined;
}

/** {@linkcode CrossOriginOptions}, checked once at the start. */
export interface CrossOrigin {
  /** Trusted origins, serialized as a browser does. */
  readonly trustedOrigins: ReadonlySet<string>;
  /** Whether a request with neither header is refused. */
  readonly requireHeaders: boolean;
  /** `true` if forwarded headers say what this origin is. */
  readonly trustProxy: boolean;
}

/** What the verdict rests on. */
export interface CrossOriginFacts {
  /** The method, as it was sent. */
  readonly method: string;
  /** The `Sec-Fetch-Site` header. */
  readonly fetchSite: string | null;
  /** The `Origin` header. */
  readonly origin: string | null;
  /** The origin this server is reached under: that of the canonical URL. */
  readonly ownOrigin: string;
}

// RFC 9110, 9.2.1; TRACE is refused before. An exact list: every other method counts as one that changes something.
const SAFE_METHODS: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS"]);

/**
 * Checks the options once, at the start.
 *
 * @param options What the application chose.
 * @returns The options with trusted origins serialized as a browser does (lower case, no default port).
 * @throws {TypeError} When a trusted origin is not a scheme, a host and a port alone.
 */
export function resolveCrossOrigin(options: CrossOriginOptions = {}): CrossOrigin {
  const { trustedOrigins = [], requireHeaders = false, trustProxy = false } = options;
  const trusted = new Set<string>();
  for (const value of trustedOrigins) {
    const origin = parseOrigin(value);
    if (origin === null) {
      throw new TypeError(
        `Cannot trust origin "${value}": an origin is a scheme, a host and perhaps a port, as in "https://example.com"`,
      );
    }
    trusted.add(origin);
  }
  return { trustedOrigins: trusted, requireHeaders, trustProxy };
}

/** Whether a method changes nothing, so that it does not matter where its request comes from. */
export function isSafeMethod(method: string): boolean {
  return SAFE_METHODS.has(method);
}

/** Whether a browser says that a request comes from this very origin, or from nowhere: whatever else it says, it may go on. */
export function isOwnSite(fetchSite: string | null): boolean {
  return fetchSite === "same-origin" || fetchSite === "none";
}

/**
 * Decides whether a request may go on.
 *
 * Safe methods pass. `Sec-Fetch-Site` decides where it is there: `same-origin` and `none` pass, whatever `Origin` says;
 * any other value, `same-site` and unknown ones included, is refused unless `Origin` is a trusted one. Without it `Origin`
 * must be this origin or a trusted one; `null`, two values, and what does not parse are neither. Without both the request
 * passes, because no browser sent it, unless `requireHeaders` is set. An empty header counts as none.
 *
 * @param facts Method, the two headers, and this origin.
 * @param options The resolved options.
 * @returns Why the request is refused, naming the two values that differ (for development: they are the visitor's), or `null`.
 */
export function crossOriginVerdict(facts: CrossOriginFacts, options: CrossOrigin): string | null {
  if (isSafeMethod(facts.method)) return null;
  const { fetchSite, origin, ownOrigin } = facts;

  if (fetchSite !== null && fetchSite !== "") {
    if (isOwnSite(fetchSite)) return null;
    if (isTrusted(origin, options)) return null;
    return `Sec-Fetch-Site is ${quoteText(fetchSite)}, not "same-origin", and Origin ${
      origin === null ? "(none)" : quoteText(origin)
    } is not trusted`;
  }
  if (origin !== null && origin !== "") {
    if (parseOrigin(origin) === ownOrigin || isTrusted(origin, options)) return null;
    return `Origin is ${quoteText(origin)}, this origin is ${quoteText(ownOrigin)}, and the former is not trusted`;
  }
  return options.requireHeaders ? "Neither Sec-Fetch-Site nor Origin is there, and requireHeaders asks for one" : null;
}

// RFC 9112, 3.2: uri-host [":" port]. Percent-encodings and sub-delimiters are legal in a reg-name and are in no host
// name, while each of `/ ? # @ \` in this place moves the boundary between host and path.
/** A host as the `Host` header has it. */
export const HOST: RegExp = /^(?:[A-Za-z0-9._~-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?$/;

/**
 * Finds the origin under which a client reaches this server. Read by `canonicalRequest()` alone, whose URL has it.
 *
 * @param request The request, of which the forwarded headers are read where `trustProxy` allows it.
 * @param url The URL of the request as it came.
 * @param options The resolved options.
 * @returns The origin, serialized as a browser does.
 */
export function ownOrigin(
  request: Pick<Request, "headers">,
  url: URL,
  options: Pick<CrossOrigin, "trustProxy">,
): string {
  if (!options.trustProxy) return url.origin;
  const { headers } = request;
  // The first scheme: where two proxies each write theirs, TLS ends at the outermost.
  const proto = headers.get("x-forwarded-proto")?.split(",", 1)[0]?.trim().toLowerCase();
  const scheme = proto === "http" || proto === "https" ? proto : url.protocol.slice(0, -1);
  // The last host: a proxy that adds its own leaves in front of it what a client has sent, which poisons links.
  const host = headers.get("x-forwarded-host")?.split(",").at(-1)?.trim() ?? "";
  if (`${scheme}:` === url.protocol && (host === "" || host === url.host)) return url.origin;
  const forwarded = HOST.test(host) ? parseOrigin(`${scheme}://${host}`) : null;
  return forwarded ?? new URL(`${scheme}://${url.host}`).origin;
}

function isTrusted(origin: string | null, options: CrossOrigin): boolean {
  if (origin === null || options.trustedOrigins.size === 0) return false;
  const parsed = parseOrigin(origin);
  return parsed !== null && options.trustedOrigins.has(parsed);
}

// RFC 6454, 6.2, with the laxness of `URL` kept out: it would take `https:site.test`, `https:\\site.test` and
// ` https://site.test` for the origin they resemble, and `https://*.site.test` for a host of that very name.
const ORIGIN = /^https?:\/\/[^\s/?#@\\,*]+\/?$/i;

/** The origin a text says, serialized as a browser does; `null` where it says none, or says more. */
function parseOrigin(value: string): string | null {
  if (!ORIGIN.test(value)) return null;
  return URL.parse(value)?.origin ?? null;
}
