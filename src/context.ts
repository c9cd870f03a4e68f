// The context that every function of the application receives: guards, dependencies, forms, pages and action functions.

import type { Cookies } from "./cookies.ts";

/** Route parameters: a string for `[name]`, an array for `[...name]`. The body of a request does not change them. */
export type Params = Readonly<Record<string, string | readonly string[]>>;

/**
 * A value that is created at most once per request and shared: made by `dependency()`.
 *
 * @typeParam T The type of the value.
 */
export interface Dependency<T> {
  /** Marks the object as a dependency. */
  readonly kind: "dependency";
  /** The name for messages and overrides, or `null`. */
  readonly name: string | null;
  /** Creates the value; called at most once per request. */
  readonly create: (ctx: RequestContext) => T | PromiseLike<T>;
}

/**
 * A place in the request to read a value from: made by `DUrl()`, `DQuery()`, `DForm()`, `DContext()` or `Depends()`.
 */
export interface Marker<T> {
  /** Marks the object as a marker. */
  readonly kind: "marker";
  /** The kind of marker, such as `url` or `query`. Selects the provider. */
  readonly source: string;
  /** Options for the provider: the name, the type, the default. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Never set at run time: carries the type of the value. */
  readonly type?: () => T;
}

/** A dependency or a marker. */
export type Injectable<T> = Dependency<T> | Marker<T>;

/** The dependencies of one request. */
export interface Deps {
  /**
   * Resolves a dependency or a marker. All code of the request shares the value.
   *
   * @throws {DependencyCycleError} If it waits for itself.
   * @throws {DependencyError} If no provider resolves it and it has no default.
   */
  get<T>(injectable: Injectable<T>): Promise<T>;
}

/** The purpose of a request: `"validate"` asks whether fields are valid and runs no action function; any other is `"submit"`. */
export type RequestMode = "submit" | "validate";

/** A request, as the functions of the application see it. */
export interface RequestContext {
  /** The request. Its body has been read before an action function runs. */
  readonly request: Request;
  /**
   * URL of the page that the request is about: in a form post the origin page, not the endpoint. It is the same for
   * guards, `onFile`, dependencies, the form, the action function and the page that is rendered again. A call that
   * names no page has the URL it was sent to. Behind a proxy that `crossOrigin.trustProxy` trusts, scheme and host are
   * those that the client used; `request.url` has those of the connection.
   */
  readonly url: URL;
  /** Route parameters of that page; `{}` for a call that names no page. */
  readonly params: Params;
  /** The cookies of the request, and those that its response sets. They are parsed when one is read. */
  readonly cookies: Cookies;
  /** Resolves dependencies, which all code of the request shares. */
  readonly deps: Deps;
  /**
   * Aborted when the work must end. For a GET, that is when the client disconnects. A mutation continues without its
   * client; its signal is aborted, with a `TimeoutError` as reason, when its generator reaches a limit for work without
   * a reader (`unreadEvents`, `unreadBytes`, `streamSeconds`).
   */
  readonly signal: AbortSignal;
  /**
   * `"validate"` in a request that only asks whether fields are valid (`X-Hyper-Validate`): guards and validation run, the action
   * function does not. A check that must happen once, such as that of a captcha, is skipped then. `"submit"` in any other request.
   */
  readonly mode: RequestMode;
}

/**
 * Decides whether a request may continue. Nothing or `true` allows it, `false` responds with 403, and a `Response` is
 * sent as it is. Any other value is an error of the guard.
 *
 * A redirect is followed by a user who waits for the call. A program, and a GET of the runtime, such as a search, get 401 instead, with
 * the address in `X-Hyper-Sign-In`: the page that the user works in stays, and has a message with a button that opens the address.
 *
 * Its `url` and `params` are those that the action function receives. The client chooses them: in a call that names no
 * page, `params` is `{}`.
 */
export type Guard<C = RequestContext> = (
  ctx: C,
) => void | boolean | Response | PromiseLike<void | boolean | Response>;
