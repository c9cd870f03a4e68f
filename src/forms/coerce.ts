// Converts submitted data to the input of a schema: texts become numbers, booleans and lists if the schema asks for
// them.
//
// Nothing is rejected here. A string that is not a number stays a string, and the schema reports the error.
import { isEmptyFile, parseNumber, sentChecked, sentText } from "./sent.ts";
import { isPlainObject } from "./path.ts";
import {
  type ListShape,
  type ObjectShape,
  resolved,
  type ScalarShape,
  type Shape,
  type VariantsShape,
} from "./shape.ts";

/**
 * Converts the submitted value of one part; `undefined` for a part that is left out.
 *
 * Values of a typed caller that are not texts are kept. A missing checkbox is `false`, a missing list is empty. An
 * empty text is left out if the part is optional, and `null` if the part is nullable.
 */
export function coerceInput(shape: Shape, sent: unknown, optional: boolean): unknown {
  // A schema that contains itself would otherwise be filled with itself forever.
  if (shape.kind === "reference" && sent === undefined) return undefined;
  const target = resolved(shape);
  if (sent === null) return null;
  switch (target.kind) {
    case "scalar":
      return coerceScalar(target, sent, optional);
    case "list":
      return coerceList(target, sent, optional);
    case "object":
    case "variants":
      return coerceObject(target, sent, optional);
  }
}

/** Returns the value of an empty field: `null` if the part is nullable, else none. */
export function emptied(shape: ScalarShape | ListShape, optional: boolean): unknown {
  if (shape.nullable) return null;
  // Schemas have their own message for an empty text ("Title is required"), but not for a missing one.
  if (shape.kind === "scalar" && shape.type === "string" && !optional) return "";
  return undefined;
}

function coerceScalar(shape: ScalarShape, sent: unknown, optional: boolean): unknown {
  if (shape.type === "boolean") {
    if (sent === "" && (optional || shape.nullable)) return emptied(shape, optional);
    return sent === undefined ? false : sentChecked(sent) ?? sent;
  }
  if (sent === "" && !shape.emptyFits) {
    return shape.type === "unknown" && !optional && !shape.nullable ? sent : emptied(shape, optional);
  }
  if (shape.type === "number" && typeof sent === "string") {
    return sent.trim() === "" ? emptied(shape, optional) : parseNumber(sent) ?? sent;
  }
  if (shape.values !== null && typeof sent === "string") return shape.values.get(sent) ?? sent;
  if (isEmptyFile(sent)) return emptied(shape, optional);
  return sent;
}

function coerceList(shape: ListShape, sent: unknown, optional: boolean): unknown {
  if (sent === undefined || sent === "") {
    if (shape.emptyFits || !optional) return [];
    return shape.nullable ? null : undefined;
  }
  const list: readonly unknown[] = Array.isArray(sent) ? sent : [sent];
  // A list that is rendered as one control submits an empty text or an empty file if none is selected.
  const given = shape.sketch === null ? list : list.filter((item) => item !== "" && !isEmptyFile(item));
  return given.map((item, index) => coerceInput(shape.first[index] ?? shape.items, item, false));
}

function coerceObject(shape: ObjectShape | VariantsShape, sent: unknown, optional: boolean): unknown {
  const mayLack = optional || shape.nullable;
  // Empty text marks a row that exists and of which no control was submitted.
  if (sent !== undefined && sent !== "" && !isPlainObject(sent)) return sent;
  if (mayLack && (sent === undefined || isBlankInput(sent))) {
    return shape.nullable && sent !== undefined ? null : undefined;
  }
  const given = sent === undefined || sent === "" ? {} : sent;
  const { members, rest } = shape.kind === "variants" ? variantOf(shape, given) : shape;
  const entries: [string, unknown][] = [];
  for (const [key, member] of members) {
    const value = coerceInput(member.shape, Object.hasOwn(given, key) ? given[key] : undefined, member.optional);
    if (value !== undefined) entries.push([key, value]);
  }
  for (const [key, value] of Object.entries(given)) {
    if (!members.has(key)) entries.push([key, rest === null ? value : coerceInput(rest, value, true)]);
  }
  // `fromEntries()` defines own properties; an assignment to `__proto__` would set the prototype.
  return Object.fromEntries(entries);
}

function variantOf({ variants, merged }: VariantsShape, given: Readonly<Record<string, unknown>>): ObjectShape {
  const fitting = variants.find(({ members }) =>
    Array.from(members).every(([key, { shape }]) =>
      shape.kind !== "scalar" || shape.constant === null ||
      (Object.hasOwn(given, key) && sentText(given[key]) === shape.constant)
    )
  );
  return fitting ?? merged;
}

/**
 * Converts the value of a declared field to the type of its schema, which may be another one: a choice "2" of a number,
 * choices of a list of numbers, a number as text.
 */
export function coerceDeclared(shape: Shape, value: unknown, optional: boolean): unknown {
  const target = resolved(shape);
  if (typeof value === "string" || Array.isArray(value)) return coerceInput(target, value, optional);
  const isText = target.kind === "scalar" && target.type === "string";
  return isText && typeof value === "number" ? String(value) : value;
}

/** Returns whether no part of the submitted data has a value. */
export function isBlankInput(sent: unknown): boolean {
  if (sent === undefined || sent === null || sent === "") return true;
  if (sent instanceof File) return isEmptyFile(sent);
  if (Array.isArray(sent)) return sent.every(isBlankInput);
  return isPlainObject(sent) && Object.values(sent).every(isBlankInput);
}
