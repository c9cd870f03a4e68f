/**
 * Loads the parts of the runtime that are not in its initial file.
 *
 * @module
 */
import { BUILD } from "../build.ts";
import { clearFailure, showFailure } from "../page/announce.ts";
import { doc, dom, ours } from "../dom.ts";
import { linkPart } from "./link.ts";
import { words } from "../page/words.ts";
import type { PartExports } from "./part_exports.ts";

/** A part of the runtime. */
export interface Part {
  /** Selector for the elements that need it: it is loaded when the page has one of them and the browser is idle. */
  readonly needs: string;
  /** If `true`, it is loaded as soon as the page has such an element. Default: `false`. */
  readonly atOnce?: true;
  /**
   * Imports it.
   *
   * @param fragment Appended to the URL: a browser does not fetch a module again that failed, except under another fragment.
   */
  load(fragment: string): Promise<object>;
}

/** A part that could not be loaded. The page shows this to the user. */
export class PartError extends Error {
  /** Distinguishes it from other errors. */
  override readonly name: string = "PartError";
}

let parts: ReadonlyMap<string, Part> = new Map();
/** Aborted when the runtime is stopped. */
let ended: AbortSignal;
/** Kept, so that callers are served in the order of their calls; `import()` does not guarantee it. */
const loaded = new Map<string, Promise<object>>();
const failures = new Map<string, number>();

/** Makes the parts available until the signal is aborted. */
export function startParts(all: ReadonlyMap<string, Part>, signal: AbortSignal): void {
  parts = all;
  ended = signal;
  // A part that works by itself must be started again.
  for (const [name, part] of loaded) void part.then(startPart, () => loaded.delete(name));
  loadNeeded(document);
}

/** Loads the parts that a new or changed part of the page needs. */
export function loadNeeded(root: ParentNode): void {
  // One search for all parts: most patches of a stream need none of them.
  const found = ours(`:is(${[...parts.values()].map(({ needs }) => needs)})`, root);
  for (const [name, { needs, atOnce }] of parts) {
    if (loaded.has(name) || !found.some((element) => dom(element).matches(needs))) continue;
    // A failure is shown when the part is used. The page uses one without a call: its elements do nothing without it.
    const preload = () => void (atOnce ? showPart(name) : getPart(name)).catch(() => {});
    // Not in every browser.
    if (atOnce || !globalThis.requestIdleCallback) preload();
    else requestIdleCallback(preload, { timeout: 2000 });
  }
}

/**
 * Loads a part, once. If that fails, the user is offered to reload the page; a later use tries again.
 *
 * @throws {PartError} When it cannot be loaded.
 */
export const loadPart = // Each part exports what its interface declares: see `part_exports.ts`.
  showPart as <Name extends keyof PartExports>(name: Name) => Promise<PartExports[Name]>;

async function showPart(name: string): Promise<object> {
  const key = `part ${name}`;
  try {
    const part = await getPart(name);
    clearFailure(key);
    return part;
  } catch (cause) {
    const { incomplete, reload } = words();
    showFailure(key, incomplete, null, () => location.reload(), reload);
    throw new PartError(`Cannot load part "${name}" of build "${BUILD}" of the runtime`, { cause });
  }
}

/** Loads a part for a feature that the caller can do without. Returns `null` if it cannot be loaded, and shows nothing. */
export const tryPart = <Name extends keyof PartExports>(name: Name): Promise<PartExports[Name] | null> =>
  // As in `loadPart()`.
  getPart(name).then((part) => part as PartExports[Name], () => null);

function getPart(name: string): Promise<object> {
  let part = loaded.get(name);
  if (!part) {
    const count = failures.get(name) ?? 0;
    part = parts.get(name)!.load("#".repeat(count)).then(linkPart);
    loaded.set(name, part);
    part.then(startPart, () => {
      loaded.delete(name);
      failures.set(name, count + 1);
    });
  }
  return part;
}

function startPart(part: { start?(signal: AbortSignal): void }): void {
  const begin = () => part.start?.(ended);
  // A page that the browser only prepares sends nothing.
  if (!Reflect.get(doc, "prerendering")) begin();
  else doc.addEventListener("prerenderingchange", begin, { once: true, signal: ended });
}
