/**
 * Virtual nodes → HTML, at once where nothing suspends.
 *
 * @module
 */
import { isValidElement, type VNode } from "preact";
import { renderToString } from "preact-render-to-string";
import type { MarkupNode } from "../results/markup.ts";
import { renderInParts } from "./render_parts.tsx";

// Components that were seen to suspend: they are rendered asynchronously from the first try on, so that nothing is
// rendered twice but once in the life of the process.
const suspending = new WeakSet<object>();

/** Whether a value is a virtual node. Preact 11 marks its own, so that an object out of JSON never passes for one. */
export function isMarkupNode(value: unknown): value is MarkupNode {
  return isValidElement(value);
}

/**
 * Renders to HTML.
 *
 * @param node What to render.
 * @param root What the rendering is remembered by: the component of the page, for which suspending once means always.
 * @returns The HTML, or a promise of it when something on the page waits.
 */
export function renderHtml(node: VNode, root: object | null): string | Promise<string> {
  const html = renderRaw(node, root);
  return typeof html === "string" ? keepCarriageReturns(html) : html.then(keepCarriageReturns);
}

/** The same with carriage returns as they are, for what is a part of a text that {@linkcode keepCarriageReturns} looks at. */
export function renderRaw(node: VNode, root: object | null): string | Promise<string> {
  return renderAtOnce(node, root) ?? renderWaiting(node);
}

/** The same where nothing waits; `null` where something does. */
export function renderAtOnce(node: VNode, root: object | null): string | null {
  if (root !== null && suspending.has(root)) return null;
  try {
    return renderToString(node);
  } catch (error) {
    if (!isSuspension(error)) throw error;
    if (root !== null) suspending.add(root);
    return null;
  }
}

async function renderWaiting(node: VNode): Promise<string> {
  return (await Array.fromAsync(renderInParts(node))).join("");
}

// renderToString() hides the thrown promise behind an error of this wording.
function isSuspension(error: unknown): boolean {
  return error instanceof Error && error.message.includes("renderToStringAsync");
}

/**
 * A parser turns a bare carriage return into a line feed before it sees the text (HTML, 13.2.3.5), and then what a
 * visitor typed comes back changed. As a character reference it stays. Script and style hold no references and are left.
 */
export function keepCarriageReturns(html: string): string {
  if (!html.includes("\r")) return html;
  return html.replace(/<(script|style)\b[\s\S]*?<\/\1>|\r/gi, (match) => match === "\r" ? "&#13;" : match);
}
