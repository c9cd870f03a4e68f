/**
 * The way to what a page needs rarely.
 *
 * @module
 */

/** What is loaded later. */
type Later = (typeof import("./later.ts"))["later"];

/** Loads it, unless it is there. A browser remembers until the next page that a file could not be had. */
export const loadLater = (): Promise<Later> => import("./later.ts").then(({ later }) => later);

/** The same for what can be done without; gives nothing where it cannot be had. */
export const tryLater = (): Promise<Later | null> => loadLater().catch(() => null);
