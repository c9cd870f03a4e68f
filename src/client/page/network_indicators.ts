/**
 * Shows the state of the network by attributes.
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
import { network } from "./network.ts";
import { toggleStateClasses } from "./state_classes.ts";

const ONLINE = "[hyper-online],[hyper-online-class],[hyper-online-remove-class]";
const OFFLINE = "[hyper-offline],[hyper-offline-class],[hyper-offline-remove-class]";

/** Updates the network indicators in a part of the page. */
export function showNetwork(root: ParentNode, isOnline = network.online): void {
  for (const element of ours(`${ONLINE},${OFFLINE}`, root)) {
    const view = dom(element);
    for (const [state, on] of [["hyper-online", isOnline], ["hyper-offline", !isOnline]] as const) {
      if (view.hasAttribute(state)) view.toggleAttribute("hidden", !on);
      toggleStateClasses(element, state, on);
    }
  }
}
