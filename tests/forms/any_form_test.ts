import { assertEquals } from "@std/assert";
import { formsIn, isAnyForm } from "../../src/forms/any_form.ts";
import { field } from "../../src/forms/field.ts";
import { defineForm } from "../../src/forms/form.ts";
import { defineFormset } from "../../src/forms/formset.ts";

const NoteForm = defineForm("note", { fields: { title: field.text({ required: true }) } });
const Notes = defineFormset(NoteForm, { prefix: "notes" });

Deno.test("isAnyForm() knows forms and formsets", () => {
  assertEquals([NoteForm, Notes].map(isAnyForm), [true, true]);
  assertEquals([null, undefined, "form", {}, () => NoteForm].map(isAnyForm), [false, false, false, false, false]);
});

Deno.test("formsIn() gives a form itself, and of a formset the form of its rows", () => {
  assertEquals([...formsIn(NoteForm), ...formsIn(Notes)], [NoteForm, NoteForm]);
});
