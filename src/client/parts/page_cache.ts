/** The part with the page cache. Loaded when a page with `hyper-nav` is idle, or with the first navigation. */
export { pageCache, startPageCache as start } from "../navigate/page_cache.ts";
