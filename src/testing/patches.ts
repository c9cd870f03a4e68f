// Applies patches to a parsed document by the rules of the browser runtime: all swap modes, elements to keep, and late answers
// that must not overwrite newer ones.
import { counterpartOf } from "../protocol/counterpart.ts";
import { type Swap, SWAPS } from "../protocol/patch.ts";
import { text, type Wire } from "../protocol/wire.ts";
import { followAnswer, forget, type SentForm } from "./controls.ts";
import {
  attribute,
  type ChildNode,
  childNodesOf,
  detach,
  type DocumentNode,
  type ElementNode,
  elementsIn,
  insert,
  isElementNode,
  type ParentNode,
  parseDocument,
  parseFragmentIn,
  query,
  textContentOf,
} from "./dom.ts";

/** The options of a call that apply to a patch without its own. */
export interface PatchDefaults {
  /** A selector, or `null`. */
  readonly target: string | null;
  /** The swap mode. */
  readonly swap: Swap;
  /** If `true`, a missing target is an error. */
  readonly strictTargets: boolean;
  /** The form that the call has sent; `null` without one, or when its answer is an error. */
  readonly sent?: SentForm | null | undefined;
}

/** Returns the swap mode with this name, or `undefined`. */
export function readSwap(name: unknown): Swap | undefined {
  return SWAPS.find((swap) => swap === name);
}

/** Applies patches to the documents of a tab, and records which answer has replaced each element. */
export class Patcher {
  #places = 0;
  // By element for elements that stay, by id for those that were replaced; both as long as the tab.
  readonly #elements = new WeakMap<ElementNode, number>();
  readonly #ids = new Map<string, number>();

  /** Returns the next position in time: of an answer at the start of its request, of a stream at each patch. */
  next(): number {
    return ++this.#places;
  }

  /**
   * Applies a patch.
   *
   * @param document The document.
   * @param data The patch.
   * @param defaults The options of the call.
   * @param place The position of the answer in time.
   * @returns The selector that matched nothing, or `null`.
   * @throws {Error} When nothing matches and the patch or the call is strict, or when the answer lacks the selected element.
   */
  apply(document: DocumentNode, data: Wire, defaults: PatchDefaults, place: number): string | null {
    const swap = readSwap(data.swap ?? defaults.swap) ?? "outer";
    if (swap === "none") return null;
    const target = text(data.target) ?? defaults.target;
    const elements = target === null ? [] : query(document, target);
    const replaces = /^(inner|outer|morph|delete)$/.test(swap);
    const select = text(data.select);
    for (const [index, element] of elements.entries()) {
      // Skips an element that an earlier match has removed, or that a later answer has replaced.
      if (!isPartOf(document, element) || (replaces && this.#isStale(element, place))) continue;
      const part: SelectPart | undefined = select === undefined
        ? undefined
        : (nodes) => selectPart(nodes, select, document, element, select === target ? index : -1);
      const page = text(data.page);
      if (page !== undefined) putAround(document, parseDocument(page));
      const roots = putContent(document, element, swap, `${data.content ?? ""}`, part);
      if (replaces) { for (const root of [element, ...roots]) this.#mark(root, place); }
      if (replaces && defaults.sent) followAnswer(defaults.sent, roots);
    }
    if (elements.length > 0) return null;
    if ((data.strict_targets ?? defaults.strictTargets) === true) {
      throw new Error(`Cannot patch the page: nothing matches the target "${target}"`);
    }
    return target ?? "";
  }

  #isStale(element: ElementNode, place: number): boolean {
    const id = attribute(element, "id") ?? "";
    return Math.max(this.#elements.get(element) ?? 0, this.#ids.get(id) ?? 0) > place;
  }

  #mark(element: ElementNode, place: number): void {
    this.#elements.set(element, place);
    const id = attribute(element, "id") ?? "";
    if (id !== "") this.#ids.set(id, place);
  }
}

/** Shows the title of a page and the attributes of its `<html>`, as `client/page/sent_page.ts` does without scripts. */
function putAround(document: DocumentNode, sent: DocumentNode): void {
  const [root, head, shown] = query(document, "html, head, head > title");
  const [next, _, title] = query(sent, "html, head, head > title");
  // A parser makes the first two of each document (HTML, 13.2.6.4.2).
  if (root === undefined || head === undefined || next === undefined) return;
  const isShown = ({ name }: { readonly name: string }) => /^(class|lang|dir|data-.*)$/.test(name);
  root.attrs = [...root.attrs.filter((each) => !isShown(each)), ...next.attrs.filter(isShown)];
  if (title === undefined) return;
  if (shown === undefined) insert(head, [title], null);
  else replace(shown, [title]);
}

/** Updates the body of a document from that of another, as the runtime does with a page that it has fetched again. */
function putBody(document: DocumentNode, body: ElementNode, swap: Swap, markup: string): ElementNode[] {
  const [fresh] = query(parseDocument(markup), "body");
  if (fresh === undefined) return [];
  keepElements(document, [fresh]);
  if (swap === "morph") return [mergeElement(body, fresh)];
  replace(body, [fresh]);
  return [fresh];
}

/** Inserts content by its swap mode. Returns the elements that are new or changed. */
function putContent(
  document: DocumentNode,
  element: ElementNode,
  swap: Swap,
  content: string,
  selectFrom: SelectPart | undefined,
): ElementNode[] {
  const { parentNode: parent } = element;
  if (parent === null) return [];
  if (element.tagName === "body" && /^(outer|morph)$/.test(swap) && selectFrom === undefined) {
    return putBody(document, element, swap, content);
  }
  let nodes = contentNodes(content, /^(inner|prepend|append)$/.test(swap) ? element : elementParent(parent));
  if (selectFrom !== undefined) {
    const part = selectFrom(nodes);
    if (part === undefined) return [];
    nodes = [part];
  }
  keepElements(document, nodes);
  const roots = nodes.filter(isElementNode);
  switch (swap) {
    case "inner":
      for (const child of [...element.childNodes]) detach(child);
      insert(element, nodes, null);
      return [element, ...roots];
    case "prepend":
      insert(element, nodes, element.childNodes[0] ?? null);
      return roots;
    case "append":
      insert(element, nodes, null);
      return roots;
    case "before":
      insert(parent, nodes, element);
      return roots;
    case "after":
      insert(parent, nodes, nextOf(element));
      return roots;
    case "delete":
      detach(element);
      return [];
    case "morph": {
      const twin = roots.find((root) => attribute(root, "id") === attribute(element, "id")) ?? roots[0];
      const now = twin === undefined ? null : mergeElement(element, twin);
      // The nodes around the twin go around the element.
      replace(now ?? element, nodes.map((node) => node === twin && now !== null ? now : node));
      return roots.map((root) => root === twin && now !== null ? now : root);
    }
    case "outer":
    case "none":
      replace(element, nodes);
      return roots;
  }
}

/** Returns content for a place; of a document the children of its body. */
function contentNodes(markup: string, place: ElementNode | null): ChildNode[] {
  if (!/^\s*<(!doctype|html|head|body)[\s>]/i.test(markup)) return parseFragmentIn(markup, place);
  return query(parseDocument(markup), "body").flatMap((body) => [...body.childNodes]);
}

/** Returns a part of the content; `undefined` if the content does not have the element that is patched. */
type SelectPart = (nodes: readonly ChildNode[]) => ElementNode | undefined;

/** As in `client/page/patch.ts`. */
function selectPart(
  nodes: readonly ChildNode[],
  selector: string,
  document: DocumentNode,
  element: ElementNode,
  index: number,
): ElementNode | undefined {
  // A node that matches itself is found from its parent.
  const parent = nodes.find(isElementNode)?.parentNode ?? null;
  const parts = parent === null ? [] : query(parent, selector);
  if (parts.length === 0) throw new Error(`Cannot patch the page: the answer has no element "${selector}"`);
  if (index < 0) return parts[0];
  const idOf = (part: ElementNode) => attribute(part, "id") ?? "";
  const isOnPage = (id: string) => query(document, "[id]").some((other) => idOf(other) === id);
  return parts[counterpartOf(parts.map(idOf), idOf(element), index, isOnPage)];
}

function replace(element: ElementNode, nodes: readonly ChildNode[]): void {
  const { parentNode: parent } = element;
  if (parent === null) return;
  const next = nextOf(element);
  detach(element);
  insert(parent, nodes, next);
}

function nextOf(element: ElementNode): ChildNode | null {
  const siblings = element.parentNode?.childNodes ?? [];
  return siblings[siblings.indexOf(element) + 1] ?? null;
}

/** Moves the `hyper-keep` elements of the page into new content, in place of their copies. */
function keepElements(document: DocumentNode, nodes: ChildNode[]): void {
  for (const kept of query(document, "[hyper-keep][id]")) {
    const id = attribute(kept, "id");
    const copy = nodes.filter(isElementNode).flatMap((root) => [root, ...elementsIn(root)])
      .find((element) => attribute(element, "id") === id);
    if (copy === undefined) continue;
    const at = nodes.indexOf(copy);
    if (at === -1) replace(copy, [kept]);
    else nodes[at] = kept;
  }
}

/**
 * Updates an element from another one. The element stays, and so does everything in it that has a twin by id or by position, with
 * the input of the user, unless the server has another value now.
 */
function mergeElement(element: ElementNode, twin: ElementNode): ElementNode {
  if (element === twin) return element;
  if (element.tagName !== twin.tagName || element.namespaceURI !== twin.namespaceURI) {
    replace(element, [twin]);
    return twin;
  }
  const said = ["value", "checked", "selected"].filter((name) => attribute(element, name) !== attribute(twin, name));
  const isTextChanged = element.tagName === "textarea" && textContentOf(element) !== textContentOf(twin);
  if (said.length > 0 || isTextChanged) forget(element);
  element.attrs = twin.attrs;
  if ("content" in element && "content" in twin) element.content = twin.content;
  morphChildren(element, twin);
  return element;
}

function morphChildren(parent: ParentNode, twin: ParentNode): void {
  const old = parent.childNodes.filter(isElementNode);
  const named = new Map(old.map((child) => [attribute(child, "id"), child]));
  const unnamed = old.filter((child) => attribute(child, "id") === null);
  const next = childNodesOf(twin).map((child): ChildNode => {
    if (!isElementNode(child) || old.includes(child)) return child;
    const id = attribute(child, "id");
    const at = unnamed.findIndex((it) => it.tagName === child.tagName);
    const match = id === null ? unnamed.splice(at, at === -1 ? 0 : 1)[0] : named.get(id);
    return match === undefined || match.tagName !== child.tagName ? child : mergeElement(match, child);
  });
  for (const child of [...parent.childNodes]) detach(child);
  insert(parent, next, null);
}

function elementParent(parent: ParentNode): ElementNode | null {
  return isElementNode(parent) ? parent : null;
}

function isPartOf(document: DocumentNode, element: ElementNode): boolean {
  let node: ParentNode | null = element;
  while (node !== null && isElementNode(node)) node = node.parentNode;
  return node === document;
}
