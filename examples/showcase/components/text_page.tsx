import { HyperError, type RequestContext } from "@hyper/actions";
import { type Document, readDocument } from "../content/document.ts";
import { Prose, Words } from "../content/prose.tsx";
import { findEntry } from "../site.ts";
import { WayOn } from "./way_on.tsx";

/** What a page of text gets of its context. */
export interface TextContext {
  /** The text. */
  readonly document: Document;
}

/**
 * A provider of the text that an address names.
 *
 * @param folder The folder of its section.
 */
export function documentOf(folder: string): (ctx: Pick<RequestContext, "params">) => Promise<Document> {
  return ({ params }) => {
    const entry = findEntry(folder, String(params.name));
    if (entry === null) throw new HyperError(404, "There is no such page");
    return readDocument(folder, entry.name);
  };
}

/** A page of text: its title, what it is about, the way within it, and the text. */
export function TextPage({ document, path }: { readonly document: Document; readonly path: string }) {
  const { title, lead, headings, body } = document;
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
      <Prose tokens={body} />
      <WayOn path={path} />
    </article>
  );
}
