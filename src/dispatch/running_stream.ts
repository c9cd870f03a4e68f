// A running generator of patches: the one place that decides how it ends.
//
// ```
// read ──── ended, or a terminal event ───────────────────────────────▶ ended
//   │
//   └─ leave() ─▶ GET: must end ──────────────────────────────────────▶ ended, or stuck: its slot goes to the next
//              └▶ POST: unread, bounded ─▶ ended, or must end ────────▶ ended, or stuck
// never read (a document, JSON): run() ─▶ as above
// ```
import { abortSafely, notify, reportTo } from "../callback.ts";
import type { Limits } from "../http/limits.ts";
import { isTerminal, type Patch } from "../protocol/patch.ts";
import { Alarm } from "./alarms.ts";
import { Pace } from "./pace.ts";
import { type StreamReader, type StreamSlot, STUCK_MS } from "./streams.ts";

/** The limits of a generator that has no reader. */
export type UnreadLimits = Pick<Limits, "unreadEvents" | "unreadBytes" | "streamSeconds">;

/**
 * The patches of a stream: a generator, or an object that holds less while it waits. An idle generator takes 800 bytes, with the frame
 * of its function and the promise that it awaits.
 */
export type PatchEvents = Pick<AsyncGenerator<Patch, void, void>, "next" | "return" | "throw">;

/**
 * Milliseconds that a generator which watches a topic continues after its reader has left. The call continues on the stream of the browser,
 * and that stream is opened again whenever a tab comes or goes, on any instance. So the generator of the next stream begins before
 * `finally` of the last one runs: what they count, such as who is online, does not change in between.
 */
export const LINGER_MS = 3_000;

/** The call that a stream belongs to. */
export interface StreamOwner {
  /** The name of the action, for messages. */
  readonly actionName: string;
  /** `true` once code of the action function runs when the stream of a topic ends. */
  readonly lingers: boolean;
  /** Called before a generator is ended early that should have run to its end. */
  cut(): void;
  /** Called with each error that the generator did not throw. */
  report(error: unknown): void;
}

/** Options for {@linkcode RunningStream}. */
export interface RunningStreamOptions {
  /** The generator, not started. */
  readonly events: PatchEvents;
  /** Its slot; the generator releases it when it ends. */
  readonly slot: StreamSlot;
  /** Behavior when its reader leaves: `stop` ends it, `finish` runs it to its end. */
  readonly whenLeft: "stop" | "finish";
  /** The bounds of a run without a reader. */
  readonly limits: UnreadLimits;
  /** Aborted with the reason when the generator must end: the abort signal of the action function. `null` if nothing listens. */
  readonly controller: AbortController | null;
  readonly owner: StreamOwner;
}

/** The reader of a running generator. */
export interface PatchReader extends StreamReader {
  /** Called when the client has left: if it has read nothing yet, nothing cancels the body of its response. */
  leave(): void;
}

/** Called with a patch and the length of its data as JSON. */
export type TakePatch = (patch: Patch, bytes: number) => void;

/** A running generator of patches. */
export class RunningStream {
  /** The patches, for a reader. */
  readonly events: PatchEvents;
  readonly #options: RunningStreamOptions;
  #state: "read" | "unread" | "ending" = "read";
  #reader: PatchReader | null = null;
  /** `true` once its client has left, perhaps before it had a reader. */
  #isLeft = false;
  /** Ends a generator that continues without a reader. */
  #lingering: Alarm | null = null;

  /** @param options The generator and its bounds. */
  constructor(options: RunningStreamOptions) {
    this.events = options.events;
    this.#options = options;
  }

  /** `true` once the reader must be released. */
  get isReleased(): boolean {
    return this.#options.slot.isReleased;
  }

  /** Sets the reader that is notified when it must be released, or when its client has left; `null` if it has left. */
  setReader(reader: PatchReader | null): void {
    this.#reader = reader;
    this.#options.slot.setReader(reader);
    if (this.#isLeft) reader?.leave();
  }

  get #isEnding(): boolean {
    return this.#state === "ending";
  }

  /** Releases the reader. The generator of a GET is ended; that of a POST runs to its end, within the limits. */
  leave(): void {
    this.#isLeft = true;
    this.#reader?.leave();
    if (this.#options.whenLeft === "stop") return this.#linger();
    if (this.#state !== "read") return;
    notify(() => this.run(() => {}), isReported);
  }

  /** Ends the generator after its current patch. */
  async end(): Promise<void> {
    if (this.#isEnding) return;
    this.#state = "ending";
    this.#lingering?.stop();
    const { slot, owner } = this.#options;
    slot.leave();
    slot.end(() => reportTo((error) => owner.report(error), stuck(owner.actionName)));
    await this.events.return();
  }

  /**
   * Runs the generator without a reader until it ends, yields a terminal event, or reaches a limit.
   *
   * @param take Called with each patch. The stream does not store it.
   * @returns `"ended"` if the generator has ended, `"cut"` if it was stopped early.
   * @throws {unknown} The error of the generator.
   */
  async run(take: TakePatch): Promise<"ended" | "cut"> {
    const { slot, limits } = this.#options;
    if (this.#state === "read") this.#state = "unread";
    slot.leave();
    const pace = new Pace();
    const timer = startTimer(limits.streamSeconds, () => this.#exceed("streamSeconds"));
    let events = 0;
    let bytes = 0;
    try {
      for (;;) {
        const result = await this.events.next();
        // Ended early, perhaps while it worked on this patch.
        if (this.#isEnding) return "cut";
        if (result.done) return "ended";
        const size = await this.#measure(result.value);
        bytes += size;
        if (++events > limits.unreadEvents) return this.#exceed("unreadEvents");
        if (bytes > limits.unreadBytes) return this.#exceed("unreadBytes");
        take(result.value, size);
        if (isTerminal(result.value.event)) {
          await this.end();
          return "ended";
        }
        const pause = pace.pause();
        if (pause !== null) await pause;
      }
    } finally {
      clearTimeout(timer);
    }
  }

  /** Returns the length of a patch as JSON. A patch that is not JSON fails at its `yield`, as with a reader. */
  async #measure(patch: Patch): Promise<number> {
    try {
      return JSON.stringify(patch).length;
    } catch (error) {
      await this.events.throw(error);
      throw error;
    }
  }

  #linger(): void {
    if (this.#lingering !== null) return;
    const { slot, owner } = this.#options;
    const release = (): void => {
      this.#lingering?.stop();
      this.#stop(new DOMException("The reader has left", "AbortError"));
    };
    // A place for it is not due to a client, which may come and go as often as it likes.
    if (this.#state !== "read" || !owner.lingers || !slot.linger({ release })) return release();
    this.#lingering = new Alarm({ ring: release });
    this.#lingering.set(LINGER_MS);
  }

  #exceed(limit: keyof UnreadLimits): "cut" {
    const { owner, limits, whenLeft } = this.#options;
    if (this.#isEnding) return "cut";
    if (whenLeft === "finish") {
      owner.cut();
      reportTo((error) => owner.report(error), new RangeError(exceeded(owner.actionName, limit, limits[limit])));
    }
    this.#stop(new DOMException(`The limit "${limit}" was reached without a reader`, "TimeoutError"));
    return "cut";
  }

  #stop(reason: DOMException): void {
    if (this.#isEnding) return;
    const { controller, owner } = this.#options;
    if (controller !== null) abortSafely(controller, reason, (error) => owner.report(error));
    notify(() => this.end(), isReported);
  }
}

/** Ignores the error of a generator without a reader: it was reported where the generator was created. */
export function isReported(): void {}

/** Starts a timer; returns `undefined` for more seconds than a timer can wait (HTML, 8.7), about 24 days. */
export function startTimer(seconds: number, callback: () => void): ReturnType<typeof setTimeout> | undefined {
  return seconds * 1000 < 2 ** 31 ? setTimeout(callback, seconds * 1000) : undefined;
}

function exceeded(actionName: string, limit: keyof UnreadLimits, maximum: number): string {
  const amount = {
    streamSeconds: `${maximum} seconds`,
    unreadEvents: `${maximum} events`,
    unreadBytes: `${maximum} bytes`,
  };
  return `Cannot run action "${actionName}" to its end: it has no reader and has used ${amount[limit]}, the limit ` +
    `"${limit}"; raise the limit, or end the generator when ctx.signal is aborted`;
}

function stuck(actionName: string): Error {
  return new Error(
    `Cannot end action "${actionName}": its generator has not ended ${STUCK_MS / 1000} seconds after it had to; ` +
      `end its waiting when ctx.signal is aborted`,
  );
}
