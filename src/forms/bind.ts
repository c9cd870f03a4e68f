// `bind()`: creates a bound form or formset from a definition and submitted data, and validates it on request.
//
// It is synchronous where possible: most forms have no asynchronous check.
import type { RequestContext, RequestMode } from "../context.ts";
import type { AnyForm, BoundOf } from "./any_form.ts";
import { CompositeState } from "./bound_composite.ts";
import { type BoundData, type BoundState, FormState, type Sent } from "./bound_form.ts";
import { FormsetState, type RowState } from "./bound_formset.ts";
import { coerceInput } from "./coerce.ts";
import { listsOf } from "./composite.ts";
import { type FieldDefinition, fieldOver } from "./field_definition.ts";
import type { FieldResult } from "./field_rules.ts";
import { type CleanContext, fieldsOfForm } from "./form.ts";
import {
  copyPlain,
  expandPattern,
  formatPath,
  isPlainObject,
  patternSteps,
  putAt,
  type Step,
  valueAt,
} from "./path.ts";
import { isLeftOut, isMissingValue, partialValues } from "./partial_values.ts";
import { issueName, type StandardSchemaV1 } from "./schema.ts";
import { type Shape, shapeAt } from "./shape.ts";
import type { FormChange } from "../protocol/row_change.ts";
import { catalogueText } from "../texts/catalogue.ts";

/** The data of a form that is not validated: blank, or with submitted data, for a guard that runs before validation. */
export type ShownBinding =
  & Omit<BoundData, "sent">
  & ({ readonly mode: "blank" } | { readonly mode: "unchecked"; readonly sent: Sent });

/** The data of a form whose rows are changed by a button, and which is not validated. */
export interface ChangedBinding extends Omit<BoundData, "sent" | "change"> {
  readonly mode: "changed";
  readonly sent: Sent;
  readonly change: FormChange;
}

/** The data of a form that is validated, and the request for `clean`. */
export interface CheckedBinding extends Omit<BoundData, "sent"> {
  readonly mode: "checked";
  readonly sent: Sent;
  readonly ctx: RequestContext;
}

/**
 * Binds a form or a formset without validating it.
 *
 * @throws {TypeError} If `initial` is not an object, or for a formset not a list of objects.
 */
export function bind<F extends AnyForm>(form: F, binding: ShownBinding | ChangedBinding): BoundOf<F>;
/**
 * Binds a form or a formset to submitted data and validates it.
 *
 * @returns The bound form, valid or with errors; a promise only if a check is asynchronous.
 * @throws {TypeError} If `initial` is not an object, or for a formset not a list of objects.
 */
export function bind<F extends AnyForm>(form: F, binding: CheckedBinding): BoundOf<F> | Promise<BoundOf<F>>;
export function bind(form: AnyForm, binding: ShownBinding | ChangedBinding | CheckedBinding): unknown {
  const { mode, initial, ownInitial, instance, action = null, texts } = binding;
  const sent = mode === "blank" ? null : binding.sent;
  const change = mode === "changed" ? binding.change : null;
  const bound = createBound(form, { sent, initial, ownInitial, instance, action, texts, change });
  if (mode !== "checked") return bound;
  if (bound.kind === "formset") return checkRows(bound, binding.ctx);
  return bound instanceof CompositeState ? checkComposite(bound, binding.ctx) : checkForm(bound, binding.ctx);
}

function createBound(form: AnyForm, data: BoundData): FormState<unknown> | FormsetState<unknown> {
  if (form.kind === "formset") return new FormsetState(form, data);
  const lists = listsOf(form);
  return lists === null ? new FormState(form, data) : new CompositeState(form, data, lists);
}

async function checkComposite<V>(form: CompositeState<V>, ctx: RequestContext): Promise<CompositeState<V>> {
  await checkForm(form, ctx);
  for (const formset of Object.values(form.formsets)) await checkRows(formset, ctx);
  const lists = listsOf(form.definition);
  if (lists === null || form.errorCount > 0) return form;
  // withFormsets() ties the type of `clean` to the form that it was written for.
  const definition = lists as { clean?(values: V, ctx: CleanContext): V };
  return acceptCleaned(
    form,
    form.combinedValues(),
    definition,
    ctx,
    (field, message) => form.addKeptError(field, message),
  );
}

async function checkRows<V>(formset: FormsetState<V>, ctx: RequestContext): Promise<FormsetState<V>> {
  const { definition } = formset;
  if (formset.isTooLong) formset.addText("", catalogueText("maxRows", { count: definition.max }));
  else for (const row of formset.rows) await checkRow(row, ctx);
  if (formset.errorCount > 0) return formset;
  const { kept } = formset;
  if (kept.length < definition.min) {
    formset.addText("", catalogueText("minRows", { count: definition.min }));
    return formset;
  }
  const values = kept.map((row) => row.form.values);
  return acceptCleaned(formset, values, definition, ctx, (field, message) => formset.addKeptError(field, message));
}

async function checkRow<V>(row: RowState<V>, ctx: RequestContext): Promise<void> {
  row.isUntouched = row.extra && !row.isDeleted && row.isUnchanged();
  if (row.isUntouched || (row.extra && row.isDeleted)) return;
  await checkForm(row.form, ctx);
  if (!row.isDeleted) row.checkOrder();
}

function checkForm<V>(form: FormState<V>, ctx: RequestContext): FormState<V> | Promise<FormState<V>> {
  const { schema } = form.definition;
  const values = schema === null ? readFields(form, ctx.mode) : readWithSchema(form, schema, ctx.mode);
  return values instanceof Promise
    ? values.then((values) => acceptForm(form, values, ctx))
    : acceptForm(form, values, ctx);
}

function acceptForm<V>(form: FormState<V>, values: V, ctx: RequestContext): FormState<V> | Promise<FormState<V>> {
  // A form that is only validated has values where they exist.
  const isPartial = ctx.mode === "validate" && form.definition.schema === null;
  if (form.own.count > 0 && !isPartial) return form;
  if (form.definition.clean !== undefined) {
    return acceptCleaned(form, values, form.definition, ctx, (field, message) => form.addError(field, message));
  }
  if (form.own.count === 0) form.accept(values);
  return form;
}

async function acceptCleaned<V, B extends BoundState<V>>(
  bound: B,
  values: V,
  definition: { clean?(values: V, ctx: CleanContext): V | void | PromiseLike<V | void> },
  ctx: RequestContext,
  addError: CleanContext["addError"],
): Promise<B> {
  const { request, url, params, cookies, deps, signal, mode } = ctx;
  let cleaned: V | void;
  try {
    cleaned = await definition.clean?.(values, { request, url, params, cookies, deps, signal, mode, addError });
  } catch (error) {
    if (mode === "submit" || !isMissingValue(error)) throw error;
    return bound;
  }
  if (bound.errorCount === 0) bound.accept(cleaned === undefined ? values : cleaned);
  return bound;
}

function readFields<V>(form: FormState<V>, mode: RequestMode): V | Promise<V> {
  const values: [string, unknown][] = [];
  const { fields } = form.definition;
  // V is the record of the fields' values. If a field has none, there is an error and the values are not read; those of a form that
  // is only validated throw where they are.
  const record = (): V => {
    const all = Object.fromEntries(values);
    if (mode === "submit") return all as V;
    return partialValues(all, [...fields.keys()].filter((name) => !Object.hasOwn(all, name))) as V;
  };
  return checkEach(fields.entries(), form, values, mode)?.then(record) ?? record();
}

/** Checks fields one after another. Returns `null` if all checks were synchronous. */
function checkEach<V>(
  fields: Iterator<[string, FieldDefinition]>,
  form: FormState<V>,
  values: [string, unknown][],
  mode: RequestMode,
): Promise<void> | null {
  const { sent } = form;
  for (let next = fields.next(); next.done !== true; next = fields.next()) {
    const [name, declared] = next.value;
    const field = form.resolve(declared);
    const value = Object.hasOwn(sent, name) ? sent[name] : undefined;
    if (mode === "validate" && isLeftOut(field, value)) continue;
    const accept = (result: FieldResult<unknown>): void => {
      if (result.kind === "valid") values.push([name, result.value]);
      else form.addText(name, result.message);
    };
    const result = field.check(value, form.stepInitial([name]));
    if (result instanceof Promise) {
      return result.then(accept).then(() => checkEach(fields, form, values, mode) ?? undefined);
    }
    accept(result);
  }
  return null;
}

async function readWithSchema<V>(form: FormState<V>, schema: StandardSchemaV1, mode: RequestMode): Promise<V> {
  const { shape } = fieldsOfForm(form.definition);
  const leftOut = mode === "validate" ? fieldsLeftOut(form) : [];
  const declared = await readDeclared(form, mode);
  // Before texts are converted: the values of declared fields decide which alternative of the schema is chosen.
  const sent = copyPlain(form.sent);
  for (const { steps, value } of declared) putAt(sent, steps, declaredInput(shape, steps, value), shape === null);
  const input: unknown = shape === null ? sent : coerceInput(shape, sent, false);
  // A field that has an error of its own needs none of the schema.
  const invalid = new Set(form.own.all.keys());
  const result = await schema["~standard"].validate(input);
  if (result.issues === undefined) {
    const { value } = result;
    const isWhole = leftOut.length === 0 || !isPlainObject(value);
    // V is the output type of this schema: defineForm() ties the two together.
    return (isWhole ? value : partialValues(value, leftOut.map(([name]) => String(name)))) as V;
  }
  for (const issue of result.issues) {
    const name = issueName(issue);
    if (!invalid.has(name)) form.addError(name, issue.message);
  }
  // The form has an error, so this value is not read.
  return undefined as V;
}

/** Returns the value of a declared field as it would be submitted for the schema: an empty one is `""`, or left out without a shape. */
function declaredInput(shape: Shape | null, steps: readonly Step[], value: unknown): unknown {
  if (shape === null) return value ?? undefined;
  const part = shapeAt(shape, steps)?.shape;
  const isText = part?.kind === "scalar" && part.type === "string";
  return isText && typeof value === "number" ? String(value) : value ?? "";
}

/** Returns the paths of the fields that the client has left out. */
function fieldsLeftOut<V>({ definition, sent }: FormState<V>): readonly (readonly Step[])[] {
  const fields = fieldsOfForm(definition);
  return fields.names(sent).map((name) => fields.path(name)).filter((steps) => {
    const field = fields.at(steps);
    return field !== null && isLeftOut(field, valueAt(sent, steps));
  });
}

/** Checks the fields that are declared besides a schema, as they are rendered, and returns their values. */
async function readDeclared<V>(
  form: FormState<V>,
  mode: RequestMode,
): Promise<readonly { readonly steps: readonly Step[]; readonly value: unknown }[]> {
  const fields = fieldsOfForm(form.definition);
  const values: { steps: readonly Step[]; value: unknown }[] = [];
  for (const [pattern, declared] of form.definition.fields) {
    for (const steps of expandPattern(patternSteps(pattern), form.sent)) {
      const sent = valueAt(form.sent, steps);
      if (mode === "validate" && isLeftOut(declared, sent)) continue;
      const initial = form.stepInitial(steps);
      const result = await form.resolve(fields.at(steps) ?? declared).check(sent, initial);
      if (result.kind === "valid") {
        values.push({ steps, value: result.value });
        continue;
      }
      // The schema has its own message for a rule that only it has, and its own step.
      const own = await form.resolve(fieldOver(declared, { step: "any" })).check(sent, initial);
      if (own.kind === "invalid") form.addText(formatPath(steps), own.message);
    }
  }
  return values;
}
