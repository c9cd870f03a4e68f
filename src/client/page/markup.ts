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

interface Policy {
  createHTML(text: string): string;
  createScriptURL(text: string): string;
}

interface PolicyFactory {
  createPolicy(name: string, rules: Policy): Policy;
}

const RULES: Policy = { createHTML: (text) => text, createScriptURL: (text) => text };

// Made at the first need and kept: a second policy of the same name would violate the page's content security policy.
let policy: Policy | undefined;

/** Returns the policy. Where the browser does not know them, text is good enough. */
function trust(): Policy {
  // TypeScript does not know Trusted Types yet; where the browser does not, an element of the page may have the name.
  const known = Object.hasOwn(globalThis, "trustedTypes") ? globalThis : {};
  const { trustedTypes } = known as { readonly trustedTypes?: PolicyFactory };
  return policy ??= trustedTypes?.createPolicy("hyper", RULES) ?? RULES;
}

/** Lets the URL of a script of the page's own server through. */
export function trustedScriptUrl(url: string): string {
  return trust().createScriptURL(url);
}

/** Parses a whole document. */
export function parseDocument(text: string): Document {
  return new DOMParser().parseFromString(trust().createHTML(text), "text/html");
}

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
  template.innerHTML = trust().createHTML(svg ? `<svg>${text}</svg>` : text);
  const wrapper = svg && dom(content.firstElementChild);
  if (wrapper) wrapper.replaceWith(...wrapper.childNodes);
  return content;
}
