// The output of the library: headers and redirects pass through here. Event streams pass `encodeEvent()` of
// `protocol/event_stream.ts`.
//
// A control character in a response header ends the Deno process, which no `try` prevents. A line end splits a response or forges
// an event; a `//` leads to another site. The results of these functions do none of these, for any value.

import { PAGE_HEADER } from "../protocol/page_mark.ts";
import { isToken } from "./header_value.ts";
import { forgetPlainHead } from "./plain_head.ts";
import { quoteText } from "./quote.ts";

// RFC 9110, 5.5: field-content is visible ASCII, space, tab and obs-text (0x80-0xFF). `Headers` accepts other control characters,
// silently trims line ends on both sides, and throws above U+00FF.
// deno-lint-ignore no-control-regex -- control characters are what is looked for
const UNSAFE_IN_HEADER = /[\x00-\x08\x0a-\x1f\x7f]|[^\x00-\xff]/;

/** Hop-by-hop headers (RFC 9110, 7.6.1), which the server writes. */
const HOP_BY_HOP: ReadonlySet<string> = new Set([
  "connection",
  "keep-alive",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

/**
 * Headers that only this library may set. A response of the application that claimed to be a page would be merged into the document, and
 * its scripts would run (A1).
 */
const RESERVED: ReadonlySet<string> = new Set([PAGE_HEADER.toLowerCase()]);

const encoder = new TextEncoder();

/**
 * Percent-encodes (as UTF-8) control characters and characters above U+00FF in header values; tab and the rest of Latin-1 are kept.
 *
 * @param init The headers.
 * @returns New headers, or `init` itself if it is a `Headers` without such a character.
 * @throws {TypeError} When a name is not a token (RFC 9110, 5.6.2).
 */
export function sealHeaders(init: HeadersInit): Headers {
  if (init instanceof Headers && isSealed(init)) return init;
  const sealed = new Headers();
  for (const [name = "", value = ""] of pairs(init)) sealed.append(name, sealValue(value));
  return sealed;
}

/**
 * Seals a record of headers as {@linkcode sealHeaders} does, and removes hop-by-hop headers and those that only this library may set.
 *
 * @param headers Values by name in lower case.
 * @returns A new record.
 */
export function sealRecord(headers: Readonly<Record<string, string>>): Record<string, string> {
  const sealed: Record<string, string> = {};
  const named = headers.connection?.toLowerCase().split(",").map((name) => name.trim()) ?? [];
  for (const [name, value] of Object.entries(headers)) {
    if (!HOP_BY_HOP.has(name) && !RESERVED.has(name) && !named.includes(name)) sealed[name] = sealValue(value);
  }
  return sealed;
}

/**
 * Seals the headers of a response of the application as {@linkcode sealHeaders} does, and removes hop-by-hop headers and those that only
 * this library may set.
 *
 * @param response The response.
 * @returns The response itself if nothing changes or it switches protocols (101); otherwise a new one with its body.
 * @throws {TypeError} When its body has been read or is locked, or it is a network error (`Response.error()`).
 */
export function sealResponse(response: Response): Response {
  // The application may have added cookies to the response of another handler.
  forgetPlainHead(response);
  // The runtime needs this very object for the upgrade.
  if (response.status === 101) return response;
  if (response.type === "error") throw new TypeError("Cannot send a response: Response.error() has no status");
  if (response.bodyUsed || response.body?.locked) {
    throw new TypeError("Cannot send a response: its body has been read already; send a clone or a new one");
  }
  const dropped = namesToDrop(response.headers);
  if (dropped.length === 0 && isSealed(response.headers)) return response;
  const headers = new Headers(sealHeaders(response.headers));
  for (const name of dropped) headers.delete(name);
  return new Response(response.body, { status: response.status, statusText: response.statusText, headers });
}

/**
 * Adds headers that a response does not have itself, sealed; cookies are added to its own.
 *
 * @param response The response.
 * @param init The headers.
 * @returns The response, or a copy if its headers are immutable, as those of `Response.redirect()`.
 * @throws {TypeError} When a name is not a token, or one that only this library may set.
 */
export function addHeaders(response: Response, init: HeadersInit): Response {
  // The runtime needs this very object for the upgrade.
  if (response.status === 101) return response;
  const own = sealHeaders(init);
  if (own.has(PAGE_HEADER)) {
    throw new TypeError(
      `Cannot add header "${PAGE_HEADER}": it marks the pages that the handler renders; remove it from the headers of the handler`,
    );
  }
  const dropped = namesToDrop(own);
  const missing = [...own].filter(([name]) =>
    !dropped.includes(name) && (name === "set-cookie" || !response.headers.has(name))
  );
  if (missing.length === 0) return response;
  try {
    for (const [name, value] of missing) response.headers.append(name, value);
    return response;
  } catch {
    // The first one throws, so none was added (Fetch, 5.5: the guard of headers is "immutable").
    const copy = new Response(response.body, response);
    for (const [name, value] of missing) copy.headers.append(name, value);
    return copy;
  }
}

/**
 * Adds cookies to a response, and `Cache-Control: no-store`, because no cache may keep it then. A response without cookies keeps its own
 * `Cache-Control`.
 *
 * @param response The response.
 * @param cookies Values of `Set-Cookie`.
 * @param isPrivate If `true`, the response depends on its user, even without a cookie.
 * @returns The response, or a copy with the headers.
 */
export function addCookies(response: Response, cookies: readonly string[], isPrivate: boolean): Response {
  if (response.status === 101 || cookies.length === 0 && (!isPrivate || response.headers.has("cache-control"))) {
    return response;
  }
  // After the return: once `body` is read, Deno sends it as a stream.
  const { status, statusText, body } = response;
  // A copy: the headers of a response such as `Response.redirect()` are immutable.
  const headers = new Headers(response.headers);
  for (const cookie of cookies) headers.append("set-cookie", sealValue(cookie));
  headers.set("cache-control", "no-store");
  return new Response(body, { status, statusText, headers });
}

/** Options for {@linkcode redirectTarget}. */
export interface RedirectTargetOptions {
  /** If `true`, the target may be on another origin, by http or https. Default: `false`. */
  readonly external?: boolean | undefined;
}

/**
 * Returns a redirect target that every reader understands as the same URL: parsed as a browser parses it, and serialized. For this
 * origin it is path, query and fragment, for another one the whole URL.
 *
 * @param to The target: an absolute URL, or one relative to `own`.
 * @param own The URL of the page that redirects.
 * @param options Whether another origin is allowed.
 * @returns ASCII for `Location` and for a `redirect` event.
 * @throws {TypeError} When it is not a URL, contains credentials, is not http or https, leads to another origin without `external`, or to
 *   a path that begins with `//`.
 */
export function redirectTarget(to: string | URL, own: URL, options: RedirectTargetOptions = {}): string {
  const text = typeof to === "string" ? to : to instanceof URL ? to.href : null;
  if (text === null) {
    throw new TypeError(`Cannot redirect: the target is of type ${typeof to}; pass a string or a URL`);
  }
  // A `URL` is absolute.
  const url = to instanceof URL ? to : URL.parse(text, own.href);
  // A string that is invalid here may be valid in a browser, such as `///evil.test`.
  if (url === null) throw badTarget(text, "it is not a URL");
  if (url.username !== "" || url.password !== "") throw badTarget(text, "it contains credentials");
  // Not `url.origin`: that of `blob:https://own.test/…` is `https://own.test`.
  if (url.protocol === own.protocol && url.host === own.host) {
    const target = url.pathname + url.search + url.hash;
    if (target.startsWith("//")) throw badTarget(text, 'its path begins with "//", which leads to another host');
    return target;
  }
  if (url.protocol !== "http:" && url.protocol !== "https:") throw badTarget(text, `its scheme is "${url.protocol}"`);
  if (options.external !== true) {
    throw badTarget(text, `it leads from ${own.origin} to ${url.origin}, which requires { external: true }`);
  }
  return url.href;
}

function isSealed(headers: Headers): boolean {
  for (const [, value] of headers) {
    if (UNSAFE_IN_HEADER.test(value)) return false;
  }
  return true;
}

function pairs(init: HeadersInit): Iterable<readonly string[]> {
  return Symbol.iterator in init ? init : Object.entries(init);
}

/** Seals one header value as {@linkcode sealHeaders} does. */
export function sealValue(value: string): string {
  return UNSAFE_IN_HEADER.test(value) ? percentEncode(value, UNSAFE_IN_HEADER) : value;
}

/** Percent-encodes, as UTF-8, each matching character. A lone surrogate becomes U+FFFD. */
export function percentEncode(text: string, unsafe: RegExp): string {
  let encoded = "";
  for (const character of text) {
    encoded += unsafe.test(character)
      ? Array.from(encoder.encode(character), (byte) => `%${byte.toString(16).toUpperCase().padStart(2, "0")}`).join("")
      : character;
  }
  return encoded;
}

/** Returns the present headers that must not be sent: hop-by-hop ones, those that `Connection` names, and reserved ones. */
function namesToDrop(headers: Headers): string[] {
  const names = [...HOP_BY_HOP, ...RESERVED];
  const connection = headers.get("connection");
  if (connection !== null) names.push(...connection.split(",").map((name) => name.trim()).filter(isToken));
  return names.filter((name) => headers.has(name));
}

function badTarget(target: string, reason: string): TypeError {
  return new TypeError(`Cannot redirect to ${quoteText(target)}: ${reason}`);
}
