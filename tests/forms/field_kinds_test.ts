import { assertEquals } from "@std/assert";
import { z } from "zod";
import { field } from "../../src/forms/field.ts";
import { fieldOfType } from "../../src/forms/field_definition.ts";
import { FIELD_KINDS, type FieldType } from "../../src/forms/field_kinds.ts";
import { defineForm } from "../../src/forms/form.ts";
import { showBlank } from "./support.ts";

const TYPES = Object.keys(FIELD_KINDS) as FieldType[];

Deno.test("each field type is rendered as one element, and an input has a type", () => {
  const { datetime, radio, textarea, select, multiSelect } = FIELD_KINDS;
  assertEquals([datetime.element, datetime.inputType], ["input", "datetime-local"]);
  assertEquals([radio.element, radio.inputType], ["input", "radio"]);
  assertEquals([textarea.element, textarea.inputType], ["textarea", ""]);
  assertEquals([select.element, select.inputType], ["select", ""]);
  assertEquals([multiSelect.element, multiSelect.inputType], ["select_multi", ""]);
  for (const { element, inputType } of Object.values(FIELD_KINDS)) {
    assertEquals(inputType === "", !["input", "checkbox"].includes(element));
  }
});

Deno.test("each field type has a builder", () => {
  const made = Object.values(field).map((builder) => builder({ choices: ["a"] } as never).type);
  assertEquals(made.toSorted(), TYPES.toSorted());
});

Deno.test("each field type accepts no value unless it is required, and has a message for that", async () => {
  for (const type of TYPES) {
    const optional = await fieldOfType(type, { choices: ["a"] }).check(undefined);
    assertEquals([type, optional.kind], [type, "valid"]);
    const required = await fieldOfType(type, { choices: ["a"], required: true }).check(undefined);
    assertEquals([type, required], [type, {
      kind: "invalid",
      message: { key: FIELD_KINDS[type].required, values: {} },
    }]);
  }
});

Deno.test("a secret field never shows its submitted or initial value", () => {
  assertEquals(TYPES.filter((type) => FIELD_KINDS[type].isSecret), ["password", "file"]);
  const form = defineForm("login", { fields: { secret: fieldOfType("password", { initial: "hunter2" }) } });
  const { raw, value } = showBlank(form, { secret: "hunter3" }).field("secret");
  assertEquals([raw, value], ["", ""]);
});

Deno.test("a declared field keeps the rules of the schema that its type has, and a date no bounds", () => {
  const schema = z.object({ n: z.int().min(2).max(9), title: z.string().min(1).max(80).regex(/a/) });
  const constraintsAs = (fields: Parameters<typeof defineForm>[1]["fields"]) =>
    showBlank(defineForm("a", { schema, fields })).fields.map(({ constraints }) => constraints);
  const text = { minlength: 1, maxlength: 80 };
  assertEquals(constraintsAs({ n: field.date() as never, title: field.textarea() }), [{}, text]);
  assertEquals(constraintsAs({ n: field.number(), title: field.password({ maxlength: 70 }) }).map(Object.keys), [
    ["min", "max", "step"],
    ["minlength", "maxlength", "pattern"],
  ]);
  assertEquals(constraintsAs({ n: field.checkbox(), title: field.hidden() }), [{}, {}]);
});
