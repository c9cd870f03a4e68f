/**
 * State of the network as the browser reports it, shown by attributes and events.
 *
 * | attribute | online | offline |
 * |---|---|---|
 * | `hyper-online` | shown | `hidden` |
 * | `hyper-offline` | `hidden` | shown |
 * | `hyper-online-class`, `hyper-offline-remove-class` | adds the classes | removes the classes |
 * | `hyper-offline-class`, `hyper-online-remove-class` | removes the classes | adds the classes |
 *
 * @module
 */
import { dom, ours } from "../dom.ts";
import { emit } from "../events.ts";
import { toggleStateClasses } from "./state_classes.ts";

/** Type of `Hyper.network`. */
export interface Network {
  /** `true` if the browser is online. */
  readonly online: boolean;
  /** `true` if the browser is offline. */
  readonly offline: boolean;
  /**
   * Reads the state of the browser. If it has changed, updates the page and fires the events.
   *
   * @returns `true` if the browser is online.
   */
  refresh(): boolean;
}

const ONLINE = "[hyper-online],[hyper-online-class],[hyper-online-remove-class]";
const OFFLINE = "[hyper-offline],[hyper-offline-class],[hyper-offline-remove-class]";

/** Undefined outside a page: then it counts as online. */
const hasNetwork = (): boolean => navigator.onLine !== false;

/** The state that the page shows. */
let online = hasNetwork();

/** The state of the network. */
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

/** Observes the network until the signal is aborted. */
export function watchNetwork(signal: AbortSignal): void {
  for (const type of ["online", "offline"]) addEventListener(type, network.refresh, { signal });
  network.refresh();
}

/** Updates the network indicators in a part of the page. */
export function showNetwork(root: ParentNode, isOnline = online): void {
  for (const element of ours(`${ONLINE},${OFFLINE}`, root)) {
    const view = dom(element);
    for (const [state, on] of [["hyper-online", isOnline], ["hyper-offline", !isOnline]] as const) {
      if (view.hasAttribute(state)) view.toggleAttribute("hidden", !on);
      toggleStateClasses(element, state, on);
    }
  }
}
