// Names of regions that the initial file of the runtime does not need.

/** Holds the place in the feed of changes that the server had reached before it rendered a region. */
export const PLACE_ATTRIBUTE = "data-hyper-place";
/** Holds the seconds after which the browser renews a region. */
export const EVERY_ATTRIBUTE = "data-hyper-every";
/** The action of the runtime that renders regions of the page. Its data is `regions`: their list, as in `REGIONS_HEADER`. */
export const REGIONS_ACTION = "hyper:regions";
/** The action of the runtime that watches regions. Its data is `pages`: `[{ at, regions: [[reference, place], …] }, …]`. */
export const WATCH_ACTION = "hyper:watch";
