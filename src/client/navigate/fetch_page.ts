/**
 * Fetches documents that may be merged into the current one. Every page that the runtime shows is fetched here.
 *
 * A merged document has the rights of the current one: its markup is shown, its scripts run. That a URL is of this
 * origin does not make it trustworthy: it may be an upload, a redirect to another site, or a response of another
 * program on this host. Only a document that the server has marked as a page it rendered is merged, unless one of its
 * headers forbids it. All others are loaded by the browser, which costs a second request.
 *
 * @module
 */
import { LATE_HEADER } from "../../protocol/late_names.ts";
import { PAGE_HEADER, PROTOCOL_VERSION } from "../../protocol/page_mark.ts";
import { BUILD } from "../build.ts";
import { isOf } from "../../protocol/site.ts";
import type { IsPolicyInForce } from "./policy_in_force.ts";
import { policyOf } from "./script_policy.ts";

/** The head of a response that may be a page. */
export interface PageHead {
  /** The final URL, after redirects. */
  readonly url: string;
  /** The headers. */
  readonly headers: Pick<Headers, "get">;
}

/**
 * Fetches a page.
 *
 * @param url A URL of this origin.
 * @param isPolicyInForce Compares its content security policy with that of the current document.
 * @param headers Further headers of a request that is not for the next page: for a layer, in advance, or once more. Default: none.
 * @returns The response, whose body may be merged; `null` for a document that the browser must load.
 * @throws {TypeError} When the network failed, or a proxy cannot reach the server for a request with further headers.
 */
export async function fetchPage(
  url: string,
  isPolicyInForce: IsPolicyInForce,
  signal: AbortSignal,
  headers?: Readonly<Record<string, string>>,
): Promise<Response | null> {
  // A request with a user name or a password in its URL throws (Fetch, 5.4).
  const { username, password } = new URL(url);
  if (username || password) return null;
  const init = { headers: { Accept: "text/html", [LATE_HEADER]: "1", ...headers }, signal };
  // A redirect to another origin fails before a request is sent there (Fetch, 4.1, mode "same-origin").
  const response = await fetch(url, { ...init, mode: "same-origin" }).catch(() => {
    signal.throwIfAborted();
    // That failure looks like one of the network. Without following redirects, the response shows the difference.
    return fetch(url, { ...init, redirect: "manual" });
  });
  const isPage = isMergeable(response);
  const isFit = isPage && await isPolicyInForce(response.headers);
  if (!isFit) await response.body?.cancel();
  signal.throwIfAborted();
  // Of a proxy while the server restarts: the page that is shown is not left for it.
  if (!isPage && headers && response.status > 499) throw new TypeError("Bad gateway");
  return isFit ? response : null;
}

/**
 * Returns `true` if a response is a page of this server that may be merged into the current document.
 *
 * A page of another build is not: loaded by the browser, it brings its own runtime.
 */
export function isMergeable({ url, headers }: PageHead): boolean {
  const header = (name: string) => headers.get(name) ?? "";
  // A runtime that the application has bundled itself has no build name to compare.
  const mark = new RegExp(`^${PROTOCOL_VERSION};${BUILD || "\\w+"}$`);
  return mark.test(header(PAGE_HEADER)) &&
    isOf(location, URL.parse(url)) &&
    // Several types in one header do not match (MIME Sniffing, 4.4; Fetch, "extract a MIME type").
    /^\s*text\/html\s*(;[^,]*)?$/i.test(header("content-type")) &&
    // An unknown disposition type means a download (RFC 6266, 4.2).
    /^\s*(inline\s*(;.*)?)?$/i.test(header("content-disposition")) &&
    // In any of several policies, which are joined by commas (CSP, 6.4.2).
    !/(^|[,;])\s*sandbox(?![^\s,;])/i.test(policyOf(headers));
}
