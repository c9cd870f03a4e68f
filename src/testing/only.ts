// Elements that must be the only one of their kind.
import { type ElementNode, type Node, outerMarkup } from "./dom.ts";

/** The most markup of a page in an error message, in characters. */
const MAX_QUOTE = 4_000;

/** The part of a page in which an element is looked for. */
export interface Searched {
  readonly node: Node;
  readonly page: { readonly url: URL };
}

/**
 * Returns the only element that was found.
 *
 * @param what The name of what is looked for, for the message.
 * @throws {Error} If there is none, or several.
 */
export function only(found: readonly ElementNode[], what: string, { node, page }: Searched): ElementNode {
  const [first] = found;
  if (first !== undefined && found.length === 1) return first;
  const count = found.length === 0 ? "there is none" : `there are ${found.length}; look in a smaller part of the page`;
  throw new Error(`Cannot find ${what} on ${page.url}: ${count}, in ${outerMarkup(node).slice(0, MAX_QUOTE)}`);
}

/** Returns names as a list for a message. */
export function listed(names: readonly string[]): string {
  return names.length === 0 ? "none" : names.join(", ");
}
