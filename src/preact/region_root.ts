// The root element of a region, in rendered HTML.
//
// The content of a region may be a component, so that only its HTML shows how many elements it has. A region is a single element and not
// a pair of marks around nodes, so that it can be a row of a table or an option.
import { MORE_ATTRIBUTE } from "../protocol/region_names.ts";

/** A tag, a comment, or an element whose content is text. */
const TAG =
  /<!--[\s\S]*?-->|<(script|style|textarea|title)\b[\s\S]*?<\/\1\s*>|<(\/?)([A-Za-z][^\s/>]*)(?:[^>"']|"[^"]*"|'[^']*')*>/gi;
const FIRST_TAG = /^<([A-Za-z][^\s/>]*)/;
/** Elements without content (HTML, 13.1.2). */
const VOID = /^(?:area|base|br|col|embed|hr|img|input|link|meta|source|track|wbr)$/i;

/** The roots of rendered HTML: nothing at all, one element, or anything else. */
export type Roots = "nothing" | "element" | "more";

/** Returns the roots of HTML that the renderer wrote. */
export function rootsOf(html: string): Roots {
  if (html === "") return "nothing";
  const name = FIRST_TAG.exec(html)?.[1];
  if (name === undefined) return "more";
  return endOfElement(html, name) === html.length ? "element" : "more";
}

/** Returns the position after the element at the beginning of HTML; -1 if it does not end. */
function endOfElement(html: string, name: string): number {
  let depth = 0;
  for (const match of html.matchAll(TAG)) {
    const [tag, , slash, each] = match;
    const end = match.index + tag.length;
    // An element of text that is the root itself.
    if (each === undefined) {
      if (match.index === 0) return end;
      continue;
    }
    if (each !== name) continue;
    if (VOID.test(name)) return end;
    // Without content, as an element of SVG is written.
    if (!tag.endsWith("/>")) depth += slash === "" ? 1 : -1;
    if (depth === 0) return end;
  }
  return -1;
}

/** Joins pages of a list into the first: their children, without the link that loaded the next one. */
export function joinPages(pages: readonly string[]): string {
  const [first = "", ...others] = pages;
  if (others.length === 0) return first;
  const { from, to } = childrenOf(first);
  const contents = pages.map((page, at) => innerOf(page, at < pages.length - 1));
  return first.slice(0, from) + contents.join("") + first.slice(to);
}

/**
 * Returns the content of a root element.
 *
 * @param isContinued If `true`, its last child is left out if it contains the link to the next page.
 */
export function innerOf(html: string, isContinued: boolean = false): string {
  const { from, last, to } = childrenOf(html);
  const hasLink = isContinued && html.slice(last, to).includes(` ${MORE_ATTRIBUTE}="`);
  return html.slice(from, hasLink ? last : to);
}

/** Returns the positions of the content of a root element, and of its last child. */
function childrenOf(html: string): { readonly from: number; readonly last: number; readonly to: number } {
  let [depth, from, last] = [0, 0, 0];
  for (const { 0: tag, 2: slash, 3: name, index } of html.matchAll(TAG)) {
    if (slash !== "" && name !== undefined) {
      if (--depth === 0) return { from, last, to: index };
      continue;
    }
    if (depth === 0) from = last = index + tag.length;
    if (depth === 1) last = index;
    if (name !== undefined && !tag.endsWith("/>") && !VOID.test(name)) depth++;
  }
  return { from, last, to: html.length };
}

/** Returns HTML with attributes added to its first tag. */
export function withAttributes(html: string, attributes: Readonly<Record<string, string>>): string {
  const [tag = ""] = FIRST_TAG.exec(html) ?? [];
  const written = Object.entries(attributes).map(([name, value]) => ` ${name}="${escape(value)}"`);
  return tag + written.join("") + html.slice(tag.length);
}

function escape(value: string): string {
  return value.replaceAll("&", "&amp;").replaceAll('"', "&quot;");
}
