/**
 * Access to properties of nodes that markup of the page cannot hide.
 *
 * An element hides a property of its document or form that has its name: with `<img name="querySelector">` on the page
 * `document.querySelector` is that image, with `<input name="getAttribute">` in a form `form.getAttribute` is that
 * input (HTML, 3.1.6 and 4.10.3: `[LegacyOverrideBuiltIns]`). Users of an application may write such markup. So a
 * property of a document, or of a node that may be a form, is read through {@linkcode doc} or {@linkcode dom} only. A
 * test finds code that does not.
 *
 * Own properties of the window come first (HTML, 7.2.2.3): only one that a browser lacks can be an element of the page.
 * Check it with `Object.hasOwn()`.
 *
 * @module
 */

/**
 * A node whose properties may be read. It lacks one that every node has, so that it cannot be passed where a node is
 * needed.
 */
export type View<N> = N extends Node ? Omit<N, "ELEMENT_NODE"> : N;

/**
 * Returns a view of a node: the properties of its interfaces, with methods bound to the node. `null` and `undefined`
 * are returned unchanged.
 */
export function dom<N extends EventTarget | null | undefined>(node: N): View<N> {
  // Any other node cannot hide its properties. A morph reads too many nodes to create a view of each.
  const seen = node instanceof HTMLFormElement || node instanceof Document ? viewOf(node) : node;
  // Both have all properties of N.
  return seen as View<N>;
}

/** The document of the page. Outside a page it has no properties. */
export const doc: View<Document> = viewOf(globalThis.document);

/** Returns the elements of a tree that match a selector. */
export const all = (selector: string, root: ParentNode = document): Element[] => [
  ...dom(root).querySelectorAll(selector),
];

/**
 * Returns the elements with attributes of the runtime that match a selector, of a tree and its root. Those in a `hyper-off` are not
 * among them.
 */
export function ours(selector: string, root: ParentNode = document): Element[] {
  const found = all(selector, root);
  if (root instanceof Element && dom(root).matches(selector)) found.push(root);
  return found.filter((element) => !isOff(element));
}

/** Returns the value of an attribute, or `null` without the attribute or the element. */
export const attr = (element: Element | null | undefined, name: string): string | null =>
  dom(element)?.getAttribute(name) ?? null;

/**
 * Returns `true` if an element is in a `hyper-off`: the markup of a user, in which no attribute of the runtime has an effect.
 */
export const isOff = (element: Element | null | undefined): boolean => !!dom(element)?.closest("[hyper-off]");

/** Returns the form that an element is, or that a control belongs to. */
export const formOf = (element: Element): HTMLFormElement | null =>
  element instanceof HTMLFormElement
    ? element
    : (dom(element) as { readonly form?: HTMLFormElement | null }).form ?? null;

/** Returns the id of an element, or an empty string. */
export const idOf = (element: Element): string => attr(element, "id") ?? "";

function viewOf<N extends Node>(node: N): View<N> {
  const view = new Proxy({}, {
    get(_, name) {
      const value: unknown = Reflect.get(Object.getPrototypeOf(node), name, node);
      return typeof value === "function" ? value.bind(node) : value;
    },
    set: (_, name, value) => Reflect.set(Object.getPrototypeOf(node), name, value, node),
  });
  // The prototypes of a node have all that its interfaces describe.
  return view as View<N>;
}
