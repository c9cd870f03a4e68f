// Creates elements in one expression. Content is text and never markup, so that no Trusted Types policy is needed.
import { doc, dom } from "../../client/dom.ts";

/** Attributes, and listeners under `on…`. `false`, `null` and undefined are omitted. */
export type Attributes = Readonly<
  Record<string, string | number | boolean | null | undefined | ((event: Event) => void)>
>;

/** Creates an element. */
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
