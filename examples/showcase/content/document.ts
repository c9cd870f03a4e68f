/** Documents of the site: Markdown files, parsed once. */
import { lexer, type Token, type Tokens } from "marked";
import { readFile } from "./source.ts";

/** A parsed document. */
export interface Document {
  /** Text of its first heading. */
  readonly title: string;
  /** The paragraph after the heading, or `null`. */
  readonly lead: Token | null;
  /** All other tokens. */
  readonly body: readonly Token[];
  /** Headings of the second level. */
  readonly headings: readonly Heading[];
  /** Names of the live examples in it. */
  readonly examples: readonly string[];
  /** The file to edit, as a path from the root of the repository. */
  readonly source: string;
  /** Its Markdown, with the files that it includes and quotes. */
  readonly markdown: string;
}

/** A heading, as a link target. */
export interface Heading {
  /** Its text. */
  readonly text: string;
  /** Its id on the page. */
  readonly id: string;
}

const documents = new Map<string, Promise<Document>>();

/**
 * Reads a document.
 *
 * @param folder The folder of its section.
 * @param name Its name, from the table of contents.
 * @returns The document.
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
  const folder = path.slice(0, path.lastIndexOf("/"));
  const { source, included } = await includeDocument(parse(await readFile(path)), path);
  const tokens = await Promise.all(included.map((token) => quote(token, folder)));
  const [first, second] = tokens;
  if (first === undefined || !is(first, "heading") || first.depth !== 1) {
    throw new TypeError(`Cannot show "${path}": it does not begin with a first-level heading; add one`);
  }
  const hasLead = second !== undefined && is(second, "paragraph");
  const body = tokens.slice(hasLead ? 2 : 1);
  return {
    title: textOf(first),
    lead: hasLead ? second : null,
    body,
    headings: body.filter((token) => is(token, "heading")).filter(({ depth }) => depth === 2).map((token) => ({
      text: textOf(token),
      id: headingId(token),
    })),
    examples: body.map(liveExample).filter((name) => name !== null),
    source,
    markdown: `${tokens.map(({ raw }) => raw.trim()).join("\n\n")}\n`,
  };
}

function parse(text: string): Token[] {
  return lexer(text).filter(({ type }) => type !== "space");
}

/** The tokens of a document, and the file that contains them, as a path from the root of the repository. */
interface Included {
  readonly source: string;
  readonly included: readonly Token[];
}

const INCLUDED = /^(?:\.\.\/)+[\w-]+\.md$/;

/**
 * Includes a Markdown file of the repository: a document whose only paragraph links to it, such as `reference/security.md`,
 * shows its text below its own heading. So each document has one source, and code hosts show the link.
 */
async function includeDocument(tokens: Token[], path: string): Promise<Included> {
  const own = { source: `examples/showcase/${path}`, included: tokens };
  const [heading, paragraph, ...others] = tokens;
  if (heading === undefined || paragraph === undefined || others.length > 0) return own;
  const link = onlyLink(paragraph);
  if (link === null || !INCLUDED.test(link.href)) return own;
  const text = await readFile(`${path.slice(0, path.lastIndexOf("/"))}/${link.href}`);
  // Links in the file start at the root of the repository, and those of a document at its own folder.
  const [, ...body] = parse(text.replaceAll("](examples/showcase/", "](../"));
  return { source: link.href.replace(/^(?:\.\.\/)+/, ""), included: [heading, ...body] };
}

/** Returns whether a token has a type. TypeScript cannot narrow the union of tokens by `type`. */
export function is<T extends keyof TokenKinds>(token: Token, type: T): token is TokenKinds[T] {
  return token.type === type;
}

/** The types of token that documents may contain. */
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

/** Returns the ID of a heading, as code hosts derive it: its words, joined by dashes. */
export function headingId(token: Tokens.Heading): string {
  return textOf(token).toLowerCase().replaceAll(/[^\p{L}\p{N} _-]/gu, "").replaceAll(" ", "-");
}

/** Returns the text of a token without markup. */
export function textOf(token: Token): string {
  const parts = "tokens" in token ? token.tokens : undefined;
  if (parts === undefined || is(token, "codespan")) return "text" in token ? String(token.text) : "";
  return parts.map(textOf).join("");
}

const SOURCE_FILE = /^[^:]*(?:\.(tsx?|js|css|conf)|\/Caddyfile)$/;

/** Returns the link of a paragraph that contains nothing else, or `null`. */
function onlyLink(token: Token): Tokens.Link | null {
  if (!is(token, "paragraph") || token.tokens.length !== 1) return null;
  const [link] = token.tokens;
  return link !== undefined && is(link, "link") ? link : null;
}

/**
 * Returns the link of a paragraph that only links to a source file, such as `[pages/page.tsx](../pages/page.tsx)`, or `null`.
 * A code host shows the link, and this site shows the source.
 */
function quotedFile(token: Token): Tokens.Link | null {
  const link = onlyLink(token);
  return link !== null && SOURCE_FILE.test(link.href) ? link : null;
}

/**
 * Returns the name of a live example if a paragraph only links to its page, such as `[Live example](../capabilities/once.md)`, or
 * `null`. A code host shows the link, and this site shows the example.
 */
export function liveExample(token: Token): string | null {
  const [, name = null] = /^\.\.\/capabilities\/([\w-]+)\.md$/.exec(onlyLink(token)?.href ?? "") ?? [];
  return name;
}

async function quote(token: Token, folder: string): Promise<Token> {
  const link = quotedFile(token);
  if (link === null) return token;
  const [, extension = "conf"] = SOURCE_FILE.exec(link.href) ?? [];
  const lang = `${extension === "conf" ? "sh" : extension} ${textOf(link)}`;
  const text = (await readFile(`${folder}/${link.href}`)).trimEnd();
  return { type: "code", raw: `\`\`\`${lang}\n${text}\n\`\`\``, lang, text } satisfies Tokens.Code;
}
