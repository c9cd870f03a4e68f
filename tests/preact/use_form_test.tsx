import { assertEquals, assertThrows } from "@std/assert";
import { renderToString } from "preact-render-to-string";
import { field } from "../../src/forms/field.ts";
import { defineForm } from "../../src/forms/form.ts";
import { useForm } from "../../src/preact/use_form.ts";
import { show, showSent } from "./drawing.tsx";

const NoteForm = defineForm("note", { fields: { title: field.text({ required: true }) } });

function Names() {
  const form = useForm();
  return <p>{form.name}: {form.fieldNames.join()}</p>;
}

Deno.test("useForm() returns the form around a component, with its errors", async () => {
  assertEquals(show(NoteForm, <Names />), "<p>note: </p>");
  assertEquals(await showSent(NoteForm, {}, <Names />), "<p>note: title</p>");
});

Deno.test("useForm() throws outside a form", () => {
  assertThrows(() => renderToString(<Names />), TypeError, "Cannot use the form: the component is outside a <Form>");
});
