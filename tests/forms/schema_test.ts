import { assertEquals } from "@std/assert";
import { type } from "arktype";
import * as v from "valibot";
import { TYPE_MEMBER } from "../../src/forms/schema_types.ts";
import { z } from "zod";
import {
  checkInput,
  isStandardSchema,
  issueName,
  jsonSchemaOf,
  type StandardSchemaV1,
} from "../../src/forms/schema.ts";

Deno.test("isStandardSchema() accepts schemas of zod, valibot and arktype", () => {
  for (const schema of [z.object({}), v.object({}), type({ a: "string" })]) {
    assertEquals(isStandardSchema(schema), true);
  }
  for (const value of [null, undefined, {}, "schema", { "~standard": {} }, { "~standard": null }, () => {}]) {
    assertEquals(isStandardSchema(value), false);
  }
});

Deno.test("jsonSchemaOf() returns the input of a schema, not its output", () => {
  const count = z.object({ n: z.string().transform(Number) });
  assertEquals(jsonSchemaOf(count)?.properties, { n: { type: "string" } });
  assertEquals(jsonSchemaOf(type({ n: "string.numeric.parse" }))?.type, "object");
});

Deno.test("jsonSchemaOf() returns null for a schema without JSON Schema", () => {
  assertEquals(jsonSchemaOf(v.object({ title: v.string() })), null);
});

Deno.test("jsonSchemaOf() names the type of a part of a zod schema that has no JSON form", () => {
  const schema = jsonSchemaOf(z.object({ when: z.date(), title: z.string() }));
  assertEquals(schema?.properties, { when: { [TYPE_MEMBER]: "date" }, title: { type: "string" } });
});

Deno.test("jsonSchemaOf() returns null if the converter throws", () => {
  const schema = {
    "~standard": {
      version: 1,
      vendor: "test",
      validate: (value: unknown) => ({ value }),
      jsonSchema: {
        input: () => {
          throw new Error("cannot be written down");
        },
      },
    },
  } satisfies StandardSchemaV1 & { "~standard": { jsonSchema: unknown } };
  assertEquals(jsonSchemaOf(schema), null);
});

Deno.test("issueName() formats keys, indices and segments as a field name", () => {
  const table: [StandardSchemaV1.Issue["path"], string][] = [
    [undefined, ""],
    [[], ""],
    [["title"], "title"],
    [["address", "city"], "address.city"],
    [["rows", 0, { key: "label" }], "rows[0].label"],
    [[{ key: "rows" }, { key: 2 }], "rows[2]"],
    [["__proto__", "constructor"], "__proto__.constructor"],
    [[Symbol("secret")], "secret"],
  ];
  for (const [path, name] of table) assertEquals(issueName({ message: "", path }), name);
});

Deno.test("checkInput() returns the output of the schema, or errors by field", async () => {
  const schema = z.object({ n: z.string().transform(Number), rows: z.array(z.object({ a: z.string() })) });
  assertEquals(await checkInput(schema, { n: "1", rows: [] }), { kind: "valid", value: { n: 1, rows: [] } });
  const invalid = await checkInput(schema, { n: "1", rows: [{}] });
  assertEquals(invalid.kind === "invalid" && [...invalid.errors.keys()], ["rows[0].a"]);
});
