/**
 * Fetches documents that may be merged into the current one. Every page that the runtime shows comes this way.
 *
 * A merged document acts with the rights of the current one: its markup is shown, its scripts run. That a link is of this
 * origin says nothing about that: behind it may be an upload, a redirect to another site, the answer of another program on
 * this host. Only a document that the server has marked as a page it rendered is merged, and only where nothing asks for
 * it to be shown apart. All others are left to the browser, unread, which costs a second request.
 *
 * @module
 */
import { PAGE_HEADER, PROTOCOL_VERSION } from "../../protocol/page_mark.ts";
import { BUILD } from "../build.ts";
import { isOf } from "../../protocol/site.ts";
import type { IsPolicyInForce } from "./policy_in_force.ts";
import { policyOf } from "./script_policy.ts";

/** The head of an answer that may be a page. */
export interface PageHead {
  /** The final URL, behind all redirects. */
  readonly url: string;
  /** The headers. */
  readonly headers: Pick<Headers, "get">;
}

/**
 * Fetches a page.
 *
 * @param url Its URL, of this origin.
 * @param isPolicyInForce Decides whether its policy is that of the document on the screen.
 * @param signal Ends the request.
 * @returns The response, whose body may be merged; `null` for a document that only the browser may show.
 * @throws {TypeError} When the network failed.
 */
export async function fetchPage(
  url: string,
  isPolicyInForce: IsPolicyInForce,
  signal: AbortSignal,
): Promise<Response | null> {
  const init = { headers: { Accept: "text/html" }, signal };
  // Another origin is not even asked: a redirect there fails (Fetch, 4.1, mode "same-origin").
  const response = await fetch(url, { ...init, mode: "same-origin" }).catch(() => {
    signal.throwIfAborted();
    // It fails as a lost network does. Asked for without following, it is an answer that tells of a redirect and no more.
    return fetch(url, { ...init, redirect: "manual" });
  });
  const isFit = isMergeable(response) && await isPolicyInForce(response.headers);
  if (!isFit) await response.body?.cancel();
  signal.throwIfAborted();
  return isFit ? response : null;
}

/**
 * Returns whether an answer is a page of this server that may be merged into the current document.
 *
 * A page of another build is not: loaded by the browser, it brings its own runtime along.
 */
export function isMergeable({ url, headers }: PageHead): boolean {
  const header = (name: string) => headers.get(name) ?? "";
  // A bundle of the application's own has no name to compare.
  const mark = new RegExp(`^${PROTOCOL_VERSION};${BUILD || "\\w+"}$`);
  return mark.test(header(PAGE_HEADER)) &&
    isOf(location, URL.parse(url)) &&
    // Several types in one header are none of these (MIME Sniffing, 4.4; Fetch, "extract a MIME type").
    /^\s*text\/html\s*(;[^,]*)?$/i.test(header("content-type")) &&
    // A type of disposition that is not known means a download (RFC 6266, 4.2).
    /^\s*(inline\s*(;.*)?)?$/i.test(header("content-disposition")) &&
    // In any of the policies, which are joined by commas (CSP, 6.4.2).
    !/(^|[,;])\s*sandbox(?![^\s,;])/i.test(policyOf(headers));
}
