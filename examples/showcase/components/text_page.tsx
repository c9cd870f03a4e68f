import { HyperError, type RequestContext } from "@hyper/actions";
import { type Document, readDocument } from "../content/document.ts";
import { Prose, Words } from "../content/prose.tsx";
import { findEntry } from "../site.ts";
import { LiveExample } from "./live_example.tsx";
import { PageLinks } from "./page_links.tsx";

/** Context values of a text page. */
export interface TextContext {
  /** The document. */
  readonly document: Document;
}

/**
 * Creates the context function that reads the document of a URL.
 *
 * @param folder The folder of its section.
 */
export function documentOf(folder: string): (ctx: Pick<RequestContext, "params">) => Promise<Document> {
  return ({ params }) => {
    const entry = findEntry(folder, String(params.name));
    if (entry === null) throw new HyperError(404, "This page does not exist");
    return readDocument(folder, entry.name);
  };
}

/**
 * Creates the function that responds to the name of a Markdown file, such as `forms.md`, with the file.
 *
 * @param folder The folder of its section.
 */
export function markdownOf(folder: string): (ctx: Pick<RequestContext, "params">) => Promise<Response | undefined> {
  return async ({ params }) => {
    const [, name] = /^(.+)\.md$/.exec(String(params.name)) ?? [];
    if (name === undefined) return undefined;
    const entry = findEntry(folder, name);
    if (entry === null) throw new HyperError(404, "This page does not exist");
    const { markdown } = await readDocument(folder, entry.name);
    return new Response(markdown, { headers: { "content-type": "text/markdown; charset=utf-8" } });
  };
}

/** A text page: title, introduction, links to its sections, and text. */
export function TextPage({ document, url }: { readonly document: Document; readonly url: URL }) {
  const { title, lead, headings, body, source } = document;
  return (
    <article>
      <h1>{title}</h1>
      {lead !== null && (
        <p class="lead">
          <Words token={lead} />
        </p>
      )}
      {headings.length > 3 && (
        <nav class="on-page" aria-label="On this page">
          <ul>
            {headings.map(({ id, text }) => (
              <li key={id}>
                <a href={`#${id}`}>{text}</a>
              </li>
            ))}
          </ul>
        </nav>
      )}
      <Prose tokens={body} live={(name) => <LiveExample key={name} name={name} url={url} />} />
      <PageLinks path={url.pathname} source={source} />
    </article>
  );
}
