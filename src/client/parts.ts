/**
 * The parts that the page has one of, made once and started by the runtime.
 *
 * @module
 */
import { createLoading, type Loading } from "./loading.ts";
import { createNetwork, type Network } from "./network.ts";

/** What shows that something is on its way. */
export const loading: Loading = createLoading();

/** Whether there is a network. */
export const network: Network = createNetwork();

/** Lets an element that is new or changed, and what is in it, show both. */
export function joinIn(root: Element): void {
  loading.refresh(root);
  network.apply(root);
}
