/**
 * Forms written down as data, for a template of one's own: frozen, and safe to send as JSON.
 *
 * A spec holds every fact that drawing needs and nothing that is alive: no function, no file, no password.
 *
 * @module
 */
import type { BoundField } from "./bound_field.ts";
import type { BoundFormWithFormsets } from "./composite.ts";
import type { BoundForm } from "./form.ts";
import type { BoundFormset, BoundFormsetRow, FormsetDefinition } from "./formset.ts";

/** One field, written down: all that drawing needs of a bound field. */
export interface FieldSpec extends Omit<BoundField, "type" | "raw" | "definition"> {
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
export interface FormSpec extends Pick<BoundForm, "kind" | "name" | "hasFiles"> {
  /** Its fields, in sections. Every field of the form is in one. */
  readonly sections: readonly FormSectionSpec[];
  /** What was wrong with the form as a whole. */
  readonly nonFieldErrors: readonly string[];
  /** Everything that was wrong, by field name. */
  readonly errors: Readonly<Record<string, readonly string[]>>;
  /** The formsets in it, by name; absent where it has none. No section holds their fields. */
  readonly formsets?: Readonly<Record<string, FormsetSpec>>;
}

/** One row of a formset, written down. */
export interface FormsetRowSpec extends Pick<BoundFormsetRow, "index" | "extra"> {
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
}

/** A formset, written down. */
export interface FormsetSpec
  extends Pick<FormsetDefinition, "kind" | "name" | "prefix" | "canDelete" | "canOrder" | "min" | "max"> {
  /** Its rows. */
  readonly rows: readonly FormsetRowSpec[];
  /** The row to be cloned; its names hold `__index__` in place of a number. */
  readonly emptyRow: FormsetRowSpec;
  /** What was wrong with the formset as a whole. */
  readonly nonFormErrors: readonly string[];
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
  const { type: _type, raw: _raw, definition: _definition, ...facts } = field;
  return Object.freeze({
    ...facts,
    value: typeof field.value === "object" ? Object.freeze([...field.value]) : field.value,
    selected: Object.freeze([...field.selected]),
    errors: Object.freeze([...field.errors]),
    choices: Object.freeze(field.choices.map((choice) => Object.freeze({ ...choice }))),
    constraints: Object.freeze({ ...field.constraints }),
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
  return Object.freeze({
    kind: "form",
    name: form.name,
    sections: Object.freeze(arrange(own.map((field) => fieldSpec(field)), sections)),
    nonFieldErrors: Object.freeze([...form.errors.get("") ?? []]),
    errors: form.issues,
    hasFiles: form.hasFiles,
    ...("formsets" in form ? { formsets: specsOf(formsets) } : {}),
  });
}

function arrange(specs: readonly FieldSpec[], sections: readonly FormSection[]): readonly FormSectionSpec[] {
  const named = new Set(sections.flatMap(({ fields }) => fields.flat()));
  const arranged = sections.map(({ label, description, fields }) => {
    const listed = fields.flat().map((name) => specs.find((spec) => spec.name === name));
    return section(label ?? "", description ?? "", listed.filter((spec) => spec !== undefined));
  });
  const left = specs.filter(({ name }) => !named.has(name));
  return left.length > 0 || sections.length === 0 ? [...arranged, section("", "", left)] : arranged;
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
