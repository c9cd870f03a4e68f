/**
 * The parts of an application that its calls are dispatched with, put together by `createHandler()`. Each step takes those it
 * needs and no others.
 *
 * @module
 */
import type { FormActionManager } from "../actions/manager.ts";
import type { Guard } from "../context.ts";
import type { Provider } from "../deps/providers.ts";
import type { DependencyOverrides, RequestDeps } from "../deps/resolver.ts";
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
import type { Cookie } from "../http/cookie.ts";
import type { SignalFamily } from "../signals.ts";
import type { Answer } from "./answer.ts";
import type { Once } from "./once/once.ts";
import type { RateLimiter } from "../store/rate_limiter.ts";
import type { Streams } from "./streams.ts";
import type { UserTexts } from "./user_texts.ts";

/** Decides whether a request may go on at all. */
export interface Judging {
  /** The registry of actions: a webhook may come from another origin. */
  readonly manager: FormActionManager;
  /** The origins that may send what changes something. */
  readonly crossOrigin: CrossOrigin;
  /** The names and proxies this server is reached by. */
  readonly site: Site;
  /** If `true`, refusals give their reasons. */
  readonly dev: boolean;
}

/** Finds actions and pages. */
export interface Finding {
  /** The registry of actions. */
  readonly manager: FormActionManager;
  /** Finds pages by their address. */
  readonly router: Router<PageRoute>;
  /** Finds pages by what a form says. */
  readonly origins: Origins;
}

/** Decides who may run an action, and how often. */
export interface Admission {
  /** The guard of all actions that do not lift it, or `null`. */
  readonly guard: Guard | null;
  /** Identifies the user of a request; `null` where the application does not. */
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
  /** Counts what bodies hold. */
  readonly bodies: BodyAccounts;
}

/** Resolves dependencies. */
export interface Injecting {
  /** The providers of markers, in order. */
  readonly providers: readonly Provider[];
  /** Values in place of those that dependencies would make. */
  readonly overrides: DependencyOverrides;
}

/** Runs action functions. */
export interface Running {
  /** Claims mutations. */
  readonly once: Once;
  /** Hands out the slots of generators. */
  readonly streams: Streams;
  /** Topics. */
  readonly live: Live;
  /** Renders what action functions return. */
  readonly rendering: Rendering;
  /** Writes a cookie as the value of `Set-Cookie`; throws what is wrong with it. */
  readonly cookie: (cookie: Cookie) => string;
  /** Checks the target of a redirect; throws what is wrong with it. */
  readonly redirectTarget: (to: string, own: URL, options: { readonly external: boolean }) => string;
}

/** A response, and what it takes to end its request. */
export interface Served {
  /** The response. */
  readonly response: Response;
  /** `true` if the application made its body, and may be making it still. */
  readonly isStream: boolean;
  /** Settled when the body needs nothing of the request any more, read or not; `null` where `isStream` decides. */
  readonly drawn: Promise<void> | null;
}

/** Makes responses. */
export interface Answering {
  /** Encodes an outcome in the format the client accepts. */
  readonly respond: (answer: Answer) => Promise<Response>;
  /** Makes a response that a backend has made itself one that can be sent. */
  readonly seal: (response: Response) => Response;
  /** Answers what names no action: pages, static files, the runtime. */
  readonly serve: (
    request: Request,
    url: URL,
    match: RouteMatch<PageRoute> | null,
    deps: RequestDeps,
  ) => Promise<Served>;
}

/** Hears of what happens. */
export interface Observing {
  /** The signals of this handler. */
  readonly signals: SignalFamily;
  /** Called with every error that is not a refusal. */
  readonly report: (error: unknown, request: Request, actionName: string | null) => void;
}

/** Makes the texts that users read. */
export interface Wording {
  /** The texts of this handler. */
  readonly userTexts: UserTexts;
}

/** All of them. */
export interface App extends Judging, Finding, Admission, Reading, Injecting, Running, Answering, Observing, Wording {}
