/**
 * State of the network as the browser reports it: `Hyper.network` and its events.
 *
 * @module
 */
import { emit } from "../events.ts";
import { updateIndicators } from "./busy.ts";

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
      updateIndicators(document);
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
