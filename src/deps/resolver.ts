/**
 * `dependency()`, and what resolves one: the `deps` of a request.
 *
 * @module
 */
import { atOnce } from "../callback.ts";
import type { Dependency, Deps, Injectable, Marker, RequestContext } from "../context.ts";
import { DependencyError } from "../errors.ts";
import type { DependencyCache, DependencyRun, Disposal, Recipe } from "./cache.ts";
import { BUILT_IN_PROVIDERS, type Provider, type ResolutionScope } from "./providers.ts";

/** Makes the value of a dependency. */
export type DependencyFactory<T> = (ctx: RequestContext) => T | PromiseLike<T>;

/** How a dependency is kept. */
export interface DependencyOptions {
  /**
   * Whether its value is disposed when the request ends. `true` disposes by either symbol, `false` by none; say `false` for
   * a value with `Symbol.asyncDispose` that outlives the request. Default: by `Symbol.asyncDispose` alone. What has only
   * `Symbol.dispose`, as databases and files have, is often shared by all requests, and the first would close it.
   */
  readonly dispose?: boolean | undefined;
}

/** What {@linkcode dependency} gives. */
export interface RequestDependency<T> extends Dependency<T> {
  /** Whether its value is disposed when the request ends; `null` for by `Symbol.asyncDispose` alone. */
  readonly dispose: boolean | null;
}

/**
 * Declares something a request may ask for, made at most once for each request and shared by everyone who asks.
 *
 * Its factory may ask for others through `ctx.deps`. A failure is not kept: the next one to ask runs it again. Factories
 * that wait for one another are a `DependencyCycleError`. A value with `Symbol.asyncDispose` is disposed when the request
 * ends, in the reverse order of creation; see the option `dispose` for values that outlive it.
 *
 * @param factory Makes the value.
 * @returns The dependency; what it resolves to is typed by the factory.
 *
 * @example One that uses another
 * ```ts
 * import { dependency } from "@hyper/actions";
 * import { assertEquals } from "@std/assert";
 *
 * const session = dependency("session", ({ request }) => ({ user: request.headers.get("x-user") }));
 * const userName = dependency(async ({ deps }) => (await deps.get(session)).user ?? "nobody");
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
 * Declares a dependency with a name, by which it is reported and can be overridden in a test.
 *
 * @param name The name.
 * @param factory Makes the value.
 * @param options Whether it is disposed.
 * @returns The dependency.
 * @throws {TypeError} When the name is empty, or the factory is no function.
 */
export function dependency<T>(
  name: string,
  factory: DependencyFactory<T>,
  options?: DependencyOptions,
): RequestDependency<T>;
export function dependency<T>(
  ...args: DependencyArguments<T>
): RequestDependency<T> {
  const [name, create, options = {}] = startsWithName(args) ? args : [null, ...args] as const;
  if (name === "") throw new TypeError("Cannot declare a dependency: its name is empty, leave it out or give it one");
  if (typeof create !== "function") {
    const label = name === null ? "a dependency" : `dependency "${name}"`;
    throw new TypeError(`Cannot declare ${label}: its factory is ${typeof create}, a function is needed`);
  }
  return Object.freeze({ kind: "dependency", name, create, dispose: options.dispose ?? null });
}

type NamedArguments<T> = [name: string, factory: DependencyFactory<T>, options?: DependencyOptions | undefined];

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
 * Values to use in place of those a dependency would make, by the dependency or by its name: a function is run as its
 * factory, anything else is the value. The dependency itself goes before its name.
 */
export type DependencyOverrides = ReadonlyMap<Dependency<unknown> | string, unknown>;

/** The parts of {@linkcode createRequestDeps}. */
export interface RequestDepsOptions extends Omit<ResolutionScope, "ctx"> {
  /**
   * The request as factories are to see it, without `deps`: its own properties are copied into each one's context. Or what
   * makes a context with given `deps`, where parts of it are made when they are asked for and must not be copied before.
   */
  readonly ctx: Omit<RequestContext, "deps"> | { readonly withDeps: (deps: Deps) => RequestContext };
  /** Who resolves markers, in order: what `orderProviders()` gave. */
  readonly providers: readonly Provider[];
  /** What is used in place of what dependencies would make. */
  readonly overrides: DependencyOverrides;
  /** The cache of the request, which the caller disposes when the request ends. */
  readonly cache: DependencyCache;
}

/** The dependencies of one request, at one stage of it. */
export interface RequestDeps extends Deps {
  /** The request as the application sees it, with these as its `deps`. */
  readonly ctx: RequestContext;
  /**
   * The same dependencies at another stage: with the form bound, with the origin resolved, for the page that is
   * rendered again. The cache stays the same one.
   *
   * @param changes What is different.
   */
  derive(changes: Partial<Pick<RequestDepsOptions, "ctx" | "form" | "origin" | "context">>): RequestDeps;
}

/**
 * Makes the `deps` of a request.
 *
 * @param options The request, what is known of it, and its cache.
 * @returns The dependencies.
 */
export function createRequestDeps(options: RequestDepsOptions): RequestDeps {
  return new ChainedDeps(options, null);
}

/** Dependencies at another stage of a request; disposed, they end what was made for that stage alone. */
export interface DepsStage extends AsyncDisposable {
  /** The dependencies, which know who has led to them. */
  readonly deps: RequestDeps;
}

/**
 * Takes the dependencies that a factory was given to another stage of its request.
 *
 * @param deps `ctx.deps` of a factory.
 * @param changes What is different.
 * @param isApart If `true`, everything is made anew, and disposed with the stage. Nothing then waits for what already waits
 *   for this factory.
 * @throws {TypeError} When they are not dependencies that this library has made.
 */
export function stageOf(
  deps: Deps,
  changes: Pick<RequestDepsOptions, "ctx" | "form" | "origin" | "context">,
  isApart: boolean,
): DepsStage {
  if (!(deps instanceof ChainedDeps)) {
    throw new TypeError(
      "Cannot take dependencies to another stage: they were made elsewhere; hand on ctx.deps as it is",
    );
  }
  if (!isApart) return { deps: deps.derive(changes), [Symbol.asyncDispose]: () => Promise.resolve() };
  const apart = deps.fork(changes);
  return { deps: apart.deps, [Symbol.asyncDispose]: () => apart.cache[Symbol.asyncDispose]() };
}

/**
 * The dependencies as one asker sees them. Every factory gets its own, which knows whose they are: so the chain of who
 * asked whom holds across `await`, without a stack that concurrent requests would share.
 */
class ChainedDeps implements RequestDeps {
  readonly #options: RequestDepsOptions;
  readonly #asker: DependencyRun | null;
  /** Made when somebody asks: at most stages of a request nobody does. */
  #ctx: RequestContext | null = null;

  constructor(options: RequestDepsOptions, asker: DependencyRun | null) {
    this.#options = options;
    this.#asker = asker;
  }

  get ctx(): RequestContext {
    const { ctx } = this.#options;
    return this.#ctx ??= "withDeps" in ctx ? ctx.withDeps(this) : withDeps(ctx, this);
  }

  derive(changes: Partial<Pick<RequestDepsOptions, "ctx" | "form" | "origin" | "context">>): RequestDeps {
    const { providers, overrides, cache, ...stage } = this.#options;
    const { ctx = stage.ctx, form = stage.form, origin = stage.origin, context = stage.context } = changes;
    return new ChainedDeps({ ctx, form, origin, context, providers, overrides, cache }, this.#asker);
  }

  /** The same at another stage, with nothing resolved, and the cache of what it then resolves. */
  fork(
    changes: Pick<RequestDepsOptions, "ctx" | "form" | "origin" | "context">,
  ): { readonly deps: RequestDeps; readonly cache: DependencyCache } {
    const { providers, overrides } = this.#options;
    const cache = this.#options.cache.fork();
    return { deps: new ChainedDeps({ ...changes, providers, overrides, cache }, null), cache };
  }

  get<T>(injectable: Injectable<T>): Promise<T> {
    const value = injectable.kind === "dependency" ? this.#depend(injectable) : this.#provide(injectable);
    // A factory may ask for something, then fail before it awaits it: whoever awaits this hears of its failure, and
    // where nobody does it must not end the process.
    value.catch(() => {});
    // Cached under the injectable itself and made by its own factory or provider: it has the type the injectable says.
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
      // A value given from outside belongs to whoever gave it.
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
        `Cannot resolve marker "${marker.source}": no provider handles it, add one to the option providers`,
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
    return this.#options.cache.resolve(key, this.#asker, recipe);
  }

  #chain(run: DependencyRun): ChainedDeps {
    return new ChainedDeps(this.#options, run);
  }

  #scope(): ResolutionScope {
    const { form, origin, context } = this.#options;
    return { ctx: this.ctx, form, origin, context };
  }
}

// Written out: put together from another object it would grow member by member, for each request anew.
function withDeps({ request, url, params, signal }: Omit<RequestContext, "deps">, deps: Deps): RequestContext {
  return { request, url, params, signal, deps };
}

// A dependency that was not made by `dependency()` says nothing about it, and is left alone.
function disposalOf(dependency: Dependency<unknown>): Disposal {
  if (!("dispose" in dependency)) return "never";
  if (dependency.dispose === true) return "always";
  return dependency.dispose === null ? "async" : "never";
}
