/**
 * Entries of the session history that the runtime has marked. Entries of other code and those of the browser for `#`
 * links are left alone.
 *
 * @module
 */
import { doc, dom } from "../dom.ts";
import { withoutFragment } from "./fragment.ts";

/** Scroll position and focus on an entry. */
export interface Position {
  /** Pixels from the left. */
  readonly left: number;
  /** Pixels from the top. */
  readonly top: number;
  /** Id of the focused element, or an empty string. */
  readonly focus: string;
}

/** The state of an entry. */
export interface EntryState {
  /** Identifies an entry that the runtime has marked. */
  readonly hyper?: string;
  /** The layer that the entry shows. */
  readonly hyperLayer?: LayerEntry;
}

/** The layer of an entry: the entry of what is under it, and the settings of its dialog. */
export interface LayerEntry {
  readonly under: string;
  readonly settings: readonly string[];
}

/** An entry that the user has gone back or forward to. */
export interface RestoredEntry {
  readonly key: string;
  readonly url: string;
  readonly position: Position;
  /** Key of the entry that is left; an empty string if its page is not shown, or it is not marked. */
  readonly left: string;
}

/**
 * Shows a marked entry of layers over this page, from the entry with a key and a URL. Returns `true` if it is shown, `false` if the user stays, and `undefined` if it is
 * not such an entry.
 */
export type ClaimEntry = (state: EntryState, current: string, shown: string) => boolean | undefined;

let claimEntry: ClaimEntry | undefined;

/** Position on a new page. */
export const TOP: Position = { left: 0, top: 0, focus: "" };

/** Positions by the key of the entry, as a browser would restore them. */
const positions = new Map<string, Position>();
/** Key and URL of the current entry, its state, and its last scroll position. */
let current = "", shown = "";
let state: EntryState | null = null;
/** `false` from the time at which the user has gone to an entry until its page is shown. */
let isShown = true;
let scroll: Pick<Position, "left" | "top"> = TOP;

/**
 * Records the URL of the current page.
 *
 * @param url A URL of this origin.
 * @param push If `true`, adds an entry to the history; otherwise changes the current one.
 * @param settings Those of the layer that a new entry shows.
 * @returns The key of the entry before a new one, or that of the current one.
 */
export function setEntry(url: string, push: boolean, settings?: readonly string[]): string {
  if (push) {
    // Marked too, so that it is recognized when the user goes back.
    markEntry(location.href, current);
    savePosition();
    const layer = settings && { under: current, settings };
    history.pushState(layer ? { hyperLayer: layer } : null, "", url);
  }
  const before = current;
  markEntry(url, push ? "" : current);
  return before;
}

/** Returns `true` if the document shows the page of the current entry. */
export const isEntryShown = (): boolean => isShown;

/** Notes that the document shows the page of the current entry. */
export function markShown(): void {
  isShown = true;
}

/** Sets the function that shows the entries of layers. */
export function claimEntries(claim: ClaimEntry): void {
  claimEntry = claim;
}

/**
 * Observes back and forward.
 *
 * @param start URL of the page when the runtime was started: the user may have gone back before this was loaded.
 * @param confirmLeave Returns `true` if the page may be left.
 * @param restore Shows the page of a marked entry.
 */
export function startHistory(
  start: string,
  confirmLeave: () => boolean,
  restore: (entry: RestoredEntry) => void,
  signal: AbortSignal,
): void {
  const onEntry = () => {
    const key = keyOf(history.state);
    const page = withoutFragment(location.href);
    const claimed = key && key !== current ? claimEntry?.(history.state, current, shown) : undefined;
    // The browser handles fragments of the current page, in entries without a mark. They are marked, so that the page
    // can be restored from elsewhere.
    if (claimed === undefined && page === shown) {
      if (current) {
        savePosition();
        markEntry(location.href, key);
      }
    } else if (key) {
      if (!(claimed ?? confirmLeave())) {
        // The user stays, but the browser has already left the entry: it is added again.
        history.pushState(state, "", shown);
        return;
      }
      savePosition();
      const left = isShown ? current : "";
      current = key;
      shown = page;
      state = history.state;
      if (claimed) return;
      isShown = false;
      restore({ key, url: location.href, position: positions.get(key) ?? TOP, left });
    }
  };
  const saveScroll = () => void (scroll = { left: scrollX, top: scrollY });
  saveScroll();
  state = history.state;
  current = keyOf(state);
  shown = withoutFragment(current ? start : location.href);
  onEntry();
  addEventListener("scroll", saveScroll, { signal, passive: true });
  addEventListener("popstate", onEntry, { signal });
}

function savePosition(): void {
  if (current) positions.set(current, { ...scroll, focus: dom(doc.activeElement)?.getAttribute("id") ?? "" });
}

function markEntry(url: string, key: string): void {
  current = key || `${Math.random()}`;
  history.replaceState({ ...history.state, hyper: current }, "", url);
  state = history.state;
  shown = withoutFragment(location.href);
}

/** Returns the key of an entry, or an empty string if it is not marked. */
const keyOf = (state: EntryState | null): string => state?.hyper ?? "";
