// Cuts an element out of HTML by its name, which is random, so that the content of a page cannot contain it.

/** HTML split at an element. */
export interface SplitHtml {
  readonly before: string;
  readonly content: string;
  readonly after: string;
}

/** Splits HTML at the first `<name>` element, and removes the tags of this name; returns `null` if there is none. */
export function splitAround(html: string, name: string): SplitHtml | null {
  const [open, close] = [`<${name}>`, `</${name}>`];
  const start = html.indexOf(open);
  if (start === -1) return null;
  const end = html.indexOf(close, start);
  return {
    before: html.slice(0, start),
    content: html.slice(start + open.length, end),
    after: html.slice(end).replaceAll(open, "").replaceAll(close, ""),
  };
}
