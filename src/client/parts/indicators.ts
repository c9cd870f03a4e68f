/** The part that shows loading and the network. Loaded as soon as a page has one of its elements. */
import { showIndicators } from "../page/busy.ts";
import { showLoading, watchLoading } from "../page/loading.ts";
import { showNetwork } from "../page/network_indicators.ts";

/** Shows the indicators until the signal is aborted. */
export function start(signal: AbortSignal): void {
  watchLoading(signal);
  showIndicators((root) => {
    showLoading(root);
    showNetwork(root);
  });
}
