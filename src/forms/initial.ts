/**
 * The values that a form or a formset begins with, as the application gave them.
 *
 * @module
 */
import type { FormInitial } from "./form.ts";

/**
 * Reads the initial values of a form.
 *
 * @throws {TypeError} When they are not named values.
 */
export function initialOfForm(form: string, initial: unknown): FormInitial {
  if (initial === undefined || initial === null) return {};
  if (typeof initial !== "object" || Array.isArray(initial)) {
    throw new TypeError(
      `Cannot begin form "${form}": its initial values are ${describeValue(initial)}, named values are needed`,
    );
  }
  // The line above left an object that is not a list: names with values.
  return initial as FormInitial;
}

/**
 * Reads the initial values of the rows of a formset.
 *
 * @throws {TypeError} When they are not a list of named values.
 */
export function initialOfRows(formset: string, initial: unknown): readonly FormInitial[] {
  if (initial === undefined || initial === null) return [];
  if (Array.isArray(initial)) return initial.map((row) => initialOfForm(formset, row));
  throw new TypeError(
    `Cannot begin formset "${formset}": its initial values are ${describeValue(initial)}, a list of rows is needed`,
  );
}

/** Describes a value for a message. */
export function describeValue(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}
