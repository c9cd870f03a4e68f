// A bound form with formsets in it.
import type { BoundField } from "./bound_field.ts";
import { type BoundData, type FormPart, FormState } from "./bound_form.ts";
import { FormsetState } from "./bound_formset.ts";
import type { BoundFormWithFormsets, FormLists } from "./composite.ts";
import type { FormDefinition } from "./form.ts";

/** A form of fields and formsets. */
export class CompositeState<V> extends FormState<V> implements BoundFormWithFormsets<V> {
  readonly formsets: Readonly<Record<string, FormsetState<unknown>>>;

  constructor(definition: FormDefinition<V>, data: BoundData, { formsets }: FormLists) {
    const sent = Object.entries(data.sent ?? {}).filter(([name]) => !Object.hasOwn(formsets, name));
    // Without the rows: a schema may reject names that it does not know.
    super(definition, { ...data, sent: data.sent === null ? null : Object.fromEntries(sent) });
    this.formsets = Object.fromEntries(
      Object.entries(formsets).map(([name, formset]) => [
        name,
        new FormsetState(formset, {
          ...data,
          ownInitial: undefined,
          initial: Object.hasOwn(this.initial, name) ? this.initial[name] : null,
        }),
      ]),
    );
  }

  override get hasFiles(): boolean {
    return super.hasFiles || Object.values(this.formsets).some((formset) => formset.hasFiles);
  }

  override get fields(): readonly BoundField[] {
    return [...super.fields, ...Object.values(this.formsets).flatMap(({ fields }) => fields)];
  }

  override get dependencies(): readonly string[] {
    return [...super.dependencies, ...Object.values(this.formsets).flatMap(({ dependencies }) => dependencies)];
  }

  /** The values of the form and of its rows, once each of them is valid. */
  combinedValues(): V {
    const rows = Object.entries(this.formsets).map(([name, formset]) => [name, formset.values]);
    // V is the type of the form's values and those of its rows, as withFormsets() declares.
    return Object.assign({}, this.values, Object.fromEntries(rows)) as V;
  }

  override field(name: string): BoundField {
    return this.#formsetOf(name)?.field(name) ?? super.field(name);
  }

  override addError(field: string, message: string): void {
    const formset = this.#formsetOf(field);
    if (formset === null) super.addError(field, message);
    else formset.addError(nameIn(formset, field), message);
  }

  /** Adds an error. Row indices count only the rows that are kept, as `clean` knows them. */
  addKeptError(field: string, message: string): void {
    const formset = this.#formsetOf(field);
    if (formset === null) super.addError(field, message);
    else formset.addKeptError(nameIn(formset, field), message);
  }

  protected override get parts(): readonly FormPart[] {
    return Object.entries(this.formsets).map(([key, { errors }]) => ({ errors, fullName: (name) => name || key }));
  }

  #formsetOf(name: string): FormsetState<unknown> | null {
    const key = Object.keys(this.formsets).find((key) => name === key || name.startsWith(`${key}[`));
    return key === undefined ? null : this.formsets[key] ?? null;
  }
}

// The name of a formset means the formset as a whole.
function nameIn({ definition }: FormsetState<unknown>, name: string): string {
  return name === definition.prefix ? "" : name;
}
