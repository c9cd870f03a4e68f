/**
 * An answer of our own as plain values, until it is sent: the one `Response` is made when everything is known.
 *
 * Each look at a `Response` costs about as much as making it: its headers are copied out and sorted to be read, and a
 * text that was asked for as `body` is sent as a stream from then on.
 *
 * @module
 */
import type { PageAnswer } from "../pages/page_render.ts";
import { CLIENT_BUILD } from "../client_bundle.ts";
import { PAGE_HEADER, PROTOCOL_VERSION } from "../protocol/page_mark.ts";
import { sealRecord, sealValue } from "../http/sink.ts";
import { addToVary } from "../http/vary.ts";

/** An answer that is not yet a `Response`. */
export interface Reply {
  /** The HTTP status. */
  readonly status: number;
  /** Headers by their names in lower case; as they were given, not yet fit to be sent. */
  readonly headers: Readonly<Record<string, string>>;
  /** Values of `Set-Cookie`, the one header that may come more than once. */
  readonly cookies: readonly string[];
  /** The body. */
  readonly body: string | ReadableStream<Uint8Array> | null;
  /** `true` if it is a document that this library has rendered, which the runtime may merge. */
  readonly isPage: boolean;
}

const encoder = new TextEncoder();
const HTML_TYPE = "text/html; charset=utf-8";
const NO_COOKIES: readonly string[] = [];
/** The headers by which the runtime knows a page of ours. The same for every page, so that caches may keep it. */
export const PAGE_MARK: Readonly<Record<string, string>> = {
  [PAGE_HEADER.toLowerCase()]: `${PROTOCOL_VERSION};${CLIENT_BUILD}`,
};
const NO_MARK: Readonly<Record<string, string>> = {};

/** An answer to an action: what it says beside is added by {@linkcode sendReply}. */
export function reply(
  status: number,
  body: Reply["body"],
  headers: Reply["headers"],
  cookies: readonly string[] = NO_COOKIES,
): Reply {
  return { status, body, headers, cookies, isPage: false };
}

/**
 * A page that was drawn, as a reply.
 *
 * @param page The page.
 * @param method The method of the request.
 */
export function replyWithPage(page: Extract<PageAnswer, { readonly kind: "page" }>, method: string): Reply {
  const headers: Record<string, string> = { "content-type": HTML_TYPE };
  const cookies: string[] = [];
  // A page that sets none has no headers, and there is nothing to copy.
  for (const [name, value] of page.headers ?? []) {
    if (name === "set-cookie") cookies.push(value);
    else headers[name] = value;
  }
  // Said here, because Deno.serve says 0 of a HEAD that does not (RFC 9110, 9.3.2).
  if (method === "HEAD") headers["content-length"] = String(encoder.encode(page.html).length);
  // What was announced once must not be kept and announced again.
  if (page.tookToasts) headers["cache-control"] = "no-store";
  return { status: page.status, headers, cookies, body: page.html, isPage: true };
}

/**
 * Makes the `Response`, with our list added to what it varies by.
 *
 * @param reply The answer.
 * @param over Headers that go before those of the answer, by their names in lower case.
 */
export function sendReply({ status, headers, cookies, body, isPage }: Reply, over: Reply["headers"]): Response {
  const said = sealRecord({ ...headers, ...over, vary: addToVary(headers.vary ?? null) });
  // Behind the sink, which lets none through: only what is rendered here is marked.
  const sealed = { ...said, ...(isPage ? PAGE_MARK : NO_MARK) };
  return new Response(body, {
    status,
    headers: cookies.length === 0
      ? sealed
      : [...Object.entries(sealed), ...cookies.map((value): [string, string] => ["set-cookie", sealValue(value)])],
  });
}

/** Headers of an error with their names in lower case, so that one does not stand beside itself. */
export function lowerCased(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}
