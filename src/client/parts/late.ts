/**
 * The part for content that comes after its page: late parts, regions that the page does not contain, and more of those that append.
 * Loaded when a page with such regions is idle, or with the first page that has late parts.
 *
 * @module
 */
import { loadLateRegions } from "../live/late_regions.ts";
import { loadMore } from "../live/more.ts";
import { watchPlaces } from "../page/late_parts.ts";

export { insertParts } from "../page/late_parts.ts";

/** Watches late parts, and loads regions until the signal is aborted. */
export function start(signal: AbortSignal): void {
  const findRegions = loadLateRegions(signal);
  watchPlaces(signal, findRegions);
  // Now it is known which of them the page itself will have.
  findRegions();
  loadMore(signal);
}
