/**
 * Nodes as their interfaces describe them, whatever stands on the page.
 *
 * An element hides a property of its document or form by its name: with `<img name="querySelector">` on the page
 * `document.querySelector` is that image, with `<input name="getAttribute">` in a form `form.getAttribute` is that input
 * (HTML, 3.1.6 and 4.10.3: `[LegacyOverrideBuiltIns]`). Users of an application may write such markup. So a property of a
 * document, or of a node that may be a form, is used through {@linkcode doc} or {@linkcode dom} alone; a test finds the
 * code that forgets it.
 *
 * The window has its own properties first (HTML, 7.2.2.3): only one that may be missing can be an element of the page. Ask
 * for it with `Object.hasOwn()`.
 *
 * @module
 */

/** A node to use the properties of. It lacks one that every node has, so that it cannot be given where a node is needed. */
export type View<N> = N extends Node ? Omit<N, "ELEMENT_NODE"> : N;

/**
 * Returns a node to use the properties of.
 *
 * @param node The node; without one there is nothing.
 * @returns The properties of its interfaces. Methods are bound to the node.
 */
export function dom<N extends EventTarget | null | undefined>(node: N): View<N> {
  // Any other node is what it seems. A morph asks for too many of them to make something for each.
  const seen = node instanceof HTMLFormElement || node instanceof Document ? viewOf(node) : node;
  // Both have all the properties of N.
  return seen as View<N>;
}

/** The document of the page. Outside a page it has nothing. */
export const doc: View<Document> = viewOf(globalThis.document);

/** Returns the elements of a tree that match a selector. */
export const all = (selector: string, root: ParentNode = document): Element[] => [
  ...dom(root).querySelectorAll(selector),
];

/** Returns the value of an attribute, or `null`; also where there is nothing that could have one. */
export const attr = (element: Element | null | undefined, name: string): string | null =>
  dom(element)?.getAttribute(name) ?? null;

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
  // The chain of its prototypes has what its interfaces describe.
  return view as View<N>;
}
