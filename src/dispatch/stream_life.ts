/**
 * The generator of an action function as a stream: from its slot to its end, whichever way it ends.
 *
 * @module
 */
import { notify } from "../callback.ts";
import type { Patch } from "../protocol/patch.ts";
import type { ActionRun } from "./action_run.ts";
import type { Observing, Running } from "./app.ts";
import { failure } from "./failure.ts";
import { failCall, reporterOf } from "./observe.ts";
import type { Failure, Outcome } from "./outcome.ts";
import { recordStream } from "./record.ts";
import { isReported, RunningStream } from "./running_stream.ts";
import type { StreamRefusal, StreamSlot } from "./streams.ts";
import { catalogueText } from "../texts/catalogue.ts";

/** Lets a generator run where there is a slot for it. It has done nothing yet, and without a slot it never does. */
export async function startStream(
  run: ActionRun,
  events: AsyncGenerator<Patch, void, void>,
  app: Pick<Running, "streams"> & Observing,
): Promise<Outcome> {
  const { call: { action, limits, controller, lifetime }, claim, admitted } = run;
  const report = reporterOf(run.call, app);
  const slot = app.streams.open(admitted.holder);
  if (slot.kind !== "slot") {
    await claim?.giveUp();
    return refusalOf(slot);
  }
  claim?.renew();
  const recorded = claim === null ? events : recordStream(events, claim);
  const life = live(run, recorded, () => stream.leave(), slot, app);
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
    // A generator that was never asked for anything runs no `finally`, and the action function has done nothing yet.
    slot.release();
    await claim?.giveUp();
    await lifetime.end();
  };
  return { kind: "stream", stream, discard };
}

async function* live(
  run: ActionRun,
  events: AsyncGenerator<Patch, void, void>,
  leave: () => void,
  slot: StreamSlot,
  app: Observing,
): AsyncGenerator<Patch, void, void> {
  const { call } = run;
  // A document and JSON have no reader that could be seen to leave; a mutation runs on without its user.
  const gone = call.action.method === "GET" ? call.client.gone : null;
  gone?.addEventListener("abort", leave);
  let failed = false;
  try {
    if (gone?.aborted !== true) yield* call.trace?.count(events) ?? events;
  } catch (error) {
    failed = true;
    failCall(call, error, run.startedAt, app);
    throw error;
  } finally {
    // Here, not after the block: a stream that ends with a redirect, or is left, is returned and goes no further.
    slot.release();
    gone?.removeEventListener("abort", leave);
    if (!failed) run.accept();
    await run.endStream(app);
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
