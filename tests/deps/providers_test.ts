import { assertEquals, assertInstanceOf, assertRejects, assertStrictEquals, assertThrows } from "@std/assert";
import { z } from "zod";
import type { Marker, Params } from "../../src/context.ts";
import { RequestCookies } from "../../src/http/request_cookies.ts";
import { DependencyCache } from "../../src/deps/cache.ts";
import { DContext, Depends, DForm, DQuery, DUrl } from "../../src/deps/markers.ts";
import { BUILT_IN_PROVIDERS, orderProviders, type Provider } from "../../src/deps/providers.ts";
import { createRequestDeps, dependency, type RequestDeps, type RequestDepsOptions } from "../../src/deps/resolver.ts";
import { DependencyError, HyperError, InputError } from "../../src/errors.ts";
import { field } from "../../src/forms/field.ts";
import { defineForm } from "../../src/forms/form.ts";

interface Scene extends Partial<RequestDepsOptions> {
  readonly params?: Params;
  readonly query?: string;
}

function depsOf({ params = {}, query = "", ...changes }: Scene = {}): RequestDeps {
  return createRequestDeps({
    ctx: {
      request: new Request("http://localhost/_next/form/0123456789abcdef/?ignored=1", { method: "POST" }),
      url: new URL(`http://localhost/page?${query}`),
      params,
      cookies: new RequestCookies(new Request("http://localhost/")),
      signal: new AbortController().signal,
      mode: "submit",
    },
    form: null,
    origin: "ok",
    context: null,
    providers: orderProviders([]),
    overrides: new Map(),
    cache: new DependencyCache(() => {}),
    ...changes,
  });
}

const READ: readonly [string, Marker<unknown>, Scene, unknown][] = [
  ["DUrl() without a type returns text", DUrl("id"), { params: { id: "007" } }, "007"],
  ["DUrl() with Number returns a number", DUrl("id", Number), { params: { id: "7" } }, 7],
  ["DUrl() with an array returns the rest parameter", DUrl("rest", [String]), { params: { rest: ["a", "b/c", ""] } }, [
    "a",
    "b/c",
    "",
  ]],
  ["DUrl() with a list of numbers", DUrl("rest", [Number]), { params: { rest: ["1", "2"] } }, [1, 2]],
  ["DUrl() with a list of a single segment", DUrl("id", [String]), { params: { id: "a" } }, ["a"]],
  ["DUrl() with a schema", DUrl("id", z.string().regex(/^\d+$/).transform(Number)), { params: { id: "7" } }, 7],
  ["DUrl() with a function", DUrl("id", (text) => text.length), { params: { id: "abc" } }, 3],
  ["DUrl() with a default, absent", DUrl("id", Number, { default: 1 }), {}, 1],
  ["DUrl() with a default, not a number", DUrl("id", Number, { default: 1 }), { params: { id: "x" } }, 1],
  ["DUrl() with a default, present", DUrl("id", Number, { default: 1 }), { params: { id: "7" } }, 7],
  ["DUrl() with the default undefined", DUrl("id", Number, { default: undefined }), {}, undefined],
  ["DQuery() without a type returns text", DQuery("q"), { query: "q=%F0%9F%98%80+x" }, "\u{1F600} x"],
  ["DQuery() returns the empty text", DQuery("q"), { query: "q=" }, ""],
  ["DQuery() returns the first value of a repeated parameter", DQuery("q"), { query: "q=1&q=2" }, "1"],
  ["DQuery() with Number", DQuery("page", Number), { query: "page=2" }, 2],
  ["DQuery() with Boolean", DQuery("all", Boolean), { query: "all=true" }, true],
  ["DQuery() with Date", DQuery("on", Date), { query: "on=2024-01-02" }, new Date("2024-01-02")],
  ["DQuery() with BigInt", DQuery("id", BigInt), { query: "id=9007199254740993" }, 9007199254740993n],
  ["DQuery() with a list", DQuery("tag", [String]), { query: "tag=a&tag=b,c" }, ["a", "b,c"]],
  ["DQuery() with a list in brackets", DQuery("tag", [String]), { query: "tag[]=a&tag%5B%5D=b" }, ["a", "b"]],
  ["DQuery() with a list, absent", DQuery("tag", [String]), {}, []],
  ["DQuery() with a list, absent, with a default", DQuery("tag", [String], { default: ["x"] }), {}, ["x"]],
  ["DQuery() with a list of numbers", DQuery("n", [Number]), { query: "n=1&n=2" }, [1, 2]],
  ["DQuery() with a default, absent", DQuery("page", Number, { default: 1 }), {}, 1],
  ["DQuery() with a default, not a number", DQuery("page", Number, { default: 1 }), { query: "page=x" }, 1],
  ["DQuery() with the default null", DQuery("page", Number, { default: null }), {}, null],
  ["DUrl() with a default, no page", DUrl("id", Number, { default: 0 }), { params: { id: "7" }, origin: "missing" }, 0],
  ["DContext() with a default, no page", DContext("title", { default: "none" }), {}, "none"],
  [
    "DContext() with a default, no such name",
    DContext("title", { default: "none" }),
    { context: () => undefined },
    "none",
  ],
  ["DContext() of the page", DContext("title"), { context: () => dependency(() => "Notes") }, "Notes"],
  [
    "DContext() prefers null of the page to its default",
    DContext("title", { default: "none" }),
    { context: () => dependency(() => null) },
    null,
  ],
  ["Depends()", Depends(dependency(() => Promise.resolve("ada"))), {}, "ada"],
];

for (const [name, marker, scene, expected] of READ) {
  Deno.test(`${name}`, async () => {
    assertEquals(await depsOf(scene).get(marker), expected);
  });
}

const Search = defineForm("search", { fields: { q: field.text() } });

Deno.test("DForm() injects the bound form if it is that form", async () => {
  const form = { definition: Search };
  assertStrictEquals(await depsOf({ form }).get(DForm(Search)), form);
});

Deno.test("DForm() throws an error that names both forms if another form or none is bound", async () => {
  const Other = defineForm("other", { fields: { q: field.text() } });
  const form = { definition: Search };
  await assertRejects(
    () => depsOf({ form }).get(DForm(Other)),
    DependencyError,
    'Cannot resolve DForm of form "other": the bound form is form "search"',
  );
  await assertRejects(() => depsOf().get(DForm(Other)), DependencyError, "no form is bound here");
});

Deno.test("DForm() is not cached: it finds a form that is bound later", async () => {
  const deps = depsOf();
  const marker = DForm(Search);
  await assertRejects(() => deps.get(marker), DependencyError);
  const form = { definition: Search };
  assertStrictEquals(await deps.derive({ form }).get(marker), form);
});

const REFUSED: readonly [string, Marker<unknown>, Scene, string][] = [
  ["DUrl() that is absent", DUrl("id"), {}, 'URL parameter "id": it is absent'],
  ["DUrl() named as what every object has", DUrl("constructor"), {}, "it is absent"],
  ["DUrl() that is not a number", DUrl("id", Number), { params: { id: "a\u0001" } }, '"a\\u0001" is not a number'],
  [
    "DUrl() with one of a list that is none",
    DUrl("rest", [Number]),
    { params: { rest: ["1", "x"] } },
    '"x" is not a number',
  ],
  [
    "DUrl() with a schema",
    DUrl("id", z.enum(["a"])),
    { params: { id: "b" } },
    'Cannot read URL parameter "id": "b" is not',
  ],
  ["DUrl() without an origin", DUrl("id"), { params: { id: "7" }, origin: "missing" }, "which page it is about"],
  ["DQuery() that is absent", DQuery("q"), {}, 'query parameter "q": it is absent'],
  ["DQuery() of the endpoint's URL", DQuery("ignored"), {}, "it is absent"],
  ["DQuery() in brackets for one value", DQuery("q"), { query: "q[]=1" }, "it is absent"],
  ["DQuery() that is not a number", DQuery("page", Number), { query: "page=" }, '"" is not a number'],
  ["DQuery() with one of a list that is none", DQuery("n", [Number]), { query: "n=1&n=" }, "is not a number"],
];

for (const [name, marker, scene, message] of REFUSED) {
  Deno.test(`${name} is rejected with 400`, async () => {
    const error = await assertRejects(() => depsOf(scene).get(marker), InputError, message);
    assertInstanceOf(error, HyperError);
    assertEquals(error.status, 400);
  });
}

Deno.test("DUrl() quotes at most 64 characters of the parameter", async () => {
  const error = await assertRejects(
    () => depsOf({ params: { id: "x".repeat(10_000) } }).get(DUrl("id", Number)),
    InputError,
  );
  assertInstanceOf(error, InputError);
  assertEquals(error.message.length < 160, true);
});

Deno.test("DUrl() with a function that throws is rejected with 400 and keeps the cause", async () => {
  const cause = new Error("no such colour");
  const colour = DUrl("id", (): string => {
    throw cause;
  });
  const error = await assertRejects(() => depsOf({ params: { id: "x" } }).get(colour), InputError);
  assertInstanceOf(error, InputError);
  assertStrictEquals(error.cause, cause);
});

const PROGRAMMER: readonly [string, Marker<unknown>, Scene, string][] = [
  ["DUrl() of a rest parameter as one value", DUrl("rest"), { params: { rest: ["a"] } }, "use [String] as its type"],
  ["DContext() of a name the page lacks", DContext("title"), { context: () => undefined }, "no context of this page"],
  ["DContext() without a page", DContext("title"), {}, 'DContext("title"): no page is known here'],
];

for (const [name, marker, scene, message] of PROGRAMMER) {
  Deno.test(`${name} is a programming error, 500`, async () => {
    const error = await assertRejects(() => depsOf(scene).get(marker), DependencyError, message);
    assertInstanceOf(error, DependencyError);
    assertEquals(error.status, 500);
  });
}

Deno.test("DUrl() and DQuery() throw when they are called with an invalid type", () => {
  assertThrows(() => DUrl("id", 7 as never), TypeError, 'Cannot read DUrl("id") as 7');
  assertThrows(() => DQuery("tag", [String, Number] as never), TypeError, 'DQuery("tag")');
  assertThrows(() => DQuery("tag", [] as never), TypeError, "as []");
});

Deno.test("Depends() throws for a value that is not a dependency", () => {
  assertThrows(() => Depends("user" as never), TypeError, 'Cannot depend on "user"');
  assertThrows(() => Depends(undefined as never), TypeError, "Cannot depend on undefined");
});

Deno.test("markers are frozen", () => {
  assertThrows(() => Object.assign(DUrl("id"), { source: "query" }), TypeError);
  assertThrows(() => Object.assign(DUrl("id").options, { name: "other" }), TypeError);
});

Deno.test("orderProviders() sorts by priority and keeps the order of ties", () => {
  const provider = (name: string, priority?: number): Provider => ({
    name,
    priority,
    canHandle: () => false,
    resolve: () => null,
  });
  const more = [
    provider("custom a"),
    provider("first", 1),
    provider("tie", 60),
    provider("custom b"),
    provider("last", 101),
  ];
  assertEquals(orderProviders(more).map(({ name }) => name), [
    "first",
    "DependsProvider",
    "ContextProvider",
    "FormProvider",
    "UrlProvider",
    "tie",
    "QueryProvider",
    "custom a",
    "custom b",
    "last",
  ]);
});

Deno.test("orderProviders() keeps the priorities of the built-in providers", () => {
  assertEquals(BUILT_IN_PROVIDERS.map(({ name, priority }) => [name, priority]), [
    ["DependsProvider", 10],
    ["ContextProvider", 20],
    ["FormProvider", 40],
    ["UrlProvider", 60],
    ["QueryProvider", 80],
  ]);
});

Deno.test("orderProviders() throws for a value that is not a provider", () => {
  assertThrows(() => orderProviders([{} as never]), TypeError, "Cannot add provider 0");
  assertThrows(() => orderProviders([null as never]), TypeError, "canHandle and resolve");
  assertThrows(
    () => orderProviders([{ priority: NaN, canHandle: () => true, resolve: () => 1 }]),
    TypeError,
    "its priority is NaN",
  );
});

Deno.test("a provider with a low priority overrides a built-in marker", async () => {
  const override: Provider = { priority: 5, canHandle: ({ source }) => source === "url", resolve: () => "taken over" };
  assertEquals(await depsOf({ providers: orderProviders([override]) }).get(DUrl("id")), "taken over");
});

Deno.test("a provider receives the marker and the scope of the request", async () => {
  const Tenant: Marker<string> = { kind: "marker", source: "tenant", options: { part: 0 } };
  const tenants: Provider = {
    canHandle: ({ source }, { form }) => source === "tenant" && form === null,
    resolve: ({ options }, { ctx }) => `${ctx.url.hostname} ${options.part}`,
  };
  assertEquals(await depsOf({ providers: orderProviders([tenants]) }).get(Tenant), "localhost 0");
});

Deno.test("an error of a provider is passed on unchanged and not cached", async () => {
  let runs = 0;
  const Flaky: Marker<number> = { kind: "marker", source: "flaky", options: {} };
  const flaky: Provider = {
    canHandle: ({ source }) => source === "flaky",
    resolve: () => {
      if (++runs === 1) throw new RangeError("first time");
      return runs;
    },
  };
  const deps = depsOf({ providers: orderProviders([flaky]) });
  await assertRejects(() => deps.get(Flaky), RangeError, "first time");
  assertEquals(await deps.get(Flaky), 2);
});
