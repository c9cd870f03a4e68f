/**
 * A form with lists in it: an invoice and its lines, sent and judged as one.
 *
 * @module
 */
import type { RequestContext } from "../context.ts";
import type { Issues } from "../protocol/patch.ts";
import {
  bindForm,
  type BindInput,
  blankForm,
  type BlankInput,
  counted,
  ErrorList,
  uncheckedForm,
} from "./bound_form.ts";
import {
  type BoundField,
  type BoundForm,
  type CleanContext,
  extendForm,
  fieldNamesOf,
  type FormDefinition,
  type FormInitial,
  isForm,
  pathOf,
  type SuccessFeedback,
} from "./form.ts";
import {
  addKeptError,
  bindFormset,
  blankFormset,
  type BoundFormset,
  type FormsetDefinition,
  isFormsetPrefix,
  uncheckedFormset,
} from "./formset.ts";

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

/** What a composite is made of. */
interface Parts {
  readonly base: FormDefinition;
  readonly formsets: FormsetDefinitions;
  readonly clean: WithFormsetsOptions<unknown>["clean"];
}

// What each was made of; a form that is not in it has no formsets.
const parts = new WeakMap<object, Parts>();

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
  const own = new Set(fieldNamesOf(base, {}).map((name) => pathOf(base, name)[0]));
  const placed = Object.freeze(Object.fromEntries(
    Object.entries(formsets).map(([name, formset]) => [name, placeIn(base, own, name, formset)]),
  ));
  const { clean, success } = options;
  // Only where somebody gives some: a form that is shown without waiting stays one.
  const begins = [base, ...Object.values(placed)].some(({ getInitial }) => getInitial !== undefined);
  const definition = extendForm(base, {
    formsets: placed,
    ...(begins ? { getInitial: (ctx: RequestContext) => initialWith(base, placed, ctx) } : {}),
    ...(success === undefined ? {} : { success: Object.freeze({ ...success }) }),
  });
  // Called with values of this form alone.
  parts.set(definition, { base, formsets: placed, clean: clean as Parts["clean"] });
  // The values are those of the form and of its rows, as `bindComposite()` puts them together.
  return definition as unknown as FormWithFormsets<V & RowsOf<F>, I & RowInputsOf<F>, F>;
}

function placeIn(
  form: FormDefinition,
  own: ReadonlySet<unknown>,
  name: string,
  formset: FormsetDefinition,
): FormsetDefinition {
  const bad = (reason: string): TypeError =>
    new TypeError(`Cannot put formset "${name}" into form "${form.name}": ${reason}`);
  if (!isFormsetPrefix(name)) {
    throw bad("its name is no letter with up to 63 letters, digits, dashes or underscores");
  }
  if (own.has(name)) throw bad("the form has a field of this name");
  if (typeof formset !== "object" || formset === null || formset.kind !== "formset") {
    throw bad("it is no formset, make one with defineFormset()");
  }
  return Object.freeze({ ...formset, prefix: name });
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

/** The formsets in a form, by name. */
export function formsetsIn(definition: FormDefinition): FormsetDefinitions {
  return parts.get(definition)?.formsets ?? {};
}

/** Whether a form has formsets in it. */
export function hasFormsets(definition: FormDefinition): boolean {
  return parts.has(definition);
}

/** Binds a form with formsets to what was sent, and validates all of it. */
export async function bindComposite<V>(definition: FormDefinition<V>, input: BindInput): Promise<BoundForm<V>> {
  const { base, formsets, clean } = partsOf(definition);
  const form = new CompositeState(definition, await bindForm(base, without(formsets, input)));
  for (const [name, formset] of Object.entries(formsets)) {
    form.add(name, await bindFormset(formset, rowsInput(name, input)));
  }
  if (form.errorCount > 0) return form;
  const values = form.together();
  const { request, url, params, deps, signal } = input.ctx;
  const addError = (field: string, message: string): void => form.addKeptError(field, message);
  const cleaned = await clean?.(values, { request, url, params, deps, signal, addError });
  // `clean` gives values of the form it was written for.
  if (form.errorCount === 0) form.accept((cleaned === undefined ? values : cleaned) as V);
  return form;
}

/** A form with formsets with what was sent, neither checked nor valid. */
export function uncheckedComposite<V>(definition: FormDefinition<V>, input: BindInput): BoundForm<V> {
  const { base, formsets } = partsOf(definition);
  const form = new CompositeState(definition, uncheckedForm(base, without(formsets, input)));
  for (const [name, formset] of Object.entries(formsets)) {
    form.add(name, uncheckedFormset(formset, rowsInput(name, input)));
  }
  return form;
}

/** A form with formsets before anything was sent. */
export function blankComposite<V>(definition: FormDefinition<V>, { initial, instance }: BlankInput): BoundForm<V> {
  const { base, formsets } = partsOf(definition);
  const form = new CompositeState(definition, blankForm(base, { initial, instance }));
  for (const [name, formset] of Object.entries(formsets)) {
    form.add(name, blankFormset(formset, { initial: memberOf(initial, name), instance }));
  }
  return form;
}

function partsOf(definition: FormDefinition): Parts {
  const found = parts.get(definition);
  if (found === undefined) throw new TypeError(`Cannot bind form "${definition.name}": it has no formsets`);
  return found;
}

/** What the form itself is sent: a schema may refuse what it does not know. */
function without(formsets: FormsetDefinitions, input: BindInput): BindInput {
  const kwargs = Object.fromEntries(Object.entries(input.kwargs).filter(([name]) => !Object.hasOwn(formsets, name)));
  return { ...input, kwargs };
}

function rowsInput(name: string, input: BindInput): BindInput {
  return { ...input, initial: memberOf(input.initial, name) };
}

function memberOf(record: unknown, name: string): unknown {
  return typeof record === "object" && record !== null && Object.hasOwn(record, name)
    ? Reflect.get(record, name)
    : null;
}

class CompositeState<V> implements BoundFormWithFormsets<V> {
  readonly kind = "form";
  readonly definition: FormDefinition<V>;
  readonly name: string;
  readonly instance: string | null;
  readonly isBound: boolean;
  readonly initial: FormInitial;
  readonly formsets: Record<string, BoundFormset> = {};
  readonly #base: BoundForm;
  // Set once, when validation has ended well.
  #accepted: { readonly values: V } | null = null;

  constructor(definition: FormDefinition<V>, base: BoundForm) {
    this.definition = definition;
    this.name = definition.name;
    this.instance = base.instance;
    this.isBound = base.isBound;
    this.initial = base.initial;
    this.#base = base;
  }

  add(name: string, formset: BoundFormset): void {
    this.formsets[name] = formset;
  }

  /** The values of the form and of its rows; to be asked for when all of them are valid. */
  together(): unknown {
    const rows = Object.entries(this.formsets).map(([name, formset]) => [name, formset.values]);
    // The values of a form are a record, whatever its schema makes of them.
    return Object.assign({}, this.#base.values, Object.fromEntries(rows));
  }

  accept(values: V): void {
    this.#accepted = { values };
  }

  get isValid(): boolean {
    return this.#accepted !== null && this.errorCount === 0;
  }

  get values(): V {
    if (this.#accepted === null || this.errorCount > 0) {
      const state = this.isBound ? `${counted(this.errorCount)} found in it` : "nothing was sent to it";
      throw new TypeError(`Cannot read the values of form "${this.name}": ${state}, ask isValid first`);
    }
    return this.#accepted.values;
  }

  get hasFiles(): boolean {
    return this.#base.hasFiles || Object.values(this.formsets).some(({ hasFiles }) => hasFiles);
  }

  get #errors(): ErrorList {
    const errors = new ErrorList();
    const take = (name: string, messages: readonly string[]): void =>
      messages.forEach((each) => errors.add(name, each));
    this.#base.errors.forEach((messages, name) => take(name, messages));
    for (const [key, formset] of Object.entries(this.formsets)) {
      formset.errors.forEach((messages, name) => take(name === "" ? key : name, messages));
    }
    return errors;
  }

  get errors(): ReadonlyMap<string, readonly string[]> {
    return this.#errors.all;
  }

  get issues(): Issues {
    return this.#errors.toIssues();
  }

  get errorCount(): number {
    return this.#errors.count;
  }

  get fieldNames(): readonly string[] {
    return [...this.errors.keys()];
  }

  get fields(): readonly BoundField[] {
    return [...this.#base.fields, ...Object.values(this.formsets).flatMap(({ fields }) => fields)];
  }

  field(name: string): BoundField {
    return (this.#formsetOf(name)?.formset ?? this.#base).field(name);
  }

  addError(field: string, message: string): void {
    const found = this.#formsetOf(field);
    if (found === null) this.#base.addError(field, message);
    else found.formset.addError(field === found.key ? "" : field, message);
  }

  /** The same with rows by their place among those that are kept. */
  addKeptError(field: string, message: string): void {
    const found = this.#formsetOf(field);
    if (found === null || field === found.key) this.addError(field, message);
    else addKeptError(found.formset, field, message);
  }

  #formsetOf(name: string): { readonly key: string; readonly formset: BoundFormset } | null {
    for (const [key, formset] of Object.entries(this.formsets)) {
      if (name === key || name.startsWith(`${key}[`)) return { key, formset };
    }
    return null;
  }
}
