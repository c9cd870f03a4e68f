// Decides who may run an action, and how often.
import type { Holder } from "../../http/caller.ts";
import type { RateRule } from "../../http/rate_rule.ts";
import type { Admission, Observing } from "../app.ts";
import type { Call, CallPage } from "../call.ts";
import { askGuard } from "../guards.ts";
import type { Outcome } from "../outcome.ts";
import { isRegionAction } from "../region_actions.ts";
import { rateHeaders, tooManyRuns } from "../rate.ts";

/** A call that was admitted. */
export interface Admitted {
  readonly kind: "admitted";
  /** The principal, as the application identifies it, or `null`. */
  readonly principal: string | null;
  /** The principal or address that the resources of the call are counted for. */
  readonly holder: Holder;
  /** The headers of its rate. */
  readonly headers: Readonly<Record<string, string>>;
}

/** Number of times that a subscription may be opened for each run that the rate of its action allows. */
const OPENINGS = 20;

const NO_HEADERS: Readonly<Record<string, string>> = Object.freeze({});

/** Asks the guards, identifies the principal and counts the run. */
export async function admit(
  call: Call,
  { deps }: CallPage,
  app: Admission & Observing,
): Promise<Admitted | Outcome> {
  const { arrival, action } = call;
  const { request, client, trace } = arrival;
  trace?.step("guard");
  for (const guard of [action.skipHandlerGuard ? null : app.guard, action.guard]) {
    const denial = guard === null ? null : await askGuard(call, guard, deps.ctx, app);
    if (denial !== null) return denial;
  }
  const principal = app.principal === null ? null : await app.principal(request);
  const holder: Holder = principal === null ? client.holder : { kind: "principal", name: principal };
  const isValidation = call.arrival.mode === "validate";
  const declared = isRegionAction(action) ? null : isValidation ? action.validate : action.rate ?? app.rate;
  const rule = declared !== null && arrival.subscription !== null ? ofSubscription(declared) : declared;
  if (rule === null) return { kind: "admitted", principal, holder, headers: NO_HEADERS };
  trace?.step("rate");
  return await countRun(call, rule, { kind: "admitted", principal, holder, headers: NO_HEADERS }, app);
}

/**
 * Returns the rate of subscriptions. They are counted apart, and may be more: the stream of a browser opens all of them again whenever
 * one of its tabs changes, and the request of each tab was counted before.
 */
function ofSubscription({ limit, seconds }: RateRule): RateRule {
  return { limit: limit * OPENINGS, seconds };
}

async function countRun(
  { arrival: { client, mode, subscription }, action }: Call,
  rule: RateRule,
  admitted: Admitted,
  { limiter }: Admission,
): Promise<Admitted | Outcome> {
  // No action has a slash in its name.
  const counted = mode === "validate"
    ? `validate/${action.name}`
    : subscription === null
    ? action.name
    : `subscribe/${action.name}`;
  const verdict = await limiter.take(`${counted} ${admitted.principal ?? client.address}`, rule);
  const headers = rateHeaders(rule, verdict);
  return verdict.allowed ? { ...admitted, headers } : tooManyRuns(verdict, headers);
}
