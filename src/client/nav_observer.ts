/**
 * Which links and forms go to another page of this site without leaving the document: those of a `hyper-nav` that no
 * nearer `hyper-no-nav` lifts. Everything that a browser would not do in this very tab is left to the browser.
 *
 * @module
 */
import { announce, clearFailure, showFailure } from "./announce.ts";
import { newId } from "./call.ts";
import { emit } from "./events.ts";
import { type Position, setEntry, startHistory } from "./history.ts";
import { parseDocument, trustedScriptUrl } from "./markup.ts";
import { morph } from "./morph.ts";
import { loading } from "./parts.ts";
import { mayLeave } from "./unsaved.ts";
import { loadWords, words } from "./words.ts";

/** How a page is gone to. */
export interface VisitOptions {
  /** Whether the page takes the place of the current entry in the history. Default: `false`. */
  readonly replace?: boolean | undefined;
  /** The element that causes it. Default: none. */
  readonly sourceEl?: Element | null | undefined;
}

/** What showing another page needs of the runtime; handed over, so that it can be a file of its own. */
const kit = {
  announce,
  clearFailure,
  emit,
  loading,
  loadWords,
  morph,
  newId,
  parseDocument,
  setEntry,
  showFailure,
  trustedScriptUrl,
  words,
};

/** See {@linkcode kit}. */
export type NavigateKit = typeof kit;

/** The runtime's end, which is the end of a visit too. */
let ended: AbortSignal | undefined;

/**
 * Goes to a page of this site: fetches it, merges its head, morphs its body. What is no page of this site is navigated
 * to by the browser.
 *
 * @param url Where to; relative to the page.
 * @param options How.
 * @returns Whether the page is shown; `false` when another visit came first, the network failed, or the visitor stays.
 */
export async function visit(url: string, { replace = false, sourceEl = null }: VisitOptions = {}): Promise<boolean> {
  const to = new URL(url, document.baseURI);
  if (!mayLeave()) return false;
  if (to.origin !== location.origin) {
    location.assign(to.href);
    return false;
  }
  return await go(to.href, { kind: replace ? "replace" : "push" }, sourceEl);
}

/** What becomes of the history. */
export type VisitMode =
  | { readonly kind: "push" | "replace" }
  | { readonly kind: "restore"; readonly position: Position | undefined };

async function go(url: string, mode: VisitMode, sourceEl: Element | null): Promise<boolean> {
  const module = await import("./navigate.ts").catch(() => null);
  if (module && ended) return await module.navigate(kit, url, mode, sourceEl, ended);
  // Without the file the browser does it.
  location.assign(url);
  return false;
}

/** Watches links, and the way back, until the signal is aborted. */
export function observeNavigation(signal: AbortSignal): void {
  ended = signal;
  startHistory((url, position) => void go(url, { kind: "restore", position }, null), signal);
  addEventListener("click", (event) => {
    const { button, ctrlKey, metaKey, shiftKey, altKey, defaultPrevented } = event;
    if (defaultPrevented || button || ctrlKey || metaKey || shiftKey || altKey) return;
    const link = event.composedPath().find((node) => node instanceof HTMLAnchorElement);
    if (!link?.href || link.hasAttribute("download")) return;
    const to = new URL(link.href);
    // A jump within the page is the browser's.
    if (to.hash && to.href.split("#")[0] === location.href.split("#")[0]) return;
    if (isOurs(link.target, to, link)) {
      event.preventDefault();
      visit(to.href, { sourceEl: link });
    }
  }, { signal });
}

/**
 * Whether it is for us to go somewhere: in this tab, to this site.
 *
 * @param target The name of the tab it is to be shown in.
 * @param url Where to.
 * @param element What has to stand in a `hyper-nav`; `null` where that is not asked for.
 */
export function isOurs(target: string, url: URL, element: Element | null): boolean {
  const nav = element?.closest("[hyper-nav],[hyper-no-nav]");
  return /^(_self)?$/i.test(target) && url.origin === location.origin &&
    (!element || nav?.hasAttribute("hyper-nav") === true && !nav.hasAttribute("hyper-no-nav"));
}
