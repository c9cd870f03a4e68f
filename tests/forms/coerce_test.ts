import { assertEquals, assertStrictEquals } from "@std/assert";
import { z } from "zod";
import { coerceInput, isBlankInput } from "../../src/forms/coerce.ts";
import { jsonSchemaOf, type StandardSchemaV1 } from "../../src/forms/schema.ts";
import { readShape } from "../../src/forms/read_shape.ts";

function coerced(schema: StandardSchemaV1, sent: unknown): unknown {
  return coerceInput(readShape(jsonSchemaOf(schema) ?? {}), sent, false);
}

/** Returns the converted value of one field of an object. */
function field(schema: z.ZodType, sent: unknown): unknown {
  const value = coerced(z.object({ x: schema }), sent === undefined ? {} : { x: sent });
  return (value as Record<string, unknown>).x;
}

Deno.test("coerceInput() converts strings to numbers, booleans and lists, and keeps other values", () => {
  const table: [z.ZodType, unknown, unknown][] = [
    [z.number(), "3", 3],
    [z.number(), " 3.5 ", 3.5],
    [z.number(), "abc", "abc"],
    [z.number(), "0x10", "0x10"],
    [z.number(), 3, 3],
    [z.number(), ["1", "2"], ["1", "2"]],
    [z.int(), "3.5", 3.5],
    [z.boolean(), "on", true],
    [z.boolean(), "false", false],
    [z.boolean(), true, true],
    [z.boolean(), ["false", "true"], true],
    [z.boolean(), "maybe", "maybe"],
    [z.boolean(), undefined, false],
    [z.boolean().default(true), undefined, false],
    [z.boolean().optional(), undefined, false],
    [z.literal(true), "on", true],
    [z.literal([1, 2]), "2", 2],
    [z.array(z.number()), ["1", "2"], [1, 2]],
    [z.array(z.number()), "1", [1]],
    [z.array(z.string()), undefined, []],
    [z.array(z.string()), ["a", ""], ["a", ""]],
    [z.array(z.enum(["a", "b"])), ["", "a"], ["a"]],
    [z.array(z.enum(["a", "b"])), "", []],
    [z.array(z.enum(["a", "b"])).min(1).optional(), undefined, undefined],
    [z.record(z.string(), z.number()), { a: "1" }, { a: 1 }],
    [z.tuple([z.string(), z.number()]), ["1", "1"], ["1", 1]],
    [z.string(), "5", "5"],
    [z.string(), 5, 5],
    [z.date(), "2025-01-01", new Date("2025-01-01T00:00:00Z")],
    [z.date(), "2025-01-01T10:30", new Date("2025-01-01T10:30")],
    [z.date(), "tomorrow", "tomorrow"],
    [z.bigint(), "9007199254740993", 9007199254740993n],
    [z.bigint(), "1.5", "1.5"],
    [z.set(z.number()), ["1", "2", "1"], new Set([1, 2])],
    [z.object({ n: z.number() }), { n: "1" }, { n: 1 }],
    [z.object({ n: z.number() }), "text", "text"],
    [z.object({ n: z.number(), b: z.boolean() }), undefined, { b: false }],
  ];
  for (const [schema, sent, expected] of table) assertEquals([sent, field(schema, sent)], [sent, expected]);
});

Deno.test("coerceInput() converts an empty string to the empty value of the schema", () => {
  const table: [z.ZodType, unknown][] = [
    [z.string(), ""],
    [z.string().min(1), ""],
    [z.string().optional(), ""],
    [z.string().min(1).optional(), undefined],
    [z.string().min(1).nullable(), null],
    [z.email(), ""],
    [z.email().optional(), undefined],
    [z.email().nullish(), null],
    [z.literal("").or(z.email()), ""],
    [z.number(), undefined],
    [z.number().optional(), undefined],
    [z.number().nullable(), null],
    [z.boolean(), false],
    [z.boolean().nullable(), null],
    [z.enum(["a", "b"]).optional(), undefined],
    [z.enum(["a", "b"]).nullable(), null],
    [z.date().optional(), undefined],
    [z.date(), undefined],
    [z.bigint().optional(), undefined],
  ];
  for (const [schema, expected] of table) assertStrictEquals(field(schema, ""), expected);
});

Deno.test("coerceInput() keeps null of a typed caller", () => {
  for (const schema of [z.string(), z.number(), z.boolean(), z.array(z.string()), z.object({})]) {
    assertStrictEquals(field(schema, null), null);
  }
});

Deno.test("coerceInput() treats a file input without a choice as empty", () => {
  const none = new File([], "");
  const file = new File(["x"], "a.txt");
  assertStrictEquals(field(z.file().optional(), none), undefined);
  assertStrictEquals(field(z.file(), file), file);
  assertEquals(field(z.array(z.file()), [none]), []);
  assertEquals(field(z.array(z.file()), file), [file]);
});

Deno.test("coerceInput() leaves out an optional object without input", () => {
  const address = z.object({ city: z.string().min(1), zip: z.string() });
  assertStrictEquals(field(address.optional(), { city: "", zip: "" }), undefined);
  assertStrictEquals(field(address.nullable(), { city: "", zip: "" }), null);
  assertStrictEquals(field(address.optional(), undefined), undefined);
  assertEquals(field(address.optional(), { city: "", zip: "1" }), { city: "", zip: "1" });
  assertEquals(field(address, { city: "", zip: "" }), { city: "", zip: "" });
});

Deno.test("coerceInput() keeps an optional object whose nested object has input", () => {
  const place = z.object({ city: z.string().min(1), geo: z.object({ lat: z.string().min(1), lon: z.string() }) });
  const touched = { city: "", geo: { lat: "5", lon: "" } };
  assertEquals(field(place.optional(), touched), touched);
  assertStrictEquals(field(place.optional(), { city: "", geo: { lat: "", lon: "" } }), undefined);
});

Deno.test("coerceInput() selects a variant by its constants", () => {
  const schema = z.discriminatedUnion("kind", [
    z.object({ kind: z.literal("a"), value: z.string() }),
    z.object({ kind: z.literal("b"), value: z.number() }),
  ]);
  assertEquals(coerced(schema, { kind: "a", value: "1" }), { kind: "a", value: "1" });
  assertEquals(coerced(schema, { kind: "b", value: "1" }), { kind: "b", value: 1 });
  assertEquals(coerced(schema, { kind: { toString: 1 }, value: "1" }), { kind: { toString: 1 }, value: "1" });
});

Deno.test("coerceInput() keeps unknown names for the schema", () => {
  assertEquals(coerced(z.object({ a: z.string() }), { a: "x", b: "y" }), { a: "x", b: "y" });
});

Deno.test("coerceInput() never sets a prototype", () => {
  const sent = JSON.parse('{"__proto__":{"isAdmin":true},"constructor":"x","toString":"y"}');
  const value = coerced(z.object({ title: z.string().optional() }), sent) as Record<string, unknown>;
  assertStrictEquals(Object.getPrototypeOf(value), Object.prototype);
  assertEquals(Object.keys(value), ["__proto__", "constructor", "toString"]);
  assertStrictEquals(value.isAdmin, undefined);
});

Deno.test("coerceInput() terminates for a recursive schema", () => {
  interface Node {
    next: Node;
  }
  const node: z.ZodType<Node> = z.object({ next: z.lazy(() => node) });
  assertEquals(JSON.stringify(coerced(node, {})).length < 100, true);
});

Deno.test("isBlankInput() checks lists and objects deeply", () => {
  for (const value of [undefined, null, "", [], [""], {}, { a: { b: "" } }, new File([], "")]) {
    assertEquals(isBlankInput(value), true);
  }
  for (const value of [" ", 0, false, ["x"], { a: "x" }, new File([], "a")]) assertEquals(isBlankInput(value), false);
});
