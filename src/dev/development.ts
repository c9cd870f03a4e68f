/**
 * What `createHandler({ dev: true })` adds: a line on the console for each action, and for whoever sits at this machine
 * errors in the page, a panel, and pages that follow the files they are made of.
 *
 * @module
 */
import { AsyncLocalStorage } from "node:async_hooks";
import { join } from "@std/path";
import { logError, notify } from "../callback.ts";
import type { Trace } from "../dispatch/trace.ts";
import {
  DEV_BUILD_ATTRIBUTE,
  DEV_SCRIPT_PATH,
  DEV_STREAM_PATH,
  type DevEvents,
  type ErrorReport,
  LANE_HEADER,
} from "../protocol/dev.ts";
import {
  ACTION_FIELD,
  ACTION_HEADER,
  EVENT_STREAM,
  FORM_ENDPOINT,
  REQUEST_ID_HEADER,
  REQUEST_ID_PATTERN,
} from "../protocol/names.ts";
import type { StreamClosed } from "../signals.ts";
import { type ActionLine, formatActionLine } from "./action_line.ts";
import { errorMarkup, failedStart } from "./error_markup.ts";
import { reportOf } from "./error_report.ts";
import { type Connection, isFromHere, isLocal } from "./local.ts";
import { PANEL_SCRIPT } from "./panel_bundle.ts";
import { type StaticWatch, watchStatic } from "./static_watch.ts";

/** What development needs to know. */
export interface DevelopmentOptions {
  /** The root of the application, or `null`. */
  readonly baseDir: string | null;
  /** Writes a line on the console. */
  readonly log: (line: string) => void;
}

/** What development does; one for each handler. */
export interface Development {
  /**
   * Answers a request.
   *
   * @param request The request.
   * @param connection Where it came from.
   * @param trace The notes about it.
   * @param answer Answers it as in production.
   */
  answer(
    request: Request,
    connection: Connection | undefined,
    trace: Trace,
    answer: () => Promise<Response>,
  ): Promise<Response>;
  /** Notes an error that was reported. */
  note(error: unknown, request: Request, actionName: string | null): void;
  /** Notes that the application could not be started: every page of it says why. */
  failToStart(error: unknown): void;
  /** Notes why a stream has closed. */
  streamClosed(closed: StreamClosed): void;
  /** Ends the streams to the panels. */
  close(): Promise<void>;
}

/** One request and what went wrong with it. */
interface Exchange {
  readonly request: Request;
  readonly trace: Trace;
  /** Whether the one who asks may read what went wrong. */
  readonly mayRead: boolean;
  readonly reports: Promise<ErrorReport>[];
}

/** How many messages may wait for a panel that does not read them; then it is let go, and comes back when it reads. */
const MAX_WAITING = 100;

const encoder = new TextEncoder();
const logDevelopment = (error: unknown): void => logError(error, "development mode");

/** Makes what development adds to a handler. */
export function createDevelopment({ baseDir, log }: DevelopmentOptions): Development {
  // Which start of the server this is: a panel that finds another one shows its page anew.
  const build = crypto.randomUUID();
  const panels = new Set<ReadableStreamDefaultController<Uint8Array>>();
  // What is thrown far from its request, as by a page that is rendered for it, is found by the work that led there.
  const current = new AsyncLocalStorage<Exchange>();
  const exchanges = new WeakMap<Request, Exchange>();
  // Reports that are being made: `close()` waits for them, so that no file is left open.
  const pending = new Set<Promise<unknown>>();
  // Set when the application could not be started, and never reset: only another start mends it.
  let failure: Promise<ErrorReport> | null = null;
  // Open while somebody looks.
  let watch: StaticWatch | null = null;
  // Set by `close()`, and never reset: a panel that came back to a server which stops would keep it from stopping.
  let isClosed = false;
  // Whether it was said that nothing can be shown to those who come without a word on where from; said once.
  let hasHinted = false;

  const tell = <Name extends keyof DevEvents>(name: Name, data: DevEvents[Name]): void => {
    const bytes = frame(name, data);
    for (const panel of panels) {
      panel.enqueue(bytes);
      if ((panel.desiredSize ?? 0) >= -MAX_WAITING) continue;
      panels.delete(panel);
      panel.close();
    }
  };

  const report = (error: unknown, where: string, request: Request | null): Promise<ErrorReport> => {
    const id = request?.headers.get(REQUEST_ID_HEADER) ?? null;
    const requestId = id !== null && REQUEST_ID_PATTERN.test(id) ? id : null;
    const origin = { where, requestId, baseDir };
    const made = reportOf(error, origin).catch(() => {
      // What was thrown throws itself where it is read.
      return reportOf(new Error("Something was thrown that cannot be shown"), origin);
    });
    pending.add(made);
    notify(() => made.finally(() => pending.delete(made)), logDevelopment);
    return made;
  };

  const stream = (): Response => {
    let own: ReadableStreamDefaultController<Uint8Array> | null = null;
    const leave = async (): Promise<void> => {
      if (own !== null) panels.delete(own);
      if (panels.size > 0 || watch === null) return;
      const last = watch;
      watch = null;
      await last[Symbol.asyncDispose]();
    };
    const body = new ReadableStream<Uint8Array>({
      async start(controller): Promise<void> {
        own = controller;
        controller.enqueue(frame("hello", { build, failure: await failure }));
        if (isClosed) return controller.close();
        panels.add(controller);
        if (baseDir !== null) watch ??= watchStatic(join(baseDir, "static"), (path) => tell("file", { path }));
      },
      cancel: leave,
    });
    return new Response(body, { headers: { ...PRIVATE, "content-type": EVENT_STREAM } });
  };

  /** What is served in development alone, or `null`. */
  const serveOwn = (request: Request, pathname: string): Response | null => {
    if (request.method !== "GET") return null;
    if (pathname === DEV_STREAM_PATH) return isClosed ? new Response(null, { status: 503 }) : stream();
    if (pathname !== DEV_SCRIPT_PATH) return null;
    return new Response(PANEL_SCRIPT, { headers: { ...PRIVATE, "content-type": "text/javascript; charset=utf-8" } });
  };

  const hint = (connection: Connection | undefined): void => {
    if (hasHinted || connection?.remoteAddr !== undefined) return;
    hasHinted = true;
    log(
      "Development mode shows nothing in pages: where requests come from is not known, pass what Deno.serve gives beside " +
        "the request on to the handler",
    );
  };

  return {
    async answer(request, connection, trace, answer) {
      hint(connection);
      const isShown = isLocal(request, connection);
      const mayRead = isShown && isFromHere(request);
      const pathname = URL.parse(request.url)?.pathname ?? "";
      const own = mayRead ? serveOwn(request, pathname) : null;
      if (own !== null) return own;
      const exchange: Exchange = { request, trace, mayRead, reports: [] };
      exchanges.set(request, exchange);
      let response: Response;
      try {
        response = await current.run(exchange, answer);
      } catch (error) {
        if (failure === null || !mayRead) throw error;
        return new Response(`${failedStart(await failure)}${scriptTag(build, null)}`, { status: 500, headers: FAILED });
      }
      if (isAction(request, pathname, trace)) log(formatActionLine(lineOf(exchange, trace.outcome, null)));
      return isShown && isDocument(request, response) ? withPanel(response, exchange, build) : response;
    },
    note(error, request, actionName) {
      const exchange = exchanges.get(request) ?? current.getStore();
      const where = actionName === null
        ? `${request.method} ${URL.parse(request.url)?.pathname ?? "?"}`
        : `Action ${actionName}`;
      const made = report(error, where, exchange?.request ?? request);
      if (exchange?.mayRead === true) exchange.reports.push(made);
      notify(async () => tell("failure", await made), logDevelopment);
    },
    failToStart(error) {
      failure = report(error, "The start of the application", null);
    },
    streamClosed({ request, reason }) {
      const exchange = exchanges.get(request);
      if (exchange === undefined) return;
      log(formatActionLine(lineOf(exchange, reason, exchange.trace.events)));
    },
    async close() {
      isClosed = true;
      for (const panel of panels) panel.close();
      panels.clear();
      await Promise.all(pending);
      const last = watch;
      watch = null;
      await last?.[Symbol.asyncDispose]();
    },
  };
}

/** Kept by nobody, read by nobody else, taken for nothing else. */
const PRIVATE = {
  "cache-control": "no-store",
  "cross-origin-resource-policy": "same-origin",
  "x-content-type-options": "nosniff",
};
const FAILED = { ...PRIVATE, "content-type": "text/html; charset=utf-8" };

function frame<Name extends keyof DevEvents>(name: Name, data: DevEvents[Name]): Uint8Array {
  // One line: JSON writes every line break as an escape.
  return encoder.encode(`event: ${name}\ndata: ${JSON.stringify(data)}\n\n`);
}

/** Whether an action was asked for, found or not. */
function isAction(request: Request, pathname: string, trace: Trace): boolean {
  return trace.action !== null || askedFor(request) !== null || pathname.startsWith(FORM_ENDPOINT) ||
    request.method === "POST";
}

/** The name that was asked for, as it was sent. */
function askedFor(request: Request): string | null {
  return request.headers.get(ACTION_HEADER) ?? URL.parse(request.url)?.searchParams.get(ACTION_FIELD) ?? null;
}

function lineOf({ request, trace }: Exchange, outcome: string, events: number | null): ActionLine {
  return {
    action: trace.action?.name ?? askedFor(request) ?? "-",
    outcome,
    status: trace.status,
    lane: laneOf(request),
    ms: performance.now() - trace.startedAt,
    issues: trace.issues,
    events,
    id: request.headers.get(REQUEST_ID_HEADER),
  };
}

function laneOf(request: Request): string | null {
  const sent = request.headers.get(LANE_HEADER);
  if (sent === null) return null;
  try {
    return decodeURIComponent(sent);
  } catch {
    return sent; // Not from the panel, then: shown as it came.
  }
}

/** Whether an answer is a page that a browser shows, and one that can be added to. */
function isDocument(request: Request, { headers, body }: Response): boolean {
  return body !== null && request.method !== "HEAD" && !request.headers.has(ACTION_HEADER) &&
    /^text\/html\b/i.test(headers.get("content-type") ?? "") && !headers.has("content-encoding");
}

/** The page with its errors and the panel at its end; a page that comes in parts comes in parts still. */
function withPanel(response: Response, { reports }: Exchange, build: string): Response {
  const nonce = /'nonce-([\w+/=-]+)'/.exec(response.headers.get("content-security-policy") ?? "")?.[1] ?? null;
  const headers = new Headers(response.headers);
  headers.delete("content-length");
  return new Response(followed(response.body, tail), {
    status: response.status,
    statusText: response.statusText,
    headers,
  });

  async function tail(): Promise<Uint8Array> {
    const errors = (await Promise.all(reports)).map(errorMarkup).join("");
    return encoder.encode(errors + scriptTag(build, nonce));
  }
}

/** A body with something behind it; one that breaks off ends with that too, which then tells why. */
function followed(
  body: ReadableStream<Uint8Array> | null,
  tail: () => Promise<Uint8Array>,
): ReadableStream<Uint8Array> | null {
  if (body === null) return null;
  const reader = body.getReader();
  const over = { done: true, value: undefined } as const;
  return new ReadableStream<Uint8Array>({
    async pull(controller): Promise<void> {
      // What has failed was reported where it was thrown, and is among the errors of the tail.
      const { done, value } = await reader.read().catch(() => over);
      if (!done) return controller.enqueue(value);
      controller.enqueue(await tail());
      controller.close();
    },
    cancel: (reason) => reader.cancel(reason),
  }, { highWaterMark: 0 });
}

/** Loads the panel, and tells it which start of the server the page is of. */
function scriptTag(build: string, nonce: string | null): string {
  const allowed = nonce === null ? "" : ` nonce="${nonce}"`;
  return `<script type="module" src="${DEV_SCRIPT_PATH}" ${DEV_BUILD_ATTRIBUTE}="${build}"${allowed}></script>`;
}
