/**
 * Forms of any kind, as an action takes them: a form of fields, of fields and lists, or a list alone, which is a formset.
 *
 * @module
 */
import { type BoundFormWithFormsets, type FormWithFormsets, listsOf } from "./composite.ts";
import { type BoundForm, type FormDefinition, isForm } from "./form.ts";
import type { BoundFormset, FormsetDefinition } from "./formset.ts";

/** A form or a formset. */
export type AnyForm = FormDefinition | FormsetDefinition;

/** A form or a formset with what was sent, or blank. */
export type AnyBound = BoundForm | BoundFormWithFormsets | BoundFormset;

/** What a form or a formset becomes when it is bound. */
export type BoundOf<F extends AnyForm> = F extends FormWithFormsets<infer V, infer _I, infer R>
  ? BoundFormWithFormsets<V, R>
  : F extends FormDefinition<infer V> ? BoundForm<V>
  : F extends FormsetDefinition<infer V> ? BoundFormset<V>
  : never;

/** What a typed caller sends to a form or a formset. */
export type InputOf<F extends AnyForm> = F extends FormDefinition<infer _V, infer I> ? I
  : F extends FormsetDefinition<infer _V, infer I> ? Readonly<Record<string, readonly I[]>>
  : never;

/** Returns whether a value is a form or a formset. */
export function isAnyForm(value: unknown): value is AnyForm {
  return isForm(value) || (typeof value === "object" && value !== null && "kind" in value && value.kind === "formset");
}

/** Lists the forms whose fields are drawn and sent: that of a formset's rows, and those of the formsets in a form. */
export function formsIn(form: AnyForm): readonly FormDefinition[] {
  if (form.kind === "formset") return [form.form];
  return [form, ...Object.values(listsOf(form)?.formsets ?? {}).map(({ form }) => form)];
}
