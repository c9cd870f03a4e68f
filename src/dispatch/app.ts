/**
 * The parts of an application that dispatch needs, put together by `createHandler()`. Each step takes only those it needs.
 *
 * @module
 */
import type { FormActionManager } from "../actions/manager.ts";
import type { Regions } from "../actions/regions.ts";
import type { Guard } from "../context.ts";
import type { Provider } from "../deps/providers.ts";
import type { DependencyOverrides, RequestDeps } from "../deps/resolver.ts";
import type { Changes } from "../live/changes.ts";
import type { Live } from "../live/live.ts";
import type { PageRoute } from "../pages/manifest.ts";
import type { Origins } from "../pages/origin.ts";
import type { RouteMatch, Router } from "../pages/route.ts";
import type { Rendering } from "../pages/page_render.ts";
import type { BodyAccounts } from "../http/body_account.ts";
import type { Site } from "../http/canonical.ts";
import type { CrossOrigin } from "../http/cross_origin.ts";
import type { Limits } from "../http/limits.ts";
import type { RateRule } from "../http/rate_rule.ts";
import type { Turns } from "../http/turns.ts";
import type { SignalFamily } from "../signals.ts";
import type { Answer } from "./answer.ts";
import type { ClientInfo } from "./arrival.ts";
import type { Once } from "./once/once.ts";
import type { RateLimiter } from "../store/rate_limiter.ts";
import type { Streams } from "./streams.ts";
import type { Subscription } from "./subscription.ts";
import type { UserTexts } from "./user_texts.ts";

/** Judges requests before they are parsed. */
export interface Judging {
  /** The registry of actions: a webhook may come from another origin. */
  readonly manager: FormActionManager;
  /** The origins that may send mutations. */
  readonly crossOrigin: CrossOrigin;
  /** The host names and proxies of this server. */
  readonly site: Site;
  /** If `true`, refusals include their reasons. */
  readonly dev: boolean;
}

/** Finds actions and pages. */
export interface Finding {
  /** The registry of actions. */
  readonly manager: FormActionManager;
  /** Finds pages by URL. */
  readonly router: Router<PageRoute>;
  /** Finds pages by the fields of a form. */
  readonly origins: Origins;
  /** The regions of the application. */
  readonly regions: Regions;
}

/** Decides who may run an action, and how often. */
export interface Admission {
  /** The guard of all actions that do not skip it, or `null`. */
  readonly guard: Guard | null;
  /** Returns the principal of a request; `null` if the application does not identify users. */
  readonly principal: ((request: Request) => string | null | PromiseLike<string | null>) | null;
  /** The rate of actions without a rate of their own, or `null`. */
  readonly rate: RateRule | null;
  /** Counts runs. */
  readonly limiter: RateLimiter;
}

/** Reads bodies. */
export interface Reading {
  /** The limits of the handler. */
  readonly limits: Limits;
  /** Counts the memory and disk of bodies. */
  readonly bodies: BodyAccounts;
}

/** Resolves dependencies. */
export interface Injecting {
  /** The providers of markers, in order. */
  readonly providers: readonly Provider[];
  /** Values that replace those of dependencies. */
  readonly overrides: DependencyOverrides;
}

/** Runs action functions. */
export interface Running {
  /** Claims mutations. */
  readonly once: Once;
  /** The slots of generators. */
  readonly streams: Streams;
  /** The topics that have changed. */
  readonly changes: Changes;
  /** Topics. */
  readonly live: Live;
  /** Renders the results of action functions. */
  readonly rendering: Rendering;
  /** Bounds the regions that are rendered at the same time. */
  readonly renders: Turns;
  /** Checks the target of a redirect; throws if it is not allowed. */
  readonly redirectTarget: (to: string, own: URL, options: { readonly external: boolean }) => string;
}

/** A response, and the end of its request. */
export interface Served {
  /** The response. */
  readonly response: Response;
  /** `true` if the application creates its body, and may not have finished. */
  readonly isStream: boolean;
  /** Fulfilled when the body no longer needs the request; `null` if `isStream` decides. */
  readonly drawn: Promise<void> | null;
}

/** Opens streams for another one. */
export interface Opening {
  /** Bounds the streams that are opened at the same time. Not by `renders`: what they run may wait for it. */
  readonly openings: Turns;
  /** Responds to a request. The subscription gets its stream, if it leads to one; otherwise the response is not sent. */
  readonly open: (request: Request, client: ClientInfo, subscription: Subscription) => Promise<Response>;
}

/** Creates responses. */
export interface Answering {
  /** Encodes an outcome in the format the client accepts. */
  readonly respond: (answer: Answer) => Promise<Response>;
  /** Sanitizes the response of a backend. */
  readonly seal: (response: Response) => Response;
  /** Serves pages, static files and the runtime. */
  readonly serve: (
    request: Request,
    url: URL,
    match: RouteMatch<PageRoute> | null,
    deps: RequestDeps,
  ) => Promise<Served>;
}

/** Reports errors and sends server signals. */
export interface Observing {
  /** The server signals of this handler. */
  readonly signals: SignalFamily;
  /** Called with every error that is not a refusal. */
  readonly report: (error: unknown, request: Request, actionName: string | null) => void;
}

/** Makes the texts that users read. */
export interface Wording {
  /** The texts of this handler. */
  readonly userTexts: UserTexts;
}

/** All parts. */
export interface App
  extends Judging, Finding, Admission, Reading, Injecting, Running, Opening, Answering, Observing, Wording {}
