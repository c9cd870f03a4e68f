import { assert, assertEquals, assertRejects, assertStrictEquals, assertThrows } from "@std/assert";
import { z } from "zod";
import { field } from "../../src/forms/field.ts";
import { defineForm } from "../../src/forms/form.ts";
import { cleanupExtraInitial } from "../../src/forms/bound_formset.ts";
import { type BoundFormset, defineFormset } from "../../src/forms/formset.ts";
import { bindRows, ctx, issuesOf, showRows } from "./support.ts";

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

Deno.test("defineFormset() gives a frozen formset with its defaults", () => {
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

Deno.test("defineFormset() refuses options that cannot be", () => {
  for (const prefix of ["", "a.b", "a[0]", "_a", "1a", "a".repeat(65)]) {
    assertThrows(() => defineFormset(LineForm, { prefix }), TypeError, `prefix "${prefix}"`);
  }
  for (const options of [{ min: -1 }, { max: 1001 }, { min: 3, max: 2 }, { extra: 0.5 }, { extra: -1 }]) {
    assertThrows(() => defineFormset(LineForm, options), RangeError, 'Cannot define formset of "line"');
  }
  assertThrows(() => defineFormset({} as typeof LineForm), TypeError, "its form is an object");
});

Deno.test("blankFormset() shows the rows that are there, then the extra ones", () => {
  const formset = showRows(Lines, STORED);
  assertEquals(formset.rows.map(({ index, extra }) => [index, extra]), [[0, false], [1, false], [2, true]]);
  assertEquals(formset.rows.map(({ form }) => form.field("label").value), ["a", "b", ""]);
  assertEquals(formset.rows.map(({ orderField }) => orderField?.value), ["1", "2", ""]);
  assertEquals([formset.isBound, formset.isValid, formset.hasFiles], [false, false, false]);
  assertThrows(() => formset.values, TypeError, "nothing was sent to it");
});

Deno.test("blankFormset() shows at least min and at most max rows, and never hides one that is there", () => {
  const count = (options: { min?: number; max?: number; extra?: number }, stored: number) =>
    showRows(defineFormset(LineForm, options), Array.from({ length: stored }, () => ({}))).rows.length;
  assertEquals(count({ extra: 2 }, 0), 2);
  assertEquals(count({ min: 3, extra: 1 }, 1), 3);
  assertEquals(count({ max: 2, extra: 5 }, 1), 2);
  assertEquals(count({ max: 2, extra: 5 }, 3), 3);
  assertEquals(count({ extra: 0 }, 0), 0);
  assertEquals(count({}, 1001), 1001);
});

Deno.test("fields of a row are named and numbered after it, in its own form without the prefix", () => {
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

Deno.test("a name that is not a field of a row is answered with how those are named", () => {
  const message = 'it has 3 rows, name a field of one as "lines[0].name"';
  for (const name of ["label", "lines[9].label", "lines[0]"]) {
    assertThrows(() => showRows(Lines, STORED).field(name), TypeError, message);
  }
});

Deno.test("an extra row requires nothing in the browser; a row that is there does", () => {
  const formset = showRows(Lines, STORED);
  assertEquals(formset.rows.map(({ form }) => form.field("label").required), [true, true, false]);
});

Deno.test("emptyRow has a name in place of a number, for a browser to copy", () => {
  const { emptyRow } = showRows(Lines, STORED);
  assertEquals([emptyRow.index, emptyRow.extra], [null, true]);
  assertEquals(emptyRow.form.field("label").name, "lines[__index__].label");
  assertEquals(emptyRow.form.field("label").id, "f-line-lines--__index__--label");
  assertEquals(emptyRow.deleteField?.name, "lines[__index__]._delete");
  assertEquals(emptyRow.form.field("unit").value, "kg");
});

Deno.test("bindFormset() gives the values of the rows, and leaves out an extra one that was not touched", async () => {
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

Deno.test("bindFormset() refuses a row that is there and was emptied", async () => {
  const formset = await bindRows(Lines, { lines: [{ id: "1", label: "" }] }, STORED);
  assertEquals(issuesOf(formset), [["lines[0].label", ["Enter a value"]]]);
  assertEquals(formset.rows[0]?.form.errors.get("label"), ["Enter a value"]);
  assertEquals([formset.errorCount, formset.fieldNames], [1, ["lines[0].label"]]);
  assertEquals(formset.issues, { "lines[0].label": ["Enter a value"] });
  assertThrows(() => formset.values, TypeError, "1 error was found in it");
});

Deno.test("bindFormset() without rows is an empty list", async () => {
  for (const kwargs of [{}, { lines: "x" }, { lines: { 0: { label: "a" } } }, { lines: [] }]) {
    assertEquals((await bindRows(Lines, kwargs)).values, []);
  }
});

Deno.test("bindFormset() reads a row that is no object as an empty one", async () => {
  const formset = await bindRows(Lines, { lines: ["x", null, 5] });
  assertEquals([formset.isValid, formset.rows.length], [true, 3]);
});

Deno.test("a row to be deleted is apart from the others, and nothing is held against it", async () => {
  const formset = await bindRows(Lines, {
    lines: [{ id: "1", label: "", _delete: "on" }, { id: "2", label: "b" }, { label: "much too long", _delete: "on" }],
  }, STORED);
  assert(formset.isValid);
  assertEquals(formset.values.map(({ id }) => id), ["2"]);
  assertEquals(formset.deleted.map(({ form }) => form.field("id").raw), ["1"]);
  assertEquals(formset.deleted[0]?.form.isValid, false);
  assertEquals(formset.rows[0]?.deleteField?.value, true);
  // A row that was never there is not even looked into.
  assertEquals(formset.rows.map(({ form }) => form.errorCount), [1, 0, 0]);
});

Deno.test("a formset that deletes nothing and orders nothing takes those names as ordinary ones", async () => {
  const form = defineForm("row", { fields: { _delete: field.text(), _order: field.text() } });
  const formset = await bindRows(defineFormset(form, { prefix: "r" }), { r: [{ _delete: "on", _order: "x" }] });
  assertEquals(formset.values, [{ _delete: "on", _order: "x" }]);
  assertEquals(formset.deleted, []);
});

Deno.test("rows stand in the order that was asked for, those without a number last", async () => {
  const formset = await bindRows(Lines, {
    lines: [{ label: "a", _order: "" }, { label: "b", _order: "2.5" }, { label: "c", _order: "-1" }, { label: "d" }],
  });
  assertEquals(formset.values.map(({ label }) => label), ["c", "b", "a", "d"]);
});

Deno.test("a number to order by that is none is refused, at its field", async () => {
  const formset = await bindRows(Lines, { lines: [{ label: "a", _order: "first" }] });
  assertEquals(issuesOf(formset), [["lines[0]._order", ["Enter a number"]]]);
  assertEquals(formset.field("lines[0]._order").errors, ["Enter a number"]);
  assertEquals(formset.field("lines[0]._order").value, "first");
});

Deno.test("bindFormset() holds its bounds, at the limit and one past it", async () => {
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

Deno.test("bindFormset() refuses a million rows without looking into them", async () => {
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

Deno.test("a password or a file in an extra row touches it", async () => {
  const form = defineForm("line", {
    fields: { secret: field.password(), file: field.file(), a: field.text({ required: true }) },
  });
  const formset = defineFormset(form, { prefix: "lines" });
  for (const row of [{ secret: "x" }, { file: new File(["x"], "x") }]) {
    assertEquals((await bindRows(formset, { lines: [row] })).fieldNames, ["lines[0].a"]);
  }
  assertEquals((await bindRows(formset, { lines: [{ secret: "", file: new File([], "") }] })).values, []);
});

Deno.test("clean() of a formset sees all rows, and names a field of one by its place", async () => {
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
  const refused = await bind("a", "a", "b");
  assertEquals(issuesOf(refused), [["", ["Too heavy"]], ["lines[1].label", ["Twice"]]]);
  assertEquals(refused.rows[1]?.form.field("label").errors, ["Twice"]);
});

Deno.test("addError() on a row that is not there is kept for the whole", async () => {
  const formset = await bindRows(Lines, { lines: [{ label: "a" }] });
  formset.addError("lines[7].label", "Lost");
  formset.addError("lines[0]", "Row");
  assertEquals(issuesOf(formset), [["lines[7].label", ["Lost"]], ["lines[0]", ["Row"]]]);
  assertEquals(formset.isValid, false);
});

Deno.test("clean() of a formset adds an error to the row the visitor sees, past deleted, blank and reordered ones", async () => {
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

Deno.test("clean() of a formset cannot add an error to a row it was not given", async () => {
  const Checked = defineFormset(LineForm, {
    prefix: "lines",
    clean: (_rows, { addError }) => addError("lines[1].label", "x"),
  });
  await assertRejects(
    () => bindRows(Checked, { lines: [{ label: "a" }, { label: "" }] }),
    RangeError,
    'Cannot add an error to "lines[1].label" of formset "line": clean was given 1 row',
  );
});

Deno.test("cleanupExtraInitial() of a definition empties extra rows wherever it is shown", async () => {
  const cleaned = cleanupExtraInitial(Lines);
  assert(Object.isFrozen(cleaned) && !Lines.blankExtra);
  const formset = showRows(cleaned, STORED);
  assertEquals(formset.rows.map(({ form }) => form.field("unit").value), ["g", "l", ""]);
  assertEquals(formset.emptyRow.form.field("unit").value, "");
  assertEquals((await bindRows(cleaned, { lines: [{ label: "", unit: "" }] })).values, []);
});

Deno.test("cleanupExtraInitial() of a bound formset empties its extra rows, once and for all", () => {
  const formset = showRows(Lines, STORED);
  for (let round = 0; round < 2; round++) {
    assertStrictEquals(cleanupExtraInitial(formset), formset);
    assertEquals(formset.rows.map(({ form }) => form.field("unit").value), ["g", "l", ""]);
    assertEquals(formset.rows.map(({ extra }) => extra), [false, false, true]);
  }
});

Deno.test("cleanupExtraInitial() refuses what is no formset", () => {
  assertThrows(() => cleanupExtraInitial({} as typeof Lines), TypeError, "the value is no formset");
});

Deno.test("initial rows that are no list are an error of the programmer", () => {
  for (const initial of [{}, "x", [5]]) assertThrows(() => showRows(Lines, initial), TypeError, "Cannot begin form");
});
