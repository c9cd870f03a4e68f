/**
 * A form with lists in it, with what was sent, or blank.
 *
 * @module
 */
import type { BoundField } from "./bound_field.ts";
import { type BoundData, FormState } from "./bound_form.ts";
import { FormsetState } from "./bound_formset.ts";
import type { BoundFormWithFormsets, FormLists } from "./composite.ts";
import { ErrorList } from "./error_list.ts";
import type { FormDefinition } from "./form.ts";

/** A form of fields and lists. */
export class CompositeState<V> extends FormState<V> implements BoundFormWithFormsets<V> {
  readonly formsets: Readonly<Record<string, FormsetState<unknown>>>;

  constructor(definition: FormDefinition<V>, data: BoundData, { formsets }: FormLists) {
    const sent = Object.entries(data.sent ?? {}).filter(([name]) => !Object.hasOwn(formsets, name));
    // The rows are left out: a schema may refuse names that it does not know.
    super(definition, { ...data, sent: data.sent === null ? null : Object.fromEntries(sent) });
    this.formsets = Object.fromEntries(
      Object.entries(formsets).map(([name, formset]) => [
        name,
        new FormsetState(formset, { ...data, initial: Object.hasOwn(this.initial, name) ? this.initial[name] : null }),
      ]),
    );
  }

  override get hasFiles(): boolean {
    return super.hasFiles || Object.values(this.formsets).some((formset) => formset.hasFiles);
  }

  override get fields(): readonly BoundField[] {
    return [...super.fields, ...Object.values(this.formsets).flatMap(({ fields }) => fields)];
  }

  /** The values of the form and of its rows, once each of them is valid. */
  together(): V {
    const rows = Object.entries(this.formsets).map(([name, formset]) => [name, formset.values]);
    // V is the type of the form's values and those of its rows, as withFormsets() ties them together.
    return Object.assign({}, this.values, Object.fromEntries(rows)) as V;
  }

  override field(name: string): BoundField {
    return this.#formsetOf(name)?.formset.field(name) ?? super.field(name);
  }

  override addError(field: string, message: string): void {
    const found = this.#formsetOf(field);
    if (found === null) super.addError(field, message);
    else found.formset.addError(field === found.key ? "" : field, message);
  }

  /** Adds an error; a row is named by its place among those that are kept, as `clean` knows them. */
  addKeptError(field: string, message: string): void {
    const found = this.#formsetOf(field);
    if (found === null || field === found.key) this.addError(field, message);
    else found.formset.addKeptError(field, message);
  }

  protected override found(): ErrorList {
    const found = new ErrorList();
    found.addAll(super.found().all, (name) => name);
    for (const [key, formset] of Object.entries(this.formsets)) {
      found.addAll(formset.errors, (name) => name === "" ? key : name);
    }
    return found;
  }

  #formsetOf(name: string): { readonly key: string; readonly formset: FormsetState<unknown> } | null {
    for (const [key, formset] of Object.entries(this.formsets)) {
      if (name === key || name.startsWith(`${key}[`)) return { key, formset };
    }
    return null;
  }
}
