/**
 * Patches → the bytes of an event stream, at the pace they are read.
 *
 * @module
 */
import { notify } from "../callback.ts";
import { encodeEvent } from "../protocol/event_stream.ts";
import type { Patch, PatchMarks } from "../protocol/patch.ts";
import { isTerminal } from "../protocol/patch.ts";
import { isReported, type RunningStream, startTimer } from "../dispatch/running_stream.ts";
import { nextTurn } from "./fair_share.ts";

const encoder = new TextEncoder();
// A comment: every parser of event streams skips it, and every proxy sees that the connection lives (HTML, 9.2.7).
const HEARTBEAT = encoder.encode(": heartbeat\n\n");
// A timer takes a delay of 24 days or more for none.
const MAX_DELAY = 2 ** 31;
/**
 * Milliseconds that a reader may leave a chunk lying before it counts as gone. A connection holds some tens of kilobytes
 * on its own, so that one which stands still for a minute with more to come is read by nobody.
 */
export const STALL_MS = 60_000;
export const END: Patch = { event: "end", data: {} };

/** Why a stream is over: it ended, the reader left, it failed, or it was let go. */
export type EndReason = "ended" | "left" | "failed" | "released";

/** The life of a stream. */
export interface EventStreamOptions {
  /** What came first, where the caller has looked already. */
  readonly first: IteratorResult<Patch, void> | Promise<IteratorResult<Patch, void>>;
  /** The rest, and how it ends. */
  readonly stream: RunningStream;
  /** Seconds of silence before a heartbeat; 0 for none. */
  readonly heartbeatSeconds: number;
  /** Seconds the stream may last; then it is closed without an end, which tells the client to resume. */
  readonly maxSeconds: number;
  /** What an error becomes: the last event before the end; `null` for one that passes, so that the client is to resume. */
  readonly errorEvent: (error: unknown) => Patch | null;
  /** Told once, why the stream is over. */
  readonly onEnd: (reason: EndReason) => void;
}

/** Patches that are all known → one chunk, ended. */
export function encodeEvents(events: readonly Patch[]): string {
  let text = "";
  for (const patch of events) {
    text += encodeEvent(patch);
    if (isTerminal(patch.event)) return text;
  }
  return text + encodeEvent(END);
}

/**
 * Streams patches. Nothing is asked of the generator before the reader has taken what there is: a reader that does not
 * read costs one chunk, and is let go after {@linkcode STALL_MS}, with the stream's age, or from outside.
 */
export function eventStream(options: EventStreamOptions): ReadableStream<Uint8Array> {
  const { stream, maxSeconds } = options;
  const { events, signal } = stream;
  const quietMs = options.heartbeatSeconds * 1000;
  // The answer that is awaited; kept over heartbeats, because a generator is asked once for each item.
  let next: Promise<IteratorResult<Patch, void>> = Promise.resolve(options.first);
  // Set when the stream ends, by whichever end comes first.
  let ended = false;
  // Wakes a `pull` that waits; set anew by each. No promise for all of them: it would keep what each has hung on it.
  let interrupt = (_woken: Woken): void => {};
  // The bytes of the last item.
  let size = 0;
  // Since when the reader waits for us, or we for the reader.
  let waits: "reader" | "us" = "us";
  let since = performance.now();
  // One timer for all heartbeats: one for each item would cost more than the item.
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
    // There is no reader to tell of an error; it is reported where the generator is made.
    next.catch(() => {});
    stream.leave();
  };
  const armBeat = (delay: number): void => {
    if (beat !== undefined || !(delay > 0 && delay < MAX_DELAY)) return;
    beat = setTimeout(() => {
      beat = undefined;
      // Armed again by the next pull: a reader that reads nothing is not told that we live.
      if (waits !== "reader") return;
      const left = since + quietMs - performance.now();
      if (left > 0) armBeat(left);
      else interrupt({ kind: "quiet" });
    }, delay);
  };

  return new ReadableStream<Uint8Array>({
    start(controller): void {
      // Not within `pull`: a reader that has stopped reading never pulls again.
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
        // Closed, it would wait for the reader to take the last chunk.
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
        controller.enqueue(encoder.encode(encodeEvent(END)));
        end("ended");
        return controller.close();
      }
      const turn = nextTurn(size);
      if (turn !== null) {
        await turn;
        // Released, or left, while it waited.
        if (ended) return;
      }
      const frame = encode(result.value);
      if (frame.kind === "flawed") {
        // Thrown where it was given, so that the handler's own `finally` runs and its error is reported with its name.
        next = events.throw(frame.error);
        // It comes out again as a failure, and a stream that is asked must give something: a comment, which says nothing.
        return controller.enqueue(HEARTBEAT);
      }
      controller.enqueue(frame.bytes);
      if (isTerminal(frame.last.event)) {
        end("ended");
        controller.close();
        notify(() => stream.end(), isReported);
        return;
      }
      // What a topic says is encoded once for all of its streams, and comes no faster than it is published: nobody waits
      // for a turn to hand it on.
      size = ofTopic(result.value) ? 0 : frame.bytes.length;
      next = events.next();
    },
    cancel(): void {
      end("left");
      leave();
    },
  }, { highWaterMark: 0 });
}

/** What woke a `pull` that waited. */
type Woken =
  | { readonly kind: "next"; readonly result: IteratorResult<Patch, void> }
  | { readonly kind: "failed"; readonly error: unknown }
  | { readonly kind: "quiet" }
  | { readonly kind: "over" };

/** A patch as bytes, or those that go out with it, the last of them; or why they cannot be said. */
type Frame =
  | { readonly kind: "frame"; readonly bytes: Uint8Array; readonly last: Patch }
  | { readonly kind: "flawed"; readonly error: unknown };

/** What goes out at once, encoded: of a topic the same to many, so it is kept under its first patch. */
interface Batch {
  readonly count: number;
  readonly last: Patch;
  readonly frame: Frame;
}
const batches = new WeakMap<Patch, Batch>();

/** Whether a patch has a place in a topic; what has none goes to one reader, once. */
function ofTopic({ batch, id }: Patch & PatchMarks): boolean {
  return batch !== undefined || id !== undefined;
}

function encode(patch: Patch & PatchMarks): Frame {
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
    for (last of patches) text += encodeEvent(last);
    return { kind: "frame", bytes: encoder.encode(text), last };
  } catch (error) {
    return { kind: "flawed", error };
  }
}
