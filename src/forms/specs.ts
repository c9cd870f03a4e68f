/**
 * Forms written down as data, for a template of one's own: frozen, and safe to send as JSON.
 *
 * A spec holds every fact that drawing needs and nothing that is alive: no function, no file, no password.
 *
 * @module
 */
import type { BoundFormWithFormsets } from "./composite.ts";
import type { BoundField, BoundForm, FieldKind, ShownValue } from "./form.ts";
import type { BoundFormset, BoundFormsetRow } from "./formset.ts";
import type { FieldChoice, FieldConstraints } from "./field_value.ts";

/** One field, written down. */
export interface FieldSpec {
  /** The name it is sent under. */
  readonly name: string;
  /** The id of its control. */
  readonly id: string;
  /** The id of its help, for `aria-describedby`. */
  readonly helpId: string;
  /** The id of its errors, for `aria-describedby`. */
  readonly errorId: string;
  /** What it is called. */
  readonly label: string;
  /** A line of help, or `""`. */
  readonly help: string;
  /** Which element it is drawn as. */
  readonly kind: FieldKind;
  /** The attribute `type` of an `<input>`; `""` for other elements. */
  readonly inputType: string;
  /** What to show. Passwords and files never come back. */
  readonly value: ShownValue;
  /** The choices that are made. */
  readonly selected: readonly string[];
  /** What was wrong with it. */
  readonly errors: readonly string[];
  /** Whether a value must be given. */
  readonly required: boolean;
  /** The values it may take. */
  readonly choices: readonly FieldChoice[];
  /** What a browser checks. */
  readonly constraints: FieldConstraints;
  /** Whether it takes several values. */
  readonly multiple: boolean;
  /** A hint inside the empty control, or `""`. */
  readonly placeholder: string;
  /** What the browser may fill in, or `""`. */
  readonly autocomplete: string;
  /** Whether it stands in an extra row of a formset. */
  readonly extra: boolean;
}

/** Fields that are shown together. */
export interface FormSectionSpec {
  /** Its heading, or `""`. */
  readonly label: string;
  /** What stands below the heading, or `""`. */
  readonly description: string;
  /** Its fields. */
  readonly fields: readonly FieldSpec[];
}

/** A form, written down. */
export interface FormSpec {
  /** Tells a form from a formset. */
  readonly kind: "form";
  /** Its name. */
  readonly name: string;
  /** Its fields, in sections. Every field of the form is in one. */
  readonly sections: readonly FormSectionSpec[];
  /** What was wrong with the form as a whole. */
  readonly nonFieldErrors: readonly string[];
  /** Everything that was wrong, by field name. */
  readonly errors: Readonly<Record<string, readonly string[]>>;
  /** Whether it takes files, and is sent as `multipart/form-data`. */
  readonly hasFiles: boolean;
  /** The formsets in it, by name; absent where it has none. No section holds their fields. */
  readonly formsets?: Readonly<Record<string, FormsetSpec>>;
}

/** One row of a formset, written down. */
export interface FormsetRowSpec {
  /** Its index in the names of its fields; `null` for the row to be cloned. */
  readonly index: number | null;
  /** Its fields, without hidden ones and without the box that deletes it. */
  readonly fields: readonly FieldSpec[];
  /** Its hidden fields. */
  readonly hidden: readonly FieldSpec[];
  /** The box that deletes it, or `null`. */
  readonly deleteField: FieldSpec | null;
  /** The number that orders it, or `null`. */
  readonly orderField: FieldSpec | null;
  /** What was wrong with it, by field name without the prefix; what concerns the row under `""`. */
  readonly errors: Readonly<Record<string, readonly string[]>>;
  /** Whether it may be left empty. */
  readonly extra: boolean;
}

/** A formset, written down. */
export interface FormsetSpec {
  /** Tells a formset from a form. */
  readonly kind: "formset";
  /** The name of its form. */
  readonly name: string;
  /** What the names of its fields begin with. */
  readonly prefix: string;
  /** Its rows. */
  readonly rows: readonly FormsetRowSpec[];
  /** The row to be cloned; its names hold `__index__` in place of a number. */
  readonly emptyRow: FormsetRowSpec;
  /** What was wrong with the formset as a whole. */
  readonly nonFormErrors: readonly string[];
  /** Whether each row has a box that deletes it. */
  readonly canDelete: boolean;
  /** Whether each row has a number that orders it. */
  readonly canOrder: boolean;
  /** The least number of rows that are kept. */
  readonly min: number;
  /** The greatest number of rows. */
  readonly max: number;
  /** Whether it takes files, and is sent as `multipart/form-data`. */
  readonly hasFiles: boolean;
}

/** Which fields are shown together, and under which heading. */
export interface FormSection {
  /** Its heading. Default: none. */
  readonly label?: string | null | undefined;
  /** What stands below the heading. Default: nothing. */
  readonly description?: string | undefined;
  /** The names of its fields. A list among them stands for a line of fields, and counts as its names. */
  readonly fields: readonly (string | readonly string[])[];
}

/**
 * Writes a field down.
 *
 * @param field The field.
 * @param options `extra`: whether it stands in an extra row of a formset. Default: `false`.
 * @returns The spec, frozen through and through.
 *
 * @example A field as data
 * ```tsx
 * import { action, createHandler, defineForm, field, fieldSpec, Form, useForm } from "@hyper/actions";
 * import { assertStringIncludes } from "@std/assert";
 *
 * const NoteForm = defineForm("note", { fields: { body: field.textarea() } });
 * const save = action("save", { form: NoteForm }, () => {});
 * function Drawn() {
 *   const { kind, label } = fieldSpec(useForm().field("body"));
 *   return <p>{label} is a {kind}</p>;
 * }
 * const handler = createHandler({
 *   pages: [{ path: "/", load: () => Promise.resolve({ default: () => <Form action={save}><Drawn /></Form>, save }) }],
 * });
 * const page = await (await handler(new Request("http://localhost/"))).text();
 * assertStringIncludes(page, "<p>Body is a textarea</p>");
 * ```
 */
export function fieldSpec(field: BoundField, options: { readonly extra?: boolean | undefined } = {}): FieldSpec {
  const { value } = field;
  return Object.freeze({
    name: field.name,
    id: field.id,
    helpId: field.helpId,
    errorId: field.errorId,
    label: field.label,
    help: field.help,
    kind: field.kind,
    inputType: field.inputType,
    value: typeof value === "object" ? Object.freeze([...value]) : value,
    selected: Object.freeze([...field.selected]),
    errors: Object.freeze([...field.errors]),
    required: field.required,
    choices: Object.freeze(field.choices.map((choice) => Object.freeze({ ...choice }))),
    constraints: Object.freeze({ ...field.constraints }),
    multiple: field.multiple,
    placeholder: field.placeholder,
    autocomplete: field.autocomplete,
    extra: options.extra ?? false,
  });
}

/**
 * Writes a form down.
 *
 * Without sections all fields stand in one, without a heading. With sections each has the fields it names; names the
 * form does not have are passed over, so that one arrangement can serve several forms, and what no section names follows
 * in a last section without a heading: no field is ever lost.
 *
 * @param form The form.
 * @param sections Which fields are shown together. Default: all in one section.
 * @returns The spec, frozen through and through.
 *
 * @example A form drawn from its spec
 * ```tsx
 * import { action, createHandler, defineForm, field, Form, formSpec, useForm } from "@hyper/actions";
 * import { assertStringIncludes } from "@std/assert";
 *
 * const NoteForm = defineForm("note", { fields: { title: field.text(), body: field.text() } });
 * const save = action("save", { form: NoteForm }, () => {});
 * function Drawn() {
 *   const form = useForm();
 *   if (form.kind === "formset") return null;
 *   const { sections } = formSpec(form, [{ label: "Heading", fields: ["title"] }]);
 *   return sections.map(({ label, fields }) => (
 *     <section key={label} title={label}>
 *       {fields.map(({ id, name, value }) => <input key={id} id={id} name={name} value={String(value)} />)}
 *     </section>
 *   ));
 * }
 * const handler = createHandler({
 *   pages: [{ path: "/", load: () => Promise.resolve({ default: () => <Form action={save}><Drawn /></Form>, save }) }],
 * });
 * const page = await (await handler(new Request("http://localhost/"))).text();
 * assertStringIncludes(page, '<section title="Heading"><input id="f-note-title"');
 * ```
 */
export function formSpec(
  form: BoundForm | BoundFormWithFormsets,
  sections: readonly FormSection[] = [],
): FormSpec {
  const formsets: Readonly<Record<string, BoundFormset>> = "formsets" in form ? form.formsets : {};
  const inRows = new Set(Object.values(formsets).flatMap(({ fields }) => fields.map(({ name }) => name)));
  const own = form.fields.filter(({ name }) => !inRows.has(name));
  const fields = new Map(own.map((field) => [field.name, fieldSpec(field)]));
  const left = new Map(fields);
  const arranged = sections.map(({ label, description, fields: names }) => {
    const listed = names.flat().map((name) => {
      left.delete(name);
      return fields.get(name);
    });
    return section(label ?? "", description ?? "", listed.filter((field) => field !== undefined));
  });
  if (left.size > 0 || arranged.length === 0) arranged.push(section("", "", [...left.values()]));
  return Object.freeze({
    kind: "form",
    name: form.name,
    sections: Object.freeze(arranged),
    nonFieldErrors: Object.freeze([...form.errors.get("") ?? []]),
    errors: form.issues,
    hasFiles: form.hasFiles,
    ...("formsets" in form ? { formsets: specsOf(formsets) } : {}),
  });
}

function specsOf(formsets: Readonly<Record<string, BoundFormset>>): Readonly<Record<string, FormsetSpec>> {
  return Object.freeze(
    Object.fromEntries(Object.entries(formsets).map(([name, formset]) => [name, formsetSpec(formset)])),
  );
}

/**
 * Writes a formset down.
 *
 * @param formset The formset.
 * @returns The spec, frozen through and through.
 *
 * @example A formset as data
 * ```tsx
 * import { action, createHandler, defineForm, defineFormset, field, Form, formsetSpec, useForm } from "@hyper/actions";
 * import { assertStringIncludes } from "@std/assert";
 *
 * const Lines = defineFormset(defineForm("line", { fields: { label: field.text() } }), { prefix: "lines", extra: 2 });
 * const save = action("save", { form: Lines }, () => {});
 * function Drawn() {
 *   const form = useForm();
 *   return form.kind === "form" ? null : <p>{formsetSpec(form).rows.length} rows</p>;
 * }
 * const handler = createHandler({
 *   pages: [{ path: "/", load: () => Promise.resolve({ default: () => <Form action={save}><Drawn /></Form>, save }) }],
 * });
 * const page = await (await handler(new Request("http://localhost/"))).text();
 * assertStringIncludes(page, "<p>2 rows</p>");
 * ```
 */
export function formsetSpec(formset: BoundFormset): FormsetSpec {
  const { prefix, canDelete, canOrder, min, max } = formset.definition;
  return Object.freeze({
    kind: "formset",
    name: formset.name,
    prefix,
    rows: Object.freeze(formset.rows.map(rowSpec)),
    emptyRow: rowSpec(formset.emptyRow),
    nonFormErrors: Object.freeze([...formset.errors.get("") ?? []]),
    canDelete,
    canOrder,
    min,
    max,
    hasFiles: formset.hasFiles,
  });
}

function rowSpec({ form, index, extra, deleteField, orderField }: BoundFormsetRow): FormsetRowSpec {
  const fields = form.fields.map((field) => fieldSpec(field, { extra }));
  return Object.freeze({
    index,
    fields: Object.freeze(fields.filter(({ inputType }) => inputType !== "hidden")),
    hidden: Object.freeze(fields.filter(({ inputType }) => inputType === "hidden")),
    deleteField: deleteField === null ? null : fieldSpec(deleteField, { extra }),
    orderField: orderField === null ? null : fieldSpec(orderField, { extra }),
    errors: form.issues,
    extra,
  });
}

function section(label: string, description: string, fields: readonly FieldSpec[]): FormSectionSpec {
  return Object.freeze({ label, description, fields: Object.freeze(fields) });
}
