/**
 * Shows another page of the site in this document, and knows the way back. Loaded when it is first needed.
 *
 * @module
 */
import { type Position, setEntry, startHistory } from "./history.ts";
import type { Pages, PagesKit } from "./pages.ts";
import { watchUnsaved } from "./unsaved.ts";

/** How long new style sheets are waited for, in milliseconds. */
const STYLE_MS = 3000;
/** How long a page is waited for, in milliseconds: as long as an answer that is silent. */
const VISIT_MS = 60_000;

/** The visit on its way, ended by the next one. */
let current: AbortController | undefined;

/** What becomes of the history. */
type VisitMode =
  | { readonly kind: "push" | "replace" }
  | { readonly kind: "restore"; readonly position: Position | undefined };

/**
 * Makes what shows pages.
 *
 * @param kit What the runtime lends.
 * @param start The URL of the page when the runtime was started.
 * @param ended The end of the runtime.
 */
export function createPages(kit: PagesKit, start: string, ended: AbortSignal): Pages {
  const { mayLeave, note } = watchUnsaved(kit, ended);
  startHistory(
    start,
    mayLeave,
    (url, position) => void navigate(kit, url, { kind: "restore", position }, null, ended),
    ended,
  );
  return {
    note,
    setEntry,
    visit: async ({ href, origin }, { replace, sourceEl = null }) => {
      if (!mayLeave()) return false;
      if (origin === location.origin) {
        // A page that is gone to again gets no second entry, as in a browser (HTML, 7.4.2.2): the way back leads away.
        const kind = replace || href === location.href ? "replace" : "push";
        return await navigate(kit, href, { kind }, sourceEl, ended);
      }
      location.assign(href);
      return false;
    },
  };
}

/** Fetches a page and puts it in the place of this one; gives whether it is shown. */
async function navigate(
  kit: PagesKit,
  url: string,
  mode: VisitMode,
  sourceEl: Element | null,
  ended: AbortSignal,
): Promise<boolean> {
  current?.abort();
  const controller = current = new AbortController();
  const signal = AbortSignal.any([controller.signal, ended]);
  const patience = new AbortController();
  const timer = setTimeout(() => patience.abort(), VISIT_MS);
  const id = kit.newId();
  const key = "visit";
  const restore = mode.kind === "restore";
  let success = false;
  // The browser's own way there.
  const leave = () => restore ? location.reload() : location.assign(url);

  kit.clearFailure(key);
  kit.beginLoading({ id, key, action: "", target: "body", form: null, sourceEl });
  if (restore) kit.emit("history:restore:before", { url });
  try {
    const response = await fetch(url, {
      headers: { Accept: "text/html" },
      signal: AbortSignal.any([signal, patience.signal]),
    });
    if (!/^text\/html\b/i.test(response.headers.get("content-type") ?? "")) {
      leave();
      return false;
    }
    const page = kit.parseDocument(await response.text());
    const dropOld = await mergeHead(kit, page, response.url, signal);
    signal.throwIfAborted();
    // Where redirects have led to, with the fragment that only the browser knows.
    const final = new URL(response.url);
    final.hash = new URL(url).hash;
    setEntry(final.href, mode.kind === "push");
    show(kit, page, mode, final.hash);
    dropOld();
    success = true;
  } catch (error) {
    if (signal.aborted) return false;
    // A redirect to another site fails like a network that is gone; the browser's own way there tells which it was.
    const lost = error instanceof TypeError || patience.signal.aborted;
    kit.showFailure({ key, message: lost ? kit.words().offline : kit.words().failed, retry: leave, source: sourceEl });
    if (!lost) reportError(error);
  } finally {
    clearTimeout(timer);
    kit.endLoading(id);
    if (restore && !signal.aborted) kit.emit("history:restore:after", { url, success });
  }
  return success;
}

function show(kit: PagesKit, page: Document, mode: VisitMode, hash: string): void {
  for (const name of ["lang", "dir"] as const) document.documentElement[name] = page.documentElement[name];
  document.title = page.title;
  // What failed on the page before has nobody to try it again.
  kit.clearFailure();
  // Out of its own document: a node is not moved from one to another without a stop.
  kit.morph(document.body, document.adoptNode(page.body));
  kit.joinIn(document.body);
  kit.loadWords();
  let position: Position | undefined;
  let focus = document.querySelector<HTMLElement>("[autofocus]");
  // Decoded without an error, whatever the fragment is.
  let id = new URLSearchParams(hash.replace(/[+&]/g, encodeURIComponent).replace("#", "id=")).get("id");
  if (mode.kind === "restore") {
    ({ position } = mode);
    focus = document.getElementById(position?.focus ?? "");
    id = null;
  }
  focus?.focus({ preventScroll: true });
  const [left, top] = position?.scroll ?? [0, 0];
  const place = document.getElementById(id ?? "");
  if (place) place.scrollIntoView();
  else scrollTo({ left, top, behavior: "instant" });
  kit.announce(document.title, { unseen: true });
}

/**
 * Brings what the new head has and ours has not: style sheets, which are waited for, scripts with a source, which run,
 * and the rest but for inline scripts.
 *
 * @returns What takes out our links and metas that the new head has not, unless they carry `hyper-keep`.
 */
async function mergeHead(
  kit: PagesKit,
  page: Document,
  base: string,
  signal: AbortSignal,
): Promise<() => void> {
  const { head } = document;
  const old = new Map([...head.children].map((element) => [keyOf(element, document.baseURI), element]));
  const styles: Promise<unknown>[] = [];
  for (const element of [...page.head.children]) {
    const key = keyOf(element, base);
    if (old.delete(key) || element.matches("title,base,script:not([src]),noscript")) continue;
    const copy = element.localName === "script" ? script(kit, element, base) : document.importNode(element, true);
    if (copy.localName === "link") copy.setAttribute("href", urlOf(element, base));
    if (copy.matches("link[rel~=stylesheet]")) {
      styles.push(new Promise((done) => ["load", "error"].forEach((type) => copy.addEventListener(type, done))));
    }
    head.append(copy);
  }
  // A page without its style is a worse sight than the old one a little longer, but not for ever.
  const enough = AbortSignal.any([signal, AbortSignal.timeout(STYLE_MS)]);
  await Promise.race([Promise.all(styles), new Promise((done) => enough.addEventListener("abort", done))]);
  return () => {
    // A style element may be some library's.
    for (const element of old.values()) if (element.matches(":is(link,meta):not([hyper-keep])")) element.remove();
  };
}

/** A script that runs, which one made by a parser of ours does not. */
function script(kit: PagesKit, from: Element, base: string): HTMLScriptElement {
  const made = document.createElement("script");
  for (const { name, value } of from.attributes) {
    if (name !== "src" && name !== "nonce") made.setAttribute(name, value);
  }
  // The policy of the document that is on the screen is in force, so its nonce counts.
  made.nonce = document.querySelector<HTMLScriptElement>("script[nonce]")?.nonce ?? "";
  made.async = from.hasAttribute("async");
  made.src = kit.trustedScriptUrl(urlOf(from, base));
  return made;
}

/** What makes two elements of a head the same: the kind and the URL, since nonces differ from page to page. */
function keyOf(element: Element, base: string): string {
  const url = urlOf(element, base);
  return url ? `${element.localName} ${element.getAttribute("rel")} ${url}` : element.outerHTML;
}

/** The URL that a script or a link loads, as seen from the page it stands in. */
function urlOf(element: Element, base: string): string {
  const source = element.getAttribute(element.localName === "script" ? "src" : "href");
  return source && element.matches("script,link") ? URL.parse(source, base)?.href ?? source : "";
}
