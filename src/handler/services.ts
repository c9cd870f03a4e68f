// The parts of a handler that do not depend on its pages, made of its options.
import { fromFileUrl, resolve } from "@std/path";
import type { FormActionBackend } from "../actions/backend.ts";
import { DEFAULT_FORM_ACTION_BACKENDS, FormActionFactory } from "../actions/factory.ts";
import { FormActionManager } from "../actions/manager.ts";
import { logError } from "../callback.ts";
import { orderProviders } from "../deps/providers.ts";
import type { App } from "../dispatch/app.ts";
import { createOnce } from "../dispatch/once/once.ts";
import { withLimiterDeadline } from "../dispatch/rate.ts";
import { createStreams } from "../dispatch/streams.ts";
import { Disconnects } from "../live/disconnect.ts";
import { Turns } from "../http/turns.ts";
import { Changes } from "../live/changes.ts";
import { Live } from "../live/live.ts";
import { createBodyAccounts } from "../http/body_account.ts";
import { resolveCrossOrigin } from "../http/cross_origin.ts";
import { resolveAllowedHosts } from "../http/hosts.ts";
import { resolveLimits } from "../http/limits.ts";
import { checkRate } from "../http/rate_rule.ts";
import { workingDirectory } from "../platform/environment.ts";
import { createSignals } from "../signals.ts";
import { withBusDeadline, withDeadline } from "../store/deadline.ts";
import { createMemoryStore } from "../store/memory.ts";
import { createMemoryBus } from "../store/memory_bus.ts";
import { createRateLimiter } from "../store/rate_limiter.ts";
import type { Store } from "../store/store.ts";
import { Flash } from "../respond/flash.ts";
import type { HandlerOptions, IdempotencyOptions } from "./options.ts";
import { createUserTexts } from "../dispatch/user_texts.ts";

/** The longest interval of heartbeats, in seconds: half of the silence after which the browser runtime reconnects. */
const MAX_HEARTBEAT_SECONDS = 30;
/** Number of regions that are rendered, or whose guards are asked, at the same time: about what a pool of database connections serves. */
const MAX_RENDERS = 64;

/** Limits of the memory for toasts that do not fit in a cookie. They are not next to outcomes, which they must not displace. */
const FLASH_LIMITS = { maxEntries: 1_000, maxBytes: 16 * 1024 * 1024 };

/** The parts of a dispatch that exist before the pages are loaded. */
type Prepared = Omit<
  App,
  "router" | "origins" | "regions" | "rendering" | "respond" | "serve" | "seal" | "redirectTarget" | "open"
>;

/** The parts of a handler. */
export interface Services {
  readonly app: Prepared;
  /** Closes streams on every instance. */
  readonly disconnects: Disconnects;
  /** The root of the application, or `null`. */
  readonly baseDir: string | null;
  /** Keeps toasts for the next page. */
  readonly flash: Flash;
  /** Idle time before a heartbeat, in seconds. */
  readonly heartbeatSeconds: number;
}

/**
 * Makes the parts.
 *
 * @param dev If `true`, the handler is in development mode.
 * @param report Called with every error except those with a status below 500.
 * @throws {TypeError | RangeError} When an option is invalid.
 */
export function createServices(options: HandlerOptions, dev: boolean, report: App["report"]): Services {
  const { heartbeatSeconds = 15, storeSeconds = 5 } = options;
  if (!(heartbeatSeconds >= 0 && heartbeatSeconds <= MAX_HEARTBEAT_SECONDS)) {
    throw new RangeError(
      `Cannot create a handler: heartbeatSeconds is ${heartbeatSeconds}; pass seconds from 0 to ${MAX_HEARTBEAT_SECONDS}`,
    );
  }
  if (!(storeSeconds > 0)) {
    throw new RangeError(`Cannot create a handler: storeSeconds is ${storeSeconds}; pass seconds above 0`);
  }
  if (options.rate !== undefined) checkRate(options.rate, "actions");
  const shared = options.store === undefined ? null : withDeadline(options.store, storeSeconds);
  const baseDir = readBaseDir(options.baseDir);
  const limits = resolveLimits(options.limits);
  const crossOrigin = resolveCrossOrigin(options.crossOrigin);
  const streams = createStreams(limits, () => disconnects.listen());
  // The built-in bus is in memory and needs no deadline.
  const bus = options.bus === undefined
    ? createMemoryBus()
    : withBusDeadline(options.bus, storeSeconds, (error) => logError(error, "the bus"));
  const disconnects = new Disconnects(
    bus,
    (isMeant) => streams.disconnect(isMeant),
    (error) => logError(error, "disconnect()"),
  );
  const app: Prepared = {
    manager: createManager(options),
    crossOrigin,
    site: { trustProxy: crossOrigin.trustProxy, allowedHosts: resolveAllowedHosts(options.allowedHosts, dev) },
    dev,
    guard: options.guard ?? null,
    principal: options.principal ?? null,
    rate: options.rate ?? null,
    limiter: options.rateLimiter === undefined
      ? createRateLimiter()
      : withLimiterDeadline(options.rateLimiter, storeSeconds),
    limits,
    bodies: createBodyAccounts(limits),
    providers: orderProviders(options.providers ?? []),
    overrides: options.overrides ?? new Map(),
    once: createMutationRuns(options, shared),
    streams,
    renders: new Turns(MAX_RENDERS),
    openings: new Turns(MAX_RENDERS),
    changes: new Changes(bus, (error) => logError(error, "the feed of changes")),
    live: new Live(bus, (error) => logError(error, "a topic")),
    signals: createSignals(),
    report,
    userTexts: createUserTexts({
      messages: options.messages,
      dev,
      report: (error, request) => report(error, request, null),
    }),
  };
  return { app, disconnects, flash: new Flash(shared ?? createMemoryStore(FLASH_LIMITS)), baseDir, heartbeatSeconds };
}

function createManager({ backends = DEFAULT_FORM_ACTION_BACKENDS }: HandlerOptions): FormActionManager {
  const factory = new FormActionFactory();
  return new FormActionManager(backends.map((entry) => ownBackend(factory.createBackend(entry))));
}

// Backends that a handler has: a second one would register its actions with the same backend.
const owned = new WeakSet<FormActionBackend>();

function ownBackend(backend: FormActionBackend): FormActionBackend {
  if (owned.has(backend)) {
    throw new TypeError(
      `Cannot create a handler: backend ${backend.constructor.name} belongs to another handler, or is in the list twice; ` +
        `create one for each handler, or pass { backend: ${backend.constructor.name} }`,
    );
  }
  owned.add(backend);
  return backend;
}

function createMutationRuns(
  { idempotency, principal }: HandlerOptions,
  shared: Store | null,
): App["once"] {
  return createOnce({
    ...idempotency,
    store: shared ?? createMemoryStore(memoryLimits(idempotency ?? {})),
    // Memory ends with its process, so that its claims need no lease.
    isShared: shared !== null,
    principal: principal ?? null,
  });
}

/** Returns the limits of a store in memory that never drops an entry that the handler still counts: outcomes, claims, pointers. */
function memoryLimits({ maxEntries = 10_000, maxBytes = 64 * 1024 * 1024, maxClaims = 10_000 }: IdempotencyOptions) {
  const entries = 4 * (maxEntries + maxClaims);
  // A claim, or a pointer to an outcome, fits in a thousand bytes.
  return { maxEntries: entries, maxBytes: 2 * maxBytes + 1_000 * entries };
}

function readBaseDir(baseDir: string | URL | null | undefined): string | null {
  if (baseDir === null) return null;
  if (baseDir === undefined) return workingDirectory();
  return resolve(baseDir instanceof URL || baseDir.startsWith("file:") ? fromFileUrl(baseDir) : baseDir);
}
