import { assert, assertEquals, assertRejects, assertStrictEquals, assertThrows } from "@std/assert";
import { z } from "zod";
import { field } from "../../src/forms/field.ts";
import { defineForm } from "../../src/forms/form.ts";
import { cleanupExtraInitial } from "../../src/forms/bound_formset.ts";
import { type BoundFormset, defineFormset } from "../../src/forms/formset.ts";
import { bindRows, bindTo, ctx, issuesOf, showRows } from "./support.ts";

const LineForm = defineForm("line", {
  fields: {
    id: field.hidden(),
    label: field.text({ required: true, maxlength: 5 }),
    unit: field.text({ initial: "kg" }),
  },
});
const Lines = defineFormset(LineForm, { prefix: "lines", canDelete: true, canOrder: true, max: 4 });
const STORED = [{ id: "1", label: "a", unit: "g" }, { id: "2", label: "b", unit: "l" }];

function names(formset: BoundFormset): readonly string[] {
  return formset.fields.map(({ name }) => name);
}

Deno.test("a row without a checked checkbox exists if the page marks it", async () => {
  const form = defineForm("p", { fields: { allow: field.checkbox() } });
  const formset = defineFormset(form, { prefix: "p" });
  const initial = [{ allow: true }, { allow: true }];
  assertEquals((await bindRows(formset, { p: [{ allow: "on" }, "", { allow: "on" }] }, initial)).values, [
    { allow: true },
    { allow: false },
    { allow: true },
  ]);
  assertEquals((await bindRows(formset, { p: [{ allow: "on" }, "", ""] }, initial)).values, [
    { allow: true },
    { allow: false },
  ]);
});

Deno.test("a row of a schema exists without a checked checkbox", async () => {
  const row = z.object({ on: z.boolean(), tags: z.array(z.enum(["a", "b"])) });
  const form = defineForm("p", { schema: z.object({ rows: z.array(row) }) });
  const bound = await bindTo(form, { rows: ["", { on: "on" }] });
  assertEquals(bound.values, { rows: [{ on: false, tags: [] }, { on: true, tags: [] }] });
  assertEquals(bound.fields.map(({ name }) => name), ["rows[0].on", "rows[0].tags", "rows[1].on", "rows[1].tags"]);
});

Deno.test("defineFormset() returns a frozen formset with defaults", () => {
  const formset = defineFormset(LineForm);
  assert(Object.isFrozen(formset));
  const { kind, name, prefix, min, max, extra, canDelete, canOrder } = formset;
  assertEquals([kind, name, prefix, min, max, extra, canDelete, canOrder], [
    "formset",
    "line",
    "form",
    0,
    1000,
    1,
    false,
    false,
  ]);
});

Deno.test("defineFormset() throws for invalid options", () => {
  for (const prefix of ["", "a.b", "a[0]", "_a", "1a", "a".repeat(65)]) {
    assertThrows(() => defineFormset(LineForm, { prefix }), TypeError, `prefix "${prefix}"`);
  }
  for (const options of [{ min: -1 }, { max: 1001 }, { min: 3, max: 2 }, { extra: 0.5 }, { extra: -1 }]) {
    assertThrows(() => defineFormset(LineForm, options), RangeError, 'Cannot define formset of "line"');
  }
  assertThrows(() => defineFormset({} as typeof LineForm), TypeError, "its form is an object");
});

Deno.test("a blank formset shows existing rows, then extra ones", () => {
  const formset = showRows(Lines, STORED);
  assertEquals(formset.rows.map(({ index, extra }) => [index, extra]), [[0, false], [1, false], [2, true]]);
  assertEquals(formset.rows.map(({ form }) => form.field("label").value), ["a", "b", ""]);
  assertEquals(formset.rows.map(({ orderField }) => orderField?.value), ["1", "2", ""]);
  assertEquals([formset.isBound, formset.isValid, formset.hasFiles], [false, false, false]);
  assertThrows(() => formset.values, TypeError, "no data was submitted");
});

Deno.test("a blank formset shows at least min and at most max rows, but always the existing ones", () => {
  const count = (options: { min?: number; max?: number; extra?: number }, stored: number) =>
    showRows(defineFormset(LineForm, options), Array.from({ length: stored }, () => ({}))).rows.length;
  assertEquals(count({ extra: 2 }, 0), 2);
  assertEquals(count({ min: 3, extra: 1 }, 1), 3);
  assertEquals(count({ max: 2, extra: 5 }, 1), 2);
  assertEquals(count({ max: 2, extra: 5 }, 3), 3);
  assertEquals(count({ extra: 0 }, 0), 0);
  assertEquals(count({}, 1001), 1001);
});

Deno.test("fields of a row have its prefix and index; its own form has no prefix", () => {
  const formset = showRows(Lines, STORED);
  assertEquals(names(formset).slice(0, 5), [
    "lines[0].id",
    "lines[0].label",
    "lines[0].unit",
    "lines[0]._order",
    "lines[0]._delete",
  ]);
  assertEquals(formset.rows[1]?.form.field("label").id, "f-line-lines--1--label");
  assertStrictEquals(formset.field("lines[1].label"), formset.rows[1]?.form.field("label"));
  assertEquals(formset.field("lines[1]._delete").label, "Delete");
  for (const name of ["label", "lines[9].label", "other[0].label", "lines[0]", "lines[0].none"]) {
    assertThrows(() => formset.field(name), TypeError);
  }
});

Deno.test("field() of a formset throws for a name that is not a field of a row, and shows a valid name", () => {
  const message = 'it has 3 rows; use a name such as "lines[0].name"';
  for (const name of ["label", "lines[9].label", "lines[0]"]) {
    assertThrows(() => showRows(Lines, STORED).field(name), TypeError, message);
  }
});

Deno.test("an extra row has no required controls; an existing row has", () => {
  const formset = showRows(Lines, STORED);
  assertEquals(formset.rows.map(({ form }) => form.field("label").required), [true, true, false]);
});

Deno.test("emptyRow has names with a placeholder instead of an index", () => {
  const { emptyRow } = showRows(Lines, STORED);
  assertEquals([emptyRow.index, emptyRow.extra], [null, true]);
  assertEquals(emptyRow.form.field("label").name, "lines[__index__].label");
  assertEquals(emptyRow.form.field("label").id, "f-line-lines--__index__--label");
  assertEquals(emptyRow.deleteField?.name, "lines[__index__]._delete");
  assertEquals(emptyRow.form.field("unit").value, "kg");
});

Deno.test("bind() of a formset returns the values of all rows except untouched extra rows", async () => {
  const formset = await bindRows(Lines, {
    lines: [{ id: "1", label: "a" }, { id: "2", label: "B", unit: "l" }, { label: "c", unit: "kg" }, {
      label: "",
      unit: "kg",
    }],
  }, STORED);
  assert(formset.isValid);
  assertEquals(formset.values, [
    { id: "1", label: "a", unit: "" },
    { id: "2", label: "B", unit: "l" },
    { id: "", label: "c", unit: "kg" },
  ]);
  assertEquals(formset.rows.map(({ isUntouched }) => isUntouched), [false, false, false, true]);
});

Deno.test("bind() of a formset rejects an existing row without values", async () => {
  const formset = await bindRows(Lines, { lines: [{ id: "1", label: "" }] }, STORED);
  assertEquals(issuesOf(formset), [["lines[0].label", ["Enter a value"]]]);
  assertEquals(formset.rows[0]?.form.errors.get("label"), ["Enter a value"]);
  assertEquals([formset.errorCount, formset.fieldNames], [1, ["lines[0].label"]]);
  assertEquals(formset.issues, { "lines[0].label": ["Enter a value"] });
  assertThrows(() => formset.values, TypeError, "it has 1 error");
});

Deno.test("bind() of a formset without rows returns an empty list", async () => {
  for (const kwargs of [{}, { lines: "x" }, { lines: { 0: { label: "a" } } }, { lines: [] }]) {
    assertEquals((await bindRows(Lines, kwargs)).values, []);
  }
});

Deno.test("bind() of a formset reads a row that is not an object as empty", async () => {
  const formset = await bindRows(Lines, { lines: ["x", null, 5] });
  assertEquals([formset.isValid, formset.rows.length], [true, 3]);
});

Deno.test("a row marked for deletion is listed separately, and its errors are ignored", async () => {
  const formset = await bindRows(Lines, {
    lines: [{ id: "1", label: "", _delete: "on" }, { id: "2", label: "b" }, { label: "much too long", _delete: "on" }],
  }, STORED);
  assert(formset.isValid);
  assertEquals(formset.values.map(({ id }) => id), ["2"]);
  assertEquals(formset.deleted.map(({ form }) => form.field("id").raw), ["1"]);
  assertEquals(formset.deleted[0]?.form.isValid, false);
  assertEquals(formset.rows[0]?.deleteField?.value, true);
  // An extra row that is marked for deletion is not checked.
  assertEquals(formset.rows.map(({ form }) => form.errorCount), [1, 0, 0]);
});

Deno.test("a formset without canDelete and canOrder has no reserved field names", async () => {
  const form = defineForm("row", { fields: { _delete: field.text(), _order: field.text() } });
  const formset = await bindRows(defineFormset(form, { prefix: "r" }), { r: [{ _delete: "on", _order: "x" }] });
  assertEquals(formset.values, [{ _delete: "on", _order: "x" }]);
  assertEquals(formset.deleted, []);
});

Deno.test("rows are sorted by their number, those without one last", async () => {
  const formset = await bindRows(Lines, {
    lines: [{ label: "a", _order: "" }, { label: "b", _order: "2.5" }, { label: "c", _order: "-1" }, { label: "d" }],
  });
  assertEquals(formset.values.map(({ label }) => label), ["c", "b", "a", "d"]);
});

Deno.test("an order that is not a number is an error of its field", async () => {
  const formset = await bindRows(Lines, { lines: [{ label: "a", _order: "first" }] });
  assertEquals(issuesOf(formset), [["lines[0]._order", ["Enter a number"]]]);
  assertEquals(formset.field("lines[0]._order").errors, ["Enter a number"]);
  assertEquals(formset.field("lines[0]._order").value, "first");
});

Deno.test("bind() of a formset checks its bounds, at the limit and one above", async () => {
  const formset = defineFormset(LineForm, { prefix: "lines", min: 1, max: 2 });
  const bind = (count: number) =>
    bindRows(formset, { lines: Array.from({ length: count }, (_, index) => ({ label: `${index}` })) });
  assertEquals(issuesOf(await bind(0)), [["", ["Add at least 1 row"]]]);
  assertEquals((await bind(1)).isValid, true);
  assertEquals((await bind(2)).isValid, true);
  const tooMany = await bind(3);
  assertEquals(issuesOf(tooMany), [["", ["Keep at most 2 rows"]]]);
  assertEquals(tooMany.rows.map(({ form }) => form.field("label").value), ["0", "1", "2"]);
});

Deno.test("bind() of a formset rejects a million rows without checking them", async () => {
  let checked = 0;
  let read = 0;
  const schema = z.object({ label: z.string().refine(() => ++checked) });
  const formset = defineFormset(defineForm("line", { schema }), { prefix: "lines" });
  const line = {
    get label() {
      read += 1;
      return "x";
    },
  };
  const bound = await bindRows(formset, { lines: Array.from({ length: 1_000_000 }, () => line) });
  assertEquals([issuesOf(bound), checked, bound.rows.length], [[["", ["Keep at most 1,000 rows"]]], 0, 1000]);
  assert(read < 2000);
});

Deno.test("an extra row of a schema form is untouched while all of it is blank", async () => {
  const form = defineForm("line", {
    schema: z.object({ label: z.string().min(1), n: z.number(), ok: z.boolean(), tags: z.array(z.enum(["a"])) }),
  });
  const formset = defineFormset(form, { prefix: "lines" });
  assertEquals((await bindRows(formset, { lines: [{ label: "", n: "" }] })).values, []);
  assertEquals((await bindRows(formset, { lines: [{ label: "", n: "", ok: "on" }] })).fieldNames, [
    "lines[0].label",
    "lines[0].n",
  ]);
});

Deno.test("an extra row with a password or a file is not untouched", async () => {
  const form = defineForm("line", {
    fields: { secret: field.password(), file: field.file(), a: field.text({ required: true }) },
  });
  const formset = defineFormset(form, { prefix: "lines" });
  for (const row of [{ secret: "x" }, { file: new File(["x"], "x") }]) {
    assertEquals((await bindRows(formset, { lines: [row] })).fieldNames, ["lines[0].a"]);
  }
  assertEquals((await bindRows(formset, { lines: [{ secret: "", file: new File([], "") }] })).values, []);
});

Deno.test("clean() of a formset receives all rows, and errors name a field by its index", async () => {
  const formset = defineFormset(LineForm, {
    prefix: "lines",
    clean(rows, { addError, request }) {
      assertStrictEquals(request, ctx.request);
      if (rows[0]?.label === rows[1]?.label) addError("lines[1].label", "Twice");
      if (rows.length > 2) addError("", "Too heavy");
      return rows.toReversed();
    },
  });
  const bind = (...labels: string[]) => bindRows(formset, { lines: labels.map((label) => ({ label })) });
  assertEquals((await bind("a", "b")).values.map(({ label }) => label), ["b", "a"]);
  const invalid = await bind("a", "a", "b");
  assertEquals(issuesOf(invalid), [["", ["Too heavy"]], ["lines[1].label", ["Twice"]]]);
  assertEquals(invalid.rows[1]?.form.field("label").errors, ["Twice"]);
});

Deno.test("addError() for a row that does not exist is kept for the whole formset", async () => {
  const formset = await bindRows(Lines, { lines: [{ label: "a" }] });
  formset.addError("lines[7].label", "Lost");
  formset.addError("lines[0]", "Row");
  assertEquals(issuesOf(formset), [["lines[7].label", ["Lost"]], ["lines[0]", ["Row"]]]);
  assertEquals(formset.isValid, false);
});

Deno.test("clean() of a formset adds an error to the right row despite deleted, blank and reordered ones", async () => {
  const Checked = defineFormset(LineForm, {
    prefix: "lines",
    canDelete: true,
    canOrder: true,
    clean(rows, { addError }) {
      assertEquals(rows.map(({ label }) => label), ["third", "first"]);
      addError("lines[0].label", "of the third");
      addError("lines[1]", "of the first");
      addError("lines[1]._order", "its place");
      addError("", "of all");
    },
  });
  const formset = await bindRows(Checked, {
    lines: [
      { label: "gone", _delete: "on" },
      { label: "first", _order: "2" },
      { label: "", unit: "" },
      { label: "third", _order: "1" },
    ],
  }, [{ label: "gone" }]);
  assertEquals(issuesOf(formset), [
    ["", ["of all"]],
    ["lines[1]", ["of the first"]],
    ["lines[1]._order", ["its place"]],
    ["lines[3].label", ["of the third"]],
  ]);
  assertEquals(formset.field("lines[3].label").errors, ["of the third"]);
  assertEquals(formset.field("lines[1].label").errors, []);
  assertEquals(formset.rows[1]?.orderField?.errors, ["its place"]);
});

Deno.test("clean() of a formset cannot add an error to a row it did not receive", async () => {
  const Checked = defineFormset(LineForm, {
    prefix: "lines",
    clean: (_rows, { addError }) => addError("lines[1].label", "x"),
  });
  await assertRejects(
    () => bindRows(Checked, { lines: [{ label: "a" }, { label: "" }] }),
    RangeError,
    'Cannot add an error to "lines[1].label" of formset "line": clean received 1 row',
  );
});

Deno.test("cleanupExtraInitial() of a definition clears extra rows everywhere", async () => {
  const cleaned = cleanupExtraInitial(Lines);
  assert(Object.isFrozen(cleaned) && !Lines.blankExtra);
  const formset = showRows(cleaned, STORED);
  assertEquals(formset.rows.map(({ form }) => form.field("unit").value), ["g", "l", ""]);
  assertEquals(formset.emptyRow.form.field("unit").value, "");
  assertEquals((await bindRows(cleaned, { lines: [{ label: "", unit: "" }] })).values, []);
});

Deno.test("cleanupExtraInitial() of a bound formset clears its extra rows in place", () => {
  const formset = showRows(Lines, STORED);
  for (let round = 0; round < 2; round++) {
    assertStrictEquals(cleanupExtraInitial(formset), formset);
    assertEquals(formset.rows.map(({ form }) => form.field("unit").value), ["g", "l", ""]);
    assertEquals(formset.rows.map(({ extra }) => extra), [false, false, true]);
  }
});

Deno.test("cleanupExtraInitial() throws for a value that is not a formset", () => {
  assertThrows(() => cleanupExtraInitial({} as typeof Lines), TypeError, "the value is not a formset");
});

Deno.test("initial rows that are not a list are a programming error", () => {
  for (const initial of [{}, "x", [5]]) assertThrows(() => showRows(Lines, initial), TypeError, "Cannot create form");
});
