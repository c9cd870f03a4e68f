/**
 * Keeps a late answer from overwriting a newer one: every answer has a place in time, and what replaces an element
 * leaves its mark on it.
 *
 * @module
 */
import { idOf } from "./genuine.ts";

/** The last place in time that was given; as long as the page lives. */
let clock = 0;
/** The places of the calls that may yet bring something old. Empty when none is on its way. */
const open = new Set<number>();
/** Which answer has replaced what, by id where there is one: only a call that is on its way could be older than that. */
const marks = new Map<Element | string, number>();

/** The next place in time. */
export const nextPlace = (): number => ++clock;

/** The place of a call that begins, and may yet bring something old. */
export function callBegins(): number {
  open.add(++clock);
  return clock;
}

/** That call has ended, or has turned out to be a stream, whose patches count by their arrival. */
export function callEnds(place: number): void {
  open.delete(place);
  if (!open.size) marks.clear();
}

/** Whether a later answer than this has already replaced the element, or one of its id. */
export const isStale = (element: Element, place: number): boolean => (marks.get(keyOf(element)) ?? 0) > place;

/** Notes that the answer at this place replaced the element, or put it there. */
export function markReplaced(element: Element, place: number): void {
  if (open.size) marks.set(keyOf(element), place);
}

/** Another element of the same id has taken its place. */
const keyOf = (element: Element): Element | string => idOf(element) || element;
