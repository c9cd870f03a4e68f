// The dependency cache of one request: values, dependencies that wait for each other, and values to dispose.
import { notify, type Report } from "../callback.ts";
import { DependencyCycleError, DependencyError } from "../errors.ts";

/** The property of a `Request` that holds its cache. Read it with {@linkcode getRequestDepCache}. */
export const REQUEST_DEP_CACHE_ATTR = "_next_dep_cache";

/**
 * A run of a factory. `waitsFor` holds the runs that it requested and that are pending:
 *
 * ```
 * handler ──▶ order ──▶ user ──▶ session
 *                └────▶ session
 * ```
 *
 * An edge is added when a factory requests a run and removed when that run ends. A path from the requested run back to
 * the requesting one is therefore a deadlock.
 */
export interface DependencyRun {
  /** The name in messages. */
  readonly label: string;
  readonly waitsFor: Set<DependencyRun>;
  /** `true` until its factory has finished. */
  pending: boolean;
  readonly promise: Promise<unknown>;
}

interface Run extends DependencyRun {
  resolve(value: unknown): void;
  reject(error: unknown): void;
}

/**
 * Selects the values that are disposed when the request ends: `always` those with either dispose symbol, `async` those
 * with `Symbol.asyncDispose`, `never` none.
 */
export type Disposal = "always" | "async" | "never";

/** Options for {@linkcode DependencyCache.resolve}. */
export interface Recipe {
  /** The name in messages. */
  readonly label: string;
  /** The values to dispose when the request ends. */
  readonly dispose: Disposal;
  /** Creates the value. Everything that it requests must pass `run` as `caller`. */
  create(run: DependencyRun): unknown;
}

/**
 * The values that one request has resolved, shared by all code that runs for it.
 *
 * It holds promises, so simultaneous requests for a value share one run. A failed run is removed, and the next request
 * runs the factory again. The keys are the dependencies themselves: two dependencies may have the same name.
 */
export class DependencyCache implements AsyncDisposable {
  /** The runs by key; created with the first, because most requests resolve nothing. */
  #runs: Map<object, Run> | null = null;
  /** The values to dispose, in the order they were created; emptied when the request ends. */
  #disposables: (() => unknown)[] | null = null;
  /**
   * All created values. If a dependency returns the value of another, only the one that created it decides about
   * disposal.
   */
  #made: Set<object> | null = null;
  readonly #onError: Report;
  /** Set when the request ends, and never reset: values created later are disposed at once. */
  #ended = false;

  /**
   * Creates the cache of a request.
   *
   * @param onError Called with every error of a disposal.
   */
  constructor(onError: (error: unknown) => void) {
    this.#onError = onError;
  }

  /** Number of values, including pending ones. */
  get size(): number {
    return this.#runs?.size ?? 0;
  }

  /** Returns `true` if the dependency was requested in this request and has not failed. */
  has(key: object): boolean {
    return this.#runs?.has(key) === true;
  }

  /** Returns the value of a dependency that was requested in this request, else `undefined`. Does not create one. */
  get(key: object): Promise<unknown> | undefined {
    return this.#runs?.get(key)?.promise;
  }

  /**
   * Returns the value of a key, and creates it on the first call. `caller` is the run of the factory that requests it,
   * or `null` outside a factory.
   *
   * @internal
   */
  resolve(key: object, caller: DependencyRun | null, recipe: Recipe): Promise<unknown> {
    const known = this.#runs?.get(key);
    if (known === undefined && this.#ended) {
      return Promise.reject(new DependencyError(500, `Cannot resolve ${recipe.label}: the request has ended`));
    }
    const run: Run = known ??
      { label: recipe.label, waitsFor: new Set(), pending: true, ...Promise.withResolvers<unknown>() };
    if (caller !== null && run.pending) {
      const path = pathBetween(run, caller);
      if (path !== null) {
        return Promise.reject(new DependencyCycleError([...path, run].map(({ label }) => label)));
      }
      caller.waitsFor.add(run);
      const done = (): void => void caller.waitsFor.delete(run);
      run.promise.then(done, done);
    }
    // Started after the edge is added, so that a factory that requests its own caller is found to be a cycle.
    if (known === undefined) this.#start(key, run, recipe);
    return run.promise;
  }

  #start(key: object, run: Run, recipe: Recipe): void {
    (this.#runs ??= new Map()).set(key, run);
    const create = async (): Promise<unknown> => {
      const value = await recipe.create(run);
      this.#own(value, recipe.dispose);
      return value;
    };
    create().then((value) => {
      run.pending = false;
      run.resolve(value);
    }, (error) => {
      run.pending = false;
      this.#runs?.delete(key);
      run.reject(error);
    });
  }

  #own(value: unknown, disposal: Disposal): void {
    if ((typeof value !== "object" && typeof value !== "function") || value === null) return;
    this.#made ??= new Set();
    if (this.#made.has(value)) return;
    this.#made.add(value);
    const dispose = disposerOf(value, disposal);
    if (dispose === null) return;
    if (this.#ended) notify(dispose, this.#onError);
    else (this.#disposables ??= []).push(dispose);
  }

  /**
   * Returns an empty cache with the same `onError`. The caller must dispose it.
   *
   * @internal
   */
  fork(): DependencyCache {
    return new DependencyCache(this.#onError);
  }

  /**
   * Ends the request if it has resolved nothing, without waiting.
   *
   * @returns `true` if it ended; otherwise use `Symbol.asyncDispose`.
   *
   * @internal
   */
  endEmpty(): boolean {
    if (this.size > 0) return false;
    return this.#ended = true;
  }

  /**
   * Ends the request: disposes its values one after another, the last first. A pending value is disposed when it is
   * created. Never rejects: errors go to `onError`.
   */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#ended = true;
    const disposables = this.#disposables ?? [];
    for (let dispose = disposables.pop(); dispose !== undefined; dispose = disposables.pop()) {
      await notify(dispose, this.#onError);
    }
  }
}

/**
 * Returns the dependency cache of a request.
 *
 * @param request The request, or `null` or `undefined`.
 * @returns The cache, or `null` if the request has none.
 *
 * @example In a receiver of a server event
 * ```ts
 * import { getRequestDepCache } from "@hyper/actions";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(getRequestDepCache(new Request("http://localhost/")), null);
 * ```
 */
export function getRequestDepCache(request: Request | null | undefined): DependencyCache | null {
  if (request === null || request === undefined) return null;
  const cache: unknown = Reflect.get(request, REQUEST_DEP_CACHE_ATTR);
  return cache instanceof DependencyCache ? cache : null;
}

/** Sets the cache of a request, replacing an existing one. */
export function attachRequestDepCache(request: Request, cache: DependencyCache): void {
  // Not enumerable: code that copies or logs a request must not include the values.
  Object.defineProperty(request, REQUEST_DEP_CACHE_ATTR, { value: cache, configurable: true, enumerable: false });
}

/** Shares the cache of a request with a derived one, for example when the origin page is rendered again. */
export function shareRequestDepCache(from: Request, to: Request): void {
  const cache = getRequestDepCache(from);
  if (cache !== null) attachRequestDepCache(to, cache);
}

/** Returns the runs on a path of `waitsFor` edges, including both ends, or `null` if there is no path. */
function pathBetween(from: DependencyRun, to: DependencyRun): DependencyRun[] | null {
  const seen = new Set<DependencyRun>();
  const search = (run: DependencyRun): DependencyRun[] | null => {
    if (run === to) return [run];
    seen.add(run);
    for (const next of run.waitsFor) {
      const rest = seen.has(next) ? null : search(next);
      if (rest !== null) return [run, ...rest];
    }
    return null;
  };
  return search(from);
}

function disposerOf(value: object, disposal: Disposal): (() => unknown) | null {
  if (disposal === "never") return null;
  for (const symbol of disposal === "async" ? [Symbol.asyncDispose] : [Symbol.asyncDispose, Symbol.dispose]) {
    const dispose: unknown = Reflect.get(value, symbol);
    if (typeof dispose === "function") return () => dispose.call(value);
  }
  return null;
}
