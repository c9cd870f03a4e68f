import type { PageProps } from "@hyper/actions";
import { scriptsOf } from "../../show/demos.ts";
import { DocumentHead } from "../../../components/document_head.tsx";
import { documentOf, markdownOf, TextPage } from "../../../components/text_page.tsx";

export const render = markdownOf("guides");

export const context = { document: documentOf("guides") };

type Props = PageProps<"/guides/[name]", typeof context>;

/** The scripts of the live examples are in the head, where they are loaded once. */
export const head = ({ url, context: { document } }: Props) => (
  <>
    <DocumentHead document={document} url={url} />
    {scriptsOf(document.examples).map((src) => <script key={src} type="module" src={src} />)}
  </>
);

/** A text page of this section. */
export default function Text({ url, context: { document } }: Props) {
  return <TextPage document={document} url={url} />;
}
