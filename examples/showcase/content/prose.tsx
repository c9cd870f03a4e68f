/** Markdown as components. Everything is escaped, and only the token types below become elements. */
import type { Markup } from "@hyper/actions";
import type { Token, Tokens } from "marked";
import { Code } from "./code.tsx";
import { headingId, is, liveExample } from "./document.ts";

/** Props of {@linkcode Prose}. */
export interface ProseProps {
  readonly tokens: readonly Token[];
  /** Renders a live example. Without it, a document links to the page of the example. */
  readonly live?: ((name: string) => Markup) | undefined;
}

/** Blocks of a document. */
export function Prose({ tokens, live }: ProseProps) {
  return (
    <>
      {tokens.map((token) => {
        const name = liveExample(token);
        return name === null || live === undefined ? block(token) : live(name);
      })}
    </>
  );
}

/** Inline content of a paragraph. */
export function Words({ token }: { readonly token: Token }) {
  return <>{inline("tokens" in token ? token.tokens : undefined)}</>;
}

function block(token: Token): Markup {
  if (is(token, "heading")) {
    const Heading = `h${token.depth}` as "h2";
    const id = headingId(token);
    return (
      <Heading id={id}>
        {/* A link to copy. Not a tab stop: the list of headings at the top leads here. */}
        <a href={`#${id}`} class="permalink" tabindex={-1}>{inline(token.tokens)}</a>
      </Heading>
    );
  }
  if (is(token, "paragraph")) return <p>{inline(token.tokens)}</p>;
  if (is(token, "list")) {
    const items = token.items.map((item, index) => <li key={index}>{item.tokens.map(block)}</li>);
    return token.ordered ? <ol>{items}</ol> : <ul>{items}</ul>;
  }
  if (is(token, "code")) {
    const [language = "", ...caption] = (token.lang ?? "").split(" ").filter((word) => word !== "ignore");
    return <Code source={token.text} language={language} caption={caption.join(" ") || undefined} />;
  }
  if (is(token, "blockquote")) return <blockquote>{token.tokens.map(block)}</blockquote>;
  if (is(token, "table")) return table(token);
  if (is(token, "hr")) return <hr />;
  // An item of a tight list, without paragraphs.
  if (is(token, "text")) return inline(token.tokens ?? [token]);
  if (token.type === "space") return null;
  throw new TypeError(`Cannot render Markdown of type "${token.type}": ${token.raw.slice(0, 80)}`);
}

function table({ header, rows }: Tokens.Table): Markup {
  const names = header.map(({ text }) => text).join(", ");
  return (
    <div class="table" tabindex={0} role="group" aria-label={`Table: ${names}`}>
      <table>
        <thead>
          <tr>
            {header.map(({ tokens }, index) =>
              tokens.length === 0 ? <td key={index} /> : <th key={index} scope="col">{inline(tokens)}</th>
            )}
          </tr>
        </thead>
        <tbody>
          {rows.map((cells, index) => (
            <tr key={index}>{cells.map(({ tokens }, index) => <td key={index}>{inline(tokens)}</td>)}</tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function inline(tokens: readonly Token[] | undefined): Markup {
  return (tokens ?? []).map(words);
}

function words(token: Token): Markup {
  if (is(token, "text")) return token.tokens === undefined ? token.text : inline(token.tokens);
  if (is(token, "escape")) return token.text;
  // A name is not wrapped in the first column of a table, a message is.
  if (is(token, "codespan")) return <code class={token.text.length > 40 ? "long" : undefined}>{token.text}</code>;
  if (is(token, "strong")) return <strong>{inline(token.tokens)}</strong>;
  if (is(token, "em")) return <em>{inline(token.tokens)}</em>;
  if (is(token, "br")) return <br />;
  if (is(token, "link")) return link(token);
  throw new TypeError(`Cannot render Markdown of type "${token.type}": ${token.raw.slice(0, 80)}`);
}

const DOCUMENT = /^(?:\.\.\/(\w+)\/)?([\w-]+)\.md(#.*)?$/;
const ROOT_DOCUMENT = /^(?:\.{1,2}\/)*([A-Z]+)\.md(#.*)?$/;
/** Pages of the site that include a document of the root of the repository. */
const ROOT_PAGES: ReadonlyMap<string, string> = new Map([
  ["CHANGELOG", "../about/changelog"],
  ["CONTRIBUTING", "../about/contributing"],
  ["SECURITY", "../reference/security"],
]);
const OUTSIDE = /^https?:\/\//;

/** Renders a link to a document, another site or a heading. A link to another file of the repository becomes text. */
function link({ href, tokens }: Tokens.Link): Markup {
  const [, root = "", fragment = ""] = ROOT_DOCUMENT.exec(href) ?? [];
  const included = ROOT_PAGES.get(root);
  if (included !== undefined) return <a href={`${included}${fragment}`}>{inline(tokens)}</a>;
  const [, folder, name, hash = ""] = DOCUMENT.exec(href) ?? [];
  if (name !== undefined) {
    const place = folder === undefined ? name : `../${folder === "capabilities" ? "show" : folder}/${name}`;
    return <a href={`${place}${hash}`}>{inline(tokens)}</a>;
  }
  if (OUTSIDE.test(href) || /^[#/]/.test(href)) return <a href={href}>{inline(tokens)}</a>;
  return <>{inline(tokens)}</>;
}
