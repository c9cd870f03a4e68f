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
import { emit } from "./events.ts";
import { marked, toggleClasses } from "./marked.ts";

/** `Hyper.network`, and what the runtime needs of it. */
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
  /** Resolves when there is a network: at once where there is one. */
  whenOnline(): Promise<void>;
  /** Lets an element that is new or changed, and what is in it, show the state. */
  apply(root: ParentNode): void;
  /** Puts the page into the state and follows the browser. */
  start(): void;
  /** Follows it no longer. */
  stop(): void;
}

const ONLINE = "[hyper-online],[hyper-online-class],[hyper-online-remove-class]";
const OFFLINE = "[hyper-offline],[hyper-offline-class],[hyper-offline-remove-class]";

/** Makes what knows about the network; it follows nothing before it is started. */
export function createNetwork(): Network {
  let online = isOnline();
  // Who waits for the network; emptied when it comes.
  let waiting: (() => void)[] = [];

  const network: Network = {
    get online() {
      return online;
    },
    get offline() {
      return !online;
    },
    refresh() {
      const now = isOnline();
      if (now === online) return now;
      online = now;
      network.apply(document);
      const detail = { online, offline: !online };
      emit("network:change", detail);
      emit(online ? "network:online" : "network:offline", detail);
      if (online) {
        waiting.forEach((resolve) => resolve());
        waiting = [];
      }
      return online;
    },
    whenOnline: () => online ? Promise.resolve() : new Promise((resolve) => void waiting.push(resolve)),
    apply(root) {
      for (const element of marked(root, `${ONLINE},${OFFLINE}`)) {
        for (const [state, on] of [["online", online], ["offline", !online]] as const) {
          if (element.hasAttribute(`hyper-${state}`)) element.toggleAttribute("hidden", !on);
          toggleClasses(element, `hyper-${state}-class`, on);
          toggleClasses(element, `hyper-${state}-remove-class`, !on);
        }
      }
    },
    start() {
      addEventListener("online", network.refresh);
      addEventListener("offline", network.refresh);
      network.refresh();
      network.apply(document);
    },
    stop() {
      removeEventListener("online", network.refresh);
      removeEventListener("offline", network.refresh);
    },
  };
  return Object.freeze(network);
}

/** Without a word on it, as outside a page, there is a network. */
function isOnline(): boolean {
  return navigator.onLine !== false;
}
