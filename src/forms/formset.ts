/**
 * Rows of one form: a list that is edited as a whole.
 *
 * Rows are sent as `prefix[0].name`, `prefix[1].name`, with `prefix[0]._delete` and `prefix[0]._order`. How many there
 * are follows from the indices; nothing else says so, and nothing has to agree with it.
 *
 * @module
 */
import type { Guard, RequestContext } from "../context.ts";
import type { BoundField } from "./bound_field.ts";
import {
  type BoundBase,
  type BoundForm,
  type CleanContext,
  type FormDefinition,
  type FormGuardContext,
  type FormInitial,
  type InitialValues,
  isForm,
  type SuccessFeedback,
} from "./form.ts";
import { describeValue } from "./initial.ts";

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

const PREFIX = /^[A-Za-z][A-Za-z0-9_-]{0,63}$/;

/** The greatest number of rows of any formset. */
export const MAX_ROWS = 1000;

/** Returns whether the names of fields of rows can begin with a text. */
export function isFormsetPrefix(text: string): boolean {
  return PREFIX.test(text);
}

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
    throw new TypeError(`Cannot define formset: its form is ${describeValue(form)}, make one with defineForm()`);
  }
  const { prefix = "form", min = 0, max = MAX_ROWS, extra = 1, canDelete = false, canOrder = false } = options;
  const { getInitial, clean, guard, success } = options;
  const fault = "formsets" in form ? "it has formsets itself, rows have no rows" : faultOfPrefix(prefix);
  if (fault !== null) throw new TypeError(`Cannot define formset of "${form.name}": ${fault}`);
  const miscount = faultOfCount("min", min, 0) ?? faultOfCount("max", max, min) ?? faultOfCount("extra", extra, 0);
  if (miscount !== null) throw new RangeError(`Cannot define formset of "${form.name}": ${miscount}`);
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

function faultOfPrefix(prefix: string): string | null {
  if (isFormsetPrefix(prefix)) return null;
  return `prefix "${prefix}" is no letter with up to 63 letters, digits, dashes or underscores`;
}

function faultOfCount(name: string, count: number, least: number): string | null {
  if (Number.isInteger(count) && count >= least && count <= MAX_ROWS) return null;
  return `${name} is ${count}, a whole number from ${least} to ${MAX_ROWS} is needed`;
}
