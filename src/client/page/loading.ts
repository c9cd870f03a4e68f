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
import { config } from "../config.ts";
import { captureFocus } from "./focus.ts";
import { all, allInclusive, attr, doc, dom, idOf } from "../dom.ts";
import { toggleStateClasses } from "./state_classes.ts";

/** What is to be known of a request. */
export interface LoadingCall {
  /** The key of its lane. */
  readonly key: string;
  /** The name of its action. */
  readonly action: string;
  /** The selector of its target, or `null`. */
  readonly target: string | null;
  /** The form it was made of, or `null`. */
  readonly form: HTMLFormElement | null;
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

/** The requests that run, with the times of their beginnings. */
const calls = new Map<LoadingCall, number>();
/** Kept for elements that stay; those that come later begin with the requests that run. */
let shown = new WeakMap<Element, Shown>();
/** The elements that have `aria-busy` from us. */
let busy = new Set<Element>();
/** Gives back the focus that a control has lost when we disabled it, once it is enabled again. */
let giveBack: (() => void) | undefined;

/** A request begins. To be called when its body is made: a disabled button is no part of a form. */
export function beginLoading(call: LoadingCall): void {
  calls.set(call, performance.now());
  showLoading(document);
}

/** A request has ended, however it ended. One that does not run changes nothing. */
export function endLoading(call: LoadingCall): void {
  // Not at once: where the next request begins in the same breath, nothing is to be enabled for a moment.
  if (calls.delete(call)) queueMicrotask(() => showLoading(document));
}

/** Forgets all requests, at once. */
export function stopLoading(): void {
  calls.clear();
  // With what was seen when, the least time is forgotten too.
  shown = new WeakMap();
  showLoading(document);
}

/** Puts what is in a part of the page into the state that its attributes ask for. */
export function showLoading(root: ParentNode): void {
  allInclusive(SHOWING, root).forEach(show);
  allInclusive(CONTROLS, root).forEach(disable);
  giveBack?.();
  markBusy();
}

function show(element: Element): void {
  const now = performance.now();
  const view = dom(element);
  const state = shown.get(element) ?? { since: Infinity, seen: 0 };
  shown.set(element, state);
  const times = [...calls].flatMap(([call, since]) => covers(element, call) ? since : []);
  const wanted = times.length > 0;
  // One request after another is one wait, which goes on where it began.
  state.since = wanted ? Math.min(state.since, ...times) : Infinity;
  if (wanted !== !!state.seen) {
    const own = parseFloat(`${attr(element, "hyper-loading-delay")}`);
    const { delay, minimum } = config.loading;
    const wait = (wanted ? state.since + (own >= 0 ? own : delay) : state.seen + minimum) - now;
    if (wait > 0) setTimeout(show, wait, element);
    else state.seen = wanted ? now : 0;
  }
  const on = !!state.seen;
  toggleStateClasses(element, "hyper-loading", on);
  if (!view.matches(`${CHANGED},${DISABLING}`)) view.toggleAttribute("hidden", !on);
}

function disable(element: Element): void {
  const view = dom(element);
  const ours = view.hasAttribute(MARK);
  const on = [...calls.keys()].some((call) => disables(element, call));
  // What the server has disabled stays so.
  if (on === ours || on && view.matches("[disabled],[aria-disabled=true]")) return;
  if (on && view.contains(doc.activeElement)) {
    const restore = captureFocus();
    giveBack = () => {
      if (view.hasAttribute(MARK)) return;
      restore();
      giveBack = undefined;
    };
  }
  view.toggleAttribute(MARK, on);
  // A control is disabled by the one; of anything else, such as a link, the other says so.
  for (const name of ["disabled", "aria-disabled"]) {
    if (on) view.setAttribute(name, "true");
    else view.removeAttribute(name);
  }
}

function markBusy(): void {
  const wanted = new Set(
    [...calls.keys()].flatMap(({ target, form }) =>
      target ? all(`${target},[hyper-target-busy="${CSS.escape(target)}"]`) : form ?? []
    ).filter((element) => busy.has(element) || !dom(element).hasAttribute("aria-busy")),
  );
  busy.difference(wanted).forEach((element) => dom(element).removeAttribute("aria-busy"));
  wanted.forEach((element) => dom(element).setAttribute("aria-busy", "true"));
  busy = wanted;
}

/** Whether an element that shows loading is about a request. */
function covers(element: Element, call: LoadingCall): boolean {
  const ofAction = attr(element, "hyper-loading-action");
  return ofAction ? ofAction === call.action : says(element, "hyper-loading", call) ?? true;
}

/** What an attribute, or the one for keys beside it, says about a request; `undefined` where both are silent. */
function says(element: Element, name: string, { key, action }: LoadingCall): boolean | undefined {
  const ofKey = attr(element, `${name}-key`);
  if (ofKey) return ofKey === key;
  const word = attr(element, name);
  return word ? ["global", key, action].includes(word) : undefined;
}

/** Whether a request disables a control. */
function disables(element: Element, call: LoadingCall): boolean {
  // Only a control has a form and a type.
  const { form, type } = dom(element) as Partial<HTMLButtonElement>;
  if (
    form && dom(form).hasAttribute("hyper-form-disable") && /submit|button|image/.test(`${type}`) &&
    isSame(form, call.form)
  ) {
    return true;
  }
  if (!dom(element).matches(DISABLING)) return false;
  return says(element, "hyper-loading-disable", call) ?? covers(element, call);
}

/** Whether two forms are one, or one has taken the place of the other by its id. */
function isSame(form: Element, other: Element | null): boolean {
  return form === other || !!idOf(form) && idOf(form) === attr(other, "id");
}
