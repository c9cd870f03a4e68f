import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import { z } from "zod";
import { bind } from "../../src/forms/bind.ts";
import { withFormsets } from "../../src/forms/composite.ts";
import { field } from "../../src/forms/field.ts";
import { defineForm, successFeedback } from "../../src/forms/form.ts";
import { defineFormset } from "../../src/forms/formset.ts";
import { bindTo, ctx, showBlank } from "./support.ts";
import { ENGLISH_TEXTS } from "../../src/texts/texts.ts";

const fields = { title: field.text({ required: true }) };
const NoteForm = defineForm("note", { fields });
const Notes = defineFormset(NoteForm, { prefix: "notes" });
const Diary = withFormsets(NoteForm, { notes: Notes });
const WHERE = { initial: null, instance: null, texts: ENGLISH_TEXTS };

Deno.test("a declared field determines the control, and the schema the type of its value", async () => {
  const schema = z.object({
    n: z.number(),
    list: z.array(z.number()),
    sure: z.boolean(),
    zip: z.string(),
    maybe: z.number().optional(),
    mixed: z.literal([10, 20, "all"]),
  });
  const choices = ["1", "2"];
  const form = defineForm("a", {
    schema,
    fields: {
      n: field.select({ choices }),
      list: field.multiSelect({ choices }),
      sure: field.radio({ choices: ["true", "false"] }),
      zip: field.number(),
      maybe: field.text(),
    },
  });
  const sent = { n: "2", list: ["1", "2"], sure: "false", zip: "8001", maybe: "", mixed: "10" };
  const bound = await bindTo(form, sent);
  assertEquals([...bound.errors], []);
  assertEquals(bound.values, { n: 2, list: [1, 2], sure: false, zip: "8001", mixed: 10 });
  assertEquals((await bindTo(form, { ...sent, maybe: "7", mixed: "all" })).values, {
    ...bound.values,
    maybe: 7,
    mixed: "all",
  });
  assertEquals((await bindTo(form, { ...sent, n: "3", mixed: "30" })).fieldNames.toSorted(), ["mixed", "n"]);
});

Deno.test("bind() returns a blank form, formset and form with formsets synchronously", () => {
  const form = bind(NoteForm, { mode: "blank", initial: { title: "Hello" }, instance: "3", texts: ENGLISH_TEXTS });
  assertEquals([form.kind, form.field("title").value, form.instance, form.isBound], ["form", "Hello", "3", false]);
  const formset = bind(Notes, { mode: "blank", initial: [{ title: "a" }], instance: null, texts: ENGLISH_TEXTS });
  assertEquals([formset.kind, formset.field("notes[0].title").value, formset.isBound], ["formset", "a", false]);
  const diary = bind(Diary, {
    mode: "blank",
    initial: { title: "b", notes: [{ title: "c" }] },
    instance: null,
    texts: ENGLISH_TEXTS,
  });
  assertEquals([diary.field("title").value, diary.formsets.notes.rows.length, diary.isBound], ["b", 2, false]);
});

Deno.test("bind() with mode unchecked shows the submitted data without validation", () => {
  const form = bind(NoteForm, { mode: "unchecked", sent: { title: "" }, ...WHERE });
  assertEquals([form.isBound, form.isValid, form.errorCount, form.field("title").raw], [true, false, 0, ""]);
  const formset = bind(Notes, { mode: "unchecked", sent: { notes: [{ title: "a" }, { title: "" }] }, ...WHERE });
  assertEquals([formset.isBound, formset.isValid, formset.errorCount], [true, false, 0]);
  assertEquals(formset.field("notes[0].title").raw, "a");
});

Deno.test("bind() validates forms, formsets and forms with formsets", async () => {
  const form = await bind(NoteForm, { mode: "checked", sent: { title: "a" }, ctx, ...WHERE });
  assertEquals([form.kind, form.values], ["form", { title: "a" }]);
  const formset = await bind(Notes, { mode: "checked", sent: { notes: [{ title: "a" }] }, ctx, ...WHERE });
  assertEquals([formset.kind, formset.values], ["formset", [{ title: "a" }]]);
  const diary = await bind(Diary, { mode: "checked", sent: { title: "a", notes: [{ title: "b" }] }, ctx, ...WHERE });
  assertEquals(diary.values, { title: "a", notes: [{ title: "b" }] });
});

Deno.test("bind() returns a promise only if a check is asynchronous", async () => {
  const sent = { title: "a" };
  assertEquals((bind(NoteForm, { mode: "checked", sent, ctx, ...WHERE }) as { isValid: boolean }).isValid, true);
  const waiting = defineForm("note", { fields: { ...fields, photo: field.file() } });
  const cleaned = defineForm("note", { fields, clean: () => {} });
  const checked = defineForm("note", { schema: z.object({ title: z.string() }) });
  for (const form of [waiting, cleaned, checked]) {
    const bound = bind(form, { mode: "checked", sent, ctx, ...WHERE });
    assertInstanceOf(bound, Promise);
    assertEquals((await bound).isValid, true);
  }
});

Deno.test("a bound form that is logged or sent as JSON contains no submitted data", async () => {
  const form = defineForm("login", { fields: { secret: field.password() } });
  const rows = defineFormset(form, { prefix: "rows", canDelete: true, canOrder: true });
  const sent = { secret: "hunter2", rows: [{ secret: "hunter2", _order: "hunter2" }] };
  for (const each of [form, rows, withFormsets(form, { rows })]) {
    const bound = await bind(each, { mode: "checked", sent, ctx, ...WHERE });
    assert(!JSON.stringify(bound).includes("hunter2"));
    assert(!Deno.inspect(bound, { depth: 9 }).includes("hunter2"));
  }
});

Deno.test("successFeedback() returns the declared feedback for the values of a bound form", async () => {
  const form = defineForm("note", { fields, success: { toast: ({ title }) => `Saved ${title}`, redirect: "/notes" } });
  const bound = await bind(form, { mode: "checked", sent: { title: "Milk" }, ctx, ...WHERE });
  assertEquals(successFeedback(bound, ctx), { toast: "Saved Milk", redirect: "/notes" });
});

Deno.test("a field declared over a schema is checked as it is rendered: with the rules of both", async () => {
  const schema = z.object({
    half: z.number().multipleOf(0.5).max(3, "At most three"),
    code: z.string().max(3, "Three at most"),
    name: z.string().min(2, "Two or more"),
  });
  const form = defineForm("a", {
    schema,
    fields: {
      half: field.number({ min: 1, messages: { min: "From one" } }),
      code: field.text({ maxlength: 5 }),
      name: field.text({ required: true, messages: { required: "A name, please" } }),
    },
  });
  const { constraints } = showBlank(form).field("half");
  assertEquals([constraints.min, constraints.max, constraints.step], [1, 3, 0.5]);
  const valid = await bindTo(form, { half: "1.5", code: "abc", name: "Ada" });
  assertEquals(valid.issues, {});
  assertEquals(valid.values, { half: 1.5, code: "abc", name: "Ada" });
  const cases = [
    [{ half: "0.5", code: "abc", name: "" }, { half: ["From one"], name: ["A name, please"] }],
    // Rules of the schema keep the messages of the schema.
    [{ half: "3.5", code: "abcd", name: "A" }, {
      half: ["At most three"],
      code: ["Three at most"],
      name: ["Two or more"],
    }],
  ] as const;
  for (const [sent, issues] of cases) assertEquals((await bindTo(form, sent)).issues, issues);
});

Deno.test("an optional object that was not touched is absent, although a select or a hidden field of it has a value", async () => {
  const address = z.object({
    country: z.enum(["de", "fr"]).default("de"),
    kind: z.literal("home"),
    city: z.string().min(1),
  });
  const form = defineForm("a", { schema: z.object({ name: z.string(), address: address.optional() }) });
  const blank = { country: "de", kind: "home", city: "" };
  assertEquals((await bindTo(form, { name: "Ada", address: blank })).values, { name: "Ada" });
  const touched: [object, readonly string[]][] = [
    [{ ...blank, country: "fr" }, ["address.city"]],
    [{ ...blank, city: "Bonn" }, []],
  ];
  for (const [address, invalid] of touched) {
    assertEquals((await bindTo(form, { name: "Ada", address })).fieldNames, invalid);
  }
  const { values } = await bindTo(form, { name: "Ada", address: { ...blank, city: "Bonn" } });
  assertEquals(values.address, { country: "de", kind: "home", city: "Bonn" });
});

Deno.test("a list and a tuple render the items that they must have; names of a record come from the data", async () => {
  const schema = z.object({
    rows: z.array(z.object({ a: z.string().min(1) })).min(2),
    more: z.array(z.object({ a: z.string() })).min(2).optional(),
    pair: z.tuple([z.string().min(1), z.number()]),
    by: z.record(z.string(), z.number()),
  });
  const form = defineForm("a", { schema });
  const names = (initial: object) => showBlank(form, initial).fields.map(({ name }) => name);
  assertEquals(names({}), ["rows[0].a", "rows[1].a", "pair[0]", "pair[1]"]);
  assertEquals(names({ by: { north: 1 } }).at(-1), "by.north");
  assertEquals(showBlank(form).field("pair[1]").type, "number");
  const sent = { rows: [{ a: "1" }, { a: "2" }], pair: ["x", "2"], by: { north: "3" } };
  assertEquals((await bindTo(form, sent)).values, {
    rows: [{ a: "1" }, { a: "2" }],
    pair: ["x", 2],
    by: { north: 3 },
  });
});

Deno.test("an optional box that may only be checked is left out when it is not checked", async () => {
  const form = defineForm("a", { schema: z.object({ news: z.literal(true).optional(), terms: z.literal(true) }) });
  assertEquals((await bindTo(form, { terms: "on" })).values, { terms: true });
  assertEquals((await bindTo(form, { news: "on" })).fieldNames, ["terms"]);
});
