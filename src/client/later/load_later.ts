/**
 * Loads the parts of the runtime that a page needs rarely.
 *
 * @module
 */
import { doc, dom } from "../dom.ts";
import { emit } from "../events.ts";
import { words } from "../page/words.ts";

/** The parts that are loaded later. */
type Later = ReturnType<(typeof import("./later.ts"))["init"]>;

/**
 * Kept as long as the page, so that callers are served in the order of their calls; `import()` does not guarantee it.
 */
let loaded: Promise<Later> | undefined;

/** Loads the parts, once. A failure is final for this page: a browser does not fetch a module again that failed. */
export const loadLater = (): Promise<Later> =>
  loaded ??= import("./later.ts").then(({ init }) => init(doc, dom, emit, words));

/** Loads the parts for a feature that the page can do without. Returns `null` if they cannot be loaded. */
export const tryLater = (): Promise<Later | null> => loadLater().catch(() => null);
