/** What the tests of forms share: a request to bind under, and short words for binding. */
import type { RequestContext } from "../../src/context.ts";
import { bindForm, blankForm } from "../../src/forms/bound_form.ts";
import type { BoundForm, FormDefinition } from "../../src/forms/form.ts";
import { bindFormset, blankFormset, type BoundFormset, type FormsetDefinition } from "../../src/forms/formset.ts";

export type Kwargs = Readonly<Record<string, unknown>>;

export const ctx: RequestContext = {
  request: new Request("http://localhost/notes"),
  url: new URL("http://localhost/notes"),
  params: {},
  deps: { get: () => Promise.reject(new Error("no dependency was expected")) },
  signal: new AbortController().signal,
};

export async function bindTo<V>(
  form: FormDefinition<V>,
  kwargs: Kwargs,
  initial: unknown = null,
): Promise<BoundForm<V>> {
  return await bindForm(form, { kwargs, initial, instance: null, ctx });
}

export function showBlank<V>(
  form: FormDefinition<V>,
  initial: unknown = null,
  instance: string | null = null,
): BoundForm<V> {
  return blankForm(form, { initial, instance });
}

export function bindRows<V>(
  formset: FormsetDefinition<V>,
  kwargs: Kwargs,
  initial: unknown = null,
): Promise<BoundFormset<V>> {
  return bindFormset(formset, { kwargs, initial, instance: null, ctx });
}

export function showRows<V>(formset: FormsetDefinition<V>, initial: unknown = null): BoundFormset<V> {
  return blankFormset(formset, { initial, instance: null });
}

/** The issues as pairs, so that a key such as `__proto__` shows in an assertion. */
export function issuesOf(
  form: { readonly errors: ReadonlyMap<string, readonly string[]> },
): [string, readonly string[]][] {
  return Array.from(form.errors);
}
