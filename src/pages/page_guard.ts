/**
 * The guard of a page, for those who ask for its context without rendering it.
 *
 * A page is its own guard: its `render` decides who sees it. A value of its `context` is a part of it, and an action may ask for
 * one with `DContext()` at an address that the client chooses. So outside a render of the page the value lies behind the `render`
 * of the page the call is about, and behind that of the page which declares it:
 *
 * ```
 * DContext("summary") ──▶ guarded value ──▶ guard of /admin/users ──▶ guard of /admin ──▶ context function of /admin
 * ```
 *
 * @module
 */
import type { Dependency, Params, RequestContext } from "../context.ts";
import { shareRequestDepCache } from "../deps/cache.ts";
import { dependency, stageOf } from "../deps/resolver.ts";
import { DependencyCycleError, HyperError, isA } from "../errors.ts";
import type { PageResponse, RenderFunction } from "./page_module.ts";
import type { Pattern } from "./route.ts";
import { catalogueText, type UserText } from "../texts/catalogue.ts";

/** The named values of a page. */
export type PageContextMap = ReadonlyMap<string, Dependency<unknown>>;

/** The decision of a page: kept for the request, so that a page is asked once whatever it says. */
export type PageVerdict = { readonly kind: "admitted" } | { readonly kind: "denied"; readonly error: PageDeniedError };

/** Thrown where a page does not let a request have its context. */
export class PageDeniedError extends HyperError {
  /** The name of the class, for logs and for `switch`. */
  override readonly name: string = "PageDeniedError";
  /** The answer that the page gave itself, such as a redirect to the sign-in page; `null` for a status alone. */
  readonly response: Response | null;

  /**
   * Makes a denial.
   *
   * @param status The HTTP status, 400 to 599.
   * @param message The message for the log.
   * @param options The page's own answer, the error it threw as `cause`, headers, and the text for users.
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

/** A page, as its guard sees it. */
export interface GuardedPage {
  /** The page's path from `baseDir`. */
  readonly file: string;
  /** The pattern of its URLs. */
  readonly pattern: Pattern;
  /** Its guard. */
  readonly render: RenderFunction;
  /** The named values it has. Its own `render` may ask for them: they are not behind itself. */
  readonly context: PageContextMap;
}

const DENIED = "The page denies the request";
const ADMITTED: PageVerdict = Object.freeze({ kind: "admitted" });

/** Makes the dependency that asks the guard of a page, at most once for each request. */
export function pageGuard(page: GuardedPage): Dependency<PageVerdict> {
  return dependency(`guard of ${page.file}`, async (ctx) => {
    try {
      return await askPage(page, ctx, false);
    } catch (error) {
      if (!isA(error, DependencyCycleError)) throw error;
      // A dependency that reads the context is also what `render` decides by. Asked apart, `render` gets a value of its own of it,
      // as it would in a GET of the page.
      return await askPage(page, ctx, true);
    }
  }, { dispose: false });
}

/**
 * Puts each value behind guards.
 *
 * @param context The values.
 * @param guardsOf The guards of the value of a name, in the order they are asked.
 * @returns The values by the same names; the same map where none has a guard.
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
    guarded.set(name, guards.length === 0 ? value : behind(name, value, guards));
  }
  return hasGuards ? guarded : context;
}

function behind(
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

/** Calls the page's `render` as a GET of its own address would, and drops what it would show. */
async function askPage(page: GuardedPage, ctx: RequestContext, isApart: boolean): Promise<PageVerdict> {
  const url = addressOf(page.pattern, ctx.url);
  const params = paramsOf(page.pattern, ctx.params);
  const request = new Request(url, { headers: headersOfGet(ctx.request.headers) });
  const context = (name: string): Dependency<unknown> | undefined => page.context.get(name);
  const base = { request, url, params, signal: ctx.signal };
  await using stage = stageOf(ctx.deps, { ctx: base, form: null, origin: "ok", context }, isApart);
  if (!isApart) shareRequestDepCache(ctx.request, request);
  const response: PageResponse = { status: 200, headers: new Headers() };
  try {
    const rendered: unknown = await page.render({ ...base, deps: stage.deps, response });
    return judge(rendered, response);
  } catch (error) {
    if (!isA(error, HyperError) || error.status >= 500) throw error;
    const { status, message, headers, userText } = error;
    return denied(new PageDeniedError(status, message, { headers, cause: error, userText: userText ?? message }));
  }
}

function judge(rendered: unknown, { status, headers }: PageResponse): PageVerdict {
  const userText = catalogueText("denied");
  // Any answer of its own is in place of the page, so that what the page has is not given out either.
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

/** The address of a page at or above another: as many segments as its pattern has, with the same query. */
function addressOf({ segments }: Pattern, url: URL): URL {
  if (segments.at(-1)?.kind === "rest") return url;
  const address = new URL(url);
  address.pathname = `/${url.pathname.split("/").slice(1, segments.length + 1).join("/")}`;
  return address;
}

function paramsOf({ segments }: Pattern, params: Params): Params {
  const own: Record<string, string | readonly string[]> = {};
  for (const segment of segments) {
    const value = segment.kind === "static" ? undefined : params[segment.name];
    if (segment.kind !== "static" && value !== undefined) own[segment.name] = value;
  }
  return Object.freeze(own);
}

// What describes the body of the request, or what asks for an action, does not belong to a GET of the page.
const NOT_OF_GET = /^(?:content-|transfer-encoding$|x-hyper-|x-requested-with$|accept$|if-|range$|origin$)/;

/** The headers of a request that belong to a GET of a page. */
export function headersOfGet(headers: Headers): Headers {
  const kept = new Headers();
  for (const [name, value] of headers) {
    if (!NOT_OF_GET.test(name)) kept.append(name, value);
  }
  return kept;
}
