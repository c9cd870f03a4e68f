/**
 * Changes that take their time: delays around them, and view transitions. Loaded when one is first asked for.
 *
 * @module
 */
import { doc, dom } from "../later/runtime_exports.ts";
import type { Wire } from "../call/wire.ts";

/**
 * Makes a change with the delays and the transition that its patch asks for. While an element waits to go it has the
 * class `hyper-swapping`, and while what has come settles, `hyper-settling`, for style sheets to animate by.
 *
 * @param data The patch.
 * @param going The elements that are about to change.
 * @param coming The elements that have changed, after the change.
 * @param change Makes it.
 * @param sleep Waits for some milliseconds, and throws when the call is ended.
 */
export async function changeWithTiming(
  { transition, swap_delay, settle_delay }: Wire,
  going: readonly Element[],
  coming: readonly Element[],
  change: () => void,
  sleep: (ms: number) => Promise<void>,
): Promise<void> {
  const phase = async (name: string, elements: readonly Element[], delay: unknown) => {
    const ms = Number(delay);
    if (!(ms > 0)) return;
    const toggle = (on: boolean) => elements.forEach((element) => dom(element).classList.toggle(name, on));
    toggle(true);
    try {
      await sleep(ms);
    } finally {
      toggle(false);
    }
  };
  await phase("hyper-swapping", going, swap_delay);
  // A transition needs somebody who sees it and wants it.
  const seen = !doc.hidden && !matchMedia("(prefers-reduced-motion)").matches;
  if (transition === true && seen && doc.startViewTransition) {
    const { ready, finished, updateCallbackDone } = doc.startViewTransition(change);
    // A transition that the browser skips has still made its change, and what the change throws is told by the last.
    ready.catch(() => {});
    finished.catch(() => {});
    await updateCallbackDone;
  } else change();
  await phase("hyper-settling", coming, settle_delay);
}
