/**
 * Starts and stops the runtime of a page.
 *
 * @module
 */
import { action, type CallAction } from "./call/action.ts";
import { clearFailure, watchFailures } from "./page/announce.ts";
import { configure, type HyperConfig, type HyperOptions } from "./config.ts";
import { abortAll, abortLane, watchPage } from "./call/active_call.ts";
import { observeForms } from "./page/form_observer.ts";
import { stopLoading } from "./page/busy.ts";
import { type Network, network, watchNetwork } from "./page/network.ts";
import { navigate, observeNavigation } from "./navigate/nav_observer.ts";
import type { ElementHook } from "./page/element_hook.ts";
import type { NavigateOptions } from "./navigate/pages.ts";
import { loadPart, startParts } from "./parts/load_part.ts";
import { PARTS } from "./parts/parts.ts";

/** Type of `window.Hyper`. */
export interface HyperRuntime {
  /** Calls an action. Same as `window.action`. */
  readonly action: CallAction;
  /** Aborts the calls with this lane key, in flight or queued. Their outcome is `aborted`. */
  abort(key: string): void;
  /** Aborts all calls. Their outcome is `aborted`. */
  abortAll(): void;
  /** Changes the given options and returns a copy of all that apply. */
  configure(options?: HyperOptions): HyperConfig;
  /**
   * Registers functions for the elements with `hyper-hook="name"`, those on the page and later ones. The value of the attribute
   * is a list of names, separated by spaces. A hook replaces the one of the same name. An error of a function is
   * reported like an uncaught one.
   */
  hook(name: string, hook: ElementHook): void;
  /** State of the network. */
  readonly network: Network;
  /** Shows a page of this site in this document. Resolves to `true` if the page is shown. */
  navigate(url: string, options?: NavigateOptions): Promise<boolean>;
}

/** Removes every listener of the runtime; `null` while it is stopped. */
let running: AbortController | null = null;

function hook(name: string, hook: ElementHook): void {
  // If the part cannot be loaded, the page shows this.
  loadPart("hooks").then(({ addHook }) => addHook(name, hook), () => {});
}

/** The runtime of the page. */
export const Hyper: HyperRuntime = { action, abort: abortLane, abortAll, hook, network, navigate, configure };

/** Returns the runtime that was started, maybe by another copy of this module. */
export const currentHyper = (): HyperRuntime => Object.hasOwn(globalThis, "Hyper") ? globalThis.Hyper : Hyper;

/** Starts the runtime, unless this or another copy of this module has started it. */
export function start(): void {
  // An own property: an element with this id or name is a property of the window as well (HTML, 7.2.2.3).
  if (Object.hasOwn(globalThis, "Hyper")) return;
  // The newest function that the runtime needs. In an older browser a call would fail; its pages work without scripts.
  if (!("parse" in URL)) return;
  running = new AbortController();
  const { signal } = running;
  Object.assign(globalThis, { Hyper, action });
  watchNetwork(signal);
  watchPage(signal);
  watchFailures(signal);
  observeForms(signal);
  startParts(PARTS, signal);
  observeNavigation(signal);
}

/** Aborts all calls and removes what the runtime has added to the page. */
export function stop(): void {
  if (!running) return;
  // Before the part that shows the requests stops.
  stopLoading();
  running.abort();
  running = null;
  abortAll();
  clearFailure();
  for (const name of ["Hyper", "action"]) Reflect.deleteProperty(globalThis, name);
}
