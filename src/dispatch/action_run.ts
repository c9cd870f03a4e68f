/**
 * One run of an action function: what it is given, and how far it is.
 *
 * @module
 */
import type { Observing } from "./app.ts";
import type { Call, CallPage } from "./call.ts";
import { sendDispatched } from "./observe.ts";
import type { MineClaim } from "./once/held.ts";
import type { Admitted } from "./steps/admit.ts";
import type { Bound } from "./steps/bind_input.ts";
import type { Input } from "./steps/read_input.ts";

/** What the steps before a run have handed on. */
export interface RunFacts {
  readonly call: Call;
  readonly page: CallPage;
  readonly admitted: Admitted;
  readonly input: Input;
  readonly bound: Bound;
  /** The claim, where the action runs once. */
  readonly claim: MineClaim | null;
}

/** One run. */
export class ActionRun implements RunFacts {
  readonly call: Call;
  readonly page: CallPage;
  readonly admitted: Admitted;
  readonly input: Input;
  readonly bound: Bound;
  readonly claim: MineClaim | null;
  /** The time the action function was entered, on the clock of `performance.now()`. */
  readonly startedAt: number = performance.now();
  /** Milliseconds that it ran; `null` before its result was accepted, of a generator before it has ended. */
  #durationMs: number | null = null;
  /** The status of the answer; `null` before it is known. */
  #status: number | null = null;
  /** Set when a generator has ended. */
  #hasEnded = false;

  constructor({ call, page, admitted, input, bound, claim }: RunFacts) {
    this.call = call;
    this.page = page;
    this.admitted = admitted;
    this.input = input;
    this.bound = bound;
    this.claim = claim;
  }

  /** Notes that the result was accepted: what the action function has taken over stays. */
  accept(): void {
    this.call.arrival.lifetime.keepFiles();
    this.#durationMs = performance.now() - this.startedAt;
  }

  /** Notes the end of the generator, and ends the request where its answer is out already. */
  async endStream(app: Observing): Promise<void> {
    this.#hasEnded = true;
    // Where the stream is gathered for an answer, that answer has no status yet, and ends the request itself.
    if (this.#status === null) return;
    await this.#tell(this.#status, app);
    await this.call.arrival.lifetime.end();
  }

  /**
   * Notes the answer.
   *
   * @param isStream `true` if it goes on with the generator.
   * @returns `false` where the generator ends the request, when it has ended.
   */
  async answered(status: number, isStream: boolean, app: Observing): Promise<boolean> {
    this.#status = status;
    if (isStream && !this.#hasEnded) return false;
    await this.#tell(status, app);
    return true;
  }

  async #tell(responseStatus: number, app: Observing): Promise<void> {
    if (this.#durationMs === null) return;
    const { form } = this.bound;
    const params = this.page.page?.params ?? {};
    await sendDispatched(this.call, { form, params, durationMs: this.#durationMs, responseStatus }, app);
  }
}
