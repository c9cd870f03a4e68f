import { assertEquals } from "@std/assert";
import { field } from "../../src/forms/field.ts";
import type { AnyFieldOptions } from "../../src/forms/field_options.ts";
import { bindTo } from "../forms/support.ts";
import { defineForm } from "../../src/forms/form.ts";
import { withPage } from "../support/browser.ts";
import { app } from "./runtime_app.ts";

const NUMBERS = ["-2", "0", "0.5", "1", "1.5", "2", "2.5", "3", "7", "10", "1e1", ".5", "1000000", "9007199254740991"];
const DATES = ["0001-01-01", "1969-12-31", "1970-01-01", "2025-01-01", "2025-01-02", "2025-01-09", "9999-12-31"];
const TIMES = ["00:00", "05:59", "06:00", "06:15", "10:00", "10:00:30", "12:34", "21:00", "23:59", "23:59:59.999"];
const TABLE: readonly {
  readonly type: "number" | "date" | "time" | "datetime";
  readonly options: readonly AnyFieldOptions[];
  readonly values: readonly string[];
}[] = [
  {
    type: "number",
    options: [{}, { step: "any" }, { step: 0.1 }, { min: 0.5 }, { initial: 0.5 }, { min: 1, max: 7, step: 3 }, {
      min: 0,
      initial: 2.5,
    }],
    values: NUMBERS,
  },
  {
    type: "date",
    options: [{}, { step: 7 }, { initial: "2025-01-02", step: 7 }, { min: "2025-01-01", max: "2025-01-31", step: 8 }],
    values: DATES,
  },
  {
    type: "time",
    options: [{}, { step: 900 }, { step: 0.001 }, { min: "21:00", max: "06:00" }, { min: "06:00", max: "21:00" }, {
      initial: "10:05",
      step: 300,
    }],
    values: TIMES,
  },
  {
    type: "datetime",
    options: [{}, { step: 3600 }, { min: "2025-01-01T06:00", max: "2025-01-02T12:34" }],
    values: DATES.flatMap((date) => TIMES.slice(0, 7).map((time) => `${date}T${time}`)),
  },
];

Deno.test("Chromium accepts no value that the server refuses, and after a refusal no fewer than before", async () => {
  const served = app({ body: "<form><input id=control></form>" });
  await withPage(served, async ({ page }) => {
    for (const { type, options, values } of TABLE) {
      for (const given of options) {
        const form = defineForm("a", { fields: { a: field[type](given as never) as never } });
        // The control of a blank page, then of pages with each value that the server refused.
        const checked = await Promise.all(values.map((a) => bindTo(form, { a })));
        const accepted = values.filter((_, index) => checked[index]?.isValid);
        const shown = [...checked.map((bound) => bound.field("a"))];
        for (const { value, constraints, inputType } of shown) {
          const allowed = await page.evaluate(({ value, constraints, inputType, values }) => {
            const control = document.createElement("input");
            control.type = inputType;
            for (const [name, rule] of Object.entries(constraints)) control.setAttribute(name, String(rule));
            control.setAttribute("value", String(value));
            return values.filter((text) => {
              control.value = text;
              return control.value !== "" && control.validity.valid;
            });
          }, { value, constraints, inputType, values });
          // Without a step, a browser accepts whole minutes only.
          const ours = (text: string): boolean =>
            constraints.step !== undefined || type === "date" || type === "number" || !/:\d\d:/.test(text);
          const missing = accepted.filter((text) => ours(text) && !allowed.includes(text));
          assertEquals([type, given, value, missing], [type, given, value, []]);
          if (constraints.step === "any" && given.step !== "any") continue;
          const extra = allowed.filter((text) => !accepted.includes(text));
          assertEquals([type, given, value, extra], [type, given, value, []]);
        }
      }
    }
  });
});
