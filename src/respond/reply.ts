// A response of this library as plain values. The `Response` is created once, when everything is known.
//
// Reading a `Response` costs about as much as creating it: its headers are copied and sorted, and after reading `body` its text
// is sent as a stream.
import type { PageAnswer } from "../pages/page_render.ts";
import { CLIENT_BUILD } from "../client_bundle.ts";
import { PAGE_HEADER, PROTOCOL_VERSION } from "../protocol/page_mark.ts";
import { notePlainHead } from "../http/plain_head.ts";
import { sealRecord, sealValue } from "../http/sink.ts";
import { addToVary } from "../http/vary.ts";
import { preloadHeader } from "./preload.ts";
import { speculationHeader } from "./speculation.ts";

/** A response before it is a `Response`. */
export interface Reply {
  /** The HTTP status. */
  readonly status: number;
  /** Headers by their names in lower case, not sanitized yet. */
  readonly headers: Readonly<Record<string, string>>;
  /** Values of `Set-Cookie`, the one header that may come more than once. */
  readonly cookies: readonly string[];
  /** The body. */
  readonly body: string | ReadableStream<Uint8Array> | null;
  /** `true` if this library has rendered the document, so that the runtime may merge it. */
  readonly isPage: boolean;
}

const encoder = new TextEncoder();
const HTML_TYPE = "text/html; charset=utf-8";
const NO_COOKIES: readonly string[] = [];
/** The headers by which the runtime recognizes a page of this library. The same for every page, so that caches may keep it. */
export const PAGE_MARK: Readonly<Record<string, string>> = {
  [PAGE_HEADER.toLowerCase()]: `${PROTOCOL_VERSION};${CLIENT_BUILD}`,
};
const NO_MARK: Readonly<Record<string, string>> = {};

/** Creates the reply of an action. {@linkcode sendReply} adds more headers. */
export function reply(
  status: number,
  body: Reply["body"],
  headers: Reply["headers"],
  cookies: readonly string[] = NO_COOKIES,
): Reply {
  return { status, body, headers, cookies, isPage: false };
}

/** Creates the reply of a page render. */
export function replyWithPage(page: Extract<PageAnswer, { readonly kind: "page" }>, method: string): Reply {
  // The page of a failure is not worth more requests than it needs.
  const preload = page.status === 200 ? preloadHeader(page.html) : NO_MARK;
  const headers: Record<string, string> = { "content-type": HTML_TYPE, ...preload, ...speculationHeader(page.html) };
  const cookies: string[] = [];
  // A page that sets no headers has none to copy.
  for (const [name, value] of page.headers ?? []) {
    if (name === "set-cookie") cookies.push(value);
    else headers[name] = value;
  }
  // Deno.serve sends 0 for a HEAD without it (RFC 9110, 9.3.2).
  if (method === "HEAD") headers["content-length"] = String(encoder.encode(page.html).length);
  // A cache must not announce the toasts again.
  if (page.tookToasts) headers["cache-control"] = "no-store";
  return { status: page.status, headers, cookies, body: page.html, isPage: true };
}

/**
 * Creates the `Response`, with the `Vary` fields of this library.
 *
 * @param over Headers that take precedence over those of the reply, by their names in lower case.
 */
export function sendReply({ status, headers, cookies, body, isPage }: Reply, over: Reply["headers"]): Response {
  const sealed = sealRecord({ ...headers, ...over, vary: addToVary(headers.vary ?? null) });
  // After the sink, which removes the mark: only pages rendered here have it.
  if (isPage) Object.assign(sealed, PAGE_MARK);
  if (cookies.length === 0 && sealed["set-cookie"] === undefined) {
    return notePlainHead(new Response(body, { status, headers: sealed }));
  }
  const set = cookies.map((value): [string, string] => ["set-cookie", sealValue(value)]);
  return new Response(body, { status, headers: [...Object.entries(sealed), ...set] });
}

/** Returns headers with their names in lower case, so that each is sent once. */
export function lowerCased(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}
