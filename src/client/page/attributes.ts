/**
 * Sets the attributes of an element to those of new markup, by three values: the last one of the server, the new one of
 * the server, and the live one. The live value stays while the server sends the same value. So a class that a script has put on
 * `<body>`, the size that a user has given a textarea, and `open` of `<details>` survive a morph.
 *
 * The last value of the server is stored only where a script or the user has changed an attribute: see `live_changes.ts`.
 * It is that of the browser for every other element.
 *
 * @module
 */
import { attr, doc, dom } from "../dom.ts";
import { changes } from "./live_changes.ts";

/**
 * Sets the attributes of an element to those of another, except those that were changed where the server sends the same
 * value as before. A `<dialog>` is never closed.
 *
 * @returns `true` if the content of the element was changed, and the server sends the same as before; `null` if the
 * attributes differ in one that Trusted Types forbids to set: an event handler or `srcdoc`. Then nothing was changed, and
 * the new element must replace the old one.
 */
export function setAttributes(old: Element, next: Element): boolean | undefined | null {
  const view = dom(old);
  const nextView = dom(next);
  const values = changes.get(old);
  const valueOf = (name: string | null) => name ? attr(next, name) : nextView.innerHTML;
  const isKept = (name: string) => values?.get(name) === valueOf(name);
  // As nodes: `setAttribute` rejects names that the parser allows, such as `@click`.
  const changed = [...nextView.attributes].filter(({ name, value }) => attr(old, name) !== value && !isKept(name));
  if (changed.some(({ name }) => name === "srcdoc" || /^on/.test(name) && name in Object.getPrototypeOf(next))) {
    return null;
  }
  for (const attribute of changed) view.setAttributeNode(doc.importNode(attribute));
  for (const name of view.getAttributeNames()) {
    if (!nextView.hasAttribute(name) && !isKept(name) && view.localName + name !== "dialogopen") {
      view.removeAttribute(name);
    }
  }
  const isContentKept = values?.has("") && isKept("");
  values?.forEach((_, name) => values.set(name, valueOf(name)));
  return isContentKept;
}
