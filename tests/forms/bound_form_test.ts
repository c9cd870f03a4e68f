import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { type } from "arktype";
import * as v from "valibot";
import { z } from "zod";
import { field } from "../../src/forms/field.ts";
import { defineForm } from "../../src/forms/form.ts";
import type { StandardSchemaV1 } from "../../src/forms/schema.ts";
import { bindTo, ctx, issuesOf, showBlank } from "./support.ts";

const NoteForm = defineForm("note", {
  fields: {
    title: field.text({ required: true, maxlength: 80 }),
    due: field.date(),
    count: field.number({ min: 1 }),
    done: field.checkbox(),
    secret: field.password(),
    file: field.file(),
  },
});

Deno.test("bind() of a form returns the values of its fields", async () => {
  const form = await bindTo(NoteForm, { title: "Milk", due: "", count: "3", done: "on", secret: "s" });
  assert(form.isBound && form.isValid);
  assertEquals(form.values, { title: "Milk", due: null, count: 3, done: true, secret: "s", file: null });
});

Deno.test("bind() of a form returns an error for each invalid field, and no values", async () => {
  const form = await bindTo(NoteForm, { title: "", count: "0" });
  assertEquals(form.isValid, false);
  assertEquals(issuesOf(form), [["title", ["Enter a value"]], ["count", ["Enter a number that is 1 or more"]]]);
  assertEquals([form.errorCount, form.fieldNames], [2, ["title", "count"]]);
  assertEquals(form.issues, { title: ["Enter a value"], count: ["Enter a number that is 1 or more"] });
  assertThrows(() => form.values, TypeError, 'Cannot read the values of form "note": it has 2 errors');
});

Deno.test("a blank form is neither valid nor invalid", () => {
  const form = showBlank(NoteForm);
  assertEquals([form.isBound, form.isValid, form.errorCount], [false, false, 0]);
  assertThrows(() => form.values, TypeError, "no data was submitted; check isValid first");
});

Deno.test("a bound field shows the submitted value, a blank one the initial value", async () => {
  const initial = { title: "Old", count: 5, due: new Date("2025-03-04T10:00:00Z"), done: true, secret: "s" };
  const blank = showBlank(NoteForm, initial);
  const shown = (form: typeof blank) => form.fields.map(({ value }) => value);
  assertEquals(shown(blank), ["Old", "2025-03-04", "5", true, "", ""]);
  const bound = await bindTo(
    NoteForm,
    { title: "", count: "many", secret: "s", file: new File(["x"], "x.txt") },
    initial,
  );
  assertEquals(shown(bound), ["", "", "many", false, "", ""]);
  assertEquals(bound.fields.map(({ raw }) => raw), ["", "", "many", "", "", ""]);
});

Deno.test("a field shows its own initial value if the form has none for it", () => {
  const form = defineForm("a", { fields: { x: field.text({ initial: "own" }) } });
  assertEquals(showBlank(form).field("x").value, "own");
  assertEquals(showBlank(form, { x: "given" }).field("x").value, "given");
  assertEquals(showBlank(form, { x: null }).field("x").value, "");
});

Deno.test("a bound field shows only scalars, for any submitted value", async () => {
  const form = defineForm("a", {
    fields: {
      text: field.text(),
      multi: field.multiSelect({ choices: ["a", "b"] }),
      box: field.checkbox(),
      pick: field.select({ choices: ["a"] }),
    },
  });
  const vnode = { type: "script", props: { dangerouslySetInnerHTML: { __html: "x" } }, constructor: undefined };
  for (const sent of [vnode, [vnode], Object.assign(Object.create(null), vnode), new File(["x"], "x"), () => "x"]) {
    const bound = await bindTo(form, { text: sent, multi: sent, box: sent, pick: sent });
    assertEquals(bound.fields.map(({ value }) => value), ["", [], false, ""]);
    assertEquals(bound.fields.map(({ selected }) => selected), [[], [], [], []]);
    assertEquals(bound.isValid, false);
  }
});

Deno.test("a bound field lists its selected choices", async () => {
  const choices = ["a", "b", "c"] as const;
  const form = defineForm("a", { fields: { one: field.radio({ choices }), many: field.multiSelect({ choices }) } });
  const bound = await bindTo(form, { one: "b", many: ["c", "a", "x"] });
  assertEquals(bound.field("one").selected, ["b"]);
  assertEquals(bound.field("many").selected, ["a", "c"]);
  assertEquals(bound.field("many").value, ["c", "a", "x"]);
});

Deno.test("IDs are valid in a selector and differ between forms, instances and fields", () => {
  const schema = z.object({
    a: z.string(),
    "a-b": z.string(),
    "a b": z.string(),
    deep: z.object({ b: z.string() }),
    ["1"]: z.object({ a: z.string() }),
  });
  const ids = ["n", "n-1", "n_1", "n.1"].flatMap((name) =>
    [null, "1", "1-a", "é", '"><script>'].flatMap((instance) =>
      showBlank(defineForm(name, { schema }), null, instance).fields.map(({ id }) => id)
    )
  );
  assertEquals(new Set(ids).size, ids.length);
  for (const id of ids) assert(/^f-[A-Za-z0-9_-]+$/.test(id), id);
});

Deno.test("IDs consist of form, instance and field", () => {
  const form = defineForm("note", { fields: { first_name: field.text() } });
  const { id, helpId, errorId } = showBlank(form, null, "3").field("first_name");
  assertEquals([id, helpId, errorId], ["f-note-3-first_name", "h-note-3-first_name", "e-note-3-first_name"]);
  assertEquals(showBlank(form).field("first_name").id, "f-note-first_name");
});

Deno.test("IDs of two fields differ, whatever their names", () => {
  const names = ["a-b", "a_2d_b", "a_2d_2d_b", "a_b", "a__b", "a_5f_b", "_2d_", "-", "_"];
  const fields = Object.fromEntries(names.map((name) => [name, field.text()]));
  const ids = names.flatMap((name) => {
    return ["x", "x-y", "x_2d_y"].map((form) => showBlank(defineForm(form, { fields })).field(name).id);
  });
  assertEquals(new Set(ids).size, ids.length);
});

Deno.test("field() throws for an unknown name and lists the known ones", () => {
  assertThrows(
    () => showBlank(NoteForm).field("titel"),
    TypeError,
    'Cannot find field "titel" of form "note": unknown name; it has title, due, count, done, secret, file',
  );
  const zod = showBlank(defineForm("note", { schema: z.object({ title: z.string() }) }));
  for (const name of ["titel", "constructor", "__proto__", "title.x"]) assertThrows(() => zod.field(name), TypeError);
});

Deno.test("addError() makes a form invalid, and its field shows the message", async () => {
  const form = await bindTo(NoteForm, { title: "Milk" });
  const title = form.field("title");
  assert(form.isValid);
  form.addError("title", "Taken");
  form.addError("title", "Taken");
  form.addError("", "Come back later");
  assertEquals([form.isValid, form.errorCount, title.errors], [false, 2, ["Taken"]]);
  assertThrows(() => form.values, TypeError, "2 errors");
});

Deno.test("clean() runs after all fields are valid, and its values are used", async () => {
  const calls: unknown[] = [];
  const form = defineForm("range", {
    fields: { from: field.number({ required: true }), to: field.number({ required: true }) },
    clean(values, context) {
      calls.push(values);
      assertStrictEquals(context.request, ctx.request);
      if (values.from > values.to) context.addError("to", `Enter ${values.from} or more`);
      return { from: values.from * 2, to: values.to * 2 };
    },
  });
  assertEquals((await bindTo(form, { from: "1", to: "2" })).values, { from: 2, to: 4 });
  assertEquals((await bindTo(form, { from: "3", to: "2" })).issues, { to: ["Enter 3 or more"] });
  await bindTo(form, { from: "x", to: "2" });
  assertEquals(calls, [{ from: 1, to: 2 }, { from: 3, to: 2 }]);
});

Deno.test("clean() that returns nothing keeps the values, and a promise is awaited", async () => {
  const form = defineForm("a", {
    fields: { x: field.text() },
    async clean(values, { addError }) {
      await Promise.resolve();
      if (values.x === "bad") addError("", "No");
    },
  });
  assertEquals((await bindTo(form, { x: "good" })).values, { x: "good" });
  assertEquals(issuesOf(await bindTo(form, { x: "bad" })), [["", ["No"]]]);
});

Deno.test("fields may have names that every object inherits", async () => {
  const names = ["constructor", "toString", "__proto__", "hasOwnProperty", "valueOf"];
  const form = defineForm("odd", {
    fields: Object.fromEntries(names.map((name) => [name, field.text({ required: true })])),
  });
  const refused = await bindTo(form, {});
  assertEquals(refused.fieldNames, names);
  assertEquals(Object.keys(refused.issues), names);
  assertEquals(JSON.parse(JSON.stringify(refused.issues))["constructor"], ["Enter a value"]);
  const sent = Object.fromEntries(names.map((name) => [name, `${name}!`]));
  const bound = await bindTo(form, sent);
  assertEquals(Object.entries(bound.values), names.map((name) => [name, `${name}!`]));
  assertEquals(bound.field("__proto__").value, "__proto__!");
});

Deno.test("submitted text is shown unchanged, in every script and with markup", async () => {
  const form = defineForm("a", { fields: { x: field.text({ maxlength: 2, required: true }) } });
  for (
    const text of ["<script>alert(1)</script>", "\"'`&amp;", "\r", "👩‍👩‍👧", "עברית ‮ rtl", "e\u0301", "\ud800", "\u0000"]
  ) {
    const bound = await bindTo(form, { x: text });
    assertStrictEquals(bound.field("x").value, text);
    assertStrictEquals(bound.field("x").raw, text);
  }
});

Deno.test("initial values that are not an object are a programming error", () => {
  for (const initial of ["text", 5, [{}]]) {
    assertThrows(() => showBlank(NoteForm, initial), TypeError, 'Cannot create form "note": its initial values are');
  }
});

const nested = {
  zod: z.object({
    title: z.string().min(1, "Say what"),
    count: z.number(),
    done: z.boolean(),
    address: z.object({ city: z.string().min(2) }),
    rows: z.array(z.object({ label: z.string().min(2), n: z.number().optional() })),
  }),
  arktype: type({
    title: "string >= 1",
    count: "number",
    done: "boolean",
    address: { city: "string >= 2" },
    rows: type({ label: "string >= 2", "n?": "number" }).array(),
  }),
};
const good = {
  title: "Milk",
  count: "3",
  address: { city: "Oslo" },
  rows: [{ label: "ab", n: "" }, { label: "cd", n: "4" }],
};
const bad = {
  title: "",
  count: "x",
  done: "on",
  address: { city: "O" },
  rows: [{ label: "ab" }, { label: "c", n: "y" }],
};
const goodValues = {
  title: "Milk",
  count: 3,
  done: false,
  address: { city: "Oslo" },
  rows: [{ label: "ab" }, { label: "cd", n: 4 }],
};
const badNames = ["address.city", "count", "rows[1].label", "rows[1].n", "title"];

for (const [library, schema] of Object.entries(nested)) {
  Deno.test(`bind() with a schema of ${library} converts nested strings to the types of the schema`, async () => {
    const form = await bindTo(defineForm("order", { schema }), good);
    assertEquals([issuesOf(form), form.isValid && form.values], [[], goodValues]);
  });

  Deno.test(`bind() with a schema of ${library} names nested fields as they were submitted`, async () => {
    const form = await bindTo(defineForm("order", { schema }), bad);
    assertEquals([...form.fieldNames].sort(), badNames);
    assertEquals(form.field("rows[1].label").value, "c");
    assertEquals(form.field("rows[1].label").errors.length, 1);
    assertEquals(form.field("rows[0].label").errors, []);
  });
}

Deno.test("bind() with a schema of valibot converts strings to the types of its declared fields", async () => {
  const form = defineForm("order", {
    schema: v.object({
      title: v.pipe(v.string(), v.minLength(1)),
      count: v.number(),
      done: v.boolean(),
      address: v.object({ city: v.pipe(v.string(), v.minLength(2)) }),
      rows: v.array(v.object({ label: v.pipe(v.string(), v.minLength(2)), n: v.optional(v.number()) })),
    }),
    fields: {
      title: field.text(),
      count: field.number(),
      done: field.checkbox(),
      "address.city": field.text(),
      "rows[].label": field.text(),
      "rows[].n": field.number(),
    },
  });
  assertEquals((await bindTo(form, good)).values, goodValues);
  const invalid = await bindTo(form, bad);
  assertEquals([...invalid.fieldNames].sort(), badNames);
  assertEquals(invalid.fields.map(({ name }) => name), [
    "title",
    "count",
    "done",
    "address.city",
    "rows[0].label",
    "rows[1].label",
    "rows[0].n",
    "rows[1].n",
  ]);
});

Deno.test("bind() passes strings unchanged to a schema without JSON Schema", async () => {
  const form = defineForm("a", { schema: v.object({ n: v.pipe(v.string(), v.transform(Number)) }) });
  const bound = await bindTo(form, { n: "3" });
  assertEquals(bound.values, { n: 3 });
  assertEquals([bound.field("anything").type, bound.field("n").value], ["text", "3"]);
  assertEquals(bound.fields, []);
});

Deno.test("bind() reports the error of a declared field instead of that of the schema", async () => {
  const form = defineForm("a", {
    schema: z.object({ n: z.number().max(5, "Too many"), file: z.instanceof(File).nullish() }),
    fields: {
      n: field.number({ messages: { invalid: "A number, please" } }),
      file: field.file({ accept: "image/*", messages: { accept: "A picture, please" } }),
    },
  });
  const issues = async (sent: Record<string, unknown>) => (await bindTo(form, sent)).issues;
  assertEquals(await issues({ n: "x" }), { n: ["A number, please"] });
  assertEquals(await issues({ n: "6" }), { n: ["Too many"] });
  assertEquals(await issues({ n: "5", file: new File(["words"], "a.png", { type: "image/png" }) }), {
    file: ["A picture, please"],
  });
});

Deno.test("bind() passes an empty optional field as the schema expects it", async () => {
  const form = defineForm("a", {
    schema: z.object({ n: z.number().optional(), m: z.number().nullable(), mail: z.email().optional(), t: z.string() }),
    fields: { n: field.number(), m: field.number(), mail: field.email(), t: field.text() },
  });
  assertEquals((await bindTo(form, { n: "", m: "", mail: "", t: "" })).values, { m: null, t: "" });
});

Deno.test("bind() does not create an optional object for a declared field that was not submitted", async () => {
  const form = defineForm("a", {
    schema: z.object({ address: z.object({ city: z.string().min(1) }).optional() }),
    fields: { "address.city": field.text() },
  });
  assertEquals((await bindTo(form, {})).values, {});
  assertEquals((await bindTo(form, { address: { city: "" } })).values, {});
  assertEquals((await bindTo(form, { address: { city: "Oslo" } })).values, { address: { city: "Oslo" } });
});

Deno.test("bind() does not change the submitted data", async () => {
  const sent = { n: "3", rows: [{ n: "4" }] };
  for (const schema of [z.object({ n: z.number(), rows: z.array(z.object({ n: z.number() })) }), v.looseObject({})]) {
    await bindTo(defineForm("a", { schema, fields: { n: field.number(), "rows[].n": field.number() } }), sent);
    assertEquals(sent, { n: "3", rows: [{ n: "4" }] });
  }
});

Deno.test("bind() accepts values of a typed caller", async () => {
  const schema = z.object({ n: z.number(), ok: z.boolean(), tags: z.array(z.string()), none: z.string().nullable() });
  const sent = { n: 0, ok: false, tags: [], none: null };
  assertEquals((await bindTo(defineForm("a", { schema }), sent)).values, sent);
});

Deno.test("bind() awaits an asynchronous schema", async () => {
  const schema = z.object({ name: z.string().refine((name) => Promise.resolve(name !== "taken"), "Taken") });
  assertEquals((await bindTo(defineForm("a", { schema }), { name: "taken" })).issues, { name: ["Taken"] });
});

Deno.test("bind() keeps issues under paths that every object inherits", async () => {
  const names = ["constructor", "toString", "__proto__", "hasOwnProperty"];
  const issues = names.map((name) => ({ message: `No ${name}`, path: [name] }));
  const schema: StandardSchemaV1 = { "~standard": { version: 1, vendor: "test", validate: () => ({ issues }) } };
  const form = await bindTo(defineForm("a", { schema }), {});
  assertEquals(issuesOf(form), names.map((name) => [name, [`No ${name}`]]));
  assertEquals(Object.entries(form.issues), issuesOf(form));
  assertEquals(form.field("constructor").errors, ["No constructor"]);
});

Deno.test("bind() keeps at most 1,000 messages of a list of 50,000 invalid items", async () => {
  const form = defineForm("a", { schema: z.object({ n: z.array(z.number()) }) });
  const bound = await bindTo(form, { n: Array.from({ length: 50_000 }, () => "x") });
  assertEquals([bound.isValid, bound.errorCount], [false, 1000]);
  const few = await bindTo(form, { n: Array.from({ length: 1000 }, () => "x") });
  assertEquals(few.errorCount, 1000);
});

Deno.test("bind() reports an unknown field that the schema rejects", async () => {
  const form = await bindTo(defineForm("a", { schema: z.strictObject({ a: z.string() }) }), { a: "x", b: "y" });
  assertEquals(form.fieldNames, [""]);
});

Deno.test("bind() also checks the rules of a field that is declared in addition to a schema", async () => {
  const form = defineForm("note", {
    schema: z.object({ title: z.string() }),
    fields: { title: field.text({ maxlength: 3, messages: { maxlength: "Too long" } }) },
  });
  assertEquals(issuesOf(await bindTo(form, { title: "Milk" })), [["title", ["Too long"]]]);
  assertEquals((await bindTo(form, { title: "Tea" })).values, { title: "Tea" });
});
