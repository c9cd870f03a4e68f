/** Text controls: the validity that Chromium reports for what a user enters, compared with the check of the server. */
import { assertEquals } from "@std/assert";
import { Field } from "../../src/preact/field.tsx";
import type { AnyFieldOptions } from "../../src/forms/field_options.ts";
import { field } from "../../src/forms/field.ts";
import { defineForm } from "../../src/forms/form.ts";
import { bindTo } from "../forms/support.ts";
import { show } from "../preact/drawing.tsx";
import { withPage } from "../support/browser.ts";
import { app } from "./runtime_app.ts";

const KINDS = ["text", "textarea", "email", "url", "password"] as const;
const OPTIONS: readonly AnyFieldOptions[] = [
  {},
  { required: true },
  { minlength: 3 },
  { maxlength: 5 },
  { required: true, minlength: 2, maxlength: 4 },
  { pattern: "[a-c]+|😀" },
  { required: true, pattern: "\\S+@\\S+" },
];
const VALUES = [
  ...["", "a", "abc", "abcdef", "ABC", "x y", "ü😀x", "😀", "a\nb", "a\r\nb", "\t", "a\u0000b", "a&<\"'", "e\u0301"],
  ...["a@b", "a@b.example", " a@b.example ", "a@b@c", "a@-b.example", "ä@b.example", "a@b.example,c@d.example"],
  ...[
    "https://b.example/",
    " https://b.example/ ",
    "http:b",
    "https://",
    "b.example",
    "//b.example",
    "https://ü.example/ä",
  ],
];

/** Values that the server rejects on purpose although a browser accepts them. */
function isStricter(kind: (typeof KINDS)[number], value: string, options: AnyFieldOptions): string | null {
  // White space is not a title or a comment.
  if (options.required && kind !== "password" && value.trim() === "") return "white space";
  // A browser accepts every scheme, also one that runs code, and addresses without a host that mean another one.
  if (kind === "url" && !/^https?:\/\/\S+$/.test(value.trim())) return "scheme";
  // deno-lint-ignore no-control-regex -- control characters are what is looked for
  return /[\x00-\x08]/.test(value) ? "control character" : null;
}

Deno.test("the server accepts each text that Chromium accepts, for each kind of text control and each constraint", async () => {
  await withPage(app({ body: "<form></form>" }), async ({ page }) => {
    await page.goto("/");
    const counts = { both: 0, neither: 0, wider: 0, stricter: 0 };
    const faults: unknown[] = [];
    for (const kind of KINDS) {
      for (const options of OPTIONS) {
        if (options.pattern !== undefined && kind !== "text") continue;
        const form = defineForm("a", { fields: { a: field[kind](options as never) } });
        const results = await page.evaluate(({ html, values }) => {
          const form = document.forms[0]!;
          form.innerHTML = html;
          const control = form.querySelector<HTMLInputElement>("[name=a]")!;
          return values.map((value) => {
            control.value = value;
            // A browser applies lengths only to what a user types (HTML, 4.10.18.3), as the attributes say.
            const { value: { length }, minLength, maxLength } = control;
            const isLength = length === 0 || length >= minLength && (maxLength === -1 || length <= maxLength);
            return [String(new FormData(form).get("a")), isLength && form.checkValidity()] as const;
          });
        }, { html: show(form, <Field name="a" />), values: VALUES });
        for (const [sent, isAccepted] of results) {
          const { isValid } = await bindTo(form, { a: sent });
          if (isAccepted && !isValid && isStricter(kind, sent, options) === null) faults.push([kind, options, sent]);
          counts[isAccepted && isValid ? "both" : isAccepted ? "stricter" : isValid ? "wider" : "neither"]++;
        }
      }
    }
    assertEquals(faults, []);
    assertEquals([counts.both > 200, counts.neither > 100], [true, true], JSON.stringify(counts));
  });
});
