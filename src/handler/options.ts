/**
 * The options of `createHandler()`, and the handler that it returns.
 *
 * @module
 */
import type { Action } from "../actions/action.ts";
import type { ActionLocation } from "../actions/backend.ts";
import type { BackendEntry } from "../actions/factory.ts";
import type { Dependency, Guard } from "../context.ts";
import type { Provider } from "../deps/providers.ts";
import type { PageEntry } from "../pages/discover.ts";
import type { CrossOriginOptions } from "../http/cross_origin.ts";
import type { Limits, LimitsOptions } from "../http/limits.ts";
import type { RateRule } from "../http/rate_rule.ts";
import type { ChangedTopics } from "../results/changed.ts";
import type { Item } from "../results/item.ts";
import type { SignalFamily } from "../signals.ts";
import type { RateLimiter } from "../store/rate_limiter.ts";
import type { Bus, Store } from "../store/store.ts";
import type { MessageOptions } from "../texts/texts.ts";

/** The context of an error. */
export interface ErrorInfo {
  /** The request in which it was thrown. */
  readonly request: Request;
  /** The full name of the action that was running, or `null`. */
  readonly actionName: string | null;
}

/** Options for exactly-once mutations. */
export interface IdempotencyOptions {
  /** Seconds for which an outcome is stored for repeats. Default: `3600`. */
  readonly ttlSeconds?: number | undefined;
  /**
   * Maximum number of outcomes that this process stores, in any store. Above it, the oldest outcome of the principal or address
   * with the most outcomes is dropped, so that a client that fills the store drops its own. Default: `10_000`.
   */
  readonly maxEntries?: number | undefined;
  /**
   * Maximum size of the outcomes that this process stores, in bytes; each UTF-16 code unit counts as two. Above it, outcomes are
   * dropped as for `maxEntries`. Default: 64 MiB (67,108,864 bytes).
   */
  readonly maxBytes?: number | undefined;
  /**
   * Maximum number of mutations that run, or wait for a run, at the same time. A principal or address may have twice as many as
   * are free, so that one client cannot use them all. Above it: 429. Default: `10_000`.
   */
  readonly maxClaims?: number | undefined;
  /** Maximum number of these for one principal. Above it: 429. Default: `1000`. */
  readonly maxClaimsPerPrincipal?: number | undefined;
  /** Seconds for which a repeat waits for a run that has not ended. Above it: 409 with `Retry-After`. Default: `10`. */
  readonly waitSeconds?: number | undefined;
  /**
   * Seconds after which a claim that its process does not renew expires: the process has ended, hangs, or cannot reach the store.
   * Has no effect with the default store, which ends with its process. Default: `30`.
   */
  readonly leaseSeconds?: number | undefined;
  /**
   * Behavior of a repeat after the process crashed during the run. The library cannot know how far that run got.
   *
   * - `"retry"` runs the action function again. Work that the crash prevented is done; work that was complete may be done twice,
   *   unless the action function writes in one transaction that also stores `requestId`.
   * - `"reject"` responds with 409. No work is done twice, and the user has to check whether it was done.
   *
   * Applies to a `store` that outlives the process, and costs two more calls of it for each mutation. Default: `"retry"`.
   */
  readonly afterCrash?: "retry" | "reject" | undefined;
  /**
   * Names of the session cookies. They identify a request without a principal: the same request with other values is another
   * mutation. Set them if your application also sets other `HttpOnly` cookies, or if its session cookie is not `HttpOnly` or is set
   * by another service. Default: the cookies that responses set with `HttpOnly`, as
   * recorded in the store.
   */
  readonly cookies?: readonly string[] | undefined;
}

/** Options for `createHandler()`. All are optional. */
export interface HandlerOptions {
  /**
   * The root of the application: pages are found in `pages/`, static files are served from `static/`. With `null`, nothing is read
   * from disk. Default: the working directory.
   */
  readonly baseDir?: string | URL | null | undefined;
  /** The pages of an application that is compiled or bundled. Default: the files in `pages/`. */
  readonly pages?: readonly PageEntry[] | undefined;
  /** The backends that register and dispatch actions, in order. Default: `DEFAULT_FORM_ACTION_BACKENDS`. */
  readonly backends?: readonly BackendEntry[] | undefined;
  /** Providers that resolve markers, in addition to the built-in ones. Default: none. */
  readonly providers?: readonly Provider[] | undefined;
  /**
   * Values that replace those of dependencies, by the dependency or its name: for example a database that the application opens
   * once, or a fake in a test. A function is called as the dependency's factory. Default: none.
   */
  readonly overrides?: ReadonlyMap<Dependency<unknown> | string, unknown> | undefined;
  /**
   * Identifies the user. Part of the idempotency key, and the unit in which open streams, running mutations and stored outcomes
   * are counted. Return an id of the account or session that stays the same when the session cookie changes, or `null` for an
   * anonymous user. Default: none; mutations are then identified by the cookies of `idempotency.cookies`.
   */
  readonly principal?: ((request: Request) => string | null | PromiseLike<string | null>) | undefined;
  /**
   * Decides whether a request may run an action, before its body is read and before the action's own guard. An action skips it
   * with `skipHandlerGuard: true`. Default: every request may.
   */
  readonly guard?: Guard | undefined;
  /** Rate limit of each action for each principal or address. An action replaces it with its own `rate`. Default: none. */
  readonly rate?: RateRule | undefined;
  /** Counts the calls for rate limits. A shared one counts those of several instances. Default: in memory. */
  readonly rateLimiter?: RateLimiter | undefined;
  /**
   * Stores the claims and outcomes of mutations, and the toasts for the next page that do not fit in a cookie. A shared one serves
   * several instances. Default: in memory.
   */
  readonly store?: Store | undefined;
  /** Delivers published items to the watchers of a topic. A shared one reaches those of other instances. Default: in memory. */
  readonly bus?: Bus | undefined;
  /**
   * Deadline for each call of `store`, `bus` or `rateLimiter`, in seconds above 0. A request whose call takes longer is rejected
   * with 503; a claim that is made later is released. The timeout of an adapter, such as `timeoutSeconds` of Redis, should be
   * shorter. Default: `5`.
   */
  readonly storeSeconds?: number | undefined;
  /** Options for exactly-once mutations. */
  readonly idempotency?: IdempotencyOptions | undefined;
  /**
   * The texts that users see, from the server and from the browser runtime: their language, and texts in place of those of the
   * catalogue. A function is called once for each request that needs one, for an application in several languages. Messages that
   * a field or a schema sets come first. Default: English.
   */
  readonly messages?: MessageOptions | ((request: Request) => MessageOptions) | undefined;
  /**
   * Secrets that sign the references of regions, the current one first; the others only verify, so that a key can be replaced without
   * making the pages that are open invalid. Each has at least 32 characters. All instances need the same ones.
   *
   * Required with `bus`, if a region has no guard. Default: a secret that is made on startup. After a restart, the pages that are open
   * then load their content again.
   */
  readonly keys?: readonly string[] | undefined;
  /** Limits of size, number and time for requests and responses. */
  readonly limits?: LimitsOptions | undefined;
  /**
   * Idle time of a stream before a heartbeat is sent, in seconds, from 0 to 30: the browser runtime reconnects after 60 idle
   * seconds. `0` disables heartbeats, so that an idle stream reconnects every minute. Default: `15`.
   */
  readonly heartbeatSeconds?: number | undefined;
  /** Options for requests from other origins. Default: they cannot call actions. */
  readonly crossOrigin?: CrossOriginOptions | undefined;
  /**
   * The hosts of the application: `"example.com"` on any port, `"example.com:8443"` on one port, `"*.example.com"` for every
   * subdomain. A request for another host gets 421 before its body is read. With `crossOrigin.trustProxy`, the host is the one in
   * `X-Forwarded-Host`; in development, `Host` is checked as well.
   *
   * Set your hosts: a page of another site whose name resolves to your server (DNS rebinding) has the same origin as your
   * application, for a browser and for every comparison of `Origin` with `Host`.
   *
   * Default: any host; with `dev` the names of this machine: `localhost`, its subdomains, `127.0.0.0/8`, `[::1]`.
   *
   * @example
   * ```ts
   * import { createHandler } from "@hyper/actions";
   * import { assertEquals } from "@std/assert";
   *
   * const handler = createHandler({ pages: [], allowedHosts: ["example.com", "*.example.com"] });
   * assertEquals((await handler(new Request("https://evil.test/"))).status, 421);
   * await handler.close();
   * ```
   */
  readonly allowedHosts?: readonly string[] | undefined;
  /**
   * Headers of every response: of pages, actions, streams, static files and errors, for example `content-security-policy`. A
   * header that the response itself sets wins; cookies add up.
   *
   * A function is called for each response. If it throws, the response is replaced by a plain 500, so that none is sent without
   * these headers. `X-Hyper-Page` is rejected: it marks the pages that the handler renders. Default: none.
   */
  readonly headers?: HeadersInit | ((request: Request) => HeadersInit | PromiseLike<HeadersInit>) | undefined;
  /** The status of a page with an invalid form. Default: `200`. */
  readonly invalidStatus?: 200 | 422 | undefined;
  /** The path by which forms name their page: from `baseDir`, or absolute. Default: `"relative"`. */
  readonly originPath?: "relative" | "absolute" | undefined;
  /**
   * Called with every error except those with a status below 500. The error is logged to the console as well. If the function
   * throws or rejects, that error is only logged. Default: none.
   *
   * @param error The value that was thrown.
   * @param info The request, and the action that was running.
   */
  readonly onError?: ((error: unknown, info: ErrorInfo) => void) | undefined;
  /**
   * If `true`, enables development mode: the console has a line for each action, and error messages name the values that differ
   * and similar names.
   *
   * The console also shows a link with a token. A browser that has opened it gets pages with server errors, their position in the
   * source, and the panel of `/_hyper/dev.js`. The pages reload when their files change: start the application with
   * `deno run --watch=pages`. The token is kept in Deno's local storage, so that a browser needs the link once for each project.
   * The address of a client does not matter.
   *
   * Do not enable it in production. Default: `true` if the environment variable `HYPER_DEV` is `1` and may be read; the user is not
   * prompted for the permission.
   */
  readonly dev?: boolean | undefined;
}

/** The subset of `Deno.ServeHandlerInfo` that the handler reads. Other servers may pass something else, which is ignored. */
export interface ConnectionInfo {
  /** The address of the client. */
  readonly remoteAddr?: { readonly hostname?: string };
  /** Resolves when the response was sent; rejects if the client disconnected before. */
  readonly completed?: Promise<void>;
}

/** An action of a handler, with the options of the handler that apply to it. */
export interface RegisteredAction {
  /** The action. */
  readonly action: Action;
  /** The file and export that declare it; `null` for an action of a backend. */
  readonly source: ActionLocation | null;
  /** `true` if the guard of the handler runs before the action. */
  readonly isGuardedByHandler: boolean;
  /** `true` if the handler identifies its users: it has the option `principal` or `idempotency.cookies`. */
  readonly isIdentified: boolean;
  /** The limits that apply to it. */
  readonly limits: Limits;
  /** Its rate limit, or `null`. */
  readonly rate: RateRule | null;
}

/** Responds to requests. A handler for `Deno.serve()`, and, with `fetch`, a default export for `deno serve`. */
export interface Handler {
  /**
   * Responds to a request.
   *
   * @param request The request.
   * @param info The connection, such as `Deno.ServeHandlerInfo`, see {@linkcode ConnectionInfo}. Whatever else a server passes is
   *   ignored, such as the `Server` of Bun.
   */
  (request: Request, info?: unknown): Promise<Response>;
  /** The same function, so that `export default createHandler()` works with `deno serve`. */
  readonly fetch: (request: Request, info?: unknown) => Promise<Response>;
  /** Resolves when the pages have been loaded; rejects if one is invalid. */
  readonly ready: Promise<void>;
  /** The signals of this handler only. The exported signals are sent for every handler of the process. */
  readonly signals: SignalFamily;
  /**
   * Returns every registered action, in order. `auditActions()` uses it.
   *
   * @returns The actions, after the pages have been loaded.
   */
  actions(): Promise<readonly RegisteredAction[]>;
  /** Options that affect security and are not set, one sentence each. `auditActions()` uses it. */
  readonly warnings: readonly string[];
  /**
   * Publishes items to every watcher of a topic, on every instance, outside a request; see `live()`. They are rendered once, outside
   * a page; a `refresh()` is rendered for each watcher, as its own page.
   *
   * Resolves when the bus has published the items. If the bus cannot be reached, `onError` is called, and every watcher
   * refreshes when the bus is back.
   *
   * @param topic The topic.
   * @param items The items.
   * @throws {TypeError} When the topic is invalid, or a value is not an item that can be published.
   */
  publish(topic: string, items: Item | readonly Item[]): Promise<void>;
  /**
   * Publishes that topics have changed, from outside an action: a timer, a webhook of your own, or a generator before its end. The
   * regions that depend on them are rendered again, in every tab, on every instance that shares the bus.
   *
   * Resolves when the bus has the change. If the bus cannot be reached, `onError` is called, and every region is rendered again when
   * the bus is back.
   *
   * @param topics The topics, and options as the last argument, as for `changed()`.
   * @throws {TypeError} When a topic is invalid.
   */
  changed(...topics: ChangedTopics): Promise<void>;
  /**
   * Closes every stream of a principal, on every instance that shares the bus: after a sign-out, or when permissions have changed.
   * The browser reconnects, and the guards run again.
   */
  disconnect(principal: string): void;
  /**
   * Closes every stream and waits until they have ended; clients reconnect. Other requests are still handled. New streams are
   * rejected with 503, so that the load balancer routes them to another instance.
   */
  close(): Promise<void>;
}
