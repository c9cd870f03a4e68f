/**
 * A stream run to its end, for those who cannot follow it.
 *
 * @module
 */
import { notify } from "../callback.ts";
import { failureOf } from "../dispatch/failure.ts";
import type { Failure, Outcome } from "../dispatch/outcome.ts";
import type { Patch } from "../protocol/patch.ts";
import { isTerminal } from "../protocol/patch.ts";

/** What a stream gave in time, or why it failed. */
export type Collected = { readonly kind: "gathered"; readonly events: readonly Patch[] } | Failure;

/**
 * Gathers what a stream gives until it ends, or the time is over; then it goes on by itself where it must be finished, or
 * is left.
 *
 * @param stream The stream.
 * @param seconds How long is waited.
 * @param whenOver What becomes of a stream that has not ended: `finish` runs it to its end unread, `stop` ends it.
 * @returns What it gave in time. An error was reported where the stream was made, and is a failure here.
 */
export async function collect(
  { events, leave }: Extract<Outcome, { readonly kind: "stream" }>,
  seconds: number,
  whenOver: "finish" | "stop",
): Promise<Collected> {
  const gathered: Collected & { readonly events: Patch[] } = { kind: "gathered", events: [] };
  const { promise: over, resolve } = Promise.withResolvers<"over">();
  const timer = Number.isFinite(seconds) ? setTimeout(() => resolve("over"), seconds * 1000) : undefined;
  try {
    for (;;) {
      const next = events.next();
      const result = await Promise.race([next, over]);
      if (result === "over") {
        next.catch(() => {}); // Reported where the stream was made.
        if (whenOver === "finish") drain(events);
        else {
          leave();
          end(events);
        }
        return gathered;
      }
      if (result.done) return gathered;
      gathered.events.push(result.value);
      if (isTerminal(result.value.event)) {
        await events.return();
        return gathered;
      }
    }
  } catch (error) {
    return failureOf(error);
  } finally {
    clearTimeout(timer);
  }
}

/** Runs a stream to its end for what it does, not for what it gives, behind the answer. */
export function drain(events: AsyncGenerator<Patch, void, void>): void {
  notify(async () => {
    for (let result = await events.next(); !result.done; result = await events.next());
  }, isReported);
}

/** Ends a stream that nothing is asked of any more, behind the answer. */
export function end(events: AsyncGenerator<Patch, void, void>): void {
  notify(() => events.return(), isReported);
}

/** What a stream throws is reported where the stream is made; there is no reader to tell. */
function isReported(): void {}
