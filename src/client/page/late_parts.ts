/**
 * Inserts the late parts of a page: parts that arrive after it, each into its place between two markers.
 *
 * ```
 * <?start name="x-1">Loading…<?end>     the place, with the fallback
 * <template for="x-1">…</template>      the part
 * ```
 *
 * A parser that knows them inserts the parts of the page that it parses. It makes processing instructions of the markers, an older one
 * makes comments (HTML, 13.2.5.42). A patch of something inside a place is newer than the part, which is dropped: see
 * {@linkcode watchPlaces}.
 *
 * @module
 */
import { LATE_ATTRIBUTE } from "../../protocol/late_names.ts";
import { all, attr, doc, dom } from "../dom.ts";
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

/** The beginning of the names of parts that may still arrive: those of the page that the browser loads, or of a merged one. */
const arriving = new Set<string>();
/** Called when content of a late part is on the page. */
let onContent = (_root: ParentNode): void => {};

/**
 * Inserts the parts of a page that a script has read, as they arrive. One without a place, which a patch has replaced, is dropped.
 *
 * @param templates The markup of the templates.
 * @param prefix The beginning of the names.
 * @param parse Parses markup for an element.
 * @throws {TypeError} When the page ends before all have arrived.
 */
export async function insertParts(
  templates: AsyncIterable<string>,
  prefix: string,
  parse: (text: string, parent: Element) => DocumentFragment,
): Promise<void> {
  arriving.add(prefix);
  try {
    for await (const template of templates) {
      const [, name = "", text = ""] = /^<template for="([^"]*)">(.*)<\/template>$/s.exec(template) ?? [];
      const start = findStarts(doc.body).get(name);
      const parent = start && dom(start).parentElement;
      if (parent) fillPlace(start, parse(text, parent));
    }
  } finally {
    arriving.delete(prefix);
  }
  if ([...findStarts(doc.body).keys()].some((name) => name.startsWith(prefix))) {
    throw new TypeError("Cannot show the rest of the page: it has not arrived");
  }
}

/**
 * Watches the page that the browser loads until it is complete: inserts its parts if the parser does not, removes those without a place,
 * and loads what new content needs.
 *
 * @param onNew Called when content of a late part is on the page.
 */
export function watchPlaces(signal: AbortSignal, onNew: () => void): void {
  onContent = (root) => {
    updateIndicators(root);
    loadNeeded(root);
    onNew();
  };
  watchPatches(signal);
  const prefix = attr(doc.querySelector(`script[${LATE_ATTRIBUTE}]`), LATE_ATTRIBUTE);
  if (!prefix) return;
  const update = () => {
    insertTemplates(prefix);
    if (doc.readyState !== "loading") end();
    onContent(document);
  };
  const end = () => {
    observer.disconnect();
    arriving.delete(prefix);
  };
  const observer = new MutationObserver(update);
  observer.observe(document, { childList: true, subtree: true });
  doc.addEventListener("readystatechange", update, { signal });
  signal.addEventListener("abort", end);
  arriving.add(prefix);
  update();
}

/** Inserts the templates that the parser has left in the page. */
function insertTemplates(prefix: string): void {
  // Anywhere: HTML of a user without end tags may contain everything after it.
  for (const template of all("template[for]")) {
    const name = attr(template, "for")!;
    // A template is complete when something follows it: see `lateMarkOf()`.
    const isComplete = doc.readyState !== "loading" || dom(template).nextSibling;
    if (!isComplete || !name.startsWith(prefix)) continue;
    dom(template).remove();
    const start = findStarts(doc.body).get(name);
    if (start && template instanceof HTMLTemplateElement) fillPlace(start, template.content);
  }
}

/** Returns the places of parts that have not arrived that contain an element. */
function placesAround(element: Element): readonly Place[] {
  const starts = arriving.size ? [...findStarts(doc.body).values()] : [];
  return starts.map(placeOf).filter((place) => place.some((node) => dom(node).contains(element)));
}

/** Returns `true` if a part has not arrived whose place contains an element. */
export const isAwaited = (element: Element): boolean => placesAround(element).length > 0;

/** Removes the markers around what a patch changes: it is newer than the part for this place. */
function watchPatches(signal: AbortSignal): void {
  let markers: ChildNode[] = [];
  addEventListener("hyper:swap:before", ({ detail: { element } }) => {
    markers = placesAround(element).flatMap((place) =>
      place.filter((node, index) => !index || markerOf(node) !== null)
    );
  }, { signal });
  // A listener may have canceled the patch.
  addEventListener("hyper:swap:after", () => {
    for (const node of markers) dom(node).remove();
    markers = [];
  }, { signal });
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
  roots.forEach(onContent);
}
