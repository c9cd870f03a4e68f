/**
 * A form with lists in it: an invoice and its lines, sent and judged as one.
 *
 * @module
 */
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

/** Formsets by the name that their rows are sent and read under. */
export type FormsetDefinitions = Readonly<Record<string, FormsetDefinition>>;

/**
 * The rows of formsets, by name.
 *
 * @typeParam F The formsets.
 */
export type RowsOf<F extends FormsetDefinitions> = {
  readonly [K in keyof F]: F[K] extends FormsetDefinition<infer V> ? readonly V[] : never;
};

/**
 * What a typed caller sends for the rows of formsets, by name; what is left out has none.
 *
 * @typeParam F The formsets.
 */
export type RowInputsOf<F extends FormsetDefinitions> = {
  readonly [K in keyof F]?: F[K] extends FormsetDefinition<infer _V, infer I> ? readonly I[] : never;
};

/**
 * Formsets with what was sent, by name.
 *
 * @typeParam F The formsets.
 */
export type BoundFormsetsOf<F extends FormsetDefinitions> = {
  readonly [K in keyof F]: F[K] extends FormsetDefinition<infer V> ? BoundFormset<V> : never;
};

/**
 * A form with formsets in it, frozen.
 *
 * @typeParam V Its values, rows included.
 * @typeParam I What a typed caller sends.
 * @typeParam F Its formsets.
 */
export interface FormWithFormsets<V = unknown, I = unknown, F extends FormsetDefinitions = FormsetDefinitions>
  extends FormDefinition<V, I> {
  /** Its formsets; the prefix of each is its name. */
  readonly formsets: F;
}

/**
 * A form with formsets in it, bound or blank.
 *
 * @typeParam V Its values, rows included.
 * @typeParam F Its formsets.
 */
export interface BoundFormWithFormsets<V = unknown, F extends FormsetDefinitions = FormsetDefinitions>
  extends BoundForm<V> {
  /** Its formsets, by name. Their rows are drawn from these, `fields` has their fields too. */
  readonly formsets: BoundFormsetsOf<F>;
}

/**
 * What a form with formsets may be told beside.
 *
 * @typeParam V Its values, rows included.
 */
export interface WithFormsetsOptions<V> {
  /**
   * Checks everything together, after the form and each formset were found sound. A row is named by its place among those that
   * are kept: `lines[0].label`.
   *
   * @returns The values to go on with, or nothing for the ones that came in.
   */
  readonly clean?: ((values: V, ctx: CleanContext) => V | void | PromiseLike<V | void>) | undefined;
  /** What follows success, unless the handler says something else. Default: what the form says. */
  readonly success?: SuccessFeedback<V> | undefined;
}

/** The lists of a form, and the check across all of it. */
export interface FormLists {
  /** The formsets, by name. */
  readonly formsets: FormsetDefinitions;
  /** Checks the values of the form and of its rows together. Called with values of this form alone. */
  clean?(values: unknown, ctx: CleanContext): unknown;
}

const lists = new WeakMap<object, FormLists>();

/** Finds the lists in a form; `null` for a form of fields alone. */
export function listsOf(definition: FormDefinition): FormLists | null {
  return lists.get(definition) ?? null;
}

/**
 * Puts formsets into a form: they are drawn by one `<Form>`, sent together, and valid together. Their rows are in the values
 * of the form, each list under its name, which is also what the names of its fields begin with.
 *
 * A list begins with what the form's initial values have under its name; where nobody gives any, with what its own
 * `getInitial` does. Guards and `success` of the formsets are not asked: those of the form are.
 *
 * @param form The form.
 * @param formsets The formsets, by name: a letter, then up to 63 letters, digits, dashes or underscores.
 * @param options What is checked across all, and what follows success.
 * @returns The form with its formsets, frozen.
 * @throws {TypeError} When a name is none, or one of the form's own fields, or something is no form or no formset.
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
 *   const { customer, lines } = form.values; // a text, and a list of lines
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
  if (!isForm(form)) throw new TypeError("Cannot put formsets into a form: it is none, make one with defineForm()");
  // Both are read by their names alone; V and I are what their makers have tied to them.
  const base = form as FormDefinition;
  const placed = Object.freeze(Object.fromEntries(
    Object.entries(formsets).map(([name, formset]) => [name, placeIn(base, name, formset)]),
  ));
  const { clean, success } = options;
  // Only where one of them gives some: a form that is shown without waiting stays one.
  const begins = [base, ...Object.values(placed)].some(({ getInitial }) => getInitial !== undefined);
  const definition = extendForm(base, {
    formsets: placed,
    ...(begins ? { getInitial: (ctx: RequestContext) => initialWith(base, placed, ctx) } : {}),
    ...(success === undefined ? {} : { success: Object.freeze({ ...success }) }),
  });
  lists.set(definition, { formsets: placed, ...(clean === undefined ? {} : { clean }) });
  // The values are those of the form and of its rows, as `CompositeState` puts them together.
  return definition as unknown as FormWithFormsets<V & RowsOf<F>, I & RowInputsOf<F>, F>;
}

function placeIn(form: FormDefinition, name: string, formset: FormsetDefinition): FormsetDefinition {
  const fault = faultOfPlace(form, name, formset);
  if (fault === null) return Object.freeze({ ...formset, prefix: name });
  throw new TypeError(`Cannot put formset "${name}" into form "${form.name}": ${fault}`);
}

function faultOfPlace(form: FormDefinition, name: string, formset: unknown): string | null {
  if (!isFormsetPrefix(name)) return "its name is no letter with up to 63 letters, digits, dashes or underscores";
  const fields = fieldsOfForm(form);
  if (fields.names({}).some((field) => fields.path(field)[0] === name)) return "the form has a field of this name";
  const isFormset = typeof formset === "object" && formset !== null && "kind" in formset && formset.kind === "formset";
  return isFormset ? null : "it is no formset, make one with defineFormset()";
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
