/**
 * Shows the page as the server would give it now, and leaves what was typed, where the focus is, and how far the page is
 * scrolled. Where that cannot be done, the page is loaded anew with what was typed.
 *
 * @module
 */
import { all, doc, dom } from "../../client/dom.ts";
import { isMergeable } from "../../client/navigate/fetch_page.ts";
import { showLoading } from "../../client/page/loading.ts";
import { morphElement } from "../../client/page/morph.ts";
import { showNetwork } from "../../client/page/network.ts";
import { DEV_ERROR_ATTRIBUTE, type ErrorReport } from "../../protocol/dev.ts";
import { reloadKeeping } from "./keep_values.ts";

/** What came of it. */
export type Refreshed =
  /** The page is shown, or about to be loaded. */
  | { readonly kind: "shown" }
  /** The page cannot be had, for these reasons; the old one stays. */
  | { readonly kind: "failed"; readonly reports: readonly ErrorReport[] }
  /** The page is none that can be asked for, as the answer to a form is; the old one stays. */
  | { readonly kind: "kept" };

/** Put behind the URL of a file that has changed, so that the browser asks for it anew. */
const VERSION = "hyper-dev";

/** Fetches the page and puts it in the place of this one. */
export async function refreshPage(): Promise<Refreshed> {
  const { page, status, url } = await fetchPage(location.href);
  if (page === null) {
    location.reload();
    return { kind: "shown" };
  }
  const reports = takeReports(page);
  if (status >= 500) return { kind: "failed", reports };
  if (status === 405) return { kind: "kept" };
  if (withoutHash(url) !== withoutHash(location.href)) location.assign(url);
  else if (hasNewScripts(page)) reloadKeeping();
  else show(page);
  return { kind: "shown" };
}

/** Lets static files that have changed be seen. */
export function refreshFiles(paths: ReadonlySet<string>): void {
  let needsReload = false;
  for (const path of paths) {
    // What editors leave beside a file while they save it is no part of any page.
    if (/(^|\/)\.|~$|\.(sw[a-z]|tmp|bak)$|\/\d+$/.test(path)) continue;
    const users = all("link[href],img[src],source[src],video[src],audio[src]")
      .filter((user) => pathOf(user) === path);
    if (users.length === 0) needsReload = true;
    for (const user of users) load(user);
  }
  if (needsReload) reloadKeeping();
}

/** Takes the errors that the server has written into a page out of it. */
export function takeReports(page: ParentNode): readonly ErrorReport[] {
  return all(`[${DEV_ERROR_ATTRIBUTE}]`, page).map((element) => {
    const section = dom(element);
    section.remove();
    // Written by our own server; nothing of it is used but as text.
    return JSON.parse(section.getAttribute(DEV_ERROR_ATTRIBUTE) ?? "null") as ErrorReport;
  });
}

interface Fetched {
  readonly page: Document | null;
  readonly status: number;
  readonly url: string;
}

/**
 * Fetches a document; parsed by the browser itself, which no policy of Trusted Types is against. One that is not a page of
 * this server is let go before it is parsed.
 */
function fetchPage(url: string): Promise<Fetched> {
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

function show(page: Document): void {
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
  // As the runtime leaves a page at rest: the markup of the server says nothing of the network and of what is on its way.
  showNetwork(body, navigator.onLine);
  showLoading(body);
  morphElement(doc.body, body);
}

/** Brings the style sheets, icons and descriptions of the new head, and takes out those it has no more. */
function mergeLinks(page: Document): void {
  const LINKS = "link,meta:not([http-equiv]),style";
  const old = new Map(all(LINKS, doc.head).map((each) => [keyOf(each), each]));
  for (const each of all(LINKS, dom(page).head)) {
    if (!old.delete(keyOf(each))) doc.head.append(doc.importNode(each, true));
  }
  for (const each of old.values()) if (!dom(each).matches("style,[hyper-keep]")) dom(each).remove();
}

function hasNewScripts(page: Document): boolean {
  const known = new Set(all("script").map(keyOf));
  return all("script[src]", page).some((script) => !known.has(keyOf(script)));
}

/** What makes two elements of two pages the same. */
function keyOf(element: Element): string {
  const view = dom(element);
  const name = view.localName === "script" ? "src" : "href";
  const url = view.getAttribute(name);
  if (url === null) return view.outerHTML;
  return `${view.localName} ${view.getAttribute("rel")} ${withoutVersion(url)}`;
}

function load(element: Element): void {
  const user = dom(element);
  const name = user.localName === "link" ? "href" : "src";
  const url = new URL(withoutVersion(user.getAttribute(name) ?? ""));
  url.searchParams.set(VERSION, String(Date.now()));
  if (!user.matches("link[rel~=stylesheet]")) return user.setAttribute(name, url.href);
  // The old one stays until the new one is there: without it the page would stand bare for a moment.
  const next = doc.importNode(element, true);
  dom(next).setAttribute(name, url.href);
  for (const type of ["load", "error"]) dom(next).addEventListener(type, () => user.remove(), { once: true });
  user.after(next);
}

/** The path a link or a source leads to; empty where that is no place of this site. */
function pathOf(element: Element): string {
  const user = dom(element);
  const url = URL.parse(user.getAttribute("href") ?? user.getAttribute("src") ?? "", doc.baseURI);
  return url?.origin === location.origin ? url.pathname : "";
}

function withoutVersion(href: string): string {
  const url = new URL(href, doc.baseURI);
  url.searchParams.delete(VERSION);
  return url.href;
}

function withoutHash(href: string): string {
  return href.split("#", 1)[0] ?? href;
}
