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

/** Position on a new page. */
export const TOP: Position = { left: 0, top: 0, focus: "" };

/** Positions by the key of the entry, as a browser would restore them. */
const positions = new Map<string, Position>();
/** Key and URL of the current entry, and its last scroll position. */
let current = "", shown = "";
let scroll: Pick<Position, "left" | "top"> = TOP;

/**
 * Records the URL of the current page.
 *
 * @param url A URL of this origin.
 * @param push If `true`, adds an entry to the history; otherwise changes the current one.
 */
export function setEntry(url: string, push: boolean): void {
  if (push) {
    // Marked too, so that it is recognized when the user goes back.
    markEntry(location.href, current);
    savePosition();
    history.pushState(null, "", url);
  }
  markEntry(url, push ? "" : current);
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
  restore: (url: string, position: Position) => void,
  signal: AbortSignal,
): void {
  const onEntry = () => {
    const key = keyOf(history.state);
    const page = withoutFragment(location.href);
    // The browser handles fragments of the current page, in entries without a mark. They are marked, so that the page
    // can be restored from elsewhere.
    if (page === shown) {
      if (current) {
        savePosition();
        markEntry(location.href, key);
      }
    } else if (key) {
      if (!confirmLeave()) {
        // The user stays, but the browser has already left the entry: it is added again.
        history.pushState({ hyper: current }, "", shown);
        return;
      }
      savePosition();
      current = key;
      shown = page;
      restore(location.href, positions.get(key) ?? TOP);
    }
  };
  const saveScroll = () => void (scroll = { left: scrollX, top: scrollY });
  saveScroll();
  current = keyOf(history.state);
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
  shown = withoutFragment(location.href);
}

/** Returns the key of an entry, or an empty string if it is not marked. */
const keyOf = (state: { hyper?: string } | null): string => state?.hyper ?? "";
