/**
 * What a page shows while something is on its way, as its attributes say.
 *
 * | attribute | while a request of its scope runs |
 * |---|---|
 * | `hyper-loading`, `hyper-loading-key`, `hyper-loading-action` | the element is shown; else it is `hidden` |
 * | `hyper-loading-class`, `hyper-loading-remove-class` | the classes are there, or not; nothing is hidden |
 * | `hyper-loading-disable`, `hyper-loading-disable-key` | the control is disabled |
 * | `hyper-form-disable`, on a form | its buttons are disabled |
 * | `hyper-target-busy="#x"` | `aria-busy`, for requests whose target is `#x` |
 *
 * The scope is `hyper-loading-action`, a name of an action; else `hyper-loading-key`, the key of a lane; else the value of
 * `hyper-loading`, either of the two; else, and with `global`, every request. `hyper-loading-disable` takes a value of
 * its own likewise, and follows the scope of its element without one.
 *
 * What can be seen comes after `hyper-loading-delay` milliseconds (100 without it) and stays for 300 at least, so that
 * nothing flashes. Controls and `aria-busy`, the latter on the target of each request and else on its form, follow at
 * once. Everything is worked out anew from the requests that run now, so that nothing can stay behind; what the attributes
 * of an element said before is never needed, but for `disabled`, which leaves a mark that a morph takes away together
 * with it.
 *
 * An indicator is rendered with `hidden` by the server: nothing here runs before the first paint.
 *
 * @module
 */
import { config } from "./config.ts";
import { captureFocus, restoreFocus, type SavedFocus } from "./focus.ts";
import { marked, toggleClasses } from "./marked.ts";

/** What is to be known of a request. */
export interface LoadingCall {
  /** The request id. */
  readonly id: string;
  /** The key of its lane. */
  readonly key: string;
  /** The name of its action. */
  readonly action: string;
  /** The selector of its target, or `null`. */
  readonly target: string | null;
  /** The form it was made of, or `null`. */
  readonly form: HTMLFormElement | null;
  /** The element that caused it, or `null`. */
  readonly sourceEl: Element | null;
}

/** What shows that something is on its way. */
export interface Loading {
  /** A request begins. To be called when its body is made: a disabled button is no part of a form. */
  begin(call: LoadingCall): void;
  /** A request has ended, however it ended. An id that is not known changes nothing. */
  end(id: string): void;
  /** Lets an element that is new or changed, and what is in it, join in. */
  refresh(root: ParentNode): void;
  /** Puts the page into the state that its attributes ask for. */
  start(): void;
  /** Forgets all requests, at once. */
  stop(): void;
}

/** When an element that shows loading began to want it, and when it was first seen. */
interface Shown {
  /** Milliseconds on the clock of the page; infinite while no request of its scope runs. */
  since: number;
  /** The same; 0 while it is not seen. */
  seen: number;
}

const SHOWING =
  "[hyper-loading],[hyper-loading-key],[hyper-loading-action],[hyper-loading-class],[hyper-loading-remove-class]";
const CHANGED = "[hyper-loading-class],[hyper-loading-remove-class]";
const DISABLING = "[hyper-loading-disable],[hyper-loading-disable-key]";
/** The mark of what we have disabled ourselves. */
const MARK = "data-hyper-disabled";
const CONTROLS = `${DISABLING},[${MARK}],[hyper-form-disable] :is(button,input),:is(button,input)[form]`;

/** Makes what shows loading; it does nothing before it is started. */
export function createLoading(): Loading {
  // The requests that run, with the time of their beginning.
  const calls = new Map<string, LoadingCall & { readonly since: number }>();
  // Kept for elements that stay; those that come later begin with the requests that run.
  let shown = new WeakMap<Element, Shown>();
  // The elements that have `aria-busy` from us.
  const busy = new Set<Element>();
  // The focus that a disabled control has lost, until it is enabled again.
  let lost: SavedFocus | null = null;
  // When the clock is to be looked at again.
  let wake = Infinity;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const some = (test: (call: LoadingCall) => boolean) => [...calls.values()].some(test);

  function update(root: ParentNode): void {
    const now = performance.now();
    for (const element of marked(root, SHOWING)) show(element, now);
    for (const element of marked(root, CONTROLS)) disable(element);
    if (lost && !lost.element.closest(`[${MARK}]`)) {
      restoreFocus(lost);
      lost = null;
    }
    markBusy();
  }

  function show(element: Element, now: number): void {
    const state = shown.get(element) ?? { since: Infinity, seen: 0 };
    shown.set(element, state);
    let since = Infinity;
    for (const call of calls.values()) if (covers(element, call)) since = Math.min(since, call.since);
    // One request after another is one wait, which goes on where it began.
    state.since = since === Infinity ? since : Math.min(since, state.since);
    if (!state.seen && since !== Infinity) {
      const own = parseFloat(element.getAttribute("hyper-loading-delay") ?? "");
      const due = state.since + (own >= 0 ? own : config.loading.delay);
      if (due <= now) state.seen = now;
      else wakeAt(due, now);
    } else if (state.seen && since === Infinity) {
      const until = state.seen + config.loading.minimum;
      if (until <= now) state.seen = 0;
      else wakeAt(until, now);
    }
    const on = state.seen > 0;
    toggleClasses(element, "hyper-loading-class", on);
    toggleClasses(element, "hyper-loading-remove-class", !on);
    if (!element.matches(`${CHANGED},${DISABLING}`)) element.toggleAttribute("hidden", !on);
  }

  function wakeAt(time: number, now: number): void {
    if (time >= wake) return;
    clearTimeout(timer);
    wake = time;
    timer = setTimeout(() => {
      wake = Infinity;
      update(document);
    }, time - now);
  }

  function disable(element: Element): void {
    const ours = element.hasAttribute(MARK);
    const on = some((call) => disables(element, call));
    // What the server has disabled stays so.
    if (on === ours || on && element.matches("[disabled],[aria-disabled=true]")) return;
    if (on && element.contains(document.activeElement)) lost = captureFocus();
    element.toggleAttribute(MARK, on);
    if ("disabled" in element) element.disabled = on;
    else if (on) element.setAttribute("aria-disabled", "true");
    else element.removeAttribute("aria-disabled");
  }

  function markBusy(): void {
    const wanted = new Set<Element>();
    for (const { target, form } of calls.values()) {
      if (target) { for (const element of document.querySelectorAll(target)) wanted.add(element); }
      else if (form) wanted.add(form);
    }
    for (const element of document.querySelectorAll("[hyper-target-busy]")) {
      const target = element.getAttribute("hyper-target-busy");
      if (some((call) => call.target === target)) wanted.add(element);
    }
    for (const element of busy) {
      if (wanted.has(element)) continue;
      element.removeAttribute("aria-busy");
      busy.delete(element);
    }
    for (const element of wanted) {
      if (element.hasAttribute("aria-busy")) continue;
      element.setAttribute("aria-busy", "true");
      busy.add(element);
    }
  }

  return {
    begin(call) {
      calls.set(call.id, { ...call, since: performance.now() });
      update(document);
    },
    end(id) {
      // Not at once: where the next request begins in the same breath, nothing is to be enabled for a moment.
      if (calls.delete(id)) queueMicrotask(() => update(document));
    },
    refresh: update,
    start: () => update(document),
    stop() {
      calls.clear();
      clearTimeout(timer);
      wake = Infinity;
      // With what was seen when, the least time is forgotten too.
      shown = new WeakMap();
      update(document);
    },
  };
}

/** Whether an element that shows loading is about a request. */
function covers(element: Element, call: LoadingCall): boolean {
  const ofAction = element.getAttribute("hyper-loading-action");
  return ofAction ? ofAction === call.action : says(element, "hyper-loading", call) ?? true;
}

/** What an attribute, or the one for keys beside it, says about a request; `undefined` where both are silent. */
function says(element: Element, name: string, { key, action }: LoadingCall): boolean | undefined {
  const ofKey = element.getAttribute(`${name}-key`);
  if (ofKey) return ofKey === key;
  const word = element.getAttribute(name);
  return word ? ["global", key, action].includes(word) : undefined;
}

/** Whether a request disables a control. */
function disables(element: Element, call: LoadingCall): boolean {
  // Only a control has a form and a type.
  const { form, type } = element as Partial<HTMLButtonElement>;
  if (
    form && /submit|button|image/.test(type ?? "") && form.hasAttribute("hyper-form-disable") && isSame(form, call.form)
  ) {
    return true;
  }
  if (!element.matches(DISABLING)) return false;
  return says(element, "hyper-loading-disable", call) ?? covers(element, call);
}

/** Whether two forms are one, or one has taken the place of the other by its id. */
function isSame(form: Element, other: Element | null): boolean {
  const id = form.getAttribute("id");
  return form === other || !!id && id === other?.getAttribute("id");
}
