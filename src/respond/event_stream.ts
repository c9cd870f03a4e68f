// Encodes patches as an event stream, as fast as they are read.
import { notify } from "../callback.ts";
import { encodeEvent } from "../protocol/event_stream.ts";
import type { Patch, PatchMarks } from "../protocol/patch.ts";
import { isTerminal } from "../protocol/patch.ts";
import { Alarm } from "../dispatch/alarms.ts";
import { isReported, type PatchReader } from "../dispatch/running_stream.ts";
import type { EndReason, FirstPatch, OpenedStream } from "../dispatch/subscription.ts";
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
export interface EventStreamOptions {
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
 * Streams patches. The generator is asked for a patch when the last one was sent: a reader that does not read costs one chunk, and is
 * released after {@linkcode STALL_MS}, at the maximum duration, or by the server.
 *
 * @param first The first result of the generator.
 */
export function eventStream(
  opened: OpenedStream,
  first: FirstPatch,
  options: EventStreamOptions,
): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>(new PatchSource(opened, first, options), { highWaterMark: 0 });
}

/**
 * The source of one stream. Idle streams are many, so that one holds only this object and the promise of its next patch: neither
 * closures nor functions that wait.
 */
class PatchSource implements UnderlyingDefaultSource<Uint8Array>, PatchReader {
  readonly #opened: OpenedStream;
  readonly #quietMs: number;
  readonly #maxMs: number;
  #controller: ReadableStreamDefaultController<Uint8Array> | null = null;
  /** A result that has arrived before the reader asked for it. */
  #early: Arrived | null = null;
  #ended = false;
  /** The bytes of the last item. */
  #size = 0;
  /** Since when the reader waits for the stream, or the stream for the reader. */
  #waits: "reader" | "us" = "us";
  #since: number = performance.now();
  /** Rings for heartbeats and for a reader that stalls; not set by each item, which would cost more than the item. */
  readonly #check = new Alarm(this);
  readonly #age = new Alarm(this);
  /** Made once: a stream asks for thousands of results. */
  readonly #take = (result: IteratorResult<Patch, void>): void => this.#arrive({ kind: "next", result });
  readonly #fail = (error: unknown): void => this.#arrive({ kind: "failed", error });

  constructor(opened: OpenedStream, first: FirstPatch, { heartbeatSeconds, maxSeconds }: EventStreamOptions) {
    this.#opened = opened;
    this.#quietMs = heartbeatSeconds * 1000;
    this.#maxMs = maxSeconds * 1000;
    this.#await(Promise.resolve(first));
  }

  start(controller: ReadableStreamDefaultController<Uint8Array>): void {
    const { stream } = this.#opened;
    this.#controller = controller;
    // Not in `pull`: a reader that has stopped reading does not pull again.
    if (stream.isReleased) return this.release();
    this.#age.set(this.#maxMs);
    this.#check.set(this.#checkMs);
    // After the alarms: if the client has left, this ends them.
    stream.setReader(this);
  }

  /** Not awaited while there is nothing to send: a chunk that is enqueued later answers the reader that waits. */
  pull(): void {
    this.#wait("reader");
    const early = this.#early;
    if (early === null) return;
    this.#early = null;
    this.#deliver(early);
  }

  cancel(): void {
    this.#end("left");
    this.#leave();
  }

  ring(alarm: Alarm): void {
    if (alarm === this.#age) this.release();
    else this.#checkWaiting();
  }

  release(): void {
    if (this.#ended) return;
    this.#end("released");
    this.#controller?.close();
    this.#leave();
  }

  leave(): void {
    if (this.#ended) return;
    this.#end("left");
    this.#controller?.close();
  }

  #wait(side: "reader" | "us"): void {
    this.#waits = side;
    this.#since = performance.now();
  }

  #await(next: Promise<IteratorResult<Patch, void>>): void {
    next.then(this.#take, this.#fail);
  }

  /** Never throws: nothing awaits it. */
  #arrive(arrived: Arrived): void {
    // An error of a stream that nothing reads any more was reported where the generator was created.
    if (this.#ended) return;
    if (this.#waits === "reader") this.#deliver(arrived);
    else this.#early = arrived;
  }

  #deliver(arrived: Arrived): void {
    this.#wait("us");
    try {
      if (arrived.kind === "failed") return this.#sendError(arrived.error);
      if (arrived.result.done) return this.#sendLast(this.#opened.lastEvents(), "ended");
      const patch = arrived.result.value;
      const share = waitForShare(this.#size);
      if (share === null) this.#send(patch);
      else notify(() => this.#sendAfter(share, patch), isReported);
    } catch (error) {
      this.#break("failed", error);
    }
  }

  async #sendAfter(share: Promise<void>, patch: Patch): Promise<void> {
    await share;
    // Released, or left, while it waited.
    if (this.#ended) return;
    try {
      this.#send(patch);
    } catch (error) {
      this.#break("failed", error);
    }
  }

  #sendError(error: unknown): void {
    const event = this.#opened.errorEvent(error);
    if (event !== null) return this.#sendLast([event], "failed");
    this.#end("failed");
    this.#controller?.close();
  }

  #sendLast(events: readonly Patch[], reason: EndReason): void {
    const bytes = encoder.encode(encodeEvents(events));
    this.#end(reason);
    this.#controller?.enqueue(bytes);
    this.#controller?.close();
  }

  #send(patch: Patch): void {
    const { stream } = this.#opened;
    const frame = encodeFrame(patch);
    if (frame.kind === "flawed") {
      // Thrown at its `yield`, so that `finally` of the action function runs and the error is reported with the action. It comes back
      // as a failure.
      this.#wait("reader");
      return this.#await(stream.events.throw(frame.error));
    }
    if (isTerminal(frame.last.event)) {
      this.#end("ended");
      this.#controller?.enqueue(frame.bytes);
      this.#controller?.close();
      notify(() => stream.end(), isReported);
      return;
    }
    this.#controller?.enqueue(frame.bytes);
    // A patch of a topic is encoded once for all of its streams, and is not sent faster than it is published.
    this.#size = ofTopic(patch) ? 0 : frame.bytes.length;
    this.#await(stream.events.next());
  }

  /** Milliseconds between two checks while the stream waits for its reader. */
  get #checkMs(): number {
    return this.#quietMs > 0 ? Math.min(this.#quietMs, STALL_MS / 4) : STALL_MS / 4;
  }

  #checkWaiting(): void {
    const waited = performance.now() - this.#since;
    if (this.#waits === "us") {
      if (waited < STALL_MS) return this.#check.set(this.#checkMs);
      // Not closed: that would wait for the reader to take the last chunk.
      return this.#break("left", new DOMException("The reader has stopped reading", "AbortError"));
    }
    const left = this.#quietMs - waited;
    // A reader that does not read gets no heartbeat.
    if (this.#quietMs > 0 && left <= 0) {
      this.#wait("us");
      this.#controller?.enqueue(HEARTBEAT);
    }
    this.#check.set(left > 0 ? roundUp(Math.min(left, this.#checkMs), this.#checkMs / 16) : this.#checkMs);
  }

  #break(reason: EndReason, error: unknown): void {
    if (this.#ended) return;
    this.#end(reason);
    this.#controller?.error(error);
    this.#leave();
  }

  #leave(): void {
    this.#opened.stream.leave();
  }

  #end(reason: EndReason): void {
    this.#ended = true;
    this.#early = null;
    this.#age.stop();
    this.#check.stop();
    this.#opened.stream.setReader(null);
    this.#opened.onEnd(reason);
  }
}

/** Rounds up to a multiple, so that alarms have few different delays. */
function roundUp(value: number, step: number): number {
  return Math.ceil(value / step) * step;
}

/** A result of the generator. */
type Arrived =
  | { readonly kind: "next"; readonly result: IteratorResult<Patch, void> }
  | { readonly kind: "failed"; readonly error: unknown };

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
    // The regions of changed topics follow. A chunk is not empty: a comment.
    for (last of patches) text += last.event === "changed" ? COMMENT : encodeEvent(last);
    return { kind: "frame", bytes: encoder.encode(text), last };
  } catch (error) {
    return { kind: "flawed", error };
  }
}
