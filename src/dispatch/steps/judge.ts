// The first step: judges a request by its URL, its method and the origin it comes from. Nothing of it is parsed before.
import { ACTION_FIELD, ACTION_HEADER, FORM_ENDPOINT } from "../../protocol/names.ts";
import { canonicalRequest } from "../../http/canonical.ts";
import { crossOriginVerdict, isOwnSite, isSafeMethod } from "../../http/cross_origin.ts";
import type { Action } from "../../actions/action.ts";
import { uidOfEndpoint } from "../../actions/intent.ts";
import type { Judging, Observing } from "../app.ts";
import type { Arrival } from "../arrival.ts";
import { catalogueText, type UserText } from "../../texts/catalogue.ts";
import { failure, notAllowed } from "../failure.ts";
import { sendDenied } from "../observe.ts";
import type { Failure, Outcome } from "../outcome.ts";
import { optionsResponse, READ_METHODS } from "../../http/methods.ts";

/** Judges a request. Returns the refusal; `null` if it is accepted, and its canonical URL is known. */
export function judgeRequest(arrival: Arrival, app: Judging & Observing): Failure | null {
  const { request, trace } = arrival;
  trace?.step("url");
  // Before anything else, also for an unknown method (seed 004, "Overview").
  if (request.method !== "POST" && isFormUrl(request.url)) return notAllowed("POST");
  const canonical = canonicalRequest(request, app.site);
  if (canonical.kind === "refused") {
    return failure(canonical.status, textOfStatus(canonical.status), canonical.headers, canonical.message);
  }
  arrival.url = canonical.url;
  trace?.step("cross-origin");
  const refusal = judgeOrigin(request, arrival.url, app);
  if (refusal !== null) sendDenied({ request, action: null }, "cross-origin", refusal.status, app);
  return refusal;
}

/**
 * Judges the method of a call. An action that accepts GET accepts HEAD as well (RFC 9110, 9.3.2).
 *
 * @param declared The method of the action.
 * @returns The outcome of a call that does not run the action: of OPTIONS, and of any other method. `null` if it is accepted.
 */
export function judgeMethod(method: string, declared: Action["method"]): Outcome | null {
  if (method === declared || method === "HEAD" && declared === "GET") return null;
  const allow = declared === "GET" ? READ_METHODS : declared;
  return method === "OPTIONS" ? { kind: "response", response: optionsResponse(allow) } : notAllowed(allow);
}

/** Judges the purpose of a call: only an action that allows it is asked whether its fields are valid. Returns the refusal, or `null`. */
export function judgePurpose({ intent }: Arrival, { name, validate }: Action): Failure | null {
  if (intent.validates === null || validate !== null) return null;
  const reason =
    `Cannot validate the fields of action "${name}": it does not allow this; declare it with validate: true`;
  return failure(400, catalogueText("invalidRequest"), {}, reason);
}

function judgeOrigin(request: Request, url: URL, app: Judging): Failure | null {
  if (isSafeMethod(request.method)) return null;
  const fetchSite = request.headers.get("sec-fetch-site");
  // The other values need not be read and parsed: they would decide nothing.
  if (isOwnSite(fetchSite)) return null;
  const reason = crossOriginVerdict({
    method: request.method,
    fetchSite,
    origin: request.headers.get("origin"),
    ownOrigin: url.origin,
  }, app.crossOrigin);
  if (reason === null || isWebhook(request, url, app)) return null;
  // The differing values help a developer who sets up a proxy, and an attacker who probes one.
  return failure(403, catalogueText("crossOrigin"), {}, app.dev ? `Cross-origin request denied: ${reason}` : null);
}

/** The text for users about a URL or method that is not accepted. */
function textOfStatus(status: number): UserText {
  return catalogueText(status === 405 || status === 501 ? "methodNotAllowed" : "invalidRequest");
}

/** Returns whether a request is for a webhook, which is accepted by its signature. */
function isWebhook(request: Request, url: URL, { manager }: Judging): boolean {
  const header = request.headers.get(ACTION_HEADER);
  const uid = header ? null : uidOfEndpoint(url);
  // Not by a field: the body of a cross-origin request is not parsed to decide whether it is accepted.
  const name = header ?? url.searchParams.get(ACTION_FIELD);
  const owned = uid !== null ? manager.findByUid(uid) : name === null ? null : manager.findByName(name);
  return owned !== null && owned.action.verify !== null;
}

/** Returns whether a URL that was not judged yet is that of a form. */
function isFormUrl(url: string): boolean {
  // Parsed only if it may be one, in any spelling: other URLs have no such path.
  return /[/\\]_next[/\\]form[/\\]/.test(url) && URL.parse(url)?.pathname.startsWith(FORM_ENDPOINT) === true;
}
