// Encodes patches as an event stream, as fast as they are read.
import { notify } from "../callback.ts";
import { encodeEvent } from "../protocol/event_stream.ts";
import type { Patch, PatchMarks } from "../protocol/patch.ts";
import { isTerminal } from "../protocol/patch.ts";
import { isReported, type RunningStream, startTimer } from "../dispatch/running_stream.ts";
import { waitForShare } from "./fair_share.ts";

const encoder = new TextEncoder();
// A comment: parsers skip it, and proxies see that the connection is alive (HTML, 9.2.7).
const COMMENT = ": heartbeat\n\n";
const HEARTBEAT = encoder.encode(COMMENT);
// A timer with a delay of 24 days or more fires at once.
const MAX_DELAY = 2 ** 31;
/**
 * Milliseconds after which a reader that does not take a chunk counts as gone. A connection buffers some tens of kilobytes itself, so
 * that one which stalls for a minute has no reader.
 */
export const STALL_MS = 60_000;
export const END: Patch = { event: "end", data: {} };

/** The reason a stream has ended: its generator ended, the reader left, it failed, or the reader was released. */
export type EndReason = "ended" | "left" | "failed" | "released";

/** Options for {@linkcode eventStream}. */
export interface EventStreamOptions {
  /** The first result of the generator. */
  readonly first: IteratorResult<Patch, void> | Promise<IteratorResult<Patch, void>>;
  /** The rest of the stream. */
  readonly stream: RunningStream;
  /** Idle time before a heartbeat, in seconds; 0 for none. */
  readonly heartbeatSeconds: number;
  /** Maximum duration of the stream, in seconds. It is then closed without an `end` event, and the client reconnects. */
  readonly maxSeconds: number;
  /** Returns the last event of a stream that failed; `null` for a temporary error, after which the client reconnects. */
  readonly errorEvent: (error: unknown) => Patch | null;
  /** Returns the last events of a stream whose generator has ended. */
  readonly lastEvents: () => readonly Patch[];
  /** Called once, with the reason of the end. */
  readonly onEnd: (reason: EndReason) => void;
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
  const { stream, maxSeconds } = options;
  const { events, signal } = stream;
  const quietMs = options.heartbeatSeconds * 1000;
  // The awaited result; kept over heartbeats, because a generator is asked once for each item.
  let next: Promise<IteratorResult<Patch, void>> = Promise.resolve(options.first);
  // Set when the stream ends.
  let ended = false;
  // Wakes the `pull` that waits; set by each. One shared promise would keep the callbacks of all.
  let interrupt = (_woken: Woken): void => {};
  // The bytes of the last item.
  let size = 0;
  // Since when the reader waits for the stream, or the stream for the reader.
  let waits: "reader" | "us" = "us";
  let since = performance.now();
  // One timer for all heartbeats: a timer for each item would cost more than the item.
  let beat: ReturnType<typeof setTimeout> | undefined;
  let age: ReturnType<typeof setTimeout> | undefined;
  let stall: ReturnType<typeof setInterval> | undefined;
  let release = (): void => {};

  const end = (reason: EndReason): void => {
    ended = true;
    clearTimeout(age);
    clearTimeout(beat);
    clearInterval(stall);
    signal.removeEventListener("abort", release);
    interrupt({ kind: "over" });
    options.onEnd(reason);
  };
  const leave = (): void => {
    // There is no reader. The error is reported where the generator was created.
    next.catch(() => {});
    stream.leave();
  };
  const armBeat = (delay: number): void => {
    if (beat !== undefined || !(delay > 0 && delay < MAX_DELAY)) return;
    beat = setTimeout(() => {
      beat = undefined;
      // Set again by the next pull: a reader that does not read gets no heartbeat.
      if (waits !== "reader") return;
      const left = since + quietMs - performance.now();
      if (left > 0) armBeat(left);
      else interrupt({ kind: "quiet" });
    }, delay);
  };

  return new ReadableStream<Uint8Array>({
    start(controller): void {
      // Not in `pull`: a reader that has stopped reading does not pull again.
      release = () => {
        if (ended) return;
        end("released");
        controller.close();
        leave();
      };
      if (signal.aborted) return release();
      signal.addEventListener("abort", release);
      age = startTimer(maxSeconds, release);
      stall = setInterval(() => {
        if (waits !== "us" || performance.now() - since < STALL_MS) return;
        end("left");
        // Not closed: that would wait for the reader to take the last chunk.
        controller.error(new DOMException("The reader has stopped reading", "AbortError"));
        leave();
      }, STALL_MS / 4);
    },
    async pull(controller): Promise<void> {
      waits = "reader";
      since = performance.now();
      armBeat(quietMs);
      const { promise, resolve } = Promise.withResolvers<Woken>();
      interrupt = resolve;
      next.then((result) => resolve({ kind: "next", result }), (error) => resolve({ kind: "failed", error }));
      const woken = await promise;
      waits = "us";
      since = performance.now();
      if (ended) return;
      switch (woken.kind) {
        case "over":
          return;
        case "quiet":
          return controller.enqueue(HEARTBEAT);
        case "failed": {
          const event = options.errorEvent(woken.error);
          if (event !== null) controller.enqueue(encoder.encode(encodeEvent(event) + encodeEvent(END)));
          end("failed");
          return controller.close();
        }
        case "next":
          break;
      }
      const { result } = woken;
      if (result.done) {
        controller.enqueue(encoder.encode(encodeEvents(options.lastEvents())));
        end("ended");
        return controller.close();
      }
      const share = waitForShare(size);
      if (share !== null) {
        await share;
        // Released, or left, while it waited.
        if (ended) return;
      }
      const frame = encodeFrame(result.value);
      if (frame.kind === "flawed") {
        // Thrown at its `yield`, so that `finally` of the action function runs and the error is reported with the action.
        next = events.throw(frame.error);
        // It comes back as a failure. A pull has to enqueue something: a comment.
        return controller.enqueue(HEARTBEAT);
      }
      controller.enqueue(frame.bytes);
      if (isTerminal(frame.last.event)) {
        end("ended");
        controller.close();
        notify(() => stream.end(), isReported);
        return;
      }
      // A patch of a topic is encoded once for all of its streams, and is not sent faster than it is published.
      size = ofTopic(result.value) ? 0 : frame.bytes.length;
      next = events.next();
    },
    cancel(): void {
      end("left");
      leave();
    },
  }, { highWaterMark: 0 });
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
  if (!ofTopic(patch)) return encodeAgain([patch]);
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
