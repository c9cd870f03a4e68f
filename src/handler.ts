// `createHandler()`: makes a handler of its parts.
import { logError, notify } from "./callback.ts";
import { publishChangeFromOutside, publishFromOutside } from "./dispatch/publishing.ts";
import { watchRequests } from "./dispatch/request_watch.ts";
import { DevelopmentMode } from "./handler/development_mode.ts";
import { reportAndLog } from "./handler/log.ts";
import type { Handler, HandlerOptions, RegisteredAction } from "./handler/options.ts";
import { createProxyNotice, NO_TRUST_PROXY, readConnection } from "./handler/sender.ts";
import { createSend } from "./handler/sending.ts";
import { createServices, type Services } from "./handler/services.ts";
import { startApp, type Started } from "./handler/start.ts";
import { resolveLimits } from "./http/limits.ts";
import { readVariable } from "./platform/environment.ts";
import { changed, type ChangedTopics } from "./results/changed.ts";
import type { Item } from "./results/item.ts";

/**
 * Makes the handler of an application: its pages, its actions, its static files and the browser runtime.
 *
 * The pages are loaded once, immediately; the first request waits for them. An error in a page rejects `handler.ready` and every
 * request. Handlers share no state.
 *
 * If OpenTelemetry has a provider, for example with `OTEL_DENO=true`, each request is a span named after its action, with a child
 * span for each step.
 *
 * @param options The options; all are optional.
 * @returns The handler.
 * @throws {TypeError} When an option is invalid.
 *
 * @example A whole application
 * ```ts ignore
 * import { createHandler } from "@hyper/actions";
 *
 * Deno.serve(createHandler());
 * ```
 *
 * @example An explicit list of pages
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
  const { dev = isDevelopment() } = options;
  const services = createServices(options, dev, (error, request, actionName) => {
    reportAndLog(error, { request, actionName }, options.onError);
    development?.note(error, request, actionName);
  });
  const { app: { signals, streams, once, live, changes }, disconnects } = services;
  const development = dev ? new DevelopmentMode(services) : null;
  const started = startApp(options, services);
  // Without a request that awaits it, its rejection ends the process with the error of the pages.
  const ready = started.then(async () => void await development?.loaded);
  development?.follow(ready);

  // `false` is a decision too.
  const isProxyUndecided = options.crossOrigin?.trustProxy === undefined;
  const noticeProxy = dev || !isProxyUndecided ? () => {} : createProxyNotice();
  const send = createSend({ started, ready, headers: options.headers, noticeProxy }, services.app);
  const watch = watchRequests({ development: development?.loaded ?? null, signals });
  const fetch = (request: Request, given?: unknown): Promise<Response> => {
    const info = readConnection(given);
    return watch === null ? send(request, info, null) : watch(request, (trace) => send(request, info, trace));
  };
  return Object.assign(fetch, {
    fetch,
    ready,
    signals,
    actions: async (): Promise<readonly RegisteredAction[]> => {
      await ready;
      return registeredActions(options, services, (await started).sources);
    },
    warnings: isProxyUndecided ? [NO_TRUST_PROXY] : [],
    publish: (topic: string, items: Item | readonly Item[]): Promise<void> => {
      const published = started.then(({ app }) => publishFromOutside(topic, items, app));
      // A timer does not await it, and an unhandled rejection would end the process.
      notify(() => published, (error) => logError(error, `publish("${topic}")`));
      return published;
    },
    changed: (...topics: ChangedTopics): Promise<void> => {
      const item = changed(...topics);
      const published = started.then(({ app }) => publishChangeFromOutside(item, app));
      notify(() => published, (error) => logError(error, "changed()"));
      return published;
    },
    disconnect: (principal: string): void => disconnects.send(principal),
    close: async (): Promise<void> => {
      await ready.catch(() => {}); // An error of the pages is thrown by `ready`.
      await (await development?.loaded)?.close();
      await streams.close();
      once.close();
      await changes.close();
      await live.close();
      await disconnects.close();
    },
  });
}

function registeredActions(
  { guard, principal, idempotency, rate }: HandlerOptions,
  { app: { manager, limits } }: Services,
  sources: Started["sources"],
): readonly RegisteredAction[] {
  return Array.from(manager.actions(), ({ action }) => ({
    action,
    source: sources.get(action.uid) ?? null,
    isGuardedByHandler: guard !== undefined && !action.skipHandlerGuard,
    isIdentified: principal !== undefined || idempotency?.cookies !== undefined,
    limits: resolveLimits(action.limits, limits),
    rate: action.rate ?? rate ?? null,
  }));
}

/** Returns whether the environment selects development. */
function isDevelopment(): boolean {
  return readVariable("HYPER_DEV") === "1";
}
