/**
 * The part with predictions and undo. Loaded as soon as a page has an `<Optimistic>`, or the form of an undo, or with the first use.
 *
 * @module
 */
import { startPredictions } from "../page/optimistic.ts";
import { watchUndo } from "../page/undo.ts";

export { predict } from "../page/optimistic.ts";
export { addUndo } from "../page/undo.ts";

/** Keeps predictions out of changes of the server, and removes toasts that are undone, until the signal is aborted. */
export function start(signal: AbortSignal): void {
  startPredictions(signal);
  watchUndo(signal);
}
