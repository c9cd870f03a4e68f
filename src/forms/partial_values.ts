// The values of a form that is validated before it is submitted: a field may not be filled in yet, or not be sent.
//
// A rule that needs the value of such a field is skipped: reading the value throws, and the caller of the rule knows why.
import type { FieldDefinition } from "./field_definition.ts";
import { FIELD_KINDS } from "./field_kinds.ts";

/** Thrown to a rule that reads a value that does not exist yet. */
class MissingValueError extends Error {
  override readonly name: string = "MissingValueError";

  constructor(field: string) {
    super(
      `Cannot read the value of "${field}": the form is only validated, and this field was not sent or is not valid; let the error pass`,
    );
  }
}

/**
 * Returns whether the client has left out a field, so that nothing can be said about it. A browser sends nothing for a box that is
 * not checked and for a list without a choice: these are values.
 */
export function isLeftOut({ type }: FieldDefinition, sent: unknown): boolean {
  const { element, inputType } = FIELD_KINDS[type];
  return sent === undefined && (element === "textarea" || element === "input" && inputType !== "radio");
}

/**
 * Returns values that throw where one is read that is missing. To copy them throws as well, so that no rule takes it for empty.
 *
 * @param missing The names of the missing ones.
 */
export function partialValues(values: Readonly<Record<string, unknown>>, missing: readonly string[]): object {
  const partial = { ...values };
  for (const name of missing) {
    const get = (): never => {
      throw new MissingValueError(name);
    };
    Object.defineProperty(partial, name, { get, enumerable: true });
  }
  return partial;
}

/** Returns whether a rule has failed because it read a value that is missing. */
export function isMissingValue(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return error instanceof MissingValueError || isMissingValue(error.cause);
}
