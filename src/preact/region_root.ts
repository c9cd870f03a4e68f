// The root element of a region, in rendered HTML.
//
// The content of a region may be a component, so that only its HTML shows how many elements it has. A region is a single element and not
// a pair of marks around nodes, so that it can be a row of a table or an option.

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

/** Returns HTML with attributes added to its first tag. */
export function withAttributes(html: string, attributes: Readonly<Record<string, string>>): string {
  const [tag = ""] = FIRST_TAG.exec(html) ?? [];
  const written = Object.entries(attributes).map(([name, value]) => ` ${name}="${escape(value)}"`);
  return tag + written.join("") + html.slice(tag.length);
}

function escape(value: string): string {
  return value.replaceAll("&", "&amp;").replaceAll('"', "&quot;");
}
