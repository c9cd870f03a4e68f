// The guard of a page, for calls that read its context without rendering it.
//
// The `render` of a page is its guard and decides who may see it. A value of its `context` is a part of the page, and an action can
// request one with `DContext()` at a URL that the client chooses. So outside a render of the page, the value is behind the `render`
// of the origin page, and behind that of the page that declares the value:
//
// ```
// DContext("summary") ──▶ guarded value ──▶ guard of /admin/users ──▶ guard of /admin ──▶ context function of /admin
// ```
import type { Dependency, Params, RequestContext } from "../context.ts";
import { shareRequestDepCache } from "../deps/cache.ts";
import { dependency, stageOf } from "../deps/resolver.ts";
import { DependencyCycleError, HyperError, isA } from "../errors.ts";
import type { PageResponse, RenderFunction } from "./page_module.ts";
import type { Pattern } from "./route.ts";
import { catalogueText, type UserText } from "../texts/catalogue.ts";

/** The named values of a page. */
export type PageContextMap = ReadonlyMap<string, Dependency<unknown>>;

/** The decision of a page. Kept for the request, so that its guard runs once whatever the decision. */
export type PageVerdict = { readonly kind: "admitted" } | { readonly kind: "denied"; readonly error: PageDeniedError };

/** Thrown when a page denies a request its context. */
export class PageDeniedError extends HyperError {
  /** The name of the class, for logs and for `switch`. */
  override readonly name: string = "PageDeniedError";
  /** The response of the page, such as a redirect to the sign-in page; `null` for a status without one. */
  readonly response: Response | null;

  /**
   * Makes a denial.
   *
   * @param status The HTTP status, 400 to 599.
   * @param message The message for developers.
   * @param options The page's response, the error that it threw as `cause`, headers, and the text for the user.
   */
  constructor(
    status: number,
    message: string,
    options: {
      readonly response?: Response | null;
      readonly cause?: unknown;
      readonly headers?: Readonly<Record<string, string>>;
      readonly userText?: UserText;
    } = {},
  ) {
    super(status, message, options);
    this.response = options.response ?? null;
  }
}

/** The parts of a page that its guard needs. */
export interface GuardedPage {
  /** The page's path from `baseDir`. */
  readonly file: string;
  readonly pattern: Pattern;
  /** The page's `render`, which is its guard. */
  readonly render: RenderFunction;
  /** Its named values. They are not behind its own guard, so that its `render` can read them. */
  readonly context: PageContextMap;
}

const DENIED = "The page denies the request";
const ADMITTED: PageVerdict = Object.freeze({ kind: "admitted" });

/** Makes the dependency that runs the guard of a page, at most once in a request. */
export function pageGuard(page: GuardedPage): Dependency<PageVerdict> {
  return dependency(`guard of ${page.file}`, async (ctx) => {
    try {
      return await runGuard(page, ctx, false);
    } catch (error) {
      if (!isA(error, DependencyCycleError)) throw error;
      // `render` itself uses a dependency that reads the context. Run apart, `render` gets its own value of that dependency, as in a
      // GET request of the page.
      return await runGuard(page, ctx, true);
    }
  }, { dispose: false });
}

/**
 * Puts each value behind guards.
 *
 * @param context The values, by name.
 * @param guardsOf Returns the guards of a value, in the order to run them.
 * @returns The guarded values, by name; the same map if none has a guard.
 */
export function behindGuards(
  context: PageContextMap,
  guardsOf: (name: string) => readonly Dependency<PageVerdict>[],
): PageContextMap {
  let hasGuards = false;
  const guarded = new Map<string, Dependency<unknown>>();
  for (const [name, value] of context) {
    const guards = guardsOf(name);
    hasGuards ||= guards.length > 0;
    guarded.set(name, guards.length === 0 ? value : behindGuard(name, value, guards));
  }
  return hasGuards ? guarded : context;
}

function behindGuard(
  name: string,
  value: Dependency<unknown>,
  guards: readonly Dependency<PageVerdict>[],
): Dependency<unknown> {
  return dependency(`guarded context:${name}`, async ({ deps }) => {
    for (const guard of guards) {
      const verdict = await deps.get(guard);
      if (verdict.kind === "denied") throw verdict.error;
    }
    return await deps.get(value);
  }, { dispose: false });
}

/** Calls the page's `render` as a GET request of its URL would, and ignores its markup. */
async function runGuard(page: GuardedPage, ctx: RequestContext, isApart: boolean): Promise<PageVerdict> {
  const url = urlOfPattern(page.pattern, ctx.url);
  const params = paramsOf(page.pattern, ctx.params);
  const request = new Request(url, { headers: headersOfGet(ctx.request.headers) });
  const context = (name: string): Dependency<unknown> | undefined => page.context.get(name);
  const base = { request, url, params, cookies: ctx.cookies, signal: ctx.signal, mode: ctx.mode };
  await using stage = stageOf(ctx.deps, { ctx: base, form: null, origin: "ok", context }, isApart);
  if (!isApart) shareRequestDepCache(ctx.request, request);
  const response: PageResponse = { status: 200, headers: new Headers() };
  try {
    const rendered: unknown = await page.render({ ...base, deps: stage.deps, response });
    return verdictOf(rendered, response);
  } catch (error) {
    if (!isA(error, HyperError) || error.status >= 500) throw error;
    const { status, message, headers, userText } = error;
    return denied(new PageDeniedError(status, message, { headers, cause: error, userText: userText ?? message }));
  }
}

function verdictOf(rendered: unknown, { status, headers }: PageResponse): PageVerdict {
  const userText = catalogueText("denied");
  // A response replaces the page, so that the values of the page must not be available either.
  if (rendered instanceof Response) return denied(ofResponse(rendered));
  if (rendered === false) return denied(new PageDeniedError(403, DENIED, { userText }));
  if (status >= 400 && status <= 599) return denied(new PageDeniedError(status, DENIED, { userText }));
  if (status >= 300 && status <= 399) return denied(ofResponse(new Response(null, { status, headers })));
  return ADMITTED;
}

function ofResponse(response: Response): PageDeniedError {
  return new PageDeniedError(response.status >= 400 ? response.status : 403, DENIED, {
    response,
    userText: catalogueText("denied"),
  });
}

function denied(error: PageDeniedError): PageVerdict {
  return Object.freeze({ kind: "denied", error });
}

/** Returns the URL of a page at or above another URL: as many segments as its pattern has, with the same query. */
function urlOfPattern({ segments }: Pattern, url: URL): URL {
  if (segments.at(-1)?.kind === "rest") return url;
  const pageUrl = new URL(url);
  pageUrl.pathname = `/${url.pathname.split("/").slice(1, segments.length + 1).join("/")}`;
  return pageUrl;
}

function paramsOf({ segments }: Pattern, params: Params): Params {
  const own: Record<string, string | readonly string[]> = {};
  for (const segment of segments) {
    const value = segment.kind === "static" ? undefined : params[segment.name];
    if (segment.kind !== "static" && value !== undefined) own[segment.name] = value;
  }
  return Object.freeze(own);
}

// Headers that describe the body, or that request an action, are not part of a GET request of the page. That of a layer is: it
// selects what is rendered.
const NOT_OF_GET = /^(?:content-|transfer-encoding$|x-hyper-(?!layer$)|x-requested-with$|accept$|if-|range$|origin$)/;

/** Returns the headers of a request that a GET request of a page keeps. */
export function headersOfGet(headers: Headers): Headers {
  const kept = new Headers();
  for (const [name, value] of headers) {
    if (!NOT_OF_GET.test(name)) kept.append(name, value);
  }
  return kept;
}
