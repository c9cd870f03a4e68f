/**
 * Shows pages of the site in this document. Loaded when it is first needed.
 *
 * @module
 */
import { LATE_HEADER } from "../../protocol/late_names.ts";
import { fetchPage } from "./fetch_page.ts";
import { applyHeadPlan, changeHead, planHead } from "./head.ts";
import {
  claimEntries,
  isEntryShown,
  markShown,
  type Position,
  type RestoredEntry,
  setEntry,
  startHistory,
  TOP,
} from "./history.ts";
import { requestOwnHeaders } from "./own_headers.ts";
import type { KeptPage, PageCache, PageFacts } from "./page_cache.ts";
import { LAYER_HEADER } from "../../protocol/names.ts";
import { clearFailure, showFailure } from "../page/announce.ts";
import { doc, dom, formOf } from "../dom.ts";
import { emit, type NavigationTrigger } from "../events.ts";
import { mayLeavePage } from "./leave.ts";
import { isLeftInFlight, leaveCalls, watchLeftCalls } from "./left_calls.ts";
import { loadNeeded, tryPart } from "../parts/load_part.ts";
import { beginLoading, endLoading, updateIndicators } from "../page/busy.ts";
import type { PartExports } from "../parts/part_exports.ts";
import type { Pages, TakePrefetched } from "./pages.ts";
import { covered, type SentPage } from "../page/layers.ts";
import { predictions } from "../page/predictions.ts";
import { regionHooks } from "../page/region_list.ts";
import { readPage } from "./read_page.ts";
import { comparePolicies } from "./policy_in_force.ts";
import { pageTexts, words } from "../page/words.ts";

/** Time limit of a page that does not arrive, and of each pause in it, in milliseconds: the same as for a silent response. */
const TIMEOUT_MS = 60_000;
/** Abort reason of a navigation that takes longer. */
const LATE = "late";

/** The current navigation, which the next one aborts. */
let current: AbortController | undefined;

/** URL of the history entry that typing has made, and that further typing replaces. */
let typedUrl = "";

/** Change of the history; `restore` goes to an existing entry. */
type NavigationMode = { readonly kind: "push" | "replace"; readonly isTyped?: boolean } | {
  readonly kind: "restore";
  readonly isTyped?: undefined;
  readonly entry: RestoredEntry;
};

/** A page that is fetched: to be shown, for a layer, that of which a kept one is shown, or the page that is shown. */
type LoadKind = "page" | "layer" | "again" | "renewal";

/** Headers of the requests. A kept page has the late parts, so that their fallbacks are not shown in their places. */
const HEADERS: Readonly<Record<LoadKind, Readonly<Record<string, string>> | undefined>> = {
  page: undefined,
  layer: { [LAYER_HEADER]: "1" },
  again: { [LATE_HEADER]: "0" },
  renewal: { [LATE_HEADER]: "0" },
};

/** The late parts of a page that is shown. */
interface LateRest {
  readonly pieces: AsyncIterable<string>;
  readonly latePrefix: string;
}

/**
 * Creates the functions that show pages.
 *
 * @param start URL of the page when the runtime was started.
 * @param ended Aborted when the runtime stops.
 */
export function createPages(start: string, ended: AbortSignal): Pages {
  const ownHeaders = requestOwnHeaders(start, ended);
  const isPolicyInForce = comparePolicies(ownHeaders);
  let takePrefetched: TakePrefetched | undefined;
  // Without the part, back and forward wait for the server.
  let cache: PageCache | undefined;
  const loadingCache = tryPart("page_cache").then((part) => cache = part?.pageCache);
  /** The page that the document shows. */
  let facts: PageFacts = {
    user: undefined,
    isStorable: async () => isStorable(await ownHeaders()),
  };
  /** Counts what may have changed what the server sends. */
  let changes = 0;
  /** Their number when the page was requested that is shown. */
  let requestedAt = 0;
  /** `true` if the page is requested again once it can be: when the layer over it is closed, or the network is back. */
  let isDue = false;
  for (const type of ["hyper:beforeRequest", "hyper:afterRequest"] as const) {
    addEventListener(type, ({ detail: { method, action } }) => {
      if (method !== "GET" && !/^hyper:/.test(action)) changes++;
    }, { signal: ended });
  }
  watchLeftCalls(showNewer, ended);
  for (const type of ["hyper:layer:close", "hyper:network:online"] as const) {
    addEventListener(type, () => isDue && requestAgain(), { signal: ended });
  }

  /** Requests the page again if calls of the pages before it may have changed it meanwhile, once they have ended. */
  function showNewer(): void {
    if (requestedAt !== changes && !isLeftInFlight()) requestAgain();
  }

  function requestAgain(): void {
    // While a layer has the address, the page under it stays as it is.
    isDue = !!covered.url;
    // A navigation shows a newer page.
    if (!current && !isDue) void showUrl(location.href, { kind: "replace" }, "visit", null, true);
  }

  /** Returns `true` if neither a listener nor the user keeps the page. */
  const mayBegin = (url: string, trigger: NavigationTrigger): boolean =>
    emit("navigate:before", { url, trigger }) && mayLeavePage();

  /** Fetches a page and adds what its head needs. Returns `null` for a document that the browser must load. */
  async function load(url: string, signal: AbortSignal, onChunk: () => void, kind: LoadKind = "page") {
    // At the same time as the page.
    const loading = tryPart("patch");
    const user = cache?.userMark();
    const ahead = kind === "page" && await takePrefetched?.(url, signal);
    const response = ahead || await fetchPage(url, isPolicyInForce, signal, HEADERS[kind]);
    if (!response) return null;
    const { status, headers } = response;
    // The user has not asked for it: a redirect, as to the sign-in, does not replace the page.
    if (kind === "renewal" && response.url !== url.replace(/#.*/, "")) {
      await response.body?.cancel();
      return null;
    }
    if (status === 401) cache?.clear();
    const latePrefix = headers.get(LATE_HEADER);
    const pieces = readPage(response, onChunk);
    const { value: text } = await pieces.next();
    const patch = await loading;
    await loadingCache;
    const page = patch && patch.parsePage(text ?? "");
    const head = page && planHead(page, response, kind === "layer");
    if (!head) return null;
    const oldHead = headElements();
    const removeOld = await applyHeadPlan(head, patch.trustedPolicy(), signal);
    signal.throwIfAborted();
    const rest = latePrefix && { pieces, latePrefix };
    const facts: PageFacts = {
      user,
      // Without the mark it is not known whose page it is.
      isStorable: () => Promise.resolve(user !== undefined && isStorable(headers)),
    };
    return { url: response.url, page, patch, oldHead, removeOld, rest, facts };
  }

  /** Shows a page that the user has left, as it was. Returns `true` if it is shown. */
  async function showKept(kept: KeptPage, { url, position }: RestoredEntry, signal: AbortSignal): Promise<boolean> {
    const patch = await tryPart("patch");
    if (!patch) return false;
    const page = patch.parsePage(kept.html);
    dom(page).title = kept.title;
    kept.clean(page);
    const head = headElements();
    const removeOld = await changeHead(
      kept.head.filter((element) => !head.includes(element)),
      head.filter((element) => !kept.head.includes(element)),
      signal,
    );
    await patch.changePage(null, () => {
      signal.throwIfAborted();
      leaveCalls();
      showPage(page, patch, kept, false, kept.sent);
      kept.restoreFields();
      restorePosition(position);
      tellPage(true);
      removeOld();
      emit("navigate:after", { url, trigger: "history" });
    });
    return true;
  }

  /**
   * Fetches a page and shows it.
   *
   * @param isShown If `true`, the page is shown already, in an older state. Default: `false`.
   * @returns `true` if it is shown.
   */
  async function showUrl(
    url: string,
    mode: NavigationMode,
    trigger: NavigationTrigger,
    sourceEl: Element | null,
    isShown = false,
  ): Promise<boolean> {
    current?.abort();
    const controller = current = new AbortController();
    const signal = AbortSignal.any([controller.signal, ended]);
    const isRenewal = isShown;
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
      // The user has not asked for it, and sees the page. Trying again would reload it, with the calls in flight.
      if (isRenewal && lost) isDue = true;
      else if (emit("navigate:error", { url, trigger, error })) {
        showFailure(key, lost ? words().networkError : "", sourceEl, leave);
      }
      if (!lost) reportError(error);
    };
    const key = "visit";
    const call = { key, action: "", target: "body", form: null };
    const restore = mode.kind === "restore";
    const kept = restore && cache?.take(mode.entry.key);
    let success = false;
    let inserting = Promise.resolve();
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
      if (kept) isShown = await showKept(kept, mode.entry, signal);
      let before, loaded;
      do {
        before = changes;
        // A call may have changed the address of the page that is shown.
        if (isRenewal) url = location.href;
        loaded = await load(url, signal, restartTimer, isRenewal ? "renewal" : isShown ? "again" : "page");
        // Over a page that is shown, a response from before a change, or from during it, is requested again.
      } while (isShown && before !== changes || isRenewal && url !== location.href);
      if (!loaded) {
        if (!isRenewal) leave();
        return false;
      }
      const { page, patch, oldHead, removeOld, rest } = loaded;
      // The URL after redirects, with the fragment, which only the browser knows.
      const final = new URL(loaded.url);
      final.hash = new URL(url).hash;
      const { kind, isTyped } = mode;
      const isPush = kind === "push";
      // The user is on the page already, or has not left it.
      const isAgain = isShown && final.href === new URL(url).href;
      const change = () => {
        // Another navigation may have begun while the browser has prepared a transition.
        signal.throwIfAborted();
        if (!isAgain) leaveCalls();
        requestedAt = before;
        const isLeft = isPush && isEntryShown();
        const entry = setEntry(final.href, isPush);
        if (isLeft) cache?.keep(entry, facts, oldHead, sourceEl && formOf(sourceEl));
        typedUrl = isTyped ? location.href : "";
        showPage(page, patch, loaded.facts, isAgain);
        const moves = !isTyped && !isAgain;
        if (moves) restorePosition(restore ? mode.entry.position : null);
        tellPage(moves);
        removeOld();
        success = true;
        if (!isAgain) emit("navigate:after", { url: final.href, trigger });
      };
      if (isAgain) change();
      else await patch.changePage(sourceEl, change);
      if (rest) inserting = insertRest(rest, patch, restartTimer, signal, leave).catch(fail);
    } catch (error) {
      fail(error);
    } finally {
      endLoading(call);
      void inserting.then(() => {
        clearTimeout(timer);
        if (current === controller) current = undefined;
        if (success) showNewer();
      });
      if (restore && !isOver()) emit("history:restore:after", { url, success });
    }
    return success;
  }

  /** Inserts the late parts of a page as they arrive. Another navigation ends it. */
  async function insertRest(
    { pieces, latePrefix }: LateRest,
    { parseContent }: PartExports["patch"],
    onWait: () => void,
    signal: AbortSignal,
    leave: () => void,
  ): Promise<void> {
    const late = await tryPart("late");
    signal.throwIfAborted();
    // Without the part, the browser shows the page.
    if (!late) return leave();
    onWait();
    await late.insertParts(pieces, latePrefix, parseContent);
  }

  function showPage(
    page: Document,
    { endStreams, morphElement, showAround, tryFocus }: PartExports["patch"],
    next: PageFacts,
    isAgain: boolean,
    sent?: SentPage,
  ): void {
    showAround(page, isAgain, sent);
    // Alerts of the page before are obsolete.
    if (!isAgain) clearFailure();
    const hadFocus = doc.activeElement !== doc.body;
    // Adopted, because a node cannot be moved between documents directly.
    const change = () => morphElement(doc.body, doc.adoptNode(dom(page).body));
    predictions.around(change, isAgain ? undefined : null);
    facts = next;
    isDue = false;
    markShown();
    regionHooks.onPage();
    endStreams();
    if (hadFocus && doc.activeElement === doc.body) focusContent(tryFocus);
    updateIndicators(doc.body);
    loadNeeded(doc.body);
  }

  startHistory(
    start,
    () => mayBegin(location.href, "history"),
    (entry) => {
      if (entry.left) cache?.keep(entry.left, facts, headElements(), null);
      void showUrl(entry.url, { kind: "restore", entry }, "history", null);
    },
    ended,
  );
  return {
    setEntry,
    claimEntries,
    requestAgain,
    fetchPage: (url, signal, headers) => fetchPage(url, isPolicyInForce, AbortSignal.any([signal, ended]), headers),
    usePrefetched: (take) => void (takePrefetched = take),
    loadForLayer: (url, signal) =>
      load(url, AbortSignal.any([signal, ended, AbortSignal.timeout(TIMEOUT_MS)]), () => {}, "layer"),
    navigate: async (url, { replace, sourceEl = null, isTyped = false }) => {
      const trigger = triggerOf(sourceEl);
      // A navigation to the current URL does not add an entry, as in a browser (HTML, 7.4.2.2).
      const replaces = replace || url === location.href || isTyped && typedUrl === location.href;
      const mode = { kind: replaces ? "replace" : "push", isTyped } as const;
      return mayBegin(url, trigger) && await showUrl(url, mode, trigger, sourceEl);
    },
  };
}

const headElements = (): Element[] => [...doc.head.children];

/** Returns `true` if a page with these headers may be kept. */
const isStorable = (headers: Pick<Headers, "get"> | null): boolean =>
  !!headers && !/\bno-store\b/i.test(headers.get("cache-control") ?? "");

/** Loads the texts of the page, and tells users of screen readers its title if it is another one. */
async function tellPage(isOther: boolean): Promise<void> {
  const feedback = await tryPart("feedback");
  feedback?.loadPageTexts(pageTexts);
  if (isOther) feedback?.announceHidden(doc.title);
}

/** Returns the cause of a navigation by its element: a link, a form or a control of one. */
function triggerOf(element: Element | null): NavigationTrigger {
  if (element instanceof HTMLAnchorElement) return "link";
  return dom(element)?.matches("form,form *,[form]") ? "form" : "visit";
}

/** Focuses the main content of a page, when the link or control that had the focus is not part of it. */
function focusContent(tryFocus: PartExports["patch"]["tryFocus"]): void {
  const main = doc.querySelector("main,[role=main],h1") ?? dom(doc.body).firstElementChild;
  if (main) tryFocus(main);
}

/** Scrolls and focuses: to the saved position, to the fragment, or to the top of the page. */
function restorePosition(saved: Position | null): void {
  const { left, top, focus } = saved ?? TOP;
  const element = saved ? doc.getElementById(focus) : doc.querySelector<HTMLElement>("[autofocus]");
  dom(element)?.focus({ preventScroll: true });
  scrollTo({ left, top, behavior: "instant" });
  if (location.hash && !saved) {
    // The browser scrolls and matches `:target`. Its entry has lost its mark.
    location.replace(location.href);
    setEntry(location.href, false);
  }
}
