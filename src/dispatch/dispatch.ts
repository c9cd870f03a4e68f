/**
 * Running one action: the only file that knows the order of the steps.
 *
 * ```
 * canonical URL, host, method ─▶ cross-origin verdict ─▶ action found ─▶ guard ─▶ bounded body ─▶ origin
 *   ─▶ dependencies ─▶ form guard ─▶ validate ─▶ exactly-once claim ─▶ handler ─▶ result check ─▶ answer
 * ```
 *
 * Nothing is parsed before the verdict, and nothing of the application runs before the guard. The one exception is an
 * action that is named by a field: its body is read, bounded, before it is found and guarded.
 *
 * @module
 */
import { createHash } from "node:crypto";
import type { Action, VerifyWebhook } from "../actions/action.ts";
import type { DispatchContext, FormActionBackend } from "../actions/backend.ts";
import type { FormActionManager, OwnedAction } from "../actions/manager.ts";
import { RegistryFormActionBackend } from "../actions/registry.ts";
import { notify } from "../callback.ts";
import type { Guard, Injectable, Params, RequestContext } from "../context.ts";
import { attachRequestDepCache, DependencyCache } from "../deps/cache.ts";
import { resolveInjected } from "../deps/inject.ts";
import type { Provider } from "../deps/providers.ts";
import { createRequestDeps, type DependencyOverrides, type RequestDeps } from "../deps/resolver.ts";
import { InputError, isA, StorageError } from "../errors.ts";
import { type AnyBound, makeForm } from "../forms/any_form.ts";
import { bind } from "../forms/bind.ts";
import { successFeedback } from "../forms/form.ts";
import { checkInput } from "../forms/schema.ts";
import { type OriginPage, type Origins, withoutProtocol } from "../pages/origin.ts";
import type { PageRoute } from "../pages/manifest.ts";
import { PageDeniedError } from "../pages/page_guard.ts";
import type { RouteMatch, Router } from "../pages/route.ts";
import type { Rendering, Visit } from "../pages/visit.ts";
import {
  ACTION_FIELD,
  ACTION_HEADER,
  DATA_HEADER,
  FORM_ENDPOINT,
  INSTANCE_FIELD,
  ONCE_FIELD,
  REQUEST_ID_PATTERN,
} from "../protocol/names.ts";
import type { Patch } from "../protocol/patch.ts";
import type { BodyAccount, BodyAccounts } from "../request/body_account.ts";
import { type Body, disposeBody, readBody, type ReadBodyOptions, readBytes } from "../request/body.ts";
import { canonicalRequest, type Site } from "../request/canonical.ts";
import { type CrossOrigin, crossOriginVerdict, isOwnSite, isSafeMethod } from "../request/cross_origin.ts";
import { type Intent, plainIntent, readIntent, uidOfEndpoint } from "../request/intent.ts";
import { filesOf, type Kwargs, mergeKwargs, readDataHeader, readQuery } from "../request/kwargs.ts";
import { type Limits, resolveLimits } from "../request/limits.ts";
import type { Holder } from "../request/caller.ts";
import type { RateRule } from "../request/rate_rule.ts";
import { storeFiles, storingFiles } from "../request/stored_file.ts";
import type { Live } from "../live/live.ts";
import { echoOf } from "../live/message.ts";
import type { Cookie } from "../results/cookie.ts";
import { checkTopic, type Item, type LiveItem, redirect, toast } from "../results/items.ts";
import { readResult, type Result } from "../results/result.ts";
import type { AccessDenied, SignalFamily } from "../signals.ts";
import { failure, failureOf, isReportable } from "./failure.ts";
import { type EarlyInjection, injectBeforeForm } from "./injection.ts";
import { Lifetime } from "./lifetime.ts";
import type { Claim } from "./once/claims.ts";
import type { MineClaim } from "./once/held.ts";
import type { Once } from "./once/once.ts";
import { identityOfPage, mayHoldFields, pageOfFields, pageOfUrl, type UrlPage } from "./named_page.ts";
import type { Failure, Outcome } from "./outcome.ts";
import { rateHeaders, type RateLimiter, tooMany } from "./rate.ts";
import { recordResponse, recordStream, restore, storedOf } from "./record.ts";
import { isReported, RunningStream } from "./running_stream.ts";
import { toMessage } from "./publish.ts";
import { isSettled, refreshPatch, settle, type Settling, toPatch } from "./settle.ts";
import type { StreamRefusal, Streams, StreamSlot } from "./streams.ts";
import type { Trace } from "./trace.ts";
import { contextOf, LazyVisit, OriginVisit } from "./visits.ts";
import { watch } from "./watch.ts";

/** What a request is answered with, and what it takes to say it. */
export interface Answer {
  /** What came of it. */
  readonly outcome: Outcome;
  /** Who asks, and what they understand. */
  readonly intent: Intent;
  /** The request that came in. */
  readonly request: Request;
  /** Its canonical URL. */
  readonly url: URL;
  /** What it has resolved. */
  readonly cache: DependencyCache;
  /** The action, or `null` where none was found. */
  readonly action: Action | null;
  /** The page the call came from, or `null` where it is not known. */
  readonly origin: Visit | null;
  /** Which copy of the form was posted. */
  readonly instance: string | null;
  /** What it carries beside, whatever it is. */
  readonly headers: Readonly<Record<string, string>>;
  /** What its handler has set; `null` where none ran. */
  readonly cookies: SetCookies | null;
  /** The limits that hold for it. */
  readonly limits: Limits;
}

/** The cookies that a handler sets for an answer. */
export interface SetCookies {
  /** The values of `Set-Cookie`, for the head of the answer: no other can be set from then on. */
  takeCookies(): readonly string[];
}

/** What was served. */
export interface Served {
  /** The answer. */
  readonly response: Response;
  /** Whether the application made its body, and may be making it still. */
  readonly isStream: boolean;
  /** Settled when nothing of the request is needed for its body any more, read or not; `null` where `isStream` says so. */
  readonly drawn: Promise<void> | null;
}

/** What the pipeline works with; put together by `createHandler()`. */
export interface DispatchServices {
  /** Finds actions. */
  readonly manager: FormActionManager;
  /** Finds pages by their address. */
  readonly router: Router<PageRoute>;
  /** Finds pages by the hidden fields of a form. */
  readonly origins: Origins;
  /** Renders what handlers return. */
  readonly rendering: Rendering;
  /** Says an outcome in the words the caller understands. */
  readonly respond: (answer: Answer) => Promise<Response>;
  /** Makes a response that a backend made itself one that can be sent. */
  readonly seal: (response: Response) => Response;
  /** Answers what names no action: pages, static files, the runtime. */
  readonly serve: (
    request: Request,
    url: URL,
    match: RouteMatch<PageRoute> | null,
    deps: RequestDeps,
  ) => Promise<Served>;
  /** Writes a cookie as the value of `Set-Cookie`; throws what is wrong with it. */
  readonly cookie: (cookie: Cookie) => string;
  /** Checks where a redirect leads; throws what is wrong with it. */
  readonly redirectTarget: (to: string, own: URL, options: { readonly external: boolean }) => string;
  /** The signals of this handler. */
  readonly signals: SignalFamily;
  /** The limits of this handler. */
  readonly limits: Limits;
  /** Who may send what changes something. */
  readonly crossOrigin: CrossOrigin;
  /** How this server is reached. */
  readonly site: Site;
  /** Whether messages may say more than a visitor should know. */
  readonly dev: boolean;
  /** Who resolves markers. */
  readonly providers: readonly Provider[];
  /** What is used in place of what dependencies would make. */
  readonly overrides: DependencyOverrides;
  /** Claims of mutations. */
  readonly once: Once;
  /** What bodies hold. */
  readonly bodies: BodyAccounts;
  /** The generators that run. */
  readonly streams: Streams;
  /** Topics: who watches, and what is published. */
  readonly live: Live;
  /** Who asks, or `null` where the application does not say. */
  readonly principal: ((request: Request) => string | null | PromiseLike<string | null>) | null;
  /** Decides who may run any action that does not lift it; `null` for everyone. */
  readonly guard: Guard | null;
  /** How often one caller may run an action that does not say so itself; `null` for any number. */
  readonly rate: RateRule | null;
  /** Counts runs. */
  readonly limiter: RateLimiter;
  /** Told everything that went wrong and was none of the visitor's doing. */
  readonly report: (error: unknown, request: Request, actionName: string | null) => void;
}

/** Who sent a request. */
export interface Visitor {
  /** The address, for counting what one caller does; `""` where it is not known. */
  readonly address: string;
  /**
   * The holder that its address stands for.
   *
   * @internal
   */
  readonly holder: Holder;
  /** Aborted when the visitor has gone before the answer was out. */
  readonly gone: AbortSignal;
}

/** A body that was read, and what it holds. */
interface ReadBody {
  readonly content: Body;
  readonly account: BodyAccount;
}

/** One request on its way: what is known of it before an action is. */
interface Arrival {
  /** The request. */
  readonly request: Request;
  /** Its canonical URL. */
  readonly url: URL;
  /** Who asks for what, and what they understand. */
  readonly intent: Intent;
  /** What it has resolved. */
  readonly cache: DependencyCache;
  /** Who sent it. */
  readonly visitor: Visitor;
  /** The body, where it had to be read to find the action. */
  readonly body: ReadBody | null;
  /** Notes what happens to it; `null` where nobody watches. */
  readonly trace: Trace | null;
}

/**
 * One run of an action: what its steps find out, one after another, and its answer is made of, however far it came.
 *
 * A class, because an object put together from another one and more grows member by member, for each request anew.
 */
class Run implements Arrival, SetCookies {
  readonly request: Request;
  readonly url: URL;
  readonly intent: Intent;
  readonly cache: DependencyCache;
  readonly visitor: Visitor;
  body: ReadBody | null;
  /** Why the body could not be read, where that was tried before the guards; thrown after them. */
  fault: { readonly error: unknown } | null = null;
  /** The page that the call is about, and what its URL says of it. */
  named: UrlPage = NO_PAGE;
  page: OriginPage | null = null;
  readonly trace: Trace | null;
  readonly action: Action;
  readonly lifetime: Lifetime;
  /** Aborted when the reader of a GET's stream has left. */
  readonly controller: AbortController = new AbortController();
  /** The limits of the handler, with those that differ for the action. */
  readonly limits: Limits;
  origin: Visit | null = null;
  instance: string | null = null;
  principal: string | null = null;
  /** When the handler was entered; `null` before. */
  startedAt: number | null = null;
  /** How long the handler ran; `null` before its result was accepted. */
  durationMs: number | null = null;
  form: AnyBound | null = null;
  urlKwargs: Params = NO_PARAMS;
  /** The status of the answer; `null` before it is known. */
  status: number | null = null;
  /** Whether a stream has come to its end. */
  isOver = false;
  /** The right to run it, where it runs once; its lease is renewed where something is waited for. */
  claim: MineClaim | null = null;
  /** What the answer carries beside, whatever it is. */
  headers: Readonly<Record<string, string>> = NO_HEADERS;
  /** The cookies of the answer. */
  cookies: readonly string[] = NO_COOKIES;
  /** Whether the head of the answer is written. */
  isHeadOut = false;

  constructor({ request, url, intent, cache, visitor, body, trace }: Arrival, action: Action, limits: Limits) {
    this.request = request;
    this.url = url;
    this.intent = intent;
    this.cache = cache;
    this.visitor = visitor;
    this.body = body;
    this.trace = trace;
    this.action = action;
    this.limits = limits;
    this.lifetime = new Lifetime(cache);
    if (body === null) return;
    this.lifetime.own(body.content);
    this.lifetime.hold(body.account);
  }

  /** The principal or address that what this run holds is counted for. */
  get holder(): Holder {
    return this.principal === null ? this.visitor.holder : { kind: "principal", name: this.principal };
  }

  takeCookies(): readonly string[] {
    this.isHeadOut = true;
    this.claim?.headSent();
    return this.cookies;
  }

  /** Adds a cookie to the head, and to what is kept for a repeat. */
  addCookie(name: string, value: string): void {
    if (this.isHeadOut) {
      throw new TypeError(
        `Cannot set cookie "${name}" in action "${this.action.name}": the head of the answer has gone out; set it before the ` +
          `first item is yielded and before anything is waited for`,
      );
    }
    this.cookies = [...this.cookies, value];
    this.claim?.keepCookie(value);
  }
}

/** What was sent, read. */
interface Input {
  readonly kwargs: Kwargs;
  readonly files: ReadonlyMap<string, readonly File[]>;
  readonly deps: RequestDeps;
  /** The id under which this runs once, or `null` where none was sent. */
  readonly onceId: string | null;
}

/** A page with nothing resolved, and the cache of what it then resolves. */
interface Afresh {
  readonly visit: Visit;
  readonly cache: DependencyCache;
}

/** What a handler is given. */
interface Ready {
  readonly kind: "ready";
  readonly data: unknown;
  readonly form: AnyBound | null;
  readonly deps: RequestDeps;
  readonly injected: Readonly<Record<string, unknown>>;
}

const NOWHERE = new URL("http://localhost/");
const NO_PARAMS: Params = Object.freeze({});
const NO_PAGE: UrlPage = Object.freeze({ page: null, path: null, isWhole: false });
const NO_HEADERS: Readonly<Record<string, string>> = Object.freeze({});
const NO_COOKIES: readonly string[] = Object.freeze([]);
const NO_FILES: ReadonlyMap<string, readonly File[]> = new Map();
const NO_INJECTION: EarlyInjection = Object.freeze({ injected: {}, waiting: {} });

/** The standard pipeline. One for each handler; `context.run(action)` of a backend leads here. */
export class FormActionDispatch {
  readonly #services: DispatchServices;

  /**
   * Puts the pipeline together.
   *
   * @param services What it works with.
   */
  constructor(services: DispatchServices) {
    this.#services = services;
  }

  /**
   * Answers a request: an action where one is asked for, else whatever is served at its address.
   *
   * @param request The request.
   * @param visitor Who sent it.
   * @returns The answer. A refusal and a failure are answers too: this does not reject.
   */
  answer(request: Request, visitor: Visitor): Promise<Response> {
    return this.answerTraced(request, visitor, null);
  }

  /**
   * The same, noted step by step.
   *
   * @internal
   * @param request The request.
   * @param visitor Who sent it.
   * @param trace Notes what happens to it; `null` where nobody watches.
   */
  async answerTraced(request: Request, visitor: Visitor, trace: Trace | null): Promise<Response> {
    const { report, site } = this.#services;
    const cache = new DependencyCache((error) => report(error, request, null));
    attachRequestDepCache(request, cache);
    const refuse = (url: URL, outcome: Outcome, intent: Intent = plainIntent(request)): Promise<Response> =>
      this.#refuse({ request, url, intent, cache, visitor, body: null, trace }, outcome);
    trace?.step("url");
    // Before anything else, for a method that nobody knows too (seed 004, "Overview").
    if (request.method !== "POST" && isEndpoint(request.url)) return await refuse(NOWHERE, notAllowed("POST"));
    const canonical = canonicalRequest(request, site);
    if (canonical.kind === "refused") {
      return await refuse(NOWHERE, failure(canonical.status, canonical.message, canonical.headers));
    }
    const { url } = canonical;
    let intent: Intent | undefined;
    try {
      trace?.step("cross-origin");
      const refusal = this.#judgeOrigin(request, url);
      if (refusal !== null && !this.#isWebhook(request, url)) {
        this.#deny(request, null, "cross-origin", refusal.status);
        return await refuse(url, refusal);
      }
      trace?.step("find");
      intent = readIntent(request, url);
      return await this.#find({ request, url, intent, cache, visitor, body: null, trace });
    } catch (error) {
      if (isReportable(error)) report(error, request, null);
      return await refuse(url, failureOf(error), intent);
    }
  }

  // Not async, as little as what leads on from here: each promise that an answer passes costs about as much as a step.
  #find(arrival: Arrival): Promise<Response> {
    const { manager } = this.#services;
    const { request, intent } = arrival;
    if (intent.kind === "endpoint") return this.#handOver(arrival, manager.findByUid(intent.uid));
    if (intent.kind === "named") return this.#handOver(arrival, manager.findByName(intent.name), intent.name);
    return request.method === "POST" ? this.#findByBody(arrival) : this.#serve(arrival);
  }

  async #serve(arrival: Arrival): Promise<Response> {
    const { serve, router } = this.#services;
    const { request, url, visitor } = arrival;
    arrival.trace?.step("page");
    const lifetime = new Lifetime(arrival.cache);
    const match = router.match(url.pathname);
    const served = await serve(
      request,
      url,
      match,
      this.#depsOf(arrival, match === null ? null : { ...match, url }, visitor.gone),
    );
    if (served.drawn === null) return lifetime.endWith(served.response, served.isStream);
    lifetime.endAfter(served.drawn);
    return served.response;
  }

  /** Reads a body whose fields name the action or the page, before any code of the application runs. */
  async #readEarly({ request, visitor }: Pick<Arrival, "request" | "visitor">, limits: Limits): Promise<ReadBody> {
    const { bodies, report } = this.#services;
    const account = bodies.open(visitor.holder);
    const onError = (error: unknown): void => report(error, request, null);
    const content = await readBody(request, limits, { account, onError }).catch((error) => {
      account.close();
      throw error;
    });
    return { content, account };
  }

  async #findByBody(arrival: Arrival): Promise<Response> {
    const { manager, router } = this.#services;
    const { url } = arrival;
    const body = await this.#readEarly(arrival, this.#services.limits);
    const name = fieldText(body.content, ACTION_FIELD);
    // An empty name is none, as in header and query.
    if (name) return await this.#handOver({ ...arrival, body }, manager.findByName(name), name);
    await drop(body);
    const hasPage = router.match(url.pathname) !== null;
    return await this.#refuse(arrival, hasPage ? notAllowed("GET, HEAD") : failure(404, "There is no such page"));
  }

  #handOver(arrival: Arrival, owned: OwnedAction | null, name: string | null = null): Promise<Response> {
    if (owned === null) return this.#notFound(arrival, name);
    // That one finds the action it was found by once more, and leads back here.
    return isStandard(owned.backend) ? this.#dispatch(owned.action, arrival) : this.#handOverTo(arrival, owned);
  }

  /** `name` is what it was asked for by, where that was a name. */
  async #notFound(arrival: Arrival, name: string | null = null): Promise<Response> {
    const { dev, manager } = this.#services;
    if (arrival.body !== null) await drop(arrival.body);
    const why = dev && name !== null
      ? ` as "${name.slice(0, 128)}": ${manager.explainUnknown(name.slice(0, 128))}`
      : "";
    return await this.#refuse(arrival, failure(404, `There is no such action${why}`));
  }

  async #handOverTo(arrival: Arrival, owned: OwnedAction): Promise<Response> {
    // What this pipeline answered last: it has passed the sink already.
    let sealed: Response | null = null;
    const context: DispatchContext = {
      url: arrival.url,
      notFound: async () => sealed = await this.#notFound(arrival),
      run: async (action) => sealed = await this.#dispatch(action, arrival),
    };
    let response: unknown;
    try {
      response = await owned.backend.dispatch(arrival.request, owned.action.uid, context);
    } finally {
      // A backend that answers by itself, or throws, leaves behind what was read to find its action.
      if (sealed === null && arrival.body !== null) await drop(arrival.body);
    }
    if (response === sealed && sealed !== null) return sealed;
    if (response instanceof Response) return this.#services.seal(response);
    throw new TypeError(
      `Cannot answer with what the backend of action "${owned.action.name}" gave: ${typeof response}, a Response is needed`,
    );
  }

  /** Runs an action that was found, and answers. */
  async #dispatch(action: Action, arrival: Arrival): Promise<Response> {
    const { respond, limits: shared } = this.#services;
    const { request, url, intent, cache } = arrival;
    const run = new Run(arrival, action, hasMembers(action.limits) ? resolveLimits(action.limits, shared) : shared);
    run.trace?.found(action);
    let outcome: Outcome;
    try {
      outcome = await this.#run(run);
    } catch (error) {
      outcome = isA(error, PageDeniedError) ? this.#denyByPage(run, error) : this.#fail(run, error);
    }
    run.trace?.settled(outcome);
    run.trace?.step("answer");
    const { origin, instance, headers, limits } = run;
    const response = await respond({
      outcome,
      intent,
      request,
      url,
      cache,
      action,
      origin,
      instance,
      headers,
      cookies: run,
      limits,
    });
    run.status = response.status;
    // A stream whose life goes on ends it itself, in #life.
    if (outcome.kind === "stream" && !run.isOver) return response;
    if (this.#services.signals.actionDispatched.hasReceivers) await this.#dispatched(run, response.status);
    return run.lifetime.endWith(response, outcome.kind === "response");
  }

  // Each step either ends the run with an outcome or hands on what the next one needs.
  async #run(run: Run): Promise<Outcome> {
    const { action, request } = run;
    const { principal, guard } = this.#services;
    if (request.method !== action.method) return notAllowed(action.method);
    const page = run.page = await this.#findPage(run);
    if ((page === null || page.route === null) && Object.values(action.inject).some(needsPage)) {
      throw new InputError(
        400,
        `Cannot run action "${action.name}": it takes a parameter of its page, and the request names no page`,
      );
    }
    // What only its reader would see may stop when the reader has gone; a mutation runs on.
    const left = run.controller.signal;
    const early = this.#depsOf(run, page, request.method === "GET" ? AbortSignal.any([run.visitor.gone, left]) : left);
    run.origin = this.#visit(run, early, page);
    run.urlKwargs = page?.params ?? NO_PARAMS;

    run.trace?.step("guard");
    const general = action.public ? null : guard;
    const refusal = general === null ? null : await this.#askGuard(run, general, early.ctx);
    if (refusal !== null) return refusal;
    const own = action.guard === null ? null : await this.#askGuard(run, action.guard, early.ctx);
    if (own !== null) return own;
    if (principal !== null) run.principal = await principal(request);
    const rule = action.rate ?? this.#services.rate;
    if (rule !== null) run.trace?.step("rate");
    const excess = rule === null ? null : await this.#countRun(run, rule);
    if (excess !== null) return excess;

    run.trace?.step("body");
    let body: Body | Failure;
    try {
      body = await this.#readBody(run, early);
    } catch (error) {
      return await this.#refuseBody(run, error);
    }
    if (body.kind === "failure") return body;
    run.lifetime.own(body);
    run.trace?.step("origin");
    const input = this.#readInput(run, body, early);

    const ready = await this.#accept(run, input);
    if (ready.kind !== "ready") return ready;

    run.trace?.step("claim");
    if (input.onceId === null || action.method === "GET") return await this.#perform(run, input, ready, null);
    const claim = await this.#claim(run, input.onceId, input.kwargs);
    switch (claim.kind) {
      case "mine":
        return await this.#perform(run, input, ready, claim);
      case "done":
        run.cookies = claim.outcome.cookies ?? NO_COOKIES;
        return restore(claim.outcome);
      case "running":
        return failure(409, "This is still being done", { "retry-after": "1" });
      case "unknown":
        return failure(409, "This was begun, and it is not known whether it was done");
      case "refused":
        return failure(429, `Too many actions at once, ${claim.limit} is ${claim.maximum}`, { "retry-after": "1" });
    }
  }

  /** Claims a mutation for the identity of its request, and counts it for its holder. */
  #claim(run: Run, id: string, input: Kwargs): Promise<Claim> {
    const { once, report } = this.#services;
    const { action, request, principal } = run;
    return once.claim({
      action: action.name,
      id,
      page: identityOfPage(run.page),
      input,
      request,
      principal,
      holder: run.holder,
      report: (error) => report(error, request, action.name),
    });
  }

  /** Returns the page that a call is about. Where only the body may name it, the body is read, bounded, first. */
  async #findPage(run: Run): Promise<OriginPage | null> {
    const { request, url } = run;
    const named = run.named = pageOfUrl(url, this.#services);
    if (named.isWhole || run.action.verify !== null || !mayHoldFields(request)) return named.page;
    if (run.body === null) {
      try {
        run.body = await this.#readEarly(run, run.limits);
      } catch (error) {
        if (named.page === null) throw error;
        run.fault = { error };
        return named.page;
      }
      run.lifetime.own(run.body.content);
      run.lifetime.hold(run.body.account);
    }
    return pageOfFields(named, run.body.content, url, this.#services);
  }

  /** Whether a request is for a webhook, whose signature stands in for where it comes from. */
  #isWebhook(request: Request, url: URL): boolean {
    const { manager } = this.#services;
    const header = request.headers.get(ACTION_HEADER);
    const uid = header ? null : uidOfEndpoint(url);
    // Only what is named before the body: nothing of a request from elsewhere is parsed to find out whether it may come.
    const name = header ?? url.searchParams.get(ACTION_FIELD);
    const owned = uid !== null ? manager.findByUid(uid) : name === null ? null : manager.findByName(name);
    return owned !== null && owned.action.verify !== null;
  }

  /** Counts a run against its rule; the refusal where it is one too many. */
  async #countRun(run: Run, rule: RateRule): Promise<Failure | null> {
    const { limiter } = this.#services;
    const verdict = await limiter.take(`${run.action.name} ${run.principal ?? run.visitor.address}`, rule);
    run.headers = rateHeaders(rule, verdict);
    return verdict.allowed ? null : tooMany(verdict);
  }

  /** The body, bounded and, for a webhook, vouched for; or the refusal. */
  #readBody(run: Run, early: RequestDeps): Promise<Body | Failure> | Body {
    const { action, request, limits } = run;
    const { report, bodies } = this.#services;
    if (run.fault !== null) throw run.fault.error;
    const onError = (error: unknown): void => report(error, request, action.name);
    const onFile = action.onFile === null ? undefined : storingFiles(action.onFile, early.ctx, onError);
    const account = run.body?.account ?? bodies.open(run.holder);
    run.lifetime.hold(account);
    const options = { account, onFile, onError };
    if (action.verify !== null) return this.#readVouched(run, action.verify, options);
    if (run.body === null) return readBody(request, limits, options);
    // Read to find the action by a field, before it was known what takes the files.
    const { content } = run.body;
    if (onFile === undefined || content.kind !== "fields") return content;
    return storeFiles(content.fields, onFile).then((fields) => ({ kind: "fields", fields }));
  }

  /** What comes of a body that could not be read: the error, or the form it was to fill, with what was wrong. */
  async #refuseBody(run: Run, error: unknown): Promise<Outcome> {
    if (!isA(error, InputError) && !isA(error, StorageError)) throw error;
    const form = await this.#formUnread(run, failureOf(error).message);
    if (form === null) throw error;
    return { kind: "unread", form, failure: this.#fail(run, error) };
  }

  /** The body of a webhook's request, read again from the bytes that were signed; or the refusal. */
  async #readVouched(
    run: Run,
    verify: VerifyWebhook,
    options: ReadBodyOptions & { readonly account: BodyAccount },
  ): Promise<Body | Failure> {
    const { action, request, limits } = run;
    const { account } = options;
    let vouched: Request | null = null;
    try {
      vouched = await this.#vouch(run, verify, account);
    } finally {
      // What was read to be verified is no longer needed, or is read again below.
      account.close();
    }
    if (vouched !== null) return await readBody(vouched, limits, options);
    this.#deny(request, action.name, "guard", 403);
    return failure(403, "The signature does not fit");
  }

  /** A webhook's request with the bytes that were signed for its body; `null` where the signature does not fit. */
  async #vouch(run: Run, verify: VerifyWebhook, account: BodyAccount): Promise<Request | null> {
    const { request, limits } = run;
    // A body that was read to find the action by a field is not what was signed: a webhook is named by its URL or header.
    if (run.body !== null) return null;
    const body = await readBytes(request, limits, account);
    if (await verify(request, body) !== true) return null;
    const { method, headers } = request;
    return method === "GET" ? request : new Request(request.url, { method, headers, body });
  }

  /**
   * The form whose body could not be read, blank, with what was wrong: for a user who has no script that would keep the page as
   * it is. The copy of the form is named in the body, so it is taken for the only one; `null` where the URL names no page.
   */
  async #formUnread(run: Run, refusal: string): Promise<AnyBound | null> {
    const { action, intent, request } = run;
    if (action.form === null || intent.audience !== "document") return null;
    const { origin } = run;
    if (origin === null || !origin.isOrigin) return null;
    try {
      const { definition, initial } = await makeForm(action.form, origin.deps.ctx);
      const form = bind(definition, { mode: "blank", initial, instance: null });
      form.addError("", refusal);
      return form;
    } catch (error) {
      // What the form begins with could not be had: the refusal is told without it.
      if (isReportable(error)) this.#services.report(error, request, action.name);
      return null;
    }
  }

  /** Why a request may not change anything here, or `null`. */
  #judgeOrigin(request: Request, url: URL): Failure | null {
    const { crossOrigin, dev } = this.#services;
    if (isSafeMethod(request.method)) return null;
    const fetchSite = request.headers.get("sec-fetch-site");
    // Before the other values are read and parsed, which then decide nothing.
    if (isOwnSite(fetchSite)) return null;
    const reason = crossOriginVerdict({
      method: request.method,
      fetchSite,
      origin: request.headers.get("origin"),
      ownOrigin: url.origin,
    }, crossOrigin);
    if (reason === null) return null;
    // Which values differed helps whoever sets up a proxy, and whoever probes one.
    return failure(403, dev ? `Cross-origin request refused: ${reason}` : "Cross-origin request refused");
  }

  async #askGuard<C extends RequestContext>(run: Run, guard: Guard<C>, ctx: C): Promise<Outcome | null> {
    const { action, request } = run;
    let verdict: unknown;
    try {
      verdict = await guard(ctx);
    } catch (error) {
      if (isReportable(error)) throw error;
      if (error instanceof PageDeniedError) return this.#denyByPage(run, error);
      const refusal = failureOf(error);
      this.#deny(request, action.name, "guard", refusal.status);
      return refusal;
    }
    if (verdict === undefined || verdict === true) return null;
    if (verdict === false) {
      this.#deny(request, action.name, "guard", 403);
      return failure(403, "You may not do this");
    }
    if (verdict instanceof Response) {
      this.#deny(request, action.name, "response", verdict.status);
      return { kind: "response", response: verdict };
    }
    throw new TypeError(
      `Cannot use what the guard of action "${action.name}" gave: ${typeof verdict}; nothing or true goes on, false is 403, ` +
        `a Response is the answer`,
    );
  }

  /** The outcome where a page whose context was asked for does not let the request in: what its guard says, as any guard's. */
  #denyByPage({ action, request }: Run, error: PageDeniedError): Outcome {
    const { response } = error;
    this.#deny(request, action.name, response === null ? "guard" : "response", response?.status ?? error.status);
    return response === null ? failureOf(error) : { kind: "response", response };
  }

  #readInput(run: Run, body: Body, deps: RequestDeps): Input {
    const { request, url, limits, named } = run;
    const header = readDataHeader(request, limits);
    const kwargs = mergeKwargs({ header, query: readQuery(url, limits), body }, limits);
    run.instance = fieldText(body, INSTANCE_FIELD);
    // Known from the URL, the page is not looked for again: the fields may not name another one.
    if (named.path !== null) pageOfFields(named, body, url, this.#services);
    const onceId = run.intent.requestId ?? fieldText(body, ONCE_FIELD);
    if (onceId !== null && !REQUEST_ID_PATTERN.test(onceId)) {
      throw new InputError(400, `Cannot read field "${ONCE_FIELD}": it is no request id`);
    }
    return { kwargs, files: body.kind === "fields" ? filesOf(body.fields) : NO_FILES, deps, onceId };
  }

  /** The page a call came from, as rendering is to see it: asked for by a GET of its own address. */
  #visit(run: Run, deps: RequestDeps, page: OriginPage | null): Visit {
    return new OriginVisit({
      page: page?.route ?? null,
      isOrigin: page !== null,
      url: page?.url ?? withoutProtocol(run.url),
      params: page?.params ?? NO_PARAMS,
      request: run.request,
      cache: run.cache,
      deps,
    });
  }

  /** Dependencies, form guard, validation. */
  async #accept(run: Run, input: Input): Promise<Ready | Outcome> {
    const { action } = run;
    const { kwargs, deps } = input;
    run.trace?.step("dependencies");
    if (action.form === null) {
      const injected = hasMembers(action.inject) ? await resolveInjected(action.inject, deps) : NO_INJECTION.injected;
      if (action.input === null) return { kind: "ready", data: kwargs, form: null, deps, injected };
      run.trace?.step("validate");
      const checked = await checkInput(action.input, kwargs);
      if (checked.kind === "valid") return { kind: "ready", data: checked.value, form: null, deps, injected };
      this.#invalid(run, checked.errors);
      return { kind: "invalid", form: null, issues: Object.fromEntries(checked.errors) };
    }
    const early = hasMembers(action.inject) ? await injectBeforeForm(action.inject, deps) : NO_INJECTION;
    const making = makeForm(action.form, deps.ctx);
    const made = making instanceof Promise ? await making : making;
    const binding = { sent: kwargs, initial: made.initial, instance: run.instance, ctx: deps.ctx };
    const { guard } = made.definition;
    if (guard !== undefined) {
      run.trace?.step("form-guard");
      const unchecked = bind(made.definition, { mode: "unchecked", ...binding });
      const guarded = deps.derive({ form: unchecked });
      // Each guard belongs to the definition that the form was just bound by.
      const ask = guard as Guard<RequestContext & { readonly form: AnyBound }>;
      const refusal = await this.#askGuard(run, ask, { ...guarded.ctx, form: unchecked });
      if (refusal !== null) return refusal;
    }
    run.trace?.step("validate");
    const binds = bind(made.definition, { mode: "checked", ...binding });
    const form = binds instanceof Promise ? await binds : binds;
    if (!form.isValid) return this.#refuseForm(run, form);
    run.form = form;
    const bound = deps.derive({ form });
    const injected = hasMembers(early.waiting)
      ? { ...early.injected, ...await resolveInjected(early.waiting, bound) }
      : early.injected;
    return { kind: "ready", data: form.values, form, deps: bound, injected };
  }

  // The seed's chart: told first, then judged by whether there is a page to come back to.
  #refuseForm(run: Run, form: AnyBound): Outcome {
    this.#invalid(run, form.errors);
    // Only who is shown the form again needs its page.
    if (run.intent.audience !== "data" && run.origin?.isOrigin !== true) {
      return failure(400, "The form does not say which page it stands on");
    }
    return { kind: "invalid", form, issues: form.issues };
  }

  async #perform(run: Run, input: Input, ready: Ready, claim: MineClaim | null): Promise<Outcome> {
    const { action } = run;
    run.claim = claim;
    run.trace?.step("handler");
    run.startedAt = performance.now();
    let returned: unknown;
    try {
      const { request, url, params, deps, signal } = ready.deps.ctx;
      const ctx = {
        request,
        url,
        params,
        deps,
        signal,
        form: ready.form,
        data: ready.data,
        files: input.files,
        signals: this.#services.signals,
        origin: run.origin?.isOrigin === true ? run.origin.url : null,
        target: run.intent.target,
        requestId: input.onceId,
        publish: (topic: string, items: Item | readonly Item[]) => this.#publishFrom(run, topic, items),
        setCookie: (cookie: Cookie) => run.addCookie(cookie.name, this.#services.cookie(cookie)),
      };
      // The context has just been built to what this action declared.
      returned = action.handler(Object.assign(ctx, ready.injected) as never);
      if (isThenable(returned)) {
        claim?.renew();
        returned = await returned;
      }
    } catch (error) {
      await claim?.giveUp();
      throw error;
    }
    // A handler that finds a name taken says so with `form.addError()`: what it did then was to refuse.
    if (ready.form !== null && !ready.form.isValid) {
      await claim?.giveUp();
      return this.#refuseForm(run, ready.form);
    }
    run.trace?.step("result");
    try {
      const read = readResult(returned, action.name, this.#services.rendering.isMarkupNode);
      const result = read.kind === "nothing" && ready.form !== null ? successOf(ready.form, ready.deps.ctx) : read;
      const outcome = isSettled(result) ? result : await settle(result, this.#settling(run));
      if (outcome.kind === "stream") return await this.#stream(run, outcome.events, claim);
      run.lifetime.keepFiles();
      run.durationMs = performance.now() - run.startedAt;
      if (claim === null) return outcome;
      if (outcome.kind === "response") {
        claim.renew();
        const { streams, report } = this.#services;
        const unread = {
          limits: run.limits,
          openSlot: () => streams.open(run.holder),
          report: (error: unknown) => report(error, run.request, action.name),
        };
        return { kind: "response", response: await recordResponse(outcome.response, claim, unread) };
      }
      await claim.finish(storedOf(outcome));
      return outcome;
    } catch (error) {
      // The handler has done its work, so that a repeat must not run it again, whatever was wrong with its result.
      run.lifetime.keepFiles();
      await claim?.finish({ kind: "tooLarge" });
      throw error;
    }
  }

  #settling(run: Run): Settling {
    const { rendering, redirectTarget } = this.#services;
    const { action, intent } = run;
    const visit = run.origin;
    if (visit === null) {
      throw new TypeError(`Cannot settle action "${action.name}": its origin has not been looked for`);
    }
    return {
      actionName: action.name,
      requestId: intent.requestId,
      fragment: (content) => {
        // Made when a component asks: most fragments are rows and texts, which ask for nothing.
        const held: { fresh: Afresh | null } = { fresh: null };
        const part = new LazyVisit(visit, () => (held.fresh = this.#afresh(run, visit)).visit);
        const html = attempt(() => rendering.fragment(content, part));
        // At once, as most: nothing was made that has to be ended, and nobody waits.
        if (typeof html === "string" && held.fresh === null) return html;
        run.claim?.renew();
        return finish(html, async () => await held.fresh?.cache[Symbol.asyncDispose]());
      },
      body: async () => {
        run.claim?.renew();
        if (!visit.isOrigin) {
          // Who is led to a document loads it anew, and where there is none there is nothing to refresh.
          if (intent.audience === "document") return null;
          throw new TypeError(
            `Cannot refresh for action "${action.name}": the call does not say which page it came from`,
          );
        }
        const { visit: now, cache } = this.#afresh(run, visit);
        try {
          const rendered = await rendering.body(now);
          if (rendered.kind === "html") return rendered.html;
          throw new TypeError(
            `Cannot refresh for action "${action.name}": the page of "${visit.url.pathname}" answers with status ${rendered.response.status} ` +
              `instead of a page`,
          );
        } finally {
          // A stream renders its page again and again: what each time opens must not wait for its end.
          await cache[Symbol.asyncDispose]();
        }
      },
      redirectTarget: (to, external) => redirectTarget(to, baseOfTargets(run), { external }),
      watch: (item) => this.#watch(run, item),
    };
  }

  /**
   * The page, or the request, with nothing resolved: after the handler, what was loaded before it is no longer true.
   * The cache is the caller's to dispose.
   */
  #afresh(run: Run, visit: Visit): Afresh {
    const { report, providers, overrides } = this.#services;
    const cache = new DependencyCache((error) => report(error, run.request, run.action.name));
    const request = new Request(visit.request);
    attachRequestDepCache(request, cache);
    const deps = createRequestDeps({
      ctx: { ...baseOf(visit.deps.ctx), request },
      providers,
      overrides,
      cache,
      form: null,
      origin: visit.page === null ? "missing" : "ok",
      context: visit.page === null ? null : contextOf(visit.page),
    });
    return { visit: { ...visit, request, deps }, cache };
  }

  /** What comes of watching a topic; nothing for a reader who cannot follow it. */
  #watch(run: Run, item: LiveItem): AsyncGenerator<Patch, void, void> {
    const { action, intent } = run;
    if (action.method !== "GET") {
      throw new TypeError(
        `Cannot watch topic "${item.topic}" in action "${action.name}": it answers POST, declare method: "GET"`,
      );
    }
    if (intent.audience !== "runtime") return nothing();
    const settling = this.#settling(run);
    return watch(item, {
      live: this.#services.live,
      lastEventId: intent.lastEventId,
      share: shareOf(run, item.topic),
      signal: run.controller.signal,
      report: (error) => this.#services.report(error, run.request, action.name),
      ask: (guard, again) => this.#askAgain(run, guard, again),
      refresh: async (selector) => {
        const body = await settling.body();
        if (body !== null) return refreshPatch(selector, body);
        throw new TypeError(`Cannot refresh for action "${action.name}": there is no page`);
      },
      render: async (items) => {
        const patches: Patch[] = [];
        for (const each of [items].flat()) {
          if (each.kind === "live") throw new TypeError(`Cannot refresh topic "${item.topic}": live() is no state`);
          const patch = await toPatch(each, settling);
          if (patch !== null) patches.push(patch);
        }
        return patches;
      },
      redirectTarget: settling.redirectTarget,
    });
  }

  /** Asks guards with nothing remembered: that of a topic, and those that let the action run. */
  async #askAgain(run: Run, own: Guard | null, again: boolean): Promise<Outcome | null> {
    const { action, page } = run;
    const before = again ? [action.public ? null : this.#services.guard, action.guard] : [];
    const guards = [...before, own].filter((guard) => guard !== null);
    if (guards.length === 0) return null;
    const { visit, cache } = this.#afresh(run, {
      page: page?.route ?? null,
      isOrigin: page !== null,
      url: page?.url ?? withoutProtocol(run.url),
      params: page?.params ?? NO_PARAMS,
      // Not a copy of the request: that would read its signal, which `Deno.serve` takes for a wish to hear of its end.
      request: new Request(run.request.url, { headers: run.request.headers }),
      deps: this.#depsOf(run, page, run.controller.signal),
      takeToasts: () => [],
    });
    try {
      for (const guard of guards) {
        const refusal = await this.#askGuard(run, guard, visit.deps.ctx);
        if (refusal !== null) return refusal;
      }
      return null;
    } finally {
      await cache[Symbol.asyncDispose]();
    }
  }

  async #publishFrom(run: Run, topic: string, items: Item | readonly Item[]): Promise<void> {
    checkTopic(topic);
    const { live, report } = this.#services;
    const message = await toMessage(topic, items, echoOf(run.intent.requestId), this.#settling(run));
    await live.publish(topic, message, (error) => report(error, run.request, run.action.name));
  }

  /**
   * Publishes items from outside any request.
   *
   * @param topic The topic.
   * @param items What is published; a refresh is rendered by each watcher, the rest here, as part of no page.
   */
  async publish(topic: string, items: Item | readonly Item[]): Promise<void> {
    checkTopic(topic);
    const { live, report, rendering, redirectTarget } = this.#services;
    const request = new Request(NOWHERE);
    const cache = new DependencyCache((error) => report(error, request, null));
    const arrival = { request, url: NOWHERE, cache };
    const deps = this.#depsOf(arrival, null, new AbortController().signal);
    const visit: Visit = {
      page: null,
      isOrigin: false,
      url: NOWHERE,
      params: NO_PARAMS,
      request,
      deps,
      takeToasts: () => [],
    };
    try {
      const message = await toMessage(topic, items, null, {
        actionName: `publish("${topic}")`,
        requestId: null,
        fragment: (content) => rendering.fragment(content, visit),
        body: () => Promise.resolve(null),
        redirectTarget: (to, external) => redirectTarget(to, NOWHERE, { external }),
      });
      await live.publish(topic, message, (error) => report(error, request, null));
    } finally {
      await cache[Symbol.asyncDispose]();
    }
  }

  /** Lets a generator run, where there is room for one more: it has done nothing yet, and without a slot it never does. */
  async #stream(run: Run, events: AsyncGenerator<Patch, void, void>, claim: MineClaim | null): Promise<Outcome> {
    const { streams } = this.#services;
    const { action, request, limits, controller } = run;
    const report = (error: unknown): void => this.#services.report(error, request, action.name);
    const slot = streams.open(run.holder);
    if (slot.kind !== "slot") {
      await claim?.giveUp();
      return noRoom(slot);
    }
    claim?.renew();
    const life = this.#life(run, claim === null ? events : recordStream(events, claim), () => stream.leave(), slot);
    const stream: RunningStream = new RunningStream({
      events: life,
      slot,
      whenLeft: action.method === "GET" ? "stop" : "finish",
      limits,
      actionName: action.name,
      controller,
      // What it has given so far is not all that it was to give: a repeat must not take it for that, nor run it again.
      onCut: () => {
        notify(() => claim?.finish({ kind: "tooLarge" }), report);
      },
      report,
    });
    const discard = async (): Promise<void> => {
      await notify(() => life.return(), isReported);
      // A generator that was never asked for anything runs no `finally`, and the handler has done nothing yet.
      slot.release();
      await claim?.giveUp();
      await run.lifetime.end();
    };
    return { kind: "stream", stream, discard };
  }

  /** A stream from its first item to its end, whichever way it ends. */
  async *#life(
    run: Run,
    events: AsyncGenerator<Patch, void, void>,
    leave: () => void,
    slot: StreamSlot,
  ): AsyncGenerator<Patch, void, void> {
    // A document and JSON have no reader that could be seen to leave; a mutation runs on without its user.
    const gone = run.action.method === "GET" ? run.visitor.gone : null;
    gone?.addEventListener("abort", leave);
    let failed = false;
    try {
      if (gone?.aborted !== true) yield* run.trace?.count(events) ?? events;
    } catch (error) {
      failed = true;
      this.#fail(run, error);
      throw error;
    } finally {
      // Here, not after the block: a stream that ends with a redirect, or is left, is returned and goes no further.
      slot.release();
      gone?.removeEventListener("abort", leave);
      if (!failed) {
        run.durationMs = performance.now() - (run.startedAt ?? 0);
        run.lifetime.keepFiles();
      }
      run.isOver = true;
      // Where the stream is gathered for an answer, that answer has no status yet, and whoever gives it goes on.
      if (run.status !== null) {
        if (this.#services.signals.actionDispatched.hasReceivers) await this.#dispatched(run, run.status);
        await run.lifetime.end();
      }
    }
  }

  #depsOf(
    arrival: Pick<Arrival, "request" | "url" | "cache">,
    page: OriginPage | null,
    signal: AbortSignal,
  ): RequestDeps {
    const { providers, overrides } = this.#services;
    const { request, url, cache } = arrival;
    const route = page?.route ?? null;
    return createRequestDeps({
      ctx: { request, url: page?.url ?? withoutProtocol(url), params: page?.params ?? NO_PARAMS, signal },
      providers,
      overrides,
      cache,
      form: null,
      origin: route === null ? "missing" : "ok",
      context: route === null ? null : contextOf(route),
    });
  }

  async #refuse(arrival: Arrival, outcome: Outcome): Promise<Response> {
    const { request, url, intent, cache } = arrival;
    const { respond, limits } = this.#services;
    const nobody = {
      action: null,
      origin: null,
      instance: null,
      headers: NO_HEADERS,
      cookies: null,
      limits,
    };
    arrival.trace?.settled(outcome);
    arrival.trace?.step("answer");
    const response = await respond({ outcome, intent, request, url, cache, ...nobody });
    return await new Lifetime(cache).endWith(response, false);
  }

  #fail(run: Run, error: unknown): Failure {
    const { report, signals } = this.#services;
    const { action, request, startedAt } = run;
    if (isReportable(error)) report(error, request, action.name);
    signals.actionFailed.send({
      actionName: action.name,
      error,
      durationMs: startedAt === null ? 0 : performance.now() - startedAt,
      request,
    }, (error) => report(error, request, action.name));
    return failureOf(error);
  }

  #deny(request: Request, actionName: string | null, reason: AccessDenied["reason"], responseStatus: number): void {
    const { report, signals } = this.#services;
    signals.accessDenied.send(
      { actionName, reason, responseStatus, request },
      (error) => report(error, request, actionName),
    );
  }

  #invalid(run: Run, errors: ReadonlyMap<string, readonly string[]>): void {
    const { report, signals } = this.#services;
    const { action, request } = run;
    signals.formValidationFailed.send({
      actionName: action.name,
      errorCount: Array.from(errors.values()).reduce((count, messages) => count + messages.length, 0),
      fieldNames: [...errors.keys()],
      request,
    }, (error) => report(error, request, action.name));
  }

  /** Tells of a handler that has run; of one that has not, nothing. */
  async #dispatched(run: Run, responseStatus: number): Promise<void> {
    const { report, signals } = this.#services;
    const { action, request, form, urlKwargs, durationMs, cache } = run;
    if (durationMs === null) return;
    await signals.actionDispatched.sendAndWait({
      actionName: action.name,
      form,
      urlKwargs,
      durationMs,
      responseStatus,
      depCache: cache,
      request,
    }, (error) => report(error, request, action.name));
  }
}

/**
 * The same for the tabs of one browser that would be told the same: about the same topic, to the same principal, on the
 * same page, with the same data. What a page is rendered from beside these, such as a cookie, is theirs too.
 */
function shareOf({ request: { headers }, url, principal, action, intent }: Run, topic: string): string {
  const sent = [DATA_HEADER, "cookie", "authorization"].map((name) => headers.get(name));
  // Of the external URL: two sites behind one proxy may reach this server under one address.
  const parts = [action.name, topic, principal, url.href, intent.target, ...sent];
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, 32);
}

/** Removes a body that no action takes. */
async function drop({ content, account }: ReadBody): Promise<void> {
  account.close();
  await disposeBody(content);
}

/** The refusal of a generator that there is no slot for. */
function noRoom(refusal: StreamRefusal): Failure {
  if (refusal.kind === "closing") return failure(503, "The server is about to stop", { "retry-after": "1" });
  const { limit, maximum } = refusal;
  return failure(429, `Too many open streams, ${limit} is ${maximum}`, { "retry-after": "10" });
}

async function* nothing(): AsyncGenerator<Patch, void, void> {}

/** The feedback that a form declares, for a handler that has nothing to say itself. */
function successOf(form: AnyBound, ctx: RequestContext): Result {
  const { toast: words, redirect: target } = successFeedback(form, ctx);
  const items: Item[] = [];
  if (words !== null) items.push(toast(words));
  if (target !== null) items.push(redirect(target));
  return items.length === 0 ? { kind: "nothing" } : { kind: "items", items };
}

/** Whether a URL that was not looked at yet is that of a form. */
function isEndpoint(url: string): boolean {
  // Parsed only where it may be, however it is spelled: other URLs have no such path.
  return /[/\\]_next[/\\]form[/\\]/.test(url) && URL.parse(url)?.pathname.startsWith(FORM_ENDPOINT) === true;
}

/** What a function gives, or a promise of what it throws. */
function attempt<T>(run: () => T | Promise<T>): T | Promise<T> {
  try {
    return run();
  } catch (error) {
    return Promise.reject(error);
  }
}

/** Waits for a value, and does something after it, whatever became of it. */
async function finish<T>(value: T | Promise<T>, after: () => Promise<void>): Promise<T> {
  try {
    return await value;
  } finally {
    await after();
  }
}

/** Whether a backend is the one that is there by default, with nothing of it overridden. */
function isStandard(backend: FormActionBackend): boolean {
  const standard = RegistryFormActionBackend.prototype;
  return Object.getPrototypeOf(backend) === standard && backend.dispatch === standard.dispatch;
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null && "then" in value && typeof value.then === "function";
}

function hasMembers(record: object): boolean {
  for (const _name in record) return true;
  return false;
}

function notAllowed(allow: string): Failure {
  return failure(405, `This answers ${allow} only`, { allow });
}

function baseOf({ request, url, params, signal }: RequestContext): Omit<RequestContext, "deps"> {
  return { request, url, params, signal };
}

/** The one text of a field; `null` where it was not sent. Sent twice, the first counts, for every reader the same. */
function fieldText(body: Body, name: string): string | null {
  if (body.kind !== "fields") return null;
  const value = body.fields.get(name)?.[0];
  return typeof value === "string" ? value : null;
}

/** Whether an injected value is read from the parameters of the page, and cannot do without them. */
function needsPage(injectable: Injectable<unknown>): boolean {
  return injectable.kind === "marker" && injectable.source === "url" && !("default" in injectable.options);
}

/** The URL that relative targets are resolved against: that of the page, and never that of a form's endpoint. */
function baseOfTargets({ origin, url }: Run): URL {
  if (origin?.isOrigin === true) return origin.url;
  return uidOfEndpoint(url) === null ? url : new URL("/", url);
}
