/**
 * Virtual nodes → HTML in the order of the document, each piece as soon as it is known.
 *
 * A component that suspends throws a promise. The renderer calls its `then` with the function that renders anew what was
 * left, and puts in its place what `then` gives:
 *
 * ```
 * <Tap> throws { then } ─▶ then(renderAgain) ─▶ renderAgain() ─▶ ["<main>", Promise, "</main>"]
 * ```
 *
 * So whoever suspends around a whole page is handed the page as it stands: texts, and a promise of each part that waits.
 * `renderToStringAsync()` itself gives them joined, when the last is there; the renderer's own streams give what waits in a
 * script, which neither a strict policy nor a visitor without scripts runs.
 *
 * @module
 */
import type { ComponentChildren, VNode } from "preact";
import { renderToStringAsync } from "preact-render-to-string";

/**
 * Renders to pieces of HTML in order: all that stands before what waits, then that, and so on. What waits is rendered as soon
 * as it can be, whatever stands before it.
 *
 * Everything that does not wait has been drawn when the first piece comes, so that what is wrong with it is thrown there.
 *
 * @param node What to render.
 * @returns The pieces, carriage returns as they are; together what `renderRaw()` gives.
 */
export async function* renderInParts(node: VNode): AsyncGenerator<string, void, void> {
  const tap = new Tap();
  const html = await renderToStringAsync(<Outer tap={tap}>{node}</Outer>);
  const parts = tap.parts === undefined ? html : tap.parts;
  handle(parts);
  // What is left, the next of it last.
  const left: unknown[] = [parts];
  let text = "";
  while (left.length > 0) {
    const part = left.pop();
    if (typeof part === "string") {
      text += part;
    } else if (Array.isArray(part)) {
      // The renderer leaves holes in its lists.
      for (let at = part.length - 1; at >= 0; at--) if (part[at] !== undefined) left.push(part[at]);
    } else if (isThenable(part)) {
      if (text !== "") yield withoutMarks(text);
      text = "";
      left.push(await part);
    }
  }
  if (text !== "") yield withoutMarks(text);
}

/** Those after one that fails are waited for by nobody, and a rejection that nobody handles ends the process. */
function handle(part: unknown): void {
  if (isThenable(part)) part.then(handle, () => {});
  else if (Array.isArray(part)) { for (const each of part) handle(each); }
}

/** The renderer marks what had to wait for a hydration that never comes here; a morph would see the marks as content. */
function withoutMarks(html: string): string {
  return html.replaceAll("<!--$s-->", "").replaceAll("<!--/$s-->", "");
}

/** Suspends once, and keeps what it is handed. */
class Tap implements PromiseLike<unknown> {
  /** What the renderer gave; `undefined` where it has only waited, and gives the HTML itself. */
  parts: unknown = undefined;
  /** Set when it has been thrown. */
  isThrown = false;

  /**
   * Called by the renderer, with the function that renders anew.
   *
   * @param renderAgain Gives what was rendered: a text, a promise, or a list of these.
   * @returns The text that stands for it, empty.
   */
  // deno-lint-ignore no-explicit-any -- the type that the platform gives to `then`; what is read of it is looked at below
  then(renderAgain?: ((value: unknown) => any) | null): any {
    const parts: unknown = renderAgain?.(undefined);
    if (typeof parts !== "string" && !Array.isArray(parts) && !isThenable(parts)) return undefined;
    this.parts = parts;
    return "";
  }
}

interface TapProps {
  readonly tap: Tap;
  readonly children?: ComponentChildren;
}

// Two, because the renderer renders anew what the component around the one that suspends has given.
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

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null && "then" in value && typeof value.then === "function";
}
