/**
 * Elements that say by attributes what they show: found, and given their classes.
 *
 * @module
 */

import { genuine } from "./genuine.ts";

/** The elements that match, of a tree and its root. */
export function marked(root: ParentNode, selector: string): Element[] {
  const found = [...root.querySelectorAll(selector)];
  if (root instanceof Element && genuine(root, "matches")(selector)) found.push(root);
  return found;
}

/** Gives an element the classes that it has in a state, or those that it has not. */
export function toggleClasses(element: Element, state: string, on: boolean): void {
  for (const attribute of [`${state}-class`, `${state}-remove-class`]) {
    for (const name of element.getAttribute(attribute)?.match(/\S+/g) ?? []) element.classList.toggle(name, on);
    on = !on;
  }
}
