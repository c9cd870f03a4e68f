import { assertEquals, assertInstanceOf, assertRejects, assertStrictEquals, assertThrows } from "@std/assert";
import { z } from "zod";
import {
  bindChecked,
  bindUnchecked,
  checkInput,
  isAnyForm,
  makeForm,
  showBlank,
  successFeedback,
} from "../../src/forms/any_form.ts";
import { field } from "../../src/forms/field.ts";
import { defineForm } from "../../src/forms/form.ts";
import { defineFormset } from "../../src/forms/formset.ts";
import { ctx } from "./support.ts";

const fields = { title: field.text({ required: true }) };
const NoteForm = defineForm("note", { fields });
const Notes = defineFormset(NoteForm, { prefix: "notes" });

Deno.test("isAnyForm() knows forms and formsets", () => {
  assertEquals([NoteForm, Notes].map(isAnyForm), [true, true]);
  assertEquals([null, undefined, "form", {}, () => NoteForm].map(isAnyForm), [false, false, false, false, false]);
});

Deno.test("makeForm() gives a form at once where nothing has to be waited for", () => {
  assertEquals(makeForm(NoteForm, ctx), { definition: NoteForm, initial: null });
  const greeting = defineForm("note", { fields, getInitial: () => ({ title: "Hello" }) });
  assertEquals(makeForm(greeting, ctx), { definition: greeting, initial: { title: "Hello" } });
});

Deno.test("makeForm() asks getInitial with the request, and waits for it", async () => {
  const form = defineForm("note", {
    fields,
    getInitial: async ({ url }) => await Promise.resolve({ title: url.pathname }),
  });
  const made = makeForm(form, ctx);
  assertInstanceOf(made, Promise);
  assertEquals((await made).initial, { title: "/notes" });
});

Deno.test("makeForm() asks a factory for the form, alone or with what it begins with", async () => {
  assertStrictEquals((await makeForm(() => NoteForm, ctx)).definition, NoteForm);
  const pair = await makeForm(() => Promise.resolve([Notes, { initial: [{ title: "a" }] }] as const), ctx);
  assertEquals([pair.definition, pair.initial], [Notes, [{ title: "a" }]]);
});

Deno.test("makeForm() lets a factory's initial values go before those of getInitial", async () => {
  const form = defineForm("note", { fields, getInitial: () => ({ title: "Hello" }) });
  assertEquals((await makeForm(() => [form, { initial: { title: "Stored" } }], ctx)).initial, { title: "Stored" });
  assertEquals((await makeForm(() => form, ctx)).initial, { title: "Hello" });
});

Deno.test("makeForm() refuses a factory that gives no form", async () => {
  assertThrows(() => makeForm((() => undefined) as never, ctx), TypeError, "its factory gave undefined");
  await assertRejects(
    async () => await makeForm((() => Promise.resolve([{}, {}])) as never, ctx),
    TypeError,
    "its factory gave object",
  );
});

Deno.test("showBlank() lets values of the page go before those of the form", () => {
  const form = showBlank({ definition: NoteForm, initial: { title: "Hello" } }, "3", { title: "Page" });
  assertEquals([form.field("title").value, form.instance, form.isBound], ["Page", "3", false]);
  assertEquals(
    showBlank({ definition: NoteForm, initial: { title: "Hello" } }, null, null).field("title").value,
    "Hello",
  );
});

Deno.test("bindUnchecked() shows what was sent and checks nothing", () => {
  const input = { initial: null, instance: null, ctx };
  const form = bindUnchecked({ definition: NoteForm, initial: null }, { ...input, kwargs: { title: "" } });
  assertEquals([form.isBound, form.isValid, form.errorCount, form.field("title").raw], [true, false, 0, ""]);
  const kwargs = { notes: [{ title: "a" }, { title: "" }] };
  const formset = bindUnchecked({ definition: Notes, initial: null }, { ...input, kwargs });
  assertEquals([formset.isBound, formset.isValid, formset.errorCount], [true, false, 0]);
  assertEquals(formset.field("notes[0].title").raw, "a");
});

Deno.test("bindChecked() binds forms and formsets alike", async () => {
  const input = { initial: null, instance: null, ctx };
  const form = await bindChecked({ definition: NoteForm, initial: null }, { ...input, kwargs: { title: "a" } });
  assertEquals([form.kind, form.values], ["form", { title: "a" }]);
  const formset = await bindChecked({ definition: Notes, initial: null }, {
    ...input,
    kwargs: { notes: [{ title: "a" }] },
  });
  assertEquals([formset.kind, formset.values], ["formset", [{ title: "a" }]]);
});

Deno.test("successFeedback() makes what was declared of the values", async () => {
  const form = defineForm("note", { fields, success: { toast: ({ title }) => `Saved ${title}`, redirect: "/notes" } });
  const kwargs = { title: "Milk" };
  const bound = await bindChecked({ definition: form, initial: null }, { kwargs, initial: null, instance: null, ctx });
  assertEquals(successFeedback(bound, ctx), { toast: "Saved Milk", redirect: "/notes" });
});

Deno.test("checkInput() gives the schema's output, or errors by field", async () => {
  const schema = z.object({ n: z.string().transform(Number), rows: z.array(z.object({ a: z.string() })) });
  assertEquals(await checkInput(schema, { n: "1", rows: [] }), { kind: "valid", value: { n: 1, rows: [] } });
  const refused = await checkInput(schema, { n: "1", rows: [{}] });
  assertEquals(refused.kind === "refused" && [...refused.errors.keys()], ["rows[0].a"]);
});
