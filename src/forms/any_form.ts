/**
 * What an action takes: a form or a formset, made for a request, shown blank, bound to what was sent, validated.
 *
 * @module
 */
import type { RequestContext } from "../context.ts";
import { bindForm, type BindInput, blankForm, ErrorList, uncheckedForm } from "./bound_form.ts";
import {
  bindComposite,
  blankComposite,
  type BoundFormWithFormsets,
  formsetsIn,
  type FormWithFormsets,
  hasFormsets,
  uncheckedComposite,
} from "./composite.ts";
import { type BoundForm, type FormDefinition, isForm, resolveSuccess, type ToastContent } from "./form.ts";
import { bindFormset, blankFormset, type BoundFormset, type FormsetDefinition, uncheckedFormset } from "./formset.ts";
import { issueName, type StandardSchemaV1 } from "./schema.ts";

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

/** A form and what it begins with. */
export interface FormWithInitial<F extends AnyForm = AnyForm> {
  /** The form. */
  readonly definition: F;
  /** What it begins with: named values for a form, a list of them for a formset; `null` where `getInitial` says. */
  readonly initial: unknown;
}

/** Makes the form for a request: the form itself, or with what it begins with, for editing a record. */
export type FormFactory<F extends AnyForm | null> = (ctx: RequestContext) => FormOrPair<F> | PromiseLike<FormOrPair<F>>;

/** What a factory gives. */
export type FormOrPair<F extends AnyForm | null> = F | readonly [F, { readonly initial?: unknown }];

/** Whether a value is a form or a formset. */
export function isAnyForm(value: unknown): value is AnyForm {
  return isForm(value) || (typeof value === "object" && value !== null && "kind" in value && value.kind === "formset");
}

/** The forms whose fields are drawn and sent: that of a formset's rows, and those of the formsets in a form. */
export function formsIn(form: AnyForm): readonly FormDefinition[] {
  if (form.kind === "formset") return [form.form];
  return [form, ...Object.values(formsetsIn(form)).map(({ form }) => form)];
}

/**
 * Makes the form of an action for a request: calls the factory, and asks what the form begins with.
 *
 * @param source What the action declares.
 * @param ctx The request.
 * @returns The form and what it begins with; a promise only where the application has to be waited for.
 * @throws {TypeError} When the factory gives no form.
 */
export function makeForm(
  source: AnyForm | FormFactory<AnyForm>,
  ctx: RequestContext,
): FormWithInitial | Promise<FormWithInitial> {
  if (typeof source !== "function") return withInitial({ definition: source, initial: null }, ctx);
  const made = source(ctx);
  return isPromise(made)
    ? Promise.resolve(made).then((value) => withInitial(readMade(value), ctx))
    : withInitial(readMade(made), ctx);
}

function withInitial(made: FormWithInitial, ctx: RequestContext): FormWithInitial | Promise<FormWithInitial> {
  const { definition, initial } = made;
  // A factory that says what its form begins with has the last word, as one that made it for a record.
  if (initial !== null || definition.getInitial === undefined) return made;
  const given = definition.getInitial(ctx);
  return isPromise(given)
    ? Promise.resolve(given).then((initial) => ({ definition, initial }))
    : { definition, initial: given };
}

function readMade(made: FormOrPair<AnyForm>): FormWithInitial {
  const [definition, options] = isPair(made) ? made : [made, {}];
  if (!isAnyForm(definition)) {
    throw new TypeError(
      `Cannot make the form of an action: its factory gave ${typeof definition}, a form or [form, { initial }] is needed`,
    );
  }
  return { definition, initial: options?.initial ?? null };
}

/**
 * A form before anything was sent.
 *
 * @param made The form and what it begins with.
 * @param instance Which of several copies on a page it is, or `null`.
 * @param over Values that go before those the form begins with, by field name; or `null`. Not for a formset.
 * @throws {TypeError} When a formset is given some.
 */
export function showBlank(
  { definition, initial }: FormWithInitial,
  instance: string | null,
  over: object | null,
): AnyBound {
  if (definition.kind === "formset") {
    if (over !== null) {
      throw new TypeError(
        `Cannot show formset "${definition.name}" with initial values of the page: a post would not know which rows were there; ` +
          `give them with getInitial or a form factory`,
      );
    }
    return blankFormset(definition, { initial, instance });
  }
  const values = over === null ? initial : { ...(initial ?? {}), ...over };
  return hasFormsets(definition)
    ? blankComposite(definition, { initial: values, instance })
    : blankForm(definition, { initial: values, instance });
}

/** A form with what was sent, neither checked nor valid: for a guard, which decides before anything is looked into. */
export function bindUnchecked({ definition }: FormWithInitial, input: BindInput): AnyBound {
  if (definition.kind === "formset") return uncheckedFormset(definition, input);
  return hasFormsets(definition) ? uncheckedComposite(definition, input) : uncheckedForm(definition, input);
}

/** A form with what was sent, checked; a promise only where something has to be waited for. */
export function bindChecked({ definition }: FormWithInitial, input: BindInput): AnyBound | Promise<AnyBound> {
  if (definition.kind === "formset") return bindFormset(definition, input);
  return hasFormsets(definition) ? bindComposite(definition, input) : bindForm(definition, input);
}

/** The feedback that a valid form declares for its success, for its values. */
export function successFeedback(
  form: AnyBound,
  ctx: RequestContext,
): { readonly toast: ToastContent | null; readonly redirect: string | null } {
  return form.kind === "formset"
    ? resolveSuccess(form.definition.success, form.values, ctx)
    : resolveSuccess(form.definition.success, form.values, ctx);
}

/** What a schema makes of data. */
export type CheckedInput =
  | { readonly kind: "valid"; readonly value: unknown }
  | { readonly kind: "refused"; readonly errors: ReadonlyMap<string, readonly string[]> };

/** Checks the data of an action that has no form. */
export async function checkInput(schema: StandardSchemaV1, data: unknown): Promise<CheckedInput> {
  const result = await schema["~standard"].validate(data);
  if (result.issues === undefined) return { kind: "valid", value: result.value };
  const errors = new ErrorList();
  for (const issue of result.issues) errors.add(issueName(issue), issue.message);
  return { kind: "refused", errors: errors.all };
}

function isPromise<T>(value: T | PromiseLike<T>): value is PromiseLike<T> {
  return typeof value === "object" && value !== null && "then" in value && typeof value.then === "function";
}

function isPair(made: FormOrPair<AnyForm>): made is readonly [AnyForm, { readonly initial?: unknown }] {
  return Array.isArray(made);
}
