// A rendered page → its document, with the head of page and layouts, the browser runtime and toasts.
import { ClientScript } from "./client_script.tsx";
import { asDocument, beginDocument, plainDocument, withHead } from "./document.ts";
import { asChildren, inState, type PageNode } from "./page_node.tsx";
import { keepCarriageReturns, renderHtml } from "./render_html.ts";
import { renderInParts } from "./render_parts.tsx";
import type { RenderState } from "./render_state.ts";
import type { Markup } from "../results/markup.ts";
import { Toasts } from "./toasts.tsx";

/**
 * Completes a rendered page.
 *
 * @param html The page in its layouts, with its carriage returns.
 * @param head The heads of layouts and page, outermost first.
 * @param state The state that the page was rendered with.
 */
export async function completePage(html: string, head: readonly Markup[], state: RenderState): Promise<string> {
  const parts = await renderHead(head, state);
  const document = asDocument(html);
  // A layout that renders `<html>` decides itself where the script goes.
  if (document !== null) return keepCarriageReturns(withHead(document, parts));
  // Without a layout there may be no `<Toasts>`, and the toasts of a redirect would be lost.
  const toasts = state.askedForToasts || state.takeToasts().length === 0
    ? ""
    : await renderHtml(inState(state, <Toasts />), null);
  return keepCarriageReturns(plainDocument(html + toasts, parts, await renderClientScript(state), state.texts.lang));
}

/** Renders a document in pieces. The first holds the head and everything before the first component that suspends. */
export async function* completeInParts(
  { node, checkLayouts }: PageNode,
  head: readonly Markup[],
  state: RenderState,
): AsyncGenerator<string, void, void> {
  const parts = await renderHead(head, state);
  const script = await renderClientScript(state);
  let pending = "";
  let end: string | null = null;
  const { check } = state;
  let whole = "";
  for await (const piece of renderInParts(node)) {
    if (check !== null) whole += piece;
    if (end !== null) {
      yield keepCarriageReturns(piece);
      continue;
    }
    pending += piece;
    const begun = beginDocument(pending, parts, script, state.texts.lang);
    if (begun === null) continue;
    end = begun.end;
    yield keepCarriageReturns(begun.text);
  }
  checkLayouts();
  check?.(whole);
  if (end === null) yield await completePage(pending, head, state);
  else if (end !== "") yield end;
}

async function renderHead(head: readonly Markup[], state: RenderState): Promise<readonly string[]> {
  const parts: string[] = [];
  for (const part of head) {
    if (part !== null) parts.push(await renderHtml(inState(state, asChildren(part)), null));
  }
  return parts;
}

async function renderClientScript(state: RenderState): Promise<string> {
  return await renderHtml(inState(state, <ClientScript />), null);
}
