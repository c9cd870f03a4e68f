/**
 * Shows pages of the site in this document. Loaded when it is first needed.
 *
 * @module
 */
import { LATE_HEADER } from "../../protocol/late_names.ts";
import { fetchPage } from "./fetch_page.ts";
import { applyHeadPlan, planHead } from "./head.ts";
import { claimEntries, type Position, setEntry, startHistory, TOP } from "./history.ts";
import { LAYER_HEADER } from "../../protocol/names.ts";
import { clearFailure, showFailure } from "../page/announce.ts";
import { abortReads } from "../call/active_call.ts";
import { doc, dom } from "../dom.ts";
import { emit, type NavigationTrigger } from "../events.ts";
import { mayLeavePage } from "./leave.ts";
import { loadNeeded, tryPart } from "../parts/load_part.ts";
import { beginLoading, endLoading, updateIndicators } from "../page/busy.ts";
import type { PartExports } from "../parts/part_exports.ts";
import type { Pages } from "./pages.ts";
import { predictions } from "../page/predictions.ts";
import { readPage } from "./read_page.ts";
import { comparePolicies } from "./policy_in_force.ts";
import { pageTexts, words } from "../page/words.ts";

/** Time limit for a page, and for each of its late parts, in milliseconds: the same as for a silent response. */
const TIMEOUT_MS = 60_000;
/** Abort reason of a navigation that takes longer. */
const LATE = "late";

/** The current navigation, which the next one aborts. */
let current: AbortController | undefined;

/** URL of the history entry that typing has made, and that further typing replaces. */
let typedUrl = "";

/** The `<html>` of the page shown last. */
let lastRoot: Element | undefined;

/** Change of the history; `restore` goes to an existing entry. */
type NavigationMode = { readonly kind: "push" | "replace"; readonly isTyped: boolean } | {
  readonly kind: "restore";
  readonly position: Position;
};

/** The late parts of a page that is shown. */
interface LateRest {
  readonly pieces: AsyncIterable<string>;
  readonly latePrefix: string;
  readonly late: Promise<PartExports["late"] | null>;
}

/**
 * Creates the functions that show pages.
 *
 * @param start URL of the page when the runtime was started.
 * @param ended Aborted when the runtime stops.
 */
export function createPages(start: string, ended: AbortSignal): Pages {
  const isPolicyInForce = comparePolicies(start, ended);

  /** Returns `true` if neither a listener nor the user keeps the page. */
  const mayBegin = (url: string, trigger: NavigationTrigger): boolean =>
    emit("navigate:before", { url, trigger }) && mayLeavePage();

  /** Fetches a page and adds what its head needs. Returns `null` for a document that the browser must load. */
  async function load(url: string, signal: AbortSignal, isForLayer?: boolean) {
    // At the same time as the page.
    const loading = tryPart("patch");
    const response = await fetchPage(url, isPolicyInForce, signal, isForLayer ? { [LAYER_HEADER]: "1" } : {});
    if (!response) return null;
    const latePrefix = response.headers.get(LATE_HEADER);
    const late = latePrefix && tryPart("late");
    const pieces = readPage(response);
    const { value: text } = await pieces.next();
    const patch = await loading;
    const page = patch && patch.parsePage(text ?? "");
    const head = page && planHead(page, response, isForLayer);
    if (!head) return null;
    const removeOld = await applyHeadPlan(head, patch.trustedPolicy(), signal);
    signal.throwIfAborted();
    const rest = late ? { pieces, latePrefix, late } : null;
    return { url: response.url, page, patch, removeOld, rest };
  }

  /** Fetches a page and shows it. Returns `true` if it is shown. */
  async function showUrl(
    url: string,
    mode: NavigationMode,
    trigger: NavigationTrigger,
    sourceEl: Element | null,
  ): Promise<boolean> {
    current?.abort();
    const controller = current = new AbortController();
    const signal = AbortSignal.any([controller.signal, ended]);
    let timer: ReturnType<typeof setTimeout> | undefined;
    const restartTimer = () => {
      clearTimeout(timer);
      timer = setTimeout(() => controller.abort(LATE), TIMEOUT_MS);
    };
    /** Returns `true` if another navigation has begun, or the runtime was stopped. */
    const isOver = () => signal.aborted && signal.reason !== LATE;
    const fail = (error: unknown) => {
      if (isOver()) return;
      const lost = error instanceof TypeError || signal.aborted;
      if (emit("navigate:error", { url, trigger, error })) {
        showFailure(key, lost ? words().networkError : "", sourceEl, leave);
      }
      if (!lost) reportError(error);
    };
    const key = "visit";
    const call = { key, action: "", target: "body", form: null };
    const restore = mode.kind === "restore";
    let success = false;
    // Lets the browser navigate.
    const leave = () => {
      if (restore) location.reload();
      else if (mode.kind === "push") location.assign(url);
      else location.replace(url);
    };

    clearFailure(key);
    restartTimer();
    beginLoading(call);
    if (restore) emit("history:restore:before", { url });
    try {
      const loaded = await load(url, signal);
      if (!loaded) {
        leave();
        return false;
      }
      const { page, patch, removeOld, rest } = loaded;
      // The URL after redirects, with the fragment, which only the browser knows.
      const final = new URL(loaded.url);
      final.hash = new URL(url).hash;
      // Their answers are about the page that is left. Before scripts of the new page open their own.
      abortReads("navigation", ({ sourceEl }) => !dom(sourceEl)?.closest("[hyper-keep]"));
      setEntry(final.href, mode.kind === "push");
      const isTyped = !restore && mode.isTyped;
      typedUrl = isTyped ? location.href : "";
      showPage(page, patch);
      if (!isTyped) restorePosition(mode);
      tryPart("feedback").then((feedback) => {
        feedback?.loadPageTexts(pageTexts);
        // A user who types has not left the page.
        if (!isTyped) feedback?.announceHidden(doc.title);
      });
      removeOld();
      success = true;
      emit("navigate:after", { url: final.href, trigger });
      if (rest) void insertRest(rest, patch, restartTimer).catch(fail).finally(() => clearTimeout(timer));
    } catch (error) {
      fail(error);
    } finally {
      clearTimeout(timer);
      endLoading(call);
      if (restore && !isOver()) emit("history:restore:after", { url, success });
    }
    return success;
  }

  /** Inserts the late parts of a page as they arrive. Another navigation ends it. */
  async function insertRest(
    { pieces, latePrefix, late: loading }: LateRest,
    { parseContent }: PartExports["patch"],
    onPiece: () => void,
  ): Promise<void> {
    const late = await loading;
    onPiece();
    for await (const piece of pieces) {
      late?.insertPart(piece, parseContent);
      onPiece();
    }
    if (!late || late.hasPlaces(latePrefix)) {
      throw new TypeError("Cannot show the rest of the page: it has not arrived");
    }
  }

  function showPage(page: Document, { endStreams, morphElement, tryFocus }: PartExports["patch"]): void {
    setRootAttributes(dom(page).documentElement);
    doc.title = dom(page).title;
    // Alerts of the page before are obsolete.
    clearFailure();
    const hadFocus = doc.activeElement !== doc.body;
    // Adopted, because a node cannot be moved between documents directly.
    predictions.around(() => morphElement(doc.body, doc.adoptNode(dom(page).body)), null);
    endStreams();
    if (hadFocus && doc.activeElement === doc.body) focusContent(tryFocus);
    updateIndicators(doc.body);
    loadNeeded(doc.body);
  }

  startHistory(
    start,
    () => mayBegin(location.href, "history"),
    (url, position) => void showUrl(url, { kind: "restore", position }, "history", null),
    ended,
  );
  return {
    setEntry,
    claimEntries,
    loadForLayer: (url, signal) => load(url, AbortSignal.any([signal, ended, AbortSignal.timeout(TIMEOUT_MS)]), true),
    navigate: async (url, { replace, sourceEl = null, isTyped = false }) => {
      const trigger = triggerOf(sourceEl);
      // A navigation to the current URL does not add an entry, as in a browser (HTML, 7.4.2.2).
      const replaces = replace || url === location.href || isTyped && typedUrl === location.href;
      const mode = { kind: replaces ? "replace" : "push", isTyped } as const;
      return mayBegin(url, trigger) && await showUrl(url, mode, trigger, sourceEl);
    },
  };
}

/** Returns the cause of a navigation by its element: a link, a form or a control of one. */
function triggerOf(element: Element | null): NavigationTrigger {
  if (element instanceof HTMLAnchorElement) return "link";
  return dom(element)?.matches("form,form *,[form]") ? "form" : "visit";
}

/**
 * Sets the attributes of `<html>` that the server has changed since the page before. Of the first page they are not
 * known, because a script may have changed them before the runtime was loaded: additions to it are kept.
 */
function setRootAttributes(next: Element): void {
  const root = dom(doc.documentElement);
  const live = root.classList;
  for (const name of new Set([root, dom(next)].flatMap((element) => element.getAttributeNames()))) {
    const value = dom(next).getAttribute(name);
    const isSame = lastRoot
      ? dom(lastRoot).getAttribute(name) === value
      : value === null
      ? name !== "lang" && name !== "dir"
      : name === "class" && [...dom(next).classList].every((token) => live.contains(token));
    if (isSame || !/^(class|lang|dir|data-.*)$/.test(name)) continue;
    if (value === null) root.removeAttribute(name);
    else root.setAttribute(name, value);
  }
  lastRoot = next;
}

/** Focuses the main content of a page, when the link or control that had the focus is not part of it. */
function focusContent(tryFocus: PartExports["patch"]["tryFocus"]): void {
  const main = doc.querySelector("main,[role=main],h1") ?? dom(doc.body).firstElementChild;
  if (main) tryFocus(main);
}

/** Scrolls and focuses: to the saved position, to the fragment, or to the top of the page. */
function restorePosition(mode: NavigationMode): void {
  const restore = mode.kind === "restore";
  const { left, top, focus } = restore ? mode.position : TOP;
  const element = restore ? doc.getElementById(focus) : doc.querySelector<HTMLElement>("[autofocus]");
  dom(element)?.focus({ preventScroll: true });
  scrollTo({ left, top, behavior: "instant" });
  if (location.hash && !restore) {
    // The browser scrolls and matches `:target`. Its entry has lost its mark.
    location.replace(location.href);
    setEntry(location.href, false);
  }
}
