// A request before its action is found.
import { type Intent, plainIntent } from "../actions/intent.ts";
import type { Report } from "../callback.ts";
import type { RequestMode } from "../context.ts";
import { attachRequestDepCache, DependencyCache } from "../deps/cache.ts";
import type { BodyAccount } from "../http/body_account.ts";
import type { Body } from "../http/body.ts";
import type { Holder } from "../http/caller.ts";
import { RequestCookies } from "../http/request_cookies.ts";
import { Lifetime } from "./lifetime.ts";
import { NOWHERE } from "./page_renders.ts";
import type { Subscription } from "./subscription.ts";
import type { Trace } from "./trace.ts";

/** Work that ends with its client. An object, not a function: an open stream has no other reason to hold one. */
export interface EndsWithClient {
  /** Called once when the client disconnects. */
  leave(): void;
}

/** The client that sent a request. */
export interface ClientInfo {
  /** The address, for rates; `""` if it is not known. */
  readonly address: string;
  /**
   * The holder that its address stands for.
   *
   * @internal
   */
  readonly holder: Holder;
  /** Aborted when the client disconnects before the response is sent. It takes memory once it was read. */
  readonly gone: AbortSignal;
  /**
   * `true` once the client has disconnected.
   *
   * @internal
   */
  readonly isGone: boolean;
  /**
   * Calls `leave()` of the work when the client disconnects; never for a client that has disconnected already.
   *
   * @internal
   */
  whenGone(work: EndsWithClient): void;
  /**
   * Keeps the work from being called.
   *
   * @internal
   */
  forget(work: EndsWithClient): void;
}

/** A body that was read, and the account of its memory. */
export interface ReadBody {
  readonly content: Body;
  readonly account: BodyAccount;
}

/** A request before its action is found. A class: an object literal that is copied grows member by member for each request. */
export class Arrival {
  readonly request: Request;
  readonly client: ClientInfo;
  /** Records the steps; `null` if nothing observes them. */
  readonly trace: Trace | null;
  /** The dependencies that the request has resolved. */
  readonly cache: DependencyCache;
  /** The cookies of the request, and those of its response. */
  readonly cookies: RequestCookies;
  /** Ends everything the request holds. */
  readonly lifetime: Lifetime;
  /** The canonical URL, once `judgeRequest()` has accepted it. */
  url: URL = NOWHERE;
  /** Takes the stream that the request opens; `null` if it is sent as a response. */
  readonly subscription: Subscription | null;
  /** The body, if it was read to find action or page. */
  body: ReadBody | null = null;
  #intent: Intent | null = null;

  constructor(
    request: Request,
    client: ClientInfo,
    trace: Trace | null,
    report: Report,
    subscription: Subscription | null = null,
  ) {
    this.request = request;
    this.subscription = subscription;
    this.client = client;
    this.trace = trace;
    this.cache = new DependencyCache(report);
    this.cookies = new RequestCookies(request, client);
    this.lifetime = new Lifetime(this.cache);
    attachRequestDepCache(request, this.cache);
  }

  /** The action it names, and the format its client accepts; a guess until it is read. */
  get intent(): Intent {
    return this.#intent ??= plainIntent(this.request);
  }

  set intent(intent: Intent) {
    this.#intent = intent;
  }

  /** The purpose of the request. */
  get mode(): RequestMode {
    return this.intent.validates === null ? "submit" : "validate";
  }
}
