/**
 * The first step: whether a request may go on at all, by its URL, its method and the origin it comes from. Nothing of it is parsed
 * before.
 *
 * @module
 */
import { ACTION_FIELD, ACTION_HEADER, FORM_ENDPOINT } from "../../protocol/names.ts";
import { canonicalRequest } from "../../http/canonical.ts";
import { crossOriginVerdict, isOwnSite, isSafeMethod } from "../../http/cross_origin.ts";
import { uidOfEndpoint } from "../../actions/intent.ts";
import type { Judging } from "../app.ts";
import { catalogueText, type UserText } from "../../texts/catalogue.ts";
import { failure, notAllowed } from "../failure.ts";
import type { Failure } from "../outcome.ts";

/** What the URL of a request says. */
export type JudgedUrl =
  | { readonly kind: "url"; readonly url: URL }
  | { readonly kind: "refused"; readonly refusal: Failure };

/** Judges the URL and the method of a request. */
export function judgeUrl(request: Request, { site }: Judging): JudgedUrl {
  // Before anything else, for a method that is not known too (seed 004, "Overview").
  if (request.method !== "POST" && isFormUrl(request.url)) return { kind: "refused", refusal: notAllowed("POST") };
  const canonical = canonicalRequest(request, site);
  if (canonical.kind !== "refused") return { kind: "url", url: canonical.url };
  return {
    kind: "refused",
    refusal: failure(canonical.status, textOf(canonical.status), canonical.headers, canonical.message),
  };
}

/** Judges where a request comes from: the refusal, or `null` where it may go on. */
export function judgeOrigin(request: Request, url: URL, app: Judging): Failure | null {
  if (isSafeMethod(request.method)) return null;
  const fetchSite = request.headers.get("sec-fetch-site");
  // Before the other values are read and parsed, which then decide nothing.
  if (isOwnSite(fetchSite)) return null;
  const reason = crossOriginVerdict({
    method: request.method,
    fetchSite,
    origin: request.headers.get("origin"),
    ownOrigin: url.origin,
  }, app.crossOrigin);
  if (reason === null || isWebhook(request, url, app)) return null;
  // The values that differ help a developer who sets up a proxy, and a client that probes one.
  return failure(403, catalogueText("crossOrigin"), {}, app.dev ? `Cross-origin request denied: ${reason}` : null);
}

/** The text for users about a URL or method that is not accepted. */
function textOf(status: number): UserText {
  return catalogueText(status === 405 || status === 501 ? "methodNotAllowed" : "invalidRequest");
}

/** Whether a request is for a webhook, whose signature stands in for where it comes from. */
function isWebhook(request: Request, url: URL, { manager }: Judging): boolean {
  const header = request.headers.get(ACTION_HEADER);
  const uid = header ? null : uidOfEndpoint(url);
  // Only what is named before the body: nothing of a request from elsewhere is parsed to find out whether it may come.
  const name = header ?? url.searchParams.get(ACTION_FIELD);
  const owned = uid !== null ? manager.findByUid(uid) : name === null ? null : manager.findByName(name);
  return owned !== null && owned.action.verify !== null;
}

/** Whether a URL that was not looked at yet is that of a form. */
function isFormUrl(url: string): boolean {
  // Parsed only where it may be, however it is spelled: other URLs have no such path.
  return /[/\\]_next[/\\]form[/\\]/.test(url) && URL.parse(url)?.pathname.startsWith(FORM_ENDPOINT) === true;
}
