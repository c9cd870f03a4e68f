import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { renderToString } from "preact-render-to-string";
import { z } from "zod";
import { bind } from "../../src/forms/bind.ts";
import { field } from "../../src/forms/field.ts";
import { defineForm } from "../../src/forms/form.ts";
import { Field } from "../../src/preact/field.tsx";
import { FormErrors } from "../../src/preact/form_errors.tsx";
import { bindTo, ctx } from "../forms/support.ts";
import { elements, render, show, showSent } from "./drawing.tsx";
import { ENGLISH_TEXTS } from "../../src/texts/texts.ts";

Deno.test("FormErrors lists errors in the order of the fields, whatever was checked first", async () => {
  const schema = z.object({ a: z.string().min(1), b: z.number(), rows: z.array(z.object({ c: z.string().min(1) })) });
  const form = defineForm("x", { schema, fields: { b: field.number({ required: true }) } });
  const bound = await bindTo(form, { a: "", b: "", rows: [{ c: "" }] });
  bound.addError("rows", "Too few");
  bound.addError("gone", "Unknown");
  bound.addError("", "All");
  const html = render(bound, <FormErrors />);
  const texts = elements(html, "li").map(({ text }) => text?.split(":")[0]);
  assertEquals(texts, ["A", "B", "Too few", "C", "Unknown", "All"]);
});

Deno.test("FormErrors renders nothing for a form without errors", async () => {
  const form = defineForm("a", { fields: { x: field.text() } });
  assertEquals(show(form, <FormErrors />), "");
  assertEquals(await showSent(form, { x: "ok" }, <FormErrors />), "");
});

Deno.test("FormErrors links to each invalid field, and shows the errors of the form itself", async () => {
  const form = defineForm("a", {
    fields: {
      x: field.text({ required: true }),
      pick: field.radio({ choices: ["a"], required: true }),
      token: field.hidden({ required: true }),
    },
  });
  const bound = await bind(form, {
    mode: "checked",
    sent: {},
    initial: null,
    instance: null,
    texts: ENGLISH_TEXTS,
    ctx,
  });
  bound.addError("", "Not <today>");
  bound.addError("gone", "No such field");
  const html = render(bound, [<FormErrors key={1} title="Look" class="red" />, <Field key={2} name="pick" />]);
  const summary = elements(html, "div").find((div) => div.role === "alert") ?? {};
  assertEquals([summary.class, summary.tabindex, summary["data-hyper-errors"], summary.autofocus], [
    "red",
    "-1",
    "true",
    "",
  ]);
  assertStringIncludes(summary.text ?? "", "Look");
  assertEquals(elements(html, "a").map(({ href, text }) => [href, text]), [
    ["#f-a-x", "X: Enter a value"],
    ["#f-a-pick", "Pick: Choose an option"],
  ]);
  assertEquals(elements(html, "li").map(({ text }) => text).slice(2, 5), [
    "Enter a value",
    "Not <today>",
    "No such field",
  ]);
  assertEquals(elements(html, "input")[0]?.id, "f-a-pick");
});

Deno.test("FormErrors throws outside a form", () => {
  assertThrows(() => renderToString(<FormErrors />), TypeError, "Cannot render <FormErrors>: it is outside a <Form>");
});
