import { assertEquals, assertThrows } from "@std/assert";
import { type } from "arktype";
import { z } from "zod";
import { defineForm } from "../../src/forms/form.ts";
import type { StandardSchemaV1 } from "../../src/forms/schema.ts";
import { bindTo, showBlank } from "./support.ts";

const drawn = (schema: StandardSchemaV1) =>
  showBlank(defineForm("a", { schema })).fields.map(({ name, type, required, constraints }) => [
    name,
    type,
    required,
    constraints,
  ]);

Deno.test("oneOf() renders each field with the widest rules of its alternatives", () => {
  const schema = z.discriminatedUnion("kind", [
    z.object({ kind: z.literal("a"), text: z.string().min(2).max(5), n: z.number().min(0).max(5), mixed: z.email() }),
    z.object({ kind: z.literal("b"), text: z.string().min(1).max(50), n: z.int().min(3).max(9), mixed: z.number() }),
    z.object({ kind: z.literal("c"), text: z.string().min(4), n: z.number().min(-1), mixed: z.boolean() }),
  ]);
  assertEquals(drawn(schema), [
    ["kind", "select", true, {}],
    ["text", "text", true, { minlength: 1 }],
    ["n", "number", true, { min: -1, step: "any" }],
    ["mixed", "text", false, {}],
  ]);
});

Deno.test("oneOf() renders alternatives of an alternative, and of a member", () => {
  const inner = z.discriminatedUnion("t", [
    z.object({ k: z.literal("b"), t: z.literal("x"), x: z.string().min(1) }),
    z.object({ k: z.literal("b"), t: z.literal("y"), y: z.number() }),
  ]);
  const member = z.union([
    z.object({ t: z.literal("p"), p: z.string() }),
    z.object({ t: z.literal("q"), q: z.number() }),
  ]);
  const schema = z.discriminatedUnion("k", [z.object({ k: z.literal("a"), a: member }), inner]);
  assertEquals(drawn(schema).map(([name, type]) => [name, type]), [
    ["k", "select"],
    ["a.t", "select"],
    ["a.p", "text"],
    ["a.q", "number"],
    ["t", "select"],
    ["x", "text"],
    ["y", "number"],
  ]);
});

Deno.test("a part with another structure in each alternative is an error that names it", () => {
  const list = z.array(z.enum(["a", "b"]));
  const pairs = [
    [z.string(), z.object({ a: z.string() })],
    [z.string(), list],
    [z.string(), z.tuple([z.string()])],
    [z.string(), z.file()],
    [list, z.array(z.string())],
    [z.tuple([z.string()]), z.tuple([z.string(), z.string()])],
  ] as const;
  for (const [one, other] of pairs) {
    const schema = z.union([z.object({ k: z.literal("a"), x: one }), z.object({ k: z.literal("b"), x: other })]);
    assertThrows(() => defineForm("a", { schema }), TypeError, 'its schema has a part "x" that has another structure');
  }
});

for (
  const [library, schema] of [
    [
      "zod",
      z.discriminatedUnion("k", [
        z.strictObject({ k: z.literal("a"), x: z.string().min(1) }),
        z.strictObject({ k: z.literal("b"), y: z.number(), on: z.boolean() }),
      ]),
    ],
    [
      "ArkType",
      type({ k: "'a'", x: "string > 0", "+": "reject" }).or({ k: "'b'", y: "number", on: "boolean", "+": "reject" }),
    ],
  ] as const
) {
  Deno.test(`the fields of an alternative that is not chosen are ignored, also with a value: ${library}`, async () => {
    const form = defineForm<StandardSchemaV1>("a", { schema });
    const a = await bindTo(form, { k: "a", x: "text", y: "", on: "on" });
    assertEquals([a.issues, a.isValid && a.values], [{}, { k: "a", x: "text" }]);
    const b = await bindTo(form, { k: "b", x: "left over", y: "5" });
    assertEquals([b.issues, b.isValid && b.values], [{}, { k: "b", y: 5, on: false }]);
    // A name of no alternative is for the schema to reject.
    assertEquals((await bindTo(form, { k: "a", x: "text", other: "1" })).isValid, false);
  });
}

Deno.test("filled fields tell alternatives without a constant apart", async () => {
  const schema = z.union([
    z.strictObject({ mail: z.email() }),
    z.strictObject({ phone: z.string().min(3), at: z.number() }),
  ]);
  const form = defineForm("a", { schema });
  const valuesOf = async (sent: Record<string, string>) => (await bindTo(form, sent)).values as unknown;
  assertEquals(await valuesOf({ mail: "", phone: "123", at: "5" }), { phone: "123", at: 5 });
  assertEquals(await valuesOf({ mail: "a@b.example", phone: "", at: "" }), { mail: "a@b.example" });
});

Deno.test("fields of an alternative that is not chosen are ignored in the objects and lists of the chosen one", async () => {
  const schema = z.discriminatedUnion("k", [
    z.strictObject({
      k: z.literal("a"),
      x: z.strictObject({ p: z.string() }),
      rows: z.array(z.strictObject({ m: z.string() })),
    }),
    z.strictObject({
      k: z.literal("b"),
      x: z.strictObject({ q: z.number() }),
      rows: z.array(z.strictObject({ n: z.number() })),
    }),
  ]);
  const form = defineForm("a", { schema });
  const bound = await bindTo(form, { k: "b", x: { p: "left", q: "1" }, rows: [{ m: "left", n: "2" }] });
  assertEquals(bound.issues, {});
  assertEquals(bound.values as unknown, { k: "b", x: { q: 1 }, rows: [{ n: 2 }] });
  assertEquals((await bindTo(form, { k: "b", x: { q: "1", other: "1" }, rows: [] })).isValid, false);
});
