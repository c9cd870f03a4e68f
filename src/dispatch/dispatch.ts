/**
 * Answering a request: the only file that knows the order of the steps.
 *
 * ```
 * judge: URL, host, method, cross-origin ─▶ find the action ─▶ find the page it is about ─▶ admit: guards, user, rate
 *   ─▶ read the input: body, bounded ─▶ bind: dependencies, form guard, validation ─▶ claim: exactly once ─▶ run ─▶ answer
 * ```
 *
 * Nothing is parsed before the verdict, and no code of the application runs before the page is known and the guards have been
 * asked. Where nothing but a field of the body names action or page, the body is read, bounded, before that.
 *
 * @module
 */
import type { Action } from "../actions/action.ts";
import { attachRequestDepCache, DependencyCache } from "../deps/cache.ts";
import { type Intent, plainIntent, readIntent } from "../actions/intent.ts";
import { resolveLimits } from "../http/limits.ts";
import type { Item } from "../results/item.ts";
import { ActionRun } from "./action_run.ts";
import type { App } from "./app.ts";
import { type Arrival, type ClientInfo, dropBody } from "./arrival.ts";
import { Call, type CallPage } from "./call.ts";
import { failureOf, isReportable, notAllowed } from "./failure.ts";
import { handOver } from "./hand_over.ts";
import { Lifetime } from "./lifetime.ts";
import { failCall, reporterOf, tellDenied } from "./observe.ts";
import type { Outcome } from "./outcome.ts";
import { publishFromOutside } from "./publishing.ts";
import { depsOf } from "./request_deps.ts";
import { admit, type Admitted, type NotAdmitted } from "./steps/admit.ts";
import { bindInput } from "./steps/bind_input.ts";
import { claimRun } from "./steps/claim_run.ts";
import { findAction, noSuchAction } from "./steps/find_action.ts";
import { findPage } from "./steps/find_page.ts";
import { judgeOrigin, judgeUrl } from "./steps/judge.ts";
import { type Input, readInput } from "./steps/read_input.ts";
import { runAction } from "./steps/run_action.ts";
import type { Trace } from "./trace.ts";
import { NOWHERE } from "./page_renders.ts";

/** What the steps of a call have handed on, as far as it came. Written here alone. */
interface Reached {
  page: CallPage | null;
  admitted: Admitted | NotAdmitted | null;
  input: Input | null;
  run: ActionRun | null;
}

/** The standard pipeline. One for each handler; `context.run(action)` of a backend leads here. */
export class FormActionDispatch {
  readonly #app: App;

  /**
   * Puts the pipeline together.
   *
   * @param app The application.
   */
  constructor(app: App) {
    this.#app = app;
  }

  /**
   * Answers a request: an action where one is asked for, else whatever is served at its address.
   *
   * @param request The request.
   * @param client The client that sent it.
   * @returns The answer. A refusal and a failure are answers too: this does not reject.
   */
  answer(request: Request, client: ClientInfo): Promise<Response> {
    return this.answerTraced(request, client, null);
  }

  /**
   * The same, noted step by step.
   *
   * @internal
   * @param request The request.
   * @param client The client that sent it.
   * @param trace Notes what happens to it; `null` where nothing watches.
   */
  async answerTraced(request: Request, client: ClientInfo, trace: Trace | null): Promise<Response> {
    const report = reporterOf({ request, action: null }, this.#app);
    const cache = new DependencyCache(report);
    attachRequestDepCache(request, cache);
    const arrivalAt = (url: URL, intent: Intent = plainIntent(request)): Arrival => {
      return { request, url, intent, cache, client, body: null, trace };
    };
    trace?.step("url");
    const judged = judgeUrl(request, this.#app);
    if (judged.kind === "refused") return await this.#refuse(arrivalAt(NOWHERE), judged.refusal);
    const { url } = judged;
    let intent: Intent | undefined;
    try {
      trace?.step("cross-origin");
      const refusal = judgeOrigin(request, url, this.#app);
      if (refusal !== null) {
        tellDenied({ request, action: null }, "cross-origin", refusal.status, this.#app);
        return await this.#refuse(arrivalAt(url), refusal);
      }
      trace?.step("find");
      intent = readIntent(request, url);
      return await this.#answerFound(arrivalAt(url, intent));
    } catch (error) {
      if (isReportable(error)) report(error);
      return await this.#refuse(arrivalAt(url, intent), failureOf(error));
    }
  }

  /**
   * Publishes items from outside any request.
   *
   * @param topic The topic.
   * @param items The items; a refresh is rendered by each watcher, the rest here, as part of no page.
   */
  publish(topic: string, items: Item | readonly Item[]): Promise<void> {
    return publishFromOutside(topic, items, this.#app);
  }

  async #answerFound(arrival: Arrival): Promise<Response> {
    const finding = findAction(arrival, this.#app);
    // Awaited only where the body had to be read: each promise that an answer passes costs about as much as a step.
    const found = finding instanceof Promise ? await finding : finding;
    switch (found.kind) {
      case "refused":
        return await this.#refuse(arrival, found.refusal);
      case "address":
        return await this.#serve(arrival);
      case "action":
        return await handOver(found.arrival, found.owned, {
          run: (action) => this.#call(action, found.arrival),
          notFound: () => this.#notFound(found.arrival),
        }, this.#app);
    }
  }

  /** Runs an action that was found, and answers. */
  async #call(action: Action, arrival: Arrival): Promise<Response> {
    const { limits: shared, respond } = this.#app;
    const limits = Object.keys(action.limits).length > 0 ? resolveLimits(action.limits, shared) : shared;
    const call = new Call(arrival, action, limits);
    const { request, url, intent, cache, cookies, trace, lifetime } = call;
    trace?.found(action);
    const reached: Reached = { page: null, admitted: null, input: null, run: null };
    let outcome: Outcome;
    try {
      outcome = await this.#steps(call, reached);
    } catch (error) {
      outcome = failCall(call, error, reached.run?.startedAt ?? null, this.#app);
    }
    trace?.settled(outcome);
    trace?.step("answer");
    const origin = reached.page?.pageRender ?? null;
    const instance = reached.input?.instance ?? null;
    const headers = reached.admitted?.headers ?? {};
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
      cookies,
      limits,
    });
    const isOver = await reached.run?.answered(response.status, outcome.kind === "stream", this.#app) ?? true;
    return isOver ? lifetime.endWith(response, outcome.kind === "response") : response;
  }

  /** The order of the steps. Each hands on a value, or ends the call with an outcome. */
  async #steps(call: Call, reached: Reached): Promise<Outcome> {
    const app = this.#app;
    if (call.request.method !== call.action.method) return notAllowed(call.action.method);
    const page = reached.page = await findPage(call, app);
    const admitted = reached.admitted = await admit(call, page, app);
    if (admitted.kind === "ended") return admitted.outcome;
    const input = await readInput(call, page, admitted, app);
    if (input.kind === "ended") return input.outcome;
    reached.input = input;
    const bound = await bindInput(call, page, input, app);
    if (bound.kind === "ended") return bound.outcome;
    const may = await claimRun(call, page, admitted, input, app);
    if (may.kind === "ended") return may.outcome;
    const run = reached.run = new ActionRun({ call, page, admitted, input, bound, claim: may.claim });
    return await runAction(run, app);
  }

  async #serve(arrival: Arrival): Promise<Response> {
    const { serve, router } = this.#app;
    const { request, url, client, cache, trace } = arrival;
    trace?.step("page");
    const lifetime = new Lifetime(cache);
    const match = router.match(url.pathname);
    const page = match === null ? null : { ...match, url };
    const served = await serve(request, url, match, depsOf(arrival, page, client.gone, this.#app));
    if (served.drawn === null) return lifetime.endWith(served.response, served.isStream);
    lifetime.endAfter(served.drawn);
    return served.response;
  }

  async #notFound(arrival: Arrival): Promise<Response> {
    if (arrival.body !== null) await dropBody(arrival.body);
    return await this.#refuse(arrival, noSuchAction(null, this.#app));
  }

  /** Answers a request for which no action was run. */
  async #refuse({ request, url, intent, cache, trace }: Arrival, outcome: Outcome): Promise<Response> {
    trace?.settled(outcome);
    trace?.step("answer");
    const { respond, limits } = this.#app;
    const about = { action: null, origin: null, instance: null, headers: {}, cookies: null, limits };
    const response = await respond({ outcome, intent, request, url, cache, ...about });
    return await new Lifetime(cache).endWith(response, false);
  }
}
