/**
 * Patches → the bytes of an event stream, at the pace they are read.
 *
 * @module
 */
import type { Patch } from "../protocol/patch.ts";
import { isTerminal } from "../protocol/patch.ts";
import { drain } from "./collect.ts";
import { encodeEvent } from "./sink.ts";

const encoder = new TextEncoder();
// A comment: every parser of event streams skips it, and every proxy sees that the connection lives (HTML, 9.2.7).
const HEARTBEAT = encoder.encode(": heartbeat\n\n");
// A timer takes a delay of 24 days or more for none.
const MAX_DELAY = 2 ** 31;
export const END: Patch = { event: "end", data: {} };

/** Why a stream is over: it ended, the reader left, it failed, or it was let go. */
export type EndReason = "ended" | "left" | "failed" | "released";

/** The life of a stream. */
export interface EventStreamOptions {
  /** What came first, where the caller has looked already. */
  readonly first: IteratorResult<Patch, void> | Promise<IteratorResult<Patch, void>>;
  /** The rest. */
  readonly events: AsyncGenerator<Patch, void, void>;
  /** Seconds of silence before a heartbeat; 0 for none. */
  readonly heartbeatSeconds: number;
  /** Seconds the stream may last; then it is closed without an end, which tells the client to resume. */
  readonly maxSeconds: number;
  /** What becomes of the rest when the reader leaves: `stop` ends the generator, `finish` runs it to its end unread. */
  readonly whenLeft: "stop" | "finish";
  /** What an error becomes: the last event before the end; `null` for one that passes, so that the client is to resume. */
  readonly errorEvent: (error: unknown) => Patch | null;
  /** Told once, why the stream is over. */
  readonly onEnd: (reason: EndReason) => void;
  /** Closes the stream from outside: at shutdown, or when its visitor may no longer read it. */
  readonly signal: AbortSignal;
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
 * read costs one chunk, and is let go with the stream's age, or from outside, as any other.
 */
export function eventStream(options: EventStreamOptions): ReadableStream<Uint8Array> {
  const { events, heartbeatSeconds, maxSeconds, signal } = options;
  // The answer that is awaited; kept over heartbeats, because a generator is asked once for each item.
  let next: Promise<IteratorResult<Patch, void>> = Promise.resolve(options.first);
  // Set when the stream ends, by whichever end comes first.
  let ended = false;
  // Wakes a `pull` that waits; set anew by each. No promise for all of them: it would keep what each has hung on it.
  let interrupt = (_woken: Woken): void => {};
  let age: ReturnType<typeof setTimeout> | undefined;
  let release = (): void => {};

  const end = (reason: EndReason): void => {
    ended = true;
    clearTimeout(age);
    signal.removeEventListener("abort", release);
    interrupt({ kind: "over" });
    options.onEnd(reason);
  };
  const leave = (): void => {
    // Nobody is left to tell of an error here; whoever made the generator reports its errors.
    next.catch(() => {});
    if (options.whenLeft === "stop") void events.return().catch(() => {});
    else void drain(events);
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
      if (maxSeconds * 1000 < MAX_DELAY) age = setTimeout(release, maxSeconds * 1000);
    },
    async pull(controller): Promise<void> {
      const woken = await wake(next, heartbeatSeconds, (resolve) => interrupt = resolve);
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
      const frame = encode(result.value);
      if (frame.kind === "flawed") {
        // Thrown where it was given, so that the handler's own `finally` runs and its error is reported with its name.
        next = events.throw(frame.error);
        // It comes out again as a failure, and a stream that is asked must give something: a comment, which says nothing.
        return controller.enqueue(HEARTBEAT);
      }
      controller.enqueue(frame.bytes);
      if (isTerminal(result.value.event)) {
        end("ended");
        controller.close();
        void events.return().catch(() => {}); // Reported where the generator was made.
        return;
      }
      next = events.next();
    },
    cancel(): void {
      end("left");
      leave();
    },
  }, { highWaterMark: 0 });
}

/** A patch as bytes, or why it cannot be said. */
function encode(patch: Patch):
  | { readonly kind: "frame"; readonly bytes: Uint8Array }
  | { readonly kind: "flawed"; readonly error: unknown } {
  try {
    return { kind: "frame", bytes: encoder.encode(encodeEvent(patch)) };
  } catch (error) {
    return { kind: "flawed", error };
  }
}

type Woken =
  | { readonly kind: "next"; readonly result: IteratorResult<Patch, void> }
  | { readonly kind: "failed"; readonly error: unknown }
  | { readonly kind: "quiet" }
  | { readonly kind: "over" };

/** Waits for the next item, but no longer than a heartbeat, or until it is interrupted. */
async function wake(
  next: Promise<IteratorResult<Patch, void>>,
  heartbeatSeconds: number,
  onInterrupt: (interrupt: (woken: Woken) => void) => void,
): Promise<Woken> {
  const { promise, resolve } = Promise.withResolvers<Woken>();
  onInterrupt(resolve);
  next.then((result) => resolve({ kind: "next", result }), (error) => resolve({ kind: "failed", error }));
  const delay = heartbeatSeconds * 1000;
  const timer = delay > 0 && delay < MAX_DELAY ? setTimeout(() => resolve({ kind: "quiet" }), delay) : undefined;
  const woken = await promise;
  clearTimeout(timer);
  return woken;
}
