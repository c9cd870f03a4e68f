/**
 * From what was sent to what a schema is given: texts become numbers, booleans and lists where the schema asks for them.
 *
 * Nothing is refused here. A text that stands for no number stays the text it is, and the schema says what is wrong.
 *
 * @module
 */
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
 * The value of one part.
 *
 * Values of a typed caller that are no texts pass as they are. A box that was not sent is `false`, a list that was not
 * sent is empty. A text left empty is left out where the part may be, and `null` where it may be that.
 *
 * @param sent What was sent for it, or `undefined`.
 * @param optional Whether it may be left out.
 * @returns The value; `undefined` for one that is left out.
 */
export function coerceInput(shape: Shape, sent: unknown, optional: boolean): unknown {
  // Where nothing was sent for a schema that contains itself, it would be filled with itself for ever.
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

/** What a field left empty becomes where a schema takes it: `null` where it may be that, else nothing. */
export function emptied(shape: ScalarShape | ListShape, optional: boolean): unknown {
  if (shape.nullable) return null;
  // The schema's own words for a missing text ("Title is required") are said of an empty text, not of a missing one.
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
  if (isEmptyFile(sent)) return emptied(shape, optional);
  return sent;
}

function coerceList(shape: ListShape, sent: unknown, optional: boolean): unknown {
  if (sent === undefined || sent === "") {
    if (shape.emptyFits || !optional) return [];
    return shape.nullable ? null : undefined;
  }
  const list: readonly unknown[] = Array.isArray(sent) ? sent : [sent];
  // A list drawn as one control sends an empty text or an empty file for "none".
  const given = shape.sketch === null ? list : list.filter((item) => item !== "" && !isEmptyFile(item));
  return given.map((item, index) => coerceInput(shape.first[index] ?? shape.items, item, false));
}

function coerceObject(shape: ObjectShape | VariantsShape, sent: unknown, optional: boolean): unknown {
  const mayLack = optional || shape.nullable;
  if (sent !== undefined && !isPlainObject(sent)) return sent;
  if (mayLack && (sent === undefined || isBlankInput(sent))) {
    return shape.nullable && sent !== undefined ? null : undefined;
  }
  const given = sent ?? {};
  const { members, rest } = shape.kind === "variants" ? variantOf(shape, given) : shape;
  const entries: [string, unknown][] = [];
  for (const [key, member] of members) {
    const value = coerceInput(member.shape, Object.hasOwn(given, key) ? given[key] : undefined, member.optional);
    if (value !== undefined) entries.push([key, value]);
  }
  for (const [key, value] of Object.entries(given)) {
    if (!members.has(key)) entries.push([key, rest === null ? value : coerceInput(rest, value, true)]);
  }
  // Defines each key as an own property, `__proto__` too, where assigning it would set the prototype.
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

/** Returns whether nothing was entered in any part of what was sent. */
export function isBlankInput(sent: unknown): boolean {
  if (sent === undefined || sent === null || sent === "") return true;
  if (sent instanceof File) return isEmptyFile(sent);
  if (Array.isArray(sent)) return sent.every(isBlankInput);
  return isPlainObject(sent) && Object.values(sent).every(isBlankInput);
}
