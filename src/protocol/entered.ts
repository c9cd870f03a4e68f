// Places in the markup of `<Optimistic>` that the browser fills with what the user has entered.
//
// A place is the name of a field between two characters of the private use area, which markup does not contain otherwise.

/** Returns the place for the value of a field. */
export const enteredPlace = (name: string): string => `\uE000${name}\uE001`;

/** Replaces the places in text by the values of their fields. */
export const fillEntered = (text: string, valueOf: (name: string) => string): string =>
  text.replace(/\uE000(.*?)\uE001/g, (_, name: string) => valueOf(name));

/** Attributes whose value is text that is shown. In any other one a value of the user could become a URL, a style or an instruction. */
export const SHOWN_ATTRIBUTE: RegExp = /^(alt|title|value|placeholder|label|aria-(label|description|valuetext))$/;
/** Elements whose text is not shown as text. */
export const RAW_ELEMENTS = "script,style,iframe,noscript,noembed,noframes,xmp,plaintext";

/**
 * Returns a function that returns what the user has entered in a field, by its name, as text.
 *
 * @param fields The fields of the form, or `null`.
 * @param data Explicit data, which comes first.
 * @param secret The names of fields that are left out.
 */
export const enteredTexts =
  (fields: FormData | null, data: Readonly<Record<string, unknown>>, secret: ReadonlySet<string>) =>
  (name: string): string => {
    const values = Object.hasOwn(data, name) ? [data[name]].flat() : fields?.getAll(name) ?? [];
    return secret.has(name) ? "" : values.map((value) => value instanceof File ? value.name : `${value}`).join(", ");
  };
