/**
 * Shows another page of the site in this document, and knows the way back. Loaded when it is first needed.
 *
 * @module
 */
import { fetchPage } from "./fetch_page.ts";
import { mergeHead, planHead } from "./head.ts";
import { type Position, setEntry, startHistory, TOP } from "./history.ts";
import { doc, dom, emit } from "../later/runtime_exports.ts";
import type { Pages, PagesKit } from "./pages.ts";
import { comparePolicies } from "./policy_in_force.ts";
import { announce } from "../page/toast.ts";
import { watchUnsaved } from "./unsaved.ts";
import { loadPageTexts } from "../page/page_texts.ts";

/** How long a page is waited for, in milliseconds: as long as an answer that is silent. */
const VISIT_MS = 60_000;
/** The reason with which one is given up that takes longer. */
const LATE = "late";

/** The visit on its way, ended by the next one. */
let current: AbortController | undefined;

/** What becomes of the history; `restore` with the place where the reader was. */
type NavigationMode = { readonly kind: "push" | "replace" } | { readonly kind: "restore"; readonly position: Position };

/**
 * Makes what shows pages.
 *
 * @param kit What the runtime lends.
 * @param start The URL of the page when the runtime was started.
 * @param ended The end of the runtime.
 */
export function createPages(kit: PagesKit, start: string, ended: AbortSignal): Pages {
  const { mayLeave, note } = watchUnsaved(kit, ended);
  const isPolicyInForce = comparePolicies(start, ended);

  /** Fetches a page and puts it in the place of this one; gives whether it is shown. */
  async function navigate(url: string, mode: NavigationMode, sourceEl: Element | null): Promise<boolean> {
    current?.abort();
    const controller = current = new AbortController();
    const signal = AbortSignal.any([controller.signal, ended]);
    const timer = setTimeout(() => controller.abort(LATE), VISIT_MS);
    /** Whether another visit has come, or the runtime was stopped. */
    const isOver = () => signal.aborted && signal.reason !== LATE;
    const key = "visit";
    const call = { key, action: "", target: "body", form: null };
    const restore = mode.kind === "restore";
    let success = false;
    // The browser's own way there.
    const leave = () => {
      if (restore) location.reload();
      else if (mode.kind === "push") location.assign(url);
      else location.replace(url);
    };

    kit.clearFailure(key);
    kit.beginLoading(call);
    if (restore) emit("history:restore:before", { url });
    try {
      const response = await fetchPage(url, isPolicyInForce, signal);
      const page = response && kit.parseDocument(await response.text());
      const head = page && planHead(page, response);
      if (!head) {
        leave();
        return false;
      }
      const dropOld = await mergeHead(head, kit.trustedScriptUrl, signal);
      signal.throwIfAborted();
      // Where redirects have led to, with the fragment that only the browser knows.
      const final = new URL(response.url);
      final.hash = new URL(url).hash;
      setEntry(final.href, mode.kind === "push");
      show(page);
      place(mode);
      // For screen readers alone; not `hidden`, because what is hidden is not read either.
      announce(doc.title).style.cssText = "position:fixed;clip-path:inset(50%)";
      dropOld();
      success = true;
    } catch (error) {
      if (isOver()) return false;
      const lost = error instanceof TypeError || signal.aborted;
      kit.showFailure(key, lost ? kit.words().networkError : "", sourceEl, leave);
      if (!lost) reportError(error);
    } finally {
      clearTimeout(timer);
      kit.endLoading(call);
      if (restore && !isOver()) emit("history:restore:after", { url, success });
    }
    return success;
  }

  function show(page: Document): void {
    for (const name of ["lang", "dir"] as const) {
      dom(doc.documentElement)[name] = dom(dom(page).documentElement)[name];
    }
    doc.title = dom(page).title;
    // What failed on the page before has nobody to try it again.
    kit.clearFailure();
    // Out of its own document: a node is not moved from one to another without a stop.
    kit.morph(doc.body, doc.adoptNode(dom(page).body));
    kit.joinIn(doc.body);
    loadPageTexts(kit.pageTexts);
  }

  loadPageTexts(kit.pageTexts);
  startHistory(start, mayLeave, (url, position) => void navigate(url, { kind: "restore", position }, null), ended);
  return {
    note,
    setEntry,
    navigate: async (url, { replace, sourceEl = null }) =>
      // A page that is gone to again gets no second entry, as in a browser (HTML, 7.4.2.2): the way back leads away.
      mayLeave() && await navigate(url, { kind: replace || url === location.href ? "replace" : "push" }, sourceEl),
  };
}

/** Takes the reader to where the page begins, to the part that the URL names, or to where the reader was. */
function place(mode: NavigationMode): void {
  const restore = mode.kind === "restore";
  const { left, top, focus } = restore ? mode.position : TOP;
  const element = restore ? doc.getElementById(focus) : doc.querySelector<HTMLElement>("[autofocus]");
  dom(element)?.focus({ preventScroll: true });
  scrollTo({ left, top, behavior: "instant" });
  if (location.hash && !restore) {
    // The browser finds the part, and style sheets know it as the target. Its entry has lost its mark by that.
    location.replace(location.href);
    setEntry(location.href, false);
  }
}
