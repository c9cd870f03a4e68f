// A form with formsets: for example an invoice and its lines, submitted and validated together.
import type { RequestContext } from "../context.ts";
import {
  type BoundForm,
  type CleanContext,
  extendForm,
  fieldsOfForm,
  type FormDefinition,
  type FormInitial,
  isForm,
  type SuccessFeedback,
} from "./form.ts";
import { type BoundFormset, type FormsetDefinition, isFormsetPrefix } from "./formset.ts";

/** Formsets by name; the name is the prefix of their rows and the key of their values. */
export type FormsetDefinitions = Readonly<Record<string, FormsetDefinition>>;

/**
 * The rows of formsets by name.
 *
 * @typeParam F The formsets.
 */
export type RowsOf<F extends FormsetDefinitions> = {
  readonly [K in keyof F]: F[K] extends FormsetDefinition<infer V> ? readonly V[] : never;
};

/**
 * The rows of formsets that a typed caller sends, by name; a missing one has no rows.
 *
 * @typeParam F The formsets.
 */
export type RowInputsOf<F extends FormsetDefinitions> = {
  readonly [K in keyof F]?: F[K] extends FormsetDefinition<infer _V, infer I> ? readonly I[] : never;
};

/**
 * Bound formsets by name.
 *
 * @typeParam F The formsets.
 */
export type BoundFormsetsOf<F extends FormsetDefinitions> = {
  readonly [K in keyof F]: F[K] extends FormsetDefinition<infer V> ? BoundFormset<V> : never;
};

/**
 * A form with formsets, frozen.
 *
 * @typeParam V Its values, rows included.
 * @typeParam I Data that a typed caller sends.
 * @typeParam F Its formsets.
 */
export interface FormWithFormsets<V = unknown, I = unknown, F extends FormsetDefinitions = FormsetDefinitions>
  extends FormDefinition<V, I> {
  /** Its formsets; the prefix of each is its name. */
  readonly formsets: F;
}

/**
 * A bound form with formsets.
 *
 * @typeParam V Its values, rows included.
 * @typeParam F Its formsets.
 */
export interface BoundFormWithFormsets<V = unknown, F extends FormsetDefinitions = FormsetDefinitions>
  extends BoundForm<V> {
  /** Its formsets by name. Render the rows with these; `fields` includes their fields. */
  readonly formsets: BoundFormsetsOf<F>;
}

/**
 * Options for {@linkcode withFormsets}.
 *
 * @typeParam V Its values, rows included.
 */
export interface WithFormsetsOptions<V> {
  /**
   * Validates all values together, after the form and each formset are valid. Row indices count only the rows that are
   * kept: `lines[0].label`.
   *
   * @returns The changed values, or nothing to keep them.
   */
  readonly clean?: ((values: V, ctx: CleanContext) => V | void | PromiseLike<V | void>) | undefined;
  /** The response after success, unless the action function returns one. Default: that of the form. */
  readonly success?: SuccessFeedback<V> | undefined;
}

/** The formsets of a form, and the validation of all its values. */
export interface FormLists {
  /** The formsets by name. */
  readonly formsets: FormsetDefinitions;
  /** Validates the values of the form and of its rows together. Called only with values of this form. */
  clean?(values: unknown, ctx: CleanContext): unknown;
}

const lists = new WeakMap<object, FormLists>();

/** Returns the formsets of a form; `null` for a form without formsets. */
export function listsOf(definition: FormDefinition): FormLists | null {
  return lists.get(definition) ?? null;
}

/**
 * Adds formsets to a form. One `<Form>` renders them, and they are submitted and validated together. The values of the
 * form contain their rows under the name of each formset, which is also the prefix of their fields.
 *
 * A formset starts with the rows under its name in the initial values of the form, else with those of its own
 * `getInitial`. `guard` and `success` of a formset are ignored: those of the form apply.
 *
 * @param form The form.
 * @param formsets The formsets by name: a letter, then up to 63 letters, digits, dashes or underscores.
 * @param options Validation across all values, and the response after success.
 * @returns The form with its formsets, frozen.
 * @throws {TypeError} If a name is invalid or the name of a field of the form, or if a value is not a form or a
 *   formset.
 *
 * @example An invoice and its lines
 * ```ts
 * import { action, defineForm, defineFormset, field, withFormsets } from "@hyper/actions";
 * import { assertEquals } from "@std/assert";
 *
 * const LineForm = defineForm("line", { fields: { text: field.text({ required: true }), price: field.number() } });
 * const InvoiceForm = withFormsets(
 *   defineForm("invoice", { fields: { customer: field.text({ required: true }) } }),
 *   { lines: defineFormset(LineForm, { min: 1, canDelete: true }) },
 * );
 * const save = action("save_invoice", { form: InvoiceForm }, ({ form }) => {
 *   const { customer, lines } = form.values; // a string, and a list of lines
 *   return { customer, total: lines.reduce((sum, { price }) => sum + (price ?? 0), 0) };
 * });
 * assertEquals([save.name, InvoiceForm.formsets.lines.prefix], ["save_invoice", "lines"]);
 * ```
 */
export function withFormsets<V, I, F extends FormsetDefinitions>(
  form: FormDefinition<V, I>,
  formsets: F,
  options: WithFormsetsOptions<V & RowsOf<F>> = {},
): FormWithFormsets<V & RowsOf<F>, I & RowInputsOf<F>, F> {
  if (!isForm(form)) {
    throw new TypeError("Cannot add formsets to a form: the value is not a form; create one with defineForm()");
  }
  // Only read by name; V and I are the types that the definitions declare.
  const base = form as FormDefinition;
  const placed = Object.freeze(Object.fromEntries(
    Object.entries(formsets).map(([name, formset]) => [name, withPrefix(base, name, formset)]),
  ));
  const { clean, success } = options;
  // Only if one of them has initial values: a form without them is rendered synchronously.
  const begins = [base, ...Object.values(placed)].some(({ getInitial }) => getInitial !== undefined);
  const definition = extendForm(base, {
    formsets: placed,
    ...(begins ? { getInitial: (ctx: RequestContext) => initialWith(base, placed, ctx) } : {}),
    ...(success === undefined ? {} : { success: Object.freeze({ ...success }) }),
  });
  lists.set(definition, { formsets: placed, ...(clean === undefined ? {} : { clean }) });
  // The values are those of the form and of its rows, as `CompositeState` combines them.
  return definition as unknown as FormWithFormsets<V & RowsOf<F>, I & RowInputsOf<F>, F>;
}

function withPrefix(form: FormDefinition, name: string, formset: FormsetDefinition): FormsetDefinition {
  const fault = faultOfFormset(form, name, formset);
  if (fault === null) return Object.freeze({ ...formset, prefix: name });
  throw new TypeError(`Cannot add formset "${name}" to form "${form.name}": ${fault}`);
}

function faultOfFormset(form: FormDefinition, name: string, formset: unknown): string | null {
  if (!isFormsetPrefix(name)) {
    return "the name is invalid; use a letter and up to 63 letters, digits, dashes or underscores";
  }
  const fields = fieldsOfForm(form);
  if (fields.names({}).some((field) => fields.path(field)[0] === name)) {
    return "the form has a field of this name; choose another one";
  }
  const isFormset = typeof formset === "object" && formset !== null && "kind" in formset && formset.kind === "formset";
  return isFormset ? null : "it is not a formset; create one with defineFormset()";
}

async function initialWith(
  base: FormDefinition,
  formsets: FormsetDefinitions,
  ctx: RequestContext,
): Promise<FormInitial> {
  const initial: Record<string, unknown> = { ...await base.getInitial?.(ctx) };
  for (const [name, formset] of Object.entries(formsets)) {
    if (formset.getInitial !== undefined && !Object.hasOwn(initial, name)) {
      initial[name] = await formset.getInitial(ctx);
    }
  }
  return initial;
}
