/**
 * Islands, `[hyper-keep][id]`: what stays as it is, whatever comes in its place. A morph leaves them alone by itself; a
 * swap that exchanges what they stand in takes them over.
 *
 * @module
 */
import { all, dom, idOf } from "../dom.ts";
import { move } from "./morph.ts";

/**
 * The islands of the page that new content has as well, to be asked for before it comes and brought over with
 * {@linkcode keepElement} before the old content goes.
 *
 * @param incoming The new content, not yet in the page.
 */
export function keptFor(incoming: ParentNode): Element[] {
  return all("[hyper-keep][id]").filter((island) => copiesOf(island, incoming).length);
}

/** Puts an island into the place of its new copy. One that stands in another island has none by now. */
export function keepElement(island: Element): void {
  const copy = copiesOf(island, document).find((copy) => copy !== island);
  if (!copy) return;
  move(dom(copy).parentNode!, island, copy);
  dom(copy).remove();
}

const copiesOf = (kept: Element, root: ParentNode): Element[] => all(`#${CSS.escape(idOf(kept))}`, root);
