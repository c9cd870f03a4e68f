import { assertEquals } from "@std/assert";
import { bind } from "../../src/forms/bind.ts";
import { withFormsets } from "../../src/forms/composite.ts";
import { ErrorList } from "../../src/forms/error_list.ts";
import { field } from "../../src/forms/field.ts";
import { defineForm } from "../../src/forms/form.ts";
import { defineFormset } from "../../src/forms/formset.ts";
import { ctx } from "./support.ts";
import { ENGLISH_TEXTS } from "../../src/texts/texts.ts";

Deno.test("ErrorList keeps errors by field in the order of addition, each message once", () => {
  const errors = new ErrorList();
  errors.add("b", "one");
  errors.add("a", "one");
  errors.add("b", "two");
  errors.add("b", "one");
  assertEquals([...errors.all], [["b", ["one", "two"]], ["a", ["one"]]]);
  assertEquals([errors.count, errors.of("b"), errors.of("c")], [3, ["one", "two"], []]);
});

Deno.test("ErrorList keeps at most 1,000 messages", () => {
  const errors = new ErrorList();
  for (let index = 0; index < 1001; index++) errors.add(`field${index}`, "wrong");
  assertEquals([errors.count, errors.of("field999"), errors.of("field1000")], [1000, ["wrong"], []]);
});

Deno.test("ErrorList.addAll() adds the errors of a part under their full names", () => {
  const part = new ErrorList();
  part.add("", "row");
  part.add("label", "missing");
  const errors = new ErrorList();
  errors.addAll(part.all, (name) => `rows[0]${name && "."}${name}`);
  assertEquals([...errors.all], [["rows[0]", ["row"]], ["rows[0].label", ["missing"]]]);
});

Deno.test("ErrorList.toIssues() returns frozen own properties", () => {
  const errors = new ErrorList();
  errors.add("__proto__", "odd");
  const issues = errors.toIssues();
  assertEquals([Object.hasOwn(issues, "__proto__"), Object.isFrozen(issues)], [true, true]);
  assertEquals(Object.entries(issues), [["__proto__", ["odd"]]]);
});

Deno.test("a formset, alone or in a form, reports at most 1,000 errors, and each row keeps its own", async () => {
  const RowForm = defineForm("row", {
    fields: { a: field.text({ required: true }), b: field.text({ required: true }), c: field.text() },
  });
  const Rows = defineFormset(RowForm, { prefix: "rows" });
  const Whole = withFormsets(defineForm("whole", { fields: { title: field.text() } }), { rows: Rows });
  const sent = { rows: Array.from({ length: 600 }, () => ({ c: "x" })) };
  for (const form of [Rows, Whole]) {
    const bound = await bind(form, { mode: "checked", sent, initial: null, instance: null, texts: ENGLISH_TEXTS, ctx });
    assertEquals([bound.isValid, bound.errorCount, bound.errors.size], [false, 1000, 1000]);
    assertEquals(bound.field("rows[599].b").errors, ["Enter a value"]);
  }
});
