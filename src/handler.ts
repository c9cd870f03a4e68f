// `createHandler()`: makes a handler of its parts.
import { logError, notify } from "./callback.ts";
import type { Development } from "./dev/development.ts";
import type { App } from "./dispatch/app.ts";
import type { FormActionDispatch } from "./dispatch/dispatch.ts";
import { watchRequests } from "./dispatch/request_watch.ts";
import type { Trace } from "./dispatch/trace.ts";
import { log, logDevelopment, reportAndLog } from "./handler/log.ts";
import type { ConnectionInfo, Handler, HandlerOptions, RegisteredAction } from "./handler/options.ts";
import { createProxyNotice, NO_TRUST_PROXY, readConnection, Sender, type SenderOptions } from "./handler/sender.ts";
import { createServices, type Services } from "./handler/services.ts";
import { startApp, type Started } from "./handler/start.ts";
import { isSafeMethod } from "./http/cross_origin.ts";
import { resolveLimits } from "./http/limits.ts";
import { addHeaders } from "./http/sink.ts";
import { readVariable } from "./platform/environment.ts";
import type { Item } from "./results/item.ts";
import { catalogueText } from "./texts/catalogue.ts";

/** Responds to a request, and records its trace. */
type Send = (request: Request, info: ConnectionInfo | undefined, trace: Trace | null) => Promise<Response>;

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
  // Loaded in development only; set when it has been loaded.
  let development: Development | null = null;
  const report: App["report"] = (error, request, actionName) => {
    reportAndLog(error, { request, actionName }, options.onError);
    if (development !== null) notify(() => development?.note(error, request, actionName), logDevelopment);
  };
  const services = createServices(options, dev, report);
  const { app: { signals, streams, once, live, site, crossOrigin }, disconnects, baseDir } = services;
  const loading = dev
    ? import("./dev/development.ts").then(({ createDevelopment }) =>
      development = createDevelopment({ baseDir, site, log })
    )
    : null;
  // `false` is a decision too.
  const isProxyUndecided = options.crossOrigin?.trustProxy === undefined;
  const noticeProxy = dev || !isProxyUndecided ? () => {} : createProxyNotice();
  const senders: SenderOptions = { crossOrigin, noticeProxy, report };

  const started = startApp(options, services);
  // Set when the pages have been loaded, and never reset: later requests do not wait.
  let pipeline: FormActionDispatch | null = null;
  const ready = started.then(async ({ dispatch }) => {
    if (loading !== null) await loading;
    pipeline = dispatch;
  });
  const send: Send = async (request, info, trace) => {
    // Awaits `ready`, so that a request rejects with its error. Without a request, the rejection ends the process with its message.
    if (pipeline === null) await ready;
    const dispatch = pipeline ?? (await started).dispatch;
    const received = once.seen(request, (error) => report(error, request, null));
    if (received !== null) await received;
    return await dispatch.answerTraced(request, new Sender(request, info, senders), trace);
  };
  const sendWhole = withHeaders(send, options.headers, (request, response) => {
    return learnCookies(once, request, response, report);
  }, services.app);

  if (loading !== null) {
    ready.then(async () => (await loading).start(), async (error) => {
      // Logged here and shown in every page: the process keeps running until a file changes and it is restarted.
      logError(error, "the start of the application");
      (await loading).failToStart(error);
    }).catch(logDevelopment);
  }
  const watch = watchRequests({ development: loading, signals });
  const fetch = (request: Request, given?: unknown): Promise<Response> => {
    const info = readConnection(given);
    return watch === null ? sendWhole(request, info, null) : watch(request, (trace) => sendWhole(request, info, trace));
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
      const published = started.then(({ dispatch }) => dispatch.publish(topic, items));
      // A timer does not await it, and an unhandled rejection would end the process.
      notify(() => published, (error) => logError(error, `publish("${topic}")`));
      return published;
    },
    disconnect: (principal: string): void => disconnects.send(principal),
    close: async (): Promise<void> => {
      await ready.catch(() => {}); // An error of the pages is thrown by `ready`.
      await (await loading)?.close();
      await streams.close();
      once.close();
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

/** Called with each complete response before it is sent. */
type Finish = (request: Request, response: Response) => Response | Promise<Response>;

/** Adds the headers of every answer. What is wrong with headers that are always the same is thrown at once. */
function withHeaders(
  send: Send,
  headers: HandlerOptions["headers"],
  finish: Finish,
  app: Pick<App, "report" | "userTexts">,
): Send {
  if (headers === undefined) return async (...args) => await finish(args[0], await send(...args));
  if (typeof headers !== "function") addHeaders(new Response(), headers);
  return async (request, info, trace) => {
    const response = await send(request, info, trace);
    try {
      const own = typeof headers === "function" ? await headers(request) : headers;
      return await finish(request, addHeaders(response, own));
    } catch (error) {
      app.report(error, request, null);
      await notify(() => response.body?.cancel(), (failure) => app.report(failure, request, null));
      return new Response(app.userTexts.of({ request }).write(catalogueText("serverError")), {
        status: 500,
        headers: { "cache-control": "no-store" },
      });
    }
  };
}

/** Records the cookies of a complete response: those of the option `headers` may be session cookies too. */
function learnCookies(once: App["once"], request: Request, response: Response, report: App["report"]) {
  const learned = once.answered(request, response, (error) => report(error, request, null));
  // A page does not wait for a store that may not respond. A mutation has waited for it already, and the store must know that its
  // session has ended before the client sends the next request, perhaps to another instance.
  if (learned === null || isSafeMethod(request.method)) return response;
  return learned.then(() => response);
}

/** Returns whether the environment selects development. */
function isDevelopment(): boolean {
  return readVariable("HYPER_DEV") === "1";
}
