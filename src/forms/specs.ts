// Specs: forms as plain data for custom templates, frozen and safe to send as JSON.
//
// A spec contains every fact that rendering needs, but no function, file or password.
import type { BoundField } from "./bound_field.ts";
import type { BoundFormWithFormsets } from "./composite.ts";
import type { BoundForm } from "./form.ts";
import type { BoundFormset, BoundFormsetRow, FormsetDefinition } from "./formset.ts";

/** A field as plain data: all facts of a bound field that rendering needs. */
export interface FieldSpec extends Omit<BoundField, "type" | "raw" | "isVisible" | "definition"> {
  /** `true` if it is in an extra row of a formset. */
  readonly extra: boolean;
}

/** Fields that are rendered together. */
export interface FormSectionSpec {
  /** The heading, or `""`. */
  readonly label: string;
  /** The text below the heading, or `""`. */
  readonly description: string;
  /** The fields. */
  readonly fields: readonly FieldSpec[];
}

/** A form as plain data. */
export interface FormSpec extends Pick<BoundForm, "kind" | "name" | "hasFiles"> {
  /** Its fields, in sections. Every field is in one. */
  readonly sections: readonly FormSectionSpec[];
  /** The errors of the form as a whole. */
  readonly nonFieldErrors: readonly string[];
  /** All errors, by field name. */
  readonly errors: Readonly<Record<string, readonly string[]>>;
  /** The formsets of the form by name; absent if it has none. Sections do not contain their fields. */
  readonly formsets?: Readonly<Record<string, FormsetSpec>>;
}

/** A row of a formset as plain data. */
export interface FormsetRowSpec extends Pick<BoundFormsetRow, "index" | "extra"> {
  /** Its fields, without hidden ones and without the checkbox that deletes it. */
  readonly fields: readonly FieldSpec[];
  /** Its hidden fields. */
  readonly hidden: readonly FieldSpec[];
  /** The checkbox that deletes it, or `null`. */
  readonly deleteField: FieldSpec | null;
  /** The number that orders it, or `null`. */
  readonly orderField: FieldSpec | null;
  /** Its errors, by field name without the prefix; those of the row itself under `""`. */
  readonly errors: Readonly<Record<string, readonly string[]>>;
}

/** A formset as plain data. */
export interface FormsetSpec
  extends Pick<FormsetDefinition, "kind" | "name" | "prefix" | "canDelete" | "canOrder" | "min" | "max"> {
  /** Its rows. */
  readonly rows: readonly FormsetRowSpec[];
  /** The empty row; its names contain `__index__` instead of a number. */
  readonly emptyRow: FormsetRowSpec;
  /** The errors of the formset as a whole. */
  readonly nonFormErrors: readonly string[];
  /** `true` if it accepts files and is submitted as `multipart/form-data`. */
  readonly hasFiles: boolean;
}

/** Fields that are rendered together, with a heading. */
export interface FormSection {
  /** The heading. Default: none. */
  readonly label?: string | null | undefined;
  /** The text below the heading. Default: none. */
  readonly description?: string | undefined;
  /** The names of its fields. A nested list is a line of fields; its names are included. */
  readonly fields: readonly (string | readonly string[])[];
}

/**
 * Returns the spec of a field.
 *
 * @param field The field.
 * @param options `extra`: `true` for a field in an extra row of a formset. Default: `false`.
 * @returns The spec, deeply frozen.
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
  const { type: _type, raw: _raw, isVisible: _isVisible, definition: _definition, ...facts } = field;
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
 * Returns the spec of a form.
 *
 * Without sections, all fields are in one section without a heading. Unknown names in a section are ignored, so that
 * several forms can share an arrangement. Fields that no section names are in a last section without a heading.
 *
 * @param form The form.
 * @param sections The sections. Default: one section with all fields.
 * @returns The spec, deeply frozen.
 *
 * @example A form rendered from its spec
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
 * assertStringIncludes(page, '<section title="Heading"><input id="f-save-note-title"');
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
 * Returns the spec of a formset.
 *
 * @param formset The formset.
 * @returns The spec, deeply frozen.
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
