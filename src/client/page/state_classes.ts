/**
 * Classes that an element has, or lacks, in a state of the page.
 *
 * @module
 */
import { attr, dom } from "../dom.ts";

/** Adds the classes of `<state>-class` and removes those of `<state>-remove-class` while the state is on. */
export function toggleStateClasses(element: Element, state: string, on: boolean): void {
  const view = dom(element);
  for (const attribute of [`${state}-class`, `${state}-remove-class`]) {
    for (const name of attr(element, attribute)?.match(/\S+/g) ?? []) view.classList.toggle(name, on);
    on = !on;
  }
}
