/** Choices, boxes and files: the validity that Chromium reports for each state of a control, compared with the answer of the server to it. */
import { assertEquals } from "@std/assert";
import { action, createHandler, defineForm, Field, field, Form } from "@hyper/actions";
import type { ChoiceOption } from "../../src/forms/field_options.ts";
import { withPage } from "../support/browser.ts";

const CHOICES: readonly (readonly ChoiceOption[])[] = [
  ["a", "b", "c"],
  [{ value: "", label: "None" }, "a"],
  ["a", { value: "b", disabled: true }, { value: "ü&\"'", label: "Odd" }],
  [{ group: "G", choices: ["a", { value: "b", disabled: true }] }, { group: "H", choices: [" a ", "+"] }],
  [{ value: "a", disabled: true }],
];
const FILES: readonly { readonly accept?: string; readonly multiple?: boolean }[] = [
  {},
  { multiple: true },
  { accept: "image/*" },
  { accept: ".txt,.csv" },
  { accept: "text/plain", multiple: true },
  { accept: ".PNG, application/pdf" },
];

type ChoiceType = "checkboxes" | "radios";

/** One field, how it is shown, and its description in a failure. */
interface Shown {
  readonly about: string;
  readonly form: ReturnType<typeof defineForm>;
  readonly required: boolean;
  readonly as: ChoiceType | undefined;
}

/** Returns a form for each kind of control and each combination of constraints. */
function makeForms(): Shown[] {
  const shown: Shown[] = [];
  const add = (
    about: string,
    one: Parameters<typeof defineForm>[1]["fields"],
    options: { readonly required: boolean; readonly [name: string]: unknown },
    as?: ChoiceType,
  ) =>
    shown.push({
      about: `${about} ${JSON.stringify(options)}`,
      form: defineForm("f", { fields: one }),
      as,
      required: options.required,
    });
  for (const required of [false, true]) {
    for (const choices of CHOICES) {
      const first = choices.flatMap((choice) =>
        typeof choice === "string" ? [choice] : "choices" in choice ? choice.choices : [choice]
      ).find((choice) => typeof choice === "string" || !choice.disabled);
      const value = typeof first === "object" ? first.value : first;
      for (const initial of value === undefined ? [undefined] : [undefined, value]) {
        const options = { required, choices, initial };
        for (const as of [undefined, "radios"] as const) add(as ?? "list", { a: field.select(options) }, options, as);
        const several = { required, choices, initial: initial === undefined ? undefined : [initial] };
        for (const as of [undefined, "checkboxes"] as const) {
          add(`several, ${as ?? "list"}`, { a: field.multiSelect(several) }, several, as);
        }
      }
    }
    for (const initial of [false, true]) {
      add("checkbox", { a: field.checkbox({ required, initial }) }, { required, initial });
    }
    for (const options of FILES) add("file", { a: field.file({ required, ...options }) }, { required, ...options });
  }
  return shown;
}

/** Verdicts of the browser and the server on one state of the control. */
interface Verdict {
  readonly state: string;
  readonly browser: boolean;
  readonly server: number;
  /** `true` if nothing is chosen, and HTML cannot say that something must be: in a group of boxes, or where all is disabled. */
  readonly isUndrawn: boolean;
}

/** Puts the control of the page into every state that a user can put it into, and sends each. Runs in the browser. */
async function tryStates(): Promise<Verdict[]> {
  const form = document.forms[0]!;
  const controls = [...form.querySelectorAll<HTMLInputElement | HTMLSelectElement>("[name=a]")];
  const send = async (state: string, isHinted = true): Promise<Verdict> => {
    const browser = isHinted && form.checkValidity();
    const body = new FormData(form);
    body.set("_hyper_once", crypto.randomUUID());
    const { status } = await fetch(form.action, { method: "POST", body, headers: { accept: "application/json" } });
    const isUndrawn = !body.has("a") && !controls.some((control) => control.required && !control.matches(":disabled"));
    return { state, browser, server: status, isUndrawn };
  };
  const [control] = controls;
  const verdicts: Verdict[] = [];
  if (control instanceof HTMLInputElement && control.type === "file") {
    const files = [["a.txt", "text/plain"], ["b.png", "image/png"], ["c.csv", "text/csv"], [
      "d.pdf",
      "application/pdf",
    ]] as const;
    const contents = { "b.png": [137, 80, 78, 71, 13, 10, 26, 10], "d.pdf": [37, 80, 68, 70, 45, 49, 46, 55, 10] };
    const groups = [[], ...files.map((file) => [file]), ...control.multiple ? [[files[0], files[2]], files] : []];
    const hints = control.accept.toLowerCase().split(",").map((hint) => hint.trim()).filter(Boolean);
    for (const group of groups) {
      const transfer = new DataTransfer();
      for (const [name, type] of group) {
        const bytes = Reflect.get(contents, name) as number[] | undefined;
        transfer.items.add(new File([bytes ? new Uint8Array(bytes) : "text"], name, { type }));
      }
      control.files = transfer.files;
      // A browser offers only files that the hints name (HTML, 4.10.5.1.17).
      const isHinted = !hints[0] ||
        group.every(([name, type]) =>
          hints.some((hint) => hint === type || name.endsWith(hint) || hint === type.replace(/\/.*/, "/*"))
        );
      verdicts.push(await send(group.map(([name]) => name).join(), isHinted));
    }
    return verdicts;
  }
  const options = control instanceof HTMLSelectElement ? [...control.options] : controls;
  const isEnabled = (option: Element) => !option.matches(":disabled");
  const choose = (option: Element, chosen: boolean) =>
    Reflect.set(option, option instanceof HTMLOptionElement ? "selected" : "checked", chosen);
  const isSingle = control instanceof HTMLSelectElement ? !control.multiple : control?.type === "radio";
  const first = options.map((option) =>
    option instanceof HTMLOptionElement ? option.selected : (option as HTMLInputElement).checked
  );
  verdicts.push(await send("as shown"));
  const free = options.filter(isEnabled);
  const sets = isSingle
    ? free.map((option) => [option])
    : Array.from({ length: 2 ** free.length }, (_, bits) => free.filter((_, i) => bits & 1 << i));
  // A user cannot clear a list or radio buttons, but a reset page may have none.
  if (isSingle && !first.includes(true)) sets.push([]);
  for (const chosen of sets) {
    for (const option of options) choose(option, (chosen as Element[]).includes(option));
    verdicts.push(await send(chosen.map(({ value }) => value).join()));
  }
  return verdicts;
}

Deno.test("the server accepts each state of lists, radio buttons, boxes and files that Chromium accepts", async () => {
  const forms = makeForms();
  const pages = forms.map(({ form, as }, index) => {
    const send = action(`send${index}`, { form }, () => undefined);
    const FormPage = () => (
      <Form action={send}>
        <Field name="a" as={as} />
      </Form>
    );
    return { path: `/${index}`, load: () => Promise.resolve({ default: FormPage, send }) };
  });
  const handler = createHandler({ pages });
  const counts = { both: 0, neither: 0, wider: 0 };
  const stricter: unknown[] = [];
  await withPage(handler, async ({ page }) => {
    for (const [index, { about, required }] of forms.entries()) {
      await page.goto(`/${index}`);
      for (const { state, browser, server, isUndrawn } of await page.evaluate(tryStates)) {
        const isValid = server === 200;
        assertEquals([about, state, isValid || server === 422], [about, state, true]);
        if (browser && !isValid && !(required && isUndrawn)) stricter.push([about, state]);
        counts[isValid ? browser ? "both" : "wider" : "neither"]++;
      }
    }
  });
  await handler.close();
  assertEquals(stricter, []);
  assertEquals([counts.both > 200, counts.neither > 30, counts.wider < 40], [true, true, true], JSON.stringify(counts));
});
