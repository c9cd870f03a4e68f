// Names of regions that the initial file of the runtime does not need.

/** Holds the place in the feed of changes that the server had reached before it rendered a region. */
export const PLACE_ATTRIBUTE = "data-hyper-place";
/** Holds the seconds after which the browser renews a region. */
export const EVERY_ATTRIBUTE = "data-hyper-every";
/**
 * On a region with the option `load`: that value while its content is not loaded, else {@linkcode LOADED}.
 */
export const LOAD_ATTRIBUTE = "data-hyper-load";
/** See {@linkcode LOAD_ATTRIBUTE}. */
export const LOADED = "done";
/** Holds the cursor of the next page of a region that appends, on the link that loads it. */
export const MORE_ATTRIBUTE = "data-hyper-more";
/** The cookie by which the server knows that scripts run: set by the runtime on a page with such a region. */
export const SCRIPTS_COOKIE = "hyper_scripts";
/** In the query of a page: scripts do not run, in spite of the cookie. */
export const SCRIPTS_OFF_FIELD = "_hyper_scripts_off";
/** The action of the runtime that renders regions of the page. Its data is `regions`: their list, as in `REGIONS_HEADER`. */
export const REGIONS_ACTION = "hyper:regions";
/** The action of the runtime that renders the next page of a region. Its data is `regions`, a list of one, and `cursor`. */
export const MORE_ACTION = "hyper:more";
/** The action of the runtime that watches regions. Its data is `pages`: `[{ at, regions: [[reference, place], …] }, …]`. */
export const WATCH_ACTION = "hyper:watch";
