/**
 * `createHandler()`: puts the parts together.
 *
 * @module
 */
import { fromFileUrl, join, resolve } from "@std/path";
import type { Action } from "./actions/action.ts";
import type { ActionSource } from "./actions/backend.ts";
import { type BackendEntry, DEFAULT_FORM_ACTION_BACKENDS, FormActionFactory } from "./actions/factory.ts";
import { checkFileLimits } from "./actions/file_limits.ts";
import { FormActionManager } from "./actions/manager.ts";
import { abort, logError, notify } from "./callback.ts";
import type { Dependency, Guard } from "./context.ts";
import type { DependencyCache } from "./deps/cache.ts";
import { orderProviders, type Provider } from "./deps/providers.ts";
import { createRequestDeps } from "./deps/resolver.ts";
import { createDevelopment } from "./dev/development.ts";
import { createWatch } from "./dev/watch.ts";
import { FormActionDispatch, type Visitor } from "./dispatch/dispatch.ts";
import { SERVER_ERROR } from "./dispatch/failure.ts";
import { createOnce } from "./dispatch/once/once.ts";
import { createRateLimiter, type RateLimiter, withLimiterDeadline } from "./dispatch/rate.ts";
import { createStreams } from "./dispatch/streams.ts";
import type { Trace } from "./dispatch/trace.ts";
import { createDisconnects } from "./live/disconnect.ts";
import { createLive } from "./live/live.ts";
import { discoverPages, type ListedPage, type PageFiles, pagesFromList } from "./pages/discover.ts";
import { loadManifest, type Manifest } from "./pages/manifest.ts";
import { createOrigins } from "./pages/origin.ts";
import { createStaticFiles } from "./pages/static_files.ts";
import type { Visit } from "./pages/visit.ts";
import { createRendering } from "./preact/rendering.tsx";
import { createBodyAccounts } from "./request/body_account.ts";
import { addressHolder, callerAddress, type Holder } from "./request/caller.ts";
import type { Site } from "./request/canonical.ts";
import { type CrossOrigin, type CrossOriginOptions, isSafeMethod, resolveCrossOrigin } from "./request/cross_origin.ts";
import { resolveAllowedHosts } from "./request/hosts.ts";
import { type Limits, type LimitsOptions, resolveLimits } from "./request/limits.ts";
import { checkRate, type RateRule } from "./request/rate_rule.ts";
import { respond } from "./respond/respond.ts";
import { serve } from "./respond/serve.ts";
import { addHeaders, cookie, redirectTarget, sealResponse } from "./respond/sink.ts";
import { createSignals, type SignalFamily } from "./signals.ts";
import type { Item } from "./results/items.ts";
import { withBusDeadline, withDeadline } from "./store/deadline.ts";
import { createMemoryStore } from "./store/memory.ts";
import { createMemoryBus } from "./store/memory_bus.ts";
import type { Bus, Store } from "./store/store.ts";

/** What went wrong, and where. */
export interface ErrorInfo {
  /** The request it went wrong for. */
  readonly request: Request;
  /** The full name of the action, or `null` where no action was at work. */
  readonly actionName: string | null;
}

/** Options for running mutations once. */
export interface OnceHandlerOptions {
  /** Time an outcome is kept for repeats, in seconds. Default: `3600`. */
  readonly seconds?: number | undefined;
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
   * What a repeat of a dead run gets: nobody can tell how far that run came. `"run"` runs it again: what a crash has prevented is
   * done after all, and what it has interrupted after its last write is done twice, unless the action function writes in one
   * transaction that also records `requestId`. `"refuse"` answers 409: nothing is done twice, and the user has to look whether it
   * was done. For a `store` that outlives the process; it is asked two times more for each mutation. Default: `"run"`.
   */
  readonly afterCrash?: "run" | "refuse" | undefined;
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
  readonly pages?: readonly ListedPage[] | undefined;
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
   * for an anonymous user. Default: none; a mutation is then identified by the cookies of `once.cookies`.
   */
  readonly principal?: ((request: Request) => string | null | PromiseLike<string | null>) | undefined;
  /**
   * Decides who may run an action, before its body is read and before the action's own guard; an action lifts it with
   * `public: true`. Default: everyone.
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
  readonly once?: OnceHandlerOptions | undefined;
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
export interface HandlerAction {
  /** The action. */
  readonly action: Action;
  /** Where it was declared; `null` for one that a backend brought along. */
  readonly source: ActionSource | null;
  /** Whether the guard that the handler has for all actions is asked before it runs. */
  readonly isGuardedByHandler: boolean;
  /** `true` if the handler was told what tells its users apart: `principal`, or `once.cookies`. */
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
  actions(): Promise<readonly HandlerAction[]>;
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

/**
 * Makes the handler of an application: its pages, its actions, its static files and the browser runtime.
 *
 * The pages are read once, at once; the first request waits for them. What is wrong with them rejects `handler.ready`
 * and every request. One handler shares nothing with another.
 *
 * Where OpenTelemetry has a provider, as with `OTEL_DENO=true`, each request is a span named by its action, with one below
 * it for each step.
 *
 * @param options What it can be told; nothing is needed.
 * @returns The handler.
 * @throws {TypeError} When an option is not of its form.
 *
 * @example A whole application
 * ```ts ignore
 * import { createHandler } from "@hyper/actions";
 *
 * Deno.serve(createHandler());
 * ```
 *
 * @example With its pages given
 * ```tsx
 * import { createHandler } from "@hyper/actions";
 * import { assertStringIncludes } from "@std/assert";
 *
 * const handler = createHandler({
 *   pages: [{ path: "/", load: () => Promise.resolve({ default: () => <h1>Hello</h1> }) }],
 * });
 * const response = await handler(new Request("http://localhost/"));
 * assertStringIncludes(await response.text(), "<h1>Hello</h1>");
 * await handler.close();
 * ```
 */
export function createHandler(options: HandlerOptions = {}): Handler {
  const { heartbeatSeconds = 15, invalidStatus = 200, originPath = "relative", dev = isDevelopment() } = options;
  const { storeSeconds = 5 } = options;
  if (!(heartbeatSeconds >= 0)) {
    throw new RangeError(
      `Cannot create a handler: heartbeatSeconds is ${heartbeatSeconds}, seconds from 0 up are needed`,
    );
  }
  if (!(storeSeconds > 0)) {
    throw new RangeError(`Cannot create a handler: storeSeconds is ${storeSeconds}; give seconds above 0`);
  }
  const baseDir = readBaseDir(options.baseDir);
  const limits = resolveLimits(options.limits);
  const crossOrigin = resolveCrossOrigin(options.crossOrigin);
  const site: Site = {
    trustProxy: crossOrigin.trustProxy,
    allowedHosts: resolveAllowedHosts(options.allowedHosts, dev),
  };
  const providers = orderProviders(options.providers ?? []);
  const overrides = options.overrides ?? new Map();
  const factory = new FormActionFactory();
  const manager = new FormActionManager(
    (options.backends ?? DEFAULT_FORM_ACTION_BACKENDS).map((entry) => factory.createBackend(entry)),
  );
  const limiter = options.rateLimiter === undefined
    ? createRateLimiter()
    : withLimiterDeadline(options.rateLimiter, storeSeconds);
  if (options.rate !== undefined) checkRate(options.rate, "actions");
  const signals = createSignals();
  const streams = createStreams(limits, () => disconnects.listen());
  // What is ours and in memory answers at once.
  const bus = options.bus === undefined
    ? createMemoryBus()
    : withBusDeadline(options.bus, storeSeconds, (error) => logError(error, "the bus"));
  const live = createLive(bus, (error) => logError(error, "a topic"));
  const disconnects = createDisconnects(bus, streams.disconnect, (error) => logError(error, "disconnect()"));
  const store = options.store === undefined
    ? createMemoryStore(roomFor(options.once ?? {}))
    : withDeadline(options.store, storeSeconds);
  const once = createOnce({
    ...options.once,
    store,
    // Memory ends with its process: a claim there needs no lease that could run out.
    isShared: options.store !== undefined,
    principal: options.principal ?? null,
  });
  const development = dev ? createDevelopment({ baseDir, site, log }) : null;
  const report = (error: unknown, request: Request, actionName: string | null): void => {
    reportError(error, { request, actionName }, options.onError);
    if (development !== null) notify(() => development.note(error, request, actionName), logDevelopment);
  };
  // An application that says `false` has decided.
  const isProxyUndecided = options.crossOrigin?.trustProxy === undefined;
  const senders: SenderOptions = {
    crossOrigin,
    noticeProxy: dev || !isProxyUndecided ? () => {} : createProxyNotice(),
    report,
  };

  // By UID; filled at the start.
  const sources = new Map<string, ActionSource>();

  const start = async (): Promise<FormActionDispatch> => {
    const manifest = await loadManifest(await findPages(baseDir, options.pages));
    for (const warning of manifest.warnings) warn(warning);
    for (const { action } of manifest.actions) checkFileLimits(action, limits);
    registerActions(manifest, manager, signals);
    for (const { action, file, exportName } of manifest.actions) sources.set(action.uid, { file, exportName });
    const root = baseDir ?? manifest.baseDir;
    const rendering = createRendering({
      manager,
      originFields: { baseDir: root, originPath },
      errorPage: manifest.errorPage,
      notFound: manifest.notFound,
      report: (error, request) => report(error, request, null),
    });
    const files = baseDir === null ? null : createStaticFiles(join(baseDir, "static"));
    const visitOf = ({ request, url, cache }: { request: Request; url: URL; cache: DependencyCache }): Visit => ({
      page: null,
      url,
      params: {},
      request,
      deps: createRequestDeps({
        ctx: { request, url, params: {}, signal: new AbortController().signal },
        providers,
        overrides,
        cache,
        form: null,
        origin: "missing",
        context: null,
      }),
      takeToasts: () => [],
    });
    const { router } = manifest;
    const respondServices = { rendering, heartbeatSeconds, invalidStatus, signals, visitOf, report };
    const serveServices = { router, files, rendering, report };
    return new FormActionDispatch({
      manager,
      router,
      origins: createOrigins(baseDir === null ? { ...manifest, routes: [] } : manifest, root),
      rendering,
      respond: (answer) => respond(answer, respondServices),
      seal: sealResponse,
      serve: (request, url, match, deps) => serve(request, url, match, deps, serveServices),
      cookie,
      redirectTarget,
      signals,
      limits,
      crossOrigin,
      site,
      dev,
      providers,
      overrides,
      once,
      bodies: createBodyAccounts(limits),
      streams,
      live,
      principal: options.principal ?? null,
      guard: options.guard ?? null,
      rate: options.rate ?? null,
      limiter,
      report,
    });
  };

  const started = start();
  // Set when the pages are read, and never reset: no request after that waits for them.
  let pipeline: FormActionDispatch | null = null;
  const ready = started.then((dispatch) => void (pipeline = dispatch));
  const send = async (request: Request, info: ConnectionInfo | undefined, trace: Trace | null): Promise<Response> => {
    // Through `ready`, so that whoever asks hears what was wrong; where nobody asks, it ends the process with its message.
    if (pipeline === null) await ready;
    const dispatch = pipeline ?? await started;
    const reportHere = (error: unknown): void => report(error, request, null);
    const received = once.seen(request, reportHere);
    if (received !== null) await received;
    return await dispatch.answerTraced(request, new Sender(request, info, senders), trace);
  };
  /** Looks at the cookies of an answer that is complete: those of the option `headers` stand for sessions, too. */
  const learn = async (request: Request, response: Response): Promise<Response> => {
    const learned = once.answered(request, response, (error) => report(error, request, null));
    // A page does not wait for a store that may not answer. What changes something has waited for it already, and its outcome
    // must be known to belong to a session that has ended before the client asks again, perhaps another instance.
    if (learned !== null && !isSafeMethod(request.method)) await learned;
    return response;
  };

  const { headers } = options;
  // What is wrong with headers that are always the same is told at once.
  if (headers !== undefined && typeof headers !== "function") addHeaders(new Response(), headers);
  const sendWhole = headers === undefined
    ? async (request: Request, info: ConnectionInfo | undefined, trace: Trace | null): Promise<Response> =>
      await learn(request, await send(request, info, trace))
    : async (request: Request, info: ConnectionInfo | undefined, trace: Trace | null): Promise<Response> => {
      const response = await send(request, info, trace);
      try {
        const said = typeof headers === "function" ? await headers(request) : headers;
        return await learn(request, addHeaders(response, said));
      } catch (error) {
        report(error, request, null);
        await notify(() => response.body?.cancel(), (failure) => report(failure, request, null));
        return new Response(SERVER_ERROR, { status: 500, headers: { "cache-control": "no-store" } });
      }
    };

  if (development !== null) {
    ready.then(() => development.start(), (error) => {
      // Told here and in every page: the process goes on, to be started anew when a file has changed.
      logError(error, "the start of the application");
      development.failToStart(error);
    });
  }
  const watch = createWatch({ development, signals });
  const answer = watch === null
    ? (request: Request, info?: ConnectionInfo): Promise<Response> => sendWhole(request, info, null)
    : (request: Request, info?: ConnectionInfo): Promise<Response> =>
      watch(request, (trace) => sendWhole(request, info, trace));
  return Object.assign(answer, {
    fetch: answer,
    ready,
    signals,
    actions: async (): Promise<readonly HandlerAction[]> => {
      await ready;
      return Array.from(manager.actions(), ({ action }) => ({
        action,
        source: sources.get(action.uid) ?? null,
        isGuardedByHandler: options.guard !== undefined && !action.public,
        isIdentified: options.principal !== undefined || options.once?.cookies !== undefined,
        limits: resolveLimits(action.limits, limits),
        rate: action.rate ?? options.rate ?? null,
      }));
    },
    warnings: isProxyUndecided ? [NO_TRUST_PROXY] : [],
    publish: (topic: string, items: Item | readonly Item[]): Promise<void> => {
      const published = started.then((dispatch) => dispatch.publish(topic, items));
      // A timer may not await it, and a rejection that nothing handles ends the process.
      notify(() => published, (error) => logError(error, `publish("${topic}")`));
      return published;
    },
    disconnect: (principal: string): void => disconnects.send(principal),
    close: async (): Promise<void> => {
      await ready.catch(() => {}); // What was wrong with the pages is told by `ready`.
      await development?.close();
      await streams.close();
      once.close();
      await live.close();
      await disconnects.close();
    },
  });
}

/** How senders are told apart. */
interface SenderOptions {
  readonly crossOrigin: CrossOrigin;
  /** Called with a request whose address says nothing. */
  readonly noticeProxy: (request: Request, connection: string) => void;
  /** Called with what a listener throws that waits for the end of a connection. */
  readonly report: (error: unknown, request: Request, actionName: string | null) => void;
}

/** Who sent a request, as `Deno.serve` tells it. */
class Sender implements Visitor {
  readonly address: string;
  readonly #connection: string;
  readonly #request: Request;
  readonly #options: SenderOptions;
  readonly #completed: Promise<void> | undefined;
  #gone: AbortSignal | null = null;

  constructor(request: Request, info: ConnectionInfo | undefined, options: SenderOptions) {
    this.#connection = info?.remoteAddr?.hostname ?? "";
    this.address = callerAddress(request, this.#connection, options.crossOrigin);
    this.#request = request;
    this.#options = options;
    this.#completed = info?.completed;
  }

  get holder(): Holder {
    const holder = addressHolder(this.#request, this.#connection, this.#options.crossOrigin);
    if (holder.kind === "unknown") this.#options.noticeProxy(this.#request, this.#connection);
    return holder;
  }

  // Made when somebody asks: what a mutation does goes on without its visitor.
  get gone(): AbortSignal {
    return this.#gone ??= this.#watch();
  }

  #watch(): AbortSignal {
    // `request.signal` of Deno.serve aborts when an answer was sent whole, too, and says so on the console when it is read.
    if (this.#completed === undefined) return this.#request.signal;
    const controller = new AbortController();
    const report = (error: unknown): void => this.#options.report(error, this.#request, null);
    const onGone = (): void => abort(controller, new DOMException("The visitor has gone", "AbortError"), report);
    this.#completed.catch(onGone);
    return controller.signal;
  }
}

const NO_TRUST_PROXY =
  `"crossOrigin.trustProxy" is not set: behind a proxy all users have the address of the proxy, so that ` +
  `they share one rate, and no address has a share of streams and bodies of its own; set it to true behind a proxy that sets ` +
  `X-Forwarded-For, X-Forwarded-Proto and X-Forwarded-Host itself, and to false where users connect directly`;

/** Returns what warns once, when a request has come through a proxy that the handler was not told about. */
function createProxyNotice(): SenderOptions["noticeProxy"] {
  let isTold = false;
  return ({ headers }, connection) => {
    if (isTold || !headers.has("x-forwarded-for") && !headers.has("forwarded")) return;
    isTold = true;
    warn(
      `A request from ${
        connection || "an unknown address"
      } names the client that it was forwarded for. ${NO_TRUST_PROXY}`,
    );
  };
}

/** The bounds of a store in memory that never drops what the handler still counts: outcomes, claims, and what leads to them. */
function roomFor({ maxEntries = 10_000, maxBytes = 64 * 1024 * 1024, maxClaims = 10_000 }: OnceHandlerOptions) {
  const entries = 4 * (maxEntries + maxClaims);
  // A thousand bytes hold a claim, or a pointer to an outcome.
  return { maxEntries: entries, maxBytes: 2 * maxBytes + 1_000 * entries };
}

/** Whether the environment says that this is development. */
function isDevelopment(): boolean {
  // Looked at before it is read: a program that was not let read it is not to stop and ask.
  const { state } = Deno.permissions.querySync({ name: "env", variable: "HYPER_DEV" });
  return state === "granted" && Deno.env.get("HYPER_DEV") === "1";
}

function readBaseDir(baseDir: string | URL | null | undefined): string | null {
  if (baseDir === null) return null;
  if (baseDir === undefined) return Deno.cwd();
  return resolve(baseDir instanceof URL || baseDir.startsWith("file:") ? fromFileUrl(baseDir) : baseDir);
}

async function findPages(baseDir: string | null, pages: readonly ListedPage[] | undefined): Promise<PageFiles> {
  if (pages !== undefined) return pagesFromList(pages, baseDir ?? "/");
  return baseDir === null ? pagesFromList([], "/") : await discoverPages({ baseDir });
}

function registerActions(manifest: Manifest, manager: FormActionManager, signals: SignalFamily): void {
  for (const { action, file, exportName } of manifest.actions) {
    manager.registerAction(action, { file, exportName });
    signals.actionRegistered.send({
      actionName: action.name,
      uid: action.uid,
      form: action.form,
      namespace: action.namespace,
      handler: action.handler,
    }, (error) => logError(error, `a receiver of actionRegistered for action "${action.name}"`));
  }
}

function reportError(error: unknown, info: ErrorInfo, onError: HandlerOptions["onError"]): void {
  const { request, actionName } = info;
  const where = `${request.method} ${URL.parse(request.url)?.pathname ?? "?"}`;
  logError(error, actionName === null ? where : `action "${actionName}", ${where}`);
  if (onError !== undefined) notify(() => onError(error, info), (failure) => logError(failure, "onError"));
}

const logDevelopment = (error: unknown): void => logError(error, "development mode");
// deno-lint-ignore no-console -- in development the console has a line for each action
const log = (line: string): void => console.info(line);
// deno-lint-ignore no-console -- as above: what was left out at the start has no request to belong to
const warn = (warning: string): void => console.warn(warning);
