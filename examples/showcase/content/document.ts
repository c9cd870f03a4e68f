/** A text of the site: a Markdown file, read once and cut into what its page shows. */
import { lexer, type Token, type Tokens } from "marked";
import { readFile } from "./source.ts";

/** A text, ready to be drawn. */
export interface Document {
  /** Its first heading. */
  readonly title: string;
  /** The paragraph that follows: what the page is about. */
  readonly lead: Token | null;
  /** The rest. */
  readonly body: readonly Token[];
  /** Its headings of the second level. */
  readonly headings: readonly Heading[];
}

/** A heading one can link to. */
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
 * @param name Its name, one of the map of the site.
 * @returns The text.
 * @throws {TypeError} When it does not begin with a heading, or shows a file that is not there.
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
    throw new TypeError(`Cannot show "${path}": it does not begin with a heading of the first level`);
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

/** Whether a token is of a kind: `type` alone does not tell TypeScript, whose union has a kind of any name in it. */
export function is<T extends keyof TokenKinds>(token: Token, type: T): token is TokenKinds[T] {
  return token.type === type;
}

/** The kinds of token that a text here may be made of. */
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

/** The id of a heading: its words, joined by dashes, as code hosts make it. */
export function headingId(token: Tokens.Heading): string {
  return textOf(token).toLowerCase().replaceAll(/[^\p{L}\p{N} _-]/gu, "").replaceAll(" ", "-");
}

/** The text of a token without its marks. */
export function textOf(token: Token): string {
  const parts = "tokens" in token ? token.tokens : undefined;
  if (parts === undefined || is(token, "codespan")) return "text" in token ? String(token.text) : "";
  return parts.map(textOf).join("");
}

const SOURCE_FILE = /^[^:]*(?:\.(tsx?|js|css|conf)|\/Caddyfile)$/;

/**
 * The file that a paragraph stands for: one that is a single link to a source, such as
 * `[pages/page.tsx](../pages/page.tsx)`. A code host shows the link, this site the source.
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
