// A call of an action, and its page: everything that is known before any code of the application runs.
import type { Action } from "../actions/action.ts";
import { abortSafely, type Report } from "../callback.ts";
import type { RequestDeps } from "../deps/resolver.ts";
import type { RequestCookies } from "../http/request_cookies.ts";
import type { Limits } from "../http/limits.ts";
import type { OriginPage } from "../pages/origin.ts";
import type { PageRender } from "../pages/page_render.ts";
import type { Arrival } from "./arrival.ts";
import type { UrlPage } from "./steps/named_page.ts";

/** A call of an action. */
export class Call {
  /** The request. */
  readonly arrival: Arrival;
  /** The action. */
  readonly action: Action;
  /** The limits of the handler, with those of the action. */
  readonly limits: Limits;
  /** Aborted when work for a reader alone must end. */
  readonly controller: AbortController = new AbortController();
  readonly #report: Report;
  /** The errors that were reported before the action function threw them; `null` if there are none. */
  #reported: WeakSet<object> | null = null;

  /** @param report Called with errors of the listeners of its signal. */
  constructor(arrival: Arrival, action: Action, limits: Limits, report: Report) {
    this.#report = report;
    this.arrival = arrival;
    this.action = action;
    this.limits = limits;
    arrival.cookies.actionName = action.name;
  }

  /** Aborts the signal when the client disconnects, or no longer. */
  followClient(follow: boolean): void {
    const { client } = this.arrival;
    if (!follow) return client.forget(this);
    if (client.isGone) this.leave();
    else client.whenGone(this);
  }

  /** Called when the client disconnects. */
  leave(): void {
    abortSafely(this.controller, new DOMException("The client has gone", "AbortError"), this.#report);
  }

  get request(): Request {
    return this.arrival.request;
  }

  /** The cookies of the response. */
  get cookies(): RequestCookies {
    return this.arrival.cookies;
  }

  /** Notes that an error was reported, so that it is not reported again when the action function throws it. */
  noteReported(error: unknown): void {
    if (typeof error === "object" && error !== null) (this.#reported ??= new WeakSet()).add(error);
  }

  /** Returns whether an error was reported. */
  wasReported(error: unknown): boolean {
    return this.#reported !== null && typeof error === "object" && error !== null && this.#reported.has(error);
  }
}

/** The page of a call. */
export interface CallPage {
  /** The page that the URL of the call names. */
  readonly named: UrlPage;
  /** The page; `null` if none is named. */
  readonly page: OriginPage | null;
  /** Path and query of the page that the client shows, if it is another one; else `null`. */
  readonly elsewhere: string | null;
  /** The error of a body that could not be read before the guards; thrown after them. */
  readonly fault: { readonly error: unknown } | null;
  /** The dependencies of the call, with the URL, the parameters and the context of the page. */
  readonly deps: RequestDeps;
  /** The page as rendering sees it: a GET of its own address. */
  readonly pageRender: PageRender;
}
