/**
 * Elements made in one expression: of names, attributes and texts, never of markup, so that what the server or the page
 * says stays text and the policy of Trusted Types has nothing to say.
 *
 * @module
 */
import { doc, dom } from "../../client/dom.ts";

/** What an element is made with: attributes, listeners under `on…`; what is `false`, `null` or undefined is left out. */
export type Attributes = Readonly<
  Record<string, string | number | boolean | null | undefined | ((event: Event) => void)>
>;

/** Makes an element. */
export function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  attributes: Attributes = {},
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[Name] {
  const made = doc.createElement(name);
  const view = dom(made);
  for (const [key, value] of Object.entries(attributes)) {
    if (typeof value === "function") view.addEventListener(key.slice(2), value);
    else if (value === true) view.setAttribute(key, "");
    else if (value !== false && value !== null && value !== undefined) view.setAttribute(key, `${value}`);
  }
  view.append(...children);
  return made;
}
