/** A text of the site: a Markdown file, read once and divided into the parts of its page. */
import { lexer, type Token, type Tokens } from "marked";
import { readFile } from "./source.ts";

/** A parsed text. */
export interface Document {
  /** Its first heading. */
  readonly title: string;
  /** The paragraph after it, which introduces the page. */
  readonly lead: Token | null;
  /** The rest. */
  readonly body: readonly Token[];
  /** Its headings of the second level. */
  readonly headings: readonly Heading[];
}

/** A heading to link to. */
export interface Heading {
  /** Its text. */
  readonly text: string;
  /** Its id on the page. */
  readonly id: string;
}

const documents = new Map<string, Promise<Document>>();

/**
 * Reads a text.
 *
 * @param folder The folder of its section.
 * @param name Its name in the site map.
 * @throws {TypeError} When it does not begin with a heading, or includes a file that does not exist.
 */
export function readDocument(folder: string, name: string): Promise<Document> {
  const path = `${folder}/${name}.md`;
  let document = documents.get(path);
  if (document === undefined) {
    document = parseDocument(path);
    documents.set(path, document);
  }
  return document;
}

async function parseDocument(path: string): Promise<Document> {
  const tokens = lexer(await readFile(path)).filter(({ type }) => type !== "space");
  const [first, second] = tokens;
  if (first === undefined || !is(first, "heading") || first.depth !== 1) {
    throw new TypeError(`Cannot show "${path}": it does not begin with a first-level heading; add one`);
  }
  const hasLead = second !== undefined && is(second, "paragraph") && quotedFile(second) === null;
  const body = tokens.slice(hasLead ? 2 : 1);
  const folder = path.slice(0, path.lastIndexOf("/"));
  return {
    title: textOf(first),
    lead: hasLead ? second : null,
    body: await Promise.all(body.map((token) => quote(token, folder))),
    headings: body.filter((token) => is(token, "heading")).filter(({ depth }) => depth === 2).map((token) => ({
      text: textOf(token),
      id: headingId(token),
    })),
  };
}

/** Returns whether a token is of a type. Comparing `type` does not narrow marked's union, which allows any name. */
export function is<T extends keyof TokenKinds>(token: Token, type: T): token is TokenKinds[T] {
  return token.type === type;
}

/** The types of tokens in the texts of this site. */
export interface TokenKinds {
  readonly blockquote: Tokens.Blockquote;
  readonly br: Tokens.Br;
  readonly code: Tokens.Code;
  readonly codespan: Tokens.Codespan;
  readonly em: Tokens.Em;
  readonly escape: Tokens.Escape;
  readonly heading: Tokens.Heading;
  readonly hr: Tokens.Hr;
  readonly image: Tokens.Image;
  readonly link: Tokens.Link;
  readonly list: Tokens.List;
  readonly paragraph: Tokens.Paragraph;
  readonly strong: Tokens.Strong;
  readonly table: Tokens.Table;
  readonly text: Tokens.Text;
}

/** Returns the id of a heading: its words, joined by dashes, as on code hosts. */
export function headingId(token: Tokens.Heading): string {
  return textOf(token).toLowerCase().replaceAll(/[^\p{L}\p{N} _-]/gu, "").replaceAll(" ", "-");
}

/** Returns the plain text of a token. */
export function textOf(token: Token): string {
  const parts = "tokens" in token ? token.tokens : undefined;
  if (parts === undefined || is(token, "codespan")) return "text" in token ? String(token.text) : "";
  return parts.map(textOf).join("");
}

const SOURCE_FILE = /^[^:]*(?:\.(tsx?|js|css|conf)|\/Caddyfile)$/;

/**
 * Returns the file that a paragraph includes: its only content is a link to a source file, such as
 * `[pages/page.tsx](../pages/page.tsx)`. A code host shows the link, this site shows the source.
 */
function quotedFile(token: Token): Tokens.Link | null {
  if (!is(token, "paragraph") || token.tokens.length !== 1) return null;
  const [link] = token.tokens;
  return link !== undefined && is(link, "link") && SOURCE_FILE.test(link.href) ? link : null;
}

async function quote(token: Token, folder: string): Promise<Token> {
  const link = quotedFile(token);
  if (link === null) return token;
  const [, extension = "conf"] = SOURCE_FILE.exec(link.href) ?? [];
  const language = extension === "conf" ? "sh" : extension;
  const text = await readFile(`${folder}/${link.href}`);
  return {
    type: "code",
    raw: link.raw,
    lang: `${language} ${textOf(link)}`,
    text: text.trimEnd(),
  } satisfies Tokens.Code;
}
