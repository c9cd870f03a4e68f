// Runs an action function, and turns its result into an outcome.
import { isPromiseLike } from "../../callback.ts";
import type { RequestContext } from "../../context.ts";
import type { AnyBound } from "../../forms/any_form.ts";
import { successFeedback } from "../../forms/form.ts";
import type { Cookie } from "../../cookies.ts";
import type { Item } from "../../results/item.ts";
import { redirect } from "../../results/items.ts";
import { toast } from "../../results/toast.ts";
import { readResult, type Result } from "../../results/result.ts";
import type { ActionRun } from "../action_run.ts";
import type { Observing, Running } from "../app.ts";
import { reporterOf } from "../observe.ts";
import type { Outcome } from "../outcome.ts";
import { publishChanges, publishFrom } from "../publishing.ts";
import { recordResponse, storedOf } from "../record.ts";
import { isSettled, settle } from "../settle.ts";
import { isRegionAction } from "../region_actions.ts";
import { type RegionCallsApp, runRegionAction } from "../region_calls.ts";
import { type SettlingApp, settlingOf } from "../settling.ts";
import { startStream } from "../stream_life.ts";
import { refuseForm } from "./bind_input.ts";

/** The parts of an application that running needs. */
export type RunApp = Running & SettlingApp & Observing & RegionCallsApp;

/** Runs the action function. */
export async function runAction(run: ActionRun, app: RunApp): Promise<Outcome> {
  const { call, bound, claim } = run;
  if (isRegionAction(call.action)) return await runRegionAction(run, app);
  const { trace, lifetime } = call.arrival;
  trace?.step("handler");
  let returned: unknown;
  try {
    // The context was just built for what this action declares.
    returned = call.action.handler(Object.assign(actionContext(run, app), bound.injected) as never);
    if (isPromiseLike(returned)) {
      claim?.renew();
      returned = await returned;
    }
  } catch (error) {
    await claim?.giveUp();
    throw error;
  }
  // An action function that finds a name taken calls `form.addError()`: it has then refused the form.
  if (bound.form !== null && !bound.form.isValid) {
    await claim?.giveUp();
    return refuseForm(call, run.page.pageRender, bound.form, app);
  }
  trace?.step("result");
  try {
    // Before the result is rendered and stored: a page that it refreshes reads what was written.
    if (call.cookies.isUnsettled) await call.cookies.settle();
    return await toOutcome(run, returned, app);
  } catch (error) {
    // The action function has run, so that a retry must not run it again, even if its result is not valid.
    lifetime.keepFiles();
    await claim?.finish({ kind: "tooLarge" });
    throw error;
  }
}

/** Returns the context of an action function, without what it injects. */
function actionContext(run: ActionRun, app: RunApp) {
  const { call, page, input, bound } = run;
  const { request, url, params, cookies, deps, signal, mode } = bound.deps.ctx;
  return {
    request,
    url,
    params,
    cookies,
    deps,
    signal,
    mode,
    form: bound.form,
    data: bound.data,
    files: input.files,
    signals: app.signals,
    originPage: page.pageRender.isOrigin ? page.pageRender.url : null,
    target: call.arrival.intent.target,
    requestId: input.onceId,
    publish: (topic: string, items: Item | readonly Item[]) => publishFrom(run, topic, items, app),
    setCookie: (cookie: Cookie) => cookies.set(cookie),
  };
}

async function toOutcome(run: ActionRun, returned: unknown, app: RunApp): Promise<Outcome> {
  const { call, bound, claim } = run;
  const read = readResult(returned, call.action.name, app.rendering.isMarkupNode);
  const result = read.kind === "nothing" && bound.form !== null ? successOf(bound.form, bound.deps.ctx) : read;
  const outcome = isSettled(result) ? result : await settle(result, settlingOf(run, app));
  if (outcome.kind === "stream") return await startStream(run, outcome.events, app);
  run.accept();
  publishChanges(run, app);
  if (claim === null) return outcome;
  if (outcome.kind !== "response") {
    await claim.finish(storedOf(outcome));
    return outcome;
  }
  claim.renew();
  const unread = {
    limits: call.limits,
    openSlot: () => app.streams.open(run.admitted.holder),
    report: reporterOf(call, app),
  };
  return { kind: "response", response: await recordResponse(outcome.response, claim, unread) };
}

/** Returns the feedback that a form declares, for an action function that returns nothing. */
function successOf(form: AnyBound, ctx: RequestContext): Result {
  const { toast: words, redirect: target } = successFeedback(form, ctx);
  const items: Item[] = [];
  if (words !== null) items.push(toast(words));
  if (target !== null) items.push(redirect(target));
  return items.length === 0 ? { kind: "nothing" } : { kind: "items", items };
}
