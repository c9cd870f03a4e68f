// The steps and the outcome of one request, for development mode and OpenTelemetry. Without either nothing is recorded, at the cost
// of one comparison with `null` for each step.
import type { Action } from "../actions/action.ts";
import type { PatchEvents } from "./running_stream.ts";
import type { Patch, PatchMarks } from "../protocol/patch.ts";
import type { Outcome } from "./outcome.ts";

/** A step of a request, in the order of `dispatch.ts`; `page` serves a request without an action. */
export type Step =
  | "url"
  | "cross-origin"
  | "find"
  | "guard"
  | "rate"
  | "body"
  | "origin"
  | "dependencies"
  | "form-guard"
  | "validate"
  | "claim"
  | "handler"
  | "result"
  | "answer"
  | "page";

/** A step and its start. It ends when the next one starts. */
export interface StepMark {
  /** The step. */
  readonly step: Step;
  /** Its start, in milliseconds of `performance.now()`. */
  readonly at: number;
}

/** The outcome of a request in one word. */
export type TraceOutcome = "success" | "checked" | "repeat" | "stream" | "invalid" | "refused" | "failed";

/** Records one request. */
export class Trace {
  /** Its start, in milliseconds of `performance.now()`. */
  readonly startedAt: number = performance.now();
  /** Fulfilled when the response is sent; for a stream, when it has closed. */
  readonly over: Promise<void>;
  readonly #steps: StepMark[] = [];
  readonly #end: () => void;
  #action: Action | null = null;
  #outcome: Outcome | null = null;
  #status = 0;
  #events = 0;
  #endedAt: number | null = null;

  constructor() {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.over = promise;
    this.#end = resolve;
  }

  /** The steps so far, in order. */
  get steps(): readonly StepMark[] {
    return this.#steps;
  }

  /** The action; `null` before it is found. */
  get action(): Action | null {
    return this.#action;
  }

  /** The status of the response; 0 before there is one. */
  get status(): number {
    return this.#status;
  }

  /** Number of events that a stream has sent. */
  get events(): number {
    return this.#events;
  }

  /** Its end, as {@linkcode Trace.startedAt}; `null` before. */
  get endedAt(): number | null {
    return this.#endedAt;
  }

  /** The invalid fields; `""` is the form itself. */
  get issues(): readonly string[] {
    const outcome = this.#outcome;
    return outcome?.kind === "invalid" || outcome?.kind === "checked" ? Object.keys(outcome.issues) : [];
  }

  /** The outcome. A response with status 500 has failed, also if the action function succeeded. */
  get outcome(): TraceOutcome {
    if (this.#status >= 500) return "failed";
    if (this.#outcome?.kind === "invalid") return "invalid";
    if (this.#status >= 400) return "refused";
    if (this.#outcome?.kind === "stream") return "stream";
    if (this.#outcome?.kind === "checked") return "checked";
    // A retry has an outcome without a run.
    const hasRun = this.#action === null || this.#steps.some(({ step }) => step === "handler");
    return hasRun || this.#outcome?.kind === "response" ? "success" : "repeat";
  }

  /** Records the start of a step, which ends the one before. */
  step(step: Step): void {
    this.#steps.push({ step, at: performance.now() });
  }

  /** Records the action. */
  found(action: Action): void {
    this.#action = action;
  }

  /** Records the outcome. */
  settled(outcome: Outcome): void {
    this.#outcome = outcome;
  }

  /** Records the status of the response. */
  answered(status: number): void {
    this.#status = status;
  }

  /** Records the end; a second call does nothing. */
  end(): void {
    if (this.#endedAt !== null) return;
    this.#endedAt = performance.now();
    this.#end();
  }

  /** Returns the events of a generator, counted. */
  count(events: PatchEvents): PatchEvents {
    const note = (result: IteratorResult<Patch & PatchMarks, void>): IteratorResult<Patch, void> => {
      if (!result.done) this.#events += result.value.batch?.length ?? 1;
      return result;
    };
    return {
      next: async () => note(await events.next()),
      return: () => events.return(),
      throw: async (error) => note(await events.throw(error)),
    };
  }
}
