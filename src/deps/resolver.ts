// `dependency()`, and the `deps` of a request that resolve dependencies and markers.
import { atOnce } from "../callback.ts";
import type { Dependency, Deps, Injectable, Marker, RequestContext } from "../context.ts";
import { DependencyError } from "../errors.ts";
import type { DependencyCache, DependencyRun, Disposal, Recipe } from "./cache.ts";
import { BUILT_IN_PROVIDERS, type Provider, type ResolutionScope } from "./providers.ts";

/** Creates the value of a dependency. */
export type DependencyFactory<T> = (ctx: RequestContext) => T | PromiseLike<T>;

/** Options for {@linkcode dependency}. */
export interface DependencyOptions {
  /**
   * If `true`, the value is disposed when the request ends, by either dispose symbol; if `false`, it is not. Use
   * `false` for a value with `Symbol.asyncDispose` that outlives the request. Default: only values with
   * `Symbol.asyncDispose` are disposed, because objects with only `Symbol.dispose`, such as databases and files, are
   * often shared between requests.
   */
  readonly dispose?: boolean | undefined;
}

/** A dependency made by {@linkcode dependency}. */
export interface RequestDependency<T> extends Dependency<T> {
  /** `true` if its value is disposed when the request ends; `null` if only a value with `Symbol.asyncDispose` is. */
  readonly dispose: boolean | null;
}

/**
 * Declares a value that is created at most once per request and shared by all code that requests it.
 *
 * Its factory may request other values through `ctx.deps`. A failed factory runs again on the next request for its
 * value. Factories that wait for each other throw a `DependencyCycleError`. A value with `Symbol.asyncDispose` is
 * disposed when the request ends, in the reverse order of creation; see the option `dispose`.
 *
 * @param factory Creates the value.
 * @returns The dependency; the factory determines its type.
 *
 * @example One that uses another
 * ```ts
 * import { dependency } from "@hyper/actions";
 * import { assertEquals } from "@std/assert";
 *
 * const session = dependency("session", ({ request }) => ({ user: request.headers.get("x-user") }));
 * const userName = dependency(async ({ deps }) => (await deps.get(session)).user ?? "guest");
 * assertEquals(session.name, "session");
 * assertEquals(userName.name, null);
 * ```
 *
 * @example A transaction that ends with the request
 * ```ts
 * import { dependency } from "@hyper/actions";
 * import { assertEquals } from "@std/assert";
 *
 * const log: string[] = [];
 * const transaction = dependency("transaction", () => ({
 *   [Symbol.asyncDispose]: () => Promise.resolve(void log.push("rolled back or committed")),
 * }));
 * assertEquals(transaction.name, "transaction");
 * ```
 */
export function dependency<T>(factory: DependencyFactory<T>, options?: DependencyOptions): RequestDependency<T>;
/**
 * Declares a dependency with a name, which is used in messages and to override it in a test.
 *
 * @param name The name.
 * @param factory Creates the value.
 * @param options Disposal of the value.
 * @returns The dependency.
 * @throws {TypeError} If the name is empty, or if the factory is not a function.
 */
export function dependency<T>(
  name: string,
  factory: DependencyFactory<T>,
  options?: DependencyOptions,
): RequestDependency<T>;
/**
 * Declares a dependency whose value the application provides, such as a database that it opens once: with
 * `createHandler({ overrides })`, and in a test with another value. Without a value, its use throws.
 *
 * @param name The name.
 * @returns The dependency.
 *
 * @example
 * ```ts
 * import { action, createHandler, dependency } from "@hyper/actions";
 * import { createTestClient } from "@hyper/actions/testing";
 * import { assertEquals } from "@std/assert";
 *
 * const prices = dependency<ReadonlyMap<string, number>>("prices");
 * const priceOf = action("price_of", { inject: { prices } }, ({ data, prices }) => prices.get(String(data.item)) ?? null);
 *
 * const handler = createHandler({
 *   overrides: new Map([[prices, new Map([["tea", 4]])]]),
 *   pages: [{ path: "/", load: () => Promise.resolve({ default: () => "Home", priceOf }) }],
 * });
 * await using client = createTestClient(handler);
 * assertEquals((await client.action("price_of", { item: "tea" })).data, 4);
 * await handler.close();
 * ```
 */
export function dependency<T>(name: string): RequestDependency<T>;
export function dependency<T>(
  ...args: DependencyArguments<T>
): RequestDependency<T> {
  const [name, factory, options = {}] = startsWithName(args) ? args : [null, ...args] as const;
  const create = name !== null && args.length === 1 ? unprovided(name) : factory;
  if (name === "") throw new TypeError("Cannot declare a dependency: its name is empty; remove the name or choose one");
  if (typeof create !== "function") {
    const label = name === null ? "a dependency" : `dependency "${name}"`;
    throw new TypeError(`Cannot declare ${label}: its factory is ${typeof create}; pass a function`);
  }
  return Object.freeze({ kind: "dependency", name, create, dispose: options.dispose ?? null });
}

/** Returns the factory of a dependency whose value the application must provide. */
function unprovided(name: string): DependencyFactory<never> {
  return () => {
    throw new TypeError(`Cannot use dependency "${name}": it has no value; provide one with the option overrides`);
  };
}

type NamedArguments<T> = [name: string, factory?: DependencyFactory<T>, options?: DependencyOptions | undefined];

type DependencyArguments<T> = NamedArguments<T> | [
  factory: DependencyFactory<T>,
  options?: DependencyOptions | undefined,
];

function startsWithName<T>(
  args: DependencyArguments<T>,
): args is NamedArguments<T> {
  return typeof args[0] === "string";
}

/**
 * Replacements for dependencies, by dependency or by name; the dependency takes precedence. A function replaces the
 * factory, any other value is the value.
 */
export type DependencyOverrides = ReadonlyMap<Dependency<unknown> | string, unknown>;

/** Options for {@linkcode createRequestDeps}. */
export interface RequestDepsOptions extends Omit<ResolutionScope, "ctx"> {
  /**
   * The context for factories, without `deps`; its own properties are copied. Or a function that creates a context with
   * given `deps`, for a context with lazy properties that must not be copied.
   */
  readonly ctx: Omit<RequestContext, "deps"> | { readonly withDeps: (deps: Deps) => RequestContext };
  /** The providers, in the order of `orderProviders()`. */
  readonly providers: readonly Provider[];
  /** Replacements for dependencies. */
  readonly overrides: DependencyOverrides;
  /** The cache of the request; the caller disposes it when the request ends. */
  readonly cache: DependencyCache;
}

/** The dependencies of one request at one stage. */
export interface RequestDeps extends Deps {
  /** The request as the application sees it, with this object as its `deps`. */
  readonly ctx: RequestContext;
  /**
   * Returns the dependencies at another stage, with the same cache: for example with a bound form, or for the page that
   * is rendered again.
   */
  derive(changes: Partial<Pick<RequestDepsOptions, "ctx" | "form" | "origin" | "context">>): RequestDeps;
}

/** Creates the `deps` of a request. */
export function createRequestDeps(options: RequestDepsOptions): RequestDeps {
  return new ChainedDeps(options, null);
}

/** Dependencies at another stage of a request. Disposal ends the values that were created only for that stage. */
export interface DepsStage extends AsyncDisposable {
  /** The dependencies; they belong to the chain of their caller. */
  readonly deps: RequestDeps;
}

/**
 * Returns the dependencies for another stage of the request of a factory. If `isApart` is `true`, the stage has its own
 * cache. With a shared one, the stage could wait for a value whose factory waits for this stage.
 *
 * @throws {TypeError} If the dependencies were not created by this library.
 */
export function stageOf(
  deps: Deps,
  changes: Pick<RequestDepsOptions, "ctx" | "form" | "origin" | "context">,
  isApart: boolean,
): DepsStage {
  if (!(deps instanceof ChainedDeps)) {
    throw new TypeError(
      "Cannot take dependencies to another stage: they were not created by this library; pass ctx.deps unchanged",
    );
  }
  if (!isApart) return { deps: deps.derive(changes), [Symbol.asyncDispose]: () => Promise.resolve() };
  const apart = deps.fork(changes);
  return { deps: apart.deps, [Symbol.asyncDispose]: () => apart.cache[Symbol.asyncDispose]() };
}

/**
 * The dependencies of one caller. Every factory gets its own object, which knows its run. So the chain of callers
 * survives `await`, without a stack that concurrent requests would share.
 */
class ChainedDeps implements RequestDeps {
  readonly #options: RequestDepsOptions;
  readonly #caller: DependencyRun | null;
  /** Created on first use: most stages of a request do not need it. */
  #ctx: RequestContext | null = null;

  constructor(options: RequestDepsOptions, caller: DependencyRun | null) {
    this.#options = options;
    this.#caller = caller;
  }

  get ctx(): RequestContext {
    const { ctx } = this.#options;
    return this.#ctx ??= "withDeps" in ctx ? ctx.withDeps(this) : withDeps(ctx, this);
  }

  derive(changes: Partial<Pick<RequestDepsOptions, "ctx" | "form" | "origin" | "context">>): RequestDeps {
    const { providers, overrides, cache, ...stage } = this.#options;
    const { ctx = stage.ctx, form = stage.form, origin = stage.origin, context = stage.context } = changes;
    return new ChainedDeps({ ctx, form, origin, context, providers, overrides, cache }, this.#caller);
  }

  /** Returns the dependencies at another stage with an empty cache, and that cache. */
  fork(
    changes: Pick<RequestDepsOptions, "ctx" | "form" | "origin" | "context">,
  ): { readonly deps: RequestDeps; readonly cache: DependencyCache } {
    const { providers, overrides } = this.#options;
    const cache = this.#options.cache.fork();
    return { deps: new ChainedDeps({ ...changes, providers, overrides, cache }, null), cache };
  }

  get<T>(injectable: Injectable<T>): Promise<T> {
    const value = injectable.kind === "dependency" ? this.#depend(injectable) : this.#provide(injectable);
    // A factory may request a value and fail before it awaits it. The rejection of that value must not end the process;
    // code that awaits it still receives the error.
    value.catch(() => {});
    // The cache key is the injectable, and its own factory or provider creates the value, so it has the type of the
    // injectable.
    return value as Promise<T>;
  }

  #depend(dependency: Dependency<unknown>): Promise<unknown> {
    const { overrides } = this.#options;
    const name = dependency.name ?? "";
    const isOverridden = overrides.has(dependency) || overrides.has(name);
    const override = overrides.has(dependency) ? overrides.get(dependency) : overrides.get(name);
    const isValue = isOverridden && typeof override !== "function";
    const create = isOverridden && !isValue ? override as Dependency<unknown>["create"] : dependency.create;
    return this.#resolve(dependency, {
      label: dependency.name ?? (dependency.create.name || "anonymous dependency"),
      // A given value belongs to the code that gave it.
      dispose: isValue ? "never" : disposalOf(dependency),
      create: (run) => isValue ? override : create(this.#chain(run).ctx),
    });
  }

  async #provide(marker: Marker<unknown>): Promise<unknown> {
    const scope = this.#scope();
    const provider = this.#options.providers.find((each) =>
      atOnce(each.canHandle(marker, scope), `canHandle of ${each.name ?? "a provider"}`)
    );
    if (provider === undefined) {
      throw new DependencyError(
        500,
        `Cannot resolve marker "${marker.source}": no provider handles it; add one to the option providers`,
      );
    }
    if (BUILT_IN_PROVIDERS.includes(provider)) return await provider.resolve(marker, scope);
    return await this.#resolve(marker, {
      label: `${provider.name ?? "provider"} of ${marker.source}`,
      dispose: "never",
      create: (run) => provider.resolve(marker, this.#chain(run).#scope()),
    });
  }

  #resolve(key: object, recipe: Recipe): Promise<unknown> {
    return this.#options.cache.resolve(key, this.#caller, recipe);
  }

  #chain(run: DependencyRun): ChainedDeps {
    return new ChainedDeps(this.#options, run);
  }

  #scope(): ResolutionScope {
    const { form, origin, context } = this.#options;
    return { ctx: this.ctx, form, origin, context };
  }
}

// Written out for speed: a spread would build the object property by property for each request.
function withDeps(
  { request, url, params, cookies, signal, mode }: Omit<RequestContext, "deps">,
  deps: Deps,
): RequestContext {
  return { request, url, params, cookies, signal, mode, deps };
}

// A dependency that `dependency()` did not create has no option `dispose`, so it is not disposed.
function disposalOf(dependency: Dependency<unknown>): Disposal {
  if (!("dispose" in dependency)) return "never";
  if (dependency.dispose === true) return "always";
  return dependency.dispose === null ? "async" : "never";
}
