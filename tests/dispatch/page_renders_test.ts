import { assertEquals, assertStrictEquals } from "@std/assert";
import { DependencyCache, getRequestDepCache } from "../../src/deps/cache.ts";
import { RequestCookies } from "../../src/http/request_cookies.ts";
import { createRequestDeps } from "../../src/deps/resolver.ts";
import { PROTOCOL_FIELDS } from "../../src/protocol/names.ts";
import { LazyPageRender, OriginRender } from "../../src/dispatch/page_renders.ts";

function renderOf(headers: Record<string, string>) {
  const request = new Request("http://localhost/_next/form/0/", { method: "POST", headers });
  const cache = new DependencyCache(() => {});
  const { signal } = new AbortController();
  const url = new URL("http://localhost/notes/7");
  const early = createRequestDeps({
    ctx: {
      request,
      url: new URL(request.url),
      params: {},
      cookies: new RequestCookies(request),
      signal,
      mode: "submit",
    },
    providers: [],
    overrides: new Map(),
    cache,
    form: null,
    origin: "missing",
    context: null,
  });
  return {
    pageRender: new OriginRender({ route: null, params: { id: "7" }, url }, {
      request,
      url: new URL(request.url),
      cache,
    }, early),
    cache,
    signal,
  };
}

Deno.test("OriginRender.request is a GET of the page, with the headers of a GET, and shares the cache", () => {
  const { pageRender, cache } = renderOf({ cookie: "a=b", "content-type": "text/plain", "x-hyper-action": "save" });
  const { request } = pageRender;
  assertEquals([request.method, request.url], ["GET", "http://localhost/notes/7"]);
  assertEquals([...request.headers], [["cookie", "a=b"]]);
  assertStrictEquals(getRequestDepCache(request), cache);
  assertStrictEquals(pageRender.request, request);
});

Deno.test("OriginRender.deps has a context that can be copied, with its request created on demand", () => {
  const { pageRender, signal } = renderOf({ cookie: "a=b" });
  const { ctx } = pageRender.deps;
  const copy = { ...ctx };
  assertStrictEquals(copy.request, pageRender.request);
  assertEquals([copy.url.pathname, copy.params], ["/notes/7", { id: "7" }]);
  assertStrictEquals(copy.signal, signal);
  assertStrictEquals(copy.deps, pageRender.deps);
});

Deno.test("LazyPageRender is created at most once, when its request or its dependencies are read", () => {
  const { pageRender } = renderOf({});
  let made = 0;
  const lazy = new LazyPageRender(pageRender, () => {
    made++;
    return pageRender;
  });
  assertEquals([lazy.url, lazy.params, lazy.page, made], [pageRender.url, pageRender.params, null, 0]);
  assertStrictEquals(lazy.deps, pageRender.deps);
  assertStrictEquals(lazy.request, pageRender.request);
  assertEquals(made, 1);
});

Deno.test("H6: OriginRender.url has no field of the protocol if there is no page", () => {
  const { pageRender: { deps }, cache } = renderOf({});
  const query = Array.from(PROTOCOL_FIELDS, (name) => `${name}=x`).join("&");
  const url = new URL(`http://localhost/nowhere?a=%2F&${query}&b`);
  const render = new OriginRender(null, { request: new Request(url, { method: "POST" }), url, cache }, deps);
  assertEquals([render.url.search, render.isOrigin, render.page], ["?a=%2F&b", false, null]);
});
