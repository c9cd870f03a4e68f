// The start tag of an element, with its attributes, as `preact-render-to-string` writes it.
//
// That renderer tests the name of each attribute with three patterns each time: about a third of the time of a page. Here a name is
// tested once, and its rule is kept.
import { isValidElement } from "preact";

/** The rule for an attribute: how its name and its value are written. */
interface AttributeRule {
  /**
   * `"named"`: the name alone for `true`; nothing for `false`. `"enumerated"`: `true` and `false` as words (HTML, 6.8).
   * `"special"`: see {@linkcode specialAttribute}. `"omitted"`: not an attribute.
   */
  readonly kind: "named" | "enumerated" | "special" | "omitted";
  /** A space and the name as it is written. */
  readonly name: string;
  /** The beginning of the attribute, up to its value. */
  readonly open: string;
}

/** The parts of an element that its attributes set, other than its start tag. */
export interface ElementContent {
  /** The content. */
  children: unknown;
  /** The content as HTML; empty if there is none. */
  html: string;
  /** The value of the nearest `<select>`. */
  select: unknown;
}

/** Names that are not allowed in a tag. */
const UNSAFE_NAME = /[\s\\/='"\0<>]/;

// The names of Preact's types that are written in another way. The patterns are those of `preact-render-to-string` 6.8.
const NAMESPACE = /^(xlink|xmlns|xml)([A-Z])/;
const LOWER_CASE =
  /^(?:accessK|auto[A-Z]|cell|ch|col|cont|cross|dateT|encT|form[A-Z]|frame|hrefL|inputM|maxL|minL|noV|playsI|popoverT|readO|rowS|src[A-Z]|tabI|useM|item[A-Z])/;
const SVG_WITH_DASH =
  /^ac|^ali|arabic|basel|cap|clipPath$|clipRule$|color|dominant|enable|fill|flood|font|glyph[^R]|horiz|image|letter|lighting|marker[^WUH]|overline|panose|pointe|paint|rendering|shape|stop|strikethrough|stroke|text[^L]|transform|underline|unicode|units|^v[^i]|^w|^xH/;
const OTHER_NAMES: ReadonlyMap<string, string> = new Map([
  ["acceptCharset", "accept-charset"],
  ["httpEquiv", "http-equiv"],
  ["defaultChecked", "checked"],
  ["defaultSelected", "selected"],
]);
const OMITTED: readonly string[] = ["key", "ref", "__self", "__source"];
const SPECIAL: readonly string[] = [
  "htmlFor",
  "className",
  "value",
  "defaultValue",
  "dangerouslySetInnerHTML",
  "style",
];
const ENUMERATED: readonly string[] = ["draggable", "spellcheck"];

/** Maximum number of names that are kept: an application may take the names of attributes from its users. */
const MAX_NAMES = 1_000;
const rules = { html: new Map<string, AttributeRule>(), svg: new Map<string, AttributeRule>() };

/**
 * Writes the start tag of an element without its last character.
 *
 * @param open The beginning of the tag, with the name of the element.
 * @param content Receives what its attributes set.
 */
export function startTag(
  open: string,
  type: string,
  props: Readonly<Record<string, unknown>>,
  isSvg: boolean,
  content: ElementContent,
): string {
  let text = open;
  for (const name in props) {
    const value = valueOf(props[name]);
    if (name === "children") {
      content.children = value;
      continue;
    }
    const rule = ruleOf(name, isSvg);
    if (rule.kind === "omitted") continue;
    if (typeof value === "function" && name !== "class" && name !== "className") continue;
    text += rule.kind === "special" ? specialAttribute(name, value, type, props, content) : attributeText(rule, value);
  }
  return text;
}

/** Returns whether a name is allowed as the name of an element. */
export function isSafeName(name: string): boolean {
  return !UNSAFE_NAME.test(name);
}

const UNSAFE_TEXT = /["&<]/;

/** Escapes text for content and attributes in quotes (HTML, 13.1.2). */
export function escapeHtml(text: string): string {
  return UNSAFE_TEXT.test(text) ? withReferences(text) : text;
}

// A loop: `replace()` with a function takes twice as long.
function withReferences(text: string): string {
  let escaped = "", start = 0;
  for (let at = 0; at < text.length; at++) {
    const reference = referenceOf(text.charCodeAt(at));
    if (reference === null) continue;
    escaped += text.slice(start, at) + reference;
    start = at + 1;
  }
  return escaped + text.slice(start);
}

function referenceOf(code: number): string | null {
  switch (code) {
    case 34:
      return "&quot;";
    case 38:
      return "&amp;";
    case 60:
      return "&lt;";
    default:
      return null;
  }
}

function attributeText({ kind, name, open }: AttributeRule, value: unknown): string {
  if (typeof value === "string") return value === "" ? name : `${open}${escapeHtml(value)}"`;
  if (value === null || value === undefined) return "";
  if (typeof value === "boolean" && kind !== "enumerated") return value ? name : "";
  return `${open}${escapeHtml(`${value}`)}"`;
}

/** Writes an attribute that depends on its element, or passes its value on as the content of the element. */
function specialAttribute(
  name: string,
  value: unknown,
  type: string,
  props: Readonly<Record<string, unknown>>,
  content: ElementContent,
): string {
  switch (name) {
    case "htmlFor":
      return "for" in props ? "" : attributeText(ruleOf("for", false), value);
    case "className":
      return "class" in props ? "" : attributeText(ruleOf("class", false), value);
    case "dangerouslySetInnerHTML":
      content.html = innerHtml(value);
      return "";
    case "style":
      return attributeText(STYLE, typeof value === "object" && value !== null ? styleText(value) : value);
    default:
      return valueAttribute(value, type, props, content);
  }
}

/** Writes `value`: the content of a `<textarea>`, the choice of a `<select>`. */
function valueAttribute(
  value: unknown,
  type: string,
  props: Readonly<Record<string, unknown>>,
  content: ElementContent,
): string {
  if (type === "textarea") content.children = value;
  else if (type === "select") content.select = value;
  else {
    // Compared as Preact does: the value of an option may be a number.
    // deno-lint-ignore eqeqeq -- see above
    const isSelected = type === "option" && content.select == value && !("selected" in props);
    return `${isSelected ? " selected" : ""}${attributeText(VALUE, value)}`;
  }
  return "";
}

const STYLE = namedRule("style");
const VALUE = namedRule("value");

/** Properties of CSS whose numbers have no unit. */
const WITHOUT_UNIT: ReadonlySet<string> = new Set(
  ("animation-iteration-count border-image-outset border-image-slice border-image-width box-flex box-flex-group " +
    "box-ordinal-group column-count fill-opacity flex flex-grow flex-negative flex-order flex-positive flex-shrink " +
    "flood-opacity font-weight grid-column grid-row line-clamp line-height opacity order orphans stop-opacity " +
    "stroke-dasharray stroke-dashoffset stroke-miterlimit stroke-opacity stroke-width tab-size widows z-index zoom")
    .split(" "),
);

function styleText(style: object): string | undefined {
  let text = "";
  for (const [key, value] of Object.entries(style)) {
    if (value === null || value === undefined || value === "") continue;
    const name = key.startsWith("-") ? key : withDashes(key);
    const hasUnit = typeof value === "number" && !name.startsWith("--") && !WITHOUT_UNIT.has(name);
    text += `${name}:${value}${hasUnit ? "px;" : ";"}`;
  }
  return text === "" ? undefined : text;
}

function withDashes(name: string): string {
  return name.replace(/[A-Z]/g, "-$&").toLowerCase();
}

function innerHtml(value: unknown): string {
  const html: unknown = typeof value === "object" && value !== null && "__html" in value ? value.__html : null;
  return html ? `${html}` : "";
}

/** Returns the value of a signal of `@preact/signals`, or the value itself. */
function valueOf(value: unknown): unknown {
  // Almost every other object is the content of the element.
  if (typeof value !== "object" || value === null || Array.isArray(value) || isValidElement(value)) return value;
  return "peek" in value && typeof value.peek === "function" && "value" in value ? value.value : value;
}

function ruleOf(name: string, isSvg: boolean): AttributeRule {
  const known = isSvg ? rules.svg : rules.html;
  const rule = known.get(name);
  return rule ?? keepRule(known, name, ruleFor(name, isSvg));
}

function keepRule(known: Map<string, AttributeRule>, name: string, rule: AttributeRule): AttributeRule {
  if (known.size < MAX_NAMES) known.set(name, rule);
  return rule;
}

function ruleFor(name: string, isSvg: boolean): AttributeRule {
  if (OMITTED.includes(name)) return { ...namedRule(name), kind: "omitted" };
  if (SPECIAL.includes(name)) return { ...namedRule(name), kind: "special" };
  const other = OTHER_NAMES.get(name);
  if (other !== undefined) return namedRule(other);
  if (!isSafeName(name)) return { ...namedRule(name), kind: "omitted" };
  if (NAMESPACE.test(name)) return namedRule(name.replace(NAMESPACE, "$1:$2").toLowerCase());
  // `data-` and `aria-`.
  if (name[4] === "-" || ENUMERATED.includes(name)) return { ...namedRule(name), kind: "enumerated" };
  return namedRule(isSvg ? svgName(name) : LOWER_CASE.test(name) ? name.toLowerCase() : name);
}

function svgName(name: string): string {
  if (name === "panose1") return "panose-1";
  return SVG_WITH_DASH.test(name) ? withDashes(name) : name;
}

function namedRule(name: string): AttributeRule {
  return { kind: "named", name: ` ${name}`, open: ` ${name}="` };
}
