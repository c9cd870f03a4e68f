/**
 * Serves the browser runtime, pages and static files.
 *
 * @module
 */
import { notify, type Report } from "../callback.ts";
import type { Served } from "../dispatch/app.ts";
import type { RequestDeps } from "../deps/resolver.ts";
import { failure, isReportable, notAllowed, toFailure } from "../dispatch/failure.ts";
import type { Failure } from "../dispatch/outcome.ts";
import { NO_PARAMS, noToasts } from "../dispatch/page_renders.ts";
import type { PageRoute } from "../pages/manifest.ts";
import { trailingSlashRedirect } from "../pages/page_url.ts";
import type { RouteMatch, Router } from "../pages/route.ts";
import type { StaticFiles } from "../pages/static_files.ts";
import type { PageAnswer, PageInParts, PageRender, Rendering } from "../pages/page_render.ts";
import { libraryFile } from "./library_file.ts";
import { clearFlashCookie, type Flash, type ToastValue } from "./flash.ts";
import { beginPage, streamPage, WHOLE_PAGE_MS } from "./page_stream.ts";
import { lowerCased, replyWithPage, sendReply } from "./reply.ts";
import { LATE_HEADER } from "../protocol/late_names.ts";
import { isForLayer } from "../http/layer.ts";
import { isReadMethod, optionsResponse, READ_METHODS } from "../http/methods.ts";
import { isPrefetch } from "../http/purpose.ts";
import { sealRecord, sealResponse } from "../http/sink.ts";
import { noteScriptsOff } from "../http/scripts.ts";
import { type TemplateReader, templateReaderOf, varyOfTemplates } from "../http/templates.ts";
import { withOwnHeaders } from "../http/vary.ts";
import { catalogueText } from "../texts/catalogue.ts";
import type { UserTexts } from "../dispatch/user_texts.ts";

/** The services that serving needs. */
export interface ServeServices {
  /** Finds pages. */
  readonly router: Router<PageRoute>;
  /** Finds files; `null` if none are served. */
  readonly files: StaticFiles | null;
  /** Renders pages. */
  readonly rendering: Rendering;
  /** The toasts that wait for a page. */
  readonly flash: Flash;
  /** The texts that users read. */
  readonly userTexts: UserTexts;
  /** Called with every error that is not a refusal. */
  readonly report: (error: unknown, request: Request, actionName: string | null) => void;
}

/**
 * Responds to a request that does not name an action.
 *
 * @param match The page at its address, or `null`.
 */
export async function serve(
  request: Request,
  url: URL,
  match: RouteMatch<PageRoute> | null,
  deps: RequestDeps,
  services: ServeServices,
): Promise<Served> {
  const pageRender: PageRender = {
    page: match?.route ?? null,
    isOrigin: true,
    url,
    params: match?.params ?? NO_PARAMS,
    request,
    deps,
    takeToasts: noToasts,
  };
  const served = await serveUrl(pageRender, services);
  const { response } = served;
  // In this order: after reading `response.body`, Deno sends it as a stream.
  if (request.method !== "HEAD" || response.body === null) return served;
  const { body } = response;
  await notify(() => body.cancel(), (error) => services.report(error, request, null));
  return whole(new Response(null, response));
}

/** Returns a response that is complete. */
function whole(response: Response): Served {
  return { response, isStream: false, drawn: null };
}

async function serveUrl(pageRender: PageRender, services: ServeServices): Promise<Served> {
  const { router, files } = services;
  const { page, request, url } = pageRender;
  const ours = libraryFile(request, url);
  if (ours !== null) return whole(ours);
  if (page !== null) return await servePage(pageRender, services);
  const file = files === null ? null : await files(request, url);
  if (file !== null) return whole(file);
  const elsewhere = trailingSlashRedirect(url);
  if (elsewhere !== null && router.match(elsewhere.split("?", 1)[0] ?? "") !== null) {
    return whole(withOwnHeaders(new Response(null, { status: 308, headers: { location: elsewhere } })));
  }
  return await serveFailure(pageRender, failure(404, catalogueText("notFound")), services);
}

async function servePage(withoutToasts: PageRender, services: ServeServices): Promise<Served> {
  const { request, url } = withoutToasts;
  if (request.method === "OPTIONS") {
    return whole(optionsResponse(READ_METHODS));
  }
  if (!isReadMethod(request.method)) {
    return await serveFailure(withoutToasts, notAllowed(READ_METHODS), services);
  }
  noteScriptsOff(url, withoutToasts.deps.ctx.cookies);
  // A page that the user may never see leaves them to the next one.
  const isSeen = request.method === "GET" && !isPrefetch(request.headers);
  const report: Report = (error) => services.report(error, request, null);
  const toasts = new WaitingToasts(isSeen ? await services.flash.read(request.headers, report) : []);
  const pageRender: PageRender = { ...withoutToasts, takeToasts: () => toasts.take() };
  try {
    const reader = templateReaderOf(request.headers, withoutToasts.deps.ctx.cookies);
    // The runtime asks for the headers alone, and not for the length.
    const canBeStreamed = request.method === "GET" || reader === "fetch";
    // A layer is shown when it is complete.
    const answer = canBeStreamed && !isForLayer(request)
      ? await services.rendering.pageInParts(pageRender, reader && { afterMs: WHOLE_PAGE_MS, reader })
      : await services.rendering.page(pageRender, null, 200);
    const served = answer.kind === "parts"
      ? await serveInParts(answer, toasts, reader, request, services)
      : sealPage(answer, request);
    // A page that does not show toasts leaves them to the next page.
    if (toasts.areShown) served.response.headers.append("set-cookie", clearFlashCookie(url.protocol === "https:"));
    return served;
  } catch (error) {
    if (isReportable(error)) services.report(error, request, null);
    return await serveFailure(withoutToasts, toFailure(error), services);
  }
}

/** The toasts that wait for a page. */
class WaitingToasts {
  readonly #toasts: readonly ToastValue[];
  #isTaken = false;

  constructor(toasts: readonly ToastValue[]) {
    this.#toasts = toasts;
  }

  /** Returns the toasts, which the page shows. */
  take(): readonly ToastValue[] {
    this.#isTaken = true;
    return this.#toasts;
  }

  /** `true` if the page has toasts to show, and shows them. */
  get areShown(): boolean {
    return this.#isTaken && this.#toasts.length > 0;
  }

  /** `true` if the page has toasts to show that it does not show yet. */
  get areWaiting(): boolean {
    return !this.#isTaken && this.#toasts.length > 0;
  }
}

async function serveInParts(
  page: PageInParts,
  toasts: WaitingToasts,
  reader: TemplateReader | null,
  request: Request,
  { report, userTexts }: ServeServices,
): Promise<Served> {
  const { status } = page;
  const headers = new Headers(page.headers ?? {});
  headers.append("vary", varyOfTemplates(reader));
  if (reader === "fetch" && page.latePrefix !== null) headers.set(LATE_HEADER, page.latePrefix);
  // The headers remove the cookie of the toasts that the page shows.
  const begun = await beginPage(page.html, () => !toasts.areWaiting);
  const whole = { kind: "page", html: begun.html, status, headers, tookToasts: toasts.areShown } as const;
  if (begun.kind === "whole") return sealPage(whole, request);
  const { body, drawn } = streamPage(begun, (error) => {
    if (isReportable(error)) report(error, request, null);
    return userTexts.ofFailure(toFailure(error), { request });
  });
  const { headers: own, ...reply } = replyWithPage(whole, request.method);
  // A proxy such as nginx buffers a response otherwise.
  const response = sendReply({ ...reply, headers: { ...own, "x-accel-buffering": "no" }, body }, {});
  return { response, isStream: true, drawn };
}

async function serveFailure(
  pageRender: PageRender,
  refusal: Failure,
  { rendering, userTexts }: ServeServices,
): Promise<Served> {
  const { status, headers } = refusal;
  const { request } = pageRender;
  const answer = await rendering.failure(pageRender, status, userTexts.ofFailure(refusal, pageRender));
  const own = lowerCased(headers);
  if (answer.kind === "page") {
    const reply = replyWithPage(answer, request.method);
    return whole(sendReply({ ...reply, headers: { "cache-control": "no-store", ...reply.headers } }, own));
  }
  const served = sealPage(answer, request);
  const sent = served.response.headers;
  if (!sent.has("cache-control")) sent.set("cache-control", "no-store");
  for (const [name, value] of Object.entries(sealRecord(own))) sent.set(name, value);
  return served;
}

function sealPage(answer: PageAnswer, { method }: Request): Served {
  if (answer.kind === "page") return whole(sendReply(replyWithPage(answer, method), {}));
  const { response } = answer;
  const sealed = response.status === 101 ? response : withOwnHeaders(sealResponse(response));
  return { response: sealed, isStream: true, drawn: null };
}
