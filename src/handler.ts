/**
 * `createHandler()`: puts the parts together.
 *
 * @module
 */
import { logError, notify } from "./callback.ts";
import type { Development } from "./dev/development.ts";
import type { App } from "./dispatch/app.ts";
import type { FormActionDispatch } from "./dispatch/dispatch.ts";
import { watchRequests } from "./dispatch/request_watch.ts";
import type { Trace } from "./dispatch/trace.ts";
import { log, logDevelopment, reportAndLog } from "./handler/log.ts";
import type { ConnectionInfo, Handler, HandlerOptions, RegisteredAction } from "./handler/options.ts";
import { createProxyNotice, NO_TRUST_PROXY, Sender, type SenderOptions } from "./handler/sender.ts";
import { createServices } from "./handler/services.ts";
import { startApp } from "./handler/start.ts";
import { isSafeMethod } from "./http/cross_origin.ts";
import { resolveLimits } from "./http/limits.ts";
import { addHeaders } from "./http/sink.ts";
import { readVariable } from "./platform/environment.ts";
import type { Item } from "./results/item.ts";
import { catalogueText } from "./texts/catalogue.ts";

/** Answers a request and notes what happens to it. */
type Send = (request: Request, info: ConnectionInfo | undefined, trace: Trace | null) => Promise<Response>;

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
  const { dev = isDevelopment() } = options;
  // Loaded in development alone; set when it is there.
  let development: Development | null = null;
  const report: App["report"] = (error, request, actionName) => {
    reportAndLog(error, { request, actionName }, options.onError);
    if (development !== null) notify(() => development?.note(error, request, actionName), logDevelopment);
  };
  const services = createServices(options, dev, report);
  const { app: { manager, limits, signals, streams, once, live, site, crossOrigin }, disconnects, baseDir } = services;
  const loading = dev
    ? import("./dev/development.ts").then(({ createDevelopment }) =>
      development = createDevelopment({ baseDir, site, log })
    )
    : null;
  // An application that says `false` has decided.
  const isProxyUndecided = options.crossOrigin?.trustProxy === undefined;
  const noticeProxy = dev || !isProxyUndecided ? () => {} : createProxyNotice();
  const senders: SenderOptions = { crossOrigin, noticeProxy, report };

  const started = startApp(options, services);
  // Set when the pages are read, and never reset: no request after that waits for them.
  let pipeline: FormActionDispatch | null = null;
  const ready = started.then(async ({ dispatch }) => {
    if (loading !== null) await loading;
    pipeline = dispatch;
  });
  const send: Send = async (request, info, trace) => {
    // Through `ready`, so that a caller hears what was wrong; where none does, it ends the process with its message.
    if (pipeline === null) await ready;
    const dispatch = pipeline ?? (await started).dispatch;
    const reportHere = (error: unknown): void => report(error, request, null);
    const received = once.seen(request, reportHere);
    if (received !== null) await received;
    return await dispatch.answerTraced(request, new Sender(request, info, senders), trace);
  };
  const sendWhole = withHeaders(send, options.headers, (request, response) => {
    return learnCookies(once, request, response, report);
  }, services.app);

  if (loading !== null) {
    ready.then(async () => (await loading).start(), async (error) => {
      // Told here and in every page: the process goes on, to be started again when a file has changed.
      logError(error, "the start of the application");
      (await loading).failToStart(error);
    }).catch(logDevelopment);
  }
  const watch = watchRequests({ development: loading, signals });
  const answer = watch === null
    ? (request: Request, info?: ConnectionInfo): Promise<Response> => sendWhole(request, info, null)
    : (request: Request, info?: ConnectionInfo): Promise<Response> =>
      watch(request, (trace) => sendWhole(request, info, trace));
  return Object.assign(answer, {
    fetch: answer,
    ready,
    signals,
    actions: async (): Promise<readonly RegisteredAction[]> => {
      await ready;
      const { sources } = await started;
      return Array.from(manager.actions(), ({ action }) => ({
        action,
        source: sources.get(action.uid) ?? null,
        isGuardedByHandler: options.guard !== undefined && !action.skipHandlerGuard,
        isIdentified: options.principal !== undefined || options.idempotency?.cookies !== undefined,
        limits: resolveLimits(action.limits, limits),
        rate: action.rate ?? options.rate ?? null,
      }));
    },
    warnings: isProxyUndecided ? [NO_TRUST_PROXY] : [],
    publish: (topic: string, items: Item | readonly Item[]): Promise<void> => {
      const published = started.then(({ dispatch }) => dispatch.publish(topic, items));
      // A timer may not await it, and a rejection that nothing handles ends the process.
      notify(() => published, (error) => logError(error, `publish("${topic}")`));
      return published;
    },
    disconnect: (principal: string): void => disconnects.send(principal),
    close: async (): Promise<void> => {
      await ready.catch(() => {}); // What was wrong with the pages is told by `ready`.
      await (await loading)?.close();
      await streams.close();
      once.close();
      await live.close();
      await disconnects.close();
    },
  });
}

/** Looks at a complete answer before it goes out. */
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

/** Looks at the cookies of an answer that is complete: those of the option `headers` stand for sessions, too. */
function learnCookies(once: App["once"], request: Request, response: Response, report: App["report"]) {
  const learned = once.answered(request, response, (error) => report(error, request, null));
  // A page does not wait for a store that may not answer. What changes something has waited for it already, and its outcome must be
  // known to belong to a session that has ended before the client asks again, perhaps another instance.
  if (learned === null || isSafeMethod(request.method)) return response;
  return learned.then(() => response);
}

/** Returns whether the environment selects development. */
function isDevelopment(): boolean {
  return readVariable("HYPER_DEV") === "1";
}
