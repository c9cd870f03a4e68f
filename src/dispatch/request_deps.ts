// The dependencies of a request.
import { createRequestDeps, type RequestDeps } from "../deps/resolver.ts";
import { type OriginPage, withoutProtocol } from "../pages/origin.ts";
import type { Injecting } from "./app.ts";
import type { Arrival } from "./arrival.ts";
import { contextOf, NO_PARAMS } from "./page_renders.ts";

/**
 * Creates the dependencies of a request.
 *
 * @param page Its page, or `null`.
 */
export function depsOf(
  { request, url, cookies, cache, mode }: Pick<Arrival, "request" | "url" | "cookies" | "cache" | "mode">,
  page: OriginPage | null,
  signal: AbortSignal,
  { providers, overrides }: Injecting,
): RequestDeps {
  const route = page?.route ?? null;
  return createRequestDeps({
    ctx: { request, url: page?.url ?? withoutProtocol(url), params: page?.params ?? NO_PARAMS, cookies, signal, mode },
    providers,
    overrides,
    cache,
    form: null,
    origin: route === null ? "missing" : "ok",
    context: route === null ? null : contextOf(route),
  });
}
