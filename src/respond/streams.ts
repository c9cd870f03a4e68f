/**
 * The streams a process holds open: how many there are, whose they are, and their common end.
 *
 * @module
 */
import type { Limits } from "../request/limits.ts";

/** A stream that was let in. */
export interface StreamSlot {
  /** Aborted when the stream is to close: its visitor was disconnected, or the process shuts down. */
  readonly signal: AbortSignal;
  /** Gives the place back; a second call does nothing. */
  release(): void;
}

/** Why there is no place. */
export type StreamRefusal =
  /** The name of the limit that was hit, and its value. */
  | { readonly limit: "streams" | "streamsPerCaller"; readonly maximum: number }
  /** All streams were told to come back elsewhere. */
  | { readonly limit: null };

/** Counts streams. */
export interface Streams {
  /** A place for one more stream of a caller, or why there is none. */
  open(caller: string): StreamSlot | StreamRefusal;
  /** Closes every stream of the callers that a function is true for. */
  disconnect(isMeant: (caller: string) => boolean): void;
  /** Closes every stream, waits until all have ended, and lets no other in. */
  close(): Promise<void>;
}

/** Whether a place was given. */
export function isSlot(opened: StreamSlot | StreamRefusal): opened is StreamSlot {
  return "signal" in opened;
}

/**
 * Counts the streams of one handler.
 *
 * @param limits How many there may be.
 * @param onOpen Called when one is let in.
 */
export function createStreams(
  limits: Pick<Limits, "streams" | "streamsPerCaller">,
  onOpen: () => void = () => {},
): Streams {
  // The open streams by caller; a caller without one is not in here.
  const byCaller = new Map<string, Set<AbortController>>();
  let count = 0;
  // Set by `close()`, and never reset.
  let isClosed = false;
  // Those who wait for the last stream to end.
  let idle: (() => void)[] = [];

  return {
    open(caller) {
      if (isClosed) return { limit: null };
      if (count >= limits.streams) return { limit: "streams", maximum: limits.streams };
      const own = byCaller.get(caller) ?? new Set();
      if (own.size >= limits.streamsPerCaller) {
        return { limit: "streamsPerCaller", maximum: limits.streamsPerCaller };
      }
      const controller = new AbortController();
      byCaller.set(caller, own.add(controller));
      count++;
      onOpen();
      return {
        signal: controller.signal,
        release() {
          if (!own.delete(controller)) return;
          if (own.size === 0 && byCaller.get(caller) === own) byCaller.delete(caller);
          if (--count > 0) return;
          for (const wake of idle) wake();
          idle = [];
        },
      };
    },
    disconnect(isMeant) {
      for (const [caller, own] of byCaller) {
        if (isMeant(caller)) { for (const controller of own) controller.abort(); }
      }
    },
    async close() {
      isClosed = true;
      for (const own of byCaller.values()) for (const controller of own) controller.abort();
      if (count > 0) await new Promise<void>((resolve) => idle.push(resolve));
    },
  };
}
