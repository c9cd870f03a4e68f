// Options of a field that depend on what is typed in other fields of its form.
import { atOnce } from "../callback.ts";

/** The input of a form so far, which an option of a field may depend on. */
export interface Typed {
  /**
   * The text of each field by its name: what was submitted, in a blank form the initial value. `""` for an empty field, a password and a
   * file; `"on"` for a checked box; several values are separated by line breaks. In a row of a formset, the fields of the row.
   * To read a name that the form does not have throws.
   */
  readonly raw: Readonly<Record<string, string>>;
}

/** An option of a field: a value, or a function of what is typed so far, which returns it. */
export type OrFrom<T> = T | ((typed: Typed) => T);

/** The options that may be functions. */
const DEPENDENT = [
  "choices",
  "required",
  "visible",
  "min",
  "max",
  "minlength",
  "maxlength",
  "pattern",
] as const;

/** The name of such an option. */
export type DependentName = typeof DEPENDENT[number];

/** Returns the input of a form, with a function that returns the text of a field. */
export function typedOf(rawOf: (name: string) => string): Typed {
  // A logger reads symbols.
  return { raw: new Proxy({}, { get: (_, name) => typeof name === "string" ? rawOf(name) : undefined }) };
}

/** Returns a value that a field shows as text. */
export function rawText(shown: string | boolean | readonly string[]): string {
  if (typeof shown === "boolean") return shown ? "on" : "";
  return typeof shown === "string" ? shown : shown.join("\n");
}

/** Returns whether an option depends on what is typed. */
export function isDependent(options: { readonly [K in DependentName]?: unknown }): boolean {
  return DEPENDENT.some((name) => typeof options[name] === "function");
}

/** Options as values: each function is replaced by what it returns. */
export type PlainOptions<O> = { readonly [K in keyof O]: Exclude<O[K], (typed: Typed) => unknown> };

/** Returns options as values for what is typed; without it, functions are left out. */
export function plainOptions<O extends { readonly [K in DependentName]?: unknown }>(
  options: O,
  typed: Typed | null,
): PlainOptions<O> {
  const own = DEPENDENT.filter((name) => typeof options[name] === "function").map((name) => {
    // One of `OrFrom`, as the types of the options have it.
    const from = options[name] as (typed: Typed) => unknown;
    return [name, typed === null ? undefined : atOnce(from(typed), `the option "${name}" of a field`)];
  });
  // No function is left.
  return { ...options, ...Object.fromEntries(own) } as PlainOptions<O>;
}
