/**
 * Starts and stops the runtime of a page; owns its parts.
 *
 * @module
 */
import { action, type CallAction } from "./call/action.ts";
import { clearFailure } from "./page/announce.ts";
import { configure, type HyperConfig, type HyperOptions } from "./config.ts";
import { abort, abortAll, watchPage } from "./call/active_call.ts";
import { observeForms } from "./page/form_observer.ts";
import { stopLoading } from "./page/loading.ts";
import { type Network, network, watchNetwork } from "./page/network.ts";
import { navigate, observeNavigation } from "./navigate/nav_observer.ts";
import type { NavigateOptions } from "./navigate/pages.ts";
import { rememberOpen } from "./page/morph.ts";
import { joinIn } from "./page/parts.ts";

/** What `window.Hyper` offers. */
export interface HyperRuntime {
  /** Calls an action: the same as `window.action`. */
  readonly action: CallAction;
  /** Ends the calls with this key. Their outcome is `aborted`. */
  abort(key: string): void;
  /** Ends all calls. Their outcome is `aborted`. */
  abortAll(): void;
  /** Changes what is given, and gives a copy of everything that holds now. */
  configure(options?: HyperOptions): HyperConfig;
  /** Whether there is a network. */
  readonly network: Network;
  /** Goes to a page of this site without leaving the document. Returns whether the page is shown. */
  navigate(url: string, options?: NavigateOptions): Promise<boolean>;
}

/** Ends every listener of the runtime; `null` while it does not run. */
let running: AbortController | null = null;

/** The runtime of the page. */
export const Hyper: HyperRuntime = { action, abort, configure, network, abortAll, navigate };

/** The runtime that runs, which another copy of this module may have started. */
export const currentHyper = (): HyperRuntime => Object.hasOwn(globalThis, "Hyper") ? globalThis.Hyper : Hyper;

/** Starts the runtime, unless it runs: then another copy of this module has started it, or this one. */
export function start(): void {
  // Its own: an element of this id or name is there as well (HTML, 7.2.2.3).
  if (Object.hasOwn(globalThis, "Hyper")) return;
  running = new AbortController();
  const { signal } = running;
  Object.assign(globalThis, { Hyper, action });
  watchNetwork(signal);
  joinIn(document);
  watchPage(signal);
  observeForms(signal);
  observeNavigation(signal);
  rememberOpen(document);
}

/** Ends everything on its way and undoes what the runtime has put on the page. */
export function stop(): void {
  if (!running) return;
  running.abort();
  running = null;
  abortAll();
  clearFailure();
  stopLoading();
  Reflect.deleteProperty(globalThis, "Hyper");
  Reflect.deleteProperty(globalThis, "action");
}
