/**
 * Prevents a late response from overwriting a newer one. Each response has a sequence number, taken when its request is
 * sent or, in a stream, when its event arrives. Replaced elements remember it.
 *
 * @module
 */
import { idOf } from "../dom.ts";

/** The last sequence number. */
let clock = 0;
/** Sequence numbers of calls whose response may still be late. */
const open = new Set<number>();
/** The sequence number of the response that replaced an element. */
const elements = new WeakMap<Element, number>();
/** The same by id, for elements that replaced others. Needed only while a response may be late. */
const ids = new Map<string, number>();

/** Returns the next sequence number. */
export const nextSequence = (): number => ++clock;

/** Returns the sequence number of a call that begins. */
export function openSequence(): number {
  open.add(++clock);
  return clock;
}

/** Marks a call as ended. A stream ends at once in this sense: its events are numbered as they arrive. */
export function closeSequence(sequence: number): void {
  open.delete(sequence);
  if (!open.size) ids.clear();
}

/** Returns `true` if a later response has replaced the element, or one with its id. */
export const isStale = (element: Element, sequence: number): boolean =>
  (ids.get(idOf(element)) ?? elements.get(element) ?? 0) > sequence;

/** Records which response replaced or inserted the element. */
export function markReplaced(element: Element, sequence: number): void {
  elements.set(element, sequence);
  if (open.size && idOf(element)) ids.set(idOf(element), sequence);
}
