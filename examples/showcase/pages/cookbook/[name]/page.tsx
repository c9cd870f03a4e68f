import type { PageProps } from "@hyper/actions";
import { documentOf, markdownOf, TextPage } from "../../../components/text_page.tsx";

export const render = markdownOf("cookbook");

export const context = { document: documentOf("cookbook") };

type Props = PageProps<"/cookbook/[name]", typeof context>;

export const head = ({ context: { document } }: Props) => <title>{`${document.title} · @hyper/actions`}</title>;

/** A text page of this section. */
export default function Text({ url, context: { document } }: Props) {
  return <TextPage document={document} url={url} />;
}
