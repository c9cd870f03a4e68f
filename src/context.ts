/**
 * What the application's own functions are told about a request. Guards, dependencies, forms, pages and handlers all
 * get at least this.
 *
 * @module
 */

/** Values of the route: one text per `[name]`, a list per `[...name]`. Nothing a client sends in a body changes them. */
export type Params = Readonly<Record<string, string | readonly string[]>>;

/**
 * Something a request may ask for once and share: made by `dependency()`.
 *
 * @typeParam T What it resolves to.
 */
export interface Dependency<T> {
  /** Says that it is a dependency. */
  readonly kind: "dependency";
  /** The name it can be overridden and reported by; `null` for an anonymous one. */
  readonly name: string | null;
  /** Makes the value; run at most once for each request that asks. */
  readonly create: (ctx: RequestContext) => T | PromiseLike<T>;
}

/** A place in the request that a value is read from: made by `DUrl()`, `DQuery()`, `DForm()`, `DContext()`, `Depends()`. */
export interface Marker<T> {
  /** Says that it is a marker. */
  readonly kind: "marker";
  /** Which provider it is for, such as `url` or `query`. */
  readonly source: string;
  /** What the provider needs to know: the name, the type, the default. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Never there at run time: carries the type of the value. */
  readonly type?: () => T;
}

/** Anything that can be injected. */
export type Injectable<T> = Dependency<T> | Marker<T>;

/** The dependencies of one request. */
export interface Deps {
  /**
   * Resolves a dependency or a marker, sharing the value with everyone else in this request who asks.
   *
   * @throws {DependencyCycleError} When it waits for itself.
   * @throws {DependencyError} When nothing provides it and it has no default.
   */
  get<T>(injectable: Injectable<T>): Promise<T>;
}

/** One request, as the application sees it. */
export interface RequestContext {
  /** The request itself. Its body has been read by the time a handler runs. */
  readonly request: Request;
  /**
   * The URL of the page this is about: in a form post the page that the form was rendered for, not the endpoint. It is the
   * same for guards, `onFile`, dependencies, the form, the action function and the page that is shown again. A call that names
   * no page has the URL it was sent to. Behind a proxy that `crossOrigin.trustProxy` trusts, its scheme and host are those
   * that the client asked for; `request.url` has those of the connection.
   */
  readonly url: URL;
  /** The route parameters of that page; `{}` for a call that names no page. */
  readonly params: Params;
  /** Dependencies, shared by everything that runs for this request. */
  readonly deps: Deps;
  /**
   * Aborted when the work must end. For a GET that is when the user has gone: what only they would see is not needed any
   * more. A mutation runs on without its user; its signal is aborted when its generator reaches a limit of what runs without
   * a reader (`unreadEvents`, `unreadBytes`, `streamSeconds`). The reason is then a `TimeoutError`.
   */
  readonly signal: AbortSignal;
}

/**
 * Decides whether a request is let in. Nothing or `true` lets it in, `false` is 403, a `Response` is the answer; anything
 * else is an error of the guard.
 *
 * The `url` and `params` it gets are those that the action function then gets. The client chooses them: a call that names no
 * page has `params` `{}`.
 */
export type Guard<C = RequestContext> = (
  ctx: C,
) => void | boolean | Response | PromiseLike<void | boolean | Response>;
