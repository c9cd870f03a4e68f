// The types that JSON Schema does not have, such as dates, and the flags of regular expressions: each library is asked for them
// by an option of its own converter.
import { isPlainObject } from "./path.ts";

/** The member of a converted schema that names a type without a JSON form. */
export const TYPE_MEMBER = "x-hyper-type";

/** The member of a converted schema that has the flags of its pattern. */
export const FLAGS_MEMBER = "x-hyper-flags";

/** Options for the converter of a library; `undefined` for a library that is not known. */
export function converterOptions(
  vendor: string,
  input: (schema: unknown) => unknown,
): Readonly<Record<string, unknown>> | undefined {
  switch (vendor) {
    case "zod":
      return {
        // Such a part becomes `{}`, which `override` completes.
        unrepresentable: "any",
        override: ({ zodSchema, jsonSchema }: { zodSchema: unknown; jsonSchema: Record<string, unknown> }) =>
          completeZod(Reflect.get(Object(zodSchema), "_zod"), jsonSchema, input),
      };
    case "arktype":
      return { fallback: { default: completeArk } };
    case "valibot":
      return {
        errorMode: "ignore",
        overrideSchema: (
          { valibotSchema, jsonSchema }: { valibotSchema: unknown; jsonSchema: Record<string, unknown> },
        ) => completeValibot(Object(valibotSchema), jsonSchema),
        overrideAction: (
          { valibotAction, jsonSchema }: { valibotAction: unknown; jsonSchema: Record<string, unknown> },
        ) => {
          const json = { ...jsonSchema };
          addFlags(json, [Reflect.get(Object(valibotAction), "requirement")]);
          return json;
        },
      };
    default:
      return undefined;
  }
}

const ZOD_TYPES = new Set([
  ...["date", "bigint", "map", "symbol", "undefined", "void", "nan", "never", "function"],
]);

function completeZod(zod: unknown, json: Record<string, unknown>, input: (schema: unknown) => unknown): void {
  const def: unknown = Reflect.get(Object(zod), "def");
  const type: unknown = Reflect.get(Object(def), "type");
  // The only library whose sets describe their values.
  if (type === "set") Object.assign(json, setOf(input(Reflect.get(Object(def), "valueType"))));
  else if (typeof type === "string" && ZOD_TYPES.has(type)) json[TYPE_MEMBER] = type;
  // A literal of type bigint is converted to a number.
  const values: unknown = Reflect.get(Object(def), "values");
  if (type === "literal" && Array.isArray(values) && values.some((value) => typeof value === "bigint")) {
    json[TYPE_MEMBER] = "bigint literal";
  }
  const checks: unknown = Reflect.get(Object(def), "checks");
  const definitions = Array.isArray(checks) ? checks.map((check) => Object(Object(check)._zod).def) : [];
  addFlags(json, [def, ...definitions].map((definition) => Object(definition).pattern));
}

function completeArk(context: unknown): Record<string, unknown> {
  const read = (name: string): unknown => Reflect.get(Object(context), name);
  const base = { ...Object(read("base")) };
  switch (read("code")) {
    case "date":
      return { ...base, [TYPE_MEMBER]: "date" };
    case "domain":
      return { ...base, [TYPE_MEMBER]: String(read("domain")) };
    case "unit":
      return { ...base, [TYPE_MEMBER]: "literal without a JSON form" };
    case "proto": {
      const name = String(Reflect.get(Object(read("proto")), "name"));
      if (name === "File" || name === "Blob") return { ...base, type: "string", format: "binary" };
      return { ...base, [TYPE_MEMBER]: name === "Date" ? "date" : name };
    }
    default:
      return base;
  }
}

const VALIBOT_TYPES = new Set([
  "date",
  "bigint",
  "map",
  "symbol",
  "undefined",
  "void",
  "nan",
  "never",
  "function",
  "instance",
  "set",
]);

function completeValibot(
  schema: object,
  json: Record<string, unknown>,
): Record<string, unknown> | undefined {
  const type: unknown = Reflect.get(schema, "type");
  if (type === "file" || type === "blob") return { ...json, type: "string", format: "binary" };
  return typeof type === "string" && VALIBOT_TYPES.has(type) ? { ...json, [TYPE_MEMBER]: type } : undefined;
}

function setOf(items: unknown): Readonly<Record<string, unknown>> {
  return { type: "array", items, [TYPE_MEMBER]: "set" };
}

const LOST_FLAGS = /[ims]/;

/** Adds the flags of patterns, which JSON Schema lacks: a browser would refuse what the schema accepts. */
function addFlags(json: Record<string, unknown>, patterns: readonly unknown[]): void {
  const flagged = patterns.filter((pattern) => pattern instanceof RegExp).filter(({ flags }) => LOST_FLAGS.test(flags));
  const flagsOf = new Map(flagged.map(({ source, flags }) => [source, flags]));
  for (const part of [json, ...Array.isArray(json.allOf) ? json.allOf : []]) {
    if (typeof part !== "object" || part === null) continue;
    const flags = flagsOf.get(part.pattern);
    if (flags !== undefined) part[FLAGS_MEMBER] = flags;
  }
}

/** Returns a schema that ArkType has converted, with the flags of its patterns. `description` is its own JSON. */
export function withFlags(document: unknown, description: unknown): unknown {
  const flagged = new Map<unknown, string>();
  JSON.stringify(description, (_, part: unknown) => {
    if (isPlainObject(part) && typeof part.flags === "string") flagged.set(part.rule, part.flags);
    return part;
  });
  const complete = (part: unknown): unknown => {
    if (Array.isArray(part)) return part.map(complete);
    if (!isPlainObject(part)) return part;
    const flags = flagged.get(part.pattern);
    const members = Object.entries(part).map(([name, value]) => [name, complete(value)]);
    return { ...Object.fromEntries(members), ...(LOST_FLAGS.test(flags ?? "") ? { [FLAGS_MEMBER]: flags } : {}) };
  };
  return flagged.size === 0 ? document : complete(document);
}
