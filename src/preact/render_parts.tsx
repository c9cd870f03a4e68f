// Virtual nodes → HTML in document order, each piece as soon as it is rendered.
//
// `renderToStringAsync()` itself joins the pieces after the last has arrived. The renderer's own streams send the parts that wait
// in a script, which runs neither under a strict content security policy nor in a browser without scripts.

import type { VNode } from "preact";
import { renderToStringAsync } from "preact-render-to-string";
import { isPromiseLike } from "../callback.ts";
import { ignoreRejections, LatePart, type LateParts, TEMPLATES } from "./late_parts.ts";
import { type OnNode, withOnNode } from "./on_node.ts";
import { Piece } from "./piece.tsx";

/**
 * Renders a node to pieces of HTML in document order: everything before the first part that waits, then that part, and so on.
 * Parts that wait are rendered as soon as they can be, whatever precedes them.
 *
 * Everything that does not wait is rendered before the first piece, so that its errors are thrown there.
 *
 * @param onNode Called with each node.
 * @param late The parts that may come after the others, where the node has a place for them, else at the end; `null` for none.
 * @returns The pieces, with their carriage returns; without late parts, joined they are the result of `renderRaw()`.
 */
export async function* renderInParts(
  node: VNode,
  onNode: OnNode | null = null,
  late: LateParts | null = null,
): AsyncGenerator<string, void, void> {
  // A stack: the next part is the last.
  const left: unknown[] = [await renderPieces(node, onNode)];
  let text = "";
  while (left.length > 0) {
    const part = left.pop();
    if (typeof part === "string") {
      text += part;
    } else if (Array.isArray(part)) {
      // The renderer's lists have empty slots.
      for (let at = part.length - 1; at >= 0; at--) if (part[at] !== undefined) left.push(part[at]);
    } else if (isPromiseLike(part)) {
      if (text !== "") yield withoutMarks(text);
      text = "";
      left.push(await part);
    } else if (part instanceof LatePart) {
      left.push(await late?.write(part));
    } else if (part === TEMPLATES && late !== null) {
      if (text !== "") yield withoutMarks(text);
      text = "";
      yield* templatesOf(late);
    }
  }
  if (text !== "") yield withoutMarks(text);
  if (late !== null) yield* templatesOf(late);
}

/** Renders a node to its pieces. Everything that does not wait is rendered when it returns. */
async function renderPieces(node: VNode, onNode: OnNode | null): Promise<readonly unknown[]> {
  let pieces: unknown;
  const take = (taken: unknown): string => {
    pieces = taken;
    return "";
  };
  const html = await withOnNode(onNode, () => renderToStringAsync(<Piece take={take}>{node}</Piece>));
  ignoreRejections(pieces);
  // In a list, because an async function awaits a promise that it returns.
  return [pieces ?? html];
}

async function* templatesOf(late: LateParts): AsyncGenerator<string, void, void> {
  for await (const template of late.templates()) yield withoutMarks(template);
}

/** Removes the renderer's marks for hydration, which does not happen here. A morph would treat them as content. */
function withoutMarks(html: string): string {
  return html.replaceAll("<!--$s-->", "").replaceAll("<!--/$s-->", "");
}
