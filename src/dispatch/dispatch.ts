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
import type { DispatchContext } from "../actions/backend.ts";
import type { FormActionManager, OwnedAction } from "../actions/manager.ts";
import type { Guard, Params, RequestContext } from "../context.ts";
import { attachRequestDepCache, DependencyCache } from "../deps/cache.ts";
import { resolveInjected } from "../deps/inject.ts";
import type { Provider } from "../deps/providers.ts";
import { createRequestDeps, type DependencyOverrides, type RequestDeps } from "../deps/resolver.ts";
import { InputError } from "../errors.ts";
import {
  type AnyBound,
  bindChecked,
  bindUnchecked,
  checkInput,
  makeForm,
  showBlank,
  successFeedback,
} from "../forms/any_form.ts";
import type { Origin, Origins } from "../pages/origin.ts";
import type { PageRoute } from "../pages/manifest.ts";
import type { RouteMatch, Router } from "../pages/route.ts";
import type { Rendering, Visit } from "../pages/visit.ts";
import {
  ACTION_FIELD,
  ACTION_HEADER,
  DATA_HEADER,
  FORM_ENDPOINT,
  INSTANCE_FIELD,
  ONCE_FIELD,
  ORIGIN_PAGE_FIELD,
  ORIGIN_URL_FIELD,
  PROTOCOL_FIELDS,
  REQUEST_ID_PATTERN,
} from "../protocol/names.ts";
import type { Patch } from "../protocol/patch.ts";
import { type Body, disposeBody, readBody, readBytes } from "../request/body.ts";
import { canonicalRequest } from "../request/canonical.ts";
import { type CrossOrigin, crossOriginVerdict, isSafeMethod, ownOrigin } from "../request/cross_origin.ts";
import { type Intent, plainIntent, readIntent, uidOfEndpoint } from "../request/intent.ts";
import { filesOf, type Kwargs, mergeKwargs, readDataHeader, readQuery } from "../request/kwargs.ts";
import { type Limits, resolveLimits } from "../request/limits.ts";
import type { RateRule } from "../request/rate_rule.ts";
import { storeFiles, storingFiles } from "../request/stored_file.ts";
import type { Live } from "../live/live.ts";
import { echoOf } from "../live/message.ts";
import { checkTopic, type Item, type LiveItem, redirect, toast } from "../results/items.ts";
import { readResult, type Result } from "../results/result.ts";
import type { AccessDenied, SignalFamily } from "../signals.ts";
import { failure, failureOf, isReportable } from "./failure.ts";
import { type EarlyInjection, injectBeforeForm } from "./injection.ts";
import { Lifetime } from "./lifetime.ts";
import { digestInput, type MineClaim, type Once, onceKey } from "./once.ts";
import type { Failure, Outcome } from "./outcome.ts";
import { rateHeaders, type RateLimiter, tooMany } from "./rate.ts";
import { recordResponse, recordStream, restore, storedOf } from "./record.ts";
import { toMessage } from "./publish.ts";
import { refreshPatch, settle, type Settling, toPatch } from "./settle.ts";
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
  /** Who holds the answer open, for the caps on streams. */
  readonly caller: string;
  /** What it carries beside, whatever it is. */
  readonly headers: Readonly<Record<string, string>>;
  /** The limits that hold for it. */
  readonly limits: Limits;
}

/** What was served. */
export interface Served {
  /** The answer. */
  readonly response: Response;
  /** Whether the application made its body, and may be making it still. */
  readonly isStream: boolean;
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
  /** Checks where a redirect leads; throws what is wrong with it. */
  readonly redirectTarget: (to: string, own: URL, options: { readonly external: boolean }) => string;
  /** The signals of this handler. */
  readonly signals: SignalFamily;
  /** The limits of this handler. */
  readonly limits: Limits;
  /** Who may send what changes something. */
  readonly crossOrigin: CrossOrigin;
  /** Whether messages may say more than a visitor should know. */
  readonly dev: boolean;
  /** Who resolves markers. */
  readonly providers: readonly Provider[];
  /** What is used in place of what dependencies would make. */
  readonly overrides: DependencyOverrides;
  /** Claims of mutations. */
  readonly once: Once;
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
  /** Aborted when the visitor has gone before the answer was out. */
  readonly gone: AbortSignal;
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
  readonly body: Body | null;
}

/** One run of an action: what its steps find out, one after another, and its answer is made of, however far it came. */
interface Run extends Arrival {
  readonly action: Action;
  readonly lifetime: Lifetime;
  /** Aborted when the reader of a GET's stream has left. */
  readonly controller: AbortController;
  /** The limits of the handler, with those that differ for the action. */
  readonly limits: Limits;
  origin: Visit | null;
  instance: string | null;
  principal: string | null;
  /** When the handler was entered; `null` before. */
  startedAt: number | null;
  /** How long the handler ran; `null` before its result was accepted. */
  durationMs: number | null;
  form: AnyBound | null;
  urlKwargs: Params;
  /** The status of the answer; `null` before it is known. */
  status: number | null;
  /** Whether a stream has come to its end. */
  isOver: boolean;
  /** The right to run it, where it runs once; its lease is renewed where something is waited for. */
  claim: MineClaim | null;
  /** What the answer carries beside, whatever it is. */
  headers: Readonly<Record<string, string>>;
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
const NO_HEADERS: Readonly<Record<string, string>> = Object.freeze({});
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
  async answer(request: Request, visitor: Visitor): Promise<Response> {
    const { report } = this.#services;
    const cache = new DependencyCache((error) => report(error, request, null));
    attachRequestDepCache(request, cache);
    const refuse = (url: URL, outcome: Outcome, intent: Intent = plainIntent(request)): Promise<Response> =>
      this.#refuse({ request, url, intent, cache, visitor, body: null }, outcome);
    // Before anything else, for a method that nobody knows too (seed 004, "Overview").
    if (request.method !== "POST" && isEndpoint(request.url)) return await refuse(NOWHERE, notAllowed("POST"));
    const canonical = canonicalRequest(request);
    if (canonical.kind === "refused") {
      return await refuse(NOWHERE, failure(canonical.status, canonical.message, canonical.headers));
    }
    const { url } = canonical;
    const refusal = this.#judgeOrigin(request, url);
    if (refusal !== null && !this.#isWebhook(request, url)) {
      this.#deny(request, null, "cross-origin", refusal.status);
      return await refuse(url, refusal);
    }
    let intent: Intent | undefined;
    try {
      intent = readIntent(request, url);
      return await this.#find({ request, url, intent, cache, visitor, body: null });
    } catch (error) {
      if (isReportable(error)) report(error, request, null);
      return await refuse(url, failureOf(error), intent);
    }
  }

  async #find(arrival: Arrival): Promise<Response> {
    const { manager, serve, router, limits } = this.#services;
    const { request, url, intent, visitor } = arrival;
    if (intent.kind === "endpoint") return await this.#handOver(arrival, manager.findByUid(intent.uid));
    if (intent.kind === "named") return await this.#handOver(arrival, manager.findByName(intent.name));
    if (request.method !== "POST") {
      const lifetime = new Lifetime(arrival.cache);
      const match = router.match(url.pathname);
      const served = await serve(request, url, match, this.#depsOf(arrival, match, visitor.gone));
      return await lifetime.endWith(served.response, served.isStream);
    }
    const body = await readBody(request, limits);
    const name = fieldText(body, ACTION_FIELD);
    // An empty name is none, as in header and query.
    if (name) return await this.#handOver({ ...arrival, body }, manager.findByName(name));
    await disposeBody(body);
    const hasPage = router.match(url.pathname) !== null;
    return await this.#refuse(arrival, hasPage ? notAllowed("GET, HEAD") : failure(404, "There is no such page"));
  }

  async #handOver(arrival: Arrival, owned: OwnedAction | null): Promise<Response> {
    const notFound = async (): Promise<Response> => {
      if (arrival.body !== null) await disposeBody(arrival.body);
      return await this.#refuse(arrival, failure(404, "There is no such action"));
    };
    if (owned === null) return await notFound();
    // What this pipeline answered last: it has passed the sink already.
    let sealed: Response | null = null;
    const context: DispatchContext = {
      url: arrival.url,
      notFound: async () => sealed = await notFound(),
      run: async (action) => sealed = await this.#dispatch(action, arrival),
    };
    let response: unknown;
    try {
      response = await owned.backend.dispatch(arrival.request, owned.action.uid, context);
    } finally {
      // A backend that answers by itself, or throws, leaves behind what was read to find its action.
      if (sealed === null && arrival.body !== null) await disposeBody(arrival.body);
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
    const { request, url, intent, cache, visitor } = arrival;
    const limits = Object.keys(action.limits).length === 0 ? shared : resolveLimits(action.limits, shared);
    const run: Run = {
      ...arrival,
      action,
      limits,
      lifetime: new Lifetime(cache),
      controller: new AbortController(),
      origin: null,
      instance: null,
      principal: null,
      startedAt: null,
      durationMs: null,
      form: null,
      urlKwargs: NO_PARAMS,
      status: null,
      isOver: false,
      headers: NO_HEADERS,
      claim: null,
    };
    if (arrival.body !== null) run.lifetime.own(arrival.body);
    let outcome: Outcome;
    try {
      outcome = await this.#run(run);
    } catch (error) {
      outcome = this.#fail(run, error);
    }
    const caller = run.principal ?? visitor.address;
    const { origin, instance, headers } = run;
    const who = { origin, instance, caller, headers, limits };
    const response = await respond({ outcome, intent, request, url, cache, action, ...who });
    run.status = response.status;
    // A stream whose life goes on ends it itself, in #life.
    if (outcome.kind === "stream" && !run.isOver) return response;
    await this.#dispatched(run, response.status);
    return await run.lifetime.endWith(response, outcome.kind === "response");
  }

  // Each step either ends the run with an outcome or hands on what the next one needs.
  async #run(run: Run): Promise<Outcome> {
    const { action, request, url } = run;
    const { router, principal, guard } = this.#services;
    if (request.method !== action.method) return notAllowed(action.method);
    const match = router.match(url.pathname);
    // What only its reader would see may stop when the reader has gone; a mutation runs on.
    const left = run.controller.signal;
    const early = this.#depsOf(run, match, request.method === "GET" ? AbortSignal.any([run.visitor.gone, left]) : left);

    for (const ask of [action.public ? null : guard, action.guard]) {
      const refusal = ask === null ? null : await this.#askGuard(run, ask, early.ctx);
      if (refusal !== null) return refusal;
    }
    if (principal !== null) run.principal = await principal(request);
    const rule = action.rate ?? this.#services.rate;
    const excess = rule === null ? null : await this.#countRun(run, rule);
    if (excess !== null) return excess;

    const read = await this.#readBody(run, early);
    if (read.kind === "outcome") return read.outcome;
    const input = this.#readInput(run, read.body, early, match);

    const ready = await this.#accept(run, input);
    if (ready.kind !== "ready") return ready;

    const claim = await this.#claim(run, input);
    if (claim.kind === "outcome") return claim.outcome;
    return await this.#perform(run, input, ready, claim.mine);
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
  async #readBody(run: Run, early: RequestDeps): Promise<
    { readonly kind: "body"; readonly body: Body } | { readonly kind: "outcome"; readonly outcome: Outcome }
  > {
    const { action, request, limits, lifetime } = run;
    const onFile = action.onFile === null
      ? undefined
      : storingFiles(action.onFile, early.ctx, (error) => this.#services.report(error, request, action.name));
    try {
      if (action.verify !== null) {
        const vouched = await this.#readVouched(run, action.verify);
        if (vouched === null) {
          this.#deny(request, action.name, "guard", 403);
          return { kind: "outcome", outcome: failure(403, "The signature does not fit") };
        }
        return { kind: "body", body: lifetime.own(await readBody(vouched, limits, { onFile })) };
      }
      if (run.body === null) return { kind: "body", body: lifetime.own(await readBody(request, limits, { onFile })) };
      // Read to find the action by a field, before it was known what takes the files.
      if (onFile === undefined || run.body.kind !== "fields") return { kind: "body", body: run.body };
      return {
        kind: "body",
        body: lifetime.own({ kind: "fields", fields: await storeFiles(run.body.fields, onFile) }),
      };
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      const form = await this.#formUnread(run, early, error);
      if (form === null) throw error;
      return { kind: "outcome", outcome: { kind: "unread", form, failure: this.#fail(run, error) } };
    }
  }

  /** A webhook's request with the bytes that were signed for its body; `null` where the signature does not fit. */
  async #readVouched(run: Run, verify: VerifyWebhook): Promise<Request | null> {
    const { request, limits } = run;
    // A body that was read to find the action by a field is not what was signed: a webhook is named by its URL or header.
    if (run.body !== null) return null;
    const body = await readBytes(request, limits);
    if (await verify(request, body) !== true) return null;
    const { method, headers } = request;
    return method === "GET" ? request : new Request(request.url, { method, headers, body });
  }

  /**
   * The form whose body could not be read, blank, with what was wrong: for a visitor who has no script that would keep the
   * page as it is. What names the page and the copy of the form is in the body, so the page is the one that the browser says it
   * came from, and the copy is the only one; `null` where there is no such page of this site.
   */
  async #formUnread(run: Run, early: RequestDeps, refusal: InputError): Promise<AnyBound | null> {
    const { action, intent, request } = run;
    if (action.form === null || intent.audience !== "document") return null;
    const place = this.#placeOfReferrer(run);
    if (place === null) return null;
    try {
      run.origin = this.#visit(run, early, place);
      const form = showBlank(await makeForm(action.form, run.origin.deps.ctx), null, null);
      form.addError("", refusal.message);
      return form;
    } catch (error) {
      // What the form begins with could not be had: the refusal is told without it.
      if (isReportable(error)) this.#services.report(error, request, action.name);
      return null;
    }
  }

  /** The page that `Referer` names, where it is one of this site. */
  #placeOfReferrer({ request, url }: Run): Origin | null {
    const { router, crossOrigin } = this.#services;
    const from = URL.parse(request.headers.get("referer") ?? "");
    if (from === null || from.origin !== ownOrigin(request, url, crossOrigin)) return null;
    // Held to what an address that is asked for is held to.
    const asked = `${url.origin}${from.pathname}${from.search}`;
    const canonical = canonicalRequest({ url: asked, method: "GET", headers: new Headers() });
    if (canonical.kind === "refused") return null;
    const match = router.match(canonical.url.pathname);
    return match === null ? null : pageAt(match, canonical.url);
  }

  /** Why a request may not change anything here, or `null`. */
  #judgeOrigin(request: Request, url: URL): Failure | null {
    const { crossOrigin, dev } = this.#services;
    if (isSafeMethod(request.method)) return null;
    const reason = crossOriginVerdict({
      method: request.method,
      fetchSite: request.headers.get("sec-fetch-site"),
      origin: request.headers.get("origin"),
      ownOrigin: ownOrigin(request, url, crossOrigin),
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

  #readInput(run: Run, body: Body, early: RequestDeps, match: RouteMatch<PageRoute> | null): Input {
    const { request, url, limits } = run;
    const header = readDataHeader(request, limits);
    const kwargs = mergeKwargs({ header, query: readQuery(url, limits), body }, limits);
    run.instance = fieldText(body, INSTANCE_FIELD);
    const place = this.#placeOf(run, body, match);
    run.origin = this.#visit(run, early, place);
    // Asked for at the address of a page, an action is about that page, whatever a form says about where it stands.
    const subject = run.intent.kind !== "endpoint" && match !== null ? pageAt(match, url) : place;
    run.urlKwargs = subject?.params ?? NO_PARAMS;
    const onceId = run.intent.requestId ?? fieldText(body, ONCE_FIELD);
    if (onceId !== null && !REQUEST_ID_PATTERN.test(onceId)) {
      throw new InputError(400, `Cannot read field "${ONCE_FIELD}": it is no request id`);
    }
    return {
      kwargs,
      files: body.kind === "fields" ? filesOf(body.fields) : NO_FILES,
      deps: subject === null ? early.derive({ origin: "missing", context: null }) : early.derive({
        origin: "ok",
        context: contextOf(subject.route),
        ctx: { ...baseOf(early.ctx), url: subject.url, params: subject.params },
      }),
      onceId,
    };
  }

  /** Where a form stands, as it says itself; of a call without a form the page whose address it went to. */
  #placeOf(run: Run, body: Body, match: RouteMatch<PageRoute> | null): Origin | null {
    const { intent, url } = run;
    const page = fieldText(body, ORIGIN_PAGE_FIELD);
    const address = fieldText(body, ORIGIN_URL_FIELD);
    if (page !== null || address !== null) return this.#services.origins.resolveOrigin({ page, url: address }, url);
    if (intent.kind === "endpoint" || match === null) return null;
    return pageAt(match, url);
  }

  /** The page a call came from, as rendering is to see it: asked for by a GET of its own address. */
  #visit(run: Run, early: RequestDeps, place: Origin | null): Visit {
    const { request, cache } = run;
    const page = place?.route ?? null;
    const url = place?.url ?? withoutProtocol(run.url);
    const params = place?.params ?? NO_PARAMS;
    // Made when first asked for: a request with its headers costs more than most pages do with it.
    let asked: Request | null = null;
    const ask = (): Request => {
      if (asked !== null) return asked;
      asked = new Request(url, { headers: headersOfGet(request.headers) });
      attachRequestDepCache(asked, cache);
      return asked;
    };
    let made: RequestDeps | null = null;
    const { signal } = early.ctx;
    return {
      page,
      url,
      params,
      get request(): Request {
        return ask();
      },
      get deps(): RequestDeps {
        return made ??= early.derive({
          ctx: {
            withDeps: (deps) => ({
              get request(): Request {
                return ask();
              },
              url,
              params,
              signal,
              deps,
            }),
          },
          origin: page === null ? "missing" : "ok",
          context: page === null ? null : contextOf(page),
        });
      },
      takeToasts: () => [],
    };
  }

  /** Dependencies, form guard, validation. */
  async #accept(run: Run, input: Input): Promise<Ready | Outcome> {
    const { action } = run;
    const { kwargs, deps } = input;
    if (action.form === null) {
      const injected = hasMembers(action.inject) ? await resolveInjected(action.inject, deps) : NO_INJECTION.injected;
      if (action.input === null) return { kind: "ready", data: kwargs, form: null, deps, injected };
      const checked = await checkInput(action.input, kwargs);
      if (checked.kind === "valid") return { kind: "ready", data: checked.value, form: null, deps, injected };
      this.#invalid(run, checked.errors);
      return { kind: "invalid", form: null, issues: Object.fromEntries(checked.errors) };
    }
    const early = hasMembers(action.inject) ? await injectBeforeForm(action.inject, deps) : NO_INJECTION;
    const made = await makeForm(action.form, deps.ctx);
    const binding = { kwargs, initial: made.initial, instance: run.instance, ctx: deps.ctx };
    const { guard } = made.definition;
    if (guard !== undefined) {
      const unchecked = bindUnchecked(made, binding);
      const guarded = deps.derive({ form: unchecked });
      // Each guard belongs to the definition that the form was just bound by.
      const ask = guard as Guard<RequestContext & { readonly form: AnyBound }>;
      const refusal = await this.#askGuard(run, ask, { ...guarded.ctx, form: unchecked });
      if (refusal !== null) return refusal;
    }
    const form = await bindChecked(made, binding);
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
    if (run.intent.audience !== "data" && run.origin?.page == null) {
      return failure(400, "The form does not say which page it stands on");
    }
    return { kind: "invalid", form, issues: form.issues };
  }

  /** The right to run the handler; or what came of it when it has run before. */
  async #claim(run: Run, input: Input): Promise<
    { readonly kind: "claim"; readonly mine: MineClaim | null } | {
      readonly kind: "outcome";
      readonly outcome: Outcome;
    }
  > {
    const { action, principal } = run;
    if (input.onceId === null || action.method === "GET") return { kind: "claim", mine: null };
    const digest = await digestInput(input.kwargs);
    const key = onceKey({ action: action.name, principal, id: input.onceId, digest });
    const claim = await this.#services.once.claim(key);
    switch (claim.kind) {
      case "mine":
        return { kind: "claim", mine: claim };
      case "done":
        return { kind: "outcome", outcome: restore(claim.outcome) };
      case "running":
        return {
          kind: "outcome",
          outcome: failure(409, "This is still being done", { "retry-after": "1" }),
        };
    }
  }

  async #perform(run: Run, input: Input, ready: Ready, claim: MineClaim | null): Promise<Outcome> {
    const { action } = run;
    run.claim = claim;
    run.startedAt = performance.now();
    let returned: unknown;
    try {
      const ctx = {
        ...ready.deps.ctx,
        form: ready.form,
        data: ready.data,
        files: input.files,
        signals: this.#services.signals,
        origin: run.origin?.page == null ? null : run.origin.url,
        target: run.intent.target,
        requestId: run.intent.requestId,
        publish: (topic: string, items: Item | readonly Item[]) => this.#publishFrom(run, topic, items),
        ...ready.injected,
      };
      // The context has just been built to what this action declared.
      returned = action.handler(ctx as never);
      if (isThenable(returned)) {
        claim?.renew();
        returned = await returned;
      }
    } catch (error) {
      await this.#endClaim(run, claim?.giveUp());
      throw error;
    }
    // A handler that finds a name taken says so with `form.addError()`: what it did then was to refuse.
    if (ready.form !== null && !ready.form.isValid) {
      await this.#endClaim(run, claim?.giveUp());
      return this.#refuseForm(run, ready.form);
    }
    try {
      const read = readResult(returned, action.name, this.#services.rendering.isMarkupNode);
      const result = read.kind === "nothing" && ready.form !== null ? successOf(ready.form, ready.deps.ctx) : read;
      const outcome = await settle(result, this.#settling(run));
      if (outcome.kind === "stream") return this.#stream(run, outcome.events, claim);
      run.lifetime.keepFiles();
      run.durationMs = performance.now() - run.startedAt;
      if (claim === null) return outcome;
      if (outcome.kind === "response") {
        claim.renew();
        return { kind: "response", response: await recordResponse(outcome.response, claim) };
      }
      await this.#endClaim(run, claim.finish(storedOf(outcome)));
      return outcome;
    } catch (error) {
      // The handler has done its work, so that a repeat must not run it again, whatever was wrong with its result.
      run.lifetime.keepFiles();
      await this.#endClaim(run, claim?.finish({ kind: "tooLarge" }));
      throw error;
    }
  }

  // A store that is gone by now must not hide what the handler did: its answer, or its error, still goes out.
  async #endClaim(run: Run, ending: Promise<unknown> | undefined): Promise<void> {
    try {
      await ending;
    } catch (error) {
      this.#services.report(error, run.request, run.action.name);
    }
  }

  #settling(run: Run): Settling {
    const { rendering, redirectTarget } = this.#services;
    const { action, intent, url } = run;
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
        const made = (): Visit => (held.fresh ??= this.#afresh(run, visit)).visit;
        const { page, url, params, takeToasts } = visit;
        const part: Visit = {
          page,
          url,
          params,
          takeToasts,
          get request(): Request {
            return made().request;
          },
          get deps(): RequestDeps {
            return made().deps;
          },
        };
        const html = attempt(() => rendering.fragment(content, part));
        // At once, as most: nothing was made that has to be ended, and nobody waits.
        if (typeof html === "string" && held.fresh === null) return html;
        run.claim?.renew();
        return finish(html, async () => await held.fresh?.cache[Symbol.asyncDispose]());
      },
      body: async () => {
        run.claim?.renew();
        if (visit.page === null) {
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
            `Cannot refresh for action "${action.name}": "${visit.page.file}" answers with status ${rendered.response.status} ` +
              `instead of a page`,
          );
        } finally {
          // A stream renders its page again and again: what each time opens must not wait for its end.
          await cache[Symbol.asyncDispose]();
        }
      },
      redirectTarget: (to, external) => redirectTarget(to, url, { external }),
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
      share: shareOf(run),
      signal: run.controller.signal,
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
    const { action, url, urlKwargs } = run;
    const before = again ? [action.public ? null : this.#services.guard, action.guard] : [];
    const guards = [...before, own].filter((guard) => guard !== null);
    if (guards.length === 0) return null;
    const base: Visit = {
      page: run.origin?.page ?? null,
      url,
      params: urlKwargs,
      // Not a copy of the request: that would read its signal, which `Deno.serve` takes for a wish to hear of its end.
      request: new Request(run.request.url, { headers: run.request.headers }),
      deps: this.#depsOf(run, null, run.controller.signal),
      takeToasts: () => [],
    };
    const { visit, cache } = this.#afresh(run, base);
    try {
      const ctx = { ...visit.deps.ctx, params: urlKwargs };
      for (const guard of guards) {
        const refusal = await this.#askGuard(run, guard, ctx);
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
    const visit: Visit = { page: null, url: NOWHERE, params: NO_PARAMS, request, deps, takeToasts: () => [] };
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

  #stream(run: Run, events: AsyncGenerator<Patch, void, void>, claim: MineClaim | null): Outcome {
    claim?.renew();
    const recorded = claim === null ? events : recordStream(events, claim);
    const leave = (): void => {
      if (run.action.method === "GET") run.controller.abort(new DOMException("The reader has left", "AbortError"));
    };
    const life = this.#life(run, recorded);
    const abandon = async (): Promise<void> => {
      await life.return();
      // A generator that was never asked for anything runs no `finally`, and the handler has done nothing yet.
      await this.#endClaim(run, claim?.giveUp());
      await run.lifetime.end();
    };
    return { kind: "stream", events: life, leave, abandon };
  }

  /** A stream from its first item to its end, whichever way it ends. */
  async *#life(run: Run, events: AsyncGenerator<Patch, void, void>): AsyncGenerator<Patch, void, void> {
    let failed = false;
    try {
      yield* events;
    } catch (error) {
      failed = true;
      this.#fail(run, error);
      throw error;
    } finally {
      // Here, not after the block: a stream that ends with a redirect, or is left, is returned and goes no further.
      if (!failed) {
        run.durationMs = performance.now() - (run.startedAt ?? 0);
        run.lifetime.keepFiles();
      }
      run.isOver = true;
      // Where the stream is gathered for an answer, that answer has no status yet, and whoever gives it goes on.
      if (run.status !== null) {
        await this.#dispatched(run, run.status);
        await run.lifetime.end();
      }
    }
  }

  #depsOf(
    arrival: Pick<Arrival, "request" | "url" | "cache">,
    match: RouteMatch<PageRoute> | null,
    signal: AbortSignal,
  ): RequestDeps {
    const { providers, overrides } = this.#services;
    const { request, url, cache } = arrival;
    return createRequestDeps({
      ctx: { request, url, params: match?.params ?? NO_PARAMS, signal },
      providers,
      overrides,
      cache,
      form: null,
      origin: match === null ? "missing" : "ok",
      context: match === null ? null : contextOf(match.route),
    });
  }

  async #refuse(arrival: Arrival, outcome: Outcome): Promise<Response> {
    const { request, url, intent, cache, visitor } = arrival;
    const { respond, limits } = this.#services;
    const nobody = { action: null, origin: null, instance: null, caller: visitor.address, headers: NO_HEADERS, limits };
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
    if (durationMs === null || !signals.actionDispatched.hasReceivers) return;
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
 * The same for the tabs of one browser that would be told the same: by the same principal, about the same page, with the
 * same data. What a page is rendered from beside these, such as a cookie, is theirs too.
 */
function shareOf({ request, principal, action }: Run): string {
  const parts = [action.name, principal, request.url, request.headers.get(DATA_HEADER), request.headers.get("cookie")];
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, 32);
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

function contextOf(route: PageRoute): (name: string) => ReturnType<PageRoute["context"]["get"]> {
  return (name) => route.context.get(name);
}

function baseOf({ request, url, params, signal }: RequestContext): Omit<RequestContext, "deps"> {
  return { request, url, params, signal };
}

function pageAt({ route, params }: RouteMatch<PageRoute>, url: URL): Origin {
  return { route, params, url: withoutProtocol(url) };
}

/** The one text of a field; `null` where it was not sent. Sent twice, the first counts, for every reader the same. */
function fieldText(body: Body, name: string): string | null {
  if (body.kind !== "fields") return null;
  const value = body.fields.get(name)?.[0];
  return typeof value === "string" ? value : null;
}

/** An address without the fields of the protocol: that of the page alone. */
function withoutProtocol(url: URL): URL {
  if (url.search === "") return url;
  // Looked at first: deleting would write the whole query anew, and another spelling is another address.
  const names = Array.from(url.searchParams.keys()).filter((name) => PROTOCOL_FIELDS.has(name));
  if (names.length === 0) return url;
  const plain = new URL(url);
  for (const name of names) plain.searchParams.delete(name);
  return plain;
}

// What describes the body of the request, or what asks for an action, does not belong to a GET of the page.
const NOT_OF_GET = /^(?:content-|transfer-encoding$|x-hyper-|x-requested-with$|accept$|if-|range$|origin$)/;

function headersOfGet(headers: Headers): Headers {
  const kept = new Headers();
  for (const [name, value] of headers) {
    if (!NOT_OF_GET.test(name)) kept.append(name, value);
  }
  return kept;
}
