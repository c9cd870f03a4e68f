// Virtual nodes → HTML, synchronously if nothing suspends.
import { isValidElement, type VNode } from "preact";
import { jsxTemplate } from "preact/jsx-runtime";
import { renderToString } from "preact-render-to-string";
import type { MarkupNode } from "../results/markup.ts";
import { type OnNode, withOnNode } from "./on_node.ts";
import { renderInParts } from "./render_parts.tsx";

// Roots that have suspended once. They are rendered asynchronously from then on, so that each is rendered twice once only.
const suspending = new WeakSet<object>();

/** Returns whether a value is a virtual node. Preact 11 marks its own, so that an object from JSON is not one. */
export function isMarkupNode(value: unknown): value is MarkupNode {
  return isValidElement(value);
}

/** Returns a node that renders HTML unchanged, without an element around it. */
export function rawHtml(html: string): VNode {
  return jsxTemplate([html]);
}

/**
 * Renders a node to HTML.
 *
 * @param node The node.
 * @param root The object to remember a suspension by, such as the route of a page; `null` to remember none.
 * @returns The HTML, or a promise of it if a component suspends.
 */
export function renderHtml(node: VNode, root: object | null): string | Promise<string> {
  const html = renderRaw(node, root);
  return typeof html === "string" ? keepCarriageReturns(html) : html.then(keepCarriageReturns);
}

/** Does the same without {@linkcode keepCarriageReturns}, for HTML that the caller passes to it as a part of a longer text. */
export function renderRaw(node: VNode, root: object | null, onNode: OnNode | null = null): string | Promise<string> {
  return renderAtOnce(node, root, onNode) ?? renderSuspended(node, onNode);
}

/** Does the same synchronously; returns `null` if a component suspends. */
export function renderAtOnce(node: VNode, root: object | null, onNode: OnNode | null = null): string | null {
  if (root !== null && suspending.has(root)) return null;
  try {
    return withOnNode(onNode, () => renderToString(node));
  } catch (error) {
    if (!isSuspension(error)) throw error;
    if (root !== null) suspending.add(root);
    return null;
  }
}

async function renderSuspended(node: VNode, onNode: OnNode | null): Promise<string> {
  return (await Array.fromAsync(renderInParts(node, onNode))).join("");
}

// renderToString() replaces the promise that was thrown by an error with this text.
function isSuspension(error: unknown): boolean {
  return error instanceof Error && error.message.includes("renderToStringAsync");
}

/**
 * Writes carriage returns as character references. A parser turns a bare one into a line feed (HTML, 13.2.3.5), and text that a
 * user typed would come back changed. Script and style have no references and are left as they are.
 */
export function keepCarriageReturns(html: string): string {
  if (!html.includes("\r")) return html;
  return html.replace(/<(script|style)\b[\s\S]*?<\/\1>|\r/gi, (match) => match === "\r" ? "&#13;" : match);
}
