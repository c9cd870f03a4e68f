import { assertEquals } from "@std/assert";
import { z } from "zod";
import { defineForm } from "../../src/forms/form.ts";
import { showBlank } from "./support.ts";
import { jsonSchemaOf, type StandardSchemaV1 } from "../../src/forms/schema.ts";
import { parsePath } from "../../src/forms/path.ts";
import { readShape } from "../../src/forms/read_shape.ts";
import { leafAt, leafNames, type Shape } from "../../src/forms/shape.ts";

function shapeOf(schema: StandardSchemaV1): Shape {
  return readShape(jsonSchemaOf(schema) ?? {});
}

/** Returns the rendering of a field of a schema: its type, whether it is required, and its options. */
function rendered(schema: Readonly<Record<string, StandardSchemaV1>>, name = "x"): unknown {
  const leaf = leafAt(shapeOf(z.object(schema as Record<string, z.ZodType>)), parsePath(name));
  if (leaf === null) return null;
  const options = Object.entries(leaf.sketch.options).filter(([, value]) => value !== undefined);
  return [leaf.sketch.type, leaf.required, Object.fromEntries(options)];
}

Deno.test("a time and a local date-time of a schema are rendered as such, and other patterns as text", () => {
  const schema = z.object({
    at: z.iso.time(),
    when: z.iso.datetime({ local: true }),
    zoned: z.iso.datetime(),
    code: z.string().regex(/^\d\d:\d\d$/),
    any: z.string().regex(/:/),
  });
  const { fields } = showBlank(defineForm("a", { schema }));
  assertEquals(fields.map(({ name, type }) => [name, type]), [
    ["at", "time"],
    ["when", "datetime"],
    ["zoned", "text"],
    ["code", "text"],
    ["any", "text"],
  ]);
  assertEquals(fields[0]?.constraints, {});
});

Deno.test("readShape() maps each kind of value to the field type of browsers", () => {
  const table: [StandardSchemaV1, unknown][] = [
    [z.string(), ["text", false, {}]],
    [z.string().min(1).max(80), ["text", true, { minlength: 1, maxlength: 80 }]],
    [z.string().min(1).optional(), ["text", false, { minlength: 1 }]],
    [z.string().min(1).nullable(), ["text", false, { minlength: 1 }]],
    [z.string().min(1).default("Milk"), ["text", false, { minlength: 1, initial: "Milk" }]],
    [z.string().meta({ title: "Name", description: "In full" }), ["text", false, { label: "Name", help: "In full" }]],
    [z.email(), ["email", true, {}]],
    [z.email().optional(), ["email", false, {}]],
    [z.literal("").or(z.email()), ["email", false, {}]],
    [z.url(), ["url", true, {}]],
    [z.iso.date(), ["date", true, {}]],
    // zod writes only a pattern for a time, not a format.
    [z.iso.time(), ["time", true, {}]],
    [z.iso.datetime(), ["text", true, { pattern: z.iso.datetime().def.pattern?.source.slice(1, -1) }]],
    [z.number(), ["number", true, { step: "any" }]],
    [z.number().nullable(), ["number", false, { step: "any" }]],
    [z.int(), ["number", true, { step: 1 }]],
    [z.int().gt(0).lt(10), ["number", true, { min: 1, max: 9, step: 1 }]],
    [z.int().min(0.5), ["number", true, { min: 1, step: 1 }]],
    [z.int().gt(0.5).lt(9.5), ["number", true, { min: 1, max: 9, step: 1 }]],
    [z.number().min(3).multipleOf(5), ["number", true, { min: 5, step: 5 }]],
    [z.number().min(0.25).multipleOf(0.1), ["number", true, { min: 0.3, step: 0.1 }]],
    [z.number().positive().max(9.5).multipleOf(0.5), ["number", true, { min: 0, max: 9.5, step: 0.5 }]],
    [z.boolean(), ["checkbox", false, {}]],
    [z.boolean().default(true), ["checkbox", false, { initial: true }]],
    [z.literal(true), ["checkbox", true, {}]],
    [z.literal("v1"), ["hidden", true, { initial: "v1" }]],
    [z.file().mime(["image/png", "image/jpeg"]).max(9), ["file", true, {
      accept: "image/png,image/jpeg",
      maxBytes: 9,
    }]],
    [z.array(z.file()).max(3), ["file", false, { multiple: true, maxFiles: 3 }]],
    [z.array(z.file()).min(1), ["file", true, { multiple: true }]],
    [z.date(), ["date", true, {}]],
    [z.bigint(), ["text", true, { pattern: "-?[0-9]+" }]],
    [z.set(z.enum(["a", "b"])), ["multiSelect", false, {
      choices: ["a", "b"].map((value) => ({ value, label: undefined })),
    }]],
    [z.union([z.string().max(3), z.number()]), ["text", false, {}]],
    [z.union([z.email(), z.url()]), ["text", true, {}]],
    [z.object({ a: z.string() }), null],
    [z.array(z.string()), null],
  ];
  for (const [schema, expected] of table) assertEquals(rendered({ x: schema }), expected);
});

Deno.test("readShape() maps the JSON Schema format time, and a date and time without a time zone", () => {
  const typeOf = (schema: Readonly<Record<string, unknown>>) => {
    const shape = readShape({ type: "object", properties: { x: { type: "string", ...schema } } });
    return leafAt(shape, ["x"])?.sketch.type;
  };
  assertEquals(typeOf({ format: "time" }), "time");
  assertEquals(typeOf({ format: "time", pattern: "Z$" }), "text");
  assertEquals(typeOf({ format: "date-time" }), "text");
  assertEquals(typeOf({ format: "date-time", pattern: "T\\d\\d:\\d\\d$" }), "datetime");
  assertEquals(typeOf({ format: "unknown" }), "text");
});

Deno.test("readShape() creates choices for an enum, for literals and for numbers", () => {
  const choices = (values: string[]) => values.map((value) => ({ value, label: undefined }));
  const table: [StandardSchemaV1, unknown][] = [
    [z.enum(["a", "b"]), ["select", true, { choices: choices(["a", "b"]) }]],
    [z.enum(["a", "b"]).optional(), ["select", false, { choices: choices(["a", "b"]) }]],
    [z.enum(["", "b", "c"]), ["select", false, { choices: choices(["b", "c"]) }]],
    [z.union([z.literal("a"), z.literal("b"), z.null()]), ["select", false, { choices: choices(["a", "b"]) }]],
    [z.literal([1, 2]), ["select", true, { choices: choices(["1", "2"]) }]],
    [z.array(z.enum(["a", "b"])).min(1), ["multiSelect", true, { choices: choices(["a", "b"]) }]],
  ];
  for (const [schema, expected] of table) assertEquals(rendered({ x: schema }), expected);
});

Deno.test("readShape() uses the title of a constant as the label of its choice", () => {
  const shape = readShape({
    type: "object",
    properties: { x: { oneOf: [{ const: "a", title: "Apple" }, { const: "b" }] } },
    required: ["x"],
  });
  assertEquals(leafAt(shape, ["x"])?.sketch.options.choices, [{ value: "a", label: "Apple" }, {
    value: "b",
    label: undefined,
  }]);
});

Deno.test("readShape() converts a pattern that may match anywhere to one that matches the whole string", () => {
  const table: [RegExp, string | undefined][] = [
    [/^a+$/, "a+"],
    [/a+/, "[^]*(?:a+)[^]*"],
    [/^a|b$/, "[^]*(?:^a|b$)[^]*"],
    [/^a\$/, "[^]*(?:^a\\$)[^]*"],
    [/^(?:a|b)$/, "(?:a|b)"],
    [/^[\|]\|a$/, "[\\|]\\|a"],
    [/[(]/, undefined],
  ];
  for (const [pattern, expected] of table) {
    const shape = shapeOf(z.object({ x: z.string().regex(pattern) }));
    const { pattern: source } = leafAt(shape, ["x"])?.sketch.options ?? {};
    assertEquals([pattern.source, source], [pattern.source, expected]);
    if (expected === undefined) continue;
    for (const text of ["a", "aa", "xay", "b", "xb", "a$"]) {
      assertEquals([text, new RegExp(`^(?:${expected})$`, "v").test(text)], [text, pattern.test(text)]);
    }
  }
});

Deno.test("leafAt() requires no value in an optional object, but does in a row", () => {
  const name = z.object({ name: z.string().min(1) });
  assertEquals(rendered({ x: name }, "x.name"), ["text", true, { minlength: 1 }]);
  assertEquals(rendered({ x: name.optional() }, "x.name"), ["text", false, { minlength: 1 }]);
  assertEquals(rendered({ x: name.nullable() }, "x.name"), ["text", false, { minlength: 1 }]);
  assertEquals(rendered({ x: z.array(name).optional() }, "x[3].name"), ["text", true, { minlength: 1 }]);
});

Deno.test("leafAt() returns null for names that the schema does not have", () => {
  const schema = z.object({ title: z.string(), rows: z.array(z.object({ label: z.string() })) });
  for (const name of ["titel", "title.x", "rows", "rows[0]", "rows.label", "constructor", "__proto__", "toString"]) {
    assertEquals(leafAt(shapeOf(schema), parsePath(name)), null);
  }
});

Deno.test("leafAt() reads records, tuples and intersections", () => {
  assertEquals(rendered({ x: z.record(z.string(), z.number()) }, "x.any"), ["number", false, { step: "any" }]);
  assertEquals(rendered({ x: z.tuple([z.string().min(1), z.number()]) }, "x[1]"), ["number", true, { step: "any" }]);
  const both = z.object({ a: z.string().min(1) }).and(z.object({ b: z.number() }));
  assertEquals(leafNames(shapeOf(both), {}, new Set()), ["a", "b"]);
  const allOf = readShape({
    allOf: [{ $ref: "#/$defs/a" }, { properties: { b: { type: "boolean" } }, required: ["b"] }],
    $defs: { a: { type: "object", properties: { a: { type: "string", minLength: 1 } }, required: ["a"] } },
  });
  assertEquals(leafNames(allOf, {}, new Set()), ["a", "b"]);
  assertEquals(leafAt(allOf, ["a"])?.required, true);
});

Deno.test("leafNames() lists every field in order, with as many list items as the data has", () => {
  const shape = shapeOf(z.object({
    title: z.string(),
    address: z.object({ city: z.string(), zip: z.string() }),
    tags: z.array(z.string()),
    rows: z.array(z.object({ label: z.string() })),
  }));
  assertEquals(leafNames(shape, {}, new Set()), ["title", "address.city", "address.zip"]);
  assertEquals(leafNames(shape, { tags: ["a", "b"], rows: [{}, {}] }, new Set(["tags"])), [
    "title",
    "address.city",
    "address.zip",
    "tags",
    "rows[0].label",
    "rows[1].label",
  ]);
});

Deno.test("leafNames() lists the fields of a recursive schema as deep as the data", () => {
  interface Node {
    name: string;
    next?: Node | undefined;
  }
  const node: z.ZodType<Node> = z.object({ name: z.string(), next: z.lazy(() => node).optional() });
  const shape = shapeOf(node);
  assertEquals(leafNames(shape, {}, new Set()).length <= 2, true);
  assertEquals(leafNames(shape, { next: { next: { name: "x" } } }, new Set()), ["name", "next.name", "next.next.name"]);
});

Deno.test("readShape() merges alternatives into one form with their constant as a choice", () => {
  const shape = shapeOf(z.discriminatedUnion("kind", [
    z.object({ kind: z.literal("mail"), to: z.email() }),
    z.object({ kind: z.literal("call"), number: z.string().min(1) }),
  ]));
  assertEquals(leafNames(shape, {}, new Set()), ["kind", "to", "number"]);
  assertEquals(leafAt(shape, ["kind"])?.sketch, {
    type: "select",
    options: { choices: [{ value: "mail" }, { value: "call" }] },
  });
  assertEquals(leafAt(shape, ["kind"])?.required, true);
  assertEquals(leafAt(shape, ["to"])?.required, false);
});

Deno.test("readShape() terminates for dangling and circular references", () => {
  for (const pointer of ["#/$defs/none", "https://example.com/schema", "#/$defs/loop", "#"]) {
    const shape = readShape({
      type: "object",
      properties: { x: { $ref: pointer } },
      $defs: { loop: { $ref: "#/$defs/loop" } },
    });
    assertEquals(leafNames(shape, {}, new Set()).length <= 1, true);
    assertEquals(leafAt(shape, ["x"])?.sketch.type ?? "text", "text");
  }
});

Deno.test("readShape() ignores lengths of a date, which a date control does not support", () => {
  const lengths = { minLength: 10, maxLength: 10 };
  const shape = readShape({
    type: "object",
    properties: {
      date: { type: "string", format: "date", ...lengths },
      url: { type: "string", format: "url", ...lengths },
    },
  });
  const optionsOf = (name: string) => leafAt(shape, [name])?.sketch.options;
  assertEquals(optionsOf("date"), {});
  assertEquals(optionsOf("url"), { minlength: 10, maxlength: 10 });
});
