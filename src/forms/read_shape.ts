// Reads the input shape of a schema from its JSON Schema.
//
// A part that a form cannot render becomes a scalar of type `unknown`: its text is passed to the schema unchanged.
import { checkPattern } from "./field_definition.ts";
import { FIELD_KINDS, type FieldType } from "./field_kinds.ts";
import type { PlainFieldOptions } from "./field_options.ts";
import { ACCEPT_TOKEN } from "./file_type.ts";
import { isPlainObject } from "./path.ts";
import { FLAGS_MEMBER, TYPE_MEMBER } from "./schema_types.ts";
import { isOnStep } from "./steps.ts";
import {
  type ListShape,
  type Member,
  type ObjectShape,
  type ReferenceShape,
  resolved,
  type ScalarShape,
  type Shape,
  type Sketch,
} from "./shape.ts";
import { oneOf } from "./merge_shapes.ts";

/** A JSON Schema document, or a part of one. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** Reads a JSON Schema document. */
export function readShape(document: JsonSchema): Shape {
  return new Reader(document).read(document);
}

class Reader {
  readonly #document: JsonSchema;
  // By pointer. `null` while the shape is being read; a reference to it is then recursive.
  readonly #references = new Map<string, Shape | null>();

  constructor(document: JsonSchema) {
    this.#document = document;
  }

  read(schema: unknown): Shape {
    if (!isPlainObject(schema)) return scalar("unknown", {});
    if (typeof schema.$ref === "string") return this.#reference(schema.$ref, schema);
    const special = specialShape(schema);
    if (special !== null) return special;
    if (Array.isArray(schema.allOf)) return this.read(this.#combined(schema, schema.allOf));
    // Before the alternatives: those of a file differ only in the content type.
    if (isFileSchema(schema)) return scalar("file", schema, fileSketch(schema));
    const variants: unknown = schema.anyOf ?? schema.oneOf;
    if (Array.isArray(variants)) return this.#variants(schema, variants);
    if (Array.isArray(schema.type)) {
      return this.#variants({ ...schema, type: undefined }, schema.type.map((type) => ({ ...schema, type })));
    }
    if (Object.hasOwn(schema, "const")) return choices(schema, [schema.const], []);
    if (Array.isArray(schema.enum)) return choices(schema, schema.enum, []);
    switch (schema.type) {
      case "string":
        return textShape(schema);
      case "number":
      case "integer":
        return scalar("number", schema, { type: "number", options: numberOptions(schema) });
      case "boolean":
        return scalar("boolean", schema, { type: "checkbox", options: {} });
      case "array":
        return this.#list(schema);
      case "object":
        return this.#object(schema);
      default:
        return Object.hasOwn(schema, "properties") ? this.#object(schema) : scalar("unknown", schema);
    }
  }

  #reference(pointer: string, schema: JsonSchema): Shape {
    const known = this.#references.get(pointer);
    if (known) return annotated(known, schema);
    const reference: ReferenceShape = {
      kind: "reference",
      nullable: false,
      // Called after the document has been read, when the shape exists.
      target: () => this.#references.get(pointer) ?? scalar("unknown", {}),
    };
    if (known === null) return reference;
    this.#references.set(pointer, null);
    const shape = this.read(this.#at(pointer));
    // A definition that refers only to itself would be followed forever.
    const target = shape.kind === "reference" ? scalar("unknown", {}) : shape;
    this.#references.set(pointer, target);
    return annotated(target, schema);
  }

  // JSON Pointer (RFC 6901) in this document; other documents are not fetched.
  #at(pointer: string): unknown {
    if (!pointer.startsWith("#")) return undefined;
    let found: unknown = this.#document;
    for (const part of pointer.slice(1).split("/").slice(1)) {
      const key = decodeURIComponent(part).replaceAll("~1", "/").replaceAll("~0", "~");
      if (typeof found !== "object" || found === null || !Object.hasOwn(found, key)) return undefined;
      found = Reflect.get(found, key);
    }
    return found;
  }

  #combined(schema: JsonSchema, parts: readonly unknown[]): JsonSchema {
    const { allOf: _, ...own } = schema;
    let combined: JsonSchema = own;
    for (const part of parts) {
      const target = isPlainObject(part) && typeof part.$ref === "string" ? this.#at(part.$ref) : part;
      if (!isPlainObject(target)) continue;
      const flat = Array.isArray(target.allOf) ? this.#combined(target, target.allOf) : target;
      const properties = { ...asObject(combined.properties), ...asObject(flat.properties) };
      const required = [...asList(combined.required), ...asList(flat.required)];
      const { properties: _own, ...rest } = { ...flat, ...combined };
      combined = { ...rest, required, ...(Object.keys(properties).length === 0 ? {} : { properties }) };
    }
    return combined;
  }

  #variants(schema: JsonSchema, all: readonly unknown[]): Shape {
    const { anyOf: _anyOf, oneOf: _oneOf, ...own } = schema;
    const parts = all.filter((part) => !isNull(part));
    const nullable = parts.length < all.length;
    // For example `z.literal("").or(z.email())`: an address or empty.
    const others = parts.filter((part) => !(isPlainObject(part) && part.const === ""));
    const emptyFits = others.length < parts.length && others.length > 0;
    if (others.length < 2) return relaxed(annotated(this.read(others[0]), own), nullable, emptyFits);
    if (others.every((part) => constantsOf(part).length > 0)) {
      return relaxed(choices(own, others.flatMap(constantsOf), others), nullable, emptyFits);
    }
    const shapes = others.map((part) => resolved(this.read(part)));
    if (shapes.every((shape) => shape.kind === "object" || shape.kind === "variants")) return oneOf(shapes, nullable);
    const texts = shapes.every((shape) => shape.kind === "scalar" && shape.type === "string");
    const fits = emptyFits || shapes.some((shape) => shape.kind === "scalar" && shape.emptyFits);
    return relaxed(scalar(texts ? "string" : "unknown", own), nullable, texts && fits);
  }

  #list(schema: JsonSchema): ListShape {
    const items = this.read(schema.items);
    const first = asList(schema.prefixItems).map((item) => this.read(item));
    return {
      kind: "list",
      items,
      first,
      least: Math.max(first.length, asNumber(schema.minItems) ?? 0),
      isSet: schema[TYPE_MEMBER] === "set",
      nullable: false,
      emptyFits: first.length === 0 && (asNumber(schema.minItems) ?? 0) === 0,
      sketch: first.length > 0 ? null : listSketch(schema, items),
    };
  }

  #object(schema: JsonSchema): ObjectShape {
    const required = new Set(asList(schema.required));
    const members = new Map<string, Member>();
    for (const [key, value] of Object.entries(asObject(schema.properties))) {
      members.set(key, { shape: this.read(value), optional: !required.has(key) });
    }
    const rest = isPlainObject(schema.additionalProperties) ? this.read(schema.additionalProperties) : null;
    // The names of a record, if they are known.
    const names = rest === null ? [] : asList(asObject(schema.propertyNames).enum);
    for (const key of names) {
      if (rest !== null && typeof key === "string") members.set(key, { shape: rest, optional: !required.has(key) });
    }
    return { kind: "object", members, rest, nullable: false };
  }
}

const TEXT: Sketch = { type: "text", options: {} };

const ANOTHER_TYPE = "which a form cannot submit; use a type that text can be converted to, or leave it out";

/** Returns the shape of a type without a JSON form; `null` for any other schema. */
function specialShape(schema: JsonSchema): Shape | null {
  const type = schema[TYPE_MEMBER];
  // A set with the type of its values is read as a list.
  if (type === "set" && schema.type === "array") return null;
  switch (type) {
    case undefined:
      return null;
    case "date":
      return scalar("date", schema, { type: "date", options: {} });
    case "bigint":
      return scalar("bigint", schema, { type: "text", options: { pattern: "-?[0-9]+" } });
    default:
      return { ...scalar("unknown", schema), fault: `has the type ${String(type)}, ${ANOTHER_TYPE}` };
  }
}

function scalar(type: ScalarShape["type"], schema: JsonSchema, { type: control, options }: Sketch = TEXT): ScalarShape {
  const sketch = { type: control, options: { ...options, ...annotations(schema) } };
  return { kind: "scalar", type, nullable: false, emptyFits: false, constant: null, values: null, fault: null, sketch };
}

function textShape(schema: JsonSchema): ScalarShape {
  const { format } = schema;
  const pattern = typeof schema.pattern === "string" ? schema.pattern : undefined;
  const flags = schema[FLAGS_MEMBER];
  const minlength = asNumber(schema.minLength);
  const maxlength = asNumber(schema.maxLength);
  const type = textType(format, pattern);
  const options: PlainFieldOptions = {
    ...(FIELD_KINDS[type].moment === null ? { minlength, maxlength } : {}),
    // Browsers know the format of the other types, and ignore or reject a pattern for them. They know no flags.
    ...(type === "text" && pattern !== undefined && flags === undefined ? { pattern: attributePattern(pattern) } : {}),
  };
  const emptyFits = format === undefined && (minlength ?? 0) === 0 &&
    (pattern === undefined || matches(pattern, "", String(flags ?? "u")));
  return { ...scalar("string", schema, { type, options }), emptyFits };
}

function textType(format: unknown, pattern: unknown): FieldType {
  switch (format) {
    case "email":
    case "idn-email":
      return "email";
    case "uri":
    case "url":
    case "iri":
      return "url";
    case "date":
      return "date";
    // Browsers submit a date and time without a time zone, and times without seconds. If the schema requires more, a
    // text field lets the user enter it.
    case "date-time":
      return typeof pattern === "string" && matches(pattern, "2025-12-31T23:59") ? "datetime" : "text";
    case "time":
      return typeof pattern !== "string" || matches(pattern, "23:59") ? "time" : "text";
    default:
      return typeof pattern === "string" ? typeOfPattern(pattern) : "text";
  }
}

// The values that the control submits, and values that only a pattern of another type accepts.
const TIMES = { type: "time", accepted: ["00:00", "23:59"], refused: ["24:00", "12:60", "12", "x"] } as const;
const DATE_TIMES = {
  type: "datetime",
  accepted: ["2024-02-29T00:00", "2025-12-31T23:59"],
  refused: ["2025-02-30T00:00", "2025-13-01T00:00", "2025-12-31T24:00", "2025-12-31", "x"],
} as const;

// zod writes z.iso.time() and a local z.iso.datetime() as a pattern without a format.
function typeOfPattern(pattern: string): FieldType {
  const found = [TIMES, DATE_TIMES].find(({ accepted, refused }) =>
    accepted.every((text) => matches(pattern, text)) && !refused.some((text) => matches(pattern, text))
  );
  return found?.type ?? "text";
}

function choices(schema: JsonSchema, values: readonly unknown[], parts: readonly unknown[]): ScalarShape {
  const given = values.filter((value) => value !== null);
  const [first, ...others] = new Set(given.map((value) => typeof value));
  const isOneType = others.length === 0 && (first === "number" || first === "boolean" || first === "string");
  const type = isOneType ? first : "unknown";
  const constant = given.length === 1 ? String(given[0]) : null;
  return {
    ...scalar(type, schema, choiceSketch(type, given, constant, parts)),
    nullable: values.includes(null),
    emptyFits: given.includes(""),
    constant,
    values: isOneType ? null : new Map(given.map((value) => [String(value), value])),
  };
}

function choiceSketch(
  type: ScalarShape["type"],
  values: readonly unknown[],
  constant: string | null,
  parts: readonly unknown[],
): Sketch {
  if (type === "boolean") return { type: "checkbox", options: {} };
  if (constant !== null) return { type: "hidden", options: { initial: constant } };
  const titles = new Map(parts.filter(isPlainObject).map((part) => [String(part.const), part.title]));
  const choices = [...new Set(values.map(String))].filter((value) => value !== "").map((value) => {
    const title = titles.get(value);
    return { value, label: typeof title === "string" ? title : undefined };
  });
  return { type: "select", options: { choices } };
}

function listSketch(schema: JsonSchema, items: Shape): Sketch | null {
  if (items.kind !== "scalar") return null;
  const shared = { ...items.sketch.options, ...annotations(schema) };
  if (items.sketch.type === "select") return { type: "multiSelect", options: shared };
  if (items.type !== "file") return null;
  const maxItems = asNumber(schema.maxItems);
  const maxFiles = maxItems !== undefined && maxItems > 0 ? maxItems : undefined;
  return { type: "file", options: { ...shared, multiple: true, maxFiles } };
}

function annotated(shape: Shape, schema: JsonSchema): Shape {
  if ((shape.kind !== "scalar" && shape.kind !== "list") || shape.sketch === null) return shape;
  const { type, options } = shape.sketch;
  return { ...shape, sketch: { type, options: { ...options, ...annotations(schema) } } };
}

function relaxed(shape: Shape, nullable: boolean, emptyFits: boolean): Shape {
  const isNullable = shape.nullable || nullable;
  if (shape.kind !== "scalar") return { ...shape, nullable: isNullable };
  return { ...shape, nullable: isNullable, emptyFits: shape.emptyFits || emptyFits };
}

function annotations(schema: JsonSchema): PlainFieldOptions {
  return {
    ...(typeof schema.title === "string" ? { label: schema.title } : {}),
    ...(typeof schema.description === "string" ? { help: schema.description } : {}),
    ...(schema.default !== undefined ? { initial: schema.default } : {}),
  };
}

function numberOptions(schema: JsonSchema): PlainFieldOptions {
  const whole = schema.type === "integer";
  const above = asNumber(schema.exclusiveMinimum);
  const below = asNumber(schema.exclusiveMaximum);
  // HTML has no exclusive bounds. For integers the next one is equivalent; for other numbers the browser accepts the
  // bound, and the schema rejects it.
  const max = asNumber(schema.maximum) ?? (below !== undefined && whole ? Math.ceil(below) - 1 : below);
  const given = asNumber(schema.minimum) ?? (above !== undefined && whole ? Math.floor(above) + 1 : above);
  const step = asNumber(schema.multipleOf) ?? (whole ? 1 : "any");
  const min = given === undefined || step === "any" ? given : firstMultiple(given, step);
  const isPossible = min === undefined || max === undefined || min <= max;
  return {
    // Not the bounds of safe integers.
    min: min !== undefined && min > Number.MIN_SAFE_INTEGER && isPossible ? min : undefined,
    max: max !== undefined && max < Number.MAX_SAFE_INTEGER && isPossible ? max : undefined,
    step,
  };
}

// A schema counts steps from 0, a browser from the minimum: the minimum must be a multiple of the step.
function firstMultiple(min: number, step: number): number {
  if (isOnStep(min, 0, step)) return min;
  // 3 * 0.1 is 0.30000000000000004; fifteen digits are exact.
  return Number((Math.ceil(min / step) * step).toPrecision(15));
}

function isFileSchema(schema: JsonSchema): boolean {
  return schema.format === "binary" || schema.contentEncoding === "binary";
}

function fileSketch(schema: JsonSchema): Sketch {
  const types = [schema, ...asList(schema.anyOf)].map((part) => asObject(part).contentMediaType);
  const accept = types.filter((type) => typeof type === "string" && ACCEPT_TOKEN.test(type)).join(",") || undefined;
  const maxBytes = asNumber(schema.maxLength);
  return { type: "file", options: { accept, maxBytes: maxBytes !== undefined && maxBytes > 0 ? maxBytes : undefined } };
}

function isNull(schema: unknown): boolean {
  return isPlainObject(schema) && (schema.type === "null" || (Object.hasOwn(schema, "const") && schema.const === null));
}

function constantsOf(schema: unknown): readonly unknown[] {
  if (!isPlainObject(schema)) return [];
  return Object.hasOwn(schema, "const") ? [schema.const] : asList(schema.enum);
}

/**
 * Converts a pattern of JSON Schema, which may match anywhere, to one of HTML, which matches the whole text. Returns
 * `undefined` if a browser cannot compile it.
 */
function attributePattern(pattern: string): string | undefined {
  const whole = pattern.startsWith("^") && /(?<!\\)\$$/.test(pattern) && !hasAlternatives(pattern);
  const source = whole ? pattern.slice(1, -1) : `[^]*(?:${pattern})[^]*`;
  try {
    checkPattern(source);
    return source;
  } catch {
    // Valid without the flag `v` only: a browser would ignore it. The schema checks it in any case.
    return undefined;
  }
}

// Returns whether a `|` is outside of every group and class: `^` and `$` then apply to one alternative only.
function hasAlternatives(pattern: string): boolean {
  let outer = pattern.replace(/\\./gs, "").replace(/\[[^\]]*\]/g, "");
  while (/\([^()]*\)/.test(outer)) outer = outer.replace(/\([^()]*\)/g, "");
  return outer.includes("|");
}

function matches(pattern: string, text: string, flags: string = "u"): boolean {
  try {
    return new RegExp(pattern, flags).test(text);
  } catch {
    // JSON Schema patterns have the flag `u`; an invalid one is not evaluated.
    return false;
  }
}

function asObject(value: unknown): JsonSchema {
  return isPlainObject(value) ? value : {};
}

function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function asNumber(value: unknown): number | undefined {
  return typeof value === "number" && Number.isFinite(value) ? value : undefined;
}
