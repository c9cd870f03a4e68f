// Resolves a record of injectables.
import type { Dependency, Deps, Injectable, Marker } from "../context.ts";

/**
 * The values of a record of injectables, by the same names.
 *
 * @typeParam I The record given as `inject`.
 */
export type Injected<I extends Readonly<Record<string, Injectable<unknown>>>> = {
  readonly [K in keyof I]: InjectedValue<I[K]>;
};

/** The type that an injectable resolves to. */
export type InjectedValue<I> = I extends Dependency<infer T> ? T : I extends Marker<infer T> ? T : never;

/** Resolves all values of a record at once. Rejects with the first error; the other rejections are handled. */
export async function resolveInjected<I extends Readonly<Record<string, Injectable<unknown>>>>(
  inject: I,
  deps: Deps,
): Promise<Injected<I>> {
  const entries = await Promise.all(
    // An async function, so that a `get` that throws synchronously is a rejection too, and no other one is left
    // unhandled.
    Object.entries(inject).map(async ([name, injectable]) => [name, await deps.get(injectable)] as const),
  );
  // The entry of each name is the value of its own injectable, as the type states.
  return Object.fromEntries(entries) as Injected<I>;
}
