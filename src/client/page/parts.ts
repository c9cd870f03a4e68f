/**
 * What is new on the page joins in with what the page shows everywhere.
 *
 * @module
 */
import { showLoading } from "./loading.ts";
import { showNetwork } from "./network.ts";

/** Lets what is in a part of the page, new or changed, show loading and the network. */
export function joinIn(root: ParentNode): void {
  showLoading(root);
  showNetwork(root);
}
