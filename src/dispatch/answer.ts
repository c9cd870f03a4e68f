/**
 * An outcome and all that it takes to say it: the seam between dispatching and answering.
 *
 * @module
 */
import type { Action } from "../actions/action.ts";
import type { DependencyCache } from "../deps/cache.ts";
import type { PageRender } from "../pages/page_render.ts";
import type { Intent } from "../actions/intent.ts";
import type { Limits } from "../http/limits.ts";
import type { Outcome } from "./outcome.ts";

/** An outcome, and what it is about. */
export interface Answer {
  /** The outcome. */
  readonly outcome: Outcome;
  /** The intent of the request: the client, and the format it accepts. */
  readonly intent: Intent;
  /** The request. */
  readonly request: Request;
  /** Its canonical URL. */
  readonly url: URL;
  /** The dependencies it has resolved. */
  readonly cache: DependencyCache;
  /** The action, or `null` where none was found. */
  readonly action: Action | null;
  /** The page the call is about, or `null` where no action was found. */
  readonly origin: PageRender | null;
  /** The copy of the form that was posted, or `null`. */
  readonly instance: string | null;
  /** Headers of the answer, whatever it is. */
  readonly headers: Readonly<Record<string, string>>;
  /** The cookies that the action function has set; `null` where none ran. */
  readonly cookies: SetCookies | null;
  /** The limits that hold for the call. */
  readonly limits: Limits;
}

/** The cookies that an action function sets for an answer. */
export interface SetCookies {
  /** Returns the values of `Set-Cookie`, for the head of the answer. No other can be set from then on. */
  takeCookies(): readonly string[];
}
