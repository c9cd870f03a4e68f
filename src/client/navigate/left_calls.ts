/**
 * The calls of pages that the user has left. They do not change the next page, which may have the same targets: it is requested again when
 * they have ended.
 *
 * @module
 */
import { abortReads } from "../call/active_call.ts";
import { doc, dom } from "../dom.ts";

/** By ID, `true` while one is in flight: a failed call may be sent again. */
const left = new Map<string, boolean>();

/** Returns `true` while one is in flight. */
export const isLeftInFlight = (): boolean => [...left.values()].includes(true);

/** Ends the reads of the page that is left, before scripts of the new page open their own, and keeps other calls off the new page. */
export function leaveCalls(): void {
  const dialog = doc.createElement("dialog");
  abortReads("navigation", (call) => {
    if (dom(call.sourceEl)?.closest("[hyper-keep]")) return false;
    if (call.method !== "GET") {
      left.set(call.id, true);
      call.layer = { dialog, content: dialog, url: location.href, isLeft: true };
    }
    return true;
  });
}

/** Calls a function when one has ended, until the signal is aborted. */
export function watchLeftCalls(onEnd: () => void, signal: AbortSignal): void {
  for (const type of ["hyper:beforeRequest", "hyper:afterRequest"] as const) {
    addEventListener(type, ({ detail: { id } }) => {
      if (!left.has(id)) return;
      left.set(id, type === "hyper:beforeRequest");
      onEnd();
    }, { signal });
  }
  addEventListener("hyper:actionSwitch", ({ detail: { id, toRequestId } }) => {
    if (left.has(id)) left.set(toRequestId, true);
  }, { signal });
}
