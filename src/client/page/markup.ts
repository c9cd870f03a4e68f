/**
 * From text to nodes, through the one Trusted Types policy of the runtime, so that it runs under
 * `require-trusted-types-for 'script'; trusted-types hyper`.
 *
 * Scripts in the nodes made here never run: a fragment parser and a `DOMParser` both mark them as already started
 * (HTML, 13.2.6.4.4).
 *
 * @module
 */
import { doc, dom } from "../dom.ts";

/** The part of a Trusted Types policy that the runtime uses. */
export interface TrustedPolicy {
  createHTML(text: string): string;
  createScriptURL(text: string): string;
}

interface PolicyFactory {
  createPolicy(name: string, rules: TrustedPolicy): TrustedPolicy;
}

const RULES: TrustedPolicy = { createHTML: (text) => text, createScriptURL: (text) => text };

// Made at the first need and kept: a second policy of the same name would violate the page's content security policy.
let policy: TrustedPolicy | undefined;

/** Returns the policy. Where the browser does not know them, text is good enough. */
export function trustedPolicy(): TrustedPolicy {
  // TypeScript does not know Trusted Types yet; where the browser does not, an element of the page may have the name.
  return policy ??= Object.hasOwn(globalThis, "trustedTypes")
    ? (Reflect.get(globalThis, "trustedTypes") as PolicyFactory).createPolicy("hyper", RULES)
    : RULES;
}

/** Parses a whole document. */
export const parseDocument = (text: string): Document =>
  new DOMParser().parseFromString(trustedPolicy().createHTML(text), "text/html");

/**
 * Parses content for a place in the page: rows, options and SVG parts as well as ordinary elements. In `<html>` that is
 * a body; elsewhere the children of the body of a whole document.
 *
 * @param text The markup.
 * @param place The element it goes into.
 */
export function parseFragment(text: string, place: Element | null): DocumentFragment {
  const template = doc.createElement("template");
  const { content } = template;
  const root = place === doc.documentElement;
  if (root || /^\s*<(!doctype|html|head|body)[\s>]/i.test(text)) {
    const { body } = dom(parseDocument(text));
    content.append(...(root ? [body] : dom(body).childNodes));
    return content;
  }
  // Rows and cells are fine in a template; only foreign elements need the element they stand in.
  const svg = place instanceof SVGElement && place.localName !== "foreignObject";
  template.innerHTML = trustedPolicy().createHTML(svg ? `<svg>${text}</svg>` : text);
  const wrapper = svg && dom(content.firstElementChild);
  if (wrapper) wrapper.replaceWith(...wrapper.childNodes);
  return content;
}
