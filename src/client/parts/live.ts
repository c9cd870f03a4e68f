/**
 * The part that reads live topics, and renews regions. Loaded with the first topic, or when a page with regions is idle.
 *
 * @module
 */
import { watchSharedStream } from "../live/shared_stream.ts";
import { watchRegionCalls } from "../live/regions.ts";

export { readTopic } from "../live/live.ts";
export { renewRegions } from "../live/regions.ts";

/** Watches the regions of the page until the signal is aborted. */
export function start(signal: AbortSignal): void {
  watchRegionCalls(signal);
  watchSharedStream(signal);
}
