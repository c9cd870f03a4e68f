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
  let isUnsure = false;
  const show = () => {
    if (isUnsure) loadPages().then((pages) => pages.requestAgain(), () => {});
    isUnsure = false;
  };
  addEventListener("hyper:afterRequest", ({ detail: { method, status, aborted } }) => {
    if (status) show();
    else isUnsure ||= method !== "GET" && !aborted;
  }, { signal });
  addEventListener("hyper:network:online", show, { signal });
}
