/**
 * A stream run to its end, for those who cannot follow it.
 *
 * @module
 */
import { failureOf } from "../dispatch/failure.ts";
import type { Failure } from "../dispatch/outcome.ts";
import { type RunningStream, startTimer } from "../dispatch/running_stream.ts";
import type { Patch } from "../protocol/patch.ts";

/** How far a stream came in time, or why it failed. */
export type Collected = { readonly kind: "gathered"; readonly isComplete: boolean } | Failure;

/**
 * Keeps of a stream what an answer needs.
 *
 * @param patch What the generator gave.
 * @param bytes The length of its data as JSON.
 * @returns `"full"` where the answer goes out with what it has.
 */
export type Gather = (patch: Patch, bytes: number) => "more" | "full";

/**
 * Runs a stream without a reader until it ends, the answer is full, or the time is over. The generator of a POST then runs on
 * by itself, within the limits; that of a GET is ended.
 *
 * @param stream The stream.
 * @param seconds How long is waited.
 * @param gather Keeps what the answer needs.
 * @returns How far it came. An error was reported where the stream was made, and is a failure here.
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
    return failureOf(error);
  } finally {
    clearTimeout(timer);
  }
}
