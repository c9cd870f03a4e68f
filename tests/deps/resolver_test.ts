import { assert, assertEquals, assertInstanceOf, assertRejects, assertStrictEquals, assertThrows } from "@std/assert";
import type { Dependency, Marker, RequestContext } from "../../src/context.ts";
import { RequestCookies } from "../../src/http/request_cookies.ts";
import { DependencyCache } from "../../src/deps/cache.ts";
import { resolveInjected } from "../../src/deps/inject.ts";
import { DContext, Depends, DUrl } from "../../src/deps/markers.ts";
import { orderProviders, type Provider } from "../../src/deps/providers.ts";
import {
  createRequestDeps,
  dependency,
  type DependencyOverrides,
  type RequestDeps,
  type RequestDepsOptions,
} from "../../src/deps/resolver.ts";
import { DependencyCycleError, DependencyError, HyperError } from "../../src/errors.ts";

/** Creates the dependencies of a request for `/notes/7?page=2`. */
function depsOf(changes: Partial<RequestDepsOptions> = {}): RequestDeps {
  return createRequestDeps({
    ctx: {
      request: new Request("http://localhost/notes/7?page=2"),
      url: new URL("http://localhost/notes/7?page=2"),
      params: { id: "7" },
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

/** Resolves after all pending microtasks. */
const turn = (): Promise<void> => new Promise((resolve) => queueMicrotask(resolve));

async function turns(count: number): Promise<void> {
  for (let index = 0; index < count; index++) await turn();
}

Deno.test("dependency() returns a frozen dependency, with or without a name", () => {
  const create = (): number => 7;
  const [anonymous, named] = [dependency(create), dependency("seven", create, { dispose: false })];
  assertEquals(anonymous, { kind: "dependency", name: null, create, dispose: null });
  assertEquals(named, { kind: "dependency", name: "seven", create, dispose: false });
  assert(Object.isFrozen(anonymous));
});

Deno.test("dependency() accepts options without a name", () => {
  assertEquals(dependency(() => 7, { dispose: false }).dispose, false);
});

Deno.test("dependency() throws for an empty name and for a factory that is not a function", () => {
  assertThrows(() => dependency("", () => 7), TypeError, "its name is empty");
  assertThrows(() => dependency("seven", 7 as never), TypeError, 'dependency "seven": its factory is number');
  assertThrows(() => dependency(undefined as never), TypeError, "its factory is undefined");
});

Deno.test("dependency() without a factory has the value of an override, by dependency and by name, and throws without one", async () => {
  const seven = dependency<number>("seven");
  assertEquals(await depsOf({ overrides: new Map([[seven, 7]]) }).get(seven), 7);
  assertEquals(await depsOf({ overrides: new Map([["seven", 7]]) }).get(seven), 7);
  await assertRejects(
    async () => await depsOf().get(seven),
    TypeError,
    'Cannot use dependency "seven": it has no value',
  );
  // A factory that is undefined by mistake is not a dependency without a factory.
  assertThrows(() => dependency("seven", undefined as never), TypeError, "its factory is undefined");
});

Deno.test("get() runs a factory once per request", async () => {
  let runs = 0;
  const counted = dependency(() => ({ run: ++runs }));
  const deps = depsOf();
  const first = await deps.get(counted);
  assertStrictEquals(await deps.get(counted), first);
  assertEquals(runs, 1);
});

Deno.test("get() runs a factory once for two simultaneous requests", async () => {
  let runs = 0;
  const counted = dependency(async () => {
    await turn();
    return ++runs;
  });
  const deps = depsOf();
  assertEquals(await Promise.all([deps.get(counted), deps.get(counted)]), [1, 1]);
});

Deno.test("get() caches null and undefined", async () => {
  for (const value of [null, undefined]) {
    let runs = 0;
    const empty = dependency(() => {
      runs++;
      return value;
    });
    const deps = depsOf();
    await deps.get(empty);
    assertEquals([await deps.get(empty), runs], [value, 1]);
  }
});

Deno.test("get() distinguishes two dependencies of the same name", async () => {
  const deps = depsOf();
  const [one, two] = [dependency("same", () => 1), dependency("same", () => 2)];
  assertEquals([await deps.get(one), await deps.get(two)], [1, 2]);
});

Deno.test("get() does not share values between two requests", async () => {
  let runs = 0;
  const counted = dependency(() => ++runs);
  assertEquals([await depsOf().get(counted), await depsOf().get(counted)], [1, 2]);
});

Deno.test("get() passes an error on unchanged, thrown or rejected", async () => {
  const thrown = new Error("no such user");
  const atOnce = dependency(() => {
    throw thrown;
  });
  const later = dependency(async () => {
    await turn();
    throw thrown;
  });
  assertStrictEquals(await depsOf().get(atOnce).catch((error) => error), thrown);
  assertStrictEquals(await depsOf().get(later).catch((error) => error), thrown);
});

Deno.test("get() does not cache a failure", async () => {
  let runs = 0;
  const flaky = dependency(() => {
    if (++runs === 1) throw new Error("first time");
    return runs;
  });
  const deps = depsOf();
  await assertRejects(() => deps.get(flaky), Error, "first time");
  assertEquals(await deps.get(flaky), 2);
});

Deno.test("get() rejects two simultaneous requests with the error of one run", async () => {
  let runs = 0;
  const failing = dependency(async () => {
    runs++;
    await turn();
    throw new Error(`run ${runs}`);
  });
  const deps = depsOf();
  const results = await Promise.allSettled([deps.get(failing), deps.get(failing)]);
  assertEquals(results.map((result) => result.status === "rejected" && result.reason.message), ["run 1", "run 1"]);
});

Deno.test("get() leaves no rejection unhandled if a factory fails before it awaits another value", async () => {
  const failing = dependency(async () => {
    await turn();
    throw new Error("not handled");
  });
  const careless = dependency(({ deps }) => {
    void deps.get(failing);
    void deps.get(DUrl("absent"));
    throw new Error("first");
  });
  await assertRejects(() => depsOf().get(careless), Error, "first");
  await turns(20);
});

Deno.test("get() passes a factory the request and its own deps", async () => {
  const deps = depsOf();
  const seen = dependency((ctx) => ctx);
  const ctx = await deps.get(seen);
  assertStrictEquals(ctx.request, deps.ctx.request);
  assertEquals([ctx.url.href, ctx.params], ["http://localhost/notes/7?page=2", { id: "7" }]);
  assert(ctx.deps !== deps);
});

Deno.test("get() resolves through the deps of a factory that has finished", async () => {
  const number = dependency(() => 7);
  const lazy = dependency(({ deps }) => () => deps.get(number));
  assertEquals(await (await depsOf().get(lazy))(), 7);
});

Deno.test("get() detects a dependency that waits for itself", async () => {
  const self: Dependency<number> = dependency("self", async ({ deps }) => await deps.get(self));
  const error = await assertRejects(() => depsOf().get(self), DependencyCycleError);
  assertInstanceOf(error, DependencyCycleError);
  assertEquals(error.members, ["self", "self"]);
});

Deno.test("get() detects a cycle of three across await and lists its members in order", async () => {
  const a: Dependency<number> = dependency("a", async ({ deps }) => {
    await turns(3);
    return await deps.get(b);
  });
  const b: Dependency<number> = dependency("b", async ({ deps }) => {
    await turns(3);
    return await deps.get(c);
  });
  const c: Dependency<number> = dependency("c", async ({ deps }) => {
    await turns(3);
    return await deps.get(a);
  });
  const error = await assertRejects(() => depsOf().get(a), DependencyCycleError, "a -> b -> c -> a");
  assertInstanceOf(error, DependencyCycleError);
  assertEquals([error.members, error.status], [["a", "b", "c", "a"], 500]);
});

Deno.test("get() lists only the members of a cycle, not the path to it", async () => {
  const a: Dependency<number> = dependency("a", ({ deps }) => deps.get(b));
  const b: Dependency<number> = dependency("b", ({ deps }) => deps.get(a));
  const entry = dependency("entry", ({ deps }) => deps.get(a));
  const error = await assertRejects(() => depsOf().get(entry), DependencyCycleError);
  assertInstanceOf(error, DependencyCycleError);
  assertEquals(error.members, ["a", "b", "a"]);
});

Deno.test("get() detects a cycle between two dependencies that were requested at the same time", async () => {
  const a: Dependency<number> = dependency("a", async ({ deps }) => {
    await turns(5);
    return await deps.get(b);
  });
  const b: Dependency<number> = dependency("b", async ({ deps }) => {
    await turns(5);
    return await deps.get(a);
  });
  const deps = depsOf();
  const results = await Promise.allSettled([deps.get(a), deps.get(b)]);
  for (const result of results) {
    assert(result.status === "rejected");
    assertInstanceOf(result.reason, DependencyCycleError);
    assertEquals(result.reason.members, ["a", "b", "a"]);
  }
});

Deno.test("get() detects a cycle through a dependency that requests several at once", async () => {
  const leaf = dependency("leaf", async () => {
    await turns(30);
    return 1;
  });
  const a: Dependency<number> = dependency("a", async ({ deps }) => {
    const [one, two] = await Promise.all([deps.get(leaf), deps.get(b)]);
    return one + two;
  });
  const b: Dependency<number> = dependency("b", async ({ deps }) => await deps.get(leaf) + await deps.get(a));
  const error = await assertRejects(() => depsOf().get(a), DependencyCycleError);
  assertInstanceOf(error, DependencyCycleError);
  assertEquals(error.members, ["a", "b", "a"]);
});

Deno.test("get() detects a cycle of anonymous dependencies and names them by their functions", async () => {
  const first: Dependency<number> = dependency(function loadFirst({ deps }) {
    return deps.get(second);
  });
  const second: Dependency<number> = dependency(({ deps }) => deps.get(first));
  const error = await assertRejects(() => depsOf().get(first), DependencyCycleError);
  assertInstanceOf(error, DependencyCycleError);
  assertEquals(error.members, ["loadFirst", "anonymous dependency", "loadFirst"]);
});

Deno.test("get() detects a cycle through Depends() and through the page's context", async () => {
  const a: Dependency<unknown> = dependency("a", ({ deps }) => deps.get(Depends(b)));
  const b: Dependency<unknown> = dependency("b", ({ deps }) => deps.get(DContext("title")));
  const title: Dependency<unknown> = dependency("context title", ({ deps }) => deps.get(a));
  const deps = depsOf({ context: (name) => name === "title" ? title : undefined });
  const error = await assertRejects(() => deps.get(DContext("title")), DependencyCycleError);
  assertInstanceOf(error, DependencyCycleError);
  assertEquals(error.members, ["context title", "a", "b", "context title"]);
});

Deno.test("get() detects a cycle through a custom provider", async () => {
  const Tenant: Marker<unknown> = { kind: "marker", source: "tenant", options: {} };
  const user: Dependency<unknown> = dependency("user", ({ deps }) => deps.get(Tenant));
  const tenants: Provider = {
    name: "tenants",
    canHandle: ({ source }) => source === "tenant",
    resolve: (_, { ctx }) => ctx.deps.get(user),
  };
  const deps = depsOf({ providers: orderProviders([tenants]) });
  const error = await assertRejects(() => deps.get(user), DependencyCycleError);
  assertInstanceOf(error, DependencyCycleError);
  assertEquals(error.members, ["user", "tenants of tenant", "user"]);
});

Deno.test("get() accepts a diamond of dependencies", async () => {
  let runs = 0;
  const session = dependency("session", async () => {
    await turns(3);
    return ++runs;
  });
  const user = dependency("user", async ({ deps }) => await deps.get(session) + 10);
  const team = dependency("team", async ({ deps }) => await deps.get(session) + 100);
  const page = dependency(
    "page",
    async ({ deps }) => await Promise.all([deps.get(user), deps.get(team), deps.get(session)]),
  );
  assertEquals(await depsOf().get(page), [11, 101, 1]);
});

Deno.test("get() runs a factory again after a cycle was detected", async () => {
  let isOpen = true;
  const a: Dependency<number> = dependency("a", ({ deps }) => isOpen ? deps.get(b) : 1);
  const b: Dependency<number> = dependency("b", ({ deps }) => deps.get(a));
  const deps = depsOf();
  await assertRejects(() => deps.get(a), DependencyCycleError);
  isOpen = false;
  assertEquals([await deps.get(b), await deps.get(a)], [1, 1]);
});

Deno.test("get() uses an override by dependency, as a value and as a factory", async () => {
  const user = dependency("user", () => "real");
  const greeting = dependency(async ({ deps }) => `Hello ${await deps.get(user)}`);
  const byValue: DependencyOverrides = new Map([[user, "fake"]]);
  const byFactory: DependencyOverrides = new Map([[user, ({ params }: RequestContext) => `user ${params.id}`]]);
  assertEquals(await depsOf({ overrides: byValue }).get(greeting), "Hello fake");
  assertEquals(await depsOf({ overrides: byFactory }).get(greeting), "Hello user 7");
});

Deno.test("get() uses an override by name, and prefers one by dependency", async () => {
  const [user, other] = [dependency("user", () => "real"), dependency("user", () => "other")];
  const overrides: DependencyOverrides = new Map<Dependency<unknown> | string, unknown>([
    ["user", "by name"],
    [other, undefined],
  ]);
  const deps = depsOf({ overrides });
  assertEquals([await deps.get(user), await deps.get(other)], ["by name", undefined]);
});

Deno.test("H4: get() does not dispose the value of an override, and disposes what a factory of an override creates", async () => {
  for (const options of [{}, { dispose: true }]) {
    let disposed = 0;
    const value = { [Symbol.asyncDispose]: () => Promise.resolve(void disposed++) };
    const real = dependency<AsyncDisposable>("real", () => value, options);
    for (const [override, expected] of [[value, 0], [() => value, 1]] as const) {
      const cache = new DependencyCache(() => {});
      assertStrictEquals(await depsOf({ cache, overrides: new Map([[real, override]]) }).get(real), value);
      await cache[Symbol.asyncDispose]();
      assertEquals(disposed, expected);
    }
  }
});

Deno.test("H4: get() finds no cycle through a dependency that has finished", async () => {
  const gate = Promise.withResolvers<void>();
  const inner = dependency("inner", ({ deps }) => ({ askOuter: (): Promise<number> => deps.get(outer) }));
  const outer: Dependency<number> = dependency("outer", async ({ deps }) => {
    await deps.get(inner);
    await gate.promise;
    return 1;
  });
  const deps = depsOf();
  const first = deps.get(outer);
  const { askOuter } = await deps.get(inner);
  await turns(8);
  // "outer" is pending and has requested "inner", but no longer waits for it.
  const second = askOuter();
  gate.resolve();
  assertEquals([await first, await second], [1, 1]);
});

Deno.test("H4: get() finds no cycle through a dependency that has finished while one that it requested is pending", async () => {
  const gate = Promise.withResolvers<void>();
  const early = dependency("early", ({ deps }) => ({ late: deps.get(late) }));
  const late: Dependency<boolean> = dependency("late", async ({ deps }) => {
    await gate.promise;
    return "late" in await deps.get(early);
  });
  const { late: pending } = await depsOf().get(early);
  gate.resolve();
  assertEquals(await pending, true);
});

Deno.test("derive() keeps the cache and the chain, and changes the rest", async () => {
  let runs = 0;
  const counted = dependency(() => ++runs);
  const deps = depsOf();
  const later = deps.derive({ ctx: { ...deps.ctx, params: { id: "8" } } });
  assertEquals([await deps.get(counted), await later.get(counted)], [1, 1]);
  assertEquals([await deps.get(DUrl("id")), await later.get(DUrl("id"))], ["7", "8"]);
  assertEquals([later.ctx.params, later.ctx.deps], [{ id: "8" }, later]);
});

Deno.test("the end of a request disposes values in the reverse order of creation", async () => {
  const log: string[] = [];
  const cache = new DependencyCache(() => {});
  const connection = dependency(() => ({
    [Symbol.asyncDispose]: async () => (await turn(), void log.push("connection")),
  }));
  const transaction = dependency(async ({ deps }) => {
    await deps.get(connection);
    return { [Symbol.dispose]: () => void log.push("transaction") };
  }, { dispose: true });
  await depsOf({ cache }).get(transaction);
  await cache[Symbol.asyncDispose]();
  assertEquals(log, ["transaction", "connection"]);
  await cache[Symbol.asyncDispose]();
  assertEquals(log.length, 2);
});

Deno.test("the end of a request prefers Symbol.asyncDispose and calls it on the value", async () => {
  class Handle {
    closed = "";
    [Symbol.dispose](): void {
      this.closed += "sync";
    }
    // deno-lint-ignore require-await -- the symbol asks for a promise
    async [Symbol.asyncDispose](): Promise<void> {
      this.closed += "async";
    }
  }
  const cache = new DependencyCache(() => {});
  const handle = await depsOf({ cache }).get(dependency(() => new Handle()));
  await cache[Symbol.asyncDispose]();
  assertEquals(handle.closed, "async");
});

Deno.test("the end of a request does not dispose a value that has only Symbol.dispose, such as a shared database", async () => {
  let closed = 0;
  const database = dependency("db", () => ({ [Symbol.dispose]: () => void closed++ }));
  const cache = new DependencyCache(() => {});
  await depsOf({ cache }).get(database);
  await cache[Symbol.asyncDispose]();
  assertEquals(closed, 0);
});

Deno.test("the end of a request does not dispose a value with { dispose: false }, also if another dependency returns it", async () => {
  let disposed = 0;
  const shared = { [Symbol.asyncDispose]: async () => void await disposed++ };
  const database = dependency("db", () => shared, { dispose: false });
  const alias = dependency(({ deps }) => deps.get(database));
  const cache = new DependencyCache(() => {});
  await depsOf({ cache }).get(alias);
  await cache[Symbol.asyncDispose]();
  assertEquals(disposed, 0);
});

Deno.test("the end of a request disposes once a value that two dependencies returned", async () => {
  let disposed = 0;
  const session = dependency(() => ({ [Symbol.dispose]: () => void disposed++ }), { dispose: true });
  const alias = dependency(({ deps }) => deps.get(session));
  const cache = new DependencyCache(() => {});
  await depsOf({ cache }).get(alias);
  await cache[Symbol.asyncDispose]();
  assertEquals(disposed, 1);
});

Deno.test("the end of a request reports errors of a disposal and disposes the rest", async () => {
  const errors: unknown[] = [];
  const log: string[] = [];
  const cache = new DependencyCache((error) => errors.push(error));
  const deps = depsOf({ cache });
  const thrown = new Error("cannot close");
  await deps.get(dependency(() => ({ [Symbol.dispose]: () => void log.push("first") }), { dispose: true }));
  await deps.get(dependency(() => ({ [Symbol.asyncDispose]: () => Promise.reject(thrown) })));
  await cache[Symbol.asyncDispose]();
  assertEquals([errors, log], [[thrown], ["first"]]);
});

Deno.test("the end of a request does not wait for pending values, which are disposed when they are created", async () => {
  let disposed = 0;
  const { promise, resolve } = Promise.withResolvers<void>();
  const slow = dependency(async () => {
    await promise;
    return { [Symbol.dispose]: () => void disposed++ };
  }, { dispose: true });
  const cache = new DependencyCache(() => {});
  const value = depsOf({ cache }).get(slow);
  await cache[Symbol.asyncDispose]();
  assertEquals(disposed, 0);
  resolve();
  await value;
  assertEquals(disposed, 1);
});

Deno.test("get() rejects for a value that throws when its properties are read", async () => {
  const hostile = dependency(() =>
    new Proxy({}, {
      get(_, key) {
        if (key === Symbol.asyncDispose) throw new Error("looked at");
        return undefined;
      },
    })
  );
  await assertRejects(() => depsOf().get(hostile), Error, "looked at");
});

Deno.test("get() after the end of a request rejects for values that do not exist", async () => {
  const cache = new DependencyCache(() => {});
  const deps = depsOf({ cache });
  const [early, late] = [dependency("early", () => 1), dependency("late", () => 2)];
  await deps.get(early);
  await cache[Symbol.asyncDispose]();
  assertEquals(await deps.get(early), 1);
  await assertRejects(() => deps.get(late), DependencyError, "Cannot resolve late: the request has ended");
});

Deno.test("get() of a marker without a provider rejects with a DependencyError that names it", async () => {
  const unknown: Marker<number> = { kind: "marker", source: "tenant", options: {} };
  const error = await assertRejects(() => depsOf().get(unknown), DependencyError, 'marker "tenant"');
  assertInstanceOf(error, HyperError);
  assertEquals(error.status, 500);
});

Deno.test("get() caches the value of a custom provider for the request and the marker", async () => {
  let runs = 0;
  const counter: Provider = { canHandle: ({ source }) => source === "counter", resolve: () => ++runs };
  const [one, two]: Marker<number>[] = [1, 2].map(() => ({ kind: "marker", source: "counter", options: {} }));
  const deps = depsOf({ providers: orderProviders([counter]) });
  assert(one !== undefined && two !== undefined);
  assertEquals([await deps.get(one), await deps.derive({ origin: "missing" }).get(one), await deps.get(two)], [
    1,
    1,
    2,
  ]);
});

Deno.test("resolveInjected() returns the values by name", async () => {
  const user = dependency(() => "ada");
  assertEquals(await resolveInjected({ user, id: DUrl("id", Number) }, depsOf()), { user: "ada", id: 7 });
});

Deno.test("resolveInjected() resolves all values at once", async () => {
  const started: string[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  const slow = dependency(async () => {
    started.push("slow");
    await promise;
    return 1;
  });
  const fast = dependency(() => {
    started.push("fast");
    resolve();
    return 2;
  });
  assertEquals(await resolveInjected({ slow, fast }, depsOf()), { slow: 1, fast: 2 });
  assertEquals(started, ["slow", "fast"]);
});

Deno.test("resolveInjected() rejects with the first failure and leaves no other unhandled", async () => {
  const first = dependency(() => {
    throw new Error("first");
  });
  const second = dependency(async () => {
    await turns(5);
    throw new Error("second");
  });
  await assertRejects(() => resolveInjected({ second, first }, depsOf()), Error, "first");
  await turns(20);
});

Deno.test("resolveInjected() leaves no rejection unhandled if deps throw synchronously", async () => {
  let calls = 0;
  const deps = {
    get<T>(): Promise<T> {
      if (++calls === 2) throw new Error("at once");
      return turn().then(() => {
        throw new Error("later");
      });
    },
  };
  await assertRejects(() => resolveInjected({ a: DUrl("a"), b: DUrl("b") }, deps), Error, "at once");
  await turns(20);
});

Deno.test("resolveInjected() accepts a name such as __proto__", async () => {
  const inject: Record<string, Dependency<object>> = JSON.parse('{"__proto__": null}');
  Object.defineProperty(inject, "__proto__", { value: dependency(() => ({ isAdmin: true })), enumerable: true });
  const values = await resolveInjected(inject, depsOf());
  assertEquals(Object.getPrototypeOf(values), Object.prototype);
  assertEquals(Object.keys(values), ["__proto__"]);
});
