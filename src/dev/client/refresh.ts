// Refreshes the page and keeps typed text, focus and scroll position. If that is not possible, reloads it and restores
// values.
import { all, doc, dom } from "../../client/dom.ts";
import { isMergeable } from "../../client/navigate/fetch_page.ts";
import { withoutFragment } from "../../client/navigate/fragment.ts";
import { showLoading } from "../../client/page/loading.ts";
import { morphElement } from "../../client/page/morph.ts";
import { showNetwork } from "../../client/page/network_indicators.ts";
import { DEV_ERROR_ATTRIBUTE, type ErrorReport } from "../../protocol/dev.ts";
import { reloadKeeping } from "./keep_values.ts";

/** Result of a refresh. */
export type Refreshed =
  /** The new page is shown, or is being loaded. */
  | { readonly kind: "shown" }
  /** The page has errors. The old one stays. */
  | { readonly kind: "failed"; readonly reports: readonly ErrorReport[] }
  /** The page cannot be requested, such as a response to a form. The old one stays. */
  | { readonly kind: "kept" };

/** Query parameter that makes the browser fetch a changed file again. */
const VERSION = "hyper-dev";

/**
 * Fetches the page and replaces the current one.
 *
 * @param again If `true`, the browser loads it again, and so what only its start can do: its streams, without its failures.
 */
export async function refreshPage(again: boolean): Promise<Refreshed> {
  const { page, status, url } = await fetchDocument(location.href);
  if (page === null) {
    location.reload();
    return { kind: "shown" };
  }
  const reports = takeReports(page);
  if (status >= 500) return { kind: "failed", reports };
  if (status === 405) return { kind: "kept" };
  if (withoutFragment(url) !== withoutFragment(location.href)) location.assign(url);
  else if (again || hasNewScripts(page)) reloadKeeping();
  else replacePage(page);
  return { kind: "shown" };
}

/** Applies changes of static files. */
export function refreshFiles(paths: ReadonlySet<string>): void {
  let needsReload = false;
  for (const path of paths) {
    // Temporary files of editors.
    if (/(^|\/)\.|~$|\.(sw[a-z]|tmp|bak)$|\/\d+$/.test(path)) continue;
    const users = all("link[href],img[src],source[src],video[src],audio[src]")
      .filter((user) => staticPath(user) === path);
    if (users.length === 0) needsReload = true;
    for (const user of users) reloadFile(user);
  }
  if (needsReload) reloadKeeping();
}

/** Removes the errors in a page and returns them. */
export function takeReports(page: ParentNode): readonly ErrorReport[] {
  return all(`[${DEV_ERROR_ATTRIBUTE}]`, page).map((element) => {
    const section = dom(element);
    section.remove();
    // Written by this server, and only used as text.
    return JSON.parse(section.getAttribute(DEV_ERROR_ATTRIBUTE) ?? "null") as ErrorReport;
  });
}

interface Fetched {
  readonly page: Document | null;
  readonly status: number;
  readonly url: string;
}

/**
 * Fetches a document. The browser parses it, which needs no Trusted Types policy. A response that is not a page of this
 * server is not parsed.
 */
function fetchDocument(url: string): Promise<Fetched> {
  const request = new XMLHttpRequest();
  const { promise, resolve, reject } = Promise.withResolvers<Fetched>();
  request.open("GET", url);
  request.setRequestHeader("Accept", "text/html");
  request.responseType = "document";
  request.onreadystatechange = () => {
    const { readyState, responseURL, status } = request;
    const head = { url: responseURL, headers: { get: (name: string) => request.getResponseHeader(name) } };
    if (readyState !== XMLHttpRequest.HEADERS_RECEIVED || isMergeable(head)) return;
    resolve({ page: null, status, url: responseURL });
    request.abort();
  };
  request.onload = () => resolve({ page: request.responseXML, status: request.status, url: request.responseURL });
  request.onerror = () => reject(new Error(`Cannot refresh the page: the connection to ${url} failed`));
  request.send();
  return promise;
}

function replacePage(page: Document): void {
  const root = dom(doc.documentElement);
  const come = dom(page);
  for (const name of ["lang", "dir"]) {
    const value = dom(come.documentElement).getAttribute(name);
    if (value === null) root.removeAttribute(name);
    else root.setAttribute(name, value);
  }
  doc.title = come.title;
  mergeLinks(page);
  const body = doc.adoptNode(come.body);
  // The markup of the server knows neither the network nor current requests.
  showNetwork(body, navigator.onLine);
  showLoading(body);
  morphElement(doc.body, body);
}

/** Adds new style sheets, icons and metas, and removes those that the new head lacks. */
function mergeLinks(page: Document): void {
  const LINKS = "link,meta:not([http-equiv]),style";
  const old = new Map(all(LINKS, doc.head).map((each) => [elementKey(each), each]));
  for (const each of all(LINKS, dom(page).head)) {
    if (!old.delete(elementKey(each))) doc.head.append(doc.importNode(each, true));
  }
  for (const each of old.values()) if (!dom(each).matches("style,[hyper-keep]")) dom(each).remove();
}

function hasNewScripts(page: Document): boolean {
  const known = new Set(all("script").map(elementKey));
  return all("script[src]", page).some((script) => !known.has(elementKey(script)));
}

/** Returns what identifies an element of a head. */
function elementKey(element: Element): string {
  const view = dom(element);
  const name = view.localName === "script" ? "src" : "href";
  const url = view.getAttribute(name);
  if (url === null) return view.outerHTML;
  return `${view.localName} ${view.getAttribute("rel")} ${withoutVersion(url)}`;
}

function reloadFile(element: Element): void {
  const user = dom(element);
  const name = user.localName === "link" ? "href" : "src";
  const url = new URL(withoutVersion(user.getAttribute(name) ?? ""));
  url.searchParams.set(VERSION, String(Date.now()));
  if (!user.matches("link[rel~=stylesheet]")) return user.setAttribute(name, url.href);
  // The old one stays until the new one has loaded, to avoid a flash of unstyled content.
  const next = doc.importNode(element, true);
  dom(next).setAttribute(name, url.href);
  for (const type of ["load", "error"]) dom(next).addEventListener(type, () => user.remove(), { once: true });
  user.after(next);
}

/** Returns the path of a link or source, without the fingerprint of `asset()`, or an empty string for other sites. */
function staticPath(element: Element): string {
  const user = dom(element);
  const url = URL.parse(user.getAttribute("href") ?? user.getAttribute("src") ?? "", doc.baseURI);
  return url?.origin === location.origin ? url.pathname.replace(/\.[0-9a-f]{12}(?=\.[^./]*$|$)/, "") : "";
}

function withoutVersion(href: string): string {
  const url = new URL(href, doc.baseURI);
  url.searchParams.delete(VERSION);
  return url.href;
}
