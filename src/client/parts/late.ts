/** Regions that are loaded after their page, and more of those that append. Loaded when a page with such regions is idle. */
import { loadLateRegions } from "../live/late_regions.ts";
import { loadMore } from "../live/more.ts";

/** Loads them until the signal is aborted. */
export function start(signal: AbortSignal): void {
  loadLateRegions(signal);
  loadMore(signal);
}
