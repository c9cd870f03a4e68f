import { assertEquals, assertStrictEquals } from "@std/assert";
import { DependencyCache, getRequestDepCache } from "../../src/deps/cache.ts";
import { createRequestDeps } from "../../src/deps/resolver.ts";
import { LazyPageRender, OriginRender } from "../../src/dispatch/page_renders.ts";

function visitOf(headers: Record<string, string>) {
  const request = new Request("http://localhost/_next/form/0/", { method: "POST", headers });
  const cache = new DependencyCache(() => {});
  const { signal } = new AbortController();
  const url = new URL("http://localhost/notes/7");
  const early = createRequestDeps({
    ctx: { request, url: new URL(request.url), params: {}, signal },
    providers: [],
    overrides: new Map(),
    cache,
    form: null,
    origin: "missing",
    context: null,
  });
  return {
    visit: new OriginRender({ page: null, isOrigin: false, url, params: { id: "7" }, request, cache, deps: early }),
    cache,
    signal,
  };
}

Deno.test("OriginVisit.request is a GET of the page, with the headers that belong to one, and shares the cache", () => {
  const { visit, cache } = visitOf({ cookie: "a=b", "content-type": "text/plain", "x-hyper-action": "save" });
  const { request } = visit;
  assertEquals([request.method, request.url], ["GET", "http://localhost/notes/7"]);
  assertEquals([...request.headers], [["cookie", "a=b"]]);
  assertStrictEquals(getRequestDepCache(request), cache);
  assertStrictEquals(visit.request, request);
});

Deno.test("OriginVisit.deps gives a context that holds in a copy, its request made when somebody asks", () => {
  const { visit, signal } = visitOf({ cookie: "a=b" });
  const { ctx } = visit.deps;
  const copy = { ...ctx };
  assertStrictEquals(copy.request, visit.request);
  assertEquals([copy.url.pathname, copy.params], ["/notes/7", { id: "7" }]);
  assertStrictEquals(copy.signal, signal);
  assertStrictEquals(copy.deps, visit.deps);
});

Deno.test("LazyVisit is made at most once, and not before its request or its dependencies are asked for", () => {
  const { visit } = visitOf({});
  let made = 0;
  const lazy = new LazyPageRender(visit, () => {
    made++;
    return visit;
  });
  assertEquals([lazy.url, lazy.params, lazy.page, made], [visit.url, visit.params, null, 0]);
  assertStrictEquals(lazy.deps, visit.deps);
  assertStrictEquals(lazy.request, visit.request);
  assertEquals(made, 1);
});
