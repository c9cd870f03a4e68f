/**
 * The fields of a form: those that were written down, and those that its schema tells.
 *
 * @module
 */
import { PROTOCOL_FIELDS } from "../protocol/names.ts";
import { type FieldDefinition, fieldOfType, fieldOver, isFieldDefinition } from "./field_definition.ts";
import { expandPattern, formatPath, formatPattern, parsePath, patternSteps, type Step } from "./path.ts";
import { leafAt, leafNames, objectOf, type Shape } from "./shape.ts";

/** The fields that were written down, by name or pattern. */
type Written = ReadonlyMap<string, FieldDefinition>;

/** The fields of a form, read once, where the form is defined. */
export class FormFields {
  /** The input that the schema takes, as far as it tells; `null` where it does not, or there is none. */
  readonly shape: Shape | null;
  /** `true` if any of them takes files. */
  readonly takeFiles: boolean;
  readonly #written: Written;
  readonly #hasSchema: boolean;
  // By pattern: all that can be named without data.
  readonly #drawn: Written;

  constructor(written: Written, hasSchema: boolean, shape: Shape | null) {
    this.shape = shape;
    this.#written = written;
    this.#hasSchema = hasSchema;
    this.#drawn = shape === null ? written : drawnFields(written, shape);
    this.takeFiles = this.#drawn.values().some(({ type }) => type === "file");
  }

  /** Reads a name as a path. Fields alone have flat names of any spelling. */
  path(name: string): readonly Step[] {
    return this.#hasSchema ? parsePath(name) : [name];
  }

  /** Finds the field at a path; `null` where the form has none there. */
  at(steps: readonly Step[]): FieldDefinition | null {
    const pattern = formatPattern(steps);
    const drawn = this.#drawn.get(pattern);
    if (drawn !== undefined) return drawn;
    if (this.shape !== null) return fieldInShape(this.shape, steps, this.#written.get(pattern));
    // A schema that does not tell its fields may take any.
    return this.#hasSchema ? fieldOfType("text", {}) : null;
  }

  /** Names the fields in the order they are drawn; of lists as many items as the data has. */
  names(data: unknown): readonly string[] {
    const patterns = [...this.#written.keys()];
    if (this.shape !== null) return leafNames(this.shape, data, new Set(patterns));
    return patterns.flatMap((pattern) => expandPattern(patternSteps(pattern), data).map(formatPath));
  }
}

/** Says what is wrong with the fields that were written down for a form; `null` where nothing is. */
export function faultOfFields(fields: Written, hasSchema: boolean, shape: Shape | null): string | null {
  for (const [name, field] of fields) {
    if (!isFieldDefinition(field)) return `its field "${name}" is no field, make one with field.text() and its like`;
    if (PROTOCOL_FIELDS.has(name)) return `"${name}" is a field of the protocol, give the field another name`;
    if (!hasSchema && (name === "" || /[.[\]]/.test(name))) {
      return `the field name "${name}" is empty or a path, paths need a schema`;
    }
  }
  return shape === null ? null : faultOfShape(fields, shape);
}

function faultOfShape(fields: Written, shape: Shape): string | null {
  if (objectOf(shape) === null) return "its schema takes no object, a form sends named values";
  const unsendable = patternsOf(shape).find((pattern) => leafAt(shape, patternSteps(pattern)) === null);
  if (unsendable !== undefined) {
    return `its schema names a field "${unsendable}" that no form can send, dots and brackets make paths`;
  }
  const unknown = [...fields.keys()].find((pattern) => !isInShape(shape, patternSteps(pattern)));
  if (unknown === undefined) return null;
  return `its schema has no field "${unknown}", it has ${leafNames(shape, {}, new Set()).join(", ")}`;
}

// A list of single values or of any may be drawn as one control where a field says how.
function isInShape(shape: Shape, steps: readonly Step[]): boolean {
  return leafAt(shape, steps) !== null || leafAt(shape, [...steps, 0]) !== null;
}

function drawnFields(written: Written, shape: Shape): Written {
  const drawn = new Map<string, FieldDefinition>();
  for (const pattern of new Set([...patternsOf(shape), ...written.keys()])) {
    const field = fieldInShape(shape, patternSteps(pattern), written.get(pattern));
    if (field !== null) drawn.set(pattern, field);
  }
  return drawn;
}

// Every control that can be named without data: into lists, not into what contains itself.
function patternsOf(shape: Shape, pattern: string = ""): readonly string[] {
  if (shape.kind === "scalar") return pattern === "" ? [] : [pattern];
  if (shape.kind === "reference") return [];
  if (shape.kind === "list") return shape.sketch === null ? patternsOf(shape.items, `${pattern}[]`) : [pattern];
  const { members } = shape.kind === "variants" ? shape.merged : shape;
  return Array.from(members).flatMap(([key, member]) =>
    patternsOf(member.shape, pattern === "" ? key : `${pattern}.${key}`)
  );
}

// What was written down for a field comes before what the schema says; the schema's word stands where that says nothing.
function fieldInShape(
  shape: Shape,
  steps: readonly Step[],
  written: FieldDefinition | undefined,
): FieldDefinition | null {
  const leaf = leafAt(shape, steps);
  if (leaf === null) return written ?? null;
  const read = { ...leaf.sketch.options, required: leaf.required };
  return written === undefined ? fieldOfType(leaf.sketch.type, read) : fieldOver(written, read);
}
