// Converts submitted data to the input of a schema: texts become numbers, booleans and lists if the schema asks for
// them.
//
// Nothing is rejected here. A string that is not a number stays a string, and the schema reports the error.
import { isEmptyFile, parseDateTime, parseDays, parseNumber, sentChecked, sentText } from "./sent.ts";
import { FIELD_KINDS } from "./field_kinds.ts";
import { isPlainObject } from "./path.ts";
import {
  type ListShape,
  needsValue,
  objectOf,
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
 *
 * @param rendered The shape that the form renders: of an alternative, also the fields of the others.
 */
export function coerceInput(shape: Shape, sent: unknown, optional: boolean, rendered: Shape = shape): unknown {
  // A schema that contains itself would otherwise be filled with itself forever.
  if (shape.kind === "reference" && sent === undefined) return undefined;
  const target = resolved(shape);
  if (sent === null) return null;
  switch (target.kind) {
    case "scalar":
      return coerceScalar(target, sent, optional);
    case "list":
      return coerceList(target, sent, optional, resolved(rendered));
    case "object":
    case "variants":
      return coerceObject(target, sent, optional, objectOf(rendered));
  }
}

/** Returns the value of an empty field: `null` if the part is nullable, else none. */
function emptied(shape: ScalarShape | ListShape, optional: boolean): unknown {
  if (shape.nullable) return null;
  // Schemas have their own message for an empty text ("Title is required"), but not for a missing one.
  if (shape.kind === "scalar" && shape.type === "string" && !optional) return "";
  return undefined;
}

function coerceScalar(shape: ScalarShape, sent: unknown, optional: boolean): unknown {
  if (shape.type === "boolean") {
    if (sent === "" && (optional || shape.nullable)) return emptied(shape, optional);
    if (sent !== undefined) return sentChecked(sent) ?? sent;
    // A box that may only be checked has no value otherwise.
    return shape.constant === "true" && (optional || shape.nullable) ? emptied(shape, optional) : false;
  }
  if (sent === "" && !shape.emptyFits) {
    return shape.type === "unknown" && !optional && !shape.nullable ? sent : emptied(shape, optional);
  }
  if (shape.type === "number" && typeof sent === "string") {
    return sent.trim() === "" ? emptied(shape, optional) : parseNumber(sent) ?? sent;
  }
  if (shape.type === "date" && typeof sent === "string") return parseDate(sent) ?? sent;
  if (shape.type === "bigint" && typeof sent === "string") {
    return /^[+-]?\d{1,1000}$/.test(sent.trim()) ? BigInt(sent) : sent;
  }
  if (shape.values !== null && typeof sent === "string") return shape.values.get(sent) ?? sent;
  if (isEmptyFile(sent)) return emptied(shape, optional);
  return sent;
}

/** Reads a date as the start of its day in UTC, and a date with a time as local time (ECMAScript, 21.4.1.32). */
function parseDate(text: string): Date | null {
  if (parseDays(text) === null && parseDateTime(text) === null) return null;
  const date = new Date(text);
  return Number.isNaN(date.getTime()) ? null : date;
}

function coerceList(shape: ListShape, sent: unknown, optional: boolean, rendered: Shape): unknown {
  const list = listInput(shape, sent, optional, rendered);
  return shape.isSet && Array.isArray(list) ? new Set(list) : list;
}

function listInput(shape: ListShape, sent: unknown, optional: boolean, rendered: Shape): unknown {
  if (sent instanceof Set) return sent;
  const isMissing = sent === undefined || sent === "";
  // The items of a tuple are always rendered, so that an optional one is submitted with empty items.
  const isBlank = isMissing || shape.first.length > 0 && isBlankInput(sent);
  if (isBlank && !shape.emptyFits && shape.nullable) return null;
  if (isBlank && !shape.emptyFits && optional) return undefined;
  const list: readonly unknown[] = isMissing ? [] : Array.isArray(sent) ? sent : [sent];
  // A list that is rendered as one control submits an empty text or an empty file if none is selected.
  const given = shape.sketch === null ? list : list.filter((item) => item !== "" && !isEmptyFile(item));
  // The controls of the last items of a tuple may submit nothing.
  const missing = Array.from({ length: Math.max(0, shape.first.length - given.length) }, () => undefined);
  const itemOf = ({ first, items }: ListShape, index: number): Shape => first[index] ?? items;
  return [...given, ...missing].map((item, index) => {
    const own = itemOf(shape, index);
    return coerceInput(own, item, false, rendered.kind === "list" ? itemOf(rendered, index) : own);
  });
}

function coerceObject(
  shape: ObjectShape | VariantsShape,
  sent: unknown,
  optional: boolean,
  rendered: ObjectShape | null,
): unknown {
  const mayLack = optional || shape.nullable;
  // Empty text marks a row that exists and of which no control was submitted.
  if (sent !== undefined && sent !== "" && !isPlainObject(sent)) return sent;
  if (mayLack && (sent === undefined || isBlankInput(sent) || isPlainObject(sent) && isUntouched(shape, sent))) {
    return shape.nullable && sent !== undefined ? null : undefined;
  }
  const given = sent === undefined || sent === "" ? {} : sent;
  const { members, rest, ignored } = shape.kind === "variants" ? chosen(shape, given) : { ...shape, ignored: NONE };
  const entries: [string, unknown][] = [];
  for (const [key, member] of members) {
    const part = Object.hasOwn(given, key) ? given[key] : undefined;
    const value = coerceInput(member.shape, part, member.optional, rendered?.members.get(key)?.shape);
    if (value !== undefined) entries.push([key, value]);
  }
  for (const [key, value] of Object.entries(given)) {
    // Also a field of another alternative of an object around this one.
    if (members.has(key) || ignored(key, value) || shape.kind === "object" && rendered?.members.has(key)) continue;
    entries.push([key, rest === null ? value : coerceInput(rest, value, true)]);
  }
  // `fromEntries()` defines own properties; an assignment to `__proto__` would set the prototype.
  return Object.fromEntries(entries);
}

const NONE = (): boolean => false;

/** The alternative that input is for, and the fields that belong to another one. */
interface Chosen extends Pick<ObjectShape, "members" | "rest"> {
  readonly ignored: (key: string, value: unknown) => boolean;
}

/**
 * Returns the alternative whose constants the input has. A form renders the fields of all alternatives, so those of the others
 * are ignored: a strict object would reject them.
 */
function chosen({ variants, merged }: VariantsShape, given: Readonly<Record<string, unknown>>): Chosen {
  const fitting = variants.filter((variant) => hasConstants(variant, given));
  const [first] = fitting;
  if (first === undefined) return { ...merged, ignored: NONE };
  const { members, rest } = fitting.find((variant) => isFilled(variant, given)) ?? first;
  // Without constants, filled fields tell the alternatives apart.
  const ignored = (key: string, value: unknown): boolean =>
    merged.members.has(key) && (fitting.length === 1 || isBlankInput(value));
  return { members, rest, ignored };
}

function hasConstants({ members }: ObjectShape, given: Readonly<Record<string, unknown>>): boolean {
  return Array.from(members).every(([key, { shape }]) =>
    shape.kind !== "scalar" || shape.constant === null ||
    (Object.hasOwn(given, key) && sentText(given[key]) === shape.constant)
  );
}

function isFilled({ members }: ObjectShape, given: Readonly<Record<string, unknown>>): boolean {
  return Array.from(members).every(([key, { shape, optional }]) =>
    optional || shape.kind !== "scalar" || !needsValue(shape) ||
    !isBlankInput(Object.hasOwn(given, key) ? given[key] : "")
  );
}

/**
 * Returns whether an object was submitted as it is rendered without input: a field that needs a value is empty, and all others
 * are empty or have the value of their schema, such as a select with a default.
 */
function isUntouched(shape: ObjectShape | VariantsShape, given: Readonly<Record<string, unknown>>): boolean {
  const { members } = shape.kind === "variants" ? shape.merged : shape;
  const isMissing = Array.from(members).some(([key, { shape: part, optional }]) =>
    !optional && part.kind === "scalar" && needsValue(part) && given[key] === ""
  );
  return isMissing &&
    Object.entries(given).every(([key, value]) => isBlankInput(value) || isInitial(members.get(key)?.shape, value));
}

function isInitial(shape: Shape | undefined, value: unknown): boolean {
  if (shape === undefined) return false;
  const target = resolved(shape);
  if (target.kind === "object" || target.kind === "variants") return isPlainObject(value) && isUntouched(target, value);
  if (target.kind === "list") return false;
  const { type, options: { initial } } = target.sketch;
  const shown = FIELD_KINDS[type].show(initial);
  return shown !== "" && (shown === true ? sentChecked(value) === true : shown === sentText(value));
}

/** Returns whether no part of the submitted data has a value. */
export function isBlankInput(sent: unknown): boolean {
  if (sent === undefined || sent === null || sent === "") return true;
  if (sent instanceof File) return isEmptyFile(sent);
  if (Array.isArray(sent)) return sent.every(isBlankInput);
  return isPlainObject(sent) && Object.values(sent).every(isBlankInput);
}
