// The attributes that the components of this library pass on to their element.

/** A value of an attribute. */
export type AttributeValue = string | number | boolean | null | undefined;

/** Attributes of any element. */
export interface ElementAttributes {
  /** The element's id, unique on the page. */
  readonly id?: string | undefined;
  /** Its classes, separated by spaces. */
  readonly class?: string | undefined;
  /** A hint that is shown when the pointer rests on the element. */
  readonly title?: string | undefined;
  /** The language of its text, such as `de`. */
  readonly lang?: string | undefined;
  /** The direction of its text. */
  readonly dir?: "ltr" | "rtl" | "auto" | undefined;
  /** Its position in the order of the tab key. */
  readonly tabindex?: number | undefined;
  /** Its style, as text or as a record. A strict content security policy forbids it. */
  readonly style?: string | Readonly<Record<string, string | number>> | undefined;
  /** If `true`, the element is hidden; `"until-found"` lets the browser's search reveal it. */
  readonly hidden?: boolean | "until-found" | undefined;
  /** Its role for assistive technology, in place of the element's own. */
  readonly role?: string | undefined;
  /** The slot it takes in a shadow tree. */
  readonly slot?: string | undefined;
  /** `data-*` for scripts and styles, `aria-*` for assistive technology, `hyper-*` for the browser runtime. */
  readonly [name: `data-${string}` | `aria-${string}` | `hyper-${string}`]: AttributeValue;
}

/** The attributes of HTML that `<Field>` and `<FieldControl>` pass on to a control. The form sets all others. */
export interface ControlAttributes extends Pick<ElementAttributes, "class" | "title" | "lang" | "dir" | "tabindex"> {
  /** The hint inside an empty control, in place of the field's own; for a `<select>` the text of its empty option. */
  readonly placeholder?: string | undefined;
  /** The value of `autocomplete`, instead of that of the field. */
  readonly autocomplete?: string | undefined;
  /** If `true`, the control gets the focus when the page is shown. */
  readonly autofocus?: boolean | undefined;
  /** The automatic capitalization of entered text. */
  readonly autocapitalize?: string | undefined;
  /** The visible width of a textarea, in characters. */
  readonly cols?: number | undefined;
  /** If `true`, the control cannot be used, and its value is not sent. */
  readonly disabled?: boolean | undefined;
  /** The label of the enter key on a virtual keyboard. */
  readonly enterkeyhint?: string | undefined;
  /** The id of the form that a control outside its form belongs to. */
  readonly form?: string | undefined;
  /** The virtual keyboard to show. */
  readonly inputmode?: string | undefined;
  /** The id of a `<datalist>` with suggestions. */
  readonly list?: string | undefined;
  /** If `true`, the value is sent but cannot be changed. */
  readonly readonly?: boolean | undefined;
  /** The visible height of a textarea, in lines. */
  readonly rows?: number | undefined;
  /** The visible width of an input in characters, or the height of a list in options. */
  readonly size?: number | undefined;
  /** If `true`, the browser checks the spelling. */
  readonly spellcheck?: boolean | undefined;
  /** The line wrapping of a submitted textarea. */
  readonly wrap?: "hard" | "soft" | undefined;
  /** `data-*` for scripts and styles, `aria-*` for assistive technology, `hyper-*` for the browser runtime. */
  readonly [name: `data-${string}` | `aria-${string}` | `hyper-${string}`]: AttributeValue;
}

const ELEMENT_NAMES = ["id", "class", "style", "title", "lang", "dir", "hidden", "role", "tabindex", "slot"];
// HTML, 13.1.2.3: these characters end the name of an attribute or are not allowed in one.
// deno-lint-ignore no-control-regex -- matches control characters
const OPEN_NAME = /^(?:data|aria|hyper)-[^\x00-\x20\x7f"'<>/=]+$/;

/**
 * Picks the attributes of any element out of the props of a component.
 *
 * @param props The props.
 * @param names Names that this component accepts in addition to those of any element.
 */
export function elementAttributes(props: object, names: readonly string[] = []): Readonly<Record<string, unknown>> {
  const attributes: Record<string, unknown> = pickAttributes(props, [...ELEMENT_NAMES, ...names]);
  if (Object.hasOwn(props, "style")) attributes.style = Reflect.get(props, "style");
  return attributes;
}

/**
 * Picks the attributes with the given names, and `data-*`, `aria-*` and `hyper-*`, out of the props of a component.
 *
 * The types allow nothing else. A page that spreads user input past the types must not be able to set an `on…` attribute, another
 * `action`, or `dangerouslySetInnerHTML`.
 */
export function pickAttributes(props: object, names: readonly string[]): Record<string, AttributeValue> {
  const attributes: Record<string, AttributeValue> = {};
  for (const [name, value] of Object.entries(props)) {
    if (!names.includes(name) && !OPEN_NAME.test(name)) continue;
    if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") attributes[name] = value;
  }
  return attributes;
}
