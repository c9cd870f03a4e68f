/**
 * Binding: a form or a formset becomes one that can be shown, with what was sent or without, and checked where it is asked.
 *
 * @module
 */
import type { RequestContext } from "../context.ts";
import type { AnyForm, BoundOf } from "./any_form.ts";
import { CompositeState } from "./bound_composite.ts";
import { type BoundData, FormState, type Sent } from "./bound_form.ts";
import { FormsetState } from "./bound_formset.ts";
import { checkBound } from "./check_form.ts";
import { listsOf } from "./composite.ts";

/** The data of a form that was not sent. */
export interface BlankBinding extends Omit<BoundData, "sent"> {
  /** Tells it from what was sent. */
  readonly mode: "blank";
}

/** The data of a form that was sent and is not checked: for a guard, which decides before anything is looked into. */
export interface UncheckedBinding extends Omit<BoundData, "sent"> {
  /** Tells it from what is checked. */
  readonly mode: "unchecked";
  /** The data that was sent. */
  readonly sent: Sent;
}

/** The data of a form that was sent and is checked. */
export interface CheckedBinding extends Omit<BoundData, "sent"> {
  /** Tells it from what is not checked. */
  readonly mode: "checked";
  /** The data that was sent. */
  readonly sent: Sent;
  /** The request, for `clean`. */
  readonly ctx: RequestContext;
}

/**
 * Binds a form or a formset.
 *
 * @returns The form; when it is checked, valid or with errors, and a promise only where something has to be waited for.
 * @throws {TypeError} When `initial` does not hold named values, or for a formset a list of them.
 */
export function bind<F extends AnyForm>(form: F, binding: BlankBinding | UncheckedBinding): BoundOf<F>;
/**
 * Binds a form or a formset to what was sent and validates it.
 *
 * @returns The form, valid or with errors; a promise only where something has to be waited for.
 * @throws {TypeError} When `initial` does not hold named values, or for a formset a list of them.
 */
export function bind<F extends AnyForm>(form: F, binding: CheckedBinding): BoundOf<F> | Promise<BoundOf<F>>;
export function bind(form: AnyForm, binding: BlankBinding | UncheckedBinding | CheckedBinding): unknown {
  const { mode, initial, instance } = binding;
  const bound = open(form, { sent: mode === "blank" ? null : binding.sent, initial, instance });
  const checking = mode === "checked" ? checkBound(bound, binding.ctx) : null;
  return checking === null ? bound : checking.then(() => bound);
}

function open(form: AnyForm, data: BoundData): FormState<unknown> | FormsetState<unknown> {
  if (form.kind === "formset") return new FormsetState(form, data);
  const lists = listsOf(form);
  return lists === null ? new FormState(form, data) : new CompositeState(form, data, lists);
}
