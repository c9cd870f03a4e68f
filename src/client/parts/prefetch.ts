/** The part that prefetches pages. Loaded when a page with `hyper-prefetch` is idle. */
export { watchLinks as start } from "../navigate/prefetch.ts";
