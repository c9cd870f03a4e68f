/**
 * Elements to keep, `[hyper-keep][id]`: no patch changes them. A morph leaves them alone; other swaps move them into
 * the new content.
 *
 * @module
 */
import { all, dom, idOf, ours } from "../dom.ts";
import { move } from "./morph.ts";

/**
 * Returns the kept elements of the page that new content also contains. Call {@linkcode keepElement} with each, after
 * the content is inserted and before the old content is removed.
 *
 * @param incoming The new content, not yet on the page.
 */
export function keptFor(incoming: ParentNode): Element[] {
  return ours("[hyper-keep][id]").filter((kept) => copiesOf(kept, incoming).length);
}

/** Moves a kept element to the place of its new copy. An element inside another kept one has no copy by then. */
export function keepElement(kept: Element): void {
  const copy = copiesOf(kept).find((copy) => copy !== kept);
  if (!copy) return;
  move(dom(copy).parentNode!, kept, copy);
  dom(copy).remove();
}

/** Returns the elements with the id of another one. */
export const copiesOf = (kept: Element, root?: ParentNode): Element[] => all(`[id="${CSS.escape(idOf(kept))}"]`, root);
