/** Regions that are loaded after their page. Loaded when a page with such regions is idle. */
export { loadLateRegions as start } from "../live/late_regions.ts";
