/**
 * One run of an action function.
 *
 * @module
 */
import type { ChangedItem } from "../results/item.ts";
import type { Observing } from "./app.ts";
import type { Call, CallPage } from "./call.ts";
import { sendDispatched } from "./observe.ts";
import { isRegionAction } from "./region_actions.ts";
import type { MineClaim } from "./once/held.ts";
import type { Admitted } from "./steps/admit.ts";
import type { Bound } from "./steps/bind_input.ts";
import type { Input } from "./steps/read_input.ts";

const NO_DATA: Readonly<Record<string, never>> = Object.freeze({});

/** The results of the steps before a run. */
type RunFacts = Pick<ActionRun, "call" | "page" | "admitted" | "input" | "bound" | "claim">;

/** One run. */
export class ActionRun {
  readonly call: Call;
  readonly page: CallPage;
  readonly admitted: Admitted;
  input: Input;
  bound: Bound;
  /** The claim; `null` for an action that may run any number of times. */
  readonly claim: MineClaim | null;
  /** Start of the action function, in milliseconds of `performance.now()`. */
  readonly startedAt: number = performance.now();
  /** The topics that have changed, to be published when the action has ended. */
  readonly changes: ChangedItem[] = [];
  /** Set when its generator watches a topic, so that code of the application runs when that ends. */
  lingers = false;
  /** Duration in milliseconds; `null` before its result is accepted, or before its generator has ended. */
  #durationMs: number | null = null;
  /** The status of the response; `null` before it is known. */
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

  /** Drops the data of the request once it was read: a stream would hold it to its end. */
  async dropData(): Promise<void> {
    const { arrival } = this.call;
    arrival.body = null;
    this.input = { ...this.input, kwargs: NO_DATA };
    this.bound = { ...this.bound, data: NO_DATA };
    await arrival.lifetime.dropBody();
  }

  /** Notes topics that have changed. */
  noteChanged(item: ChangedItem): void {
    this.changes.push(item);
  }

  /** Notes that the result is accepted: the files that the action function has taken over are kept. */
  accept(): void {
    this.call.arrival.lifetime.keepFiles();
    this.#durationMs = performance.now() - this.startedAt;
  }

  /** Notes the end of the generator, and ends the request if its response was returned. */
  async endStream(app: Observing): Promise<void> {
    this.#hasEnded = true;
    // A response that collects the stream has no status yet, and ends the request itself.
    if (this.#status === null) return;
    await this.#send(this.#status, app);
    await this.call.arrival.lifetime.end();
  }

  /**
   * Notes the response.
   *
   * @returns `false` if the generator ends the request.
   */
  async answered(status: number, isStream: boolean, app: Observing): Promise<boolean> {
    this.#status = status;
    if (isStream && !this.#hasEnded) return false;
    await this.#send(status, app);
    return true;
  }

  /** Sends that it has ended; a promise only if a receiver is awaited. */
  #send(responseStatus: number, app: Observing): Promise<void> | void {
    if (this.#durationMs === null || isRegionAction(this.call.action)) return;
    const { form } = this.bound;
    const params = this.page.page?.params ?? {};
    return sendDispatched(this.call, { form, params, durationMs: this.#durationMs, responseStatus }, app);
  }
}
