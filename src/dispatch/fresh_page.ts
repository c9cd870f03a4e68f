// A page with fresh dependencies: those from before the action function may be out of date.
import { shareRegionList } from "../actions/region_pages.ts";
import { attachRequestDepCache, DependencyCache } from "../deps/cache.ts";
import { createRequestDeps } from "../deps/resolver.ts";
import type { PageRender } from "../pages/page_render.ts";
import type { Injecting, Observing } from "./app.ts";
import { type ObservedCall, reporterOf } from "./observe.ts";
import { contextOf } from "./page_renders.ts";

/** A page with fresh dependencies, and their cache, which the caller disposes. */
export interface FreshPage {
  readonly pageRender: PageRender;
  readonly cache: DependencyCache;
}

/** Creates a page with fresh dependencies. */
export function freshPage(call: ObservedCall, pageRender: PageRender, app: Injecting & Observing): FreshPage {
  const { providers, overrides } = app;
  const cache = new DependencyCache(reporterOf(call, app));
  const request = new Request(pageRender.request);
  attachRequestDepCache(request, cache);
  shareRegionList(pageRender.request, request);
  const { page, isOrigin, takeToasts, deps: { ctx: { url, params, cookies, signal, mode } } } = pageRender;
  const deps = createRequestDeps({
    ctx: { request, url, params, cookies, signal, mode },
    providers,
    overrides,
    cache,
    form: null,
    origin: page === null ? "missing" : "ok",
    context: page === null ? null : contextOf(page),
  });
  return {
    pageRender: { page, isOrigin, url: pageRender.url, params: pageRender.params, takeToasts, request, deps },
    cache,
  };
}
