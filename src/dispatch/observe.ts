/**
 * Reports and signals of a call behind one face.
 *
 * @module
 */
import type { Action } from "../actions/action.ts";
import type { Report } from "../callback.ts";
import type { Params } from "../context.ts";
import { isA } from "../errors.ts";
import type { AnyBound } from "../forms/any_form.ts";
import { PageDeniedError } from "../pages/page_guard.ts";
import type { AccessDenied } from "../signals.ts";
import type { Observing } from "./app.ts";
import type { Call } from "./call.ts";
import { failureOf, isReportable } from "./failure.ts";
import type { Outcome } from "./outcome.ts";

/** A call as far as it is reported. */
export type ObservedCall = Pick<Call, "request"> & { readonly action: Pick<Action, "name"> | null };

/** Returns what reports errors of a call. */
export function reporterOf({ request, action }: ObservedCall, { report }: Observing): Report {
  return (error) => report(error, request, action?.name ?? null);
}

/**
 * Turns what a step threw into an outcome, and reports it where it is not a refusal.
 *
 * @param startedAt The time the action function was entered; `null` before.
 */
export function failCall(call: Call, error: unknown, startedAt: number | null, app: Observing): Outcome {
  if (isA(error, PageDeniedError)) return denyByPage(call, error, app);
  const { action, request } = call;
  const report = reporterOf(call, app);
  if (isReportable(error) && !call.wasReported(error)) report(error);
  app.signals.actionFailed.send({
    actionName: action.name,
    error,
    durationMs: startedAt === null ? 0 : performance.now() - startedAt,
    request,
  }, report);
  return failureOf(error);
}

/** Tells that a page does not let a call have its context. */
export function denyByPage(call: Call, error: PageDeniedError, app: Observing): Outcome {
  const { response } = error;
  sendDenied(call, response === null ? "guard" : "response", response?.status ?? error.status, app);
  return response === null ? failureOf(error) : { kind: "response", response };
}

/** Tells that a request was not let in. */
export function sendDenied(
  call: ObservedCall,
  reason: AccessDenied["reason"],
  responseStatus: number,
  app: Observing,
): void {
  const actionName = call.action?.name ?? null;
  app.signals.accessDenied.send({ actionName, reason, responseStatus, request: call.request }, reporterOf(call, app));
}

/** Tells that what was sent is invalid. */
export function sendInvalid(call: Call, errors: ReadonlyMap<string, readonly string[]>, app: Observing): void {
  app.signals.formValidationFailed.send({
    actionName: call.action.name,
    errorCount: Array.from(errors.values()).reduce((count, messages) => count + messages.length, 0),
    fieldNames: [...errors.keys()],
    request: call.request,
  }, reporterOf(call, app));
}

/** What is told of an action function that has run. */
export interface Dispatched {
  readonly form: AnyBound | null;
  readonly params: Params;
  readonly durationMs: number;
  readonly responseStatus: number;
}

/** Tells that an action function has run, and waits for receivers that ask for it. */
export async function sendDispatched(call: Call, told: Dispatched, app: Observing): Promise<void> {
  if (!app.signals.actionDispatched.hasReceivers) return;
  const { form, params, durationMs, responseStatus } = told;
  await app.signals.actionDispatched.sendAndWait({
    actionName: call.action.name,
    form,
    urlKwargs: params,
    durationMs,
    responseStatus,
    depCache: call.arrival.cache,
    request: call.request,
  }, reporterOf(call, app));
}
