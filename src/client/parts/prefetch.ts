/** The part that prefetches pages. Loaded when a page with `hyper-prefetch` for links in a `hyper-nav` is idle. */
export { watchLinks as start } from "../navigate/prefetch.ts";
