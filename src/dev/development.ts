// Development mode, which `createHandler({ dev: true })` adds: a log line for each action and, for a browser that has
// opened the link from the log, errors in the page, a panel, and pages that refresh when their files change.
import { join } from "@std/path";
import { createAsyncContext } from "../platform/async_context.ts";
import { mainModule } from "../platform/environment.ts";
import { logDevelopment, notify } from "../callback.ts";
import type { Trace } from "../dispatch/trace.ts";
import { DEV_PATH, DEV_SCRIPT_PATH, type ErrorReport, LANE_HEADER } from "../protocol/dev.ts";
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
import { libraryFile } from "../respond/library_file.ts";
import { PAGE_MARK } from "../respond/reply.ts";
import type { StreamClosed } from "../signals.ts";
import { type Access, createAccess, findStorage, isFromHere } from "./access.ts";
import { type ActionLine, formatActionLine } from "./action_line.ts";
import { failedStart, hiddenFailedStart } from "./error_markup.ts";
import { reportOf } from "./error_report.ts";
import { scriptTag, withInvitation, withPanel } from "./page_tail.ts";
import { PANEL_SCRIPT } from "./panel_bundle.ts";
import { createPanelStreams, type PanelStreams } from "./panel_streams.ts";
import { watchStatic } from "./static_watch.ts";

/** Options for {@linkcode createDevelopment}. */
export interface DevelopmentOptions {
  /** Root folder of the application, or `null`. */
  readonly baseDir: string | null;
  /** Proxy and host settings of this server. */
  readonly site: Site;
  /** Logs a line. */
  readonly log: (line: string) => void;
}

/** Development mode of one handler. */
export interface Development {
  /**
   * Responds to a request.
   *
   * @param trace Facts about the request.
   * @param answer Responds as in production.
   */
  answer(request: Request, trace: Trace, answer: () => Promise<Response>): Promise<Response>;
  /** Called with each error that is reported. */
  note(error: unknown, request: Request, actionName: string | null): void;
  /** Called when the application has started. */
  start(): void;
  /** Called when the application could not start. Every page then shows the reason. */
  failToStart(error: unknown): void;
  /** Called when a stream has closed. */
  streamClosed(closed: StreamClosed): void;
  /** Closes the streams to the panels. */
  close(): Promise<void>;
}

/** A request and its errors. */
interface Exchange {
  readonly request: Request;
  readonly trace: Trace;
  /** `true` if the client may read the errors. */
  readonly mayRead: boolean;
  readonly reports: Promise<ErrorReport>[];
}

/** The browser that sent a request. */
interface Viewer {
  /** The canonical URL; `null` if it is rejected. */
  readonly url: URL | null;
  /** `true` if it has opened the link. */
  readonly isOpen: boolean;
  /** `true` if it may read the errors: it has opened the link, and the request comes from this site. */
  readonly mayRead: boolean;
  /** `true` if the link is logged for it. */
  readonly isInvited: boolean;
}

/** Maximum number of origins for which the link is logged. */
const MAX_ORIGINS = 20;
/** Maximum length of the path that the link returns to, in characters. */
const MAX_PATH = 200;

/** Creates what development mode adds to a handler. */
export function createDevelopment(options: DevelopmentOptions): Development {
  return new RunningDevelopment(options);
}

class RunningDevelopment implements Development {
  readonly #baseDir: string | null;
  readonly #site: Site;
  readonly #log: (line: string) => void;
  /** Identifies this start of the server: a panel that meets another one refreshes its page. */
  readonly #build: string = crypto.randomUUID();
  /** Finds the request of an error that is thrown without it, such as by the render of its page. */
  readonly #current = createAsyncContext<Exchange>();
  readonly #exchanges = new WeakMap<Request, Exchange>();
  /** `close()` waits for unfinished reports, so that no file stays open. */
  readonly #pending = new Set<Promise<unknown>>();
  /** Panels wait for it: before, they would show a page of an application that may not start. */
  readonly #started = Promise.withResolvers<void>();
  readonly #streams: PanelStreams;
  readonly #access: Access;
  /** Origins whose link was logged. Limited, because a client can invent host names. */
  readonly #loggedOrigins = new Set<string>();
  /** The reason why the application did not start; never reset. */
  #failure: Promise<ErrorReport> | null = null;
  #isClosed = false;

  constructor({ baseDir, site, log }: DevelopmentOptions) {
    this.#baseDir = baseDir;
    this.#site = site;
    this.#log = log;
    this.#streams = createPanelStreams({
      hello: async () => {
        await this.#started.promise;
        return { build: this.#build, failure: await this.#failure };
      },
      watch: () =>
        baseDir === null ? null : watchStatic(join(baseDir, "static"), (path) => this.#streams.send("file", { path })),
    });
    this.#access = createAccess({ project: baseDir ?? mainModule(), storage: findStorage(), log });
    log(startLine(this.#access));
  }

  async answer(request: Request, trace: Trace, answer: () => Promise<Response>): Promise<Response> {
    const viewer = this.#viewerOf(request);
    const { url, mayRead } = viewer;
    const own = url === null ? null : this.#serveOwn(request, url, mayRead);
    if (own !== null) return own;
    const exchange: Exchange = { request, trace, mayRead, reports: [] };
    this.#exchanges.set(request, exchange);
    let response: Response;
    try {
      response = await this.#current.run(exchange, answer);
    } catch (error) {
      return await this.#answerFailure(error, request, viewer);
    }
    if (isActionRequest(request, url?.pathname ?? "", trace)) {
      this.#log(formatActionLine(lineOf(exchange, trace.outcome, null)));
    }
    if (!isPage(request, response)) return response;
    if (viewer.isOpen) return withPanel(response, exchange.reports, this.#build);
    return url !== null && viewer.isInvited && this.#invite(url) ? withInvitation(response) : response;
  }

  note(error: unknown, request: Request, actionName: string | null): void {
    const exchange = this.#exchanges.get(request) ?? this.#current.getStore();
    const where = actionName === null
      ? `${request.method} ${URL.parse(request.url)?.pathname ?? "?"}`
      : `Action ${actionName}`;
    const made = this.#report(error, where, exchange?.request ?? request);
    if (exchange?.mayRead === true) exchange.reports.push(made);
    notify(async () => this.#streams.send("failure", await made), logDevelopment);
  }

  start(): void {
    this.#started.resolve();
  }

  failToStart(error: unknown): void {
    this.#failure = this.#report(error, "The start of the application", null);
    this.#started.resolve();
  }

  streamClosed({ request, reason }: StreamClosed): void {
    const exchange = this.#exchanges.get(request);
    if (exchange !== undefined) this.#log(formatActionLine(lineOf(exchange, reason, exchange.trace.events)));
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#streams.close();
    await Promise.all(this.#pending);
  }

  #viewerOf(request: Request): Viewer {
    const canonical = canonicalRequest(request, this.#site);
    // A rejected URL or host has the same response as in production.
    if (canonical.kind !== "ok") return { url: null, isOpen: false, mayRead: false, isInvited: false };
    const { url } = canonical;
    const isOpen = this.#access.isOpenTo(request);
    const isHere = isFromHere(request, url);
    // A navigation from another site never has the cookie, so it does not get the invitation.
    return { url, isOpen, mayRead: isOpen && isHere, isInvited: !isOpen && isHere && isNavigation(request) };
  }

  /** Responds to requests that only development mode knows; `null` for all others. */
  #serveOwn({ method }: Request, url: URL, mayRead: boolean): Response | null {
    const { pathname, searchParams } = url;
    if (method !== "GET") return null;
    if (pathname === DEV_PATH && searchParams.has("token")) return this.#access.open(url);
    if (!mayRead) return null;
    if (pathname === DEV_PATH) {
      return this.#isClosed
        ? new Response(null, { status: 503 })
        : new Response(this.#streams.open(), { headers: { ...PRIVATE, "content-type": EVENT_STREAM } });
    }
    if (pathname !== DEV_SCRIPT_PATH) return null;
    return new Response(PANEL_SCRIPT, { headers: { ...PRIVATE, "content-type": "text/javascript; charset=utf-8" } });
  }

  /** Responds for an application that did not start; throws the error again for all who may not see the reason. */
  async #answerFailure(error: unknown, request: Request, { url, mayRead, isInvited }: Viewer): Promise<Response> {
    if (this.#failure === null || url === null) throw error;
    // The page that stays needs the parts of the runtime that it has not loaded yet.
    const file = libraryFile(request, url);
    if (file !== null) return file;
    if (mayRead) return errorPage(`${failedStart(await this.#failure)}${scriptTag(this.#build, null)}`);
    if (isInvited && this.#invite(url)) return errorPage(hiddenFailedStart());
    throw error;
  }

  /** Logs the link for the origin that a browser without the cookie has requested; returns whether its page may show it. */
  #invite(url: URL): boolean {
    const { origin, pathname } = url;
    if (!this.#loggedOrigins.has(origin) && this.#loggedOrigins.size < MAX_ORIGINS) {
      this.#loggedOrigins.add(origin);
      const to = pathname === "/" || pathname.length > MAX_PATH ? "" : `&to=${encodeURIComponent(pathname)}`;
      this.#log(
        `Development: open ${origin}${this.#access.link}${to} once in this browser to see errors and the panel in its pages`,
      );
    }
    // Another host name may be a tunnel that other people use.
    return isLoopback(url);
  }

  #report(error: unknown, where: string, request: Request | null): Promise<ErrorReport> {
    const id = request?.headers.get(REQUEST_ID_HEADER) ?? null;
    const requestId = id !== null && REQUEST_ID_PATTERN.test(id) ? id : null;
    const origin = { where, requestId, baseDir: this.#baseDir };
    // The value throws when it is inspected.
    const made = reportOf(error, origin).catch(() => reportOf(new Error(UNREADABLE), origin));
    this.#pending.add(made);
    notify(() => made.finally(() => this.#pending.delete(made)), logDevelopment);
    return made;
  }
}

const UNREADABLE = "Something was thrown that cannot be shown";

/** Headers of responses that must not be cached, embedded by other sites, or interpreted as another type. */
const PRIVATE = {
  "cache-control": "no-store",
  "cross-origin-resource-policy": "same-origin",
  "x-content-type-options": "nosniff",
};

/** Returns `true` if a request asks for an action, found or not. */
function isActionRequest(request: Request, pathname: string, trace: Trace): boolean {
  return trace.action !== null || requestedName(request) !== null || pathname.startsWith(FORM_ENDPOINT) ||
    request.method === "POST";
}

/** Returns the name of the requested action, as it was sent. */
function requestedName(request: Request): string | null {
  return request.headers.get(ACTION_HEADER) ?? URL.parse(request.url)?.searchParams.get(ACTION_FIELD) ?? null;
}

function lineOf({ request, trace }: Exchange, outcome: string, events: number | null): ActionLine {
  return {
    action: trace.action?.name ?? requestedName(request) ?? "-",
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
    return sent; // Not sent by the panel: shown as it is.
  }
}

/** Returns `true` if a response is a page that a browser shows, and that can be extended. */
function isPage(request: Request, { headers, body }: Response): boolean {
  return body !== null && request.method !== "HEAD" && !request.headers.has(ACTION_HEADER) &&
    /^text\/html\b/i.test(headers.get("content-type") ?? "") && !headers.has("content-encoding");
}

/** Returns `true` if a browser requests a page to show it, or a client that does not send `Sec-Fetch-Dest`. */
function isNavigation({ headers }: Request): boolean {
  return (headers.get("sec-fetch-dest") ?? "document") === "document";
}

function errorPage(html: string): Response {
  const headers = { ...PRIVATE, ...PAGE_MARK, "content-type": "text/html; charset=utf-8" };
  return new Response(html, { status: 500, headers });
}

function startLine({ link, isKept }: Access): string {
  const lasting = isKept ? "" : " (until the next start: there is no local storage to keep the token in)";
  return `Development: open ${link} on this server once in each browser to see errors and the panel in pages${lasting}`;
}
