/**
 * Indicators of the page: elements that show loading and the network.
 *
 * @module
 */
import { showLoading } from "./loading.ts";
import { showNetwork } from "./network.ts";

/** Updates the indicators in a part of the page. */
export function updateIndicators(root: ParentNode): void {
  showLoading(root);
  showNetwork(root);
}
