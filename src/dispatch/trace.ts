/**
 * What happened to one request, step by step, for whoever wants to see it: the console of development and the spans of
 * OpenTelemetry. Where nobody does there is no trace, and each note costs the look at a `null`.
 *
 * @module
 */
import type { Action } from "../actions/action.ts";
import type { Patch, PatchMarks } from "../protocol/patch.ts";
import type { Outcome } from "./outcome.ts";

/** A step of a request, named as `dispatch.ts` orders them; `page` is whatever is served where no action is asked for. */
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

/** A step and when it began. It ends where the next one begins. */
export interface StepMark {
  /** Which. */
  readonly step: Step;
  /** Milliseconds on the clock of `performance.now()`. */
  readonly at: number;
}

/** What came of an action, in one word. */
export type TraceOutcome = "success" | "repeat" | "stream" | "invalid" | "refused" | "failed";

/** The notes about one request. */
export class Trace {
  /** When it came, in milliseconds on the clock of `performance.now()`. */
  readonly startedAt: number = performance.now();
  /** Settled when the answer is out, of a stream when it has closed. */
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

  /** The action, or `null` while none was found. */
  get action(): Action | null {
    return this.#action;
  }

  /** The status of the answer; 0 before there is one. */
  get status(): number {
    return this.#status;
  }

  /** How many events a stream has sent. */
  get events(): number {
    return this.#events;
  }

  /** When it was over, as {@linkcode Trace.startedAt}; `null` before. */
  get endedAt(): number | null {
    return this.#endedAt;
  }

  /** The fields that were refused; `""` is the form itself. */
  get issues(): readonly string[] {
    return this.#outcome?.kind === "invalid" ? Object.keys(this.#outcome.issues) : [];
  }

  /** What came of it, as the status of the answer has it too: an answer that could not be made has failed. */
  get outcome(): TraceOutcome {
    if (this.#status >= 500) return "failed";
    if (this.#outcome?.kind === "invalid") return "invalid";
    if (this.#status >= 400) return "refused";
    if (this.#outcome?.kind === "stream") return "stream";
    // What was found done has an outcome and no run.
    const hasRun = this.#action === null || this.#steps.some(({ step }) => step === "handler");
    return hasRun || this.#outcome?.kind === "response" ? "success" : "repeat";
  }

  /** A step begins, and ends the one before. */
  step(step: Step): void {
    this.#steps.push({ step, at: performance.now() });
  }

  /** The action that was asked for. */
  found(action: Action): void {
    this.#action = action;
  }

  /** What came of it, before it is said. */
  settled(outcome: Outcome): void {
    this.#outcome = outcome;
  }

  /** The status it is answered with. */
  answered(status: number): void {
    this.#status = status;
  }

  /** It is over; a second call does nothing. */
  end(): void {
    if (this.#endedAt !== null) return;
    this.#endedAt = performance.now();
    this.#end();
  }

  /** The events of a stream, counted as they pass; what is asked of the one generator is asked of the other. */
  count(events: AsyncGenerator<Patch, void, void>): AsyncGenerator<Patch, void, void> {
    const note = (result: IteratorResult<Patch & PatchMarks, void>): IteratorResult<Patch, void> => {
      if (!result.done) this.#events += result.value.batch?.length ?? 1;
      return result;
    };
    const counted: AsyncGenerator<Patch, void, void> = {
      next: async () => note(await events.next()),
      return: () => events.return(),
      throw: async (error) => note(await events.throw(error)),
      [Symbol.asyncIterator]: () => counted,
      [Symbol.asyncDispose]: () => events[Symbol.asyncDispose](),
    };
    return counted;
  }
}
