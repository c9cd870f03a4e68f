/**
 * What `createHandler()` takes and returns.
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
import type { Item } from "../results/item.ts";
import type { SignalFamily } from "../signals.ts";
import type { RateLimiter } from "../store/rate_limiter.ts";
import type { Bus, Store } from "../store/store.ts";
import type { MessageOptions } from "../texts/texts.ts";

/** What went wrong, and where. */
export interface ErrorInfo {
  /** The request it went wrong for. */
  readonly request: Request;
  /** The full name of the action, or `null` where no action was at work. */
  readonly actionName: string | null;
}

/** Options for running mutations once. */
export interface IdempotencyOptions {
  /** Time an outcome is kept for repeats, in seconds. Default: `3600`. */
  readonly ttlSeconds?: number | undefined;
  /**
   * Maximum number of outcomes this process keeps, in whatever store. Above it, the oldest outcome of the principal or address
   * that has most of them is dropped: a client that fills the pool pushes out its own. Default: `10_000`.
   */
  readonly maxEntries?: number | undefined;
  /**
   * Maximum size of the outcomes this process keeps, in bytes, counted as two for each UTF-16 code unit. Above it, outcomes are
   * dropped as above `maxEntries`. Default: 64 MiB (67,108,864 bytes).
   */
  readonly maxBytes?: number | undefined;
  /**
   * Maximum number of mutations that run, or wait for one that runs, at the same time. A principal or address may have twice as
   * many as are left free, so that one client does not shut out the others. Above it: 429. Default: `10_000`.
   */
  readonly maxClaims?: number | undefined;
  /** The part of `maxClaims` that one principal may have. Above it: 429. Default: `1000`. */
  readonly maxClaimsPerPrincipal?: number | undefined;
  /** Time a repeat waits for a run that has not ended, in seconds. Default: `10`. */
  readonly waitSeconds?: number | undefined;
  /**
   * Time after which a run counts as dead when its process does not renew its claim, in seconds: that process has ended, stands
   * still, or cannot reach the store. Not for the default store, which ends with its process. Default: `30`.
   */
  readonly leaseSeconds?: number | undefined;
  /**
   * What a repeat of a dead run gets: nobody can tell how far that run came. `"retry"` runs it again: what a crash has prevented is
   * done after all, and what it has interrupted after its last write is done twice, unless the action function writes in one
   * transaction that also records `requestId`. `"reject"` answers 409: nothing is done twice, and the user has to look whether it
   * was done. For a `store` that outlives the process; it is asked two times more for each mutation. Default: `"retry"`.
   */
  readonly afterCrash?: "retry" | "reject" | undefined;
  /**
   * Names of the cookies that stand for a session. They identify a request without a principal: a repeat with other values is
   * another mutation. Name them where your application sets other `HttpOnly` cookies as well, or a session cookie that is not
   * `HttpOnly` or comes from another service. Default: the cookies that answers set `HttpOnly`, kept in the store.
   */
  readonly cookies?: readonly string[] | undefined;
}

/** Everything a handler can be told. Each option may be left out. */
export interface HandlerOptions {
  /**
   * The root of the application: pages are found below `pages/`, static files are served from `static/`. `null` for none:
   * nothing is read from disk, and no form can name a page by its path. Default: the working directory.
   */
  readonly baseDir?: string | URL | null | undefined;
  /** The pages, in place of the walk below `pages/`: for programs that are compiled or bundled. Default: the walk. */
  readonly pages?: readonly PageEntry[] | undefined;
  /** Where actions are kept and dispatched, in order. Default: `DEFAULT_FORM_ACTION_BACKENDS`. */
  readonly backends?: readonly BackendEntry[] | undefined;
  /** Who resolves markers, beside the built-in providers. Default: none. */
  readonly providers?: readonly Provider[] | undefined;
  /**
   * Values in place of those that dependencies would make, by the dependency or by its name: what the program opens once,
   * such as a database, and what a test puts in its place. A function is run as the dependency's factory. Default: none.
   */
  readonly overrides?: ReadonlyMap<Dependency<unknown> | string, unknown> | undefined;
  /**
   * Identifies the user. Part of the idempotency key, and the unit in which open streams, running mutations and stored outcomes
   * are counted. Give an id of the account or session that stays the same when the cookie of the session changes. Return `null`
   * for an anonymous user. Default: none; a mutation is then identified by the cookies of `idempotency.cookies`.
   */
  readonly principal?: ((request: Request) => string | null | PromiseLike<string | null>) | undefined;
  /**
   * Decides who may run an action, before its body is read and before the action's own guard; an action lifts it with
   * `skipHandlerGuard: true`. Default: everyone.
   */
  readonly guard?: Guard | undefined;
  /** How often one caller may run one action; an action has its own with `rate`. Default: any number. */
  readonly rate?: RateRule | undefined;
  /** Counts runs; shared, it counts for several instances. Default: in memory. */
  readonly rateLimiter?: RateLimiter | undefined;
  /** Where claims and outcomes of mutations are kept; shared, it serves several instances. Default: in memory. */
  readonly store?: Store | undefined;
  /** Carries what is published to the watchers of a topic; shared, it reaches those of other instances. Default: in memory. */
  readonly bus?: Bus | undefined;
  /**
   * Deadline for one call of `store`, `bus` or `rateLimiter`, in seconds above 0. A request whose call is not answered in
   * time is refused with 503, and a claim that is made too late is given back. The timeout of an adapter, such as
   * `timeoutSeconds` of Redis, should be shorter. Default: 5.
   */
  readonly storeSeconds?: number | undefined;
  /** How mutations are kept from running twice. */
  readonly idempotency?: IdempotencyOptions | undefined;
  /**
   * The texts that users see, from the server and from the browser runtime: their language, and texts in place of those of the
   * catalogue. A function is called once for each request that needs a text, for an application in several languages. Messages that
   * a field or a schema sets come first. Default: English.
   */
  readonly messages?: MessageOptions | ((request: Request) => MessageOptions) | undefined;
  /** How much of anything a request may bring, and how long it may take. */
  readonly limits?: LimitsOptions | undefined;
  /**
   * Seconds of silence in a stream before a heartbeat; 0 for none. The browser takes a stream for lost that is silent for
   * a minute: more than 30, or none, is for streams that are never silent for long. Default: 15.
   */
  readonly heartbeatSeconds?: number | undefined;
  /** Which other origins may act here. Default: none. */
  readonly crossOrigin?: CrossOriginOptions | undefined;
  /**
   * Hosts that are answered for: `"example.com"` on any port, `"example.com:8443"` on one, `"*.example.com"` for every
   * name below it. A request for another host gets 421 before anything of it is read. Behind a proxy that
   * `crossOrigin.trustProxy` trusts, the host is the one in `X-Forwarded-Host`; in development `Host` is checked as well.
   *
   * Name your hosts: a page of another site whose name was made to point to your server (DNS rebinding) counts as your
   * own for a browser, and for everything that compares `Origin` with `Host`.
   *
   * Default: any host; with `dev` the names of this machine: `localhost`, names below it, `127.0.0.0/8`, `[::1]`.
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
   * Headers of every answer: of pages, actions, streams, static files, refusals and errors. What an answer says itself
   * stays; cookies add up. For a policy that nothing may be without, such as `content-security-policy`.
   *
   * A function is asked for each answer. Where it throws, the answer is not sent without what it would have said: its
   * visitor gets a bare 500. `X-Hyper-Page` is rejected: it marks the pages that the handler renders. Default: none.
   */
  readonly headers?: HeadersInit | ((request: Request) => HeadersInit | PromiseLike<HeadersInit>) | undefined;
  /** The status of a page that comes back because its form was refused. Default: 200. */
  readonly invalidStatus?: 200 | 422 | undefined;
  /** How forms name their page: by its path from `baseDir`, or by the absolute one. Default: `"relative"`. */
  readonly originPath?: "relative" | "absolute" | undefined;
  /**
   * Called with every error that is not a refusal (status below 500). The error is logged to the console as well. What the
   * function throws itself, at once or by a promise that rejects, is logged to the console alone. Default: none.
   *
   * @param error The value that was thrown.
   * @param info The request, and the action that was at work.
   */
  readonly onError?: ((error: unknown, info: ErrorInfo) => void) | undefined;
  /**
   * If `true`, the handler helps you build. The console has a line for each action, and a refusal says which values
   * differ or which names come close.
   *
   * The console also shows a link with a token. A browser that has opened it once gets pages with the errors of the
   * server, their place in the source, and the panel of `/_hyper/dev.js`; its pages follow the files they are made of:
   * start the program with `deno run --watch=pages`. The token is kept in Deno's local storage, so that the link is
   * needed once for a browser and project. Where a request comes from decides nothing.
   *
   * Do not use it in production. Default: `true` if the environment variable `HYPER_DEV` is `1` and may be read; you are
   * not asked for the permission.
   */
  readonly dev?: boolean | undefined;
}

/** What `Deno.serve` tells of a connection, as far as it is looked at. */
export interface ConnectionInfo {
  /** Where the request came from. */
  readonly remoteAddr?: { readonly hostname?: string };
  /** Settled when the answer was sent; rejected when the visitor had gone before. */
  readonly completed?: Promise<void>;
}

/** One action as a handler has it: with what holds for it beside what it says itself. */
export interface RegisteredAction {
  /** The action. */
  readonly action: Action;
  /** Where it was declared; `null` for one that a backend brought along. */
  readonly source: ActionLocation | null;
  /** Whether the guard that the handler has for all actions is asked before it runs. */
  readonly isGuardedByHandler: boolean;
  /** `true` if the handler was told what tells its users apart: `principal`, or `idempotency.cookies`. */
  readonly isIdentified: boolean;
  /** The limits that hold for it. */
  readonly limits: Limits;
  /** How often one caller may run it, or `null` for any number. */
  readonly rate: RateRule | null;
}

/** Answers requests: what `Deno.serve` takes, and with `fetch` what `deno serve` takes. */
export interface Handler {
  /**
   * Answers a request.
   *
   * @param request The request.
   * @param info Where it came from.
   */
  (request: Request, info?: ConnectionInfo): Promise<Response>;
  /** The same function, so that `export default createHandler()` works with `deno serve`. */
  readonly fetch: (request: Request, info?: ConnectionInfo) => Promise<Response>;
  /** Settled when the pages are read: rejected with what was wrong with them. */
  readonly ready: Promise<void>;
  /** The signals of this handler alone; the exported ones hear every handler of the process. */
  readonly signals: SignalFamily;
  /**
   * Every action that is registered, in order; for `auditActions()`, and for whoever wants to know.
   *
   * @returns The actions, when the pages are read.
   */
  actions(): Promise<readonly RegisteredAction[]>;
  /** Options that are not set and decide what is safe, one sentence each; for `auditActions()`. */
  readonly warnings: readonly string[];
  /**
   * Publishes items to everyone who watches a topic, on every instance, from outside any request: see `live()`. They are
   * rendered once, as part of no page; a `refresh()` is rendered by each watcher, as its own page.
   *
   * Resolves when they have their place in the topic. Where the bus cannot be reached, that is told to `onError`, and
   * every watcher is told to refresh when it is back.
   *
   * @param topic The topic.
   * @param items What everybody is told.
   * @throws {TypeError} When the topic is none, or something is no item that others can use.
   */
  publish(topic: string, items: Item | readonly Item[]): Promise<void>;
  /**
   * Ends every stream of a caller, on every instance that shares the bus: after a sign-out, or when rights were taken
   * away. Its browser comes back and is asked by the guards who it is now.
   */
  disconnect(principal: string): void;
  /**
   * Ends every stream, which tells its client to come back, and waits for them. Requests are answered still, what would
   * be a new stream with 503: it belongs to an instance that stays.
   */
  close(): Promise<void>;
}
