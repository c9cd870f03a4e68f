/**
 * Records what scripts and the user change on the page: the last value of the server is stored only there. Part of the
 * initial file, because the page may change before its first morph.
 *
 * @module
 */
import { doc, dom } from "../dom.ts";

/** Changes since the server sent the page: the last value of the server by attribute, and under `""` the content. */
export const changes: Map<Node, Map<string | null, string | null>> = new Map();

// From the start, since scripts may change the page before the first morph. A server has no page.
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
