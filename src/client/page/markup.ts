/**
 * Parses markup with the Trusted Types policy of the runtime, which therefore works under `require-trusted-types-for
 * 'script'; trusted-types hyper`.
 *
 * Scripts in parsed nodes never run: a fragment parser and a `DOMParser` both mark them as already started (HTML,
 * 13.2.6.4.4).
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

/** Parses a document. */
export const parsePage = (text: string): Document =>
  new DOMParser().parseFromString(trustedPolicy().createHTML(text), "text/html");

/**
 * Parses content for a place in the page: also table rows, options and SVG elements. For `<html>` the result is a body.
 * A whole document elsewhere is reduced to the children of its body.
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
  // A template accepts table rows and cells. SVG elements need an `<svg>` around them.
  const svg = place instanceof SVGElement && place.localName !== "foreignObject";
  template.innerHTML = trustedPolicy().createHTML(svg ? `<svg>${text}</svg>` : text);
  const wrapper = svg && dom(content.firstElementChild);
  if (wrapper) wrapper.replaceWith(...wrapper.childNodes);
  return content;
}
