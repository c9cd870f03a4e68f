import { type Document, textOf } from "../content/document.ts";

/** Maximum length of a description, in characters: search engines cut longer ones. */
const MAX_DESCRIPTION = 160;

/** Title and description of a page, for the browser, for search engines, and for links to it (ogp.me). */
export function PageHead({ title, description, url }: {
  readonly title: string;
  readonly description: string;
  readonly url: URL;
}) {
  return (
    <>
      <title>{title}</title>
      <meta name="description" content={description} />
      <meta property="og:title" content={title} />
      <meta property="og:description" content={description} />
      <meta property="og:type" content="website" />
      <meta property="og:url" content={`${url.origin}${url.pathname}`} />
      <meta property="og:image" content={`${url.origin}/showcase.png`} />
      <meta property="og:image:alt" content="A form with errors at its fields, and its source code next to it" />
    </>
  );
}

/** The same of a document: its description is its first paragraph. */
export function DocumentHead({ document, url }: { readonly document: Document; readonly url: URL }) {
  return <PageHead title={`${document.title} · @hyper/actions`} description={describe(document)} url={url} />;
}

function describe({ title, lead }: Document): string {
  const text = lead === null ? `${title} of @hyper/actions` : textOf(lead).replaceAll(/\s+/g, " ");
  if (text.length <= MAX_DESCRIPTION) return text;
  return `${text.slice(0, text.lastIndexOf(" ", MAX_DESCRIPTION - 2))} …`;
}
