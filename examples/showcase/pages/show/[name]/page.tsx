import { HyperError, type PageProps, type RequestContext } from "@hyper/actions";
import { DocumentHead } from "../../../components/document_head.tsx";
import { documentOf, markdownOf } from "../../../components/text_page.tsx";
import { PageLinks } from "../../../components/page_links.tsx";
import { Code } from "../../../content/code.tsx";
import { Prose, Words } from "../../../content/prose.tsx";
import { readFile } from "../../../content/source.ts";
import { DEMOS, scriptsOf } from "../demos.ts";

/** Reads the source files of a live example. */
async function sources({ params }: RequestContext) {
  const demo = DEMOS.get(String(params.name));
  if (demo === undefined) throw new HyperError(404, "This page does not exist");
  return await Promise.all(demo.files.map(async (path) => ({ path, text: await readFile(path) })));
}

export const render = markdownOf("capabilities");

export const context = { document: documentOf("capabilities"), sources };

type Props = PageProps<"/show/[name]", typeof context>;

/** The scripts of a live example are in the head, where they are loaded once. */
export const head = ({ url, params, context: { document } }: Props) => (
  <>
    <DocumentHead document={document} url={url} />
    {scriptsOf([params.name]).map((src) => <script key={src} type="module" src={src} />)}
  </>
);

/** A live example: introduction, the example with its source, and text. */
export default function Show({ url, params, context: { document, sources } }: Props) {
  const Demo = DEMOS.get(params.name)?.Demo;
  return (
    <article>
      <h1>{document.title}</h1>
      {document.lead !== null && (
        <p class="lead">
          <Words token={document.lead} />
        </p>
      )}
      <div class="split">
        <section class="live" id="live" aria-label="Live example">
          {Demo !== undefined && <Demo url={url} />}
        </section>
        <div class="files">
          {sources.map(({ path, text }) => (
            <Code
              key={path}
              source={text}
              language={path.split(".").at(-1) ?? ""}
              caption={path.split("/").slice(-2).join("/")}
            />
          ))}
        </div>
      </div>
      <Prose tokens={document.body} />
      <PageLinks path={url.pathname} source={document.source} />
    </article>
  );
}
