/**
 * Binding: a form or a formset becomes one that can be shown, with what was sent or without, and is checked on request.
 *
 * Nothing here waits for what is already there: most forms have no check that is asynchronous, and are valid at once.
 *
 * @module
 */
import type { RequestContext } from "../context.ts";
import type { AnyForm, BoundOf } from "./any_form.ts";
import { CompositeState } from "./bound_composite.ts";
import { type BoundData, type BoundState, FormState, type Sent } from "./bound_form.ts";
import { FormsetState, type RowState } from "./bound_formset.ts";
import { coerceInput, emptied } from "./coerce.ts";
import { listsOf } from "./composite.ts";
import type { FieldDefinition } from "./field_definition.ts";
import type { FieldResult } from "./field_rules.ts";
import { type CleanContext, fieldsOfForm } from "./form.ts";
import { copyPlain, expandPattern, formatPath, patternSteps, putAt, type Step, valueAt } from "./path.ts";
import { issueName, type StandardSchemaV1 } from "./schema.ts";
import { leafAt, type Shape } from "./shape.ts";
import { catalogueText } from "../texts/catalogue.ts";

/** The data of a form that is shown: blank, or with what was sent and not checked, for a guard, which decides before. */
export type ShownBinding =
  & Omit<BoundData, "sent">
  & ({ readonly mode: "blank" } | { readonly mode: "unchecked"; readonly sent: Sent });

/** The data of a form that was sent and is checked, and the request for `clean`. */
export interface CheckedBinding extends Omit<BoundData, "sent"> {
  /** Tells it from what is not checked. */
  readonly mode: "checked";
  /** The data that was sent. */
  readonly sent: Sent;
  /** The request. */
  readonly ctx: RequestContext;
}

/**
 * Binds a form or a formset to what was sent, or to nothing, without checking it.
 *
 * @returns The form, not valid.
 * @throws {TypeError} When `initial` does not hold named values, or for a formset a list of them.
 */
export function bind<F extends AnyForm>(form: F, binding: ShownBinding): BoundOf<F>;
/**
 * Binds a form or a formset to what was sent and validates it.
 *
 * @returns The form, valid or with errors; a promise only where something has to be waited for.
 * @throws {TypeError} When `initial` does not hold named values, or for a formset a list of them.
 */
export function bind<F extends AnyForm>(form: F, binding: CheckedBinding): BoundOf<F> | Promise<BoundOf<F>>;
export function bind(form: AnyForm, binding: ShownBinding | CheckedBinding): unknown {
  const { mode, initial, instance, texts } = binding;
  const bound = open(form, { sent: mode === "blank" ? null : binding.sent, initial, instance, texts });
  if (mode !== "checked") return bound;
  if (bound.kind === "formset") return checkRows(bound, binding.ctx);
  return bound instanceof CompositeState ? checkComposite(bound, binding.ctx) : checkForm(bound, binding.ctx);
}

function open(form: AnyForm, data: BoundData): FormState<unknown> | FormsetState<unknown> {
  if (form.kind === "formset") return new FormsetState(form, data);
  const lists = listsOf(form);
  return lists === null ? new FormState(form, data) : new CompositeState(form, data, lists);
}

async function checkComposite<V>(form: CompositeState<V>, ctx: RequestContext): Promise<CompositeState<V>> {
  await checkForm(form, ctx);
  for (const formset of Object.values(form.formsets)) await checkRows(formset, ctx);
  const lists = listsOf(form.definition);
  if (lists === null || form.errorCount > 0) return form;
  // `clean` of the lists gives values of the form it was written for.
  const definition = lists as { clean?(values: V, ctx: CleanContext): V };
  return acceptCleaned(form, form.together(), definition, ctx, (field, message) => form.addKeptError(field, message));
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
  row.isUntouched = row.extra && !row.isDeleted && row.isLeftAlone();
  const isSkipped = row.isUntouched || (row.extra && row.isDeleted);
  if (!isSkipped) await checkForm(row.form, ctx);
}

function checkForm<V>(form: FormState<V>, ctx: RequestContext): FormState<V> | Promise<FormState<V>> {
  const { schema } = form.definition;
  const values = schema === null ? readFields(form) : readWithSchema(form, schema);
  return values instanceof Promise
    ? values.then((settled) => acceptForm(form, settled, ctx))
    : acceptForm(form, values, ctx);
}

function acceptForm<V>(form: FormState<V>, values: V, ctx: RequestContext): FormState<V> | Promise<FormState<V>> {
  if (form.ownErrorCount > 0) return form;
  if (form.definition.clean !== undefined) {
    return acceptCleaned(form, values, form.definition, ctx, (field, message) => form.addError(field, message));
  }
  form.accept(values);
  return form;
}

async function acceptCleaned<V, B extends BoundState<V>>(
  bound: B,
  values: V,
  definition: { clean?(values: V, ctx: CleanContext): V | void | PromiseLike<V | void> },
  { request, url, params, deps, signal }: RequestContext,
  addError: CleanContext["addError"],
): Promise<B> {
  const cleaned = await definition.clean?.(values, { request, url, params, deps, signal, addError });
  if (bound.errorCount === 0) bound.accept(cleaned === undefined ? values : cleaned);
  return bound;
}

function readFields<V>(form: FormState<V>): V | Promise<V> {
  const values: [string, unknown][] = [];
  const waiting = checkEach(form.definition.fields.entries(), form, values);
  return waiting === null ? valuesOf<V>(values) : waiting.then(() => valuesOf<V>(values));
}

/** Checks fields one after another; `null` when that is done, a promise when one of them has to be waited for. */
function checkEach<V>(
  fields: Iterator<[string, FieldDefinition]>,
  form: FormState<V>,
  values: [string, unknown][],
): Promise<void> | null {
  const { sent } = form;
  for (let next = fields.next(); next.done !== true; next = fields.next()) {
    const [name, field] = next.value;
    const pending = field.check(Object.hasOwn(sent, name) ? sent[name] : undefined);
    if (pending instanceof Promise) {
      return pending.then((result) => {
        note(form, name, result, values);
        return checkEach(fields, form, values) ?? undefined;
      });
    }
    note(form, name, pending, values);
  }
  return null;
}

function note<V>(form: FormState<V>, name: string, result: FieldResult<unknown>, values: [string, unknown][]): void {
  if (result.kind === "valid") values.push([name, result.value]);
  else form.addText(name, result.message);
}

function valuesOf<V>(values: readonly (readonly [string, unknown])[]): V {
  // Of a form with fields alone V is the record of what its fields give. Where one gave nothing there is an error, and
  // the values are not read.
  return Object.fromEntries(values) as V;
}

async function readWithSchema<V>(form: FormState<V>, schema: StandardSchemaV1): Promise<V> {
  const { sent } = form;
  const { shape } = fieldsOfForm(form.definition);
  const input: unknown = shape === null ? copyPlain(sent) : coerceInput(shape, sent, false);
  if (form.definition.fields.size > 0) await checkWritten(form, shape, input);
  // What a field has said of itself the schema need not say again in other words.
  const refused = new Set(form.errors.keys());
  const pending = schema["~standard"].validate(input);
  // Not `instanceof Promise`: a promise of another library would pass for a result without issues.
  const result = "then" in pending ? await pending : pending;
  if (result.issues === undefined) {
    // V is the output type of this schema: defineForm() ties the two together.
    return result.value as V;
  }
  for (const issue of result.issues) {
    const name = issueName(issue);
    if (!refused.has(name)) form.addError(name, issue.message);
  }
  // The schema refused, so the form has an error and this value is not read.
  return undefined as V;
}

/** Checks the fields that were written down beside a schema, and puts their values into what the schema is given. */
async function checkWritten<V>(form: FormState<V>, shape: Shape | null, input: unknown): Promise<void> {
  for (const [pattern, field] of form.definition.fields) {
    for (const steps of expandPattern(patternSteps(pattern), form.sent)) {
      const pending = field.check(valueAt(form.sent, steps));
      // Not `instanceof Promise`: a promise of another library would pass for a result without issues.
      const result = "then" in pending ? await pending : pending;
      if (result.kind === "valid") putAt(input, steps, valueForSchema(shape, steps, result.value), shape === null);
      else form.addText(formatPath(steps), result.message);
    }
  }
}

// A field gives "" or `null` for nothing; the schema has its own word for it.
function valueForSchema(shape: Shape | null, steps: readonly Step[], value: unknown): unknown {
  if (value !== null && value !== "") return value;
  const leaf = shape === null ? null : leafAt(shape, steps);
  if (leaf === null) return value ?? undefined;
  if (value === "" && leaf.shape.kind === "scalar" && leaf.shape.emptyFits) return value;
  return emptied(leaf.shape, leaf.optional);
}
