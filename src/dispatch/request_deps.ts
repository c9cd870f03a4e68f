/**
 * The dependencies of a call, for the page it is about.
 *
 * @module
 */
import { createRequestDeps, type RequestDeps } from "../deps/resolver.ts";
import { type OriginPage, withoutProtocol } from "../pages/origin.ts";
import type { Injecting } from "./app.ts";
import type { Arrival } from "./arrival.ts";
import { contextOf, NO_PARAMS } from "./page_renders.ts";

/**
 * Makes the dependencies of a request.
 *
 * @param arrival The request.
 * @param page The page it is about, or `null`.
 * @param signal The signal that its functions are given.
 * @param app The providers and overrides.
 */
export function depsOf(
  { request, url, cache }: Pick<Arrival, "request" | "url" | "cache">,
  page: OriginPage | null,
  signal: AbortSignal,
  { providers, overrides }: Injecting,
): RequestDeps {
  const route = page?.route ?? null;
  return createRequestDeps({
    ctx: { request, url: page?.url ?? withoutProtocol(url), params: page?.params ?? NO_PARAMS, signal },
    providers,
    overrides,
    cache,
    form: null,
    origin: route === null ? "missing" : "ok",
    context: route === null ? null : contextOf(route),
  });
}
