/**
 * Exports of the initial bundle for the later one, which must not import their modules: the bundler would put those
 * into a third file that both wait for.
 *
 * @module
 */
import type * as runtimeDom from "../dom.ts";
import type * as runtimeEvents from "../events.ts";
import type * as runtimeWords from "../page/words.ts";

/** Same as in `dom.ts`, `events.ts` and `words.ts`. Set before other code of the later bundle runs. */
export let doc: typeof runtimeDom.doc;
export let dom: typeof runtimeDom.dom;
export let emit: typeof runtimeEvents.emit;
export let words: typeof runtimeWords.words;

/** Stores what the initial bundle passes. */
export function setRuntimeExports(
  ...[theDoc, theDom, theEmit, theWords]: [typeof doc, typeof dom, typeof emit, typeof words]
): void {
  doc = theDoc;
  dom = theDom;
  emit = theEmit;
  words = theWords;
}
