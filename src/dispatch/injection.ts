// The injected values of an action function with a form: most are resolved before the form is bound, those that need the bound form
// after it.
import type { Injectable } from "../context.ts";
import type { BoundDefinition } from "../deps/providers.ts";
import type { RequestDeps } from "../deps/resolver.ts";
import { DependencyError, isA } from "../errors.ts";

/** Injectables by name. */
type Inject = Readonly<Record<string, Injectable<unknown>>>;

/** The result of the first of the two steps. */
export interface EarlyInjection {
  /** The resolved values, by name. */
  readonly injected: Readonly<Record<string, unknown>>;
  /** The injectables that need the form. They are resolved after it is bound. */
  readonly waiting: Inject;
}

/** Thrown to a dependency that needs the form before it is bound, so that it is resolved after that. */
class FormPendingError extends DependencyError {
  constructor() {
    super(500, "Cannot resolve DForm: the form is not bound yet");
  }
}

const PENDING_FORM: BoundDefinition = {
  get definition(): never {
    throw new FormPendingError();
  },
};

/**
 * Resolves the values that do not need the form: a user who is not signed in is denied before the input is validated.
 *
 * A dependency that needs the form fails here. A failure is not cached, so that it runs again when the form is bound.
 *
 * @param deps The dependencies of the request, without a form.
 * @returns The values, and the injectables that are left.
 * @throws {unknown} The first failure, in the order of the names.
 */
export async function injectBeforeForm(inject: Inject, deps: RequestDeps): Promise<EarlyInjection> {
  const early = deps.derive({ form: PENDING_FORM });
  const entries = Object.entries(inject);
  const results = await Promise.allSettled(entries.map(([, injectable]) => early.get(injectable)));
  const injected: [string, unknown][] = [];
  const waiting: [string, Injectable<unknown>][] = [];
  for (const [index, [name, injectable]] of entries.entries()) {
    const result = results[index];
    if (result?.status === "fulfilled") injected.push([name, result.value]);
    else if (isA(result?.reason, FormPendingError)) waiting.push([name, injectable]);
    else throw result?.reason;
  }
  return { injected: Object.fromEntries(injected), waiting: Object.fromEntries(waiting) };
}
