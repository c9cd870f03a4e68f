// An outcome with everything that its response needs: the seam between dispatching and responding.
import type { Action } from "../actions/action.ts";
import type { Limits } from "../http/limits.ts";
import type { PageRender } from "../pages/page_render.ts";
import type { Arrival } from "./arrival.ts";
import type { Outcome } from "./outcome.ts";

/** An outcome, and its request. */
export interface Answer {
  /** The outcome. */
  readonly outcome: Outcome;
  /** The request, with its intent, canonical URL and dependencies. */
  readonly arrival: Arrival;
  /** The action; `null` if none was found. */
  readonly action: Action | null;
  /** The page of the call; `null` if no action was found. */
  readonly origin: PageRender | null;
  /** The instance of the form that was posted, or `null`. */
  readonly instance: string | null;
  /** The headers of the response in every format. */
  readonly headers: Readonly<Record<string, string>>;
  /** The limits of the call. */
  readonly limits: Limits;
}
