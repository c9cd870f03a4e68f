/**
 * From text to nodes, through the one Trusted Types policy of the runtime, so that it runs under
 * `require-trusted-types-for 'script'; trusted-types hyper`.
 *
 * Scripts in the nodes made here never run: a fragment parser and a `DOMParser` both mark them as already started
 * (HTML, 13.2.6.4.4).
 *
 * @module
 */

interface Policy {
  createHTML(text: string): string;
  createScriptURL(text: string): string;
}

interface PolicyFactory {
  createPolicy(name: string, rules: Policy): Policy;
}

// Made at the first need and kept: a second policy of the same name would violate the page's content security policy.
let policy: Policy | undefined;

function trust(): Policy {
  if (policy) return policy;
  const rules: Policy = { createHTML: (text) => text, createScriptURL: (text) => text };
  // TypeScript does not know Trusted Types yet; where the browser does not know them either, text is good enough.
  const { trustedTypes } = globalThis as { trustedTypes?: PolicyFactory };
  return policy = trustedTypes?.createPolicy("hyper", rules) ?? rules;
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
 * Parses content for a place in the page: rows, options and SVG parts as well as ordinary elements. Of a whole document
 * the children of its body are taken.
 *
 * @param text The markup.
 * @param place The element it goes into.
 */
export function parseFragment(text: string, place: Element | null): DocumentFragment {
  const template = document.createElement("template");
  if (isDocument(text)) {
    template.content.append(...parseDocument(text).body.childNodes);
    return template.content;
  }
  // Rows and cells are fine in a template; only foreign elements need the element they stand in.
  const root = place?.namespaceURI?.endsWith("/svg") && place.localName !== "foreignObject" ? "svg" : "";
  template.innerHTML = trust().createHTML(root ? `<svg>${text}</svg>` : text);
  const svg = root && template.content.firstChild;
  if (svg) svg.replaceWith(...svg.childNodes);
  return template.content;
}

/** Whether markup is a document or the body of one, and so cannot be a fragment. */
export function isDocument(text: string): boolean {
  return /^\s*<(!doctype|html|head|body)[\s>]/i.test(text);
}
