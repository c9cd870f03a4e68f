// `<LayerPart>`: the part of a page that a layer shows.
import { h } from "preact";
import type { Markup, MarkupNode } from "../results/markup.ts";
import { usePageState } from "./page_state.ts";

/** Props of `<LayerPart>`. */
export interface LayerPartProps {
  /** The part that a layer shows. */
  readonly children?: Markup;
}

/**
 * Marks the part of a page that a layer shows (`hyper-layer`). Without it, a layer shows the whole page without its layouts. It has
 * no effect on a page that is not in a layer, and none in a layout, which a layer does not render. Of several, the first counts.
 *
 * @throws {TypeError} Outside a page.
 *
 * @example
 * ```tsx
 * import { createHandler, LayerPart } from "@hyper/actions";
 * import { assertEquals } from "@std/assert";
 *
 * const Ticket = () => <main><nav>All tickets</nav><LayerPart><h1>Ticket 7</h1></LayerPart></main>;
 * const handler = createHandler({ pages: [{ path: "/7", load: () => Promise.resolve({ default: Ticket }) }] });
 *
 * const inLayer = await handler(new Request("http://localhost/7", { headers: { "x-hyper-layer": "1" } }));
 * assertEquals((await inLayer.text()).includes("All tickets"), false);
 * ```
 */
export function LayerPart({ children }: LayerPartProps): MarkupNode {
  const { layerTag } = usePageState("LayerPart");
  // The children are nodes of Preact: `Markup` names them without its types.
  const content = children as Parameters<typeof h>[2];
  return layerTag === null ? <>{content}</> : h(layerTag, null, content);
}
