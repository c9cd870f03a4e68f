/**
 * The entries of the session history that are ours: marked, so that entries of other code and those of the browser for
 * `#` links are left alone.
 *
 * @module
 */
import { doc, dom } from "../later/runtime_exports.ts";

/** Where the reader was on an entry. */
export interface Position {
  /** Pixels from the left. */
  readonly left: number;
  /** Pixels from the top. */
  readonly top: number;
  /** The id of the focused element; empty when none had the focus. */
  readonly focus: string;
}

/** Where a reader begins. */
export const TOP: Position = { left: 0, top: 0, focus: "" };

/** What a browser restores, we restore: positions by the key of the entry, as long as the document lives. */
const positions = new Map<string, Position>();
/** The key of the entry that is shown, its path and query, and where it was last scrolled to. */
let current = "", shown = "";
let scroll: Pick<Position, "left" | "top"> = TOP;

/**
 * Notes that the page as it is now is to be found under a URL of this origin.
 *
 * @param url The URL.
 * @param push Whether the reader can go back to the one before.
 */
export function setEntry(url: string, push: boolean): void {
  if (push) {
    // The entry that is left has to be known as ours when the reader comes back.
    mark(location.href, current);
    leave();
    history.pushState(null, "", url);
  }
  mark(url, push ? "" : current);
}

/**
 * Watches back and forward.
 *
 * @param start The URL of the page when the runtime was started: the reader may have gone back before this was loaded.
 * @param confirmLeave Whether the page that is shown may be left.
 * @param restore Shows the page of an entry of ours.
 * @param signal Ends the watch.
 */
export function startHistory(
  start: string,
  confirmLeave: () => boolean,
  restore: (url: string, position: Position) => void,
  signal: AbortSignal,
): void {
  const look = () => {
    const key = keyOf(history.state);
    const page = withoutFragment(location.href);
    // A fragment of the page that is shown is the browser's: it makes an entry without a mark, which gets one, so
    // that the page can be found again from afar.
    if (page === shown) {
      if (current) {
        leave();
        mark(location.href, key);
      }
    } else if (key) {
      if (!confirmLeave()) {
        // The reader stays; the browser has already gone, so it gets the entry again.
        history.pushState({ hyper: current }, "", shown);
        return;
      }
      leave();
      current = key;
      shown = page;
      restore(location.href, positions.get(key) ?? TOP);
    }
  };
  const note = () => void (scroll = { left: scrollX, top: scrollY });
  note();
  current = keyOf(history.state);
  shown = withoutFragment(current ? start : location.href);
  look();
  addEventListener("scroll", note, { signal, passive: true });
  addEventListener("popstate", look, { signal });
}

function leave(): void {
  if (current) positions.set(current, { ...scroll, focus: dom(doc.activeElement)?.getAttribute("id") ?? "" });
}

function mark(url: string, key: string): void {
  current = key || `${Math.random()}`;
  history.replaceState({ ...history.state, hyper: current }, "", url);
  shown = withoutFragment(location.href);
}

/** The key of an entry; empty on one that is not ours. */
const keyOf = (state: { hyper?: string } | null): string => state?.hyper ?? "";

/** A URL without its fragment: two that are equal are one page to the browser. */
const withoutFragment = (href: string): string => href.replace(/#.*/, "");
