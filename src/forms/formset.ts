// Formsets: rows of one form that are edited as a list.
//
// Rows are submitted as `prefix[0].name`, `prefix[1].name`, with `prefix[0]._delete` and `prefix[0]._order`. The
// indices alone determine the number of rows.
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

/** Options for {@linkcode defineFormset}. */
export interface FormsetOptions<V> {
  /** The prefix of its field names: a letter, then letters, digits, dashes or underscores. Default: `form`. */
  readonly prefix?: string | undefined;
  /** Minimum number of rows that are kept. Default: `0`. */
  readonly min?: number | undefined;
  /**
   * Maximum number of rows, at most 1,000. Input with more is invalid and its rows are not checked. Default: `1000`.
   */
  readonly max?: number | undefined;
  /** Number of empty rows after the existing ones. Default: `1`. */
  readonly extra?: number | undefined;
  /** If `true`, each row has a checkbox that deletes it. Default: `false`. */
  readonly canDelete?: boolean | undefined;
  /** If `true`, each row has a number that orders it. Default: `false`. */
  readonly canOrder?: boolean | undefined;
  /** Returns the initial rows for a request. Default: none. */
  readonly getInitial?:
    | ((
      ctx: RequestContext,
    ) => readonly InitialValues<V>[] | null | undefined | PromiseLike<readonly InitialValues<V>[] | null | undefined>)
    | undefined;
  /**
   * Validates the rows together, after each row is valid. It receives the rows that are kept, in their order, and row
   * indices in `addError()` count only these: `addError("prefix[0].name", …)` for a field of the first row,
   * `addError("prefix[0]", …)` for the row itself.
   *
   * @returns The changed rows, or nothing to keep them.
   */
  readonly clean?:
    | ((rows: readonly V[], ctx: CleanContext) => readonly V[] | void | PromiseLike<readonly V[] | void>)
    | undefined;
  /**
   * Decides whether a request may continue, after the formset is bound and before its rows are validated. Default:
   * every request may.
   */
  readonly guard?: Guard<FormGuardContext<BoundFormset<V>>> | undefined;
  /** The response after success, unless the action function returns one. Default: none. */
  readonly success?: SuccessFeedback<readonly V[]> | undefined;
}

/**
 * A formset definition, frozen and independent of a request.
 *
 * @typeParam V The values of a row.
 * @typeParam I Data of a row that a typed caller sends.
 */
export interface FormsetDefinition<V = unknown, I = unknown> {
  /** Distinguishes a formset from a form. */
  readonly kind: "formset";
  /** The name of its form. */
  readonly name: string;
  /** The form of each row. */
  readonly form: FormDefinition<V, I>;
  /** The prefix of its field names. */
  readonly prefix: string;
  /** Minimum number of rows that are kept. */
  readonly min: number;
  /** Maximum number of rows. */
  readonly max: number;
  /** Number of empty rows after the existing ones. */
  readonly extra: number;
  /** `true` if each row has a checkbox that deletes it. */
  readonly canDelete: boolean;
  /** `true` if each row has a number that orders it. */
  readonly canOrder: boolean;
  /** `true` if extra rows have no initial values, not even those of the form's fields. */
  readonly blankExtra: boolean;
  /** Returns the initial rows for a request. */
  getInitial?(
    ctx: RequestContext,
  ): readonly object[] | null | undefined | PromiseLike<readonly object[] | null | undefined>;
  /** Validates the rows together. */
  clean?(rows: readonly V[], ctx: CleanContext): readonly V[] | void | PromiseLike<readonly V[] | void>;
  /** Decides whether a request may continue. */
  guard?(ctx: FormGuardContext<BoundFormset<V>>): ReturnType<Guard>;
  /** The response after success, or `null`. */
  readonly success: SuccessFeedback<readonly V[]> | null;
  /** Never set at run time: carries the types. */
  readonly types?: { readonly values: readonly V[]; readonly input: Readonly<Record<string, readonly I[]>> };
}

/** A row of a bound formset. */
export interface BoundFormsetRow<V = unknown> {
  /** Its form. Its field names have no prefix: `row.form.field("name")`. */
  readonly form: BoundForm<V>;
  /** Its index in the names of its fields; `null` for the empty row. */
  readonly index: number | null;
  /** `true` for a row after the existing ones, which may be left empty. */
  readonly extra: boolean;
  /** The checkbox that deletes it, or `null`. */
  readonly deleteField: BoundField | null;
  /** The number that orders it, or `null`. */
  readonly orderField: BoundField | null;
  /** `true` if it was submitted for deletion. */
  readonly isDeleted: boolean;
  /** `true` if it is an extra row without input. Such a row is ignored: it is neither valid nor invalid. */
  readonly isUntouched: boolean;
}

/**
 * A bound formset.
 *
 * @typeParam V The values of a row.
 */
export interface BoundFormset<V = unknown> extends BoundBase {
  /** Distinguishes a formset from a form. */
  readonly kind: "formset";
  /** The definition. */
  readonly definition: FormsetDefinition<V>;
  /** The initial rows. */
  readonly initial: readonly FormInitial[];
  /** All rows, including deleted and untouched ones, in the order of their indices. */
  readonly rows: readonly BoundFormsetRow<V>[];
  /** The rows that are not marked for deletion, in the order that they are shown in: that of their numbers with `canOrder`. */
  readonly shownRows: readonly BoundFormsetRow<V>[];
  /**
   * A row whose names contain `__index__` instead of a number. Render it into a `<template>`: the browser adds a row by
   * copying it with the next index.
   */
  readonly emptyRow: BoundFormsetRow<V>;
  /**
   * Index of the row that `<AddRow>`, `<RemoveRow>` or `<MoveRow>` has just added, moved, or removed the neighbor of, when the
   * server made the change; `null` otherwise. `<Rows>` moves the focus to it.
   */
  readonly currentRow: number | null;
  /**
   * The values of the rows that are kept, in order.
   *
   * @throws {TypeError} If the formset is not valid.
   */
  readonly values: readonly V[];
  /**
   * The existing rows that are marked for deletion. Their errors do not make the formset invalid: check `form.isValid`
   * before `form.values`, or read `form.field("id").raw`.
   */
  readonly deleted: readonly BoundFormsetRow<V>[];
}

const PREFIX = /^[A-Za-z][A-Za-z0-9_-]{0,63}$/;

/** Maximum number of rows of any formset. */
export const MAX_ROWS = 1000;

/** Returns whether a string can be the prefix of a formset. */
export function isFormsetPrefix(text: string): boolean {
  return PREFIX.test(text);
}

/**
 * Defines a formset: rows of one form.
 *
 * Extra rows without input are ignored. Errors of rows marked for deletion are ignored.
 *
 * @param form The form of each row.
 * @param options Limits, and whether rows can be deleted and ordered.
 * @returns The formset, frozen.
 * @throws {TypeError | RangeError} If an option is invalid.
 *
 * @example A list of lines
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
    throw new TypeError(`Cannot define formset: its form is ${describeValue(form)}; create one with defineForm()`);
  }
  const { prefix = "form", min = 0, max = MAX_ROWS, extra = 1, canDelete = false, canOrder = false } = options;
  const { getInitial, clean, guard, success } = options;
  const fault = "formsets" in form
    ? "it has formsets; a row cannot contain rows"
    : isFormsetPrefix(prefix)
    ? null
    : `prefix "${prefix}" is invalid; use a letter and up to 63 letters, digits, dashes or underscores`;
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

function faultOfCount(name: string, count: number, least: number): string | null {
  if (Number.isInteger(count) && count >= least && count <= MAX_ROWS) return null;
  return `${name} is ${count}; use an integer from ${least} to ${MAX_ROWS}`;
}
