/**
 * Sets the attributes of an element to those of new markup, by three values: the last one of the server, the new one of
 * the server, and the live one. The live value stays while the server sends the same value. So a class that a script has put on
 * `<body>`, the size that a user has given a textarea, and `open` of `<details>` survive a morph.
 *
 * The last value of the server is stored only where a script or the user has changed an attribute, which a
 * `MutationObserver` reports. It is that of the browser for every other element.
 *
 * @module
 */
import { attr, doc, dom } from "../dom.ts";

/** Changes since the server sent the page: the last value of the server by attribute, and under `""` the content. */
const changes = new Map<Node, Map<string | null, string | null>>();

// From the start, since scripts may change the page before the first morph. On a server there is no page.
const observer = globalThis.MutationObserver && new MutationObserver(saveChanges);
observer?.observe(document, { subtree: true, attributeOldValue: true });
// Fired before the change (Input Events, 5.1.2). Its target is the editable element, or a control.
if (observer) {
  addEventListener("beforeinput", ({ target }) => {
    const { isContentEditable, innerHTML } = dom(target as HTMLElement);
    if (isContentEditable) saveChanges([{ target: target as Node, attributeName: "", oldValue: innerHTML }]);
  }, true);
}

function saveChanges(records: readonly Pick<MutationRecord, "target" | "attributeName" | "oldValue">[]): void {
  for (const { target, attributeName, oldValue } of records) {
    const values = changes.get(target) ?? new Map();
    if (!values.has(attributeName)) changes.set(target, values.set(attributeName, oldValue));
  }
  forgetChanges((node) => !doc.contains(node));
}

/** Forgets the changes of the nodes that a function selects: those that equal the new markup, or are gone. */
export function forgetChanges(select: (node: Node) => boolean): void {
  for (const node of changes.keys()) if (select(node)) changes.delete(node);
}

/** Makes changes to the page that do not count as changes of a script. */
export function changeAsServer<Result>(change: () => Result): Result {
  saveChanges(observer.takeRecords());
  const result = change();
  observer.takeRecords();
  return result;
}

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
