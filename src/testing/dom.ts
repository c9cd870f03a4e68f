// Documents without a browser: parsed by parse5, which is the algorithm of the standard itself (HTML, 13.2), so that a
// test sees the tree that a browser would; searched by css-select, which knows the selectors that `target` may hold.
import { type Options, selectAll } from "css-select";
import {
  defaultTreeAdapter as tree,
  type DefaultTreeAdapterTypes,
  parse,
  parseFragment as parseFrom,
  serialize,
  serializeOuter,
} from "parse5";

/** Any node. */
export type Node = DefaultTreeAdapterTypes.Node;
/** A node with a parent. */
export type ChildNode = DefaultTreeAdapterTypes.ChildNode;
/** A node with children. */
export type ParentNode = DefaultTreeAdapterTypes.ParentNode;
/** An element. */
export type ElementNode = DefaultTreeAdapterTypes.Element;
/** A whole document. */
export type DocumentNode = DefaultTreeAdapterTypes.Document;

export const { isElementNode, isTextNode } = tree;

/** Inline elements: their text is not separated by a space from the text around them. */
const INLINE: ReadonlySet<string> = new Set(
  "a abbr b bdi bdo cite code data del dfn em font i ins kbd mark q s samp small span strong sub sup time u var wbr"
    .split(" "),
);
/** Elements whose text is not visible. */
const UNSEEN: ReadonlySet<string> = new Set(["head", "script", "style", "template", "datalist"]);

const adapter: Required<Options<Node, ElementNode>>["adapter"] = {
  isTag: isElementNode,
  getAttributeValue: (element, name) => attribute(element, name) ?? undefined,
  hasAttrib: (element, name) => attribute(element, name) !== null,
  getName: (element) => element.tagName,
  getChildren: (node) => [...childNodesOf(node)],
  getParent: (node) => node.parentNode,
  getSiblings: (node) => "parentNode" in node && node.parentNode !== null ? node.parentNode.childNodes : [node],
  getText: textContentOf,
  removeSubsets: (nodes) => nodes.filter((node, at) => nodes.indexOf(node) === at && !hasAncestorAmong(node, nodes)),
};

/** Parses a document as a browser with scripts off does: with the content of `<noscript>`. */
export function parseDocument(markup: string): DocumentNode {
  return parse(markup, { scriptingEnabled: false });
}

/** Parses content for a place in a document: rows, options and parts of an SVG drawing as well as ordinary elements. */
export function parseFragmentIn(markup: string, place: ElementNode | null): ChildNode[] {
  // Rows and cells are parsed correctly without a place; only foreign elements need their parent element.
  const isDrawing = place !== null && place.namespaceURI.endsWith("/svg") && place.tagName !== "foreignObject";
  const options = { scriptingEnabled: false };
  const { childNodes } = isDrawing ? parseFrom(place, markup, options) : parseFrom(markup, options);
  return [...childNodes];
}

/** Returns the elements below a node that match a selector, in document order. */
export function query(root: Node, selector: string): ElementNode[] {
  return selectAll<Node, ElementNode>(selector, root, { adapter });
}

/** Returns the elements below a node, in document order. */
export function elementsIn(root: Node): ElementNode[] {
  return childNodesOf(root).filter(isElementNode).flatMap((element) => [element, ...elementsIn(element)]);
}

/** Returns the children of a node. */
export function childNodesOf(node: Node): readonly ChildNode[] {
  return "childNodes" in node ? node.childNodes : [];
}

/** Returns an attribute, or `null` when the element does not have it. */
export function attribute(element: ElementNode, name: string): string | null {
  return element.attrs.find((attr) => attr.name === name)?.value ?? null;
}

/** Returns the element itself or its nearest ancestor that passes a test. */
export function closest(element: ElementNode, test: (element: ElementNode) => boolean): ElementNode | null {
  for (let node: Node | null = element; node !== null; node = "parentNode" in node ? node.parentNode : null) {
    if (isElementNode(node) && test(node)) return node;
  }
  return null;
}

/** Returns the root of the tree of a node. */
export function rootOf(node: Node): Node {
  return "parentNode" in node && node.parentNode !== null ? rootOf(node.parentNode) : node;
}

/** Inserts nodes before a child of a parent, or at its end. */
export function insert(parent: ParentNode, nodes: readonly ChildNode[], before: ChildNode | null): void {
  for (const node of nodes) {
    tree.detachNode(node);
    if (before === null) tree.appendChild(parent, node);
    else tree.insertBefore(parent, node, before);
  }
}

/** Removes a node from its parent. */
export function detach(node: ChildNode): void {
  tree.detachNode(node);
}

/** Returns whether an element is in the markup of a user, in which no attribute of the runtime has an effect. */
export function isInOff(node: ElementNode): boolean {
  return closest(node, (around) => attribute(around, "hyper-off") !== null) !== null;
}

/** Puts the content of another document in place of that of a document. */
export function replaceContent(document: DocumentNode, source: DocumentNode): void {
  document.childNodes = source.childNodes;
  for (const child of document.childNodes) child.parentNode = document;
}

/** Returns the markup in a `<template>`; an empty string for any other element. */
export function templateMarkup(element: ElementNode): string {
  return isTemplate(element) ? serialize(tree.getTemplateContent(element)) : "";
}

function isTemplate(element: ElementNode): element is DefaultTreeAdapterTypes.Template {
  return "content" in element;
}

/** Returns the markup of a node, including its own tags. */
export function outerMarkup(node: Node): string {
  if (isElementNode(node)) return serializeOuter(node);
  return "childNodes" in node ? serialize(node) : textContentOf(node);
}

/** Returns the markup of nodes that were parsed together. */
export function siblingMarkup([first]: readonly ChildNode[]): string {
  return first === undefined || first.parentNode === null ? "" : serialize(first.parentNode);
}

/** Returns all text below a node, unchanged. */
export function textContentOf(node: Node): string {
  return isTextNode(node) ? node.value : childNodesOf(node).map(textContentOf).join("");
}

/** Returns the text that a user reads: one space for any white space, and one between two blocks. */
export function readableText(node: Node): string {
  return collapse(visibleText(node));
}

/** Replaces white space by single spaces, and removes it around the text. */
export function collapse(text: string): string {
  return text.replace(/[\t\n\f\r ]+/g, " ").trim();
}

function visibleText(node: Node): string {
  if (isTextNode(node)) return node.value;
  if (isElementNode(node) && UNSEEN.has(node.tagName)) return "";
  const text = childNodesOf(node).map(visibleText).join("");
  return isElementNode(node) && INLINE.has(node.tagName) ? text : ` ${text} `;
}

function hasAncestorAmong(node: Node, nodes: readonly Node[]): boolean {
  const parent = "parentNode" in node ? node.parentNode : null;
  return parent !== null && (nodes.includes(parent) || hasAncestorAmong(parent, nodes));
}
