import { assertEquals, assertInstanceOf, assertRejects, assertStrictEquals, assertThrows } from "@std/assert";
import { formsIn, initialOver, isAnyForm, makeForm } from "../../src/forms/any_form.ts";
import { field } from "../../src/forms/field.ts";
import { defineForm } from "../../src/forms/form.ts";
import { defineFormset } from "../../src/forms/formset.ts";
import { ctx } from "./support.ts";

const fields = { title: field.text({ required: true }) };
const NoteForm = defineForm("note", { fields });
const Notes = defineFormset(NoteForm, { prefix: "notes" });

Deno.test("isAnyForm() accepts forms and formsets", () => {
  assertEquals([NoteForm, Notes].map(isAnyForm), [true, true]);
  assertEquals([null, undefined, "form", {}, () => NoteForm].map(isAnyForm), [false, false, false, false, false]);
});

Deno.test("formsIn() returns a form itself, and for a formset the form of its rows", () => {
  assertEquals([...formsIn(NoteForm), ...formsIn(Notes)], [NoteForm, NoteForm]);
});

Deno.test("makeForm() returns a form synchronously if the application does", () => {
  assertEquals(makeForm(NoteForm, ctx), { definition: NoteForm, initial: null });
  const greeting = defineForm("note", { fields, getInitial: () => ({ title: "Hello" }) });
  assertEquals(makeForm(greeting, ctx), { definition: greeting, initial: { title: "Hello" } });
});

Deno.test("makeForm() calls getInitial with the request and awaits it", async () => {
  const form = defineForm("note", {
    fields,
    getInitial: async ({ url }) => await Promise.resolve({ title: url.pathname }),
  });
  const made = makeForm(form, ctx);
  assertInstanceOf(made, Promise);
  assertEquals((await made).initial, { title: "/notes" });
});

Deno.test("makeForm() accepts a factory that returns a form or a pair with initial values", async () => {
  assertStrictEquals((await makeForm(() => NoteForm, ctx)).definition, NoteForm);
  const pair = await makeForm(() => Promise.resolve([Notes, { initial: [{ title: "a" }] }] as const), ctx);
  assertEquals([pair.definition, pair.initial], [Notes, [{ title: "a" }]]);
});

Deno.test("makeForm() prefers the initial values of a factory to those of getInitial", async () => {
  const form = defineForm("note", { fields, getInitial: () => ({ title: "Hello" }) });
  assertEquals((await makeForm(() => [form, { initial: { title: "Stored" } }], ctx)).initial, { title: "Stored" });
  assertEquals((await makeForm(() => form, ctx)).initial, { title: "Hello" });
});

Deno.test("makeForm() throws for a factory that does not return a form", async () => {
  assertThrows(() => makeForm((() => undefined) as never, ctx), TypeError, "its factory returned undefined");
  await assertRejects(
    async () => await makeForm((() => Promise.resolve([{}, {}])) as never, ctx),
    TypeError,
    "its factory returned object",
  );
});

Deno.test("initialOver() prefers values of the page to those of the form", () => {
  const made = { definition: NoteForm, initial: { title: "Hello", other: "x" } };
  assertEquals(initialOver(made, { title: "Page" }), { title: "Page", other: "x" });
  assertStrictEquals(initialOver(made, null), made.initial);
  assertEquals(initialOver({ definition: NoteForm, initial: null }, { title: "Page" }), { title: "Page" });
});

Deno.test("initialOver() throws for values of the page for a formset", () => {
  const made = { definition: Notes, initial: [{ title: "a" }] };
  assertThrows(() => initialOver(made, {}), TypeError, 'Cannot render formset "note" with initial values of the page');
  assertStrictEquals(initialOver(made, null), made.initial);
});
