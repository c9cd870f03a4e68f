/**
 * Handles links to pages of this site: those in a `hyper-nav`, unless a nearer `hyper-no-nav` excludes them. Links that
 * a browser would not open in this tab are left to the browser.
 *
 * The code that shows pages, restores history entries and confirms leaving is loaded when it is first needed.
 *
 * @module
 */
import { clearFailure, showFailure } from "../page/announce.ts";
import { doc, dom } from "../dom.ts";
import { loadLater } from "../later/load_later.ts";
import { isJump } from "./fragment.ts";
import { parsePage, trustedPolicy } from "../page/markup.ts";
import { morphElement } from "../page/morph.ts";
import { beginLoading, endLoading } from "../page/loading.ts";
import { updateIndicators } from "../page/indicators.ts";
import type { NavigateOptions, Pages, PagesKit } from "./pages.ts";
import { pageTexts, words } from "../page/words.ts";

/** Loads the code that shows pages, once for each start of the runtime. */
export let pages: () => Promise<Pages>;

/**
 * Shows a page of this site: fetches it, merges its head, morphs its body. The browser loads a page that cannot be
 * merged.
 *
 * @param url URL of the page, relative to the current one.
 * @returns `true` if the page is shown; `false` when a later navigation replaced this one, the network failed, or the
 * user stays.
 */
export async function navigate(url: string, options: NavigateOptions = {}): Promise<boolean> {
  const to = new URL(url, doc.baseURI);
  const { href } = to;
  const found = isOurs("_self", to, null) && await pages().catch(() => null);
  if (found) return await found.navigate(href, options);
  // Another site, or the later bundle could not be loaded: the browser navigates, and asks about unsaved forms itself.
  // Never with a scheme that runs a script in this document.
  if (/^http/.test(href)) location.assign(href);
  return false;
}

/**
 * Observes links, the history and forms with `hyper-confirm-unsaved`, until the signal is aborted.
 *
 * @param leavePage Ends the calls that belong to a page, when another one is about to be shown.
 */
export function observeNavigation(signal: AbortSignal, leavePage: () => void): void {
  // Functions of the runtime for the later bundle.
  const kit: PagesKit = {
    clearFailure,
    updateIndicators,
    beginLoading,
    endLoading,
    pageTexts,
    morphElement,
    leavePage,
    parsePage,
    showFailure,
    trustedPolicy,
    words,
  };
  const start = location.href;
  let loaded: Promise<Pages> | undefined;
  pages = () => loaded ??= loadLater().then(({ createPages }) => createPages(kit, start, signal));
  // A history entry of the runtime from before a reload, a form that confirms, or texts that are not the English ones,
  // which must be there before the network fails. Only preloaded: a failure matters, and is handled, when it is used.
  const needed = "form[hyper-confirm-unsaved],[lang]:not(:lang(en)),[data-hyper-messages]";
  if (history.state?.hyper || doc.querySelector(needed)) pages().catch(() => {});
  addEventListener("input", ({ target, timeStamp }) => {
    const form = target instanceof Element && dom(target).closest("form[hyper-confirm-unsaved]");
    // Without the later bundle, leaving is not confirmed.
    if (form) pages().then(({ markUnsaved }) => markUnsaved(form, timeStamp), () => {});
  }, { signal });
  addEventListener("click", (event) => {
    if (event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) {
      return;
    }
    const link = event.composedPath().find((node) => node instanceof HTMLAnchorElement);
    // A link in editable content is text.
    if (!link?.href || link.hasAttribute("download") || link.isContentEditable) return;
    // If the URL of a link cannot be parsed, `href` is the text of the attribute (HTML, 4.6.3).
    const to = URL.parse(link.href);
    if (isOurs(link.target, to, link) && !isJump(to)) {
      event.preventDefault();
      navigate(to.href, { sourceEl: link });
    }
  }, { signal });
}

/**
 * Returns `true` if the runtime handles a navigation: in this tab, to this site.
 *
 * @param target Name of the tab.
 * @param element An element that must be in a `hyper-nav`; `null` for any.
 */
export function isOurs(target: string, url: URL | null, element: Element | null): url is URL {
  const named = target || doc.querySelector<HTMLBaseElement>("base[target]")?.target || "";
  return /^(_self)?$/i.test(named) && url?.origin === location.origin && url.protocol === location.protocol &&
    (!element ||
      !!dom(dom(element).closest("[hyper-nav],[hyper-no-nav]"))?.matches("[hyper-nav]:not([hyper-no-nav])"));
}
