// Encodes patches as an event stream, as fast as they are read.
import { notify } from "../callback.ts";
import { encodeEvent } from "../protocol/event_stream.ts";
import type { Patch, PatchMarks } from "../protocol/patch.ts";
import { isTerminal } from "../protocol/patch.ts";
import { Alarm } from "../dispatch/alarms.ts";
import { isReported } from "../dispatch/running_stream.ts";
import type { EndReason, OpenedStream } from "../dispatch/subscription.ts";
import { waitForShare } from "./fair_share.ts";

const encoder = new TextEncoder();
// A comment: parsers skip it, and proxies see that the connection is alive (HTML, 9.2.7).
const COMMENT = ": heartbeat\n\n";
const HEARTBEAT = encoder.encode(COMMENT);
/**
 * Milliseconds after which a reader that does not take a chunk counts as gone. A connection buffers some tens of kilobytes itself, so
 * that one which stalls for a minute has no reader.
 */
export const STALL_MS = 60_000;
export const END: Patch = { event: "end", data: {} };

/** Options for {@linkcode eventStream}. */
export interface EventStreamOptions extends OpenedStream {
  /** Idle time before a heartbeat, in seconds; 0 for none. */
  readonly heartbeatSeconds: number;
  /** Maximum duration of the stream, in seconds. It is then closed without an `end` event, and the client reconnects. */
  readonly maxSeconds: number;
}

/** Encodes all patches and the end as one text. */
export function encodeEvents(events: readonly Patch[]): string {
  let text = "";
  for (const patch of events) {
    text += encodeEvent(patch);
    if (isTerminal(patch.event)) return text;
  }
  return text + encodeEvent(END);
}

/**
 * Streams patches. The generator is asked for a patch when the reader has taken the last one: a reader that does not read costs
 * one chunk, and is released after {@linkcode STALL_MS}, at the maximum duration, or by the server.
 */
export function eventStream(options: EventStreamOptions): ReadableStream<Uint8Array> {
  const { first, ...rest } = options;
  return new ReadableStream<Uint8Array>(new PatchSource(first, rest), { highWaterMark: 0 });
}

/** The source of one stream. A class, not closures: an idle stream holds one object. */
class PatchSource implements UnderlyingDefaultSource<Uint8Array> {
  readonly #options: Omit<EventStreamOptions, "first">;
  readonly #quietMs: number;
  /** The awaited result; kept over heartbeats, because a generator is asked once for each item. */
  #next: Promise<IteratorResult<Patch, void>>;
  #controller: ReadableStreamDefaultController<Uint8Array> | null = null;
  /** Set when the stream ends. */
  #ended = false;
  /** Wakes the `pull` that waits; set by each. One shared promise would keep the callbacks of all. */
  #interrupt: ((woken: Woken) => void) | null = null;
  /** The bytes of the last item. */
  #size = 0;
  /** Since when the reader waits for the stream, or the stream for the reader. */
  #waits: "reader" | "us" = "us";
  #since: number = performance.now();
  /** Rings for heartbeats and for a reader that stalls; not set by each item, which would cost more than the item. */
  readonly #check: Alarm = new Alarm(() => this.#checkWaiting());
  readonly #age: Alarm = new Alarm(() => this.#release());

  constructor(first: EventStreamOptions["first"], options: Omit<EventStreamOptions, "first">) {
    this.#options = options;
    this.#quietMs = options.heartbeatSeconds * 1000;
    this.#next = Promise.resolve(first);
  }

  start(controller: ReadableStreamDefaultController<Uint8Array>): void {
    const { stream: { signal }, maxSeconds } = this.#options;
    this.#controller = controller;
    // Not in `pull`: a reader that has stopped reading does not pull again.
    if (signal.aborted) return this.#release();
    signal.addEventListener("abort", this);
    this.#age.set(maxSeconds * 1000);
    this.#check.set(this.#checkMs);
  }

  async pull(controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> {
    this.#wait("reader");
    const woken = await this.#wake();
    this.#wait("us");
    if (this.#ended) return;
    switch (woken.kind) {
      case "over":
        return;
      case "quiet":
        return controller.enqueue(HEARTBEAT);
      case "failed": {
        const event = this.#options.errorEvent(woken.error);
        if (event !== null) controller.enqueue(encoder.encode(encodeEvent(event) + encodeEvent(END)));
        this.#end("failed");
        return controller.close();
      }
      case "next":
        return await this.#send(woken.result, controller);
    }
  }

  cancel(): void {
    this.#end("left");
    this.#leave();
  }

  /** Called when the signal is aborted. */
  handleEvent(): void {
    this.#release();
  }

  #wait(side: "reader" | "us"): void {
    this.#waits = side;
    this.#since = performance.now();
  }

  #wake(): Promise<Woken> {
    const { promise, resolve } = Promise.withResolvers<Woken>();
    this.#interrupt = resolve;
    this.#next.then((result) => resolve({ kind: "next", result }), (error) => resolve({ kind: "failed", error }));
    return promise;
  }

  async #send(
    result: IteratorResult<Patch, void>,
    controller: ReadableStreamDefaultController<Uint8Array>,
  ): Promise<void> {
    const { stream, lastEvents } = this.#options;
    if (result.done) {
      controller.enqueue(encoder.encode(encodeEvents(lastEvents())));
      this.#end("ended");
      return controller.close();
    }
    const share = waitForShare(this.#size);
    if (share !== null) {
      await share;
      // Released, or left, while it waited.
      if (this.#ended) return;
    }
    const frame = encodeFrame(result.value);
    if (frame.kind === "flawed") {
      // Thrown at its `yield`, so that `finally` of the action function runs and the error is reported with the action.
      this.#next = stream.events.throw(frame.error);
      // It comes back as a failure. A pull has to enqueue something: a comment.
      return controller.enqueue(HEARTBEAT);
    }
    controller.enqueue(frame.bytes);
    if (isTerminal(frame.last.event)) {
      this.#end("ended");
      controller.close();
      notify(() => stream.end(), isReported);
      return;
    }
    // A patch of a topic is encoded once for all of its streams, and is not sent faster than it is published.
    this.#size = ofTopic(result.value) ? 0 : frame.bytes.length;
    this.#next = stream.events.next();
  }

  /** Milliseconds between two checks while the stream waits for its reader. */
  get #checkMs(): number {
    return this.#quietMs > 0 ? Math.min(this.#quietMs, STALL_MS / 4) : STALL_MS / 4;
  }

  #checkWaiting(): void {
    const waited = performance.now() - this.#since;
    if (this.#waits === "us") return waited < STALL_MS ? this.#check.set(this.#checkMs) : this.#drop();
    const left = this.#quietMs - waited;
    // A reader that does not read gets no heartbeat.
    if (this.#quietMs > 0 && left <= 0) this.#interrupt?.({ kind: "quiet" });
    this.#check.set(left > 0 ? roundUp(Math.min(left, this.#checkMs), this.#checkMs / 16) : this.#checkMs);
  }

  /** Ends the stream of a reader that has stopped reading. */
  #drop(): void {
    this.#end("left");
    // Not closed: that would wait for the reader to take the last chunk.
    this.#controller?.error(new DOMException("The reader has stopped reading", "AbortError"));
    this.#leave();
  }

  #release(): void {
    if (this.#ended) return;
    this.#end("released");
    this.#controller?.close();
    this.#leave();
  }

  #leave(): void {
    // Nothing reads it any more. The error is reported where the generator was created.
    this.#next.catch(() => {});
    this.#options.stream.leave();
  }

  #end(reason: EndReason): void {
    this.#ended = true;
    this.#age.stop();
    this.#check.stop();
    this.#options.stream.signal.removeEventListener("abort", this);
    this.#interrupt?.({ kind: "over" });
    this.#options.onEnd(reason);
  }
}

/** Rounds up to a multiple, so that alarms have few different delays. */
function roundUp(value: number, step: number): number {
  return Math.ceil(value / step) * step;
}

/** The reason that a waiting `pull` continues. */
type Woken =
  | { readonly kind: "next"; readonly result: IteratorResult<Patch, void> }
  | { readonly kind: "failed"; readonly error: unknown }
  | { readonly kind: "quiet" }
  | { readonly kind: "over" };

/** The bytes of a patch, or of a batch and its last patch; or the error of encoding it. */
type Frame =
  | { readonly kind: "frame"; readonly bytes: Uint8Array; readonly last: Patch }
  | { readonly kind: "flawed"; readonly error: unknown };

/** Patches that are sent together. Those of a topic are sent to many readers, so the bytes are kept under the first patch. */
interface Batch {
  readonly count: number;
  readonly last: Patch;
  readonly frame: Frame;
}
const batches = new WeakMap<Patch, Batch>();

/** Returns whether a patch has a position in a topic; others are sent once, to one reader. */
function ofTopic({ batch, id }: Patch & PatchMarks): boolean {
  return batch !== undefined || id !== undefined;
}

function encodeFrame(patch: Patch & PatchMarks): Frame {
  const { batch } = patch;
  // A position is that of one stream, which would keep its bytes.
  if (!ofTopic(patch) || patch.event === "checkpoint" && batch === undefined) return encodeAgain([patch]);
  const all = batch ?? [patch];
  const first = all[0] ?? patch;
  const last = all.at(-1) ?? patch;
  const known = batches.get(first);
  if (known?.count === all.length && known.last === last) return known.frame;
  const frame = encodeAgain(all);
  batches.set(first, { count: all.length, last, frame });
  return frame;
}

function encodeAgain(patches: readonly (Patch & PatchMarks)[]): Frame {
  try {
    let text = "";
    let last = END;
    // The regions of changed topics follow. A pull has to enqueue something: a comment.
    for (last of patches) text += last.event === "changed" ? COMMENT : encodeEvent(last);
    return { kind: "frame", bytes: encoder.encode(text), last };
  } catch (error) {
    return { kind: "flawed", error };
  }
}
