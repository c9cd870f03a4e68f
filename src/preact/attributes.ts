/**
 * The attributes that the components of this library pass on to the element they draw.
 *
 * @module
 */

/** Attributes of any element. Data never becomes an attribute by itself: what stands here was written by the developer. */
export interface ElementAttributes {
  /** The element's id, unique on the page. */
  readonly id?: string | undefined;
  /** Its classes, separated by spaces. */
  readonly class?: string | undefined;
  /** Its style, as text or as a record. A strict content security policy forbids it. */
  readonly style?: string | Readonly<Record<string, string | number>> | undefined;
  /** A hint that is shown when the pointer rests on it. */
  readonly title?: string | undefined;
  /** The language of its text, such as `de`. */
  readonly lang?: string | undefined;
  /** The direction of its text. */
  readonly dir?: "ltr" | "rtl" | "auto" | undefined;
  /** Whether it is hidden. */
  readonly hidden?: boolean | "until-found" | undefined;
  /** Its role for assistive technology, where the element's own will not do. */
  readonly role?: string | undefined;
  /** Where it stands in the order of the tab key. */
  readonly tabindex?: number | undefined;
  /** The slot it takes in a shadow tree. */
  readonly slot?: string | undefined;
  /** `data-*`, for scripts and styles. */
  readonly [data: `data-${string}`]: string | number | boolean | null | undefined;
  /** `aria-*`, for assistive technology. */
  readonly [aria: `aria-${string}`]: string | number | boolean | null | undefined;
  /** `hyper-*`, for the browser runtime. */
  readonly [hyper: `hyper-${string}`]: string | number | boolean | null | undefined;
}

const NAMES: ReadonlySet<string> = new Set([
  "id",
  "class",
  "style",
  "title",
  "lang",
  "dir",
  "hidden",
  "role",
  "tabindex",
  "slot",
]);
// HTML, 13.1.2.3: these characters end the name of an attribute, or stand in none.
// deno-lint-ignore no-control-regex -- control characters are what is looked for
const OPEN_NAME = /^(?:data|aria|hyper)-[^\x00-\x20\x7f"'<>/=]+$/;

/**
 * The attributes that may be passed on, out of what a component was given.
 *
 * The types let nothing else through; a page that spreads what came from a visitor, past the types, must not hand over a
 * handler in an `on…` attribute, another `action`, or `dangerouslySetInnerHTML`.
 *
 * @param given What the component was given.
 * @param more Names that this component takes beside those of every element.
 * @returns A new record.
 */
export function elementAttributes(given: object, more: readonly string[] = []): Readonly<Record<string, unknown>> {
  const attributes: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(given)) {
    if (!NAMES.has(name) && !more.includes(name) && !OPEN_NAME.test(name)) continue;
    if (typeof value !== "object" || name === "style") attributes[name] = value;
  }
  return attributes;
}
