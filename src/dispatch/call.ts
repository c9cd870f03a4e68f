/**
 * A call of an action, and the page it is about: all that is known before any code of the application runs.
 *
 * @module
 */
import type { Action } from "../actions/action.ts";
import type { DependencyCache } from "../deps/cache.ts";
import type { RequestDeps } from "../deps/resolver.ts";
import type { OriginPage } from "../pages/origin.ts";
import type { PageRender } from "../pages/page_render.ts";
import type { Intent } from "../actions/intent.ts";
import type { Limits } from "../http/limits.ts";
import type { Arrival, ClientInfo, ReadBody } from "./arrival.ts";
import { Lifetime } from "./lifetime.ts";
import { CookieJar } from "./set_cookies.ts";
import type { UrlPage } from "./steps/named_page.ts";
import type { Trace } from "./trace.ts";

/**
 * A call of an action.
 *
 * A class: an object that is put together from another one grows member by member, for each request anew.
 */
export class Call implements Arrival {
  readonly request: Request;
  readonly url: URL;
  readonly intent: Intent;
  readonly cache: DependencyCache;
  readonly client: ClientInfo;
  readonly body: ReadBody | null;
  readonly trace: Trace | null;
  /** The action. */
  readonly action: Action;
  /** The limits of the handler, with those that differ for the action. */
  readonly limits: Limits;
  /** Ends what the call holds. */
  readonly lifetime: Lifetime;
  /** The cookies of the answer. */
  readonly cookies: CookieJar;
  /** Aborted when work for a reader alone must end. */
  readonly controller: AbortController = new AbortController();
  /** The errors that were reported before the action function threw them on; `null` while there are none. */
  #reported: WeakSet<object> | null = null;

  constructor({ request, url, intent, cache, client, body, trace }: Arrival, action: Action, limits: Limits) {
    this.request = request;
    this.url = url;
    this.intent = intent;
    this.cache = cache;
    this.client = client;
    this.body = body;
    this.trace = trace;
    this.action = action;
    this.limits = limits;
    this.lifetime = new Lifetime(cache);
    this.cookies = new CookieJar(action.name);
    if (body !== null) this.own(body);
  }

  /** Notes that an error was reported, so that it is not reported again when the action function throws it on. */
  noteReported(error: unknown): void {
    if (typeof error === "object" && error !== null) (this.#reported ??= new WeakSet()).add(error);
  }

  /** Returns whether an error was reported already. */
  wasReported(error: unknown): boolean {
    return this.#reported !== null && typeof error === "object" && error !== null && this.#reported.has(error);
  }

  /** Takes over a body that was read before it was known what takes it. */
  own({ content, account }: ReadBody): void {
    this.lifetime.own(content);
    this.lifetime.hold(account);
  }
}

/** The page that a call is about. */
export interface CallPage {
  /** The page that the URL of the call names. */
  readonly named: UrlPage;
  /** The page; `null` where none is named. */
  readonly page: OriginPage | null;
  /** The body, where it had to be read to find action or page. */
  readonly body: ReadBody | null;
  /** The error of a body that could not be read before the guards; thrown after them. */
  readonly fault: { readonly error: unknown } | null;
  /** The dependencies of the call, with the URL, the parameters and the context of the page. */
  readonly deps: RequestDeps;
  /** The page as rendering sees it: a GET of its own address. */
  readonly pageRender: PageRender;
}
