/**
 * The requests in flight. `aria-busy` shows them on their target, or else on their form. The elements that show requests and
 * the network are in a part, which few pages need.
 *
 * @module
 */
import type { CallEventDetail } from "../events.ts";
import { all, dom, ours } from "../dom.ts";
import { changeAsServer } from "./live_changes.ts";

/** The properties of a request that loading states depend on. */
export type LoadingCall = Pick<CallEventDetail, "key" | "action" | "target" | "form">;

/** The current requests, with the times when they began: milliseconds on the clock of the page. */
export const currentCalls: Map<LoadingCall, number> = new Map();

/** Shows the indicators, as soon as their part is there. */
let show: (root: ParentNode) => void = () => {};
/** Elements on which the runtime has set `aria-busy`. */
let busy = new Set<Element>();

/** Adds a request. Call it after the request body was created: a disabled button is not part of a form. */
export function beginLoading(call: LoadingCall): void {
  currentCalls.set(call, performance.now());
  updateIndicators(document);
}

/** Removes a request, if it is there. */
export function endLoading(call: LoadingCall): void {
  // Delayed by a microtask: when the next request begins right away, controls stay disabled.
  if (currentCalls.delete(call)) queueMicrotask(() => updateIndicators(document));
}

/** Removes all requests at once. */
export function stopLoading(): void {
  currentCalls.clear();
  updateIndicators(document);
}

/** Sets the function that shows the indicators in a part of the page, and calls it for the whole page. */
export function showIndicators(update: (root: ParentNode) => void): void {
  show = update;
  show(document);
}

/** Updates what a part of the page shows of the requests and of the network. */
export function updateIndicators(root: ParentNode): void {
  show(root);
  changeAsServer(markBusy);
}

function markBusy(): void {
  const wanted = new Set(
    [...currentCalls.keys()].flatMap(({ target, form }) =>
      target ? [...all(target), ...ours(`[hyper-target-busy="${CSS.escape(target)}"]`)] : form ?? []
    ).filter((element) => busy.has(element) || !dom(element).hasAttribute("aria-busy")),
  );
  busy.difference(wanted).forEach((element) => dom(element).removeAttribute("aria-busy"));
  wanted.forEach((element) => dom(element).setAttribute("aria-busy", "true"));
  busy = wanted;
}
