/**
 * Prefetches the pages of links that the runtime follows: those in a `hyper-nav` with `hyper-prefetch`. Links that the browser follows
 * have speculation rules.
 *
 * ```
 * pointer or focus on a link ──▶ queue ──▶ 2 requests ──▶ 8 pages, each for 30 seconds and one use
 * link that becomes visible  ──▶
 * a call that may change something, another user ──▶ all are dropped
 * ```
 *
 * @module
 */
import { ACTION_FIELD, PURPOSE_HEADER } from "../../protocol/names.ts";
import { userMarkOf } from "../../protocol/user_mark.ts";
import { attr, doc, dom, ours } from "../dom.ts";
import { layerOf } from "../page/layers.ts";
import { withoutFragment } from "./fragment.ts";
import { isOurs, loadPages } from "./nav_observer.ts";

/** A page that waits for its request, is being fetched, or was. */
interface Prefetched {
  readonly controller: AbortController;
  /** The mark of the user when the page was requested. */
  user: string;
  /** The page; `null` if it cannot be merged, or the request failed. `undefined` before the request. */
  response?: Promise<Response | null>;
  /** If `true`, a navigation shows it. */
  isTaken?: true;
}

/** Time for which the pointer or the focus is on a link before its page is requested, in milliseconds. */
const HOVER_MS = 80;
/** Time for which a page is kept, in milliseconds. */
const KEEP_MS = 30_000;
/** Maximum number of pages. */
const MAX_PAGES = 8;
/** Maximum number of requests at once. */
const MAX_REQUESTS = 2;
/** Maximum size of a page, in bytes. */
const MAX_BYTES = 1 << 20;
/** The server leaves the toasts to the next page. */
const HEADERS = { [PURPOSE_HEADER]: "prefetch" };

/** The pages by URL without fragment, the oldest first. */
const pages = new Map<string, Prefetched>();
/** Number of requests whose response is not complete. */
let requests = 0;

/** Observes the links of the page until the signal is aborted. */
export function watchLinks(signal: AbortSignal): void {
  const watch = () => {
    watchPointer(signal);
    watchVisible(signal);
  };
  // A page that the browser only prepares requests nothing.
  if (Reflect.get(doc, "prerendering")) doc.addEventListener("prerenderingchange", watch, { once: true, signal });
  else watch();
  // A page from before a change, or from during it, does not show it.
  for (const type of ["hyper:beforeRequest", "hyper:afterRequest"] as const) {
    addEventListener(type, ({ detail: { method } }) => method === "GET" || dropAll(), { signal });
  }
  signal.addEventListener("abort", dropAll);
}

function watchPointer(signal: AbortSignal): void {
  let near: HTMLAnchorElement | undefined;
  for (const type of ["pointerover", "focusin"]) {
    addEventListener(type, (event) => {
      const link = event.composedPath().find((node) => node instanceof HTMLAnchorElement);
      if (link === near) return;
      near = link;
      // Not for a link that the user passes, or has followed.
      if (link) setTimeout(() => near === link && prefetch(link, true), HOVER_MS);
    }, { signal });
  }
  addEventListener("click", () => near = undefined, { signal, capture: true });
}

function watchVisible(signal: AbortSignal): void {
  const visible = new IntersectionObserver((entries) => {
    for (const { isIntersecting, target } of entries) {
      if (isIntersecting && target instanceof HTMLAnchorElement) prefetch(target, false);
    }
  });
  const find = () =>
    ours("[hyper-nav] a[href],a[hyper-nav]").forEach((link) => whenOf(link) === "visible" && visible.observe(link));
  find();
  for (const type of ["hyper:swap:after", "hyper:navigate:after"]) addEventListener(type, find, { signal });
  signal.addEventListener("abort", () => visible.disconnect());
}

/** Returns the value of `hyper-prefetch` of a link. */
const whenOf = (link: Element): string | null => attr(dom(link).closest("[hyper-prefetch]"), "hyper-prefetch");

/** Requests the page of a link, unless it is known. A link that the user points at replaces the oldest page of too many. */
function prefetch(link: HTMLAnchorElement, isNear: boolean): void {
  const url = withoutFragment(link.href);
  if (pages.has(url) || !isCandidate(link) || isSlow()) return;
  if (pages.size >= MAX_PAGES) {
    const [oldest] = pages.keys();
    if (!isNear || oldest === undefined) return;
    dropPage(oldest);
  }
  pages.set(url, { controller: new AbortController(), user: "" });
  requestNext();
}

/** Returns `true` if the runtime would show the page of a link, and requesting it changes nothing. */
function isCandidate(link: HTMLAnchorElement): boolean {
  const url = URL.parse(link.href);
  return /^(hover|visible)$/.test(whenOf(link) ?? "") && isOurs(link.target, url, link) &&
    !link.matches("[download],[rel~=nofollow i],[hyper-layer]") && !link.isContentEditable && !layerOf(link) &&
    // The library itself, actions, and the page that is shown.
    !url.pathname.startsWith("/_") && !url.searchParams.has(ACTION_FIELD) &&
    withoutFragment(url.href) !== withoutFragment(location.href);
}

/** Returns `true` if the user saves data, or has a slow line. Not every browser tells. */
function isSlow(): boolean {
  const { saveData, effectiveType } = Reflect.get(navigator, "connection") ?? {};
  return saveData || /2g/.test(effectiveType) || matchMedia("(prefers-reduced-data:reduce)").matches;
}

/** Requests the pages that wait, as far as the limit allows. */
function requestNext(): void {
  for (const [url, page] of pages) {
    if (requests >= MAX_REQUESTS) return;
    if (!page.response) void request(url, page);
  }
}

async function request(url: string, page: Prefetched): Promise<void> {
  requests++;
  page.user = userMarkOf(doc);
  // If it fails, it is requested again when the user follows the link, and the failure is shown then.
  page.response = loadPages().then(({ fetchPage, usePrefetched }) => {
    usePrefetched(takePage);
    return fetchPage(url, page.controller.signal, HEADERS);
  }).catch(() => null);
  const timer = setTimeout(() => dropPage(url, page), KEEP_MS);
  page.controller.signal.addEventListener("abort", () => clearTimeout(timer));
  let bytes = 0;
  const count = new WritableStream<Uint8Array>({
    write({ length }) {
      bytes += length;
      if (bytes > MAX_BYTES) dropPage(url, page);
    },
  });
  // A copy, which is read to the end, so that the page is there when it is shown. A page that is dropped rejects.
  await (await page.response)?.clone().body?.pipeTo(count).catch(() => {});
  requests--;
  requestNext();
}

/** Returns a page for one use. See `TakePrefetched`. */
function takePage(href: string, signal: AbortSignal): Promise<Response | null> | undefined {
  const url = withoutFragment(href);
  const page = pages.get(url);
  // In any tab, another user may have signed in.
  if (page?.response && page.user !== userMarkOf(doc)) dropAll();
  if (!page?.response || page.controller.signal.aborted) {
    // One that waits is requested by the navigation.
    pages.delete(url);
    return;
  }
  page.isTaken = true;
  pages.delete(url);
  signal.addEventListener("abort", () => page.controller.abort(signal.reason));
  return page.response;
}

/** Drops a page, unless it is shown. */
function dropPage(url: string, page: Prefetched | undefined = pages.get(url)): void {
  if (!page || page.isTaken) return;
  page.controller.abort();
  if (pages.get(url) === page) pages.delete(url);
}

function dropAll(): void {
  for (const url of pages.keys()) dropPage(url);
}
