/**
 * Elements that say by attributes what they show: found, and given their classes.
 *
 * @module
 */

import { all, attr, dom } from "../dom.ts";

/** The elements that match, of a tree and its root. */
export function marked(root: ParentNode, selector: string): Element[] {
  const found = all(selector, root);
  if (root instanceof Element && dom(root).matches(selector)) found.push(root);
  return found;
}

/** Gives an element the classes that it has in a state, or those that it has not. */
export function toggleClasses(element: Element, state: string, on: boolean): void {
  const view = dom(element);
  for (const attribute of [`${state}-class`, `${state}-remove-class`]) {
    for (const name of attr(element, attribute)?.match(/\S+/g) ?? []) view.classList.toggle(name, on);
    on = !on;
  }
}
