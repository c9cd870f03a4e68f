/**
 * Calls whose answer was lost.
 *
 * @module
 */
import { loadPages } from "./nav_observer.ts";

/**
 * Requests the page again, once the server can be reached, after the answer to a call was lost: the server may have done what the page
 * does not show, until the signal is aborted.
 */
export function watchLostCalls(signal: AbortSignal): void {
  const lost = new Set<string>();
  const show = () => {
    if (lost.size) loadPages().then((pages) => pages.requestAgain(), () => {});
    lost.clear();
  };
  addEventListener("hyper:afterRequest", ({ detail: { id, method, status, aborted } }) => {
    if (status) {
      // A call that is tried again is answered now.
      lost.delete(id);
      show();
    } else if (!aborted && method !== "GET") lost.add(id);
  }, { signal });
  addEventListener("hyper:network:online", show, { signal });
}
