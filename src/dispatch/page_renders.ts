/**
 * The page a call came from, as rendering is to see it: asked for by a GET of its own address.
 *
 * What costs more than most pages do with it – a request with its headers, dependencies of its own – is made when it is asked
 * for. By classes and shared getters: an object literal with a getter gets a shape of its own each time, which V8 keeps in its
 * old generation together with the getter and all that it closes over, so that every request would be copied twice and then
 * wait for a full collection.
 *
 * @module
 */
import type { Deps, Params, RequestContext } from "../context.ts";
import { attachRequestDepCache, type DependencyCache } from "../deps/cache.ts";
import type { RequestDeps, RequestDepsOptions } from "../deps/resolver.ts";
import type { PageRoute } from "../pages/manifest.ts";
import { headersOfGet } from "../pages/page_guard.ts";
import type { PageRender } from "../pages/page_render.ts";

/** The parameters of no page. */
export const NO_PARAMS: Params = Object.freeze({});
/** The address of what belongs to no request. */
export const NOWHERE: URL = new URL("http://localhost/");

/** Where an origin visit comes from. */
export interface OriginRenderFacts {
  /** The page, or `null` where there is none. */
  readonly page: PageRoute | null;
  /** `true` if forms lead back to the address. */
  readonly isOrigin: boolean;
  /** Its address. */
  readonly url: URL;
  /** The parameters of its route. */
  readonly params: Params;
  /** The request that came in. */
  readonly request: Request;
  /** What it has resolved: the page shares it. */
  readonly cache: DependencyCache;
  /** The dependencies of the call. */
  readonly deps: RequestDeps;
}

/** The page a call came from; its request and its dependencies are made when they are asked for. */
export class OriginRender implements PageRender {
  readonly page: PageRoute | null;
  readonly isOrigin: boolean;
  readonly url: URL;
  readonly params: Params;
  readonly takeToasts = noToasts;
  readonly #facts: OriginRenderFacts;
  #request: Request | null = null;
  #deps: RequestDeps | null = null;

  /** @param facts Where it comes from. */
  constructor(facts: OriginRenderFacts) {
    this.page = facts.page;
    this.isOrigin = facts.isOrigin;
    this.url = facts.url;
    this.params = facts.params;
    this.#facts = facts;
  }

  /** A GET of the page's address, with the headers of the request that came in which belong to one. */
  get request(): Request {
    return this.#request ??= this.#ask();
  }

  /** The dependencies as the page has them. */
  get deps(): RequestDeps {
    return this.#deps ??= this.#facts.deps.derive({
      ctx: { withDeps: (deps) => new LazyContext(this, this.#facts.deps.ctx.signal, deps) },
    });
  }

  #ask(): Request {
    const { request, cache } = this.#facts;
    const asked = new Request(this.url, { headers: headersOfGet(request.headers) });
    attachRequestDepCache(asked, cache);
    return asked;
  }
}

/** A visit of the same page whose request and dependencies are made anew, when they are asked for. */
export class LazyPageRender implements PageRender {
  readonly page: PageRoute | null;
  readonly isOrigin: boolean;
  readonly url: URL;
  readonly params: Params;
  readonly takeToasts: PageRender["takeToasts"];
  readonly #make: () => PageRender;
  #made: PageRender | null = null;

  /**
   * @param pageRender The page.
   * @param make Makes the visit that is asked; called at most once.
   */
  constructor(pageRender: PageRender, make: () => PageRender) {
    this.page = pageRender.page;
    this.isOrigin = pageRender.isOrigin;
    this.url = pageRender.url;
    this.params = pageRender.params;
    this.takeToasts = pageRender.takeToasts;
    this.#make = make;
  }

  /** The request of the visit that was made. */
  get request(): Request {
    return (this.#made ??= this.#make()).request;
  }

  /** Its dependencies. */
  get deps(): RequestDeps {
    return (this.#made ??= this.#make()).deps;
  }
}

/** What functions of the application are given of such a page. */
class LazyContext implements RequestContext {
  declare readonly request: Request;
  readonly url: URL;
  readonly params: Params;
  readonly signal: AbortSignal;
  readonly deps: Deps;
  readonly #pageRender: PageRender;

  // An own property, so that it is there in a copy too; one getter for all of them, so that all have one shape.
  static readonly #request: PropertyDescriptor & ThisType<LazyContext> = {
    get(): Request {
      return this.#pageRender.request;
    },
    enumerable: true,
    configurable: true,
  };

  constructor(pageRender: PageRender, signal: AbortSignal, deps: Deps) {
    this.url = pageRender.url;
    this.params = pageRender.params;
    this.signal = signal;
    this.deps = deps;
    this.#pageRender = pageRender;
    Object.defineProperty(this, "request", LazyContext.#request);
  }
}

/** Finds the named values of a page's context, behind the guards of the page: rendering alone, which asks them itself, has the others. */
export function contextOf(route: PageRoute): NonNullable<RequestDepsOptions["context"]> {
  return (name) => route.guardedContext.get(name);
}

/** Takes no toasts. */
export function noToasts(): readonly Readonly<Record<string, unknown>>[] {
  return [];
}
