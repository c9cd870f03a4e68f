/**
 * Keeps a late answer from overwriting a newer one: every answer has a place in time, and what replaces an element
 * leaves its mark on it.
 *
 * @module
 */
import { idOf } from "./genuine.ts";

/** The order of answers, and what was last replaced by which. */
export interface StaleGuard {
  /** The next place in time. */
  nextPlace(): number;
  /** The place of a call that begins, and may yet bring something old. */
  callBegins(): number;
  /** That call has ended, or has turned out to be a stream, whose patches count by their arrival. */
  callEnds(place: number): void;
  /** Whether a later answer than this has already replaced the element, or one of its id. */
  isStale(element: Element, place: number): boolean;
  /** Notes that the answer at this place replaced the element, or put it there. */
  markReplaced(element: Element, place: number): void;
}

/** A guard that has seen nothing. */
export function createStaleGuard(): StaleGuard {
  let clock = 0;
  const open = new Set<number>();
  // By element for those that stay, by id for those that were exchanged. The ids are only of use while an answer is
  // on the way that is older than them, so they go when there is none.
  const elements = new WeakMap<Element, number>();
  const ids = new Map<string, number>();
  return {
    nextPlace: () => ++clock,
    callBegins() {
      open.add(++clock);
      return clock;
    },
    callEnds(place) {
      open.delete(place);
      if (!open.size) ids.clear();
    },
    isStale: (element, place) => Math.max(elements.get(element) ?? 0, ids.get(idOf(element)) ?? 0) > place,
    markReplaced(element, place) {
      elements.set(element, place);
      if (idOf(element) && open.size) ids.set(idOf(element), place);
    },
  };
}
