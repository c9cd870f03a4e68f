/**
 * Which links go to another page of this site without leaving the document: those of a `hyper-nav` that no nearer
 * `hyper-no-nav` lifts. Everything that a browser would not do in this very tab is left to the browser.
 *
 * What it takes to show a page, to know the way back, and to ask before something unsaved is left, is loaded when it is
 * first needed.
 *
 * @module
 */
import { clearFailure, showFailure } from "../page/announce.ts";
import { doc, dom } from "../dom.ts";
import { loadLater } from "../later/load_later.ts";
import { pageOf } from "./location.ts";
import { parseDocument, trustedScriptUrl } from "../page/markup.ts";
import { morph } from "../page/morph.ts";
import { beginLoading, endLoading } from "../page/loading.ts";
import { joinIn } from "../page/parts.ts";
import type { NavigateOptions, Pages, PagesKit } from "./pages.ts";
import { pageTexts, words } from "../page/words.ts";

/** What showing a page needs of the runtime. */
const kit: PagesKit = {
  clearFailure,
  joinIn,
  beginLoading,
  endLoading,
  pageTexts,
  morph,
  parseDocument,
  showFailure,
  trustedScriptUrl,
  words,
};

/** Loads what is loaded later, once for each start of the runtime. */
export let pages: () => Promise<Pages>;

/**
 * Goes to a page of this site: fetches it, merges its head, morphs its body. What is no page of this site is navigated
 * to by the browser.
 *
 * @param url Where to; relative to the page.
 * @param options How.
 * @returns Whether the page is shown; `false` when another visit came first, the network failed, or the visitor stays.
 */
export async function navigate(url: string, options: NavigateOptions = {}): Promise<boolean> {
  const { href, origin } = new URL(url, doc.baseURI);
  const found = origin === location.origin && await pages().catch(() => null);
  if (found) return await found.navigate(href, options);
  // Without the file, and to another site, the browser does it, and asks about what is unsaved. Never by a scheme that would
  // run a script in this very document.
  if (/^http/.test(href)) location.assign(href);
  return false;
}

/** Watches links, the way back, and forms that ask before they are left, until the signal is aborted. */
export function observeNavigation(signal: AbortSignal): void {
  const start = location.href;
  let loaded: Promise<Pages> | undefined;
  pages = () => loaded ??= loadLater().then(({ createPages }) => createPages(kit, start, signal));
  // An entry of ours from before a reload, so that the way back leads to others; a form to ask about; or texts that are not
  // the English ones, which must be there before a failure of the network.
  const needed = "form[hyper-confirm-unsaved],[data-hyper-messages],[lang]:not(:lang(en))";
  if (history.state?.hyper || doc.querySelector(needed)) pages().catch(() => {});
  addEventListener("input", ({ target }) => {
    const form = target instanceof Element && dom(target).closest("form[hyper-confirm-unsaved]");
    if (form) pages().then(({ note }) => note(form), () => {});
  }, { signal });
  addEventListener("click", (event) => {
    if (event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) {
      return;
    }
    const link = event.composedPath().find((node) => node instanceof HTMLAnchorElement);
    // In a text that is being written a link is text.
    if (!link?.href || link.hasAttribute("download") || link.isContentEditable) return;
    const to = new URL(link.href);
    // A jump within the page is the browser's.
    if (to.hash && pageOf(to.href) === pageOf(location.href)) return;
    if (isOurs(link.target, to, link)) {
      event.preventDefault();
      navigate(to.href, { sourceEl: link });
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
  const named = target || doc.querySelector<HTMLBaseElement>("base[target]")?.target || "";
  return /^(_self)?$/i.test(named) && url.origin === location.origin &&
    (!element ||
      !!dom(dom(element).closest("[hyper-nav],[hyper-no-nav]"))?.matches("[hyper-nav]:not([hyper-no-nav])"));
}
