// Finds the page of a call, before any code of the application runs.
//
// ```
// /_next/form/<uid>/?_next_form_origin=/items/7 ─▶ the page at that address
// /items/7, and the action by header or query   ─▶ the page at this address; fields are ignored
// /_next/form/<uid>/ with the fields of a form  ─▶ the page that its hidden fields name: the body is read first
// ```
import type { Action } from "../../actions/action.ts";
import type { Injectable } from "../../context.ts";
import { InputError } from "../../errors.ts";
import type { PageRender } from "../../pages/page_render.ts";
import { isReadMethod } from "../../http/methods.ts";
import type { Body } from "../../http/body.ts";
import { uidOfEndpoint } from "../../actions/intent.ts";
import type { Finding, Injecting, Observing, Reading } from "../app.ts";
import type { Arrival, ReadBody } from "../arrival.ts";
import type { Call, CallPage } from "../call.ts";
import { depsOf } from "../request_deps.ts";
import { OriginRender } from "../page_renders.ts";
import { elsewhereOf, mayHoldFields, pageAtLocation, pageOfFields, pageOfUrl, type UrlPage } from "./named_page.ts";
import { readEarly } from "./read_body.ts";

/**
 * Finds the page of a call.
 *
 * @returns The page, with the dependencies and the page render that all code of the application gets.
 * @throws {InputError} With status 400 when the request names more than one page, or no page where the action needs one.
 */
export async function findPage(call: Call, app: Finding & Reading & Injecting & Observing): Promise<CallPage> {
  const { arrival, action, controller: { signal } } = call;
  // The work of a GET or HEAD may stop when its reader disconnects; a mutation continues.
  if (isReadMethod(arrival.request.method)) {
    call.followClient(true);
    // A stream of subscriptions outlives each of them. The client of any other call may leave while it gets the response.
    if (arrival.subscription !== null) arrival.lifetime.onEnd = () => call.followClient(false);
  }
  const found = await findNamed(call, app);
  const page = pageAtLocation(found.page, found.named, arrival.intent.location, app);
  if (page === null || page.route === null) checkNeed(action);
  const deps = depsOf(arrival, page, signal, app);
  const elsewhere = elsewhereOf(page, arrival.intent.location, app);
  return { ...found, page, elsewhere, deps, pageRender: new OriginRender(page, arrival, deps) };
}

/**
 * Checks that the fields of a form name the page that its URL names (seed 004, "Origin Page Validation").
 *
 * @throws {InputError} With status 400 when URL and fields name different pages.
 */
export function checkPageFields({ url }: Arrival, { named }: CallPage, body: Body, app: Finding): void {
  // The page is known from the URL and not looked for again: the fields must not name another one.
  if (named.path !== null) pageOfFields(named, body, url, app);
}

/** Returns the URL that relative targets are resolved against: that of the page, never that of a form's endpoint. */
export function baseOfTargets({ url }: Arrival, pageRender: PageRender): URL {
  if (pageRender.isOrigin) return pageRender.url;
  return uidOfEndpoint(url) === null ? url : new URL("/", url);
}

/** The page that a call names. */
type NamedPage = Pick<CallPage, "named" | "page" | "fault">;

function findNamed(call: Call, app: Finding & Reading & Observing): NamedPage | Promise<NamedPage> {
  const { arrival: { request, url }, action } = call;
  const named = pageOfUrl(url, app);
  if (!named.isWhole && action.verify === null && mayHoldFields(request)) return findInFields(named, call, app);
  return { named, page: named.page, fault: null };
}

/** Reads the body, whose fields name the page or its query. */
async function findInFields(
  named: UrlPage,
  { arrival, limits }: Call,
  app: Finding & Reading & Observing,
): Promise<NamedPage> {
  const { page } = named;
  let body: ReadBody;
  try {
    body = arrival.body ?? await readEarly(arrival, limits, app);
  } catch (error) {
    if (page === null) throw error;
    // The path of the page is known: the guards are asked before its form is rendered again.
    return { named, page, fault: { error } };
  }
  return { named, page: pageOfFields(named, body.content, arrival.url, app), fault: null };
}

function checkNeed(action: Action): void {
  if (!Object.values(action.inject).some(needsPage)) return;
  throw new InputError(
    400,
    `Cannot run action "${action.name}": it takes a parameter of its page, and the request does not name a page`,
  );
}

/** Returns whether an injected value requires a parameter of the page. */
function needsPage(injectable: Injectable<unknown>): boolean {
  return injectable.kind === "marker" && injectable.source === "url" && !("default" in injectable.options);
}
