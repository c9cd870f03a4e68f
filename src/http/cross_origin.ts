// The cross-origin verdict: whether a request may change something, by where it comes from.
//
// The rules are those of `http.CrossOriginProtection` of Go 1.25. They use the method and two headers that a page cannot forge, not
// the content type, and need no token.
import { quoteText } from "./quote.ts";

/**
 * Options for cross-origin requests and for a proxy.
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
   * Other origins whose pages may send requests that change something: scheme, host and port, such as `https://admin.example.com`. A page
   * of such an origin acts with the cookies of the user.
   *
   * Default: none.
   */
  readonly trustedOrigins?: readonly string[] | undefined;
  /**
   * If `true`, a request with neither `Sec-Fetch-Site` nor `Origin` is denied. Such a request does not come from a current browser:
   * command-line tools, health checks and webhooks must then send `Origin`.
   *
   * Default: `false`.
   */
  readonly requireHeaders?: boolean | undefined;
  /**
   * If `true`, the proxy sets the external URL of a request: the scheme from `X-Forwarded-Proto`, the host from `X-Forwarded-Host`.
   * `ctx.url`, the cross-origin verdict, redirects, `Secure` of the cookies of this library and `allowedHosts` use that URL;
   * `ctx.request.url` does not change. Requests without a principal are counted by the last address in `X-Forwarded-For`.
   *
   * Use it only behind a proxy that sets or removes all three headers: otherwise, clients choose them.
   *
   * Of several schemes the first is used, which the outermost proxy wrote. Of several hosts the last is used, which the nearest proxy
   * wrote: some proxies append to the value that a client has sent. A value that is not a scheme or a host is ignored.
   *
   * Default: `false`. A server behind a proxy that terminates TLS needs `true`.
   */
  readonly trustProxy?: boolean | undefined;
}

/** {@linkcode CrossOriginOptions}, validated on startup. */
export interface CrossOrigin {
  /** Trusted origins, serialized as a browser does. */
  readonly trustedOrigins: ReadonlySet<string>;
  /** `true` if a request with neither header is denied. */
  readonly requireHeaders: boolean;
  /** `true` if forwarded headers are trusted. */
  readonly trustProxy: boolean;
}

/** The facts that the verdict uses. */
export interface CrossOriginFacts {
  /** The method, as it was sent. */
  readonly method: string;
  /** The `Sec-Fetch-Site` header. */
  readonly fetchSite: string | null;
  /** The `Origin` header. */
  readonly origin: string | null;
  /** The origin of this server: that of the canonical URL. */
  readonly ownOrigin: string;
}

// RFC 9110, 9.2.1; TRACE is refused earlier. All other methods count as ones that change something.
const SAFE_METHODS: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS"]);

/**
 * Validates the options.
 *
 * @param options The options of the application.
 * @returns The options, with trusted origins in the form that browsers send (lower case, no default port).
 * @throws {TypeError} When a trusted origin is more or less than scheme, host and port.
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

/** Returns whether a method changes nothing, so that its request may come from anywhere. */
export function isSafeMethod(method: string): boolean {
  return SAFE_METHODS.has(method);
}

/** Returns whether a browser reports that a request comes from this origin, or from the user. */
export function isOwnSite(fetchSite: string | null): boolean {
  return fetchSite === "same-origin" || fetchSite === "none";
}

/**
 * Decides whether a request is allowed.
 *
 * Safe methods are allowed. If `Sec-Fetch-Site` is present, `same-origin` and `none` are allowed for any `Origin`, and all other values,
 * `same-site` and unknown ones included, are denied unless `Origin` is trusted. Without it, `Origin` must be this origin or a trusted
 * one; `null`, two values and invalid ones are neither. Without both headers, no browser sent the request: it is allowed unless
 * `requireHeaders` is `true`. An empty header counts as absent.
 *
 * @param facts Method, the two headers, and this origin.
 * @param options The validated options.
 * @returns Why the request is denied, with the two values that differ (for development), or `null`.
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

// RFC 9112, 3.2: uri-host [":" port]. Percent-encodings and sub-delimiters are valid in a reg-name and never part of a host name, while
// each of `/ ? # @ \` would move the boundary between host and path.
/** Matches a valid `Host` header. */
export const HOST: RegExp = /^(?:[A-Za-z0-9._~-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?$/;

/**
 * Returns the origin under which the client reached this server. Only `canonicalRequest()` uses it.
 *
 * @param request The request. Forwarded headers are read if `trustProxy` is `true`.
 * @param url The URL of the request as it arrived.
 * @param options The validated options.
 * @returns The origin, in the form that browsers send.
 */
export function ownOrigin(
  request: Pick<Request, "headers">,
  url: URL,
  options: Pick<CrossOrigin, "trustProxy">,
): string {
  if (!options.trustProxy) return url.origin;
  const { headers } = request;
  // The first scheme: if two proxies each write one, the outermost terminates TLS.
  const proto = headers.get("x-forwarded-proto")?.split(",", 1)[0]?.trim().toLowerCase();
  const scheme = proto === "http" || proto === "https" ? proto : url.protocol.slice(0, -1);
  // The last host: a proxy that appends its own keeps the one that a client has sent before it, which would poison links.
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

// RFC 6454, 6.2, stricter than `URL`, which accepts `https:site.test`, `https:\\site.test` and ` https://site.test` as the origin they
// resemble, and `https://*.site.test` as a host of that name.
const ORIGIN = /^https?:\/\/[^\s/?#@\\,*]+\/?$/i;

/** Returns the origin in the form that browsers send; `null` if the text is not exactly an origin. */
function parseOrigin(value: string): string | null {
  if (!ORIGIN.test(value)) return null;
  return URL.parse(value)?.origin ?? null;
}
