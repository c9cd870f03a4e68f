// Elements that must be the only one of their kind.
import { type ElementNode, type Node, outerMarkup } from "./dom.ts";
import { accessibleName } from "./labels.ts";

/** The most markup of a page in an error message, in characters. */
const MAX_QUOTE = 4_000;

/** The most names in an error message. */
const MAX_NAMES = 40;

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

/**
 * Returns the only one of some elements with an accessible name.
 *
 * @throws {Error} If there is none, with the names that there are, or if there are several.
 */
export function onlyNamed(
  all: readonly ElementNode[],
  name: string,
  kind: { readonly one: string; readonly all: string },
  searched: Searched,
): ElementNode {
  const found = all.filter((element) => accessibleName(element) === name);
  if (found.length > 0) return only(found, `${kind.one} "${name}"`, searched);
  const names = [...new Set(all.map((element) => `"${accessibleName(element) || "without a name"}"`))];
  throw new Error(
    `Cannot find ${kind.one} "${name}" on ${searched.page.url}: its ${kind.all} are ${listed(names)}`,
  );
}

/** Returns names as a list for a message: the first 40, and the number of the others. */
export function listed(names: readonly string[]): string {
  if (names.length === 0) return "none";
  const others = names.length - MAX_NAMES;
  return names.slice(0, MAX_NAMES).join(", ") + (others > 0 ? ` and ${others} others` : "");
}
