// Responds to a request: the only file that knows the order of the steps.
//
// ```
// judge: URL, host, method, cross-origin ─▶ find the action ─▶ find its page ─▶ admit: guards, principal, rate
//   ─▶ read the input: body, bounded ─▶ bind: dependencies, form guard, validation ─▶ claim: exactly once ─▶ run ─▶ respond
//                                    └▶ validate: the same, for a request that only asks whether fields are valid ──────▶ respond
// ```
//
// Nothing is parsed before the request is judged, and no code of the application runs before the page is known and the guards have
// admitted the call. If only a field of the body names action or page, the body is read, bounded, before that.
import type { Action } from "../actions/action.ts";
import type { Report } from "../callback.ts";
import { intentOfReplaced, readIntent } from "../actions/intent.ts";
import { resolveLimits } from "../http/limits.ts";
import { ActionRun } from "./action_run.ts";
import { type Reached, refuse, respondToCall, serveAddress } from "./answering.ts";
import type { App } from "./app.ts";
import { Arrival, type ClientInfo } from "./arrival.ts";
import { Call } from "./call.ts";
import { isReportable, toFailure } from "./failure.ts";
import { dispatchToBackend } from "./to_backend.ts";
import { failBackend, failCall, reporterOf } from "./observe.ts";
import type { Outcome } from "./outcome.ts";
import { admit } from "./steps/admit.ts";
import { bindInput } from "./steps/bind_input.ts";
import { claimRun } from "./steps/claim_run.ts";
import { findAction, noSuchAction } from "./steps/find_action.ts";
import { findPage } from "./steps/find_page.ts";
import { judgeMethod, judgePurpose, judgeRequest } from "./steps/judge.ts";
import { readInput } from "./steps/read_input.ts";
import { runAction } from "./steps/run_action.ts";
import { validateFields } from "./steps/validate_fields.ts";
import type { Subscription } from "./subscription.ts";
import type { Trace } from "./trace.ts";

/** The standard pipeline. One for each handler; `context.run(action)` of a backend leads here. */
export class FormActionDispatch {
  readonly #app: App;

  /**
   * Creates the pipeline of an application.
   *
   * @param app The parts of the application.
   */
  constructor(app: App) {
    this.#app = app;
  }

  /**
   * Responds to a request: with an action if it names one, otherwise with whatever its address serves.
   *
   * @param request The request.
   * @param client The client that sent it.
   * @returns The response, also for a refusal and a failure: this does not reject.
   */
  answer(request: Request, client: ClientInfo): Promise<Response> {
    return this.answerTraced(request, client, null);
  }

  /**
   * Responds to a request, records each step unless `trace` is `null`, and passes its stream to a subscription if there is one.
   *
   * @internal
   */
  answerTraced(request: Request, client: ClientInfo, trace: Trace | null, to?: Subscription): Promise<Response> {
    const report = reporterOf({ request, action: null }, this.#app);
    const arrival = new Arrival(request, client, trace, report, to);
    return this.#judged(arrival, report, () => this.#answerFound(arrival));
  }

  async #answerFound(arrival: Arrival): Promise<Response> {
    const app = this.#app;
    arrival.trace?.step("find");
    arrival.intent = readIntent(arrival.request, arrival.url);
    const finding = findAction(arrival, app);
    // Awaited only if the body had to be read: each promise of a response costs about as much as a step.
    const found = finding instanceof Promise ? await finding : finding;
    if (found.kind === "address") return await serveAddress(arrival, app);
    if (found.kind === "failure") return await refuse(arrival, found, app);
    if (found.kind === "own") return await this.#call(found.action, arrival);
    try {
      return await dispatchToBackend(arrival, found.owned, {
        run: (action) => this.#call(action, arrival),
        runFor: (request, action) => this.#callFor(request, action, arrival),
        notFound: () => refuse(arrival, noSuchAction(null, app), app),
      }, app);
    } catch (error) {
      // The backend has failed: the pipeline itself does not reject.
      return await refuse(arrival, failBackend(arrival, found.owned.action, error, app), app);
    }
  }

  /** Runs an action for a request that a backend has made of the one that was received. */
  #callFor(request: Request, action: Action, { client, trace, intent }: Arrival): Promise<Response> {
    const report = reporterOf({ request, action: null }, this.#app);
    const arrival = new Arrival(request, client, trace, report);
    return this.#judged(arrival, report, () => {
      arrival.intent = intentOfReplaced(readIntent(request, arrival.url), intent);
      return this.#call(action, arrival);
    });
  }

  /** Responds to a request if its URL, host, method and origin are accepted. */
  async #judged(arrival: Arrival, report: Report, respond: () => Promise<Response>): Promise<Response> {
    const app = this.#app;
    try {
      const refusal = judgeRequest(arrival, app);
      return refusal === null ? await respond() : await refuse(arrival, refusal, app);
    } catch (error) {
      if (isReportable(error)) report(error);
      return await refuse(arrival, toFailure(error), app);
    }
  }

  async #call(action: Action, arrival: Arrival): Promise<Response> {
    const { limits: shared } = this.#app;
    const limits = Object.keys(action.limits).length > 0 ? resolveLimits(action.limits, shared) : shared;
    const call = new Call(arrival, action, limits, reporterOf({ request: arrival.request, action }, this.#app));
    arrival.trace?.found(action);
    const reached: Reached = { page: null, admitted: null, input: null, run: null };
    let outcome: Outcome;
    try {
      outcome = await this.#steps(call, reached);
    } catch (error) {
      outcome = failCall(call, error, reached.run?.startedAt ?? null, this.#app);
    }
    return await respondToCall(call, reached, outcome, this.#app);
  }

  /** Runs the steps in order. Each returns the value that the next ones need, or the outcome that ends the call. */
  async #steps(call: Call, reached: Reached): Promise<Outcome> {
    const app = this.#app;
    const refusal = judgeMethod(call.request.method, call.action.method) ?? judgePurpose(call.arrival, call.action);
    if (refusal !== null) return refusal;
    const page = reached.page = await findPage(call, app);
    const admitted = await admit(call, page, app);
    if (admitted.kind !== "admitted") return admitted;
    reached.admitted = admitted;
    const input = await readInput(call, page, admitted, app);
    if (input.kind !== "input") return input;
    reached.input = input;
    if (call.arrival.mode === "validate") return await validateFields(call, page, input, app);
    const bound = await bindInput(call, page, input, app);
    if (bound.kind !== "bound") return bound;
    const may = await claimRun(call, page, admitted, input, app);
    if (may.kind !== "run") return may;
    const run = reached.run = new ActionRun({ call, page, admitted, input, bound, claim: may.claim });
    return await runAction(run, app);
  }
}
