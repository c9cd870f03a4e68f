/**
 * What the runtime lends to its part that is loaded later: that is a file of its own, and an import of the runtime's
 * modules would make it a third file that both wait for.
 *
 * @module
 */
import type * as lent from "../dom.ts";
import type * as events from "../events.ts";

/** The document of the page, as {@linkcode lent.doc}. Set before anything of this part runs. */
export let doc: typeof lent.doc;
/** The same for {@linkcode lent.dom}. */
export let dom: typeof lent.dom;

/** The same for {@linkcode events.emit}. */
export let emit: typeof events.emit;

/** Stores what the runtime lends. */
export function lend(theirDoc: typeof doc, theirDom: typeof dom, theirEmit: typeof emit): void {
  doc = theirDoc;
  dom = theirDom;
  emit = theirEmit;
}
