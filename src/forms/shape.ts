/**
 * The shape of what a schema takes: how texts become values, and how each value is shown as a field.
 *
 * ```
 * { title: string, rows: { label: string }[] }
 *
 * object ─ title ─ scalar (string, drawn as text)
 *        └ rows ── list ─ items ─ object ─ label ─ scalar (string, drawn as text)
 * ```
 *
 * @module
 */
import type { AnyFieldOptions } from "./field_options.ts";
import type { FieldType } from "./field_kinds.ts";
import { isPlainObject, joinPath, type Step } from "./path.ts";

/** What one part of the input may be. */
export type Shape = ScalarShape | ListShape | ObjectShape | VariantsShape | ReferenceShape;

/** How a part is drawn as one control. */
export interface Sketch {
  /** The type of field. */
  readonly type: FieldType;
  /** Its options. */
  readonly options: AnyFieldOptions;
}

/** One value. */
export interface ScalarShape {
  /** Tells a scalar from other shapes. */
  readonly kind: "scalar";
  /** What its text becomes. */
  readonly type: "string" | "number" | "boolean" | "file" | "unknown";
  /** Whether it may be `null`. */
  readonly nullable: boolean;
  /** Whether an empty text may be its value. */
  readonly emptyFits: boolean;
  /** The one value it may have, as text, or `null`: what tells variants apart. */
  readonly constant: string | null;
  /** How it is drawn. */
  readonly sketch: Sketch;
}

/** Values in order. */
export interface ListShape {
  /** Tells a list from other shapes. */
  readonly kind: "list";
  /** The shape of its items. */
  readonly items: Shape;
  /** The shapes of the first items, where they differ from the rest. */
  readonly first: readonly Shape[];
  /** Whether it may be `null`. */
  readonly nullable: boolean;
  /** Whether the empty list may be its value. */
  readonly emptyFits: boolean;
  /** How the whole list is drawn as one control, or `null` where its items are drawn one by one. */
  readonly sketch: Sketch | null;
}

/** Values by name. */
export interface ObjectShape {
  /** Tells an object from other shapes. */
  readonly kind: "object";
  /** The values it names. */
  readonly members: ReadonlyMap<string, Member>;
  /** What other names may hold, or `null` where nothing is said of them. */
  readonly rest: Shape | null;
  /** Whether it may be `null`. */
  readonly nullable: boolean;
}

/** One named value. */
export interface Member {
  /** Its shape. */
  readonly shape: Shape;
  /** Whether its object may lack it. */
  readonly optional: boolean;
}

/** One of several objects, told apart by the constants in them. */
export interface VariantsShape {
  /** Tells alternatives from other shapes. */
  readonly kind: "variants";
  /** The alternatives. */
  readonly variants: readonly ObjectShape[];
  /** All their members in one: what a form shows. */
  readonly merged: ObjectShape;
  /** Whether it may be `null`. */
  readonly nullable: boolean;
}

/** A shape that is being read further up: a schema that contains itself. */
export interface ReferenceShape {
  /** Tells a reference from other shapes. */
  readonly kind: "reference";
  /** Whether it may be `null`: a reference says nothing of it. */
  readonly nullable: boolean;
  /** The shape it stands for. */
  readonly target: () => Shape;
}

/** A part that is drawn as one control, at its place. */
export interface Leaf {
  /** Its shape. */
  readonly shape: ScalarShape | ListShape;
  /** How it is drawn. */
  readonly sketch: Sketch;
  /** Whether its object may lack it. */
  readonly optional: boolean;
  /** Whether a value must be given: neither it nor anything around it may be left out. */
  readonly required: boolean;
}

/** A shape with references followed. */
export function resolved(shape: Shape): Exclude<Shape, ReferenceShape> {
  let target = shape;
  while (target.kind === "reference") target = target.target();
  return target;
}

/** The object a shape is, all variants in one; `null` where it is none. */
export function objectOf(shape: Shape): ObjectShape | null {
  const target = resolved(shape);
  if (target.kind === "variants") return target.merged;
  return target.kind === "object" ? target : null;
}

/** What stands at a path, with what is around it taken into account; `null` where the schema has nothing there. */
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
      // A row that is there has what a row needs, however optional the list is.
      [current, optional, required] = [target.first[step] ?? target.items, false, true];
      continue;
    }
    const object = objectOf(target);
    const member = object?.members.get(step) ?? (object?.rest ? { shape: object.rest, optional: true } : null);
    if (member === null) return null;
    [current, optional, required] = [member.shape, member.optional, required && !member.optional];
    // Below an object that may be `null` as a whole nothing must be given.
    if (member.shape.nullable && resolved(member.shape).kind !== "scalar") required = false;
  }
  return { shape: current, optional, required };
}

/** The control at a path, or `null` where there is none: nothing known there, an object, or a list of single controls. */
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
 * The names of the controls a shape is drawn with, in order: every named value, and as many items of each list as the
 * data has.
 *
 * @param written The patterns a field was written down for: a list that is among them is drawn as one control.
 */
export function leafNames(
  shape: Shape,
  data: unknown,
  written: ReadonlySet<string>,
  name: string = "",
): readonly string[] {
  // A schema that contains itself is drawn as deep as the data goes.
  if (shape.kind === "reference" && name !== "" && !isPlainObject(data)) return [];
  const target = resolved(shape);
  if (target.kind === "scalar") return name === "" ? [] : [name];
  if (target.kind === "list") {
    if (target.sketch !== null || written.has(name.replace(/\[\d+\]/g, "[]"))) return [name];
    const items: readonly unknown[] = Array.isArray(data) ? data : [];
    return items.flatMap((item, index) =>
      leafNames(target.first[index] ?? target.items, item, written, joinPath(name, index))
    );
  }
  const { members } = target.kind === "variants" ? target.merged : target;
  return Array.from(members).flatMap(([key, member]) => {
    const inner: unknown = isPlainObject(data) && Object.hasOwn(data, key) ? data[key] : undefined;
    return leafNames(member.shape, inner, written, joinPath(name, key));
  });
}

function needsValue(shape: ScalarShape | ListShape): boolean {
  if (shape.kind === "list") return !shape.emptyFits;
  // Both states of a box are values; only one that must be ticked needs something from the visitor.
  if (shape.type === "boolean" && shape.sketch.type === "checkbox") return shape.constant === "true";
  if (shape.type === "unknown") return false;
  return !shape.nullable && !shape.emptyFits;
}
