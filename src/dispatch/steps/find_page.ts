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
import { originInUrl, type OriginPage, withoutProtocol } from "../../pages/origin.ts";
import { ORIGIN_PAGE_FIELD, ORIGIN_URL_FIELD } from "../../protocol/names.ts";
import type { Body } from "../../request/body.ts";
import { uidOfEndpoint } from "../../request/intent.ts";
import type { Finding, Injecting, Observing, Reading } from "../app.ts";
import type { ReadBody } from "../arrival.ts";
import type { Call, CallPage } from "../call.ts";
import { fieldText, fieldTexts } from "../fields.ts";
import { depsOf } from "../request_deps.ts";
import { NO_PARAMS, OriginVisit } from "../visits.ts";
import { readEarly } from "./read_body.ts";

/** A page, and what names it. */
type NamedPage = Pick<CallPage, "by" | "page" | "body">;

/**
 * Finds the page of a call.
 *
 * @returns The page, with the dependencies and the view of the page that everything of the application gets.
 * @throws {InputError} With status 400 when the URL names more than one page, or no page where the action needs one.
 */
export async function findPage(call: Call, app: Finding & Reading & Injecting & Observing): Promise<CallPage> {
  const named = await nameOf(call, app);
  if (named.page === null) checkNeed(call);
  const { signal } = call.controller;
  // What only its reader would see may stop when the reader has gone; a mutation runs on.
  const ends = call.request.method === "GET" ? AbortSignal.any([call.visitor.gone, signal]) : signal;
  const deps = depsOf(call, named.page, ends, app);
  return { ...named, deps, visit: visitOf(call, deps, named.page) };
}

/**
 * Checks what the fields of a form say of its page against what its URL says (seed 004, "Origin Page Validation").
 *
 * @returns The page, to be shown again and to be led back to; without an origin where the field `_next_form_page` is not its file.
 * @throws {InputError} With status 400 when URL and fields name different pages.
 */
export function checkOrigin(
  call: Call,
  { by, page, deps, visit }: CallPage,
  body: Body,
  app: Finding,
): CallPage["visit"] {
  if (by === "address") return visit;
  const addresses = fieldTexts(body, ORIGIN_URL_FIELD);
  const named = originInUrl(call.url)?.address ?? null;
  if (addresses.length > 1 || (named !== null && addresses.some((address) => pathOf(address) !== pathOf(named)))) {
    throw new InputError(400, `Cannot read field "${ORIGIN_URL_FIELD}": the form names more than one page`);
  }
  const file = fieldText(body, ORIGIN_PAGE_FIELD);
  if (page === null || file === null || app.origins.isFileOf(file, page)) return visit;
  checkNeed(call);
  return visitOf(call, deps, null);
}

/** The URL that relative targets are resolved against: that of the page, and never that of a form's endpoint. */
export function baseOfTargets({ url }: Call, visit: CallPage["visit"]): URL {
  if (visit.isOrigin) return visit.url;
  return uidOfEndpoint(url) === null ? url : new URL("/", url);
}

async function nameOf(call: Call, app: Finding & Reading & Observing): Promise<NamedPage> {
  const { request, url, body } = call;
  const named = originInUrl(url);
  if (named?.isWhole === true) return { by: "form", page: app.origins.resolveAddress(named.address, url), body };
  const match = uidOfEndpoint(url) === null ? app.router.match(url.pathname) : null;
  if (match !== null) return { by: "address", page: { ...match, url: withoutProtocol(url) }, body };
  if (call.action.verify !== null || !mayHoldFields(request)) return { by: "form", page: null, body };
  const early = body ?? await readEarly(call, call.limits, app);
  call.own(early);
  return { by: "form", page: pageInFields(early, url, app), body: early };
}

function pageInFields({ content }: ReadBody, url: URL, { origins }: Finding): OriginPage | null {
  const claim = { page: fieldText(content, ORIGIN_PAGE_FIELD), url: fieldText(content, ORIGIN_URL_FIELD) };
  return origins.resolveOrigin(claim, url);
}

/** The page as rendering sees it: asked for by a GET of its own address. */
function visitOf({ request, url, cache }: Call, deps: RequestDeps, page: OriginPage | null): OriginVisit {
  return new OriginVisit({
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

/** Whether the body of a request may hold the fields of a form. */
function mayHoldFields({ method, headers }: Request): boolean {
  const type = headers.get("content-type") ?? "";
  return method === "POST" && /^\s*(?:application\/x-www-form-urlencoded|multipart\/form-data)\b/i.test(type);
}

/** The path of an address, as it was written. */
function pathOf(address: string): string {
  return address.split("?", 1)[0] ?? "";
}
