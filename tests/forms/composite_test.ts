import { assert, assertEquals, assertThrows } from "@std/assert";
import { z } from "zod";
import { formsIn, makeForm } from "../../src/forms/any_form.ts";
import { bind as bindAny } from "../../src/forms/bind.ts";
import { type BoundFormWithFormsets, type FormWithFormsets, withFormsets } from "../../src/forms/composite.ts";
import { field } from "../../src/forms/field.ts";
import { defineForm } from "../../src/forms/form.ts";
import { defineFormset } from "../../src/forms/formset.ts";
import { formSpec } from "../../src/forms/specs.ts";
import { ctx, issuesOf, type Kwargs, showBlank } from "./support.ts";
import { ENGLISH_TEXTS } from "../../src/texts/texts.ts";

const LineForm = defineForm("line", {
  fields: { text: field.text({ required: true }), price: field.number({ required: true }) },
});
const Lines = defineFormset(LineForm, { min: 1, max: 3, extra: 1, canDelete: true, canOrder: true });
const Base = defineForm("invoice", {
  schema: z.strictObject({ customer: z.string().min(1), note: z.string().optional() }),
});
const Invoice = withFormsets(Base, { lines: Lines });

async function bind(
  definition: FormWithFormsets,
  sent: Kwargs,
  initial: unknown = null,
): Promise<BoundFormWithFormsets<unknown>> {
  return await bindAny(definition, { mode: "checked", sent, initial, instance: null, texts: ENGLISH_TEXTS, ctx });
}

function blank(definition: FormWithFormsets, initial: unknown = null): BoundFormWithFormsets<unknown> {
  return bindAny(definition, { mode: "blank", initial, instance: "7", texts: ENGLISH_TEXTS });
}

Deno.test("withFormsets() returns a frozen form whose formsets have their names as prefix", () => {
  assert(Object.isFrozen(Invoice) && Object.isFrozen(Invoice.formsets));
  assertEquals([Invoice.kind, Invoice.name, Invoice.formsets.lines.prefix, Lines.prefix], [
    "form",
    "invoice",
    "lines",
    "form",
  ]);
  assertEquals(formsIn(Invoice).map(({ name }) => name), ["invoice", "line"]);
  assertEquals(formsIn(Base).length, 1);
});

for (
  const [why, make, message] of [
    ["an invalid name", () => withFormsets(Base, { "a.b": Lines }), "the name is invalid"],
    ["a name of a field", () => withFormsets(Base, { customer: Lines }), "the form has a field of this name"],
    [
      "a value that is not a formset",
      () => withFormsets(Base, { lines: LineForm as never }),
      "create one with defineFormset()",
    ],
    [
      "a value that is not a form",
      () => withFormsets({} as typeof Base, { lines: Lines }),
      "create one with defineForm()",
    ],
    ["rows of rows", () => defineFormset(Invoice), "a row cannot contain rows"],
  ] as const
) {
  Deno.test(`withFormsets() throws for ${why}`, () => void assertThrows(make, TypeError, message));
}

Deno.test("a form with formsets has the rows of each formset in its values", async () => {
  const form = await bind(Invoice, {
    customer: "Ada",
    lines: [
      { text: "second", price: "2", _order: "2" },
      { text: "gone", price: "x", _delete: "on" },
      { text: "first", price: "1", _order: "1" },
      { text: "", price: "" },
    ].slice(0, 3),
  });
  assertEquals(form.isValid, true);
  assertEquals(form.values, {
    customer: "Ada",
    lines: [{ text: "first", price: 1 }, { text: "second", price: 2 }],
  });
});

Deno.test("a form with formsets is invalid if a part is, and its errors have the submitted names", async () => {
  const form = await bind(Invoice, { customer: "", lines: [{ text: "a", price: "1" }, { text: "", price: "x" }] });
  assertEquals(form.isValid, false);
  assertEquals(form.fieldNames, ["customer", "lines[1].text", "lines[1].price"]);
  assertEquals(form.field("lines[1].text").errors.length, 1);
  assertEquals(form.formsets.lines?.rows[1]?.form.field("price").errors.length, 1);
  assertThrows(() => form.values, TypeError, '"invoice": it has 3 errors');
  const rowless = await bind(Invoice, { customer: "Ada" });
  assertEquals(issuesOf(rowless), [["lines", ["Add at least 1 row"]]]);
});

Deno.test("a form with formsets shows its initial values, rows included", () => {
  const form = blank(Invoice, { customer: "Ada", lines: [{ text: "tea", price: 3 }] });
  assertEquals(form.isBound, false);
  assertEquals(form.field("customer").value, "Ada");
  assertEquals(form.field("lines[0].text").value, "tea");
  assertEquals(form.formsets.lines?.rows.length, 2);
  assertEquals(form.fields.map(({ name }) => name).slice(0, 4), [
    "customer",
    "note",
    "lines[0].text",
    "lines[0].price",
  ]);
  assertEquals(form.field("lines[1].text").id, "f-line-7-lines--1--text");
});

Deno.test("a form with formsets starts with the initial values of each part, and prefers those of the form", async () => {
  const own = withFormsets(
    defineForm("a", { fields: { x: field.text() }, getInitial: () => ({ x: "own" }) }),
    { rows: defineFormset(LineForm, { getInitial: () => [{ text: "theirs" }] }) },
  );
  assertEquals((await makeForm(own, ctx)).initial, { x: "own", rows: [{ text: "theirs" }] });
  const first = withFormsets(
    defineForm("a", {
      fields: { x: field.text() },
      getInitial: () => Promise.resolve({ x: "own", rows: [] } as object),
    }),
    { rows: defineFormset(LineForm, { getInitial: () => [{ text: "theirs" }] }) },
  );
  assertEquals((await makeForm(first, ctx)).initial, { x: "own", rows: [] });
  // Without initial values, rendering is synchronous.
  assertEquals(makeForm(Invoice, ctx), { definition: Invoice, initial: null });
});

Deno.test("clean() of a form with formsets receives all values, and row indices count kept rows only", async () => {
  const Checked = withFormsets(Base, { lines: Lines }, {
    clean({ customer, lines }, { addError }) {
      assertEquals([customer, lines.length], ["Ada", 2]);
      if (lines[1]?.text === "bad") addError("lines[1].text", "No");
      if (lines[1]?.text === "all") addError("lines", "All");
      if (lines[1]?.text === "own") addError("customer", "Own");
      return { customer: customer.toUpperCase(), lines: lines.slice(0, 1) };
    },
  });
  const send = (text: string) =>
    bind(Checked, {
      customer: "Ada",
      lines: [{ _delete: "on", text: "gone" }, { text: "a", price: "1" }, { text, price: "1" }],
    });
  assertEquals(issuesOf(await send("bad")), [["lines[2].text", ["No"]]]);
  const all = await send("all");
  assertEquals(issuesOf(all), [["lines", ["All"]]]);
  assertEquals(all.formsets.lines?.errors.get(""), ["All"]);
  assertEquals(issuesOf(await send("own")), [["customer", ["Own"]]]);
  assertEquals((await send("fine")).values, { customer: "ADA", lines: [{ text: "a", price: 1 }] });
});

Deno.test("addError() of a form with formsets adds errors to the form, a formset or a row", async () => {
  const form = await bind(Invoice, { customer: "Ada", lines: [{ text: "a", price: "1" }] });
  form.addError("", "Whole");
  form.addError("lines", "List");
  form.addError("lines[0].price", "Row");
  assertEquals(issuesOf(form), [["", ["Whole"]], ["lines", ["List"]], ["lines[0].price", ["Row"]]]);
  assertEquals([form.isValid, form.errorCount], [false, 3]);
});

Deno.test("a form with formsets that is not validated shows the submitted data", () => {
  const kwargs = { customer: "Ada", lines: [{ text: "a" }] };
  const form = bindAny(Invoice, {
    mode: "unchecked",
    sent: kwargs,
    initial: null,
    instance: null,
    texts: ENGLISH_TEXTS,
  });
  assertEquals([form.isValid, form.errorCount, form.field("lines[0].text").raw], [false, 0, "a"]);
});

Deno.test("a form with formsets accepts files if a row does", () => {
  const Photos = defineFormset(defineForm("photo", { fields: { file: field.file() } }));
  assertEquals([blank(Invoice).hasFiles, blank(withFormsets(Base, { photos: Photos })).hasFiles], [false, true]);
});

Deno.test("formSpec() of a form with formsets contains each field once: in sections or in rows", () => {
  const spec = formSpec(blank(Invoice));
  assertEquals(spec.sections.flatMap(({ fields }) => fields.map(({ name }) => name)), ["customer", "note"]);
  assertEquals(spec.formsets?.lines?.rows[0]?.fields.map(({ name }) => name), ["lines[0].text", "lines[0].price"]);
  assertEquals(JSON.parse(JSON.stringify(spec)), spec);
  assert(Object.isFrozen(spec.formsets));
  assertEquals("formsets" in formSpec(showBlank(Base)), false);
});

Deno.test("names of rows never reach a prototype", async () => {
  const form = await bind(
    Invoice,
    JSON.parse('{"customer":"Ada","lines":[{"text":"a","price":"1"}],"__proto__":[{}]}'),
  );
  assertEquals(form.fieldNames, [""]);
  const definition: FormWithFormsets = withFormsets(Base, { constructor: Lines } as { constructor: typeof Lines });
  assertEquals(Object.keys(definition.formsets), ["constructor"]);
  assertEquals((await bind(definition, { customer: "Ada" }, {})).fieldNames, ["constructor"]);
  assertEquals(blank(definition, {}).field("constructor[0].text").value, "");
});

Deno.test("clean() of the form itself runs after its own fields are valid, also if a row is invalid", async () => {
  const Checked = withFormsets(
    defineForm("invoice", {
      fields: { customer: field.text() },
      clean: (_, { addError }) => addError("customer", "Own"),
    }),
    { lines: Lines },
  );
  const form = await bind(Checked, { customer: "Ada", lines: [{ text: "a", price: "1", _order: "first" }] });
  assertEquals(issuesOf(form), [["customer", ["Own"]], ["lines[0]._order", ["Enter a number"]]]);
});
