/**
 * A record of injectables, resolved to a record of values.
 *
 * @module
 */
import type { Dependency, Deps, Injectable, Marker } from "../context.ts";

/**
 * The values of a record of injectables, by the same names.
 *
 * @typeParam I The record given as `inject`.
 */
export type Injected<I extends Readonly<Record<string, Injectable<unknown>>>> = {
  readonly [K in keyof I]: InjectedValue<I[K]>;
};

/** What one injectable resolves to. */
export type InjectedValue<I> = I extends Dependency<infer T> ? T : I extends Marker<infer T> ? T : never;

/**
 * Resolves a record of injectables, all at once.
 *
 * @param inject What to resolve, by name.
 * @param deps The dependencies of the request.
 * @returns The values by the same names.
 * @throws {HyperError} The first failure, where one fails; the others are not left unhandled.
 */
export async function resolveInjected<I extends Readonly<Record<string, Injectable<unknown>>>>(
  inject: I,
  deps: Deps,
): Promise<Injected<I>> {
  const entries = await Promise.all(
    // Async, so that a `get` which throws at once is a rejection like any other and leaves none behind it unhandled.
    Object.entries(inject).map(async ([name, injectable]) => [name, await deps.get(injectable)] as const),
  );
  // Each name of `inject` stands there with what its own injectable resolved to, which is what the type says.
  return Object.fromEntries(entries) as Injected<I>;
}
