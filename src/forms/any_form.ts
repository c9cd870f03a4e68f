// Forms of every kind that an action accepts: a form of fields, a form with formsets, or a formset; and how one is
// created for a request.
import { isPromiseLike } from "../callback.ts";
import type { RequestContext } from "../context.ts";
import { type BoundFormWithFormsets, type FormWithFormsets, listsOf } from "./composite.ts";
import { type BoundForm, type FormDefinition, isForm } from "./form.ts";
import type { BoundFormset, FormsetDefinition } from "./formset.ts";

/** A form or a formset. */
export type AnyForm = FormDefinition | FormsetDefinition;

/** A bound form or formset. */
export type AnyBound = BoundForm | BoundFormWithFormsets | BoundFormset;

/** The bound type of a form or formset. */
export type BoundOf<F extends AnyForm> = F extends FormWithFormsets<infer V, infer _I, infer R>
  ? BoundFormWithFormsets<V, R>
  : F extends FormDefinition<infer V> ? BoundForm<V>
  : F extends FormsetDefinition<infer V> ? BoundFormset<V>
  : never;

/** Data that a typed caller sends to a form or formset. */
export type InputOf<F extends AnyForm> = F extends FormDefinition<infer _V, infer I> ? I
  : F extends FormsetDefinition<infer _V, infer I> ? Readonly<Record<string, readonly I[]>>
  : never;

/** Returns whether a value is a form or a formset. */
export function isAnyForm(value: unknown): value is AnyForm {
  return isForm(value) || (typeof value === "object" && value !== null && "kind" in value && value.kind === "formset");
}

/**
 * Returns the forms whose fields are rendered and submitted: the form of a formset's rows, and those of the formsets in
 * a form.
 */
export function formsIn(form: AnyForm): readonly FormDefinition[] {
  if (form.kind === "formset") return [form.form];
  return [form, ...Object.values(listsOf(form)?.formsets ?? {}).map(({ form }) => form)];
}

/** A form and its initial values. */
export interface FormWithInitial<F extends AnyForm = AnyForm> {
  readonly definition: F;
  /** Named values for a form, a list of them for a formset; `null` to use `getInitial`. */
  readonly initial: unknown;
}

/** Creates the form for a request: the form itself, or a pair with initial values, for editing a record. */
export type FormFactory<F extends AnyForm | null> = (ctx: RequestContext) => FormOrPair<F> | PromiseLike<FormOrPair<F>>;

/** The value that a form factory returns. */
export type FormOrPair<F extends AnyForm | null> = F | readonly [F, { readonly initial?: unknown }];

/**
 * Creates the form of an action for a request, and its initial values. Returns a promise only if the application does.
 *
 * @throws {TypeError} If the factory returns any other value.
 */
export function makeForm(
  source: AnyForm | FormFactory<AnyForm>,
  ctx: RequestContext,
): FormWithInitial | Promise<FormWithInitial> {
  if (typeof source !== "function") return withInitial({ definition: source, initial: null }, ctx);
  return whenThere(source(ctx), (made) => withInitial(readMade(made), ctx));
}

function withInitial(made: FormWithInitial, ctx: RequestContext): FormWithInitial | Promise<FormWithInitial> {
  const { definition, initial } = made;
  // Initial values of the factory take precedence, for example those of a record.
  if (initial !== null || definition.getInitial === undefined) return made;
  return whenThere<unknown, FormWithInitial>(definition.getInitial(ctx), (given) => ({ definition, initial: given }));
}

function readMade(made: FormOrPair<AnyForm>): FormWithInitial {
  const [definition, options] = isPair(made) ? made : [made, {}];
  if (!isAnyForm(definition)) {
    throw new TypeError(
      `Cannot create the form of an action: its factory returned ${typeof definition}; return a form or [form, { initial }]`,
    );
  }
  return { definition, initial: options?.initial ?? null };
}

function isPair(made: FormOrPair<AnyForm>): made is readonly [AnyForm, { readonly initial?: unknown }] {
  return Array.isArray(made);
}

function whenThere<T, U>(value: T | PromiseLike<T>, next: (value: T) => U | Promise<U>): U | Promise<U> {
  return isPromiseLike(value) ? Promise.resolve(value).then(next) : next(value);
}

/**
 * Merges initial values of a page over those of a form.
 *
 * @throws {TypeError} If the form is a formset.
 */
export function initialOver({ definition, initial }: FormWithInitial, over: object | null): unknown {
  if (over === null) return initial;
  if (definition.kind === "form") return { ...(initial ?? {}), ...over };
  throw new TypeError(
    `Cannot render formset "${definition.name}" with initial values of the page: a post would not know which rows existed; ` +
      `use getInitial or a form factory`,
  );
}
