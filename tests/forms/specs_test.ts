import { assert, assertEquals } from "@std/assert";
import { field } from "../../src/forms/field.ts";
import { defineForm } from "../../src/forms/form.ts";
import { defineFormset } from "../../src/forms/formset.ts";
import { fieldSpec, formsetSpec, formSpec } from "../../src/forms/specs.ts";
import { bindRows, bindTo, showBlank, showRows } from "./support.ts";

const choices = ["a", { value: "b", label: "B" }] as const;
const NoteForm = defineForm("note", {
  fields: {
    title: field.text({
      required: true,
      maxlength: 80,
      label: "Heading",
      help: "Short",
      placeholder: "Milk",
      autocomplete: "off",
    }),
    body: field.textarea(),
    done: field.checkbox({ initial: true }),
    size: field.select({ choices, initial: "b" }),
    tags: field.multiSelect({ choices, initial: ["a", "b"] }),
    mode: field.radio({ choices }),
    secret: field.password(),
    file: field.file({ accept: "image/*" }),
    token: field.hidden({ initial: "t" }),
    due: field.datetime(),
  },
});

function assertDeepFrozen(value: unknown): void {
  if (typeof value !== "object" || value === null) return;
  assert(Object.isFrozen(value), JSON.stringify(value));
  for (const inner of Object.values(value)) assertDeepFrozen(inner);
}

Deno.test("fieldSpec() contains every fact that rendering needs", () => {
  assertEquals(fieldSpec(showBlank(NoteForm, { title: "Eggs" }).field("title")), {
    name: "title",
    id: "f-note-title",
    helpId: "h-note-title",
    errorId: "e-note-title",
    label: "Heading",
    help: "Short",
    kind: "input",
    inputType: "text",
    value: "Eggs",
    selected: [],
    errors: [],
    required: true,
    choices: [],
    constraints: { maxlength: 80 },
    multiple: false,
    placeholder: "Milk",
    autocomplete: "off",
    extra: false,
  });
});

Deno.test("fieldSpec() contains the element, the input type, the value and the selected choices", () => {
  const specs = showBlank(NoteForm).fields.map((bound) => fieldSpec(bound));
  assertEquals(specs.map(({ kind, inputType, value, selected }) => [kind, inputType, value, selected]), [
    ["input", "text", "", []],
    ["textarea", "", "", []],
    ["checkbox", "checkbox", true, []],
    ["select", "", "b", ["b"]],
    ["select_multi", "", ["a", "b"], ["a", "b"]],
    ["input", "radio", "", []],
    ["input", "password", "", []],
    ["input", "file", "", []],
    ["input", "hidden", "t", []],
    ["input", "datetime-local", "", []],
  ]);
});

Deno.test("fieldSpec() marks a field of an extra row", () => {
  assertEquals(fieldSpec(showBlank(NoteForm).field("title"), { extra: true }).extra, true);
});

Deno.test("specs are deeply frozen, and equal after a JSON round trip", async () => {
  const file = new File(["x"], "x.png");
  const bound = await bindTo(NoteForm, { title: "", tags: ["a", "z"], file, secret: "s", size: { x: 1 } });
  const lines = defineFormset(NoteForm, { canDelete: true, canOrder: true });
  const specs = [formSpec(bound), formSpec(showBlank(NoteForm)), formsetSpec(showRows(lines, [{ title: "a" }]))];
  for (const spec of specs) {
    assertDeepFrozen(spec);
    assertEquals(JSON.parse(JSON.stringify(spec)), spec);
  }
  assert(!JSON.stringify(specs[0]).includes('"s"'));
});

Deno.test("a spec does not change with the form", async () => {
  const form = await bindTo(NoteForm, { title: "x" });
  const spec = formSpec(form);
  form.addError("title", "Taken");
  assertEquals(spec.errors, {});
  assertEquals(formSpec(form).errors, { title: ["Taken"] });
});

Deno.test("formSpec() without sections has one section with all fields", () => {
  const { sections } = formSpec(showBlank(NoteForm));
  assertEquals(sections.map(({ label, description, fields }) => [label, description, fields.length]), [["", "", 10]]);
});

Deno.test("formSpec() arranges fields in sections and keeps the other fields", () => {
  const { sections } = formSpec(showBlank(NoteForm), [
    { label: "Text", description: "Words", fields: ["title", ["body", "due"]] },
    { label: null, fields: ["none", "done", "title"] },
    { fields: [] },
  ]);
  assertEquals(sections.map(({ label, fields }) => [label, fields.map(({ name }) => name)]), [
    ["Text", ["title", "body", "due"]],
    ["", ["done", "title"]],
    ["", []],
    ["", ["size", "tags", "mode", "secret", "file", "token"]],
  ]);
  assertEquals(sections[0]?.description, "Words");
});

Deno.test("formSpec() adds no section if every field is in one", () => {
  const form = defineForm("a", { fields: { x: field.text(), y: field.text() } });
  assertEquals(formSpec(showBlank(form), [{ fields: ["x", "y"] }]).sections.length, 1);
});

Deno.test("formSpec() contains the errors of fields and of the form, and whether it accepts files", async () => {
  const form = await bindTo(NoteForm, { title: "" });
  form.addError("", "Not today");
  const spec = formSpec(form);
  assertEquals(spec.nonFieldErrors, ["Not today"]);
  assertEquals(spec.errors, { title: ["Enter a value"], "": ["Not today"] });
  assertEquals([spec.kind, spec.name, spec.hasFiles], ["form", "note", true]);
});

Deno.test("formsetSpec() separates fields, hidden fields and delete checkboxes of its rows", () => {
  const LineForm = defineForm("line", { fields: { id: field.hidden(), label: field.text({ required: true }) } });
  const Lines = defineFormset(LineForm, { prefix: "lines", canDelete: true, canOrder: true, min: 1, max: 9 });
  const spec = formsetSpec(showRows(Lines, [{ id: "7", label: "a" }]));
  assertEquals([spec.kind, spec.name, spec.prefix, spec.canDelete, spec.canOrder, spec.min, spec.max, spec.hasFiles], [
    "formset",
    "line",
    "lines",
    true,
    true,
    1,
    9,
    false,
  ]);
  const rows = [...spec.rows, spec.emptyRow];
  assertEquals(rows.map(({ index, extra }) => [index, extra]), [[0, false], [1, true], [null, true]]);
  for (const row of rows) {
    assertEquals(row.fields.map(({ label, extra }) => [label, extra]), [["Label", row.extra]]);
    assertEquals(row.hidden.map(({ inputType }) => inputType), ["hidden"]);
    assertEquals([row.deleteField?.kind, row.orderField?.inputType], ["checkbox", "number"]);
    assertEquals([row.deleteField?.extra, row.orderField?.extra], [row.extra, row.extra], "H12");
  }
  assertEquals(spec.rows[0]?.hidden[0]?.value, "7");
});

Deno.test("formsetSpec() contains the errors of each row and of the formset", async () => {
  const LineForm = defineForm("line", { fields: { label: field.text({ required: true }), x: field.text() } });
  const formset = await bindRows(defineFormset(LineForm, { prefix: "lines" }), { lines: [{ x: "1" }] });
  formset.addError("", "Not today");
  const spec = formsetSpec(formset);
  assertEquals(spec.nonFormErrors, ["Not today"]);
  assertEquals(spec.rows.map(({ errors }) => errors), [{ label: ["Enter a value"] }]);
  assertEquals([spec.rows[0]?.deleteField, spec.rows[0]?.orderField], [null, null]);
});

Deno.test("formSpec() of a form without fields has one section without fields", () => {
  const spec = formSpec(showBlank(defineForm("empty", { fields: {} })));
  assertEquals(spec.sections, [{ label: "", description: "", fields: [] }]);
});
