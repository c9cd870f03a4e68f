/**
 * Delays and view transitions around a patch. Loaded with the first one.
 *
 * @module
 */
import { doc, dom } from "../dom.ts";
import type { Wire } from "../../protocol/wire.ts";

/**
 * Makes a change with the delays and the view transition that its patch asks for. During the delays the elements have
 * the classes `hyper-swapping` and `hyper-settling`, for animations.
 *
 * @param data The patch.
 * @param going The elements before the change.
 * @param coming The elements after the change; filled by `change`.
 * @param sleep Waits for a time in milliseconds; throws when the call is aborted.
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
  // A transition is of no use in a hidden tab, and some users prefer reduced motion.
  const seen = !doc.hidden && !matchMedia("(prefers-reduced-motion)").matches;
  if (transition === true && seen && doc.startViewTransition) {
    const { ready, finished, updateCallbackDone } = doc.startViewTransition(change);
    // If the browser skips the transition, the change is still made. Its exception rejects `updateCallbackDone`.
    ready.catch(() => {});
    finished.catch(() => {});
    await updateCallbackDone;
  } else change();
  await phase("hyper-settling", coming, settle_delay);
}
