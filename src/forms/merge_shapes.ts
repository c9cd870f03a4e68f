// The alternatives of a schema, merged to one object that is rendered: it accepts what one of them accepts.
import { FIELD_KINDS } from "./field_kinds.ts";
import type { PlainFieldOptions } from "./field_options.ts";
import {
  type ListShape,
  type Member,
  type ObjectShape,
  resolved,
  type ScalarShape,
  type Shape,
  type Sketch,
  type VariantsShape,
} from "./shape.ts";

/** Returns the shape of one of several objects. Alternatives of an alternative are alternatives of the whole. */
export function oneOf(shapes: readonly (ObjectShape | VariantsShape)[], nullable: boolean): VariantsShape {
  const variants = shapes.flatMap((shape) => shape.kind === "variants" ? shape.variants : [shape]);
  const isNullable = nullable || shapes.some((shape) => shape.nullable);
  return { kind: "variants", variants, merged: mergeObjects(variants), nullable: isNullable };
}

// A member that an alternative lacks is optional.
function mergeObjects(objects: readonly ObjectShape[]): ObjectShape {
  const members = new Map<string, Member>();
  for (const key of new Set(objects.flatMap((object) => [...object.members.keys()]))) {
    const found = objects.map((object) => object.members.get(key)).filter((member) => member !== undefined);
    const optional = found.length < objects.length || found.some((member) => member.optional);
    members.set(key, { shape: mergeShapes(found.map(({ shape }) => shape)), optional });
  }
  return { kind: "object", members, rest: null, nullable: false };
}

function mergeShapes(given: readonly Shape[]): Shape {
  const [only] = given;
  if (only !== undefined && given.length === 1) return only;
  const shapes = given.map(resolved);
  const files = shapes.filter((shape) => shape.kind === "scalar" && shape.type === "file");
  const isMixed = files.length > 0 && files.length < shapes.length;
  if (!isMixed && shapes.every((shape) => shape.kind === "scalar")) return mergeScalars(shapes);
  if (shapes.every((shape) => shape.kind === "list") && areAlike(shapes)) return mergeLists(shapes);
  if (shapes.every((shape) => shape.kind === "object" || shape.kind === "variants")) return oneOf(shapes, false);
  const fault = "has another structure in each alternative, which a form cannot render; use different names";
  return { ...mergeScalars([]), fault };
}

/** Returns whether lists have the same controls: one for all items, or one for each. */
function areAlike(lists: readonly ListShape[]): boolean {
  const structures = lists.map(({ first, sketch }) => `${first.length} ${sketch === null}`);
  return new Set(structures).size === 1;
}

function mergeLists(lists: readonly ListShape[]): ListShape {
  const sketches = lists.map(({ sketch }) => sketch).filter((sketch) => sketch !== null);
  return {
    kind: "list",
    items: mergeShapes(lists.map(({ items }) => items)),
    first: (lists[0]?.first ?? []).map((_, index) =>
      mergeShapes(lists.flatMap(({ first }) => first.slice(index, index + 1)))
    ),
    least: Math.min(...lists.map(({ least }) => least)),
    isSet: lists.every(({ isSet }) => isSet),
    nullable: lists.some(({ nullable }) => nullable),
    emptyFits: lists.some(({ emptyFits }) => emptyFits),
    sketch: sketches.length === lists.length ? mergeSketches(sketches) : null,
  };
}

function mergeScalars(scalars: readonly ScalarShape[]): ScalarShape {
  const types = new Set(scalars.map(({ type }) => type));
  const [type] = types;
  const constants = new Set(scalars.map(({ constant }) => constant));
  const [constant = null] = constants;
  return {
    kind: "scalar",
    type: type !== undefined && types.size === 1 ? type : "unknown",
    nullable: scalars.some(({ nullable }) => nullable),
    emptyFits: scalars.some(({ emptyFits }) => emptyFits),
    constant: constants.size === 1 ? constant : null,
    values: null,
    fault: scalars.find(({ fault }) => fault !== null)?.fault ?? null,
    sketch: mergeSketches(scalars.map(mergedChoice)),
  };
}

// Constants that differ are choices.
function mergedChoice(
  { constant, sketch: { type, options } }: ScalarShape,
  _index: number,
  all: readonly ScalarShape[],
): Sketch {
  if (constant === null || type !== "hidden" || all.every((other) => other.constant === constant)) {
    return { type, options };
  }
  const { initial: _, ...others } = options;
  return { type: "select", options: { ...others, choices: [{ value: constant }] } };
}

function mergeSketches(sketches: readonly Sketch[]): Sketch {
  const types = new Set(sketches.map(({ type }) => type));
  const [first] = types;
  const type = first !== undefined && types.size === 1 ? first : "text";
  const merged = mergeOptions(sketches.map(({ options }) => options));
  const { attributes, others } = FIELD_KINDS[type];
  const rules = new Set<string>([...attributes, ...others]);
  const kept = Object.entries(merged).filter(([option, value]) =>
    value !== undefined && (!RULES.has(option) || rules.has(option))
  );
  // Only rules that the type does not have are left out.
  return { type, options: Object.fromEntries(kept) };
}

const RULES = new Set<string>(
  Object.values(FIELD_KINDS).flatMap(({ attributes, others }) => [...attributes, ...others]),
);

/** Returns the widest options: a rule that one alternative lacks is none. */
function mergeOptions(all: readonly PlainFieldOptions[]): PlainFieldOptions {
  const [first = {}] = all;
  const choices = all.flatMap((options) => options.choices ?? []);
  const unique = new Map(choices.map((choice) => [JSON.stringify(valueOf(choice)), choice]));
  return {
    ...shared(all),
    label: all.find(({ label }) => label !== undefined)?.label,
    help: all.find(({ help }) => help !== undefined)?.help,
    initial: first.initial,
    min: widest(all, "min", Math.min),
    max: widest(all, "max", Math.max),
    minlength: widest(all, "minlength", Math.min),
    maxlength: widest(all, "maxlength", Math.max),
    maxBytes: widest(all, "maxBytes", Math.max),
    maxFiles: widest(all, "maxFiles", Math.max),
    step: all.every(({ step }) => step === first.step) ? first.step : "any",
    ...(choices.length > 0 ? { choices: [...unique.values()] } : {}),
  };
}

function valueOf(choice: NonNullable<PlainFieldOptions["choices"]>[number]): unknown {
  return typeof choice === "string" ? choice : "value" in choice ? choice.value : choice;
}

/** Returns the options that are equal in all alternatives. */
function shared(all: readonly PlainFieldOptions[]): PlainFieldOptions {
  const [first = {}, ...others] = all;
  const equal = Object.entries(first).filter(([option, value]) =>
    others.every((options) => Reflect.get(options, option) === value)
  );
  return Object.fromEntries(equal);
}

function widest(
  all: readonly PlainFieldOptions[],
  rule: "min" | "max" | "minlength" | "maxlength" | "maxBytes" | "maxFiles",
  of: (...numbers: number[]) => number,
): number | undefined {
  const numbers = all.map((options) => options[rule]).filter((value) => typeof value === "number");
  return numbers.length === all.length && numbers.length > 0 ? of(...numbers) : undefined;
}
