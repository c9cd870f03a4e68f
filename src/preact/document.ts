// The document around a page, edited as text: head and body are rendered separately, and each only once.

/** The rendered heads of layouts and page, outermost first. */
export type HeadParts = readonly string[];

const HTML_START = /^\s*(?:<!doctype[^>]*>\s*)?<html[\s>]/i;
const PREFIXED_HTML_START = /^<!DOCTYPE html>\s*<html[\s>]/i;
const TITLE = /<title[^>]*>[\s\S]*?<\/title>/gi;

/** Returns the document that a layout or the page rendered, with a doctype; `null` if neither rendered `<html>`. */
export function asDocument(html: string): string | null {
  // Joined before it is searched: V8 keeps a joined string as a tree until a search flattens it. Joining afterwards would make a
  // second tree, to be flattened again.
  const prefixed = `<!DOCTYPE html>${html}`;
  if (PREFIXED_HTML_START.test(prefixed)) return prefixed;
  return HTML_START.test(html) ? html : null;
}

/** Inserts head parts into a document that {@linkcode asDocument} returned. The title nearest to the page wins; the rest adds up. */
export function withHead(document: string, head: HeadParts): string {
  const { title, rest } = mergeHeadParts(head);
  return title === "" && rest === "" ? document : insertHead(document, title, rest);
}

/** Returns a plain document around a page that has no layout with `<html>`. */
export function plainDocument(html: string, head: HeadParts, clientScript: string, lang: string): string {
  return plainBeginning(html, head, clientScript, lang) + PLAIN_END;
}

function plainBeginning(html: string, head: HeadParts, clientScript: string, lang: string): string {
  const { title, rest } = mergeHeadParts(head);
  return (
    `<!DOCTYPE html><html lang="${lang}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">` +
    `${title || titleOf(html)}${rest}${clientScript}</head><body>${html}`
  );
}

/** Returns a title with the text of the first heading, because a document must have one (WCAG 2.4.2). Empty without a heading. */
function titleOf(html: string): string {
  const heading = /<h1(?:\s(?:[^>"]|"[^"]*")*)?>([\s\S]*?)<\/h1\s*>/i.exec(html)?.[1] ?? "";
  // Character references mean the same in a title, tags do not. An unescaped "<" could end the title.
  const text = heading.replace(/<!--[\s\S]*?-->|<(?:[^>"]|"[^"]*")*>/g, "").replaceAll("<", "&lt;").replace(/\s+/g, " ")
    .trim();
  return text === "" ? "" : `<title>${text}</title>`;
}

const PLAIN_END = "</body></html>";

/** The first piece of a document. */
export interface DocumentBeginning {
  readonly text: string;
  /** The text that closes the document; empty if the page closes it. */
  readonly end: string;
}

/**
 * Returns the beginning of a document around the first pieces of a page; `null` while they do not yet show whether the page
 * renders `<html>` itself, or where its head ends.
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

function mergeHeadParts(head: HeadParts): { readonly title: string; readonly rest: string } {
  const titles = head.flatMap((part) => part.match(TITLE) ?? []);
  return { title: titles.at(-1) ?? "", rest: head.map((part) => part.replace(TITLE, "")).join("") };
}

// Searches the head of the layout only: the body of a page may contain the text of a head.
function insertHead(html: string, title: string, rest: string): string {
  const end = html.search(/<\/head\s*>/i);
  if (end === -1) {
    // A layout without <head>: a parser would insert one before the body, and so does this.
    const open = /<html[^>]*>/i.exec(html);
    const at = open === null ? 0 : open.index + open[0].length;
    return `${html.slice(0, at)}<head>${title}${rest}</head>${html.slice(at)}`;
  }
  const before = title === "" ? html.slice(0, end) : html.slice(0, end).replace(TITLE, "");
  return `${before}${title}${rest}${html.slice(end)}`;
}

/** Returns the body element of a document, or a body around HTML that is not a document. */
export function bodyElement(html: string): string {
  if (!HTML_START.test(html)) return `<body>${html}</body>`;
  const start = html.search(/<body[\s>]/i);
  if (start === -1) return `<body></body>`;
  const end = html.toLowerCase().lastIndexOf("</body>");
  return end === -1 ? `${html.slice(start)}</body>` : html.slice(start, end + "</body>".length);
}

/** Returns the content of the first `<name>` element, or `null` if there is none. */
export function cutOut(html: string, name: string): string | null {
  const open = `<${name}>`;
  const start = html.indexOf(open);
  if (start === -1) return null;
  const end = html.indexOf(`</${name}>`, start);
  return html.slice(start + open.length, end);
}
