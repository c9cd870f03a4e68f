import { assert, assertEquals, assertThrows } from "@std/assert";
import { renderToString } from "preact-render-to-string";
import { z } from "zod";
import { action, Form } from "../../mod.ts";
import { bind } from "../../src/forms/bind.ts";
import { field } from "../../src/forms/field.ts";
import { defineForm } from "../../src/forms/form.ts";
import { Field, FieldControl, type FieldProps, renderField } from "../../src/preact/field.tsx";
import { FormErrors } from "../../src/preact/form_errors.tsx";
import { showBlank } from "../forms/support.ts";
import { App } from "../support/app.tsx";
import { elements, one, show, showSent } from "./drawing.tsx";
import { ENGLISH_TEXTS } from "../../src/texts/texts.ts";

const choices = ["a", { value: "b", label: "B" }, {
  group: "More",
  choices: [{ value: "c", label: "C", disabled: true }],
}];
const NoteForm = defineForm("note", {
  fields: {
    title: field.text({
      required: true,
      minlength: 2,
      maxlength: 80,
      pattern: "[a-z]+",
      help: "Short",
      placeholder: "Milk",
    }),
    body: field.textarea({ maxlength: 9 }),
    count: field.number({ min: 1, max: 9, step: "any", autocomplete: "off" }),
    done: field.checkbox({ required: true }),
    size: field.select({ choices }),
    tags: field.multiSelect({ choices }),
    mode: field.radio({ choices, required: true }),
    secret: field.password({ required: true }),
    file: field.file({ accept: "image/*", multiple: true }),
    token: field.hidden({ initial: "t" }),
    due: field.datetime({ min: "2025-01-01T00:00" }),
    link: field.url(),
  },
});

Deno.test("FieldControl marks its row if the browser may omit its control", () => {
  const row = z.object({
    on: z.boolean(),
    tags: z.array(z.enum(["a", "b"])),
    kind: z.enum(["a", "b"]),
    label: z.string(),
  });
  const form = defineForm("p", { schema: z.object({ all: z.boolean(), rows: z.array(row) }) });
  const bound = showBlank(form, { rows: [{}] });
  const hidden = (name: string, as?: "radios" | "checkboxes") =>
    elements(show(form, <FieldControl field={bound.field(name)} as={as} />), "input").filter(({ type }) =>
      type === "hidden"
    )
      .map(({ name, value }) => [name, value]);
  assertEquals(hidden("rows[0].on"), [["rows[0]", ""]]);
  assertEquals(hidden("rows[0].tags", "checkboxes"), [["rows[0]", ""]]);
  assertEquals(hidden("rows[0].kind", "radios"), [["rows[0]", ""]]);
  assertEquals(hidden("rows[0].kind"), []);
  assertEquals(hidden("rows[0].label"), []);
  assertEquals(hidden("all"), []);
});

Deno.test("Field renders the label, the control with its constraints, and the help that describes it", () => {
  const html = show(NoteForm, <Field name="title" />);
  assertEquals(one(html, "label"), { for: "f-note-title", text: "Title" });
  assertEquals(one(html, "input"), {
    id: "f-note-title",
    name: "title",
    type: "text",
    value: "",
    placeholder: "Milk",
    required: "",
    "aria-required": "true",
    "aria-describedby": "h-note-title",
    minlength: "2",
    maxlength: "80",
    pattern: "[a-z]+",
    text: "",
  });
  assertEquals(one(html, "p"), { id: "h-note-title", class: "hyper-help", text: "Short" });
});

Deno.test("Field renders the submitted value and its errors, which describe the control", async () => {
  const html = await showSent(NoteForm, { title: "1" }, <Field name="title" />);
  const input = one(html, "input");
  assertEquals([input.value, input["aria-invalid"], input["aria-describedby"]], [
    "1",
    "true",
    "e-note-title h-note-title",
  ]);
  assertEquals(one(html, "ul").id, "e-note-title");
  assertEquals(one(html, "li").text, "Enter at least 2 characters");
});

Deno.test("Field renders each kind of field as its element", () => {
  const input = (name: string) => one(show(NoteForm, <Field name={name} />), "input");
  assertEquals([input("count").type, input("count").min, input("count").max, input("count").step], [
    "number",
    "1",
    "9",
    "any",
  ]);
  assertEquals(input("count").autocomplete, "off");
  assertEquals([input("due").type, input("due").min], ["datetime-local", "2025-01-01T00:00"]);
  assertEquals([input("done").type, input("done").required, input("done").checked], ["checkbox", "", undefined]);
  assertEquals([input("file").type, input("file").accept, input("file").multiple, input("file").value], [
    "file",
    "image/*",
    "",
    undefined,
  ]);
  assertEquals(input("link").type, "url");
  assertEquals(one(show(NoteForm, <Field name="body" />), "textarea").maxlength, "9");
});

Deno.test("Field renders a hidden field without label, help and errors", () => {
  assertEquals(
    show(NoteForm, <Field name="token" />),
    '<input type="hidden" id="f-note-token" name="token" value="t"/>',
  );
});

Deno.test("Field never renders the submitted value of a password or a file", async () => {
  const html = await showSent(NoteForm, { secret: "geheim", file: "geheim" }, [
    <Field key={1} name="secret" />,
    <Field key={2} name="file" />,
  ]);
  assert(!html.includes("geheim"));
});

Deno.test("Field renders a select with groups, an empty option, and the selected options", async () => {
  const blank = show(NoteForm, <Field name="size" placeholder="Any size" />);
  assertEquals(elements(blank, "option").map(({ value, text, selected }) => [value, text, selected]), [
    ["", "Any size", undefined],
    ["a", "a", undefined],
    ["b", "B", undefined],
    ["c", "C", undefined],
  ]);
  assertEquals(one(blank, "optgroup").label, "More");
  assertEquals(one(blank, "select").placeholder, undefined);
  const sent = await showSent(NoteForm, { size: "b", tags: ["a", "b"] }, [
    <Field key={1} name="size" />,
    <Field key={2} name="tags" />,
  ]);
  const selected = elements(sent, "option").filter((option) => "selected" in option).map(({ value }) => value);
  assertEquals(selected, ["b", "a", "b"]);
  assertEquals(elements(sent, "select").map(({ multiple }) => multiple), [undefined, ""]);
});

Deno.test("Field renders no empty option in a required select with a value", () => {
  const form = defineForm("a", { fields: { x: field.select({ choices: ["a"], required: true }) } });
  assertEquals(elements(show(form, <Field name="x" />), "option").length, 2);
  assertEquals(elements(show(form, <Field name="x" />, { x: "a" }), "option").length, 1);
});

Deno.test("Field renders radio buttons as one group with a legend", async () => {
  const html = await showSent(NoteForm, { mode: "zzz" }, <Field name="mode" />);
  const group = one(html, "fieldset");
  assertEquals([group.role, group["aria-required"], group["aria-describedby"]], ["radiogroup", "true", "e-note-mode"]);
  assertEquals(group["aria-invalid"], "true");
  assertEquals(one(html, "legend").text, "Mode");
  assertEquals(elements(html, "input").map(({ id, name, value, disabled }) => [id, name, value, disabled]), [
    ["f-note-mode", "mode", "a", undefined],
    ["f-note-mode---1", "mode", "b", undefined],
    ["f-note-mode---2", "mode", "c", ""],
  ]);
  for (const input of elements(html, "input")) {
    assertEquals([input.type, input.required, input["aria-invalid"], input.checked], [
      "radio",
      "",
      undefined,
      undefined,
    ]);
  }
  assertEquals(elements(html, "label").map((label) => label.for), [
    "f-note-mode",
    "f-note-mode---1",
    "f-note-mode---2",
  ]);
  const chosen = elements(await showSent(NoteForm, { mode: "b" }, <Field name="mode" />), "input");
  assertEquals(chosen.map((input) => "checked" in input), [false, true, false]);
});

Deno.test("Field names a required and an optional field for CSS, in the language of the page", async () => {
  const save = action("save", { form: NoteForm }, () => {});
  const Page = () => (
    <Form action={save}>
      {["title", "mode", "tags", "done"].map((name) => <Field key={name} name={name} />)}
    </Form>
  );
  await using app = new App({ "/": { default: Page, save } }, { messages: { lang: "fr" } });
  const { html } = await app.open("/");
  const marks = Array.from(html.matchAll(/class="hyper-field"([^>]*)/g), ([, rest = ""]) => /data-\S+/.exec(rest)?.[0]);
  const required = 'data-required="obligatoire"';
  assertEquals(marks, [required, required, 'data-optional="facultatif"', required]);
});

Deno.test("Field renders choices as checkboxes or radio buttons with `as`", async () => {
  const html = await showSent(NoteForm, { tags: ["b"], size: "a" }, [
    <Field key={1} name="tags" as="checkboxes" />,
    <Field key={2} name="size" as="radios" />,
  ]);
  assertEquals(elements(html, "input").map(({ type }) => type), [
    ...["checkbox", "checkbox", "checkbox"],
    ...["radio", "radio", "radio"],
  ]);
  assertEquals(elements(html, "input").filter((input) => "checked" in input).map(({ value }) => value), ["b", "a"]);
  assertEquals(elements(html, "legend").map(({ text }) => text), ["Tags", "Size"]);
});

Deno.test("Field keeps every line of a textarea when the HTML is parsed", () => {
  const form = defineForm("a", { fields: { x: field.textarea() } });
  for (const text of ["", "a", "\na", "\n\na", "a\n", "</textarea><script>", "&amp;"]) {
    assertEquals(one(show(form, <Field name="x" />, { x: text }), "textarea").text, text);
  }
});

Deno.test("Field escapes submitted values everywhere", async () => {
  const hostile = `"><script>alert(1)</script><x y='`;
  const form = defineForm("a", {
    fields: {
      text: field.text({ maxlength: 1 }),
      area: field.textarea(),
      url: field.url(),
      pick: field.select({ choices: ["a"] }),
      hidden: field.hidden(),
    },
  });
  const sent = Object.fromEntries(form.fields.keys().map((name) => [name, hostile]));
  const drawn = [...form.fields.keys()].map((name) => <Field key={name} name={name} />);
  const html = await showSent(form, sent, [<FormErrors key="errors" />, ...drawn]);
  assertEquals(elements(html, "script"), []);
  assertEquals(elements(html, "input").map(({ value }) => value), [hostile, hostile, hostile]);
});

Deno.test("Field renders no markup from objects that look like virtual nodes", async () => {
  const node = {
    type: "b",
    props: { dangerouslySetInnerHTML: { __html: "<i>x</i>" } },
    key: null,
    constructor: undefined,
  };
  for (const sent of [node, [node], Object.assign(Object.create(null), node), JSON.parse(JSON.stringify(node))]) {
    const html = await showSent(NoteForm, { title: sent, body: sent, size: sent, mode: sent, token: sent }, [
      <FormErrors key="errors" />,
      ...["title", "body", "size", "mode", "token"].map((name) => <Field key={name} name={name} />),
    ]);
    assertEquals([...elements(html, "b"), ...elements(html, "i")], []);
  }
});

Deno.test("Field passes attributes on to the control", () => {
  const html = show(
    NoteForm,
    <Field
      name="body"
      class="wide"
      rows={8}
      autofocus
      spellcheck={false}
      data-x="1"
      hyper-loading-disable
      aria-describedby="more"
    />,
  );
  const area = one(html, "textarea");
  assertEquals([area.class, area.rows, area.autofocus, area["data-x"], area["aria-describedby"]], [
    "wide",
    "8",
    "",
    "1",
    "more",
  ]);
  assert("hyper-loading-disable" in area);
});

Deno.test("Field ignores other attributes that are spread into it", () => {
  const spread = {
    name: "title",
    onclick: "alert(1)",
    style: "x",
    href: "javascript:alert(1)",
    formaction: "javascript:alert(1)",
    src: "//example.com",
    type: "image",
    value: "mine",
    id: "mine",
    "data-x onload": "x",
    dangerouslySetInnerHTML: { __html: "<i>x</i>" },
    placeholder: { __html: "x" },
    title: ["x"],
  } as unknown as FieldProps;
  const input = one(show(NoteForm, <Field {...spread} />), "input");
  assertEquals(Object.keys(input).sort(), [
    "aria-describedby",
    "aria-required",
    "id",
    "maxlength",
    "minlength",
    "name",
    "pattern",
    "placeholder",
    "required",
    "text",
    "type",
    "value",
  ]);
  assertEquals([input.type, input.value, input.id, input.placeholder], ["text", "", "f-note-title", "Milk"]);
});

Deno.test("Field renders the label and help of its props in place of the field's own", () => {
  const html = show(NoteForm, <Field name="body" label={<b>Story</b>} help={<i>In your words</i>} />);
  assertEquals([one(html, "b").text, one(html, "i").text], ["Story", "In your words"]);
  assertEquals(one(html, "textarea")["aria-describedby"], one(html, "p").id);
});

Deno.test("Field throws outside a form", () => {
  assertThrows(
    () => renderToString(<Field name="title" />),
    TypeError,
    'Cannot render <Field name="title">: it is outside a <Form>',
  );
  assertThrows(() => show(NoteForm, <Field name="titel" />), TypeError, 'Cannot find field "titel" of form "note"');
});

Deno.test("renderField() renders a field without a form around it", () => {
  const form = bind(NoteForm, { mode: "blank", initial: null, instance: "7", texts: ENGLISH_TEXTS });
  const html = renderToString(<>{renderField(form.field("body"))}</>);
  assertEquals(one(html, "textarea").id, "f-note-7-body");
});

Deno.test("Field renders a group of required checkboxes without `required` and without the role of radio buttons", () => {
  const form = defineForm("a", { fields: { tags: field.multiSelect({ choices: ["x", "y"], required: true }) } });
  const html = show(form, <Field name="tags" as="checkboxes" />);
  assertEquals(elements(html, "input").map(({ type, required }) => [type, required]), [
    ["checkbox", undefined],
    ["checkbox", undefined],
  ]);
  const group = one(html, "fieldset");
  assertEquals([group.role, group["aria-required"]], [undefined, undefined]);
});
