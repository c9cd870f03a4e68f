// The document of a page, put together from the elements that its components render: `<html>`, `<head>`, `<title>`, `<body>`.
import { Fragment, h, type VNode } from "preact";
import { appendChild, elementAround, type NodeProps, type OnNode, replaceNode } from "./on_node.ts";
import { rawHtml } from "./render_html.ts";

/** The rendered heads of layouts and page. */
export interface DocumentHead {
  readonly html: string;
  /** `true` if one of them has a title, which replaces that of the layout around `<html>`. */
  readonly hasTitle: boolean;
}

/** The head of a page that has none. */
export const NO_HEAD: DocumentHead = { html: "", hasTitle: false };

/** The nodes of one render that make up its document. */
export interface DocumentNodes {
  /** Sees each node of the render. */
  readonly onNode: OnNode;
  /** Returns whether a component rendered `<html>`. */
  hasHtml(): boolean;
  /** Returns whether a component rendered `<body>`. */
  hasBody(): boolean;
}

/**
 * Adds the heads of layouts and page to the end of `<head>`. A layout without `<head>` gets one, as a parser would insert it.
 *
 * @param head The heads.
 * @param file The page, for the message.
 * @param end A node for the end of `<body>`, or `null`.
 * @throws {TypeError} During the render, when `<html>` is in a template that was compiled to text.
 */
export function wholeDocument(head: DocumentHead, file: string, end: VNode | null = null): DocumentNodes {
  const added = head.html === "" ? null : rawHtml(head.html);
  const places = new Places();
  const onNode: OnNode = (vnode) => {
    if (typeof vnode.type !== "string") return checkTemplate(vnode, places, file);
    const place = places.of(vnode);
    if (place === "title" && head.hasTitle) replaceNode(vnode, null);
    const isBody = end !== null && vnode.type === "body" && (place === "body" || place === "first");
    if (place === "first" && added !== null) {
      const { children } = vnode.props;
      const first = h(vnode.type, vnode.props, isBody ? [children, end] : children);
      replaceNode(vnode, [h("head", null, added), first]);
    } else if (isBody) appendChild(vnode, end);
    else if (place === "head" && added !== null) appendChild(vnode, added);
  };
  return { onNode, hasHtml: () => places.hasHtml, hasBody: () => places.hasBody };
}

/** Leaves out everything around `<body>`. */
export function bodyOnly(): DocumentNodes {
  const places = new Places();
  const onNode: OnNode = (vnode) => {
    if (typeof vnode.type !== "string") return;
    const place = places.of(vnode);
    if (place === "html") replaceNode(vnode, vnode.props.children);
    else if (place === "head") replaceNode(vnode, null);
  };
  return { onNode, hasHtml: () => places.hasHtml, hasBody: () => places.hasBody };
}

/** Sees the titles of a head. */
export class HeadTitles {
  /** `true` after a title was rendered. */
  hasTitle = false;
  readonly #isNeeded: boolean;

  /** @param isNeeded If `false`, titles are left out. */
  constructor(isNeeded: boolean) {
    this.#isNeeded = isNeeded;
  }

  readonly onNode: OnNode = (vnode) => {
    // A title inside another element is that of an SVG.
    if (vnode.type !== "title" || elementAround(vnode) !== null) return;
    this.hasTitle = true;
    if (!this.#isNeeded) replaceNode(vnode, null);
  };
}

/** Returns a plain document around a page that has no layout with `<html>`. */
export function plainDocument(html: string, head: DocumentHead, clientScript: string, lang: string): string {
  return plainBeginning(html, head, clientScript, lang) + PLAIN_END;
}

/** Returns the beginning of such a document, up to the first piece of the page. */
export function plainBeginning(html: string, head: DocumentHead, clientScript: string, lang: string): string {
  return (
    `<!DOCTYPE html><html lang="${lang}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">` +
    `${head.hasTitle ? "" : titleOf(html)}${head.html}${clientScript}</head><body>${html}`
  );
}

/** Returns a title with the text of the first heading, because a document must have one (WCAG 2.4.2). Empty without a heading. */
export function titleOf(html: string): string {
  const heading = /<h1(?:\s(?:[^>"]|"[^"]*")*)?>([\s\S]*?)<\/h1\s*>/i.exec(html)?.[1] ?? "";
  // Character references mean the same in a title, tags do not. An unescaped "<" could end the title.
  const text = heading.replace(/<!--[\s\S]*?-->|<(?:[^>"]|"[^"]*")*>/g, "").replaceAll("<", "&lt;").replace(/\s+/g, " ")
    .trim();
  return text === "" ? "" : `<title>${text}</title>`;
}

/** Closes a document that {@linkcode plainBeginning} began. */
export const PLAIN_END = "</body></html>";

/** Precedes a document that components rendered: markup has no doctype. */
export const DOCTYPE = "<!DOCTYPE html>";

/** Returns whether the HTML that an action returned is a document, with or without a doctype. */
export function isDocument(html: string): boolean {
  return /^\s*(?:<!doctype[^>]*>\s*)?<html[\s>]/i.test(html);
}

/** The place of an element in the document; `"first"` is the first element of a document without `<head>`. */
type Place = "html" | "head" | "title" | "body" | "first" | "other";

/** Finds the places of elements. An element may come twice: what is around a component that waits is rendered again. */
export class Places {
  hasHtml = false;
  hasBody = false;
  #hasHead = false;
  #first: VNode<NodeProps> | null = null;

  of(vnode: VNode<NodeProps>): Place {
    const { type } = vnode;
    if (type === "html" && elementAround(vnode) === null) {
      this.hasHtml = true;
      this.#hasHead = false;
      this.#first = null;
      return "html";
    }
    // Almost all elements end here.
    const isAfter = this.#hasHead || this.#first !== null && this.#first !== vnode;
    if (!this.hasHtml || isAfter && !PARTS.includes(type)) return "other";
    const around = elementAround(vnode)?.type;
    if (around === "head" && type === "title") return "title";
    if (around !== "html") return "other";
    if (type === "body") this.hasBody = true;
    if (type === "head") this.#hasHead = true;
    if (this.#hasHead) return type === "head" || type === "body" ? type : "other";
    // A body that is rendered again may be another node.
    if (isAfter && !(type === "body" && this.#first?.type === "body")) return "other";
    this.#first = vnode;
    return "first";
  }
}

const PARTS: readonly unknown[] = ["head", "title", "body"];

// Such a template is text: nothing can be added to its head.
function checkTemplate(vnode: VNode<NodeProps>, { hasHtml }: Places, file: string): void {
  if (hasHtml || vnode.type !== Fragment) return;
  const { tpl } = vnode.props;
  if (!Array.isArray(tpl) || !isDocument(String(tpl[0])) || elementAround(vnode) !== null) return;
  throw new TypeError(
    `Cannot render "${file}": its <html> was compiled to text; add "jsxPrecompileSkipElements": ["html", "head", "title", ` +
      `"body"] to the compilerOptions of deno.json`,
  );
}
