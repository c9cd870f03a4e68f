// Finds the page that URL and fields of a call name, before any code of the application runs.
//
// ```
// URL: the address of a page, or _next_form_origin ──▶ page ──▶ guards ──▶ body, whose fields must not contradict it
//      a bare endpoint, or an address without its query ──▶ body, bounded ──▶ fields ──▶ page ──▶ guards
// ```
//
// The runtime sends the address bar with each call. If it leads to the page of the form, its query replaces that of the form, which
// may be older: `history()` or a navigation may have changed it since.
//
// There is one page, found once: a guard that admits a call for one page must not admit it for another.
import { InputError } from "../../errors.ts";
import type { PageRoute } from "../../pages/manifest.ts";
import { originInUrl, type OriginPage, type Origins, pathOfAddress, withoutProtocol } from "../../pages/origin.ts";
import type { Router } from "../../pages/route.ts";
import { FORM_ENDPOINT, ORIGIN_PAGE_FIELD, ORIGIN_URL_FIELD } from "../../protocol/names.ts";
import type { Body } from "../../http/body.ts";

/** The page that the URL of a call names. */
export interface UrlPage {
  /** The page; `null` if the URL names none, or an address of another site. */
  readonly page: OriginPage | null;
  /** The path that fields must name too, as it was written; `null` if `_next_form_origin` is not in the URL. */
  readonly path: string | null;
  /** `true` if the body cannot add to it. */
  readonly isWhole: boolean;
}

/** Finds pages. */
export interface PageFinders {
  /** Finds a page by the URL of a request. */
  readonly router: Router<PageRoute>;
  /** Finds a page by the fields of a form. */
  readonly origins: Origins;
}

/**
 * Returns the page that the URL of a call names.
 *
 * @throws {InputError} With status 400 when it names more than one page.
 */
export function pageOfUrl(url: URL, { router, origins }: PageFinders): UrlPage {
  const named = originInUrl(url);
  const match = url.pathname.startsWith(FORM_ENDPOINT) ? null : router.match(url.pathname);
  if (named === null) {
    if (match === null) return { page: null, path: null, isWhole: false };
    const { route, params } = match;
    // A call to the URL of a page belongs to that page; its fields are ignored.
    return { page: { route, params, url: withoutProtocol(url) }, path: null, isWhole: true };
  }
  const { address, isWhole } = named;
  const path = pathOfAddress(address);
  if (match !== null && path !== url.pathname) throw namesTwo("The URL");
  return { page: origins.resolveAddress(isWhole ? address : path, url), path, isWhole };
}

/**
 * Returns the page that the URL and the fields of a call name together.
 *
 * @throws {InputError} With status 400 when they name more than one page.
 */
export function pageOfFields(named: UrlPage, body: Body, url: URL, { origins }: PageFinders): OriginPage | null {
  const address = onlyText(body, ORIGIN_URL_FIELD);
  const file = onlyText(body, ORIGIN_PAGE_FIELD);
  if (named.path === null) return origins.resolveOrigin({ page: file, url: address }, url);
  if (address !== null && pathOfAddress(address) !== named.path) throw namesTwo(`Field "${ORIGIN_URL_FIELD}"`);
  const page = named.isWhole || address === null ? named.page : origins.resolveAddress(address, url);
  if (page !== null && file !== null && !origins.isFileOf(file, page)) throw namesTwo(`Field "${ORIGIN_PAGE_FIELD}"`);
  return page;
}

/**
 * Returns the page of a form with the query of the address bar. Route, parameters and path of the page do not change: an address
 * that leads elsewhere is ignored. A call to the URL of a page keeps that URL.
 *
 * @param page The page that URL and fields name; `null` for none.
 * @param named The page that the URL names.
 * @param location Path and query of the address bar, from the client; `null` if it sent none.
 */
export function pageAtLocation(
  page: OriginPage | null,
  named: UrlPage,
  location: string | null,
  { origins }: PageFinders,
): OriginPage | null {
  if (page === null || location === null || (named.path === null && named.isWhole)) return page;
  const { route, params, url } = page;
  if (location === url.pathname + url.search) return page;
  const shown = origins.resolveAddress(location, url);
  if (shown === null || !isSamePage(shown, page) || shown.url.search === url.search) return page;
  const moved = new URL(url);
  moved.search = shown.url.search;
  return { route, params, url: moved };
}

/**
 * Returns path and query of the address bar if it leads to another page of the application than that of the call, as for an undo in
 * a toast; else `null`.
 */
export function elsewhereOf(page: OriginPage | null, location: string | null, { origins }: PageFinders): string | null {
  if (page === null || location === null || location.split("?", 1)[0] === page.url.pathname) return null;
  const shown = origins.resolveAddress(location, page.url);
  return shown === null || shown.route === null || isSamePage(shown, page)
    ? null
    : shown.url.pathname + shown.url.search;
}

/** Returns whether two addresses lead to the same page: the same route and parameters, or the same address without a page. */
function isSamePage(a: OriginPage, b: OriginPage): boolean {
  if (a.route !== b.route) return false;
  return a.route === null ? a.url.pathname === b.url.pathname : JSON.stringify(a.params) === JSON.stringify(b.params);
}

/**
 * Returns the part of a page that identifies a mutation: its route and parameters, in any spelling of its address. A page without
 * parameters needs none: the id of a form is rendered with its page.
 *
 * @param page The page; `null` for none.
 */
export function identityOfPage(page: OriginPage | null): unknown {
  if (page === null) return null;
  const { route, params, url } = page;
  if (route === null) return [null, url.pathname];
  return Object.keys(params).length === 0 ? null : [route.pattern, params];
}

/** Returns whether the body of a request may hold the fields of a form. */
export function mayHoldFields({ method, headers }: Pick<Request, "method" | "headers">): boolean {
  return method === "POST" &&
    /^\s*(?:application\/x-www-form-urlencoded|multipart\/form-data)\b/i.test(headers.get("content-type") ?? "");
}

/** Returns the only text of a field of the protocol; `null` if it was not sent. */
function onlyText(body: Body, name: string): string | null {
  if (body.kind !== "fields") return null;
  const texts = (body.fields.get(name) ?? []).filter((value) => typeof value === "string");
  if (texts.length > 1) {
    throw new InputError(400, `Cannot read field "${name}": it was sent more than once; send it once`);
  }
  return texts[0] ?? null;
}

function namesTwo(what: string): InputError {
  return new InputError(400, `Cannot find the page of the form: ${what} names another page`);
}
