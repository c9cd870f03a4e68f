/**
 * Runs the generator of an action function as a stream, from its slot to its end.
 *
 * @module
 */
import { notify } from "../callback.ts";
import { isTerminal, type Patch } from "../protocol/patch.ts";
import type { ActionRun } from "./action_run.ts";
import type { Observing, Running } from "./app.ts";
import { failure } from "./failure.ts";
import { failCall, reporterOf } from "./observe.ts";
import type { Failure, Outcome, Rejection } from "./outcome.ts";
import { recordStream } from "./record.ts";
import { publishChanges } from "./publishing.ts";
import { isReading } from "./region_actions.ts";
import { changedRegions, type RegionsApp } from "./regions.ts";
import { isReported, RunningStream } from "./running_stream.ts";
import { refuseForm } from "./steps/bind_input.ts";
import type { StreamRefusal, StreamSlot } from "./streams.ts";
import { catalogueText } from "../texts/catalogue.ts";

/** Starts a generator if there is a slot. Without a slot, none of its code runs. */
export async function startStream(
  run: ActionRun,
  events: AsyncGenerator<Patch, void, void>,
  app: Pick<Running, "streams" | "changes"> & Observing & RegionsApp,
): Promise<Outcome> {
  const { call: { arrival: { lifetime }, action, limits, controller }, claim } = run;
  const report = reporterOf(run.call, app);
  const slot = await takeSlot(run, app);
  if (slot.kind !== "slot") {
    await claim?.giveUp();
    return refusalOf(slot);
  }
  claim?.renew();
  const isRefused = (): boolean => run.bound.form !== null && !run.bound.form.isValid;
  const checked = run.bound.form === null ? events : untilRefused(events, isRefused);
  const recorded = claim === null ? checked : recordStream(checked, claim, isRefused);
  const rejection: Rejection = { refusal: null, show: null };
  const life = runGenerator(run, recorded, () => stream.leave(), rejection, slot, app);
  const stream: RunningStream = new RunningStream({
    events: life,
    slot,
    whenLeft: isReading(action) ? "stop" : "finish",
    limits,
    actionName: action.name,
    controller,
    // Its events are incomplete: a retry must neither get them as the outcome nor run it again.
    onCut: () => {
      notify(() => claim?.finish({ kind: "tooLarge" }), report);
    },
    report,
  });
  const discard = async (): Promise<void> => {
    await notify(() => life.return(), isReported);
    // A generator that was not started runs no `finally`, and the action function has done nothing.
    slot.release();
    await claim?.giveUp();
    await lifetime.end();
  };
  return { kind: "stream", stream, rejection, discard };
}

function takeSlot(
  { call: { arrival: { subscription, client }, action }, admitted: { holder } }: ActionRun,
  { streams }: Pick<Running, "streams">,
): StreamSlot | StreamRefusal | Promise<StreamSlot | StreamRefusal> {
  if (subscription !== null) return streams.join(holder);
  return isReading(action) ? streams.openSoon(holder, client.gone) : streams.open(holder);
}

async function* runGenerator(
  run: ActionRun,
  events: AsyncGenerator<Patch, void, void>,
  leave: () => void,
  rejection: Rejection,
  slot: StreamSlot,
  app: Pick<Running, "changes"> & Observing & RegionsApp,
): AsyncGenerator<Patch, void, void> {
  const { arrival: { client, trace }, action } = run.call;
  // A mutation continues without its client.
  const gone = isReading(action) ? client.gone : null;
  gone?.addEventListener("abort", leave);
  let failed = false;
  try {
    if (gone?.aborted !== true) {
      yield* trace?.count(events) ?? events;
      const topics = run.changes.flatMap(({ topics }) => topics);
      yield* await changedRegions(topics, run.call, run.page.pageRender, run.admitted, app);
    }
  } catch (error) {
    failed = true;
    failCall(run.call, error, run.startedAt, app);
    throw error;
  } finally {
    // Not after the block: a stream that ends with a redirect, or whose reader leaves, returns at its yield.
    const { form } = run.bound;
    if (!failed && form !== null && !form.isValid) {
      rejection.refusal = refuseForm(run.call, run.page.pageRender, form, app);
      await rejection.show?.(rejection.refusal);
    } else if (!failed) run.accept();
    slot.release();
    gone?.removeEventListener("abort", leave);
    if (!failed) publishChanges(run, app);
    await run.endStream(app);
  }
}

/** Ends a generator that has rejected its form before a redirect: the form is shown instead. */
async function* untilRefused(
  events: AsyncGenerator<Patch, void, void>,
  isRefused: () => boolean,
): AsyncGenerator<Patch, void, void> {
  for await (const patch of events) {
    if (isTerminal(patch.event) && isRefused()) return;
    yield patch;
  }
}

function refusalOf(refusal: StreamRefusal): Failure {
  if (refusal.kind === "closing") {
    return failure(503, catalogueText("busy"), { "retry-after": "1" }, "The server is stopping");
  }
  const { limit, maximum } = refusal;
  return failure(
    429,
    catalogueText("busy"),
    { "retry-after": "10" },
    `Too many open streams: the limit ${limit} is ${maximum}`,
  );
}
