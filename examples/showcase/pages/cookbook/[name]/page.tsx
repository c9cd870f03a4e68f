import type { PageProps } from "@hyper/actions";
import { DocumentHead } from "../../../components/document_head.tsx";
import { documentOf, markdownOf, TextPage } from "../../../components/text_page.tsx";

export const render = markdownOf("cookbook");

export const context = { document: documentOf("cookbook") };

type Props = PageProps<"/cookbook/[name]", typeof context>;

export const head = ({ url, context: { document } }: Props) => <DocumentHead document={document} url={url} />;

/** A text page of this section. */
export default function Text({ url, context: { document } }: Props) {
  return <TextPage document={document} url={url} />;
}
