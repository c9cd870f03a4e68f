/** Helpers for the tests of forms: a request, and functions that bind. */
import type { RequestContext } from "../../src/context.ts";
import { RequestCookies } from "../../src/http/request_cookies.ts";
import { bind } from "../../src/forms/bind.ts";
import type { BoundForm, FormDefinition } from "../../src/forms/form.ts";
import type { BoundFormset, FormsetDefinition } from "../../src/forms/formset.ts";
import { ENGLISH_TEXTS } from "../../src/texts/texts.ts";

export type Kwargs = Readonly<Record<string, unknown>>;

export const ctx: RequestContext = {
  request: new Request("http://localhost/notes"),
  url: new URL("http://localhost/notes"),
  params: {},
  cookies: new RequestCookies(new Request("http://localhost/notes")),
  deps: { get: () => Promise.reject(new Error("no dependency was expected")) },
  signal: new AbortController().signal,
  mode: "submit",
};

export async function bindTo<V>(
  form: FormDefinition<V>,
  kwargs: Kwargs,
  initial: unknown = null,
): Promise<BoundForm<V>> {
  // The type parameter of a form is that of its bound form.
  return await bind(form, {
    mode: "checked",
    sent: kwargs,
    initial,
    instance: null,
    texts: ENGLISH_TEXTS,
    ctx,
  }) as BoundForm<V>;
}

export function showBlank<V>(
  form: FormDefinition<V>,
  initial: unknown = null,
  instance: string | null = null,
): BoundForm<V> {
  return bind(form, { mode: "blank", initial, instance, texts: ENGLISH_TEXTS }) as BoundForm<V>;
}

export async function bindRows<V>(
  formset: FormsetDefinition<V>,
  kwargs: Kwargs,
  initial: unknown = null,
): Promise<BoundFormset<V>> {
  return await bind(formset, {
    mode: "checked",
    sent: kwargs,
    initial,
    instance: null,
    texts: ENGLISH_TEXTS,
    ctx,
  }) as BoundFormset<V>;
}

export function showRows<V>(formset: FormsetDefinition<V>, initial: unknown = null): BoundFormset<V> {
  return bind(formset, { mode: "blank", initial, instance: null, texts: ENGLISH_TEXTS }) as BoundFormset<V>;
}

/** Returns the issues as pairs, so that a key such as `__proto__` is visible in an assertion. */
export function issuesOf(
  form: { readonly errors: ReadonlyMap<string, readonly string[]> },
): [string, readonly string[]][] {
  return Array.from(form.errors);
}
