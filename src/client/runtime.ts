/**
 * Starts and stops the runtime of a page; owns its parts.
 *
 * @module
 */
import { action } from "./action.ts";
import { clearFailure } from "./announce.ts";
import { configure } from "./config.ts";
import { abort, watchPage } from "./flight.ts";
import { observeForms } from "./form_observer.ts";
import type { Network } from "./network.ts";
import { loading, network } from "./parts.ts";
import { observeNavigation, visit } from "./nav_observer.ts";
import { rememberOpen } from "./morph.ts";
import { loadWords } from "./words.ts";

/** What `window.Hyper` offers. */
export interface HyperRuntime {
  /** Calls an action: the same as `window.action`. */
  readonly action: typeof action;
  /** Ends the calls with this key; all calls without one. */
  readonly abort: typeof abort;
  /** Changes what is given, and gives back everything that holds now. */
  readonly configure: typeof configure;
  /** Whether there is a network. */
  readonly network: Network;
  /** Goes to a page of this site without leaving the document. */
  readonly visit: typeof visit;
  /** The same as `visit`. */
  readonly navigate: typeof visit;
}

/** Ends every listener of the runtime; `null` while it does not run. */
let running: AbortController | null = null;

/** The runtime of the page. */
export const Hyper: HyperRuntime = Object.freeze({ action, abort, configure, network, visit, navigate: visit });

/** Starts the runtime, unless it runs: then another copy of this module has started it, or this one. */
export function start(): void {
  if ("Hyper" in globalThis) return;
  running = new AbortController();
  const { signal } = running;
  Object.assign(globalThis, { Hyper, action });
  network.start();
  loading.start();
  watchPage(signal);
  observeForms(signal);
  observeNavigation(signal);
  loadWords();
  rememberOpen(document);
}

/** Ends everything on its way and undoes what the runtime has put on the page. */
export function stop(): void {
  if (!running) return;
  running.abort();
  running = null;
  abort();
  clearFailure();
  loading.stop();
  network.stop();
  Reflect.deleteProperty(globalThis, "Hyper");
  Reflect.deleteProperty(globalThis, "action");
}
