/**
 * Handles links to pages of this site: those in a `hyper-nav`, unless a nearer `hyper-no-nav` excludes them. Links that
 * a browser would not open in this tab are left to the browser.
 *
 * The code that shows pages, restores history entries and confirms leaving is loaded when it is first needed.
 *
 * @module
 */
import { doc, dom, isOff } from "../dom.ts";
import { layerOf } from "../page/layers.ts";
import { isJump } from "./fragment.ts";
import { addLeaveCheck } from "./leave.ts";
import { loadPart, tryPart } from "../parts/load_part.ts";
import type { FormNavigateOptions, Pages } from "./pages.ts";
import type { Unsaved } from "./unsaved.ts";
import { pageTexts } from "../page/words.ts";

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
export async function navigate(url: string, options: FormNavigateOptions = {}): Promise<boolean> {
  const to = new URL(url, doc.baseURI);
  const { href } = to;
  const { sourceEl, opens } = options;
  const layer = layerOf(sourceEl);
  const isHere = isOurs("_self", to, null);
  // Without the part, it is shown as the page that it is.
  const part = isHere && (opens || layer) && await tryPart("layers");
  if (part) return await (layer && !opens ? part.followInLayer(layer, href) : part.openLayer(href, sourceEl!));
  const found = isHere && await pages().catch(() => null);
  if (found) return await found.navigate(href, options);
  // Another site, or the later bundle could not be loaded: the browser navigates, and asks about unsaved forms itself.
  // Never with a scheme that runs a script in this document.
  if (/^http/.test(href)) location.assign(href);
  return false;
}

/** Loads the code that shows pages, for parts. */
export const loadPages = (): Promise<Pages> => pages();

/** Observes links, the history and forms with `hyper-confirm-unsaved`, until the signal is aborted. */
export function observeNavigation(signal: AbortSignal): void {
  const start = location.href;
  let created: Pages | undefined;
  pages = async () => {
    const { createPages } = await loadPart("navigation");
    return created ??= createPages(start, signal);
  };
  // A history entry of the runtime from before a reload. Only preloaded: a failure matters when it is used.
  if (history.state?.hyper) pages().catch(() => {});
  // Other texts than the English ones must be there before the network fails.
  if (doc.querySelector("[lang]:not(:lang(en)),script[data-hyper-messages]")) {
    tryPart("feedback").then((feedback) => feedback?.loadPageTexts(pageTexts));
  }
  addEventListener("input", ({ target, timeStamp }) => {
    const form = target instanceof Element && dom(target).closest("form[hyper-confirm-unsaved]");
    // Without the part, leaving is not confirmed.
    if (form && !isOff(form)) getUnsaved().then(({ markUnsaved }) => markUnsaved(form, timeStamp), () => {});
  }, { signal });
  let unsaved: Unsaved | undefined;
  const getUnsaved = async () => {
    const { watchUnsaved } = await loadPart("extras");
    if (!unsaved) {
      unsaved = watchUnsaved(signal);
      addLeaveCheck(unsaved.mayLeavePage, signal);
    }
    return unsaved;
  };
  addEventListener("click", (event) => {
    if (event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) {
      return;
    }
    const link = event.composedPath().find((node) => node instanceof HTMLAnchorElement);
    // A link in editable content is text.
    if (!link?.href || link.hasAttribute("download") || link.isContentEditable) return;
    // If the URL of a link cannot be parsed, `href` is the text of the attribute (HTML, 4.6.3).
    const to = URL.parse(link.href);
    const opens = link.hasAttribute("hyper-layer") && !isOff(link);
    if (isOurs(link.target, to, opens ? null : link) && !isJump(to)) {
      event.preventDefault();
      navigate(to.href, { sourceEl: link, opens });
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
    (!element || !isOff(element) &&
        !!dom(dom(element).closest("[hyper-nav],[hyper-no-nav]"))?.matches("[hyper-nav]:not([hyper-no-nav])"));
}
