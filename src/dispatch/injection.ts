/**
 * What a handler has injected, where it has a form: most of it before the form is looked at, and what asks for the bound
 * form once there is one.
 *
 * @module
 */
import type { Injectable } from "../context.ts";
import type { BoundDefinition } from "../deps/providers.ts";
import type { RequestDeps } from "../deps/resolver.ts";
import { DependencyError, isA } from "../errors.ts";

/** Injectables by the name they arrive under. */
type Inject = Readonly<Record<string, Injectable<unknown>>>;

/** The first of the two steps. */
export interface EarlyInjection {
  /** The values that are there, by name. */
  readonly injected: Readonly<Record<string, unknown>>;
  /** What asked for the form, to be resolved when it is bound. */
  readonly waiting: Inject;
}

/** Thrown through whatever asks for the form before it is bound, so that it is asked again afterwards. */
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
 * Resolves what does not need the form: who is not signed in is told so, whatever they have sent.
 *
 * A dependency that asks for the form fails here, and since a failure is not kept it is run again when the form is bound.
 *
 * @param inject What to resolve, by name.
 * @param deps The dependencies of the request, without a form.
 * @returns The values, and what is left for later.
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
