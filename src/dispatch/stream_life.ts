/**
 * Runs the generator of an action function as a stream, from its slot to its end.
 *
 * @module
 */
import { notify } from "../callback.ts";
import { isTerminal, type Patch } from "../protocol/patch.ts";
import type { Action } from "../actions/action.ts";
import type { ActionRun } from "./action_run.ts";
import type { Observing, Running } from "./app.ts";
import { failure } from "./failure.ts";
import { failCall, reporterOf } from "./observe.ts";
import type { Failure, Outcome, Rejection } from "./outcome.ts";
import { type Failed, type LifeOwner, OwnedEvents } from "./owned_events.ts";
import { recordStream } from "./record.ts";
import { publishChanges } from "./publishing.ts";
import { isReading } from "./region_actions.ts";
import { changedRegions, type RegionsApp } from "./regions.ts";
import { isReported, type PatchEvents, RunningStream } from "./running_stream.ts";
import { refuseForm } from "./steps/bind_input.ts";
import type { StreamRefusal, StreamSlot } from "./streams.ts";
import { catalogueText } from "../texts/catalogue.ts";

/** Starts a generator if there is a slot. Without a slot, none of its code runs. */
export async function startStream(
  run: ActionRun,
  events: PatchEvents & AsyncIterable<Patch>,
  app: Pick<Running, "streams" | "changes"> & Observing & RegionsApp,
): Promise<Outcome> {
  const { call: { arrival: { trace } }, claim } = run;
  const slot = await takeSlot(run, app);
  if (slot.kind !== "slot") {
    await claim?.giveUp();
    return refusalOf(slot);
  }
  claim?.renew();
  const { form } = run.bound;
  const isRefused = (): boolean => form !== null && !form.isValid;
  const checked = form === null ? events : untilRefused(events, isRefused);
  const recorded = claim === null ? checked : recordStream(checked, claim, isRefused);
  const counted = trace === null ? recorded : trace.count(recorded);
  return streamOutcome(run, counted, new RunOwner(run, app), slot, run.call.controller);
}

/**
 * Starts the stream of an action that only reads. Its owner holds less than a whole run: such a stream waits for weeks.
 *
 * @param controller Aborted when it must end; `null` if nothing listens.
 */
export async function startReading(
  run: ActionRun,
  events: PatchEvents,
  owner: LifeOwner,
  controller: AbortController | null,
  app: Pick<Running, "streams">,
): Promise<Outcome> {
  const slot = await takeSlot(run, app);
  return slot.kind === "slot" ? streamOutcome(run, events, owner, slot, controller) : refusalOf(slot);
}

function streamOutcome(
  run: ActionRun,
  events: PatchEvents,
  owner: LifeOwner,
  slot: StreamSlot,
  controller: AbortController | null,
): Outcome {
  const { call, claim } = run;
  const { arrival: { lifetime, client }, action, limits } = call;
  const isRead = isReading(action);
  const life = new OwnedEvents(events, owner, slot);
  const stream = new RunningStream({
    events: life,
    slot,
    whenLeft: isRead ? "stop" : "finish",
    limits,
    controller,
    owner,
  });
  // A mutation continues without its client.
  if (isRead) {
    call.followClient(false);
    life.endWith(client, stream);
  }
  const discard = async (): Promise<void> => {
    await notify(() => life.return(), isReported);
    // A generator that was not started runs no `finally`, and the action function has done nothing.
    slot.release();
    await claim?.giveUp();
    await lifetime.end();
  };
  return { kind: "stream", stream, rejection: owner.rejection, discard };
}

function takeSlot(
  { call: { arrival: { subscription, client }, action }, admitted: { holder } }: ActionRun,
  { streams }: Pick<Running, "streams">,
): StreamSlot | StreamRefusal | Promise<StreamSlot | StreamRefusal> {
  if (subscription !== null) return streams.join(holder);
  return isReading(action) ? streams.openSoon(holder, client) : streams.open(holder);
}

/** The owner of a stream whose run is needed to its end. */
class RunOwner implements LifeOwner {
  readonly rejection: Rejection | null;
  readonly #run: ActionRun;
  readonly #app: Pick<Running, "changes"> & Observing & RegionsApp;

  constructor(run: ActionRun, app: Pick<Running, "changes"> & Observing & RegionsApp) {
    this.#run = run;
    this.#app = app;
    this.rejection = run.bound.form === null ? null : { refusal: null, show: null };
  }

  get actionName(): string {
    return this.#run.call.action.name;
  }

  get lingers(): boolean {
    return this.#run.lingers;
  }

  /** Its events are incomplete: a retry must neither get them as the outcome nor run it again. */
  cut(): void {
    notify(() => this.#run.claim?.finish({ kind: "tooLarge" }), reporterOf(this.#run.call, this.#app));
  }

  report(error: unknown): void {
    reporterOf(this.#run.call, this.#app)(error);
  }

  async after(): Promise<readonly Patch[]> {
    const { changes, call, page, admitted } = this.#run;
    const topics = changes.flatMap(({ topics }) => topics);
    return await changedRegions(topics, call, page.pageRender, admitted, this.#app);
  }

  async over(failed: Failed | null): Promise<void> {
    const { call, page, bound: { form }, startedAt } = this.#run;
    if (failed !== null) {
      failCall(call, failed.error, startedAt, this.#app);
      return;
    }
    const { rejection } = this;
    if (form === null || form.isValid || rejection === null) return this.#run.accept();
    rejection.refusal = refuseForm(call, page.pageRender, form, this.#app);
    await rejection.show?.(rejection.refusal);
  }

  async ended(failed: Failed | null): Promise<void> {
    if (failed === null) publishChanges(this.#run, this.#app);
    await this.#run.endStream(this.#app);
  }
}

/** The owner of a stream that has no form and changes nothing. */
export class ReadingOwner implements LifeOwner {
  readonly rejection = null;
  readonly lingers = false;
  readonly action: Action;
  readonly request: Request;
  readonly #app: Observing;
  readonly #startedAt: number;

  constructor({ call: { action, request }, startedAt }: ActionRun, app: Observing) {
    this.action = action;
    this.request = request;
    this.#app = app;
    this.#startedAt = startedAt;
  }

  get actionName(): string {
    return this.action.name;
  }

  cut(): void {}

  report(error: unknown): void {
    reporterOf(this, this.#app)(error);
  }

  after(): Promise<readonly Patch[]> {
    return Promise.resolve([]);
  }

  over(failed: Failed | null): void {
    if (failed !== null) failCall(this, failed.error, this.#startedAt, this.#app);
  }

  ended(): void {}

  /** Nothing that it runs reports an error and throws it. */
  wasReported(): boolean {
    return false;
  }
}

/** Ends a generator that has rejected its form before a redirect: the form is shown instead. */
async function* untilRefused(
  events: AsyncIterable<Patch>,
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
