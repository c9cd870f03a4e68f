// The origin page of a call as rendering sees it: a GET of its own address.
//
// Its request and its dependencies cost more than most pages need, so that they are created on demand. With classes and shared
// getters: an object literal with a getter gets its own shape each time, which V8 keeps in its old generation together with the
// closure of the getter, so that each request would be copied twice and then wait for a full garbage collection.
import { noteRegionList } from "../actions/region_pages.ts";
import type { Cookies } from "../cookies.ts";
import type { Deps, Params, RequestContext, RequestMode } from "../context.ts";
import { attachRequestDepCache, type DependencyCache } from "../deps/cache.ts";
import type { RequestDeps, RequestDepsOptions } from "../deps/resolver.ts";
import { type OriginPage, withoutProtocol } from "../pages/origin.ts";
import type { PageRoute } from "../pages/manifest.ts";
import { headersOfGet } from "../pages/page_guard.ts";
import { REGIONS_HEADER } from "../protocol/names.ts";
import type { PageRender } from "../pages/page_render.ts";

/** The parameters of no page. */
export const NO_PARAMS: Params = Object.freeze({});
/** The URL of work outside any request. */
export const NOWHERE: URL = new URL("http://localhost/");

/** The part of a request that its page render needs. */
type Arrived = { readonly request: Request; readonly url: URL; readonly cache: DependencyCache };

/** The origin page of a call; its request and its dependencies are created on demand. */
export class OriginRender implements PageRender {
  readonly page: PageRoute | null;
  readonly isOrigin: boolean;
  readonly url: URL;
  readonly params: Params;
  readonly takeToasts = noToasts;
  readonly #arrived: Arrived;
  readonly #callDeps: RequestDeps;
  #request: Request | null = null;
  #deps: RequestDeps | null = null;

  /**
   * @param page The page; `null` if the call names none.
   * @param arrived The original request, and the dependencies it has resolved, which the page shares.
   */
  constructor(page: OriginPage | null, arrived: Arrived, deps: RequestDeps) {
    this.page = page?.route ?? null;
    this.isOrigin = page !== null;
    this.url = page?.url ?? withoutProtocol(arrived.url);
    this.params = page?.params ?? NO_PARAMS;
    this.#arrived = arrived;
    this.#callDeps = deps;
  }

  /** A GET of the page's address, with the headers of the original request that a GET has. */
  get request(): Request {
    return this.#request ??= this.#ask();
  }

  /** The original request. */
  get received(): Request {
    return this.#arrived.request;
  }

  /** The dependencies of the page. */
  get deps(): RequestDeps {
    return this.#deps ??= this.#callDeps.derive({
      ctx: { withDeps: (deps) => new LazyContext(this, this.#callDeps.ctx, deps) },
    });
  }

  #ask(): Request {
    const { request, cache } = this.#arrived;
    const asked = new Request(this.url, { headers: headersOfGet(request.headers) });
    attachRequestDepCache(asked, cache);
    noteRegionList(asked, request.headers.get(REGIONS_HEADER));
    return asked;
  }
}

/** A render of the same page with fresh request and dependencies, created on demand. */
export class LazyPageRender implements PageRender {
  readonly page: PageRoute | null;
  readonly isOrigin: boolean;
  readonly url: URL;
  readonly params: Params;
  readonly takeToasts: PageRender["takeToasts"];
  readonly #make: () => PageRender;
  #made: PageRender | null = null;

  /** @param make Creates the fresh render; called at most once. */
  constructor(pageRender: PageRender, make: () => PageRender) {
    this.page = pageRender.page;
    this.isOrigin = pageRender.isOrigin;
    this.url = pageRender.url;
    this.params = pageRender.params;
    this.takeToasts = pageRender.takeToasts;
    this.#make = make;
  }

  /** The request of the fresh render. */
  get request(): Request {
    return (this.#made ??= this.#make()).request;
  }

  /** The dependencies of the fresh render. */
  get deps(): RequestDeps {
    return (this.#made ??= this.#make()).deps;
  }
}

/** The context of such a page, for functions of the application. */
class LazyContext implements RequestContext {
  declare readonly request: Request;
  readonly url: URL;
  readonly params: Params;
  readonly cookies: Cookies;
  readonly signal: AbortSignal;
  readonly mode: RequestMode;
  readonly deps: Deps;
  readonly #pageRender: PageRender;

  // An own property, so that a copy has it too; one getter, so that all contexts have one shape.
  static readonly #request: PropertyDescriptor & ThisType<LazyContext> = {
    get(): Request {
      return this.#pageRender.request;
    },
    enumerable: true,
  };

  constructor(pageRender: PageRender, { cookies, signal, mode }: RequestContext, deps: Deps) {
    this.url = pageRender.url;
    this.params = pageRender.params;
    this.cookies = cookies;
    this.signal = signal;
    this.mode = mode;
    this.deps = deps;
    this.#pageRender = pageRender;
    Object.defineProperty(this, "request", LazyContext.#request);
  }
}

/** Returns the named values of a page's context, after the guards of the page. Rendering asks the guards itself. */
export function contextOf(route: PageRoute): NonNullable<RequestDepsOptions["context"]> {
  return (name) => route.guardedContext.get(name);
}

/** Returns no toasts. */
export function noToasts(): readonly Readonly<Record<string, unknown>>[] {
  return [];
}
