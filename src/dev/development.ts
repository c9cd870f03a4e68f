/**
 * What `createHandler({ dev: true })` adds: a line on the console for each action and, for a browser that has opened the
 * link of the console, errors in the page, a panel, and pages that follow the files they are made of.
 *
 * @module
 */
import { join } from "@std/path";
import { createAsyncContext } from "../platform/async_context.ts";
import { mainModule } from "../platform/environment.ts";
import { logError, notify } from "../callback.ts";
import type { Trace } from "../dispatch/trace.ts";
import {
  DEV_BUILD_ATTRIBUTE,
  DEV_PATH,
  DEV_SCRIPT_PATH,
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
import { canonicalRequest, type Site } from "../http/canonical.ts";
import { isLoopback } from "../http/hosts.ts";
import { PAGE_MARK } from "../respond/reply.ts";
import type { StreamClosed } from "../signals.ts";
import { type Access, createAccess, findStorage, isFromHere } from "./access.ts";
import { type ActionLine, formatActionLine } from "./action_line.ts";
import { errorMarkup, failedStart, hiddenFailedStart, INVITATION } from "./error_markup.ts";
import { reportOf } from "./error_report.ts";
import { PANEL_SCRIPT } from "./panel_bundle.ts";
import { type StaticWatch, watchStatic } from "./static_watch.ts";

/** What development needs to know. */
export interface DevelopmentOptions {
  /** The root of the application, or `null`. */
  readonly baseDir: string | null;
  /** How this server is reached. */
  readonly site: Site;
  /** Writes a line on the console. */
  readonly log: (line: string) => void;
}

/** What development does; one for each handler. */
export interface Development {
  /**
   * Answers a request.
   *
   * @param request The request.
   * @param trace The notes about it.
   * @param answer Answers it as in production.
   */
  answer(request: Request, trace: Trace, answer: () => Promise<Response>): Promise<Response>;
  /** Notes an error that was reported. */
  note(error: unknown, request: Request, actionName: string | null): void;
  /** Notes that the application has started. */
  start(): void;
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

/** How many origins the link is written for. */
const MAX_ORIGINS = 20;
/** The longest path that the link leads back to, in characters. */
const MAX_PATH = 200;

const encoder = new TextEncoder();
const logDevelopment = (error: unknown): void => logError(error, "development mode");

/** Makes what development adds to a handler. */
export function createDevelopment({ baseDir, site, log }: DevelopmentOptions): Development {
  // Which start of the server this is: a panel that finds another one shows its page anew.
  const build = crypto.randomUUID();
  const panels = new Set<ReadableStreamDefaultController<Uint8Array>>();
  // What is thrown far from its request, as by a page that is rendered for it, is found by the work that led there.
  const current = createAsyncContext<Exchange>();
  const exchanges = new WeakMap<Request, Exchange>();
  // Reports that are being made: `close()` waits for them, so that no file is left open.
  const pending = new Set<Promise<unknown>>();
  // Set when the application could not be started, and never reset: only another start mends it.
  let failure: Promise<ErrorReport> | null = null;
  // Settled with either: a panel that was told before would show a page of an application that does not start.
  const started = Promise.withResolvers<void>();
  // Open while somebody looks.
  let watch: StaticWatch | null = null;
  // Set by `close()`, and never reset: a panel that came back to a server which stops would keep it from stopping.
  let isClosed = false;
  const access = createAccess({ project: baseDir ?? mainModule(), storage: findStorage(), log });
  // Origins whose link was written on the console: once for each, and not for every name a client makes up.
  const toldOrigins = new Set<string>();
  log(startLine(access));

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
        await started.promise;
        controller.enqueue(frame("hello", { build, failure: await failure }));
        if (isClosed) return controller.close();
        panels.add(controller);
        if (baseDir !== null) watch ??= watchStatic(join(baseDir, "static"), (path) => tell("file", { path }));
      },
      cancel: leave,
    });
    return new Response(body, { headers: { ...PRIVATE, "content-type": EVENT_STREAM } });
  };

  /** Answers what is served in development alone; `null` for everything else, and for everyone else. */
  const serveOwn = (request: Request, url: URL, mayRead: boolean): Response | null => {
    const { pathname, searchParams } = url;
    if (request.method !== "GET") return null;
    if (pathname === DEV_PATH && searchParams.has("token")) return access.open(url);
    if (!mayRead) return null;
    if (pathname === DEV_PATH) return isClosed ? new Response(null, { status: 503 }) : stream();
    if (pathname !== DEV_SCRIPT_PATH) return null;
    return new Response(PANEL_SCRIPT, { headers: { ...PRIVATE, "content-type": "text/javascript; charset=utf-8" } });
  };

  /** Writes the link on the console, for the origin that a browser without the cookie has asked for. */
  const tellLink = ({ origin, pathname }: URL): void => {
    if (toldOrigins.has(origin) || toldOrigins.size >= MAX_ORIGINS) return;
    toldOrigins.add(origin);
    const to = pathname === "/" || pathname.length > MAX_PATH ? "" : `&to=${encodeURIComponent(pathname)}`;
    log(`Development: open ${origin}${access.link}${to} once in this browser to see errors and the panel in its pages`);
  };

  return {
    async answer(request, trace, answer) {
      const canonical = canonicalRequest(request, site);
      // Where the URL or the host is refused, the answer says so to everyone.
      const url = canonical.kind === "ok" ? canonical.url : null;
      const isOpen = url !== null && access.isOpenTo(request);
      const isHere = url !== null && isFromHere(request, url);
      const own = url === null ? null : serveOwn(request, url, isOpen && isHere);
      if (own !== null) return own;
      const exchange: Exchange = { request, trace, mayRead: isOpen && isHere, reports: [] };
      exchanges.set(request, exchange);
      // A page of another site that leads here comes without the cookie, whichever browser it is in.
      const isInvited = url !== null && !isOpen && isHere && isNavigation(request);
      let response: Response;
      try {
        response = await current.run(exchange, answer);
      } catch (error) {
        if (failure === null) throw error;
        if (exchange.mayRead) return failed(`${failedStart(await failure)}${scriptTag(build, null)}`);
        if (!isInvited) throw error;
        tellLink(url);
        if (!isLoopback(url)) throw error;
        return failed(hiddenFailedStart());
      }
      const pathname = url?.pathname ?? "";
      if (isAction(request, pathname, trace)) log(formatActionLine(lineOf(exchange, trace.outcome, null)));
      if (!isDocument(request, response)) return response;
      if (isOpen) return withPanel(response, exchange, build);
      if (!isInvited) return response;
      tellLink(url);
      // Under another name it may be a tunnel that other people look through.
      return isLoopback(url) ? withTail(response, invitation) : response;
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
    start() {
      started.resolve();
    },
    failToStart(error) {
      failure = report(error, "The start of the application", null);
      started.resolve();
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
const FAILED = { ...PRIVATE, ...PAGE_MARK, "content-type": "text/html; charset=utf-8" };

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

/** Returns whether a browser asks for a page to show it; a program that does not say what it asks for counts as one. */
function isNavigation({ headers }: Request): boolean {
  return (headers.get("sec-fetch-dest") ?? "document") === "document";
}

/** The page with its errors and the panel at its end; one that breaks off ends with them, which then tell why. */
function withPanel(response: Response, { reports }: Exchange, build: string): Response {
  const nonce = /'nonce-([\w+/=-]+)'/.exec(response.headers.get("content-security-policy") ?? "")?.[1] ?? null;
  return withTail(
    response,
    async () => (await Promise.all(reports)).map(errorMarkup).join("") + scriptTag(build, nonce),
  );
}

/** What a page has broken off with; `null` for one that came to its end. */
type Broken = { readonly error: unknown } | null;

/** Makes the end of a page. */
type Tail = (broken: Broken) => string | Promise<string>;

function invitation(broken: Broken): string {
  // As without development: the reader must not take what came for the whole page.
  if (broken !== null) throw broken.error;
  return INVITATION;
}

/** The page with something at its end; a page that comes in parts comes in parts still. */
function withTail(response: Response, tail: Tail): Response {
  const headers = new Headers(response.headers);
  headers.delete("content-length");
  // It is another page by now: a cache must not confirm it by the name of the one before, nor give it to other people.
  for (const name of ["etag", "last-modified"]) headers.delete(name);
  if (!/\bno-store\b/.test(headers.get("cache-control") ?? "")) headers.set("cache-control", "private, no-cache");
  return new Response(followed(response.body, tail), {
    status: response.status,
    statusText: response.statusText,
    headers,
  });
}

function failed(html: string): Response {
  return new Response(html, { status: 500, headers: FAILED });
}

function startLine({ link, isKept }: Access): string {
  const lasting = isKept ? "" : " (until the next start: there is no local storage to keep the token in)";
  return `Development: open ${link} on this server once in each browser to see errors and the panel in pages${lasting}`;
}

/** A body with something behind it. */
function followed(body: ReadableStream<Uint8Array> | null, tail: Tail): ReadableStream<Uint8Array> | null {
  if (body === null) return null;
  const reader = body.getReader();
  return new ReadableStream<Uint8Array>({
    async pull(controller): Promise<void> {
      let broken: Broken = null;
      try {
        const { done, value } = await reader.read();
        if (!done) return controller.enqueue(value);
      } catch (error) {
        broken = { error };
      }
      controller.enqueue(encoder.encode(await tail(broken)));
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
