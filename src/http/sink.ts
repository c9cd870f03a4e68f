/**
 * The one place that everything emitted passes: headers, redirects, cookies, event streams, JSON in HTML.
 *
 * A control character in a response header ends the whole Deno process, past every `try`. A line end splits a response or
 * forges an event, a `//` leads to another site. Whatever a value holds, what comes out of here does none of these.
 *
 * @module
 */

import { CHECKPOINT_PATTERN, LIVE_ID_PATTERN, REQUEST_ID_PATTERN } from "../protocol/names.ts";
import { PAGE_HEADER } from "../protocol/page_mark.ts";
import type { Patch, PatchMarks } from "../protocol/patch.ts";
import { isToken } from "./header_value.ts";
import { quoteText } from "./quote.ts";

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
 * Writes one patch as a server-sent event (HTML, 9.2): its name, one line of JSON, an empty line. A checkpoint has its id in
 * place of data, so that a browser remembers it and dispatches nothing.
 *
 * @param patch What the browser is told.
 * @returns The frame.
 * @throws {TypeError} When the name, an id or a mark is not of its grammar, or the data is not JSON (a cycle, a bigint).
 */
export function encodeEvent(patch: Patch & PatchMarks): string {
  const { event, id } = patch;
  if (!/^[a-z][a-z_]{0,63}$/.test(event)) {
    throw new TypeError(`Cannot send event ${quoteText(event)}: it is no event name`);
  }
  if (patch.event === "checkpoint") {
    if (!isCheckpointId(patch.id) && !LIVE_ID_PATTERN.test(patch.id)) {
      throw new TypeError(
        `Cannot send checkpoint ${
          quoteText(patch.id)
        }: its id is a request id, ":checkpoint:" and a name, each of letters, digits, ".", "_", "-"`,
      );
    }
    return `event: checkpoint\n${marksOf(patch)}\n`;
  }
  if (id !== undefined && !LIVE_ID_PATTERN.test(id)) {
    throw new TypeError(`Cannot send event "${event}" with the id ${quoteText(id)}: it is no place in a topic`);
  }
  // JSON escapes CR and LF, the two characters that end a line of an event stream, wherever a text holds them.
  return `event: ${event}\n${marksOf(patch)}data: ${JSON.stringify(patch.data) ?? "null"}\n\n`;
}

/** The fields of a frame beside its event and data; every parser but ours skips `echo` and `share` (HTML, 9.2.6). */
function marksOf({ id, echo, share }: PatchMarks): string {
  // What does not come from a topic has none of them.
  if (id === undefined && echo === undefined && share === undefined) return "";
  for (const mark of [echo, share]) {
    if (mark !== undefined && !REQUEST_ID_PATTERN.test(mark)) {
      throw new TypeError(
        `Cannot send the mark ${quoteText(mark)}: it takes 1 to 128 letters, digits, ".", "_" and "-"`,
      );
    }
  }
  return `${id === undefined ? "" : `id: ${id}\n`}${echo === undefined ? "" : `echo: ${echo}\n`}${
    share === undefined ? "" : `share: ${share}\n`
  }`;
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
export function percentEncode(text: string, unsafe: RegExp): string {
  let encoded = "";
  for (const character of text) {
    encoded += unsafe.test(character)
      ? Array.from(encoder.encode(character), (byte) => `%${byte.toString(16).toUpperCase().padStart(2, "0")}`).join("")
      : character;
  }
  return encoded;
}

/** The headers that are there and must not go out: hop-by-hop, those that `Connection` names included, and reserved ones. */
function namesToDrop(headers: Headers): string[] {
  const names = [...HOP_BY_HOP, ...RESERVED];
  const connection = headers.get("connection");
  if (connection !== null) names.push(...connection.split(",").map((name) => name.trim()).filter(isToken));
  return names.filter((name) => headers.has(name));
}

function isCheckpointId(id: string): boolean {
  const [requestId = "", name = "", rest] = id.split(":checkpoint:");
  return rest === undefined && REQUEST_ID_PATTERN.test(requestId) && CHECKPOINT_PATTERN.test(name);
}

function badTarget(target: string, reason: string): TypeError {
  return new TypeError(`Cannot redirect to ${quoteText(target)}: ${reason}`);
}
