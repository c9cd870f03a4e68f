// The fields of a form: declared ones and those of its schema.
import { PROTOCOL_FIELDS } from "../protocol/names.ts";
import {
  type FieldDefinition,
  fieldOfType,
  fieldOver,
  isDependentField,
  isFieldDefinition,
} from "./field_definition.ts";
import { expandPattern, formatPath, formatPattern, parsePath, patternSteps, type Step } from "./path.ts";
import { leafAt, leafNames, objectOf, type Shape } from "./shape.ts";

/** Declared fields by name or pattern. */
type Declared = ReadonlyMap<string, FieldDefinition>;

/** The fields of a form, read once when the form is defined. */
export class FormFields {
  /** The input of the schema; `null` if the schema does not provide it, or without a schema. */
  readonly shape: Shape | null;
  /** `true` if a field accepts files. */
  readonly takeFiles: boolean;
  /** `true` if options of a field depend on what is typed in others. */
  readonly areDependent: boolean;
  readonly #declared: Declared;
  readonly #hasSchema: boolean;
  // By pattern: every field that can be named without data.
  readonly #rendered: Declared;
  // The declared patterns, parsed.
  readonly #patterns: readonly (readonly Step[])[];

  constructor(declared: Declared, hasSchema: boolean, shape: Shape | null) {
    this.shape = shape;
    this.#declared = declared;
    this.#hasSchema = hasSchema;
    this.#patterns = Array.from(declared.keys(), patternSteps);
    this.#rendered = shape === null ? declared : renderedFields(declared, shape);
    this.areDependent = declared.values().some(isDependentField);
    this.takeFiles = this.#rendered.values().some(({ type }) => type === "file");
  }

  /** Parses a name as a path. A form without a schema has flat names of any spelling. */
  path(name: string): readonly Step[] {
    return this.#hasSchema ? parsePath(name) : [name];
  }

  /** Returns the field at a path, or `null`. */
  at(steps: readonly Step[]): FieldDefinition | null {
    const pattern = formatPattern(steps);
    const rendered = this.#rendered.get(pattern);
    if (rendered !== undefined) return rendered;
    if (this.shape !== null) return fieldInShape(this.shape, steps, this.#declared.get(pattern));
    // A schema without JSON Schema may accept any field.
    return this.#hasSchema ? fieldOfType("text", {}) : null;
  }

  /** Returns the field names in the order they are rendered, with as many list items as the data has. */
  names(data: unknown): readonly string[] {
    if (this.shape !== null) return leafNames(this.shape, data, new Set(this.#declared.keys()));
    return this.#patterns.flatMap((steps) => expandPattern(steps, data).map(formatPath));
  }
}

/** Returns what is wrong with the declared fields, or `null`. */
export function faultOfFields(fields: Declared, hasSchema: boolean, shape: Shape | null): string | null {
  for (const [name, field] of fields) {
    if (!isFieldDefinition(field)) {
      return `its field "${name}" is not a field; create one with field.text() or another builder`;
    }
    if (PROTOCOL_FIELDS.has(name)) return `"${name}" is a field of the protocol; give the field another name`;
    if (!hasSchema && (name === "" || /[.[\]]/.test(name))) {
      return `the field name "${name}" is empty or a path; use a flat name, or a schema`;
    }
  }
  return shape === null ? null : faultOfShape(fields, shape);
}

function faultOfShape(fields: Declared, shape: Shape): string | null {
  if (objectOf(shape) === null) {
    return "its schema does not accept an object; use one, because a form submits named values";
  }
  const patterns = patternsOf(shape);
  const unsendable = patterns.find((pattern) => leafAt(shape, patternSteps(pattern)) === null);
  if (unsendable !== undefined) {
    return `its schema names a field "${unsendable}" that a form cannot submit; use letters, digits, dashes and underscores`;
  }
  const unfit = patterns.map((pattern) => ({ pattern, fault: faultAt(shape, patternSteps(pattern)) }))
    .find(({ fault }) => fault !== null);
  if (unfit !== undefined) return `its schema has a part "${unfit.pattern}" that ${unfit.fault}`;
  const hollow = hollowListOf(shape, new Set(fields.keys()));
  if (hollow !== null) {
    return `its schema needs items in the list "${hollow}", and an item has no field, so that no user could add one; give the items ` +
      `a field, or make the list optional`;
  }
  const unknown = [...fields.keys()].find((pattern) => !isInShape(shape, patternSteps(pattern)));
  if (unknown === undefined) return null;
  return `its schema has no field "${unknown}"; it has ${leafNames(shape, {}, new Set()).join(", ")}`;
}

function faultAt(shape: Shape, steps: readonly Step[]): string | null {
  const part = leafAt(shape, steps)?.shape;
  return part?.kind === "scalar" ? part.fault : part?.items.kind === "scalar" ? part.items.fault : null;
}

// A declared field may render a list as one control.
function isInShape(shape: Shape, steps: readonly Step[]): boolean {
  return leafAt(shape, steps) !== null || leafAt(shape, [...steps, 0]) !== null;
}

function renderedFields(declared: Declared, shape: Shape): Declared {
  const rendered = new Map<string, FieldDefinition>();
  for (const pattern of new Set([...patternsOf(shape), ...declared.keys()])) {
    const field = fieldInShape(shape, patternSteps(pattern), declared.get(pattern));
    if (field !== null) rendered.set(pattern, field);
  }
  return rendered;
}

// Returns every control that can be named without data: those in lists, but not those of a recursive schema.
function patternsOf(shape: Shape, pattern: string = ""): readonly string[] {
  if (shape.kind === "scalar") return pattern === "" ? [] : [pattern];
  if (shape.kind === "reference") return [];
  if (shape.kind === "list") {
    if (shape.sketch !== null) return [pattern];
    // The items of a tuple have no pattern in common: each is named by its index.
    if (shape.first.length > 0) return shape.first.flatMap((item, index) => patternsOf(item, `${pattern}[${index}]`));
    return patternsOf(shape.items, `${pattern}[]`);
  }
  const { members } = shape.kind === "variants" ? shape.merged : shape;
  return Array.from(members).flatMap(([key, member]) =>
    patternsOf(member.shape, pattern === "" ? key : `${pattern}.${key}`)
  );
}

/** Returns the pattern of a list that needs items which are rendered without a control, or `null`. */
function hollowListOf(shape: Shape, declared: ReadonlySet<string>, pattern: string = ""): string | null {
  if (shape.kind === "scalar" || shape.kind === "reference" || (pattern !== "" && shape.nullable)) return null;
  if (shape.kind === "list") {
    if (shape.sketch !== null || declared.has(pattern) || shape.first.length > 0 || shape.least === 0) return null;
    const item = `${pattern}[]`;
    const isHollow = leafNames(shape.items, undefined, declared, item).length === 0;
    return isHollow ? pattern : hollowListOf(shape.items, declared, item);
  }
  const { members } = shape.kind === "variants" ? shape.merged : shape;
  for (const [key, member] of members) {
    if (member.optional) continue;
    const found = hollowListOf(member.shape, declared, pattern === "" ? key : `${pattern}.${key}`);
    if (found !== null) return found;
  }
  return null;
}

// The options of a declared field take precedence over those of the schema.
function fieldInShape(
  shape: Shape,
  steps: readonly Step[],
  declared: FieldDefinition | undefined,
): FieldDefinition | null {
  const leaf = leafAt(shape, steps);
  if (leaf === null) return declared ?? null;
  const read = { ...leaf.sketch.options, required: leaf.required };
  return declared === undefined ? fieldOfType(leaf.sketch.type, read) : fieldOver(declared, read);
}
