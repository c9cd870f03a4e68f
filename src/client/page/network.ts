/**
 * Whether there is a network, as far as the browser knows, told to the page by attributes and events.
 *
 * | attribute | online | offline |
 * |---|---|---|
 * | `hyper-online` | shown | `hidden` |
 * | `hyper-offline` | `hidden` | shown |
 * | `hyper-online-class`, `hyper-offline-remove-class` | classes there | not there |
 * | `hyper-offline-class`, `hyper-online-remove-class` | not there | classes there |
 *
 * @module
 */
import { allInclusive, dom } from "../dom.ts";
import { emit } from "../events.ts";
import { toggleStateClasses } from "./state_classes.ts";

/** `Hyper.network`. */
export interface Network {
  /** Whether there is a network. */
  readonly online: boolean;
  /** Whether there is none. */
  readonly offline: boolean;
  /**
   * Asks the browser anew; tells the page when the answer differs from the last one.
   *
   * @returns Whether there is a network.
   */
  refresh(): boolean;
}

const ONLINE = "[hyper-online],[hyper-online-class],[hyper-online-remove-class]";
const OFFLINE = "[hyper-offline],[hyper-offline-class],[hyper-offline-remove-class]";

/** Without a word on it, as outside a page, there is a network. */
const hasNetwork = (): boolean => navigator.onLine !== false;

/** What the page was told last. */
let online = hasNetwork();

/** What is known of the network. */
export const network: Network = Object.freeze({
  get online() {
    return online;
  },
  get offline() {
    return !online;
  },
  refresh() {
    if (online !== hasNetwork()) {
      online = !online;
      showNetwork(document);
      for (const name of ["change", online ? "online" : "offline"] as const) {
        emit(`network:${name}`, { online, offline: !online });
      }
    }
    return online;
  },
});

/** Follows the browser until the signal is aborted. */
export function watchNetwork(signal: AbortSignal): void {
  for (const type of ["online", "offline"]) addEventListener(type, network.refresh, { signal });
  network.refresh();
}

/** Lets what is in a part of the page show the state. */
export function showNetwork(root: ParentNode, isOnline = online): void {
  for (const element of allInclusive(`${ONLINE},${OFFLINE}`, root)) {
    const view = dom(element);
    for (const [state, on] of [["hyper-online", isOnline], ["hyper-offline", !isOnline]] as const) {
      if (view.hasAttribute(state)) view.toggleAttribute("hidden", !on);
      toggleStateClasses(element, state, on);
    }
  }
}
