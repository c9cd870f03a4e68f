/**
 * Inserts the late parts of a page: parts that arrive after it, each into its place between two markers.
 *
 * ```
 * <?start name="x-1">Loading…<?end>     the place, with the fallback
 * <template for="x-1">…</template>      the part
 * ```
 *
 * A parser that knows them makes processing instructions of the markers, an older one makes comments (HTML, 13.2.5.42).
 *
 * @module
 */
import { doc, dom } from "../dom.ts";
import { captureFocus } from "./focus.ts";
import { updateIndicators } from "./busy.ts";
import { changeAsServer } from "./live_changes.ts";
import { predictions } from "./predictions.ts";
import { loadNeeded } from "../parts/load_part.ts";

/** The nodes of a place: two markers, and what is between them. */
type Place = readonly [start: ChildNode, ...rest: ChildNode[]];

/** Returns the name in a marker that starts a place, an empty string for one that ends a place, and `null` for other nodes. */
function markerOf(node: Node): string | null {
  const { nodeName, nodeValue } = dom(node);
  const text = node instanceof ProcessingInstruction
    ? `${nodeName} ${nodeValue}`
    : node instanceof Comment
    ? nodeValue?.slice(1)
    : "";
  const [, end, name] = /^(?:(end\s*)|start name="([^"]*)"\s*)$/.exec(text ?? "") ?? [];
  return end ? "" : name ?? null;
}

/** Returns the markers that start a place, by its name. */
function findStarts(root: Node): Map<string, ChildNode> {
  const starts = new Map<string, ChildNode>();
  const walker = doc.createTreeWalker(root, NodeFilter.SHOW_COMMENT | NodeFilter.SHOW_PROCESSING_INSTRUCTION);
  while (walker.nextNode()) {
    const name = markerOf(walker.currentNode);
    // Both kinds have siblings.
    if (name) starts.set(name, walker.currentNode as ChildNode);
  }
  return starts;
}

/** Returns the nodes of a place. Without an end, it has all that follows. */
function placeOf(start: ChildNode): Place {
  const place: [ChildNode, ...ChildNode[]] = [start];
  let depth = 1;
  for (let node = dom(start).nextSibling; node && depth; node = dom(node).nextSibling) {
    const name = markerOf(node);
    if (name !== null) depth += name ? 1 : -1;
    place.push(node);
  }
  return place;
}

/** Returns `true` if the page has a place for a part whose name has a beginning. */
export function hasPlaces(prefix: string): boolean {
  return [...findStarts(doc.body).keys()].some((name) => name.startsWith(prefix));
}

/**
 * Inserts a part that a script has read. Without its place, which a patch has replaced, it is dropped.
 *
 * @param template The markup of its template.
 * @param parse Parses markup for an element.
 */
export function insertPart(template: string, parse: (text: string, parent: Element) => DocumentFragment): void {
  const [, name = "", text = ""] = /^<template for="([^"]*)">(.*)<\/template>$/s.exec(template) ?? [];
  const start = findStarts(doc.body).get(name);
  const parent = start && dom(start).parentElement;
  if (parent) fillPlace(start, parse(text, parent));
}

function fillPlace(start: ChildNode, content: DocumentFragment): void {
  const roots = [...content.children];
  const restoreFocus = captureFocus();
  const change = () => {
    const place = placeOf(start);
    dom(start).before(content);
    for (const node of place) dom(node).remove();
  };
  predictions.around(() => changeAsServer(change));
  restoreFocus();
  roots.forEach(updateIndicators);
  roots.forEach(loadNeeded);
}
