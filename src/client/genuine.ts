/**
 * Elements as their interfaces describe them, whatever stands in them.
 *
 * @module
 */

/**
 * A property of an element that may be a form. A control hides a property of its form by its name, one called `before` or
 * `remove` as well as one called `id` (HTML, 4.10.3); the interface itself still has it.
 *
 * @param node The element; any node where the property is one of all nodes.
 * @param name The name of the property.
 * @returns Its value; a method is bound to the element.
 */
export function genuine<Name extends keyof HTMLElement>(node: Node, name: Name): HTMLElement[Name] {
  const value: unknown = Reflect.get(HTMLElement.prototype, name, node);
  // It is what the interface has under this name.
  return (typeof value === "function" ? value.bind(node) : value) as HTMLElement[Name];
}

/** The id of an element; empty without one. */
export const idOf = (element: Element): string => element.getAttribute("id") ?? "";
