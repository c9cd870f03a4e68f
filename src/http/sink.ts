/**
 * The one place that everything emitted passes: headers, redirects, cookies, JSON in HTML. Event streams pass `encodeEvent()` of
 * `protocol/event_stream.ts`.
 *
 * A control character in a response header ends the whole Deno process, past every `try`. A line end splits a response or
 * forges an event, a `//` leads to another site. Whatever a value holds, what comes out of here does none of these.
 *
 * @module
 */

import { PAGE_HEADER } from "../protocol/page_mark.ts";
import type { Cookie } from "./cookie.ts";

// RFC 9110, 5.5: field-content is visible ASCII, space, tab and obs-text (0x80-0xFF). `Headers` lets other control characters
// pass, trims line ends at both sides in silence, and throws above U+00FF.
// deno-lint-ignore no-control-regex -- control characters are what is looked for
const UNSAFE_IN_HEADER = /[\x00-\x08\x0a-\x1f\x7f]|[^\x00-\xff]/;

/** Headers that speak of one connection (RFC 9110, 7.6.1): the server writes them, and what they say there is not ours to know. */
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
 * Headers that only this library may set. A page of the application, or an upload that it serves, that could call itself a
 * page of ours would be merged into the document, and its scripts would run (A1).
 */
const RESERVED: ReadonlySet<string> = new Set([PAGE_HEADER.toLowerCase()]);

const encoder = new TextEncoder();

/**
 * Makes every header value one that can be sent: control characters and characters above U+00FF are percent-encoded (as
 * UTF-8), tab and the rest of Latin-1 stay.
 *
 * @param init The headers.
 * @returns New headers, or `init` itself where it is a `Headers` without anything to mend.
 * @throws {TypeError} When a name is no token (RFC 9110, 5.6.2).
 */
export function sealHeaders(init: HeadersInit): Headers {
  if (init instanceof Headers && isSealed(init)) return init;
  const sealed = new Headers();
  for (const [name = "", value = ""] of pairs(init)) sealed.append(name, sealValue(value));
  return sealed;
}

/**
 * The same for headers by name: values are made fit to be sent, headers that speak of the connection and those that only
 * this library may set are left out.
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
 * Makes the response of a handler one that can be sent: header values as {@linkcode sealHeaders} does, without headers that
 * speak of the connection or that only this library may set. Status and body stay.
 *
 * @param response What a handler returned.
 * @returns The response itself where there is nothing to mend, or it switches protocols (101); else a new one with its body.
 * @throws {TypeError} When its body has been read or is locked, or it is a network error (`Response.error()`).
 */
export function sealResponse(response: Response): Response {
  // An upgrade is an agreement between the runtime and this very object.
  if (response.status === 101) return response;
  if (response.type === "error") throw new TypeError("Cannot send a response: Response.error() has no status");
  if (response.bodyUsed || response.body?.locked) {
    throw new TypeError("Cannot send a response: its body has been read already, send a clone or a new one");
  }
  const dropped = namesToDrop(response.headers);
  if (dropped.length === 0 && isSealed(response.headers)) return response;
  const headers = new Headers(sealHeaders(response.headers));
  for (const name of dropped) headers.delete(name);
  return new Response(response.body, { status: response.status, statusText: response.statusText, headers });
}

/**
 * Adds to an answer the headers that it does not have itself, made fit to be sent; cookies are added to those it sets.
 *
 * @param response The answer.
 * @param init The headers.
 * @returns The answer; where its headers cannot be changed, as those of `Response.redirect()`, a new one with its body.
 * @throws {TypeError} When a name is no token, or one that only this library may set.
 */
export function addHeaders(response: Response, init: HeadersInit): Response {
  // An upgrade is an agreement between the runtime and this very object.
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
    // The first of them is refused, and none was added (Fetch, 5.5: the guard of headers is "immutable").
    const copy = new Response(response.body, response);
    for (const [name, value] of missing) copy.headers.append(name, value);
    return copy;
  }
}

/** Where a redirect may lead. */
export interface RedirectTargetOptions {
  /** Whether it may lead to another origin, by http or https. Default: `false`. */
  readonly external?: boolean | undefined;
}

/**
 * Makes a redirect's target one that every reader takes for the same place.
 *
 * It is parsed as a browser parses it, against `own`, and written anew: path, query and fragment for this origin, the whole
 * URL for another.
 *
 * @param to Where to go: an absolute URL, or one relative to `own`.
 * @param own The URL of the page that the redirect leads away from.
 * @param options Whether another origin is allowed.
 * @returns ASCII that can stand in `Location` and in a `redirect` event.
 * @throws {TypeError} When it is no URL, holds credentials, is not http or https, leads to another origin without
 *   `external`, or to a path that begins with `//`.
 */
export function redirectTarget(to: string | URL, own: URL, options: RedirectTargetOptions = {}): string {
  const text = typeof to === "string" ? to : to instanceof URL ? to.href : null;
  if (text === null) {
    throw new TypeError(`Cannot redirect: the target is of type ${typeof to}, and has to be a string or URL`);
  }
  // A URL is what its text parses to, on whatever site.
  const url = to instanceof URL ? to : URL.parse(text, own.href);
  // What does not parse here may parse in a browser, `///evil.test` for one: it is no relative path.
  if (url === null) throw badTarget(text, "it is no URL");
  if (url.username !== "" || url.password !== "") throw badTarget(text, "it holds credentials");
  // Not `url.origin`: that of `blob:https://own.test/…` is `https://own.test`.
  if (url.protocol === own.protocol && url.host === own.host) {
    const target = url.pathname + url.search + url.hash;
    if (target.startsWith("//")) throw badTarget(text, 'its path begins with "//", which leads to another host');
    return target;
  }
  if (url.protocol !== "http:" && url.protocol !== "https:") throw badTarget(text, `its scheme is "${url.protocol}"`);
  if (options.external !== true) {
    throw badTarget(text, `it leads from ${own.origin} to ${url.origin}, which takes { external: true }`);
  }
  return url.href;
}

/**
 * Writes JSON that can stand between `<script type="application/json">` and its end tag: `<`, `>` and `&` are escaped, as well
 * as U+2028 and U+2029, which old scripts take for line ends.
 *
 * @param value A JSON value; `undefined` is written as `null`.
 * @returns JSON that parses to the same value.
 * @throws {TypeError} When the value is not JSON (a cycle, a bigint).
 */
export function jsonForHtml(value: unknown): string {
  const json = JSON.stringify(value) ?? "null";
  return json.replace(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** Name, value and attributes above this are dropped by browsers, silently (RFC 6265bis, 5.6). */
export const COOKIE_BYTES = 4_096;

/**
 * Writes a `Set-Cookie` header value.
 *
 * @param cookie The cookie and its attributes.
 * @returns The header value.
 * @throws {TypeError} When the name or an attribute is not of its grammar, or they contradict one another.
 * @throws {RangeError} When it is longer than {@linkcode COOKIE_BYTES}: browsers would drop it in silence.
 */
export function cookie(cookie: Cookie): string {
  const { name, value, path = "/", domain, maxAge, httpOnly = true, sameSite = "Lax" } = cookie;
  const lowerName = name.toLowerCase();
  const host = lowerName.startsWith("__host-");
  const secure = cookie.secure ?? (host || lowerName.startsWith("__secure-"));
  const bad = (reason: string): TypeError => new TypeError(`Cannot set cookie ${quote(name)}: ${reason}`);

  if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name)) throw bad("its name is no token");
  if (!/^\/[\x20-\x3a\x3c-\x7e]*$/.test(path)) {
    throw bad(`its path ${quote(path)} is none, or holds ";" or a control character`);
  }
  if (domain !== undefined && !/^[0-9A-Za-z](?:[0-9A-Za-z.-]{0,251}[0-9A-Za-z])?$/.test(domain)) {
    throw bad(`its domain ${quote(domain)} is no host name`);
  }
  if (maxAge !== undefined && !(Number.isSafeInteger(maxAge) && maxAge >= 0)) {
    throw bad(`its maxAge ${maxAge} is no whole number of seconds`);
  }
  // Types do not hold what came out of a configuration file.
  if (sameSite !== "Strict" && sameSite !== "Lax" && sameSite !== "None") {
    throw bad(`its sameSite ${quote(String(sameSite))} is none of Strict, Lax, None`);
  }
  if (sameSite === "None" && !secure) throw bad("sameSite None takes secure");
  if (host && (!secure || path !== "/" || domain !== undefined)) {
    throw bad('"__Host-" takes secure, the path "/" and no domain');
  }
  if (lowerName.startsWith("__secure-") && !secure) throw bad('"__Secure-" takes secure');

  const parts = [`${name}=${cookieValue(value)}`, `Path=${path}`];
  if (domain !== undefined) parts.push(`Domain=${domain}`);
  if (maxAge !== undefined) parts.push(`Max-Age=${maxAge}`);
  if (secure) parts.push("Secure");
  if (httpOnly) parts.push("HttpOnly");
  parts.push(`SameSite=${sameSite}`);
  const text = parts.join("; ");
  if (text.length > COOKIE_BYTES) {
    throw new RangeError(`Cannot set cookie ${quote(name)}: ${text.length} bytes, browsers keep ${COOKIE_BYTES}`);
  }
  return text;
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

/** One header value, made fit to be sent as {@linkcode sealHeaders} does. */
export function sealValue(value: string): string {
  return UNSAFE_IN_HEADER.test(value) ? percentEncode(value, UNSAFE_IN_HEADER) : value;
}

/** Percent-encodes, as UTF-8, each character that matches; half a surrogate pair becomes U+FFFD. */
function percentEncode(text: string, unsafe: RegExp): string {
  let encoded = "";
  for (const character of text) {
    encoded += unsafe.test(character)
      ? Array.from(encoder.encode(character), (byte) => `%${byte.toString(16).toUpperCase().padStart(2, "0")}`).join("")
      : character;
  }
  return encoded;
}

// RFC 6265bis, 4.1.1.
const NOT_COOKIE_OCTET = /[^\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]/;

function cookieValue(value: string): string {
  return NOT_COOKIE_OCTET.test(value) ? percentEncode(value, NOT_COOKIE_OCTET) : value;
}

/** The headers that are there and must not go out: hop-by-hop, those that `Connection` names included, and reserved ones. */
function namesToDrop(headers: Headers): string[] {
  const names = [...HOP_BY_HOP, ...RESERVED];
  const connection = headers.get("connection");
  if (connection !== null) names.push(...connection.split(",").map((name) => name.trim()).filter(isToken));
  return names.filter((name) => headers.has(name));
}

function isToken(name: string): boolean {
  return /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name);
}

function badTarget(target: string, reason: string): TypeError {
  return new TypeError(`Cannot redirect to ${quote(target)}: ${reason}`);
}

/** A value inside a message: one line, and not endless. */
function quote(value: string): string {
  return JSON.stringify(value.slice(0, 200));
}
