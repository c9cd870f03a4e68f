/**
 * Finding the page that a call is about, before any code of the application runs.
 *
 * ```
 * /_next/form/<uid>/?_next_form_origin=/items/7 ─▶ the page at that address
 * /items/7, and the action by header or query   ─▶ the page at this address, whatever fields say
 * /_next/form/<uid>/ with the fields of a form  ─▶ the page that its hidden fields name: the body is read first
 * ```
 *
 * @module
 */
import type { Injectable } from "../../context.ts";
import type { RequestDeps } from "../../deps/resolver.ts";
import { InputError } from "../../errors.ts";
import { type OriginPage, withoutProtocol } from "../../pages/origin.ts";
import type { Body } from "../../http/body.ts";
import { uidOfEndpoint } from "../../actions/intent.ts";
import type { Finding, Injecting, Observing, Reading } from "../app.ts";
import type { ReadBody } from "../arrival.ts";
import type { Call, CallPage } from "../call.ts";
import { depsOf } from "../request_deps.ts";
import { NO_PARAMS, OriginRender } from "../page_renders.ts";
import { mayHoldFields, pageOfFields, pageOfUrl } from "./named_page.ts";
import { readEarly } from "./read_body.ts";

/**
 * Finds the page of a call.
 *
 * @returns The page, with the dependencies and the view of the page that everything of the application gets.
 * @throws {InputError} With status 400 when the request names more than one page, or no page where the action needs one.
 */
export async function findPage(call: Call, app: Finding & Reading & Injecting & Observing): Promise<CallPage> {
  const found = await nameOf(call, app);
  const { page } = found;
  if (page === null || page.route === null) checkNeed(call);
  const { signal } = call.controller;
  // What only its reader would see may stop when the reader has gone; a mutation runs on.
  const ends = call.request.method === "GET" ? AbortSignal.any([call.client.gone, signal]) : signal;
  const deps = depsOf(call, page, ends, app);
  return { ...found, deps, pageRender: pageRenderOf(call, deps, page) };
}

/**
 * Checks what the fields of a form say of its page against what its URL says (seed 004, "Origin Page Validation").
 *
 * @throws {InputError} With status 400 when URL and fields name different pages.
 */
export function checkFields({ url }: Call, { named }: CallPage, body: Body, app: Finding): void {
  // Known from the URL, the page is not looked for again: the fields may not name another one.
  if (named.path !== null) pageOfFields(named, body, url, app);
}

/** The URL that relative targets are resolved against: that of the page, and never that of a form's endpoint. */
export function baseOfTargets({ url }: Call, pageRender: CallPage["pageRender"]): URL {
  if (pageRender.isOrigin) return pageRender.url;
  return uidOfEndpoint(url) === null ? url : new URL("/", url);
}

async function nameOf(
  call: Call,
  app: Finding & Reading & Observing,
): Promise<Pick<CallPage, "named" | "page" | "body" | "fault">> {
  const { request, url, action } = call;
  const named = pageOfUrl(url, app);
  const { page } = named;
  if (named.isWhole || action.verify !== null || !mayHoldFields(request)) {
    return { named, page, body: call.body, fault: null };
  }
  let body: ReadBody;
  try {
    body = call.body ?? await readEarly(call, call.limits, app);
  } catch (error) {
    if (page === null) throw error;
    // The path of the page is known: the guards are asked before its form is shown again.
    return { named, page, body: null, fault: { error } };
  }
  call.own(body);
  return { named, page: pageOfFields(named, body.content, url, app), body, fault: null };
}

/** The page as rendering sees it: asked for by a GET of its own address. */
function pageRenderOf({ request, url, cache }: Call, deps: RequestDeps, page: OriginPage | null): OriginRender {
  return new OriginRender({
    page: page?.route ?? null,
    isOrigin: page !== null,
    url: page?.url ?? withoutProtocol(url),
    params: page?.params ?? NO_PARAMS,
    request,
    cache,
    deps,
  });
}

function checkNeed({ action }: Call): void {
  if (!Object.values(action.inject).some(needsPage)) return;
  throw new InputError(
    400,
    `Cannot run action "${action.name}": it takes a parameter of its page, and the request does not name a page`,
  );
}

/** Whether an injected value is read from the parameters of the page, and cannot do without them. */
function needsPage(injectable: Injectable<unknown>): boolean {
  return injectable.kind === "marker" && injectable.source === "url" && !("default" in injectable.options);
}
