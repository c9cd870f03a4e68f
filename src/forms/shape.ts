/**
 * What a schema takes, read from its JSON Schema: how texts become values, and how each value is shown as a field.
 *
 * ```
 * { title: string, rows: { label: string }[] }
 *
 * object ─ title ─ scalar (string, drawn as text)
 *        └ rows ── list ─ items ─ object ─ label ─ scalar (string, drawn as text)
 * ```
 *
 * What JSON Schema can say and a form cannot show becomes a scalar of type `unknown`: its text goes to the schema as it is.
 *
 * @module
 */
import type { AnyFieldOptions } from "./field_options.ts";
import { ACCEPT_TOKEN } from "./file_type.ts";
import { checkPattern } from "./constraints.ts";
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

/** A JSON Schema document, or a part of one. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** Reads a JSON Schema document. */
export function readShape(document: JsonSchema): Shape {
  return new Reader(document).read(document);
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

class Reader {
  readonly #document: JsonSchema;
  // By pointer. `null` while the shape is being read: met then, it contains itself.
  readonly #references = new Map<string, Shape | null>();

  constructor(document: JsonSchema) {
    this.#document = document;
  }

  read(schema: unknown): Shape {
    if (!isPlainObject(schema)) return scalar("unknown", {});
    if (typeof schema.$ref === "string") return this.#reference(schema.$ref, schema);
    if (Array.isArray(schema.allOf)) return this.read(this.#combined(schema, schema.allOf));
    // Before its alternatives: those of a file differ in nothing but the type of its content.
    if (isFile(schema)) return scalar("file", schema, fileSketch(schema));
    const variants: unknown = schema.anyOf ?? schema.oneOf;
    if (Array.isArray(variants)) return this.#variants(schema, variants);
    if (Array.isArray(schema.type)) {
      return this.#variants({ ...schema, type: undefined }, schema.type.map((type) => ({ ...schema, type })));
    }
    if (Object.hasOwn(schema, "const")) return choices(schema, [schema.const], []);
    if (Array.isArray(schema.enum)) return choices(schema, schema.enum, []);
    switch (schema.type) {
      case "string":
        return text(schema);
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
      // Asked for after the document has been read, when the shape is there.
      target: () => this.#references.get(pointer) ?? scalar("unknown", {}),
    };
    if (known === null) return reference;
    this.#references.set(pointer, null);
    const shape = this.read(this.#at(pointer));
    // A name that stands for itself and nothing else would be followed for ever.
    const target = shape.kind === "reference" ? scalar("unknown", {}) : shape;
    this.#references.set(pointer, target);
    return annotated(target, schema);
  }

  // JSON Pointer (RFC 6901) inside this document; what lies elsewhere is not fetched.
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
      combined = {
        ...flat,
        ...combined,
        properties: { ...asObject(combined.properties), ...asObject(flat.properties) },
        required: [...asList(combined.required), ...asList(flat.required)],
      };
      if (Object.keys(asObject(combined.properties)).length === 0) {
        const { properties: _none, ...rest } = combined;
        combined = rest;
      }
    }
    return combined;
  }

  #variants(schema: JsonSchema, all: readonly unknown[]): Shape {
    const { anyOf: _anyOf, oneOf: _oneOf, ...own } = schema;
    const parts = all.filter((part) => !isNull(part));
    const nullable = parts.length < all.length;
    // `z.literal("").or(z.email())` and its like: an address, or nothing.
    const others = parts.filter((part) => !(isPlainObject(part) && part.const === ""));
    const emptyFits = others.length < parts.length && others.length > 0;
    const [only] = others;
    if (others.length === 1) {
      return relaxed(annotated(this.read(only), own), nullable, emptyFits);
    }
    if (others.length === 0) return relaxed(scalar("unknown", own), nullable, false);
    const constants = others.flatMap(constantsOf);
    if (others.every((part) => constantsOf(part).length > 0)) {
      return relaxed(choices(own, constants, others), nullable, emptyFits);
    }
    const shapes = others.map((part) => resolved(this.read(part)));
    if (shapes.length > 0 && shapes.every((shape) => shape.kind === "object")) {
      return { kind: "variants", variants: shapes, merged: merge(shapes), nullable };
    }
    const texts = shapes.length > 0 && shapes.every((shape) => shape.kind === "scalar" && shape.type === "string");
    const fits = emptyFits || shapes.some((shape) => shape.kind === "scalar" && shape.emptyFits);
    return relaxed(scalar(texts ? "string" : "unknown", own), nullable, texts && fits);
  }

  #list(schema: JsonSchema): ListShape {
    const items = this.read(schema.items);
    const first = asList(schema.prefixItems).map((item) => this.read(item));
    const least = typeof schema.minItems === "number" ? schema.minItems : 0;
    return {
      kind: "list",
      items,
      first,
      nullable: false,
      emptyFits: least === 0,
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
    return { kind: "object", members, rest, nullable: false };
  }
}

function scalar(
  type: ScalarShape["type"],
  schema: JsonSchema,
  sketch: Sketch = { type: "text", options: {} },
): ScalarShape {
  return {
    kind: "scalar",
    type,
    nullable: false,
    emptyFits: false,
    constant: null,
    sketch: { type: sketch.type, options: { ...sketch.options, ...annotations(schema) } },
  };
}

function text(schema: JsonSchema): ScalarShape {
  const { format, pattern } = schema;
  const minlength = asNumber(schema.minLength);
  const maxlength = asNumber(schema.maxLength);
  const type = textType(format, pattern);
  // A browser knows the form of these by itself, and ignores or refuses a pattern and a length beside them.
  const shaped = type !== "text";
  const options: AnyFieldOptions = {
    minlength: type === "text" || type === "email" || type === "url" ? minlength : undefined,
    maxlength: type === "text" || type === "email" || type === "url" ? maxlength : undefined,
    pattern: shaped || typeof pattern !== "string" ? undefined : attributePattern(pattern),
  };
  const emptyFits = format === undefined && (minlength ?? 0) === 0 &&
    (typeof pattern !== "string" || matchesEmpty(pattern));
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
    // A browser sends a date and time without a zone, and times without seconds. Where the schema asks for more, a text
    // field lets the visitor write it.
    case "date-time":
      return typeof pattern === "string" && matches(pattern, "2025-12-31T23:59") ? "datetime" : "text";
    case "time":
      return typeof pattern !== "string" || matches(pattern, "23:59") ? "time" : "text";
    default:
      return "text";
  }
}

function choices(schema: JsonSchema, values: readonly unknown[], parts: readonly unknown[]): ScalarShape {
  const given = values.filter((value) => value !== null);
  const types = new Set(given.map((value) => typeof value));
  const [type] = types;
  const scalarType = types.size === 1 && (type === "number" || type === "boolean" || type === "string")
    ? type
    : "unknown";
  const emptyFits = given.includes("");
  const constant = given.length === 1 ? String(given[0]) : null;
  const base = { nullable: values.includes(null), emptyFits, constant };
  if (scalarType === "boolean") {
    return { ...scalar("boolean", schema, { type: "checkbox", options: {} }), ...base };
  }
  if (constant !== null) {
    const sketch: Sketch = { type: "hidden", options: { initial: constant } };
    return { ...scalar(scalarType, schema, sketch), ...base };
  }
  const titles = new Map(parts.filter(isPlainObject).map((part) => [String(part.const), part.title]));
  const options = [...new Set(given.map(String))].filter((value) => value !== "").map((value) => {
    const title = titles.get(value);
    return { value, label: typeof title === "string" ? title : undefined };
  });
  return { ...scalar(scalarType, schema, { type: "select", options: { choices: options } }), ...base };
}

function listSketch(schema: JsonSchema, items: Shape): Sketch | null {
  if (items.kind !== "scalar") return null;
  const shared = { ...items.sketch.options, ...annotations(schema) };
  if (items.sketch.type === "select") return { type: "multiselect", options: shared };
  if (items.type !== "file") return null;
  const maxItems = asNumber(schema.maxItems);
  const maxFiles = maxItems !== undefined && maxItems > 0 ? maxItems : undefined;
  return { type: "file", options: { ...shared, multiple: true, maxFiles } };
}

// All members of all variants: a constant that differs becomes a choice, and what not all have may be left out.
function merge(variants: readonly ObjectShape[]): ObjectShape {
  const members = new Map<string, Member>();
  for (const key of new Set(variants.flatMap((variant) => [...variant.members.keys()]))) {
    const found = variants.map((variant) => variant.members.get(key)).filter((member) => member !== undefined);
    const [first] = found;
    if (first === undefined) continue;
    const constants = found.map(({ shape }) => shape.kind === "scalar" ? shape.constant : null);
    const optional = found.length < variants.length || found.some((member) => member.optional);
    if (first.shape.kind === "scalar" && new Set(constants).size > 1 && constants.every((text) => text !== null)) {
      const { type, sketch: { options: { initial: _, ...options } } } = first.shape;
      const choices = [...new Set(constants)].map((value) => ({ value }));
      const sketch: Sketch = { type: "select", options: { ...options, choices } };
      members.set(key, { shape: { ...first.shape, type, constant: null, sketch }, optional });
    } else {
      members.set(key, { shape: first.shape, optional });
    }
  }
  return { kind: "object", members, rest: null, nullable: false };
}

function annotated(shape: Shape, schema: JsonSchema): Shape {
  const extra = annotations(schema);
  if (Object.keys(extra).length === 0) return shape;
  if (shape.kind !== "scalar" && shape.kind !== "list") return shape;
  if (shape.sketch === null) return shape;
  const sketch = { type: shape.sketch.type, options: { ...shape.sketch.options, ...extra } };
  return { ...shape, sketch };
}

function relaxed(shape: Shape, nullable: boolean, emptyFits: boolean): Shape {
  const isNullable = shape.nullable || nullable;
  if (shape.kind !== "scalar") return { ...shape, nullable: isNullable };
  return { ...shape, nullable: isNullable, emptyFits: shape.emptyFits || emptyFits };
}

function annotations(schema: JsonSchema): AnyFieldOptions {
  return {
    ...(typeof schema.title === "string" ? { label: schema.title } : {}),
    ...(typeof schema.description === "string" ? { help: schema.description } : {}),
    ...(schema.default !== undefined ? { initial: schema.default } : {}),
  };
}

function numberOptions(schema: JsonSchema): AnyFieldOptions {
  const whole = schema.type === "integer";
  const above = asNumber(schema.exclusiveMinimum);
  const below = asNumber(schema.exclusiveMaximum);
  // HTML has no bound that is itself left out. For whole numbers the next one is the same; for others the browser lets
  // the bound itself through, and the schema refuses it.
  const min = asNumber(schema.minimum) ?? (above !== undefined && whole ? above + 1 : above);
  const max = asNumber(schema.maximum) ?? (below !== undefined && whole ? below - 1 : below);
  return {
    // The bounds of what a number can hold exactly are not worth showing.
    min: min !== undefined && min > Number.MIN_SAFE_INTEGER ? min : undefined,
    max: max !== undefined && max < Number.MAX_SAFE_INTEGER ? max : undefined,
    step: asNumber(schema.multipleOf) ?? (whole ? 1 : "any"),
  };
}

function isFile(schema: JsonSchema): boolean {
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
 * A pattern of JSON Schema, which may match anywhere, as one of HTML, which matches the whole text.
 *
 * @returns The source, or `undefined` where a browser could not compile it.
 */
function attributePattern(pattern: string): string | undefined {
  const whole = pattern.startsWith("^") && /(?<!\\)\$$/.test(pattern) && !hasAlternatives(pattern);
  const source = whole ? pattern.slice(1, -1) : `[^]*(?:${pattern})[^]*`;
  try {
    checkPattern(source);
    return source;
  } catch {
    // Valid without the flag `v` and not with it: a browser would ignore it, and the schema checks it in any case.
    return undefined;
  }
}

// Whether a `|` stands outside of every group and class: `^` and `$` then hold for one side of it alone.
function hasAlternatives(pattern: string): boolean {
  const outer = pattern.replace(/\\./gs, "").replace(/\[[^\]]*\]/g, "");
  let depth = 0;
  for (const char of outer) {
    if (char === "(") depth += 1;
    else if (char === ")") depth -= 1;
    else if (char === "|" && depth === 0) return true;
  }
  return false;
}

function matches(pattern: string, text: string): boolean {
  try {
    return new RegExp(pattern, "u").test(text);
  } catch {
    // JSON Schema asks for patterns with the flag `u`; one that is none says nothing about the text.
    return false;
  }
}

function matchesEmpty(pattern: string): boolean {
  return matches(pattern, "");
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
