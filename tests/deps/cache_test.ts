import { assert, assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import {
  attachRequestDepCache,
  DependencyCache,
  getRequestDepCache,
  REQUEST_DEP_CACHE_ATTR,
  shareRequestDepCache,
} from "../../src/deps/cache.ts";
import { DependencyError } from "../../src/errors.ts";

const ignoreErrors = (): void => {};

Deno.test("getRequestDepCache() returns null without a request, without a cache, and for any other value", () => {
  const request = new Request("http://localhost/");
  assertEquals(getRequestDepCache(null), null);
  assertEquals(getRequestDepCache(undefined), null);
  assertEquals(getRequestDepCache(request), null);
  Object.assign(request, { [REQUEST_DEP_CACHE_ATTR]: {} });
  assertEquals(getRequestDepCache(request), null);
});

Deno.test("attachRequestDepCache() sets the cache as a property that is not enumerable", () => {
  const request = new Request("http://localhost/");
  const cache = new DependencyCache(ignoreErrors);
  attachRequestDepCache(request, cache);
  assertStrictEquals(getRequestDepCache(request), cache);
  assertStrictEquals(Reflect.get(request, REQUEST_DEP_CACHE_ATTR), cache);
  assertEquals(Object.keys(request).includes(REQUEST_DEP_CACHE_ATTR), false);
  assertEquals(REQUEST_DEP_CACHE_ATTR, "_next_dep_cache");
});

Deno.test("attachRequestDepCache() replaces an existing cache", () => {
  const request = new Request("http://localhost/");
  const fresh = new DependencyCache(ignoreErrors);
  attachRequestDepCache(request, new DependencyCache(ignoreErrors));
  attachRequestDepCache(request, fresh);
  assertStrictEquals(getRequestDepCache(request), fresh);
});

Deno.test("shareRequestDepCache() shares a cache with a derived request, also an empty one", () => {
  const [from, to] = [new Request("http://localhost/a"), new Request("http://localhost/b")];
  const cache = new DependencyCache(ignoreErrors);
  attachRequestDepCache(from, cache);
  shareRequestDepCache(from, to);
  assertStrictEquals(getRequestDepCache(to), cache);
});

Deno.test("shareRequestDepCache() has no effect without a cache", () => {
  const [from, to] = [new Request("http://localhost/a"), new Request("http://localhost/b")];
  shareRequestDepCache(from, to);
  assertEquals(getRequestDepCache(to), null);
});

Deno.test("DependencyCache.has() and get() find requested dependencies without creating one", async () => {
  const cache = new DependencyCache(ignoreErrors);
  const [asked, other] = [{}, {}];
  const promise = cache.resolve(asked, null, { label: "asked", dispose: "never", create: () => 7 });
  assertEquals([cache.size, cache.has(asked), cache.has(other)], [1, true, false]);
  assertStrictEquals(cache.get(asked), promise);
  assertEquals(cache.get(other), undefined);
  assertEquals(await promise, 7);
  assert(cache.has(asked));
});

Deno.test("DependencyCache.endEmpty() ends only a request that resolved no dependency", async () => {
  const recipe = { label: "user", dispose: "never", create: () => "ada" } as const;
  const empty = new DependencyCache(ignoreErrors);
  assertEquals(empty.endEmpty(), true);
  await assertRejects(() => empty.resolve({}, null, recipe), DependencyError, "the request has ended");
  const used = new DependencyCache(ignoreErrors);
  assertEquals(await used.resolve({}, null, recipe), "ada");
  assertEquals(used.endEmpty(), false);
  assertEquals(await used.resolve({}, null, recipe), "ada");
});
