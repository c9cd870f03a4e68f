/**
 * The dependency cache of one request: who has been asked for, who waits for whom, and what is to be disposed.
 *
 * @module
 */
import { notify, type Report } from "../callback.ts";
import { DependencyCycleError, DependencyError } from "../errors.ts";

/** The property of a `Request` that holds its cache; read it with {@linkcode getRequestDepCache}. */
export const REQUEST_DEP_CACHE_ATTR = "_next_dep_cache";

/**
 * One run of one factory. `waitsFor` are the runs it has asked for that are not done:
 *
 * ```
 * handler ──▶ order ──▶ user ──▶ session
 *                └────▶ session
 * ```
 *
 * An edge is drawn when a factory asks and taken away when what it asked for is done, so that a path from the asked
 * back to the asker means that neither can ever finish.
 */
export interface DependencyRun {
  /** What it is called in messages. */
  readonly label: string;
  readonly waitsFor: Set<DependencyRun>;
  /** Whether its factory has not finished. */
  pending: boolean;
  readonly promise: Promise<unknown>;
}

interface Run extends DependencyRun {
  resolve(value: unknown): void;
  reject(error: unknown): void;
}

/**
 * Which values are disposed when the request ends: `always` those with either symbol, `async` those with
 * `Symbol.asyncDispose`, `never` none.
 */
export type Disposal = "always" | "async" | "never";

/** How a value is made, for {@linkcode DependencyCache.resolve}. */
export interface Recipe {
  /** What it is called in messages. */
  readonly label: string;
  /** Which values are disposed when the request ends, see {@linkcode Disposal}. */
  readonly dispose: Disposal;
  /** Makes the value; `run` is to be given as `asker` with everything it asks for. */
  create(run: DependencyRun): unknown;
}

/**
 * What one request has resolved: shared by everything that runs for it, and by nothing else.
 *
 * It holds promises, so that two who ask at once get one run. A failure is not kept: the next one to ask runs it again.
 * Keys are the dependencies themselves, so that two of one name are two.
 */
export class DependencyCache implements AsyncDisposable {
  /** What was asked for; made with the first, because most requests ask for nothing. */
  #runs: Map<object, Run> | null = null;
  /** Values to dispose, in the order they were made; emptied when the request ends. */
  #disposables: (() => unknown)[] | null = null;
  /**
   * Every value that was made. A dependency may hand on what another made; whoever made it decides whether it is
   * disposed, once.
   */
  #made: Set<object> | null = null;
  readonly #onError: Report;
  /** Set when the request ends, and never reset: what is made after that is disposed at once. */
  #ended = false;

  /**
   * Makes the cache of a request.
   *
   * @param onError Told what disposal throws.
   */
  constructor(onError: (error: unknown) => void) {
    this.#onError = onError;
  }

  /** How many values there are, the pending ones included. */
  get size(): number {
    return this.#runs?.size ?? 0;
  }

  /** Whether somebody in this request has asked for it, and it has not failed. */
  has(key: object): boolean {
    return this.#runs?.has(key) === true;
  }

  /** What somebody in this request has asked for, or `undefined` when nobody has. Asks for nothing by itself. */
  get(key: object): Promise<unknown> | undefined {
    return this.#runs?.get(key)?.promise;
  }

  /**
   * The value of a key, made by the recipe unless somebody has asked before.
   *
   * @param key What is asked for.
   * @param asker The run that asks, or `null` for a handler, guard or page.
   * @param recipe How it is made.
   * @returns The value.
   *
   * @internal
   */
  resolve(key: object, asker: DependencyRun | null, recipe: Recipe): Promise<unknown> {
    const known = this.#runs?.get(key);
    if (known === undefined && this.#ended) {
      return Promise.reject(new DependencyError(500, `Cannot resolve ${recipe.label}: the request has ended`));
    }
    const run = known ?? createRun(recipe.label);
    if (asker !== null && run.pending) {
      const path = pathBetween(run, asker);
      if (path !== null) {
        return Promise.reject(new DependencyCycleError([...path, run].map(({ label }) => label)));
      }
      asker.waitsFor.add(run);
      const done = (): void => void asker.waitsFor.delete(run);
      run.promise.then(done, done);
    }
    // After the edge is drawn: a factory that asks back at once must meet it.
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
   * Makes an empty cache that reports to the same place. Whoever asks for one disposes it.
   *
   * @internal
   */
  fork(): DependencyCache {
    return new DependencyCache(this.#onError);
  }

  /**
   * Ends a request that has nothing to dispose, at once.
   *
   * @returns Whether it has ended; `false` where there is something, which takes `Symbol.asyncDispose`.
   *
   * @internal
   */
  endEmpty(): boolean {
    if (this.size > 0) return false;
    return this.#ended = true;
  }

  /**
   * Ends the request: disposes what was made, the last first, one after another. What is still being made is not
   * waited for; it is disposed when it comes. Never rejects: what disposal throws goes to `onError`.
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
 * The dependency cache of a request.
 *
 * @param request The request, or nothing.
 * @returns The cache, or `null` when the request has none.
 *
 * @example From a receiver of a signal
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

/**
 * Hangs a cache on a request.
 *
 * @param request The request.
 * @param cache Its cache, in place of one it had.
 */
export function attachRequestDepCache(request: Request, cache: DependencyCache): void {
  // Not enumerable: what copies or prints a request must not drag its values along.
  Object.defineProperty(request, REQUEST_DEP_CACHE_ATTR, { value: cache, configurable: true, enumerable: false });
}

/**
 * Gives a derived request, such as the one an origin page is rendered again with, the cache of the request it comes from.
 *
 * @param from The request that came in.
 * @param to The request made of it.
 */
export function shareRequestDepCache(from: Request, to: Request): void {
  const cache = getRequestDepCache(from);
  if (cache !== null) attachRequestDepCache(to, cache);
}

function createRun(label: string): Run {
  return { label, waitsFor: new Set(), pending: true, ...Promise.withResolvers<unknown>() };
}

/** The runs from one to another along what they wait for, both included, or `null` when there is no way. */
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
