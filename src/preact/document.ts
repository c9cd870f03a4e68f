/**
 * The document around a rendered page, as text: head and body are known by then, and nothing is rendered twice.
 *
 * @module
 */

/** What a page, and each layout around it, wants in the head; rendered, the outermost first. */
export type HeadParts = readonly string[];

const HTML_START = /^\s*(?:<!doctype[^>]*>\s*)?<html[\s>]/i;
const TITLE = /<title[^>]*>[\s\S]*?<\/title>/gi;

/** Whether the outermost layout, or the page itself, wrote the document. */
export function isDocument(html: string): boolean {
  return HTML_START.test(html);
}

/** The document that the outermost layout, or the page itself, wrote, begun with a doctype; `null` where neither did. */
export function asDocument(html: string): string | null {
  // Joined before it is looked at: a rendered text is a tree of its parts until somebody looks, which then makes it one
  // piece, and what is joined to that afterwards makes it another.
  const begun = `<!DOCTYPE html>${html}`;
  if (BEGUN.test(begun)) return begun;
  return isDocument(html) ? html : null;
}

const BEGUN = /^<!DOCTYPE html>\s*<html[\s>]/i;

/**
 * Puts head parts into a document. Of several titles the nearest to the page wins; the rest adds up in order.
 *
 * @param document What {@linkcode asDocument} gave.
 * @param head The head parts.
 */
export function withHead(document: string, head: HeadParts): string {
  if (head.length === 0) return document;
  const { title, rest } = mergeHead(head);
  return title === "" && rest === "" ? document : insertHead(document, title, rest);
}

/**
 * A plain document around what a page gave that has no layout which writes one.
 *
 * @param html What stands in its body.
 * @param head The head parts, merged as {@linkcode withHead} does.
 * @param clientScript The script element.
 * @param lang The language of the document: a canonical tag (BCP 47).
 */
export function plainDocument(html: string, head: HeadParts, clientScript: string, lang: string): string {
  return plainBeginning(html, head, clientScript, lang) + PLAIN_END;
}

function plainBeginning(html: string, head: HeadParts, clientScript: string, lang: string): string {
  const { title, rest } = mergeHead(head);
  return (
    `<!DOCTYPE html><html lang="${lang}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">` +
    `${title}${rest}${clientScript}</head><body>${html}`
  );
}

const PLAIN_END = "</body></html>";

/** The first part of a document, and what has to stand after the last. */
export interface DocumentBeginning {
  /** The beginning, its head complete. */
  readonly text: string;
  /** What closes the document; empty where the page does so itself. */
  readonly end: string;
}

/**
 * The beginning of the document around what has been rendered of a page; `null` where that shows neither whether the page
 * writes the document itself nor, if it does, where its head ends.
 *
 * @param html The page, as far as it has come.
 * @param head The head parts, merged as {@linkcode withHead} does.
 * @param clientScript The script element, for a plain document.
 * @param lang The language of a plain document.
 */
export function beginDocument(
  html: string,
  head: HeadParts,
  clientScript: string,
  lang: string,
): DocumentBeginning | null {
  if (!/\S/.test(html)) return null;
  const document = asDocument(html);
  if (document === null) return { text: plainBeginning(html, head, clientScript, lang), end: PLAIN_END };
  return /<\/head\s*>|<body[\s>]/i.test(document) ? { text: withHead(document, head), end: "" } : null;
}

function mergeHead(head: HeadParts): { readonly title: string; readonly rest: string } {
  let title = "";
  let rest = "";
  for (const part of head) {
    const titles = part.match(TITLE);
    if (titles !== null) title = titles.at(-1) ?? title;
    rest += titles === null ? part : part.replace(TITLE, "");
  }
  return { title, rest };
}

// Only the head of the layout is looked at: a page may show the text of a head in its body.
function insertHead(html: string, title: string, rest: string): string {
  const end = html.search(/<\/head\s*>/i);
  if (end === -1) {
    // A layout without a head: a parser would make one before the body, so it is written there.
    const open = /<html[^>]*>/i.exec(html);
    const at = open === null ? 0 : open.index + open[0].length;
    return `${html.slice(0, at)}<head>${title}${rest}</head>${html.slice(at)}`;
  }
  const before = title === "" ? html.slice(0, end) : html.slice(0, end).replace(TITLE, "");
  return `${before}${title}${rest}${html.slice(end)}`;
}

/** The body element of a document, `<body …>…</body>`; what has none is the body's content. */
export function bodyOf(html: string): string {
  if (!isDocument(html)) return `<body>${html}</body>`;
  const start = html.search(/<body[\s>]/i);
  if (start === -1) return `<body></body>`;
  const end = html.toLowerCase().lastIndexOf("</body>");
  return end === -1 ? `${html.slice(start)}</body>` : html.slice(start, end + "</body>".length);
}

/** What stands between the tags of the first `<name>` element, or `null`: the cut that a failing form is taken by. */
export function cutOut(html: string, name: string): string | null {
  const open = `<${name}>`;
  const start = html.indexOf(open);
  if (start === -1) return null;
  const end = html.indexOf(`</${name}>`, start);
  return html.slice(start + open.length, end);
}
