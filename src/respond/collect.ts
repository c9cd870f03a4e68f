// Runs a stream to its end, for a client that cannot read streams.
import { toFailure } from "../dispatch/failure.ts";
import type { Failure } from "../dispatch/outcome.ts";
import { type RunningStream, startTimer } from "../dispatch/running_stream.ts";
import type { Patch } from "../protocol/patch.ts";

/** The result of a collected stream. */
export type Collected = { readonly kind: "gathered"; readonly isComplete: boolean } | Failure;

/**
 * Keeps the part of a stream that a response needs.
 *
 * @returns `"full"` if the response is sent with what it has.
 */
export type Gather = (patch: Patch, bytes: number) => "more" | "full";

/**
 * Runs a stream without a reader until it ends, the response is full, or the time is over. The generator of a POST then continues
 * within the limits; that of a GET is ended.
 *
 * @returns Whether it is complete. An error was reported where the stream was created, and is a failure here.
 */
export async function collect(stream: RunningStream, seconds: number, gather: Gather): Promise<Collected> {
  const { promise: over, resolve } = Promise.withResolvers<"over">();
  const timer = startTimer(seconds, () => resolve("over"));
  let isOpen = true;
  const running = stream.run((patch, bytes) => {
    if (!isOpen || gather(patch, bytes) === "more") return;
    isOpen = false;
    resolve("over");
  });
  try {
    const how = await Promise.race([running, over]);
    isOpen = false;
    if (how === "over") stream.leave();
    return { kind: "gathered", isComplete: how === "ended" };
  } catch (error) {
    return toFailure(error);
  } finally {
    clearTimeout(timer);
  }
}
