// Reports the errors of a call, and sends its server signals.
import type { Action } from "../actions/action.ts";
import type { Report } from "../callback.ts";
import type { Params } from "../context.ts";
import { isA } from "../errors.ts";
import type { AnyBound } from "../forms/any_form.ts";
import { PageDeniedError } from "../pages/page_guard.ts";
import type { AccessDenied } from "../signals.ts";
import type { Observing } from "./app.ts";
import type { Call } from "./call.ts";
import { isReportable, toFailure } from "./failure.ts";
import type { Failure, Outcome } from "./outcome.ts";

/** The part of a call that reports need. */
export type ObservedCall = Pick<Call, "request"> & { readonly action: Pick<Action, "name"> | null };

/** Returns the function that reports errors of a call. */
export function reporterOf({ request, action }: ObservedCall, { report }: Observing): Report {
  return (error) => report(error, request, action?.name ?? null);
}

/**
 * Turns the error of a step into an outcome, and reports it unless it is a refusal.
 *
 * @param startedAt The start of the action function; `null` if it was not called.
 */
export function failCall(
  call: Pick<Call, "action" | "request" | "wasReported">,
  error: unknown,
  startedAt: number | null,
  app: Observing,
): Outcome {
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
  return toFailure(error);
}

/** Turns the error of a backend into an outcome, as `failCall()` does for a step. */
export function failBackend(
  { request }: Pick<Call, "request">,
  action: Action,
  error: unknown,
  app: Observing,
): Failure {
  const report = reporterOf({ request, action }, app);
  if (isReportable(error)) report(error);
  app.signals.actionFailed.send({ actionName: action.name, error, durationMs: 0, request }, report);
  return toFailure(error);
}

/** Turns the denial of a page into an outcome, and sends `accessDenied`. */
export function denyByPage(call: ObservedCall, error: PageDeniedError, app: Observing): Outcome {
  const { response } = error;
  sendDenied(call, response === null ? "guard" : "response", response?.status ?? error.status, app);
  return response === null ? toFailure(error) : { kind: "response", response };
}

/** Sends `accessDenied`. */
export function sendDenied(
  call: ObservedCall,
  reason: AccessDenied["reason"],
  responseStatus: number,
  app: Observing,
): void {
  const actionName = call.action?.name ?? null;
  app.signals.accessDenied.send({ actionName, reason, responseStatus, request: call.request }, reporterOf(call, app));
}

/** Sends `formValidationFailed`. */
export function sendInvalid(call: Call, errors: ReadonlyMap<string, readonly string[]>, app: Observing): void {
  app.signals.formValidationFailed.send({
    actionName: call.action.name,
    errorCount: Array.from(errors.values()).reduce((count, messages) => count + messages.length, 0),
    fieldNames: [...errors.keys()],
    request: call.request,
  }, reporterOf(call, app));
}

/** A completed run, for `actionDispatched`. */
export interface Dispatched {
  readonly form: AnyBound | null;
  readonly params: Params;
  readonly durationMs: number;
  readonly responseStatus: number;
}

/** Sends `actionDispatched`. Returns a promise that waits for its receivers, if it has any. */
export function sendDispatched(call: Call, run: Dispatched, app: Observing): Promise<void> | void {
  if (!app.signals.actionDispatched.hasReceivers) return;
  const { form, params, durationMs, responseStatus } = run;
  return app.signals.actionDispatched.sendAndWait({
    actionName: call.action.name,
    form,
    urlKwargs: params,
    durationMs,
    responseStatus,
    depCache: call.arrival.cache,
    request: call.request,
  }, reporterOf(call, app));
}
