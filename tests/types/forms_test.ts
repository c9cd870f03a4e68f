/** Types that are inferred for forms. */
import { type } from "arktype";
import * as v from "valibot";
import { z } from "zod";
import type { BoundOf, InputOf } from "../../src/forms/any_form.ts";
import { field } from "../../src/forms/field.ts";
import type { FieldDefinition, FieldValues } from "../../src/forms/field_definition.ts";
import { type BoundForm, defineForm, type FormDefinition } from "../../src/forms/form.ts";
import { withFormsets } from "../../src/forms/composite.ts";
import { type BoundFormset, defineFormset, type FormsetDefinition } from "../../src/forms/formset.ts";

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends (<T>() => T extends B ? 1 : 2) ? true : false;
function expect<_T extends true>(): void {}

const choices = ["a", { value: "b", label: "B" }, { group: "More", choices: ["c"] }] as const;

Deno.test("types: values of built-in fields follow from their options", () => {
  const form = defineForm("note", {
    fields: {
      title: field.text({ required: true }),
      body: field.textarea(),
      count: field.number({ required: true }),
      weight: field.number(),
      done: field.checkbox(),
      due: field.date(),
      at: field.time({ required: true }),
      size: field.select({ choices: ["s", "m"], required: true }),
      mode: field.radio({ choices: ["x", { value: "y", label: "Y" }, { group: "More", choices: ["z"] }] }),
      tags: field.multiSelect({ choices: ["p", "q"] }),
      photo: field.file(),
      scan: field.file({ required: true }),
      files: field.file({ multiple: true }),
    },
  });
  type Values = BoundOf<typeof form>["values"];
  expect<
    Equal<Values, {
      title: string;
      body: string;
      count: number;
      weight: number | null;
      done: boolean;
      due: string | null;
      at: string;
      size: "s" | "m";
      mode: "x" | "y" | "z" | null;
      tags: ("p" | "q")[];
      photo: File | null;
      scan: File;
      files: File[];
    }>
  >();
});

Deno.test("types: fields declared before the form keep their types", () => {
  const fields = { count: field.number({ required: true }), size: field.select({ choices }) };
  expect<Equal<FieldValues<typeof fields>, { count: number; size: "a" | "b" | "c" | null }>>();
  const optional = (required: boolean) => field.number({ required });
  expect<Equal<ReturnType<typeof optional>, FieldDefinition<number | null, boolean>>>();
});

Deno.test("types: values of a schema are its output, and input its input, for each library", () => {
  const withZod = defineForm("a", { schema: z.object({ n: z.string().transform(Number), t: z.string().optional() }) });
  expect<Equal<BoundOf<typeof withZod>["values"], { n: number; t?: string | undefined }>>();
  expect<Equal<InputOf<typeof withZod>, { n: string; t?: string | undefined }>>();
  const withValibot = defineForm("a", { schema: v.object({ n: v.pipe(v.string(), v.transform(Number)) }) });
  expect<Equal<BoundOf<typeof withValibot>["values"], { n: number }>>();
  const withArktype = defineForm("a", { schema: type({ n: "string.integer.parse", title: "string" }) });
  expect<Equal<BoundOf<typeof withArktype>["values"], { n: number; title: string }>>();
});

Deno.test("types: a typed caller must send required fields and may send the others", () => {
  const form = defineForm("a", { fields: { title: field.text({ required: true }), n: field.number() } });
  const least: InputOf<typeof form> = { title: "x" };
  const most: InputOf<typeof form> = { title: "x", n: 5 };
  const none: InputOf<typeof form> = { title: "x", n: null };
  // @ts-expect-error -- the title is required
  const lacking: InputOf<typeof form> = { n: 5 };
  void [least, most, none, lacking];
});

Deno.test("types: clean, guard and success see the values", () => {
  defineForm("a", {
    fields: { title: field.text(), n: field.number({ required: true }) },
    clean(values, ctx) {
      expect<Equal<typeof values, { title: string; n: number }>>();
      ctx.addError("n", "no");
      return values;
    },
    guard: ({ form, url }) => {
      expect<Equal<typeof form, BoundForm<{ title: string; n: number }>>>();
      return url.pathname === "/";
    },
    success: { toast: (values) => values.title, redirect: (values) => `/${values.n.toFixed()}` },
  });
  defineForm("b", {
    schema: z.object({ n: z.string().transform(Number) }),
    clean: (values) => ({ n: values.n + 1 }),
    success: { redirect: (values) => `/${values.n.toFixed()}` },
  });
  // @ts-expect-error -- clean returns another type than the values
  defineForm("c", {
    fields: { title: field.text() },
    clean: () => ({ titel: "x" }),
  });
});

Deno.test("types: the values of a formset are a list of those of its form", () => {
  const form = defineForm("line", { fields: { label: field.text() } });
  const formset = defineFormset(form, {
    clean: (rows) => {
      expect<Equal<typeof rows, readonly { label: string }[]>>();
    },
  });
  expect<Equal<BoundOf<typeof formset>, BoundFormset<{ label: string }>>>();
  expect<Equal<BoundOf<typeof formset>["values"], readonly { label: string }[]>>();
});

Deno.test("types: a form of known values is assignable to any form", () => {
  const anyForm = (_form: FormDefinition | FormsetDefinition) => {};
  const form = defineForm("a", {
    fields: { title: field.text() },
    clean: (values) => values,
    guard: () => true,
    success: { toast: (values) => values.title },
  });
  anyForm(form);
  anyForm(defineFormset(form, { clean: (rows) => rows, success: { redirect: (rows) => `/${rows.length}` } }));
});

Deno.test("types: options are checked where they are written", () => {
  // @ts-expect-error -- the option is spelled maxlength
  field.text({ maxLength: 80 });
  // @ts-expect-error -- not one of the choices
  field.select({ choices: ["a", "b"], initial: "c" });
  // @ts-expect-error -- a number field has no pattern
  field.number({ pattern: "x" });
  // @ts-expect-error -- a password has no initial value
  field.password({ initial: "x" });
  field.text({ required: undefined, label: undefined, maxlength: undefined });
  // @ts-expect-error -- neither schema nor fields
  const wrong = () => defineForm("a", {});
  void wrong;
});

Deno.test("types: getInitial accepts a stored record and rejects an unknown name", () => {
  interface Note {
    readonly id: number;
    readonly title: string;
    readonly due: string | null;
  }
  const note: Note = { id: 1, title: "Milk", due: null };
  const row: Record<string, string | number | null> | undefined = { title: "Milk" };
  const fields = { title: field.text(), due: field.date() };
  const form = defineForm("a", { fields, getInitial: () => note });
  defineForm("b", { fields, getInitial: () => Promise.resolve(row) });
  defineForm("c", { schema: z.object({ title: z.string(), due: z.iso.date() }), getInitial: () => note });
  defineFormset(form, { getInitial: () => [note, note] });
  defineFormset(form, { getInitial: () => Promise.resolve(null) });
  const kinds = z.discriminatedUnion("kind", [
    z.object({ kind: z.literal("a"), x: z.string() }),
    z.object({ kind: z.literal("b"), y: z.string() }),
  ]);
  defineForm("d", { schema: kinds, getInitial: () => ({ kind: "b", y: "x" }) });
  // @ts-expect-error -- unknown field
  defineForm("e", { fields, getInitial: () => ({ titel: "Milk" }) });
});

Deno.test("types: a form with formsets has their rows in its values and its input", () => {
  const Line = defineForm("line", { fields: { text: field.text(), price: field.number() } });
  const form = withFormsets(
    defineForm("invoice", { fields: { customer: field.text({ required: true }) } }),
    { lines: defineFormset(Line) },
    {
      clean(values) {
        expect<Equal<(typeof values)["lines"][number], { text: string; price: number | null }>>();
        return values;
      },
    },
  );
  type Bound = BoundOf<typeof form>;
  expect<Equal<Bound["values"]["customer"], string>>();
  expect<Equal<Bound["values"]["lines"], readonly { text: string; price: number | null }[]>>();
  expect<Equal<Bound["formsets"]["lines"], BoundFormset<{ text: string; price: number | null }>>>();
  expect<Equal<keyof InputOf<typeof form>, "customer" | "lines">>();
  const read = ({ values }: Bound): unknown =>
    // @ts-expect-error -- unknown formset
    values.rows;
  expect<Equal<typeof read, (form: Bound) => unknown>>();
});
