/**
 * A stream run to its end, for those who cannot follow it.
 *
 * @module
 */
import type { Outcome } from "../dispatch/outcome.ts";
import type { Patch } from "../protocol/patch.ts";
import { isTerminal } from "../protocol/patch.ts";

/**
 * Gathers what a stream gives until it ends, or the time is over; then it goes on by itself where it must be finished, or
 * is left.
 *
 * @param stream The stream.
 * @param seconds How long is waited.
 * @param whenOver What becomes of a stream that has not ended: `finish` runs it to its end unread, `stop` ends it.
 * @returns What it gave in time.
 */
export async function collect(
  { events, leave }: Extract<Outcome, { readonly kind: "stream" }>,
  seconds: number,
  whenOver: "finish" | "stop",
): Promise<readonly Patch[]> {
  const gathered: Patch[] = [];
  const { promise: over, resolve } = Promise.withResolvers<"over">();
  const timer = Number.isFinite(seconds) ? setTimeout(() => resolve("over"), seconds * 1000) : undefined;
  try {
    for (;;) {
      const next = events.next();
      const result = await Promise.race([next, over]);
      if (result === "over") {
        next.catch(() => {}); // Reported where the stream was made.
        if (whenOver === "finish") void drain(events);
        else {
          leave();
          void events.return().catch(() => {}); // As above.
        }
        return gathered;
      }
      if (result.done) return gathered;
      gathered.push(result.value);
      if (isTerminal(result.value.event)) {
        await events.return();
        return gathered;
      }
    }
  } finally {
    clearTimeout(timer);
  }
}

/** Runs a stream to its end for what it does, not for what it gives. */
export async function drain(events: AsyncGenerator<Patch, void, void>): Promise<void> {
  try {
    for (let result = await events.next(); !result.done; result = await events.next());
  } catch {
    // Reported where the stream was made; there is no reader to tell.
  }
}
