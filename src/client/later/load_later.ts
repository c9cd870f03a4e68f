/**
 * The way to what a page needs rarely.
 *
 * @module
 */
import { doc, dom } from "../dom.ts";
import { emit } from "../events.ts";

/** What is loaded later. */
type Later = ReturnType<(typeof import("./later.ts"))["later"]>;

/** Its promise, kept for as long as the page: who asks first is answered first, which `import()` does not see to. */
let loaded: Promise<Later> | undefined;

/** Loads it, unless it is there. A browser remembers until the next page that a file could not be had. */
export const loadLater = (): Promise<Later> =>
  loaded ??= import("./later.ts").then(({ later }) => later(doc, dom, emit));

/** The same for what can be done without; gives nothing where it cannot be had. */
export const tryLater = (): Promise<Later | null> => loadLater().catch(() => null);
