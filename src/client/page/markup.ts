/**
 * Parses markup with the Trusted Types policy of the runtime, which therefore works under `require-trusted-types-for
 * 'script'; trusted-types hyper`.
 *
 * Scripts in parsed nodes never run: a fragment parser and a `DOMParser` both mark them as already started (HTML,
 * 13.2.6.4.4).
 *
 * @module
 */
import { all, doc, dom, type View } from "../dom.ts";

/** The part of a Trusted Types policy that the runtime uses. */
export interface TrustedPolicy {
  createHTML(text: string): string;
  createScriptURL(text: string): string;
}

interface PolicyFactory {
  createPolicy(name: string, rules: TrustedPolicy): TrustedPolicy;
}

const RULES: TrustedPolicy = { createHTML: (text) => text, createScriptURL: (text) => text };

// Created once: a second policy of the same name would violate the content security policy of the page.
let policy: TrustedPolicy | undefined;

/** Returns the policy. A browser without Trusted Types accepts text. */
export function trustedPolicy(): TrustedPolicy {
  // In a browser without Trusted Types, an element of the page may have this name. TypeScript does not declare them
  // yet.
  return policy ??= Object.hasOwn(globalThis, "trustedTypes")
    ? (Reflect.get(globalThis, "trustedTypes") as PolicyFactory).createPolicy("hyper", RULES)
    : RULES;
}

// TypeScript does not declare the second parameter yet.
const parseDocument = (text: string, options: object): Document =>
  Reflect.apply(Document.parseHTMLUnsafe, Document, [text, options]);

/** Parses a document. */
export function parsePage(text: string): Document {
  // A parser without scripts ends the head at an image in a `<noscript>`, and what follows is in the body. One with scripts
  // reads text there (HTML, 13.2.6.4.4), and a template has no effect either.
  const safe = text.replace(
    /^.*?(?=<body)/is,
    (head) => head.replace(/<noscript\b/gi, "<template data-hyper-noscript").replace(/<\/noscript\b/gi, "</template"),
  );
  // Without a sanitizer, Chromium 153 drops comments, which are the markers of late parts in older browsers.
  return asScripting(parseDocument(trustedPolicy().createHTML(safe), { sanitizer: {} }));
}

/**
 * Parses content for a place in the page: also table rows, options, and elements of SVG and MathML. For `<html>` the
 * result is a body. A whole document elsewhere is reduced to the children of its body.
 *
 * @param place The element that the content is inserted into.
 */
export function parseContent(text: string, place: Element | null): DocumentFragment {
  const template = doc.createElement("template");
  const { content } = template;
  const root = place === doc.documentElement;
  if (root || /^\s*<(!doctype|html|head|body)[\s>]/i.test(text)) {
    const { body } = dom(parsePage(text));
    content.append(...(root ? [body] : dom(body).childNodes));
    return content;
  }
  // A template accepts table rows and cells. Foreign elements need their place around them, and its root around that.
  const { namespaceURI, localName = "" } = dom(place) ?? {};
  const foreign = /svg|math/i.exec(`${namespaceURI}`)?.[0];
  template.setHTMLUnsafe(trustedPolicy().createHTML(foreign ? `<${foreign}><${localName}>${text}` : text));
  if (foreign) content.replaceChildren(...dom(content.querySelector("*>*"))!.childNodes);
  return asScripting(content);
}

/**
 * Makes parsed nodes what a page with scripts has: there, the content of `<noscript>` is text (HTML, 13.2.6.4.7). A
 * parsed tree belongs to a document without scripts, in which its controls would be sent and its images loaded.
 */
function asScripting<Tree extends ParentNode>(tree: Tree): Tree {
  for (const element of all("noscript,template", tree)) {
    const view = dom(element) as View<HTMLTemplateElement>;
    if (view.content) asScripting(view.content);
    else view.textContent = view.innerHTML;
  }
  return tree;
}
