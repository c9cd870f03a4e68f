/** Search in the documents of the site: every word of the query must occur in a passage. */
import type { Token } from "marked";
import { type Entry, SECTIONS } from "../site.ts";
import { headingId, is, readDocument, textOf } from "./document.ts";

/** A part of a document: the text below one heading. */
interface Passage {
  readonly entry: Entry;
  /** Its heading; the title of the document for the text before the first heading. */
  readonly heading: string;
  /** The URL of the passage. */
  readonly href: string;
  readonly prose: string;
  readonly code: string;
}

/** A passage that contains all words of a query. */
export interface Hit {
  readonly title: string;
  readonly heading: string;
  readonly href: string;
  /** The text around the first word, at most 200 characters. */
  readonly excerpt: string;
}

/** Maximum length of a query, in characters: each of its words is looked for in every passage. */
export const MAX_QUERY = 100;
/** Maximum number of hits. */
const MAX_HITS = 20;
const EXCERPT = 200;

let passages: Promise<readonly Passage[]> | undefined;

/** Returns the passages that contain all words of a query, the best first; none for an empty query, or one that is too long. */
export async function search(query: string): Promise<readonly Hit[]> {
  if (query.length > MAX_QUERY) return [];
  const words = query.toLowerCase().split(/\s+/).filter((word) => word !== "");
  if (words.length === 0) return [];
  passages ??= readPassages();
  return (await passages)
    .map((passage) => ({ passage, score: score(passage, words) }))
    .filter(({ score }) => score > 0)
    .toSorted((a, b) => b.score - a.score)
    .slice(0, MAX_HITS)
    .map(({ passage: { entry, heading, href, prose } }) => ({
      title: entry.title,
      heading,
      href,
      excerpt: excerptOf(prose, words[0] ?? ""),
    }));
}

async function readPassages(): Promise<readonly Passage[]> {
  const entries = SECTIONS.flatMap(({ folder, entries }) => entries.map((entry) => ({ folder, entry })));
  const read = await Promise.all(entries.map(async ({ folder, entry }) => {
    const { lead, body } = await readDocument(folder, entry.name);
    return passagesOf(entry, lead === null ? body : [lead, ...body]);
  }));
  return read.flat();
}

function passagesOf(entry: Entry, tokens: readonly Token[]): readonly Passage[] {
  const found: Passage[] = [];
  let begun = { entry, heading: entry.title, href: entry.path, prose: "", code: "" };
  for (const token of tokens) {
    if (is(token, "heading")) {
      found.push(begun);
      begun = { entry, heading: textOf(token), href: `${entry.path}#${headingId(token)}`, prose: "", code: "" };
    } else if (is(token, "code")) begun.code += `${token.text}\n`;
    else begun.prose += `${plain(token)} `;
  }
  return [...found, begun];
}

/** Returns the text of a block, without the marks of Markdown. */
function plain(token: Token): string {
  return token.raw.replaceAll(/\]\([^)]*\)/g, "").replaceAll(/[`*|[]|^#+ |^-+$/gm, "").replaceAll(/\s+/g, " ").trim();
}

/** Returns a score above 0 if all words occur. A word in a title counts more than one in a heading, and that more than text. */
function score({ entry, heading, prose, code }: Passage, words: readonly string[]): number {
  const places = [[entry.title, 8], [heading, 4], [prose, 2], [code, 1]] as const;
  const scores = words.map((word) =>
    places.reduce((sum, [place, weight]) => sum + (place.toLowerCase().includes(word) ? weight : 0), 0)
  );
  return scores.includes(0) ? 0 : scores.reduce((sum, one) => sum + one, 0);
}

function excerptOf(text: string, word: string): string {
  const at = Math.max(0, text.toLowerCase().indexOf(word) - EXCERPT / 4);
  // Begins with a whole word.
  const start = at === 0 ? 0 : text.indexOf(" ", at) + 1;
  const part = text.slice(start, start + EXCERPT).trim();
  return `${start > 0 ? "… " : ""}${part}${start + EXCERPT < text.length ? " …" : ""}`;
}
