// The input shape of a schema: how texts become values, and how each value is rendered as a field.
//
// ```
// { title: string, rows: { label: string }[] }
//
// object ─ title ─ scalar (string, rendered as text)
//        └ rows ── list ─ items ─ object ─ label ─ scalar (string, rendered as text)
// ```
import type { PlainFieldOptions } from "./field_options.ts";
import type { FieldType } from "./field_kinds.ts";
import { isPlainObject, joinPath, parsePath, type Step } from "./path.ts";

/** The shape of one part of the input. */
export type Shape = ScalarShape | ListShape | ObjectShape | VariantsShape | ReferenceShape;

/** The control that a part is rendered as. */
export interface Sketch {
  readonly type: FieldType;
  readonly options: PlainFieldOptions;
}

/** A single value. */
export interface ScalarShape {
  readonly kind: "scalar";
  /** The type that its text is converted to. */
  readonly type: "string" | "number" | "boolean" | "file" | "date" | "bigint" | "unknown";
  readonly nullable: boolean;
  /** `true` if the empty string is a valid value. */
  readonly emptyFits: boolean;
  /** The only valid value, as text, or `null`. Distinguishes variants. */
  readonly constant: string | null;
  /** The valid values by their text if they have several types, such as 10 and "all"; `null` for other values. */
  readonly values: ReadonlyMap<string, unknown> | null;
  /** The reason why a form cannot submit it, with the remedy; `null` if it can. */
  readonly fault: string | null;
  readonly sketch: Sketch;
}

/** A list. */
export interface ListShape {
  readonly kind: "list";
  readonly items: Shape;
  /** The shapes of the first items, if they differ from the others. */
  readonly first: readonly Shape[];
  /** The number of items that it must have. */
  readonly least: number;
  /** `true` if the value is a `Set`. */
  readonly isSet: boolean;
  readonly nullable: boolean;
  /** `true` if the empty list is valid. */
  readonly emptyFits: boolean;
  /** The control that the list is rendered as, or `null` if its items are rendered separately. */
  readonly sketch: Sketch | null;
}

/** An object. */
export interface ObjectShape {
  readonly kind: "object";
  readonly members: ReadonlyMap<string, Member>;
  /** The shape of members with other names, or `null` if the schema does not declare one. */
  readonly rest: Shape | null;
  readonly nullable: boolean;
}

/** A member of an object. */
export interface Member {
  readonly shape: Shape;
  readonly optional: boolean;
}

/** One of several objects, distinguished by constants. */
export interface VariantsShape {
  readonly kind: "variants";
  readonly variants: readonly ObjectShape[];
  /** An object with the members of all variants, for rendering the form. */
  readonly merged: ObjectShape;
  readonly nullable: boolean;
}

/** A shape that is being read: the schema contains itself. */
export interface ReferenceShape {
  readonly kind: "reference";
  readonly nullable: boolean;
  readonly target: () => Shape;
}

/** A part that is rendered as one control, in its context. */
export interface Leaf {
  readonly shape: ScalarShape | ListShape;
  readonly sketch: Sketch;
  /** `true` if its object may lack it. */
  readonly optional: boolean;
  /** `true` if it needs a value: neither it nor an object around it is optional. */
  readonly required: boolean;
}

/** Follows references. */
export function resolved(shape: Shape): Exclude<Shape, ReferenceShape> {
  let target = shape;
  while (target.kind === "reference") target = target.target();
  return target;
}

/** Returns the object of a shape, with all variants merged; `null` for any other shape. */
export function objectOf(shape: Shape): ObjectShape | null {
  const target = resolved(shape);
  if (target.kind === "variants") return target.merged;
  return target.kind === "object" ? target : null;
}

/** Returns the shape at a path, and whether it is optional and required there; `null` if the schema has none. */
export function shapeAt(
  shape: Shape,
  steps: readonly Step[],
): { readonly shape: Shape; readonly optional: boolean; readonly required: boolean } | null {
  let current = shape;
  let optional = false;
  let required = true;
  for (const step of steps) {
    const target = resolved(current);
    if (typeof step === "number") {
      if (target.kind !== "list") return null;
      // An existing row needs the values of a row, even if the list is optional. The items of a tuple are always rendered.
      const isTuple = target.first.length > 0;
      [current, optional, required] = [target.first[step] ?? target.items, false, !isTuple || required];
      continue;
    }
    const object = objectOf(target);
    const member = object?.members.get(step) ?? (object?.rest ? { shape: object.rest, optional: true } : null);
    if (member === null) return null;
    [current, optional, required] = [member.shape, member.optional, required && !member.optional];
    // No member of a nullable object is required.
    if (member.shape.nullable && resolved(member.shape).kind !== "scalar") required = false;
  }
  return { shape: current, optional, required };
}

/** Returns the control at a path; `null` if it is unknown, an object, or a list whose items are rendered separately. */
export function leafAt(shape: Shape, steps: readonly Step[]): Leaf | null {
  const found = shapeAt(shape, steps);
  if (found === null) return null;
  const target = resolved(found.shape);
  if (target.kind !== "scalar" && target.kind !== "list") return null;
  const { sketch } = target;
  if (sketch === null) return null;
  return { shape: target, sketch, optional: found.optional, required: found.required && needsValue(target) };
}

/**
 * Returns the names of the controls of a shape, in order, with as many list items as the data has.
 *
 * @param declared The patterns of declared fields: a list among them is rendered as one control.
 * @param mayLack If `true`, the part or an object around it is optional: a list then needs no items.
 */
export function leafNames(
  shape: Shape,
  data: unknown,
  declared: ReadonlySet<string>,
  name: string = "",
  mayLack: boolean = false,
): readonly string[] {
  // A recursive schema is rendered as deep as the data.
  if (shape.kind === "reference" && name !== "" && !isPlainObject(data) && data !== "") return [];
  const target = resolved(shape);
  if (target.kind === "scalar") return name === "" ? [] : [name];
  if (target.kind === "list") {
    if (target.sketch !== null || declared.has(name.replace(/\[\d+\]/g, "[]"))) return [name];
    const items: readonly unknown[] = Array.isArray(data) ? data : [];
    // Items that the list must have are rendered without data: otherwise it could not be filled.
    const least = mayLack || target.nullable ? target.first.length : target.least;
    const count = Math.max(items.length, Math.min(least, MAX_BLANK_ITEMS));
    return Array.from({ length: count }, (_, index) => index).flatMap((index) =>
      leafNames(target.first[index] ?? target.items, items[index], declared, joinPath(name, index))
    );
  }
  const { members, rest } = target.kind === "variants" ? target.merged : target;
  const given: Readonly<Record<string, unknown>> = isPlainObject(data) ? data : {};
  const own = Array.from(members).flatMap(([key, member]) =>
    leafNames(
      member.shape,
      Object.hasOwn(given, key) ? given[key] : undefined,
      declared,
      joinPath(name, key),
      member.optional || mayLack,
    )
  );
  if (rest === null) return own;
  // Members of a record are named by the data only.
  const others = Object.keys(given).filter((key) => !members.has(key) && isStepName(key));
  return [...own, ...others.flatMap((key) => leafNames(rest, given[key], declared, joinPath(name, key)))];
}

// A schema may require more items than anyone fills in.
const MAX_BLANK_ITEMS = 20;

// Names with other characters are not the name of a field.
function isStepName(key: string): boolean {
  return parsePath(`_.${key}`).length === 2;
}

/** Returns whether a part is invalid without a value. */
export function needsValue(shape: ScalarShape | ListShape): boolean {
  if (shape.kind === "list") return !shape.emptyFits;
  // Both states of a checkbox are values; only one that must be checked requires input.
  if (shape.type === "boolean" && shape.sketch.type === "checkbox") return shape.constant === "true";
  if (shape.type === "unknown" && shape.values === null) return false;
  return !shape.nullable && !shape.emptyFits;
}
