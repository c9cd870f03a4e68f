// Virtual nodes → HTML in document order, each piece as soon as it is rendered.
//
// A component suspends by throwing a promise. The renderer calls the promise's `then` with a function that renders the rest, and
// uses the result of `then`:
//
// ```
// <Tap> throws { then } ─▶ then(renderAgain) ─▶ renderAgain() ─▶ ["<main>", Promise, "</main>"]
// ```
//
// So a component that suspends around a whole page gets the page in pieces: strings, and a promise for each part that waits.
// `renderToStringAsync()` itself joins them after the last has arrived. The renderer's own streams send the parts that wait in a
// script, which runs neither under a strict content security policy nor in a browser without scripts.
import type { ComponentChildren, VNode } from "preact";
import { renderToStringAsync } from "preact-render-to-string";
import { isPromiseLike } from "../callback.ts";
import { type OnNode, withOnNode } from "./on_node.ts";

/**
 * Renders a node to pieces of HTML in document order: everything before the first part that waits, then that part, and so on.
 * Parts that wait are rendered as soon as they can be, whatever precedes them.
 *
 * Everything that does not wait is rendered before the first piece, so that its errors are thrown there.
 *
 * @returns The pieces, with their carriage returns; joined they are the result of `renderRaw()`.
 */
export async function* renderInParts(
  node: VNode,
  onNode: OnNode | null = null,
): AsyncGenerator<string, void, void> {
  const tap = new Tap();
  const html = await withOnNode(onNode, () => renderToStringAsync(<Outer tap={tap}>{node}</Outer>));
  const parts = tap.parts === undefined ? html : tap.parts;
  ignoreRejections(parts);
  // A stack: the next part is the last.
  const left: unknown[] = [parts];
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
    }
  }
  if (text !== "") yield withoutMarks(text);
}

/** Handles rejections: after one part has failed, nothing awaits the others, and an unhandled rejection ends the process. */
function ignoreRejections(part: unknown): void {
  if (isPromiseLike(part)) part.then(ignoreRejections, () => {});
  else if (Array.isArray(part)) { for (const each of part) ignoreRejections(each); }
}

/** Removes the renderer's marks for hydration, which does not happen here. A morph would treat them as content. */
function withoutMarks(html: string): string {
  return html.replaceAll("<!--$s-->", "").replaceAll("<!--/$s-->", "");
}

/** Suspends once, and keeps the pieces of the page. */
class Tap implements PromiseLike<unknown> {
  /** The pieces of the page; `undefined` if the renderer returns the HTML itself. */
  parts: unknown = undefined;
  /** `true` after it was thrown. */
  isThrown = false;

  /**
   * Called by the renderer, with a function that renders the rest: it returns a string, a promise, or a list of these.
   *
   * @returns The HTML to put in place of the rest: none.
   */
  // deno-lint-ignore no-explicit-any -- the platform's type of `then`; the result is checked below
  then(renderAgain?: ((value: unknown) => any) | null): any {
    const parts: unknown = renderAgain?.(undefined);
    if (typeof parts !== "string" && !Array.isArray(parts) && !isPromiseLike(parts)) return undefined;
    this.parts = parts;
    return "";
  }
}

interface TapProps {
  readonly tap: Tap;
  readonly children?: ComponentChildren;
}

// Two components, because the renderer renders the output of the component around the one that suspends.
function Outer({ tap, children }: TapProps): VNode {
  return <Inner tap={tap}>{children}</Inner>;
}

function Inner({ tap, children }: TapProps): ComponentChildren {
  if (!tap.isThrown) {
    tap.isThrown = true;
    throw tap;
  }
  return children;
}
