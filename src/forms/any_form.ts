/**
 * Forms of any kind, as an action takes them: a form of fields, of fields and lists, or a list alone, which is a formset;
 * and how one is made for a request.
 *
 * @module
 */
import type { RequestContext } from "../context.ts";
import { type BoundFormWithFormsets, type FormWithFormsets, listsOf } from "./composite.ts";
import { type BoundForm, type FormDefinition, isForm } from "./form.ts";
import type { BoundFormset, FormsetDefinition } from "./formset.ts";

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

/** Returns whether a value is a form or a formset. */
export function isAnyForm(value: unknown): value is AnyForm {
  return isForm(value) || (typeof value === "object" && value !== null && "kind" in value && value.kind === "formset");
}

/** Lists the forms whose fields are drawn and sent: that of a formset's rows, and those of the formsets in a form. */
export function formsIn(form: AnyForm): readonly FormDefinition[] {
  if (form.kind === "formset") return [form.form];
  return [form, ...Object.values(listsOf(form)?.formsets ?? {}).map(({ form }) => form)];
}

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

/**
 * Makes the form of an action for a request: calls the factory, and asks what the form begins with.
 *
 * @param source What the action declares.
 * @param ctx The request.
 * @returns The form and what it begins with; a promise only where the application has to be waited for.
 * @throws {TypeError} When the factory gives something else.
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
  // A factory that says what its form begins with has the last word, as one that made it for a record.
  if (initial !== null || definition.getInitial === undefined) return made;
  return whenThere<unknown, FormWithInitial>(definition.getInitial(ctx), (given) => ({ definition, initial: given }));
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

function isPair(made: FormOrPair<AnyForm>): made is readonly [AnyForm, { readonly initial?: unknown }] {
  return Array.isArray(made);
}

function whenThere<T, U>(value: T | PromiseLike<T>, next: (value: T) => U | Promise<U>): U | Promise<U> {
  return isPromiseLike(value) ? Promise.resolve(value).then(next) : next(value);
}

function isPromiseLike<T>(value: T | PromiseLike<T>): value is PromiseLike<T> {
  return typeof value === "object" && value !== null && "then" in value && typeof value.then === "function";
}

/**
 * Puts values of a page over those that a form begins with.
 *
 * @param over The values, by field name, or `null`.
 * @throws {TypeError} When a formset is given some.
 */
export function initialOver({ definition, initial }: FormWithInitial, over: object | null): unknown {
  if (over === null) return initial;
  if (definition.kind === "form") return { ...(initial ?? {}), ...over };
  throw new TypeError(
    `Cannot show formset "${definition.name}" with initial values of the page: a post would not know which rows were there; ` +
      `give them with getInitial or a form factory`,
  );
}
