import { assert, assertEquals, assertRejects } from "@std/assert";
import { action } from "../../src/actions/action.ts";
import { RequestCookies } from "../../src/http/request_cookies.ts";
import type { Action } from "../../src/actions/action.ts";
import type { Params, RequestContext } from "../../src/context.ts";
import { DependencyCache } from "../../src/deps/cache.ts";
import { DContext } from "../../src/deps/markers.ts";
import { orderProviders } from "../../src/deps/providers.ts";
import { createRequestDeps, dependency } from "../../src/deps/resolver.ts";
import { DependencyCycleError, HyperError } from "../../src/errors.ts";
import { pagesFromList } from "../../src/pages/discover.ts";
import { loadManifest, type Manifest, type PageRoute } from "../../src/pages/manifest.ts";
import { type PageTree, type PreparedPage, prepareErrorPage, preparePage } from "../../src/pages/page.ts";
import { local, Page, type PageContext } from "../../src/pages/page_module.ts";

type Modules = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

const Body = (): null => null;
const vnode = (type: string): unknown => ({ type, props: {}, key: null });

function manifestOf(modules: Modules): Promise<Manifest> {
  const list = Object.entries(modules).map(([path, exports]) => ({ path, load: () => Promise.resolve(exports) }));
  return loadManifest(pagesFromList(list, "/srv/app"));
}

function contextOf(route: PageRoute, url: string, params: Params): RequestContext {
  const request = new Request(url);
  return createRequestDeps({
    ctx: {
      request,
      url: new URL(url),
      params,
      cookies: new RequestCookies(request),
      signal: request.signal,
      mode: "submit",
    },
    providers: orderProviders([]),
    overrides: new Map(),
    cache: new DependencyCache((error) => {
      // An error that a reporter throws is only logged; thrown from a microtask, it fails the test.
      queueMicrotask(() => {
        throw error;
      });
    }),
    form: null,
    origin: "ok",
    context: (name) => route.context.get(name),
  }).ctx;
}

function routeAt(manifest: Manifest, path: string): { route: PageRoute; ctx: RequestContext } {
  const match = manifest.router.match(path);
  assert(match !== null);
  return { route: match.route, ctx: contextOf(match.route, `http://site.test${path}`, match.params) };
}

async function prepared(modules: Modules, path = "/"): Promise<PreparedPage> {
  const { route, ctx } = routeAt(await manifestOf(modules), path);
  return await preparePage(route, ctx);
}

async function treeOf(modules: Modules, path = "/"): Promise<PageTree> {
  const page = await prepared(modules, path);
  assert(page.kind === "tree");
  return page;
}

Deno.test("preparePage() returns the default export, its props and its layouts", async () => {
  const Wrap = (): null => null;
  const tree = await treeOf({ "/notes/[id]": { default: Body }, "pages/layout.tsx": { default: Wrap } }, "/notes/7");
  assert(tree.body.kind === "component");
  assertEquals(tree.body.component, Body);
  assertEquals(tree.body.props, tree.props);
  assertEquals([tree.props.url.href, tree.props.params], ["http://site.test/notes/7", { id: "7" }]);
  assertEquals(tree.layouts, [{ file: "pages/layout.tsx", component: Wrap }]);
  assertEquals([tree.file, tree.status, tree.headers], ["pages/notes/[id]/page.tsx", 200, null]);
});

for (
  const [what, content] of [
    ["a virtual node", vnode("p")],
    ["a text", "hello"],
    ["the empty text", ""],
    ["a number", 0],
    ["null, which renders nothing", null],
    ["a list", [vnode("p"), "x", [null]]],
  ] as const
) {
  Deno.test(`preparePage() prefers the result of render to the default export: ${what}`, async () => {
    const tree = await treeOf({ "/": { render: () => content, default: Body } });
    assertEquals(tree.body, { kind: "markup", content } as PageTree["body"]);
  });
}

for (const [what, allowed] of [["nothing", undefined], ["true", true]] as const) {
  Deno.test(`preparePage() uses the default export if render returns ${what}`, async () => {
    const tree = await treeOf({ "/": { render: () => Promise.resolve(allowed), default: Body } });
    assertEquals(tree.body.kind, "component");
  });
}

Deno.test("preparePage() uses the template if render returns nothing", async () => {
  const tree = await treeOf({ "/": { render: () => {} }, "pages/template.tsx": { default: Body } });
  assertEquals(tree.body.kind, "component");
});

Deno.test("preparePage() throws a 403 if render returns false, before any context function runs", async () => {
  let ran = false;
  const context = { user: () => ran = true };
  const error = await assertRejects(
    () => prepared({ "/": { render: () => false, default: Body, context } }),
    HyperError,
  );
  assertEquals([error.status, ran], [403, false]);
});

Deno.test("preparePage() returns the Response of render, before any context function runs", async () => {
  let ran = false;
  const response = new Response("own");
  const context = { user: () => ran = true };
  const page = await prepared({ "/": { render: () => Promise.resolve(response), context } });
  assertEquals([page, ran], [{ kind: "response", response }, false]);
});

for (const [what, value] of [["an object", {}], ["a function", () => {}], ["a list with an object", [{}]]] as const) {
  Deno.test(`preparePage() rejects ${what} from render, and names the file`, async () => {
    await assertRejects(
      () => prepared({ "/": { render: () => value } }),
      TypeError,
      '"pages/page.tsx": its render returned',
    );
  });
}

Deno.test("preparePage() rejects a render that returns nothing for a page without a body", async () => {
  await assertRejects(() => prepared({ "/": { render: () => {} } }), TypeError, "returned nothing to render");
});

Deno.test("preparePage() rethrows the error of render", async () => {
  const thrown = new Error("mine");
  const error = await assertRejects(() => prepared({ "/": { render: () => Promise.reject(thrown) } }));
  assert(error === thrown);
});

Deno.test("preparePage() awaits an async component", async () => {
  const Async = async ({ params }: { params: Params }): Promise<unknown> => {
    await Promise.resolve();
    return `note ${params.id}`;
  };
  const tree = await treeOf({ "/notes/[id]": { default: Async } }, "/notes/7");
  assertEquals(tree.body, { kind: "markup", content: "note 7" });
});

Deno.test("preparePage() rejects an async component that does not return markup", async () => {
  // deno-lint-ignore require-await -- it must be async for the test
  const Async = async (): Promise<unknown> => ({});
  await assertRejects(() => prepared({ "/": { default: Async } }), TypeError, "not a JSX expression");
});

Deno.test("preparePage() returns the status and headers that render set", async () => {
  const render = (ctx: PageContext): string => {
    ctx.response.status = 410;
    ctx.response.headers.append("x-a", "1");
    return "gone";
  };
  const tree = await treeOf({ "/": { render } });
  assertEquals([tree.status, tree.headers?.get("x-a")], [410, "1"]);
});

Deno.test("preparePage() uses the status that it was called with if the page sets none", async () => {
  const { route, ctx } = routeAt(await manifestOf({ "/": { default: Body } }), "/");
  const tree = await preparePage(route, ctx, 404);
  assertEquals(tree.kind === "tree" && tree.status, 404);
});

for (
  const [status, allowed] of [[199, false], [200, true], [599, true], [600, false], [204, false], [304, false], [
    NaN,
    false,
  ]] as const
) {
  Deno.test(`preparePage() ${allowed ? "accepts" : "rejects"} status ${status} from a page`, async () => {
    const render = (ctx: PageContext): string => {
      ctx.response.status = status;
      return "";
    };
    if (allowed) assertEquals((await treeOf({ "/": { render } })).status, status);
    else await assertRejects(() => prepared({ "/": { render } }), RangeError, `status ${status}`);
  });
}

Deno.test("preparePage() calls render with the request, its URL, params, mode, deps and signal", async () => {
  let seen: PageContext | null = null;
  const render = (ctx: PageContext): string => {
    seen = ctx;
    return "";
  };
  const { route, ctx } = routeAt(await manifestOf({ "/notes/[id]": { render } }), "/notes/7");
  await preparePage(route, ctx);
  const { response: _, ...given } = seen as unknown as PageContext;
  for (const [name, value] of Object.entries(given)) assert(value === Reflect.get(ctx, name), name);
  assertEquals(Object.keys(given).sort(), ["cookies", "deps", "mode", "params", "request", "signal", "url"]);
});

Deno.test("preparePage() creates own and inherited values, and the nearest overrides others of the same name", async () => {
  const tree = await treeOf({
    "/": { default: Body, context: { user: () => "far", site: () => Promise.resolve("s"), secret: local(() => "x") } },
    "/notes": { default: Body, context: { user: () => "near", own: local(() => 7) } },
  }, "/notes");
  assertEquals(tree.props.context, { user: "near", site: "s", own: 7 });
});

Deno.test("preparePage() starts context functions in the order of declaration, outer pages first", async () => {
  const calls: string[] = [];
  const log = (name: string) => (): number => calls.push(name);
  await treeOf({
    "/": { default: Body, context: { zebra: log("zebra"), apple: log("apple") } },
    "/notes": { default: Body, context: { mango: log("mango"), berry: log("berry") } },
  }, "/notes");
  assertEquals(calls, ["zebra", "apple", "mango", "berry"]);
});

Deno.test("preparePage() does not run a context function that a nearer one replaces", async () => {
  let ran = false;
  await treeOf({
    "/": { default: Body, context: { user: () => ran = true } },
    "/notes": { default: Body, context: { user: () => "near" } },
  }, "/notes");
  assert(!ran);
});

Deno.test("preparePage() runs a context function once per request", async () => {
  let runs = 0;
  const user = (): number => ++runs;
  const context = {
    user,
    first: (ctx: RequestContext) => ctx.deps.get(DContext("user")),
    second: (ctx: RequestContext) => ctx.deps.get(DContext("user")),
  };
  const { route, ctx } = routeAt(await manifestOf({ "/": { default: Body, context } }), "/");
  const tree = await preparePage(route, ctx);
  await preparePage(route, ctx);
  assert(tree.kind === "tree");
  assertEquals([tree.props.context, runs], [{ user: 1, first: 1, second: 1 }, 1]);
});

Deno.test("preparePage() runs a context function again for another request", async () => {
  let runs = 0;
  const manifest = await manifestOf({ "/": { default: Body, context: { user: () => ++runs } } });
  for (const expected of [1, 2]) {
    const { route, ctx } = routeAt(manifest, "/");
    const tree = await preparePage(route, ctx);
    assertEquals(tree.kind === "tree" && tree.props.context, { user: expected });
  }
});

Deno.test("preparePage() shares a dependency between render and context functions", async () => {
  let runs = 0;
  const shared = dependency(() => ++runs);
  const tree = await treeOf({
    "/": {
      render: async (ctx: PageContext) => `${await ctx.deps.get(shared)}`,
      context: { a: (ctx: RequestContext) => ctx.deps.get(shared), b: (ctx: RequestContext) => ctx.deps.get(shared) },
    },
  });
  assertEquals([tree.props.context, runs], [{ a: 1, b: 1 }, 1]);
});

Deno.test("preparePage() rejects context functions that wait for each other", async () => {
  const context = {
    a: (ctx: RequestContext) => ctx.deps.get(DContext("b")),
    b: (ctx: RequestContext) => ctx.deps.get(DContext("a")),
  };
  const error = await assertRejects(() => prepared({ "/": { default: Body, context } }), DependencyCycleError);
  assertEquals(error.members.length, 3);
});

Deno.test("preparePage() throws the error of the first failing context function in the order of declaration, after all have ended", async () => {
  const ended: string[] = [];
  const { promise: gate, resolve: open } = Promise.withResolvers<void>();
  const context = {
    slow: () => gate.then(() => Promise.reject(new Error("slow"))),
    fast: () => {
      queueMicrotask(open);
      throw new Error("fast");
    },
    last: () => gate.then(() => void ended.push("last")),
  };
  await assertRejects(() => prepared({ "/": { default: Body, context } }), Error, "slow");
  assertEquals(ended, ["last"]);
});

Deno.test("preparePage() does not dispose the value of a context function", async () => {
  let disposed = false;
  const shared = { [Symbol.dispose]: () => void (disposed = true) };
  const { route } = routeAt(await manifestOf({ "/": { default: Body, context: { db: () => shared } } }), "/");
  const cache = new DependencyCache(() => {});
  const request = new Request("http://site.test/");
  const { ctx } = createRequestDeps({
    ctx: {
      request,
      url: new URL(request.url),
      params: {},
      cookies: new RequestCookies(request),
      signal: request.signal,
      mode: "submit",
    },
    providers: orderProviders([]),
    overrides: new Map(),
    cache,
    form: null,
    origin: "ok",
    context: null,
  });
  await preparePage(route, ctx);
  await cache[Symbol.asyncDispose]();
  assert(!disposed);
});

Deno.test("preparePage() returns heads outermost first, and calls functions with the props", async () => {
  const tree = await treeOf({
    "pages/layout.tsx": { default: Body, head: vnode("title") },
    "/notes/[id]": {
      default: Body,
      head: ({ params, context }: { params: Params; context: Record<string, unknown> }) =>
        `${params.id} ${context.user}`,
      context: { user: () => "u" },
    },
  }, "/notes/7");
  assertEquals(tree.head, [vnode("title"), "7 u"] as PageTree["head"]);
});

Deno.test("preparePage() creates one instance of a page class per request, shared with its actions", async () => {
  let made = 0;
  class Counter extends Page {
    count = ++made;
    override render(): string {
      return `count ${this.count}`;
    }
    @action("bump")
    bump(): number {
      return this.count += 10;
    }
  }
  const manifest = await manifestOf({ "/": { default: Counter } });
  const bump = manifest.actions[0]?.action as Action;
  const { route, ctx } = routeAt(manifest, "/");
  assertEquals(await bump.handler(ctx as never), 11);
  const tree = await preparePage(route, ctx);
  assertEquals(tree.kind === "tree" && tree.body, { kind: "markup", content: "count 11" });
  assertEquals(await treeOf({ "/": { default: Counter } }).then(({ body }) => body), {
    kind: "markup",
    content: "count 2",
  });
});

Deno.test("preparePage() uses the template of a page class whose render only guards", async () => {
  class Guarded extends Page {
    override render(): void {}
  }
  const tree = await treeOf({ "/": { default: Guarded }, "pages/template.tsx": { default: Body } });
  assertEquals(tree.body.kind, "component");
});

Deno.test("prepareErrorPage() returns status and message, and omits the values of context functions that fail", async () => {
  const manifest = await manifestOf({
    "/": { default: Body, context: { user: () => Promise.reject(new Error("down")), site: () => "s" } },
    "pages/error.tsx": { default: Body },
  });
  const route = manifest.errorPage;
  assert(route !== null);
  const errors: unknown[] = [];
  const ctx = contextOf(route, "http://site.test/x", {});
  const tree = await prepareErrorPage(route, ctx, { status: 503, message: "Come back" }, (error) => errors.push(error));
  assertEquals(tree.status, 503);
  assertEquals(
    { ...tree.props },
    {
      url: new URL("http://site.test/x"),
      params: {},
      context: { site: "s" },
      status: 503,
      message: "Come back",
    } as PageTree["props"],
  );
  assertEquals(errors.map(String), ["Error: down"]);
});
