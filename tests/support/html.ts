/**
 * Parses documents like a browser, and fills and submits their forms, for tests without a browser.
 */
import { defaultTreeAdapter as tree, type DefaultTreeAdapterTypes, parse, serialize } from "parse5";

/** An element of a parsed document. */
export type HtmlElement = DefaultTreeAdapterTypes.Element;
type HtmlNode = DefaultTreeAdapterTypes.Node;
export type HtmlParent = DefaultTreeAdapterTypes.ParentNode;

/** Parses a document or a fragment of one. */
export function parseHtml(html: string): HtmlParent {
  return parse(html);
}

/** Returns all matching elements below a node, in document order. */
export function findAll(root: HtmlParent, test: (element: HtmlElement) => boolean): HtmlElement[] {
  return root.childNodes.flatMap((node) => {
    if (!tree.isElementNode(node)) return [];
    return [...test(node) ? [node] : [], ...findAll(node, test)];
  });
}

/** Returns the only matching element. Throws if there is none, or more than one. */
export function find(root: HtmlParent, test: (element: HtmlElement) => boolean): HtmlElement {
  const [found, ...others] = findAll(root, test);
  if (found === undefined) throw new Error(`Cannot find the element in ${serialize(root)}`);
  if (others.length > 0) throw new Error(`Cannot choose: ${others.length + 1} elements match in ${serialize(root)}`);
  return found;
}

/** Returns the element with an id. */
export function byId(root: HtmlParent, id: string): HtmlElement {
  return find(root, (element) => attribute(element, "id") === id);
}

/** Returns an attribute, or `null` if the element does not have it. */
export function attribute(element: HtmlElement, name: string): string | null {
  return element.attrs.find((attr) => attr.name === name)?.value ?? null;
}

/** Returns all text below a node. */
export function text(node: HtmlNode): string {
  if (tree.isTextNode(node)) return node.value;
  return "childNodes" in node ? node.childNodes.map(text).join("") : "";
}

/** Returns the form of an action by its `data-hyper-form`, and by its instance if there are several. */
export function findForm(root: HtmlParent, action: string, instance?: string): HtmlElement {
  return find(root, (element) =>
    element.tagName === "form" && attribute(element, "data-hyper-form") === action &&
    (instance === undefined ||
      formValues(element).some(([name, value]) => name === "_next_form_instance" && value === instance)));
}

/** Returns the controls of a form with a name. */
export function controls(form: HtmlElement, name: string): HtmlElement[] {
  return findAll(form, (element) => CONTROLS.has(element.tagName) && attribute(element, "name") === name);
}

/**
 * Returns the entries that a browser would send for a form without a submitter (HTML, 4.10.22.4): names and values in order,
 * including hidden fields.
 */
export function formValues(form: HtmlElement): [name: string, value: string][] {
  return findAll(form, (element) => CONTROLS.has(element.tagName)).flatMap((control) => {
    const name = attribute(control, "name");
    if (name === null || name === "" || attribute(control, "disabled") !== null) return [];
    return controlValues(control).map((value): [string, string] => [name, value]);
  });
}

/** Values of fields: one, several, or `null` to omit the field, like an unchecked box. */
export type Values = Readonly<Record<string, string | readonly string[] | null>>;

/** Returns the urlencoded body that a browser would send with these values. */
export function submitBody(form: HtmlElement, values: Values = {}): URLSearchParams {
  const body = new URLSearchParams(formValues(form).filter(([name]) => !Object.hasOwn(values, name)));
  for (const [name, value] of Object.entries(values)) {
    for (const single of value === null ? [] : typeof value === "string" ? [value] : value) body.append(name, single);
  }
  return body;
}

/** Creates the request that a browser would send for a form of the page at `pageUrl`. */
export function submitRequest(form: HtmlElement, pageUrl: string | URL, values: Values = {}): Request {
  const url = new URL(attribute(form, "action") ?? "", pageUrl);
  // A fragment stays in the browser (Fetch, 4.1).
  url.hash = "";
  const { origin } = new URL(pageUrl);
  return new Request(url, {
    method: "POST",
    headers: { accept: "text/html", origin, "sec-fetch-site": "same-origin", "sec-fetch-mode": "navigate" },
    body: submitBody(form, values),
  });
}

const CONTROLS: ReadonlySet<string> = new Set(["input", "select", "textarea"]);

/** Types of `<input>` that send nothing unless they are pressed, or a file is selected. */
const SILENT: ReadonlySet<string> = new Set(["submit", "button", "reset", "image", "file"]);

function controlValues(control: HtmlElement): string[] {
  if (control.tagName === "textarea") return [text(control).replaceAll(/\r\n?|\n/g, "\r\n")];
  if (control.tagName === "select") return selectValues(control);
  const type = (attribute(control, "type") ?? "text").toLowerCase();
  if (SILENT.has(type)) return [];
  if (type === "checkbox" || type === "radio") {
    return attribute(control, "checked") === null ? [] : [attribute(control, "value") ?? "on"];
  }
  return [attribute(control, "value") ?? ""];
}

function selectValues(select: HtmlElement): string[] {
  const options = findAll(select, (element) => element.tagName === "option");
  const chosen = options.filter((option) => attribute(option, "selected") !== null);
  // A drop-down sends its first option if none is selected (HTML, 4.10.7).
  const [first] = options.filter((option) => attribute(option, "disabled") === null);
  const sent = chosen.length === 0 && first !== undefined && attribute(select, "multiple") === null ? [first] : chosen;
  return sent.map((option) => attribute(option, "value") ?? text(option).trim().replaceAll(/\s+/g, " "));
}
