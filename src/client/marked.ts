/**
 * Elements that say by attributes what they show: found, and given their classes.
 *
 * @module
 */

/** The elements that match, of a tree and its root. */
export function marked(root: ParentNode, selector: string): Element[] {
  const found = [...root.querySelectorAll(selector)];
  if (root instanceof Element && root.matches(selector)) found.push(root);
  return found;
}

/** Adds the classes that an attribute lists, or takes them away. */
export function toggleClasses(element: Element, attribute: string, on: boolean): void {
  for (const name of element.getAttribute(attribute)?.match(/\S+/g) ?? []) element.classList.toggle(name, on);
}
