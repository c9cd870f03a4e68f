/**
 * Keeps a late answer from overwriting a newer one: every answer has a place in time, and what replaces an element
 * leaves its mark on it.
 *
 * @module
 */
import { idOf } from "../dom.ts";

/** The last place in time that was given; as long as the page lives. */
let clock = 0;
/** The places of the calls that may yet bring something old. Empty when none is on its way. */
const open = new Set<number>();
/** Which answer has replaced an element; keeps none of them: a call may be on its way for as long as a page is open. */
const elements = new WeakMap<Element, number>();
/** The same by id, for what has taken its place: only a call that is on its way could be older than that. */
const ids = new Map<string, number>();

/** The next place in time. */
export const nextSequence = (): number => ++clock;

/** The place of a call that begins, and may yet bring something old. */
export function openSequence(): number {
  open.add(++clock);
  return clock;
}

/** That call has ended, or has turned out to be a stream, whose patches count by their arrival. */
export function closeSequence(place: number): void {
  open.delete(place);
  if (!open.size) ids.clear();
}

/** Whether a later answer than this has already replaced the element, or one of its id. */
export const isStale = (element: Element, place: number): boolean =>
  (ids.get(idOf(element)) ?? elements.get(element) ?? 0) > place;

/** Notes that the answer at this place replaced the element, or put it there. */
export function markReplaced(element: Element, place: number): void {
  elements.set(element, place);
  if (open.size && idOf(element)) ids.set(idOf(element), place);
}
