/**
 * What is served where no action is asked for: the browser runtime, pages, static files.
 *
 * @module
 */
import { ifNoneMatch } from "@std/http/etag";
import { notify } from "../callback.ts";
import type { Served } from "../dispatch/app.ts";
import type { RequestDeps } from "../deps/resolver.ts";
import { failure, failureOf, isReportable, notAllowed } from "../dispatch/failure.ts";
import type { Failure } from "../dispatch/outcome.ts";
import { CLIENT_FILES } from "../client_bundle.ts";
import type { PageRoute } from "../pages/manifest.ts";
import { trailingSlashRedirect } from "../pages/page_url.ts";
import type { Params } from "../context.ts";
import type { RouteMatch, Router } from "../pages/route.ts";
import type { StaticFiles } from "../pages/static_files.ts";
import type { PageAnswer, PageInParts, PageRender, Rendering } from "../pages/page_render.ts";
import { CLIENT_PATH } from "../protocol/names.ts";
import { clearFlashCookie, readFlash, type ToastValue } from "./flash.ts";
import { beginPage, streamPage } from "./page_stream.ts";
import { lowerCased, replyWithPage, sendReply } from "./reply.ts";
import { sealRecord, sealResponse } from "../http/sink.ts";
import { withOwnHeaders } from "../http/vary.ts";
import { catalogueText } from "../texts/catalogue.ts";
import type { UserTexts } from "../dispatch/user_texts.ts";

/** What serving works with. */
export interface ServeServices {
  /** Finds pages. */
  readonly router: Router<PageRoute>;
  /** Finds files; `null` where none are served. */
  readonly files: StaticFiles | null;
  /** Renders pages. */
  readonly rendering: Rendering;
  /** The texts that users read. */
  readonly userTexts: UserTexts;
  /** Told everything that went wrong and was none of the visitor's doing. */
  readonly report: (error: unknown, request: Request, actionName: string | null) => void;
}

const encoder = new TextEncoder();
const CLIENT_FOLDER = CLIENT_PATH.slice(0, CLIENT_PATH.lastIndexOf("/") + 1);

/**
 * Answers a request that asks for no action.
 *
 * @param request The request.
 * @param url Its canonical URL.
 * @param match The page at its address, or `null`.
 * @param deps What it may resolve.
 * @param services What serving works with.
 */
export async function serve(
  request: Request,
  url: URL,
  match: RouteMatch<PageRoute> | null,
  deps: RequestDeps,
  services: ServeServices,
): Promise<Served> {
  const served = await find(request, url, match, deps, services);
  const { response } = served;
  // Asked in this order: a body that was looked at is sent as a stream from then on.
  if (request.method !== "HEAD" || response.body === null) return served;
  const { body } = response;
  await notify(() => body.cancel(), (error) => services.report(error, request, null));
  return whole(new Response(null, response));
}

/** An answer that nothing of the application makes any more. */
function whole(response: Response): Served {
  return { response, isStream: false, drawn: null };
}

async function find(
  request: Request,
  url: URL,
  match: RouteMatch<PageRoute> | null,
  deps: RequestDeps,
  services: ServeServices,
): Promise<Served> {
  const { router, files } = services;
  if (url.pathname.startsWith(CLIENT_FOLDER)) {
    const script = clientScript(request, url);
    if (script !== null) return whole(script);
  }
  if (match !== null) return await servePage(request, url, match, deps, services);
  const file = files === null ? null : await files(request, url);
  if (file !== null) return whole(file);
  const elsewhere = trailingSlashRedirect(url);
  if (elsewhere !== null && router.match(elsewhere.split("?", 1)[0] ?? "") !== null) {
    return whole(new Response(null, { status: 308, headers: { location: elsewhere } }));
  }
  const pageRender: PageRender = {
    page: null,
    isOrigin: true,
    url,
    params: NO_PARAMS,
    request,
    deps,
    takeToasts: noToasts,
  };
  return await serveFailure(pageRender, failure(404, catalogueText("notFound")), services);
}

async function servePage(
  request: Request,
  url: URL,
  match: RouteMatch<PageRoute>,
  deps: RequestDeps,
  services: ServeServices,
): Promise<Served> {
  if (request.method === "OPTIONS") {
    return whole(new Response(null, { status: 204, headers: { allow: "GET, HEAD, OPTIONS" } }));
  }
  if (request.method !== "GET" && request.method !== "HEAD") {
    const refusal = notAllowed("GET, HEAD");
    const pageRender: PageRender = {
      page: match.route,
      isOrigin: true,
      url,
      params: match.params,
      request,
      deps,
      takeToasts: noToasts,
    };
    return await serveFailure(pageRender, refusal, services);
  }
  const toasts = request.method === "GET" ? readFlash(request.headers) : [];
  let isShown = false;
  const takeToasts = (): readonly ToastValue[] => {
    isShown = true;
    return toasts;
  };
  const pageRender: PageRender = {
    page: match.route,
    isOrigin: true,
    url,
    params: match.params,
    request,
    deps,
    takeToasts,
  };
  try {
    if (request.method === "GET" && toasts.length === 0) {
      const page = await services.rendering.pageInParts(pageRender);
      return page.kind === "parts" ? await serveInParts(page, request, services) : sealPage(page, request);
    }
    // Known as a whole before its headers go out: they say its length, or that its toasts have been shown.
    const served = sealPage(await services.rendering.page(pageRender, null, 200), request);
    // A page that has no place for toasts leaves them to the next.
    if (toasts.length > 0 && isShown) {
      served.response.headers.append("set-cookie", clearFlashCookie(url.protocol === "https:"));
    }
    return served;
  } catch (error) {
    if (isReportable(error)) services.report(error, request, null);
    return await serveFailure({ ...pageRender, takeToasts: noToasts }, failureOf(error), services);
  }
}

async function serveInParts(
  page: PageInParts,
  request: Request,
  { report, userTexts }: ServeServices,
): Promise<Served> {
  const { status, headers } = page;
  const begun = await beginPage(page.html);
  const whole = { kind: "page", html: begun.html, status, headers, tookToasts: false } as const;
  if (begun.kind === "whole") return sealPage(whole, request);
  const { body, drawn } = streamPage(begun, (error) => {
    if (isReportable(error)) report(error, request, null);
    return userTexts.ofFailure(failureOf(error), { request });
  });
  const { headers: said, ...reply } = replyWithPage(whole, request.method);
  // A proxy that gathers the answer, as nginx does unless it is told, would gather the wait too.
  const response = sendReply({ ...reply, headers: { ...said, "x-accel-buffering": "no" }, body }, {});
  return { response, isStream: true, drawn };
}

const NO_PARAMS: Params = Object.freeze({});

function noToasts(): readonly ToastValue[] {
  return [];
}

async function serveFailure(
  pageRender: PageRender,
  refusal: Failure,
  { rendering, userTexts }: ServeServices,
): Promise<Served> {
  const { status, headers } = refusal;
  const { request } = pageRender;
  const served = sealPage(
    await rendering.failure(pageRender, status, userTexts.ofFailure(refusal, pageRender)),
    request,
  );
  const told = served.response.headers;
  if (!told.has("cache-control")) told.set("cache-control", "no-store");
  for (const [name, value] of Object.entries(sealRecord(lowerCased(headers)))) told.set(name, value);
  return served;
}

function sealPage(answer: PageAnswer, { method }: Request): Served {
  if (answer.kind === "page") return whole(sendReply(replyWithPage(answer, method), {}));
  const { response } = answer;
  const sealed = response.status === 101 ? response : withOwnHeaders(sealResponse(response));
  return { response: sealed, isStream: true, drawn: null };
}

/** The runtime, or a part of it; `null` for a name that is none of its files. */
function clientScript(request: Request, url: URL): Response | null {
  const file = CLIENT_FILES.get(url.pathname.slice(CLIENT_FOLDER.length));
  if (file === undefined) return null;
  if (request.method !== "GET" && request.method !== "HEAD") {
    return new Response(null, { status: 405, headers: { allow: "GET, HEAD" } });
  }
  const headers = new Headers({
    etag: file.etag,
    // The name of a part is that of its build: what bears it never changes (RFC 8246).
    "cache-control": url.pathname === CLIENT_PATH ? "no-cache" : "public, max-age=31536000, immutable",
    "content-type": "text/javascript; charset=utf-8",
    "x-content-type-options": "nosniff",
  });
  if (!ifNoneMatch(request.headers.get("if-none-match"), file.etag)) {
    return new Response(null, { status: 304, headers });
  }
  if (request.method === "HEAD") headers.set("content-length", String(encoder.encode(file.text).length));
  return new Response(file.text, { headers });
}
