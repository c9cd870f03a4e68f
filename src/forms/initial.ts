// Reads initial values that the application provides.
import type { FormInitial } from "./form.ts";

/**
 * Returns the initial values of a form.
 *
 * @throws {TypeError} If they are not an object.
 */
export function initialOfForm(form: string, initial: unknown): FormInitial {
  if (initial === undefined || initial === null) return {};
  if (typeof initial !== "object" || Array.isArray(initial)) {
    throw new TypeError(
      `Cannot create form "${form}": its initial values are ${describeValue(initial)}; pass { name: value }`,
    );
  }
  // The value is an object and not a list: names with values.
  return initial as FormInitial;
}

/**
 * Returns the initial values of the rows of a formset.
 *
 * @throws {TypeError} If they are not a list of objects.
 */
export function initialOfRows(formset: string, initial: unknown): readonly FormInitial[] {
  if (initial === undefined || initial === null) return [];
  if (Array.isArray(initial)) return initial.map((row) => initialOfForm(formset, row));
  throw new TypeError(
    `Cannot create formset "${formset}": its initial values are ${describeValue(initial)}; pass a list of rows`,
  );
}

/** Describes a value for a message. */
export function describeValue(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}
