import { assert, assertEquals, assertThrows } from "@std/assert";
import { type } from "arktype";
import * as v from "valibot";
import { z } from "zod";
import { field } from "../../src/forms/field.ts";
import { bindTo, ctx, showBlank } from "./support.ts";
import { readableName } from "../../src/forms/bound_field.ts";
import {
  defineForm,
  fieldsOfForm,
  type FormDefinition,
  isForm,
  type SuccessFeedback,
  successFeedback,
} from "../../src/forms/form.ts";

Deno.test("a field is rendered without its step if the browser would count it from another number", async () => {
  const form = defineForm("a", {
    fields: {
      n: field.number(),
      half: field.number({ initial: 0.5 }),
      day: field.date({ step: 7 }),
      at: field.time(),
      low: field.number({ min: 1 }),
    },
  });
  const stepsOf = ({ fields }: { fields: readonly { name: string; constraints: { step?: unknown } }[] }) =>
    Object.fromEntries(fields.map(({ name, constraints }) => [name, constraints.step]));
  const blank = { n: 1, half: 1, day: 7, at: undefined, low: 1 };
  assertEquals(stepsOf(showBlank(form)), blank);
  assertEquals(stepsOf(showBlank(form, { n: 0.25, half: 3, day: "2025-01-01" })), blank);
  const sent = { n: "2.5", half: "1", day: "2025-01-02", at: "10:00:30", low: "2.5" };
  assertEquals(stepsOf(await bindTo(form, sent)), { n: "any", half: "any", day: 7, at: "any", low: 1 });
  assertEquals(stepsOf(await bindTo(form, { n: "x", half: "", day: "2025-01-01" })), {
    n: 1,
    half: "any",
    day: "any",
    at: undefined,
    low: 1,
  });
});

Deno.test("steps are counted from the initial value of the form, and those of a schema from 0", async () => {
  const form = defineForm("a", { fields: { n: field.number() } });
  assertEquals((await bindTo(form, { n: "3.25" }, { n: 0.25 })).isValid, true);
  assertEquals((await bindTo(form, { n: "3" }, { n: 0.25 })).isValid, false);
  const schema = defineForm("a", { schema: z.object({ n: z.int() }) });
  assertEquals(showBlank(schema, { n: 0.25 }).field("n").constraints, { step: "any" });
});

Deno.test("defineForm() returns a frozen form", () => {
  const form = defineForm("note", { fields: { title: field.text() } });
  assert(Object.isFrozen(form));
  assertEquals([form.kind, form.name, form.schema, [...form.fields.keys()]], ["form", "note", null, ["title"]]);
  assert(isForm(form) && !isForm({ ...form }));
});

Deno.test("defineForm() accepts schemas of zod, valibot and arktype", () => {
  const schemas = [z.object({ a: z.string() }), v.object({ a: v.string() }), type({ a: "string" })];
  for (const schema of schemas) assertEquals(defineForm("note", { schema }).schema, schema);
});

Deno.test("defineForm() throws for an invalid definition", () => {
  const fields = { title: field.text() };
  const schema = z.object({ title: z.string(), address: z.object({ city: z.string() }) });
  const wrong: [() => unknown, string][] = [
    [() => defineForm("", { fields }), 'Cannot define form "": the name is invalid'],
    [() => defineForm("1a", { fields }), 'Cannot define form "1a"'],
    [() => defineForm("a b", { fields }), 'Cannot define form "a b"'],
    [() => defineForm("a".repeat(129), { fields }), "use a letter and up to 127"],
    [() => defineForm("note", {} as { fields: typeof fields }), "it has neither schema nor fields"],
    [() => defineForm("note", { schema: {} as typeof schema }), "its schema is not a Standard Schema"],
    [() => defineForm("note", { schema: z.string() as never, fields }), "its schema does not accept an object"],
    [() => defineForm("note", { schema: z.array(z.string()) as never }), "its schema does not accept an object"],
    [() => defineForm("note", { fields: { title: { ...fields.title } } }), 'its field "title" is not a field'],
    [() => defineForm("note", { fields: { _action: field.text() } }), '"_action" is a field of the protocol'],
    [() => defineForm("note", { fields: { "a.b": field.text() } }), 'the field name "a.b" is empty or a path'],
    [() => defineForm("note", { fields: { "": field.text() } }), 'the field name "" is empty or a path'],
    [
      () => defineForm("note", { schema, fields: { titel: field.text() } }),
      'has no field "titel"; it has title, address.city',
    ],
    [
      () => defineForm("note", { schema: z.object({ "a.b": z.string() }) }),
      'names a field "a.b" that a form cannot submit',
    ],
    [() => defineForm("note", { schema: z.object({ a: z.object({ "b c": z.string() }) }) }), 'names a field "a.b c"'],
    [() => defineForm("note", { schema, fields: { address: field.text() } }), 'has no field "address"'],
    [() => defineForm("note", { fields, clean: "x" as never }), "clean is string; pass a function"],
  ];
  for (const [make, message] of wrong) assertThrows(make, TypeError, message);
});

Deno.test("defineForm() accepts a name of the maximum length", () => {
  assertEquals(defineForm("a".repeat(128), { fields: {} }).name.length, 128);
});

Deno.test("defineForm() prefers the options of a declared field to those of the schema", () => {
  const form = defineForm("note", {
    schema: z.object({
      title: z.string().min(1).max(80).meta({ title: "Heading" }),
      done: z.boolean(),
      n: z.int().min(2),
    }),
    fields: { title: field.textarea({ help: "Short" }), n: field.number({ label: "Count", max: 9 }) },
  });
  const blank = showBlank(form);
  const title = blank.field("title");
  assertEquals([title.type, title.label, title.help, title.required], ["textarea", "Heading", "Short", true]);
  assertEquals(title.constraints, { minlength: 1, maxlength: 80 });
  assertEquals(blank.field("n").constraints, { min: 2, max: 9, step: 1 });
  assertEquals(blank.fields.map(({ name }) => name), ["title", "done", "n"]);
});

Deno.test("defineForm() reads choices of the schema into a declared field of another type", () => {
  const form = defineForm("note", {
    schema: z.object({ size: z.enum(["s", "m"]), tags: z.array(z.string()) }),
    fields: { size: field.radio({ choices: ["s", "m"] }), tags: field.multiSelect({ choices: ["x", "y"] }) },
  });
  const blank = showBlank(form);
  assertEquals(blank.field("size").type, "radio");
  assertEquals(blank.field("tags").choices.map(({ value }) => value), ["x", "y"]);
  assertEquals(blank.fields.map(({ name }) => name), ["size", "tags"]);
});

Deno.test("defineForm() accepts field names that every object inherits", () => {
  const form = defineForm("odd", {
    fields: { constructor: field.text(), toString: field.text(), ["__proto__"]: field.text() },
  });
  assertEquals([...form.fields.keys()], ["constructor", "toString", "__proto__"]);
});

Deno.test("a form accepts files if any field does, also in rows", () => {
  const takesFiles = (form: FormDefinition): boolean => fieldsOfForm(form).takeFiles && showBlank(form).hasFiles;
  assertEquals(takesFiles(defineForm("a", { fields: { photo: field.file() } })), true);
  assertEquals(
    takesFiles(defineForm("a", { schema: z.object({ rows: z.array(z.object({ photo: z.file() })) }) })),
    true,
  );
  assertEquals(takesFiles(defineForm("a", { fields: { title: field.text() } })), false);
});

Deno.test("successFeedback() calls declared functions with the values and the request", () => {
  const feedback = <V>(success: SuccessFeedback<V> | null, values: V) =>
    successFeedback({ definition: { success }, values }, ctx);
  assertEquals(feedback(null, {}), { toast: null, redirect: null });
  assertEquals(feedback({ toast: "Saved", redirect: "/" }, {}), { toast: "Saved", redirect: "/" });
  assertEquals(
    feedback(
      {
        toast: (id: number) => ({ message: `Saved ${id}` }),
        redirect: (id: number, { request }) => `${new URL(request.url).pathname}?saved=${id}`,
      },
      7,
    ),
    { toast: { message: "Saved 7" }, redirect: `${new URL(ctx.request.url).pathname}?saved=7` },
  );
});

Deno.test("readableName() derives a label from a name", () => {
  const table = [
    ["title", "Title"],
    ["dueDate", "Due date"],
    ["first_name", "First name"],
    ["zip-code", "Zip code"],
    ["имяФайла", "Имя файла"],
  ] as const;
  for (const [name, label] of table) assertEquals(readableName(name), label);
});

Deno.test("a field without a label has one from the last name of its path", () => {
  const form = showBlank(
    defineForm("a", {
      schema: z.object({
        rows: z.array(z.object({ "zip-code": z.string() })),
        tags: z.array(z.string()),
      }),
    }),
    { rows: [{}], tags: ["x"] },
  );
  assertEquals(form.fields.map(({ name, label }) => [name, label]), [
    ["rows[0].zip-code", "Zip code"],
    ["tags[0]", "Tags"],
  ]);
});
