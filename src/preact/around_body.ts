// The start tag of `<html>` and the title of a page, apart from its body: a refresh sends both.
import { h, type VNode } from "preact";
import type { PageTree } from "../pages/page.ts";
import type { RenderedBody } from "../pages/page_render.ts";
import type { DocumentRender } from "./complete_page.tsx";
import { type DocumentHead, type DocumentNodes, NO_HEAD, Places, titleOf } from "./document.ts";
import { changeNode, elementAround, type NodeProps, type OnNode, replaceNode } from "./on_node.ts";
import { asChildren, inState } from "./page_node.tsx";
import { keepCarriageReturns, renderAtOnce, renderRaw } from "./render_html.ts";
import type { RenderState } from "./render_state.ts";
import { splitAround } from "./split_around.ts";

/** Renders what is around `<body>` apart from it. */
export class BodyApart implements DocumentNodes {
  readonly #places = new Places();
  readonly #title = new CutTitle();
  readonly #headTag = `hyper-head-${crypto.randomUUID()}`;
  #root: NodeProps | null = null;

  readonly onNode: OnNode = (vnode) => {
    if (typeof vnode.type !== "string") return;
    const place = this.#places.of(vnode);
    if (place === "html") {
      this.#root = vnode.props;
      replaceNode(vnode, vnode.props.children);
    } else if (place === "head") changeNode(vnode, this.#headTag, { children: vnode.props.children });
    else if (place === "title") this.#title.mark(vnode);
  };

  hasHtml(): boolean {
    return this.#places.hasHtml;
  }

  hasBody(): boolean {
    return this.#places.hasBody;
  }

  /** Takes a rendered page apart. The title of layouts and page replaces that of the layout around `<html>`. */
  take(html: string, { head, state }: Pick<DocumentRender, "head" | "state">): Extract<RenderedBody, { kind: "html" }> {
    const split = splitAround(html, this.#headTag);
    const body = split === null ? html : split.before + split.after;
    const own = this.#root === null ? titleOf(html) : this.#title.take(split?.content ?? "");
    return {
      kind: "html",
      html: keepCarriageReturns(this.hasBody() ? body : `<body>${body}</body>`),
      around: keepCarriageReturns(this.#startTag(state.texts.lang) + (head.hasTitle ? head.html : own)),
    };
  }

  /** Returns the start tag of `<html>`; `lang` is the language of a page without one. */
  #startTag(lang: string): string {
    const props: object = { ...(this.#root ?? { lang }), children: null };
    const html = renderAtOnce(h("html", props), null) ?? "";
    return html.replace(/<\/html>$/, "");
  }
}

/** Renders the title of layouts and page: the one nearest to the page. */
export async function renderTitle({ head }: PageTree, state: RenderState): Promise<DocumentHead> {
  for (const part of head.toReversed()) {
    if (part === null) continue;
    const title = new CutTitle();
    const onNode: OnNode = (vnode) => {
      // A title inside another element is that of an SVG.
      if (vnode.type === "title" && elementAround(vnode) === null) title.mark(vnode);
    };
    const html = title.take(await renderRaw(inState(state, asChildren(part)), null, onNode));
    if (html !== "") return { html, hasTitle: true };
  }
  return NO_HEAD;
}

/** A title that is marked in a render, and cut out of its HTML. */
class CutTitle {
  readonly #tag = `hyper-title-${crypto.randomUUID()}`;

  mark(vnode: VNode<NodeProps>): void {
    replaceNode(vnode, h(this.#tag, null, h("title", vnode.props)));
  }

  take(html: string): string {
    return splitAround(html, this.#tag)?.content ?? "";
  }
}
