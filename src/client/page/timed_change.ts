/**
 * Delays and view transitions around a patch. Loaded with the first one.
 *
 * @module
 */
import { attr, doc, dom, type View } from "../dom.ts";
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
  const [first] = going;
  // An element would not be there any more if it was replaced.
  const scope = transition === "scoped" ? dom(dom(first)?.parentElement) : transition === true ? doc : null;
  await withTransition(scope as Scope, change);
  await phase("hyper-settling", coming, settle_delay);
}

/**
 * Makes the change of a navigation, with a view transition if the page asks for it.
 *
 * @param source The element that causes it: the nearest `hyper-transition` around it counts.
 */
export const changePage = (source: Element | null, change: () => void): Promise<void> =>
  withTransition(
    attr(dom(source ?? doc.body).closest("[hyper-transition]"), "hyper-transition") === null ? null : doc,
    change,
  );

/** The document or an element: what a view transition shows a change of. */
type Scope = Partial<Pick<View<Document>, "startViewTransition">> | null | undefined;

let isRunning = false;

/**
 * Makes a change with a view transition, where the browser has them. Without one if another is running: it would end that at once.
 *
 * @param scope `null` for a change without a transition.
 */
async function withTransition(scope: Scope, change: () => void): Promise<void> {
  // A transition is of no use in a hidden tab, and some users prefer reduced motion.
  if (isRunning || doc.hidden || matchMedia("(prefers-reduced-motion)").matches || !scope?.startViewTransition) {
    return change();
  }
  isRunning = true;
  const transition = scope.startViewTransition(change);
  const { ready, finished, updateCallbackDone } = transition;
  const over = new AbortController();
  const end = () => {
    isRunning = false;
    over.abort();
  };
  // If the browser skips the transition, the change is still made. Its exception rejects `updateCallbackDone`.
  ready.catch(() => {});
  finished.then(end, end);
  passPress(transition, scope === doc ? doc.documentElement : scope, over.signal);
  await updateCallbackDone;
}

/**
 * Passes a press to the element under the pictures of a transition, which it ends. They cover the page, and a browser would press the
 * element that they belong to.
 */
function passPress(transition: ViewTransition, covered: unknown, signal: AbortSignal): void {
  addEventListener("pointerdown", ({ target }) => {
    if (target !== covered) return;
    transition.skipTransition();
    addEventListener("click", ({ target, clientX, clientY }) => {
      const pressed = target === covered && doc.elementFromPoint(clientX, clientY);
      if (!(pressed instanceof HTMLElement) || pressed === covered) return;
      dom(pressed).focus();
      dom(pressed).click();
    }, { once: true, capture: true });
  }, { signal, capture: true });
}
