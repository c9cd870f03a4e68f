import { assertEquals, assertThrows } from "@std/assert";
import { toStandardJsonSchema } from "@valibot/to-json-schema";
import { type } from "arktype";
import * as v from "valibot";
import { z } from "zod";
import { defineForm } from "../../src/forms/form.ts";
import type { StandardSchemaV1 } from "../../src/forms/schema.ts";
import { bindTo, showBlank } from "./support.ts";

const valibot = (schema: v.GenericSchema) => toStandardJsonSchema(schema) as StandardSchemaV1;

for (
  const [library, schema] of [
    ["zod", z.object({ day: z.date(), id: z.bigint() })],
    ["Valibot", valibot(v.object({ day: v.date(), id: v.bigint() }))],
    ["ArkType", type({ day: "Date", id: "bigint" })],
  ] as const
) {
  Deno.test(`converterOptions() names dates and large integers, which a form converts: ${library}`, async () => {
    const form = defineForm<StandardSchemaV1>("a", { schema });
    const types = showBlank(form).fields.map(({ name, type, required }) => [name, type, required]);
    assertEquals(types.slice(0, 2).toSorted(), [["day", "date", true], ["id", "text", true]]);
    const bound = await bindTo(form, { day: "2025-02-28", id: "9007199254740993" });
    assertEquals(bound.issues, {});
    assertEquals(bound.values, { day: new Date("2025-02-28T00:00:00Z"), id: 9007199254740993n });
    const wrong = await bindTo(form, { day: "soon", id: "1.5" });
    assertEquals(wrong.fieldNames.toSorted(), ["day", "id"]);
  });
}

Deno.test("converterOptions() describes the values of a set", async () => {
  const form = defineForm("a", { schema: z.object({ sizes: z.set(z.literal([38, 40, 42])) }) });
  assertEquals(showBlank(form).field("sizes").choices.map(({ value }) => value), ["38", "40", "42"]);
  assertEquals((await bindTo(form, { sizes: ["38", "42"] })).values, { sizes: new Set([38, 42]) });
  assertEquals((await bindTo(form, {})).values, { sizes: new Set() });
});

for (
  const [name, schema, part] of [
    ["a map of zod", z.object({ d: z.map(z.string(), z.string()) }), 'a part "d" that has the type map'],
    ["a symbol of zod", z.object({ a: z.object({ d: z.symbol() }) }), 'a part "a.d" that has the type symbol'],
    ["a bigint literal of zod", z.object({ d: z.literal(1n) }), 'a part "d" that has the type bigint literal'],
    [
      "a map in a list of zod",
      z.object({ d: z.array(z.map(z.string(), z.any())) }),
      'a part "d[]" that has the type map',
    ],
    ["a map of Valibot", valibot(v.object({ d: v.map(v.string(), v.string()) })), 'a part "d" that has the type map'],
    ["a set of Valibot", valibot(v.object({ d: v.set(v.string()) })), 'a part "d" that has the type set'],
    ["a map of ArkType", type({ d: "Map" }), 'a part "d" that has the type Map'],
    ["a symbol of ArkType", type({ d: "symbol" }), 'a part "d" that has the type symbol'],
    [
      "a record key with a space",
      z.object({ d: z.record(z.enum(["a b", "c"]), z.string()) }),
      'a field "d.a b" that a form cannot submit; use letters, digits, dashes and underscores',
    ],
    [
      "a list that needs items without a field",
      z.object({
        a: z.string(),
        rows: z.array(z.object({ b: z.string(), tags: z.array(z.object({})).min(1) })).min(2),
      }),
      'needs items in the list "rows[].tags", and an item has no field',
    ],
    [
      "a list that needs lists without items",
      z.object({ a: z.string(), grid: z.array(z.array(z.string()).max(9)).min(1) }),
      'needs items in the list "grid"',
    ],
  ] as const
) {
  Deno.test(`defineForm() throws for ${name}, and names the part`, () => {
    const error = assertThrows(() => defineForm<StandardSchemaV1>("a", { schema }), TypeError);
    assertEquals(error.message.includes(part), true, error.message);
  });
}

for (
  const [library, schema] of [
    ["zod", z.object({ d: z.string().regex(/^abc$/i), e: z.string().regex(/^abc$/).optional() })],
    [
      "Valibot",
      valibot(
        v.object({ d: v.pipe(v.string(), v.regex(/^abc$/i)), e: v.optional(v.pipe(v.string(), v.regex(/^abc$/))) }),
      ),
    ],
    ["ArkType", type({ d: /^abc$/i })],
  ] as const
) {
  Deno.test(`a pattern with flags is not rendered, because a browser has none: ${library}`, async () => {
    const form = defineForm<StandardSchemaV1>("a", { schema });
    const [d, e] = showBlank(form).fields.map(({ required, constraints }) => [required, constraints.pattern]);
    assertEquals(d, [true, undefined]);
    if (e !== undefined) assertEquals(e, [false, "abc"]);
    assertEquals([(await bindTo(form, { d: "ABC" })).isValid, (await bindTo(form, { d: "x" })).isValid], [true, false]);
  });
}

Deno.test("defineForm() accepts a list without a field in its items if the list may be empty, missing or null", () => {
  const hollow = z.array(z.object({})).min(1);
  for (const list of [hollow.optional(), hollow.nullable(), z.array(z.object({})), z.array(z.string()).min(1)]) {
    defineForm<StandardSchemaV1>("a", { schema: z.object({ a: z.string(), list }) });
  }
});
