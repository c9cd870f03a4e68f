/**
 * Rows of one form: a list that is edited as a whole.
 *
 * Rows are sent as `prefix[0].name`, `prefix[1].name`, with `prefix[0]._delete` and `prefix[0]._order`. How many there
 * are follows from the indices; nothing else says so, and nothing has to agree with it.
 *
 * @module
 */
import type { Guard, RequestContext } from "../context.ts";
import type { Issues } from "../protocol/patch.ts";
import {
  bindAt,
  type BindInput,
  blankAt,
  type BlankInput,
  boundField,
  counted,
  describe,
  ErrorList,
  initialOf,
  type RowPlace,
  unchecked,
} from "./bound_form.ts";
import { isBlank } from "./coerce.ts";
import { field, type FieldDefinition } from "./field.ts";
import { checkedOf, numberOf, textOf } from "./field_value.ts";
import {
  type BoundBase,
  type BoundField,
  type BoundForm,
  type CleanContext,
  fieldNamesOf,
  type FormDefinition,
  type FormGuardContext,
  type FormInitial,
  type InitialValues,
  isForm,
  pathOf,
  type ShownValue,
  type SuccessFeedback,
  takesFiles,
} from "./form.ts";
import { isPlainObject, parsePath, prefixPath, valueAt } from "./path.ts";

/** What a formset may be told beside its form. Every option may be left out. */
export interface FormsetOptions<V> {
  /** What the names of its fields begin with: a letter, then letters, digits, dashes or underscores. Default: `form`. */
  readonly prefix?: string | undefined;
  /** The least number of rows that are kept. Default: 0. */
  readonly min?: number | undefined;
  /** The greatest number of rows, at most 1,000. Input with more is refused without looking into it. Default: 1,000. */
  readonly max?: number | undefined;
  /** How many empty rows are shown after those that are there. Default: 1. */
  readonly extra?: number | undefined;
  /** Whether each row has a box that deletes it. Default: `false`. */
  readonly canDelete?: boolean | undefined;
  /** Whether each row has a number that orders it. Default: `false`. */
  readonly canOrder?: boolean | undefined;
  /** The rows it begins with, for this request. Default: none. */
  readonly getInitial?:
    | ((
      ctx: RequestContext,
    ) => readonly InitialValues<V>[] | null | undefined | PromiseLike<readonly InitialValues<V>[] | null | undefined>)
    | undefined;
  /**
   * Checks the rows together, after each was found sound: those that are kept, in their order. An error of a row is added
   * under its place among these, whatever stands between them on the page: `addError("prefix[0].name", …)` for a field of
   * the first, `addError("prefix[0]", …)` for the first as a whole.
   *
   * @returns The rows to go on with, or nothing for the ones that came in.
   */
  readonly clean?:
    | ((rows: readonly V[], ctx: CleanContext) => readonly V[] | void | PromiseLike<readonly V[] | void>)
    | undefined;
  /** Decides who may go on, once the formset is bound and before its rows are checked. Default: everyone. */
  readonly guard?: Guard<FormGuardContext<BoundFormset<V>>> | undefined;
  /** What follows success, unless the handler says something else. Default: nothing. */
  readonly success?: SuccessFeedback<readonly V[]> | undefined;
}

/**
 * A formset, frozen. It holds nothing of a request: bind it for that.
 *
 * @typeParam V The values of a row.
 * @typeParam I What a typed caller sends for a row.
 */
export interface FormsetDefinition<V = unknown, I = unknown> {
  /** Tells a formset from a form. */
  readonly kind: "formset";
  /** The name of its form. */
  readonly name: string;
  /** The form of each row. */
  readonly form: FormDefinition<V, I>;
  /** What the names of its fields begin with. */
  readonly prefix: string;
  /** The least number of rows that are kept. */
  readonly min: number;
  /** The greatest number of rows. */
  readonly max: number;
  /** How many empty rows are shown after those that are there. */
  readonly extra: number;
  /** Whether each row has a box that deletes it. */
  readonly canDelete: boolean;
  /** Whether each row has a number that orders it. */
  readonly canOrder: boolean;
  /** Whether extra rows begin with nothing at all, not even what the fields of the form begin with. */
  readonly blankExtra: boolean;
  /** The rows it begins with, for a request. */
  getInitial?(
    ctx: RequestContext,
  ): readonly object[] | null | undefined | PromiseLike<readonly object[] | null | undefined>;
  /** Checks the rows together. */
  clean?(rows: readonly V[], ctx: CleanContext): readonly V[] | void | PromiseLike<readonly V[] | void>;
  /** Decides who may go on. */
  guard?(ctx: FormGuardContext<BoundFormset<V>>): ReturnType<Guard>;
  /** What follows success, or `null`. */
  readonly success: SuccessFeedback<readonly V[]> | null;
  /** Never there at run time: carries the types. */
  readonly types?: { readonly values: readonly V[]; readonly input: Readonly<Record<string, readonly I[]>> };
}

/** One row of a formset. */
export interface BoundFormsetRow<V = unknown> {
  /** Its form. Names of fields are given to it without the prefix: `row.form.field("name")`. */
  readonly form: BoundForm<V>;
  /** Its index in the names of its fields; `null` for the row to be cloned. */
  readonly index: number | null;
  /** Whether it stands after the rows that are there, and may be left empty. */
  readonly extra: boolean;
  /** The box that deletes it, or `null`. */
  readonly deleteField: BoundField | null;
  /** The number that orders it, or `null`. */
  readonly orderField: BoundField | null;
  /** Whether it was sent to be deleted. */
  readonly isDeleted: boolean;
  /** Whether it is an extra row in which nothing was entered: no row, neither valid nor refused. */
  readonly isUntouched: boolean;
}

/**
 * A formset with what was sent, or blank.
 *
 * @typeParam V The values of a row.
 */
export interface BoundFormset<V = unknown> extends BoundBase {
  /** Tells a formset from a form. */
  readonly kind: "formset";
  /** The formset. */
  readonly definition: FormsetDefinition<V>;
  /** The rows it began with. */
  readonly initial: readonly FormInitial[];
  /** All rows, those to be deleted and the untouched ones too, in the order of their indices. */
  readonly rows: readonly BoundFormsetRow<V>[];
  /**
   * A row whose names hold `__index__` in place of a number. Put it into a `<template>`: a row added in the browser is a
   * copy of it with the next number.
   */
  readonly emptyRow: BoundFormsetRow<V>;
  /**
   * The values of the rows that are kept, in order.
   *
   * @throws {TypeError} While the formset is not valid.
   */
  readonly values: readonly V[];
  /**
   * The rows that were there and are to be deleted. What is wrong with such a row does not refuse the formset: ask
   * `form.isValid` before `form.values`, or read `form.field("id").raw`.
   */
  readonly deleted: readonly BoundFormsetRow<V>[];
}

/** What stands for the number in the names of the row to be cloned. */
export const EMPTY_INDEX = "__index__";

const PREFIX = /^[A-Za-z][A-Za-z0-9_-]{0,63}$/;

/** Whether the names of fields of rows can begin with a text. */
export function isFormsetPrefix(text: string): boolean {
  return PREFIX.test(text);
}

const MAX_ROWS = 1000;

/**
 * Defines a formset: rows of one form.
 *
 * A row after those that are there, in which nothing was entered, is no row. What a row to be deleted holds is not held
 * against it.
 *
 * @param form The form of each row.
 * @param options How many rows, and what may be done to them.
 * @returns The formset, frozen.
 * @throws {TypeError | RangeError} When an option cannot be.
 *
 * @example A list that is edited as a whole
 * ```ts
 * import { defineForm, defineFormset, field } from "@hyper/actions";
 * import { assertEquals } from "@std/assert";
 *
 * const LineForm = defineForm("line", { fields: { label: field.text({ required: true }) } });
 * const Lines = defineFormset(LineForm, { prefix: "lines", max: 20, canDelete: true });
 * assertEquals(Lines.prefix, "lines");
 * ```
 */
export function defineFormset<V, I>(
  form: FormDefinition<V, I>,
  options: FormsetOptions<V> = {},
): FormsetDefinition<V, I> {
  if (!isForm(form)) {
    throw new TypeError(`Cannot define formset: its form is ${describe(form)}, make one with defineForm()`);
  }
  if ("formsets" in form) {
    throw new TypeError(`Cannot define formset of "${form.name}": it has formsets itself, rows have no rows`);
  }
  const { prefix = "form", min = 0, max = MAX_ROWS, extra = 1, canDelete = false, canOrder = false } = options;
  const { getInitial, clean, guard, success } = options;
  if (!PREFIX.test(prefix)) {
    throw new TypeError(
      `Cannot define formset of "${form.name}": prefix "${prefix}" is no letter with up to 63 letters, digits, dashes or underscores`,
    );
  }
  for (const [name, count, least] of [["min", min, 0], ["max", max, min], ["extra", extra, 0]] as const) {
    if (!Number.isInteger(count) || count < least || count > MAX_ROWS) {
      throw new RangeError(
        `Cannot define formset of "${form.name}": ${name} is ${count}, a whole number from ${least} to ${MAX_ROWS} is needed`,
      );
    }
  }
  return Object.freeze({
    kind: "formset",
    name: form.name,
    form,
    prefix,
    min,
    max,
    extra,
    canDelete,
    canOrder,
    blankExtra: false,
    ...(getInitial === undefined ? {} : { getInitial }),
    ...(clean === undefined ? {} : { clean }),
    ...(guard === undefined ? {} : { guard }),
    success: success === undefined ? null : Object.freeze({ ...success }),
  });
}

/**
 * Empties the extra rows of a formset of their initial values, so that one that nobody touched is sent empty.
 *
 * A formset definition comes back as a new one whose extra rows begin empty, wherever it is shown. A bound formset is
 * changed in place; a second time changes nothing.
 *
 * @param formset The formset, defined or bound.
 * @returns The new definition, or the same bound formset.
 *
 * @example Extra rows that begin empty
 * ```ts
 * import { cleanupExtraInitial, defineForm, defineFormset, field } from "@hyper/actions";
 * import { assert } from "@std/assert";
 *
 * const LineForm = defineForm("line", { fields: { unit: field.text({ initial: "kg" }) } });
 * const Lines = cleanupExtraInitial(defineFormset(LineForm));
 * assert(Lines.blankExtra);
 * ```
 */
export function cleanupExtraInitial<V, I>(formset: FormsetDefinition<V, I>): FormsetDefinition<V, I>;
/**
 * Empties the extra rows of a bound formset of their initial values.
 *
 * @param formset The formset.
 * @returns The same formset.
 */
export function cleanupExtraInitial<V>(formset: BoundFormset<V>): BoundFormset<V>;
export function cleanupExtraInitial<V, I>(
  formset: FormsetDefinition<V, I> | BoundFormset<V>,
): FormsetDefinition<V, I> | BoundFormset<V> {
  if (formset instanceof FormsetState) {
    formset.clearExtraInitial();
    return formset;
  }
  if (!("blankExtra" in formset)) {
    throw new TypeError("Cannot clear initial values: the value is no formset of defineFormset() or a page");
  }
  return Object.freeze({ ...formset, blankExtra: true });
}

/**
 * Binds a formset to what was sent and validates its rows, then the whole.
 *
 * @returns The formset, valid or with errors.
 * @throws {TypeError} When `initial` is no list of named values.
 */
export async function bindFormset<V>(definition: FormsetDefinition<V>, input: BindInput): Promise<BoundFormset<V>> {
  const { kwargs, instance, ctx } = input;
  const initial = rowsOf(definition, input.initial);
  const sent = sentRows(definition, kwargs);
  const isTooLong = sent.length > definition.max;
  const formset = new FormsetState(definition, initial, instance, true);
  if (isTooLong) formset.addError("", `Give at most ${countedRows(definition.max)}`);

  for (const [index, row] of sent.slice(0, MAX_ROWS).entries()) {
    const place = placeOf(definition, index, index >= initial.length);
    const rowInput = { kwargs: row.fields, initial: initial[index], instance, ctx };
    const shown = unchecked(definition.form, rowInput, place);
    // Rows too many are shown again, so that nothing typed is lost, and are not looked into.
    const isUntouched = !isTooLong && place.extra && !row.isDeleted &&
      isUntouchedRow(shown, blankAt(definition.form, rowInput, place), row.fields);
    const isSkipped = isTooLong || isUntouched || (place.extra && row.isDeleted);
    const form = isSkipped ? shown : await bindAt(definition.form, rowInput, place);
    formset.addRow(form, index, place.extra, { ...row, isUntouched });
  }
  if (formset.errorCount === 0) await checkWhole(definition, formset, ctx);
  return formset;
}

/**
 * A formset with what was sent, neither checked nor valid: for a guard, which decides before anything is looked into.
 *
 * @throws {TypeError} When `initial` is no list of named values.
 */
export function uncheckedFormset<V>(definition: FormsetDefinition<V>, input: BindInput): BoundFormset<V> {
  const initial = rowsOf(definition, input.initial);
  const formset = new FormsetState(definition, initial, input.instance, true);
  for (const [index, row] of sentRows(definition, input.kwargs).slice(0, MAX_ROWS).entries()) {
    const place = placeOf(definition, index, index >= initial.length);
    const rowInput = { ...input, kwargs: row.fields, initial: initial[index] };
    formset.addRow(unchecked(definition.form, rowInput, place), index, place.extra, { ...row, isUntouched: false });
  }
  return formset;
}

/**
 * A formset before anything was sent: the rows it begins with, and the extra ones.
 *
 * @throws {TypeError} When `initial` is no list of named values.
 */
export function blankFormset<V>(definition: FormsetDefinition<V>, { initial, instance }: BlankInput): BoundFormset<V> {
  const rows = rowsOf(definition, initial);
  const formset = new FormsetState(definition, rows, instance, false);
  const count = Math.min(definition.max, Math.max(definition.min, rows.length + definition.extra));
  for (let index = 0; index < Math.max(count, rows.length); index++) {
    const place = placeOf(definition, index, index >= rows.length);
    const form = blankAt(definition.form, { initial: rows[index], instance }, place);
    formset.addRow(form, index, place.extra, BLANK_ROW);
  }
  return formset;
}

/** Adds an error to a row of a bound formset by its place among those that are kept, as `clean` knows them. */
export function addKeptError(formset: BoundFormset, field: string, message: string): void {
  if (formset instanceof FormsetState) formset.addKeptError(field, message);
}

interface SentRow {
  readonly fields: Readonly<Record<string, unknown>>;
  readonly isDeleted: boolean;
  readonly order: unknown;
}

const BLANK_ROW = { fields: {}, isDeleted: false, order: undefined, isUntouched: false };

class FormsetState<V> implements BoundFormset<V> {
  readonly kind = "formset";
  readonly definition: FormsetDefinition<V>;
  readonly name: string;
  readonly instance: string | null;
  readonly isBound: boolean;
  readonly initial: readonly FormInitial[];
  readonly hasFiles: boolean;
  readonly #rows: RowState<V>[] = [];
  readonly #own = new ErrorList();
  #accepted: { readonly values: readonly V[] } | null = null;

  constructor(
    definition: FormsetDefinition<V>,
    initial: readonly FormInitial[],
    instance: string | null,
    isBound: boolean,
  ) {
    this.definition = definition;
    this.name = definition.name;
    this.initial = initial;
    this.instance = instance;
    this.isBound = isBound;
    this.hasFiles = takesFiles(definition.form);
  }

  get rows(): readonly BoundFormsetRow<V>[] {
    return this.#rows;
  }

  get emptyRow(): BoundFormsetRow<V> {
    const place = placeOf(this.definition, EMPTY_INDEX, true);
    const form = blankAt(this.definition.form, { initial: null, instance: this.instance }, place);
    return this.#row(form, null, place.extra, BLANK_ROW);
  }

  get isValid(): boolean {
    return this.#accepted !== null && this.errorCount === 0;
  }

  get values(): readonly V[] {
    if (this.#accepted === null || this.errorCount > 0) {
      const state = this.isBound ? `${counted(this.errorCount)} found in it` : "nothing was sent to it";
      throw new TypeError(`Cannot read the values of formset "${this.name}": ${state}, ask isValid first`);
    }
    return this.#accepted.values;
  }

  get deleted(): readonly BoundFormsetRow<V>[] {
    return this.#rows.filter((row) => row.isDeleted && !row.extra);
  }

  get errors(): ReadonlyMap<string, readonly string[]> {
    const all = new Map(this.#own.all);
    for (const { form, index, isDeleted, orderErrors } of this.#rows) {
      if (isDeleted) continue;
      const prefix = rowPrefix(this.definition, index ?? EMPTY_INDEX);
      for (const [name, messages] of [...form.errors, ...orderErrors]) {
        const full = prefixPath(prefix, name);
        all.set(full, [...all.get(full) ?? [], ...messages]);
      }
    }
    return all;
  }

  get issues(): Issues {
    return Object.freeze(
      Object.fromEntries(Array.from(this.errors, ([name, list]) => [name, Object.freeze([...list])])),
    );
  }

  get errorCount(): number {
    return this.errors.values().reduce((count, messages) => count + messages.length, 0);
  }

  get fieldNames(): readonly string[] {
    return [...this.errors.keys()];
  }

  get fields(): readonly BoundField[] {
    return this.#rows.flatMap(fieldsOfRow);
  }

  field(name: string): BoundField {
    const [prefix, index, ...steps] = parsePath(name);
    const row = prefix === this.definition.prefix && typeof index === "number" ? this.#rows[index] : undefined;
    if (row === undefined || steps.length === 0) {
      throw new TypeError(
        `Cannot find field "${name}" of formset "${this.name}": it has ${this.#rows.length} rows, ` +
          `name a field of one as "${this.definition.prefix}[0].name"`,
      );
    }
    const own = [row.deleteField, row.orderField].find((field) => field?.name === name);
    return own ?? row.form.field(name.slice(rowPrefix(this.definition, row.index ?? 0).length + 1));
  }

  addError(field: string, message: string): void {
    const [prefix, index, ...steps] = parsePath(field);
    const row = prefix === this.definition.prefix && typeof index === "number" ? this.#rows[index] : undefined;
    if (row === undefined) this.#own.add(field, message);
    else {row.form.addError(
        steps.length === 0 ? "" : field.slice(rowPrefix(this.definition, row.index ?? 0).length + 1),
        message,
      );}
  }

  /** Adds an error to a row by its place among those that are kept, as `clean` knows them. */
  addKeptError(field: string, message: string): void {
    const { definition } = this;
    const [prefix, index, ...steps] = parsePath(field);
    if (prefix !== definition.prefix || typeof index !== "number") return this.addError(field, message);
    const rows = this.kept();
    const row = rows[index];
    if (row === undefined) {
      throw new RangeError(
        `Cannot add an error to "${field}" of formset "${definition.name}": clean was given ${
          countedRows(rows.length)
        }, ` +
          `which are counted from 0`,
      );
    }
    row.form.addError(steps.length === 0 ? "" : field.slice(rowPrefix(definition, index).length + 1), message);
  }

  addRow(form: BoundForm<V>, index: number, extra: boolean, sent: SentRow & { readonly isUntouched: boolean }): void {
    this.#rows.push(this.#row(form, index, extra, sent));
  }

  /** The rows that are kept, in their order. */
  kept(): readonly RowState<V>[] {
    const rows = this.#rows.filter((row) => !row.isDeleted && !row.isUntouched);
    if (!this.definition.canOrder) return rows;
    // Rows without a number stand last, in the order they came.
    return rows.toSorted((a, b) =>
      (a.order ?? Infinity) === (b.order ?? Infinity) ? 0 : (a.order ?? Infinity) - (b.order ?? Infinity)
    );
  }

  accept(values: readonly V[]): void {
    this.#accepted = { values };
  }

  clearExtraInitial(): void {
    for (const [index, row] of this.#rows.entries()) {
      if (!row.extra || this.isBound) continue;
      const place = { ...placeOf(this.definition, index, true), blank: true };
      const form = blankAt(this.definition.form, { initial: null, instance: this.instance }, place);
      this.#rows[index] = this.#row(form, index, true, BLANK_ROW);
    }
  }

  #row(
    form: BoundForm<V>,
    index: number | null,
    extra: boolean,
    { isDeleted, isUntouched, order }: SentRow & { readonly isUntouched: boolean },
  ): RowState<V> {
    const { canDelete, canOrder } = this.definition;
    const number = order === undefined ? null : numberOf(textOf(order) ?? "");
    const isMisplaced = canOrder && !isUntouched && !isDeleted && (textOf(order) ?? "?").trim() !== "" &&
      number === null;
    const orderErrors = new Map(isMisplaced ? [["_order", ["Enter a number"]]] : []);
    const own = (name: string, definition: FieldDefinition, sent: unknown, initial: unknown): BoundField =>
      boundField({
        form: this.name,
        instance: this.instance,
        name: `${rowPrefix(this.definition, index ?? EMPTY_INDEX)}.${name}`,
        steps: [this.definition.prefix, index ?? EMPTY_INDEX, name],
        definition,
        sent,
        initial,
        isBound: this.isBound && index !== null,
        extra,
        errors: () => [...orderErrors.get(name) ?? [], ...form.errors.get(name) ?? []],
      });
    return {
      form,
      index,
      extra,
      deleteField: canDelete ? own("_delete", DELETE_FIELD, isDeleted, false) : null,
      orderField: canOrder ? own("_order", ORDER_FIELD, order, extra || index === null ? undefined : index + 1) : null,
      isDeleted,
      isUntouched,
      order: number,
      orderErrors,
    };
  }
}

interface RowState<V> extends BoundFormsetRow<V> {
  readonly order: number | null;
  readonly orderErrors: ReadonlyMap<string, readonly string[]>;
}

const DELETE_FIELD = field.checkbox({ label: "Delete" });
const ORDER_FIELD = field.number({ label: "Order", step: "any" });

async function checkWhole<V>(
  definition: FormsetDefinition<V>,
  formset: FormsetState<V>,
  ctx: RequestContext,
): Promise<void> {
  const rows = formset.kept();
  if (rows.length < definition.min) {
    formset.addError("", `Give at least ${countedRows(definition.min)}`);
    return;
  }
  const values = rows.map((row) => row.form.values);
  const { request, url, params, deps, signal } = ctx;
  const addError = (field: string, message: string): void => formset.addKeptError(field, message);
  const cleaned = await definition.clean?.(values, { request, url, params, deps, signal, addError });
  if (formset.errorCount === 0) formset.accept(cleaned === undefined ? values : cleaned);
}

function sentRows(
  { prefix, canDelete, canOrder }: FormsetDefinition,
  kwargs: Readonly<Record<string, unknown>>,
): readonly SentRow[] {
  const sent: unknown = Object.hasOwn(kwargs, prefix) ? kwargs[prefix] : undefined;
  const list: readonly unknown[] = Array.isArray(sent) ? sent : [];
  // One past the limit is enough to refuse the rest by.
  return list.slice(0, MAX_ROWS + 1).map((row) => {
    const fields = new Map(Object.entries(isPlainObject(row) ? row : {}));
    const isDeleted = canDelete && checkedOf(fields.get("_delete")) === true;
    const order = canOrder ? fields.get("_order") : undefined;
    // Ordinary names where the formset does not use them.
    if (canDelete) fields.delete("_delete");
    if (canOrder) fields.delete("_order");
    return { fields: Object.fromEntries(fields), isDeleted, order };
  });
}

function rowsOf({ name }: FormsetDefinition, initial: unknown): readonly FormInitial[] {
  if (initial === undefined || initial === null) return [];
  if (!Array.isArray(initial)) {
    throw new TypeError(
      `Cannot begin formset "${name}": its initial values are ${describe(initial)}, a list of rows is needed`,
    );
  }
  return initial.map((row) => initialOf(name, row));
}

function placeOf(definition: FormsetDefinition, index: number | typeof EMPTY_INDEX, extra: boolean): RowPlace {
  return {
    steps: [definition.prefix, index],
    prefix: rowPrefix(definition, index),
    extra,
    blank: extra && definition.blankExtra,
  };
}

function rowPrefix({ prefix }: FormsetDefinition, index: number | typeof EMPTY_INDEX): string {
  return `${prefix}[${index}]`;
}

// Nothing was entered in a row when each field is empty or still holds what it began with.
function isUntouchedRow(sent: BoundForm, blank: BoundForm, fields: Readonly<Record<string, unknown>>): boolean {
  const names = fieldNamesOf(sent.definition, fields);
  if (names.length === 0) return isBlank(fields);
  return names.every((name) => {
    if (isBlank(valueAt(fields, pathOf(sent.definition, name)))) return true;
    const { type, value } = sent.field(name);
    // What a password or a file field holds is never shown, so it cannot be compared.
    return type !== "password" && type !== "file" && isSame(value, blank.field(name).value);
  });
}

function isSame(a: ShownValue, b: ShownValue): boolean {
  if (typeof a !== "object" || typeof b !== "object") return a === b || a === false;
  return a.length === b.length && a.every((text, index) => text === b[index]);
}

function fieldsOfRow({ form, deleteField, orderField }: BoundFormsetRow): readonly BoundField[] {
  return [...form.fields, ...[orderField, deleteField].filter((field) => field !== null)];
}

function countedRows(rows: number): string {
  return rows === 1 ? "1 row" : `${rows} rows`;
}
