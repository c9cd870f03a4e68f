// A rendered page → its document, with the head of page and layouts, the browser runtime and toasts.
import type { TemplateReader } from "../http/templates.ts";
import { ClientScript } from "./client_script.tsx";
import {
  DOCTYPE,
  type DocumentHead,
  type DocumentNodes,
  HeadTitles,
  isDocument,
  NO_HEAD,
  PLAIN_END,
  plainBeginning,
  plainDocument,
  wholeDocument,
} from "./document.ts";
import type { LateParts } from "./late_parts.ts";
import { asChildren, inState, type PageNode } from "./page_node.tsx";
import { keepCarriageReturns, renderAtOnce, renderHtml, renderRaw } from "./render_html.ts";
import type { OnNode } from "./on_node.ts";
import { renderInParts } from "./render_parts.tsx";
import type { RenderState } from "./render_state.ts";
import type { PageTree } from "../pages/page.ts";
import type { Markup } from "../results/markup.ts";
import { templatesNode, withLateParts } from "./suspense.tsx";
import { Toasts } from "./toasts.tsx";

/** A document that is being rendered: its page, and the head that goes into it. */
export interface DocumentRender {
  readonly nodes: DocumentNodes;
  readonly head: DocumentHead;
  readonly state: RenderState;
}

/** Renders the heads of a page, and prepares the render of its document. */
export async function beginRender({ head, file }: PageTree, state: RenderState): Promise<DocumentRender> {
  const own = head.length === 0 ? NO_HEAD : await renderHeads(head, state);
  const rendered = state.hasScripts ? withScriptsOffLink(own, state) : own;
  return { nodes: wholeDocument(rendered, file), head: rendered, state };
}

/**
 * Completes a rendered page.
 *
 * @param html The page in its layouts, with its carriage returns.
 */
export async function completePage(html: string, { nodes, head, state }: DocumentRender): Promise<string> {
  // A layout that renders `<html>` decides itself where the script goes.
  if (nodes.hasHtml()) return keepCarriageReturns(DOCTYPE + html);
  return await completePlain(html, head, state);
}

/** Completes HTML that an action returned outside a page; it may be a document. */
export async function completeHtml(html: string, state: RenderState): Promise<string> {
  if (!isDocument(html)) return await completePlain(html, NO_HEAD, state);
  return keepCarriageReturns(/^\s*<!doctype/i.test(html) ? html : DOCTYPE + html);
}

async function completePlain(html: string, head: DocumentHead, state: RenderState): Promise<string> {
  const content = html + await renderUnshownToasts(state);
  return keepCarriageReturns(plainDocument(content, head, await renderClientScript(state), state.texts.lang));
}

/** Renders the toasts that nothing has shown. Without a layout there may be no `<Toasts>`, and the toasts of a redirect would be lost. */
async function renderUnshownToasts(state: RenderState): Promise<string> {
  if (state.askedForToasts || state.takeToasts().length === 0 && !state.toastsWait) return "";
  return await renderHtml(inState(state, <Toasts />), null);
}

/** Prepares a render whose `<Suspense>`s can be late, after {@linkcode beginRender}. */
export function withTemplates(
  { head: begun, state }: DocumentRender,
  { file }: PageTree,
  reader: TemplateReader,
): DocumentRender {
  // A page with regions that a script loads has the link already.
  const head = reader === "script" && !state.hasScripts ? withScriptsOffLink(begun, state) : begun;
  const nodes = wholeDocument(head, file, templatesNode());
  const onNode: OnNode = (vnode) => {
    nodes.onNode(vnode);
    withLateParts(vnode);
  };
  return { nodes: { ...nodes, onNode }, head, state };
}

/**
 * Renders a document in pieces. The first holds the head and everything before the first component that suspends.
 *
 * @param late The parts that may come after the page; `null` if all are sent in document order.
 */
export async function* completeInParts(
  { node, checkLayouts }: PageNode,
  document: DocumentRender,
  late: LateParts | null,
): AsyncGenerator<string, void, void> {
  const { nodes, head, state } = document;
  const script = await renderClientScript(state);
  let pending: string | null = "";
  const { check } = state;
  let whole = "";
  for await (const piece of renderInParts(node, nodes.onNode, late)) {
    if (check !== null) whole += piece;
    if (pending === null) {
      yield keepCarriageReturns(piece);
      continue;
    }
    pending += piece;
    // Spaces do not yet show whether the page renders `<html>` itself.
    if (!/\S/.test(pending)) continue;
    const begun = nodes.hasHtml() ? DOCTYPE + pending : plainBeginning(pending, head, script, state.texts.lang);
    pending = null;
    yield keepCarriageReturns(begun);
  }
  checkLayouts();
  check?.(whole);
  if (pending !== null) yield await completePage(pending, document);
  else if (!nodes.hasHtml()) yield await renderUnshownToasts(state) + PLAIN_END;
}

/**
 * Renders the heads of layouts and page. The title nearest to the page wins; the rest adds up.
 *
 * @param heads The heads, outermost first.
 */
async function renderHeads(heads: readonly Markup[], state: RenderState): Promise<DocumentHead> {
  let html = "";
  let hasTitle = false;
  // The innermost first, so that its title is known before the others.
  for (const part of heads.toReversed()) {
    if (part === null) continue;
    const titles: HeadTitles = new HeadTitles(!hasTitle);
    html = await renderRaw(inState(state, asChildren(part)), null, titles.onNode) + html;
    hasTitle ||= titles.hasTitle;
  }
  return { html, hasTitle };
}

/** Adds what leads a browser to the whole page whose scripts do not run any more. */
function withScriptsOffLink(head: DocumentHead, { scriptsOffUrl }: RenderState): DocumentHead {
  const link = <meta http-equiv="refresh" content={`0;url=${scriptsOffUrl}`} />;
  return { ...head, html: `${head.html}${renderAtOnce(<noscript>{link}</noscript>, null) ?? ""}` };
}

async function renderClientScript(state: RenderState): Promise<string> {
  return await renderHtml(inState(state, <ClientScript />), null);
}
