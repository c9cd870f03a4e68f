/**
 * Loading states: shows by attributes that requests are in flight.
 *
 * | attribute | while a request of its scope is in flight |
 * |---|---|
 * | `hyper-loading`, `hyper-loading-key`, `hyper-loading-action` | shows the element; otherwise it is `hidden` |
 * | `hyper-loading-class`, `hyper-loading-remove-class` | adds or removes the classes; hides nothing |
 * | `hyper-loading-disable`, `hyper-loading-disable-key` | disables the control |
 * | `hyper-form-disable`, on a form | disables its buttons |
 * | `hyper-target-busy="#x"` | sets `aria-busy`, for requests whose target is `#x` |
 *
 * The scope is the first of: the action named by `hyper-loading-action`; the lane key in `hyper-loading-key`; the
 * action or key in the value of `hyper-loading`; every request (also with the value `global`). The value of
 * `hyper-loading-disable` works in the same way; without a value it has the scope of its element.
 *
 * Visible changes are delayed by `hyper-loading-delay` milliseconds (default: 100) and last at least 300, to prevent
 * flashing. Controls and `aria-busy` change at once; `aria-busy` is set on the target of the request, or else on its
 * form. Every update computes all states from the current requests, so that none can be left over. Earlier values of
 * attributes are not stored, except for `disabled`: an attribute marks it, which a morph removes together with it.
 *
 * The server must render indicators with `hidden`: this code runs after the first paint.
 *
 * @module
 */
import { config } from "../config.ts";
import { currentCalls, type LoadingCall } from "./busy.ts";
import { changeAsServer } from "./live_changes.ts";
import { captureFocus } from "./focus.ts";
import { attr, doc, dom, idOf, ours } from "../dom.ts";
import { tryPart } from "../parts/load_part.ts";
import { toggleStateClasses } from "./state_classes.ts";

/** Times of an indicator, in milliseconds on the clock of the page. */
interface Shown {
  /** Start of the first request of its scope; `Infinity` without one. */
  since: number;
  /** Start of its display; 0 while it is hidden. */
  seen: number;
}

const SHOWING =
  "[hyper-loading],[hyper-loading-key],[hyper-loading-action],[hyper-loading-class],[hyper-loading-remove-class]";
const CHANGED = "[hyper-loading-class],[hyper-loading-remove-class]";
const DISABLING = "[hyper-loading-disable],[hyper-loading-disable-key]";
/** Marks elements that the runtime has disabled. */
const MARK = "data-hyper-disabled";
const CONTROLS = `${DISABLING},[${MARK}],[hyper-form-disable] :is(button,input),:is(button,input)[form]`;

/** The times of each indicator. */
let shown = new WeakMap<Element, Shown>();
/** Restores the focus to a control that lost it when it was disabled. */
let restoreFocus: (() => void) | undefined;

/** Shows the loading states until the signal is aborted. */
export function watchLoading(signal: AbortSignal): void {
  signal.addEventListener("abort", () => {
    // Without the times, the minimum time does not apply.
    shown = new WeakMap();
    showLoading(document);
  });
}

/** Updates the loading states in a part of the page. */
export function showLoading(root: ParentNode): void {
  changeAsServer(() => {
    ours(SHOWING, root).forEach(showIndicator);
    ours(CONTROLS, root).forEach(updateControl);
    restoreFocus?.();
  });
}

function showIndicator(element: Element): void {
  const now = performance.now();
  const view = dom(element);
  const state = shown.get(element) ?? { since: Infinity, seen: 0 };
  shown.set(element, state);
  const times = [...currentCalls].flatMap(([call, since]) => isInScope(element, call) ? since : []);
  const wanted = times.length > 0;
  // Requests that follow each other directly count as one.
  state.since = wanted ? Math.min(state.since, ...times) : Infinity;
  if (wanted !== !!state.seen) {
    const own = parseFloat(`${attr(element, "hyper-loading-delay")}`);
    const { delay, minimum } = config.loading;
    const wait = (wanted ? state.since + (own >= 0 ? own : delay) : state.seen + minimum) - now;
    if (wait > 0) setTimeout(showIndicator, wait, element);
    else state.seen = wanted ? now : 0;
  }
  const on = !!state.seen;
  toggleStateClasses(element, "hyper-loading", on);
  if (!view.matches(`${CHANGED},${DISABLING}`)) view.toggleAttribute("hidden", !on);
}

function updateControl(element: Element): void {
  const view = dom(element);
  const isOurs = view.hasAttribute(MARK);
  const on = [...currentCalls.keys()].some((call) => disables(element, call));
  // Elements that the server has disabled remain so.
  if (on === isOurs || on && view.matches("[disabled],[aria-disabled=true]")) return;
  if (on && view.contains(doc.activeElement)) {
    const restore = captureFocus();
    const own = [...currentCalls.keys()].filter((call) => disables(element, call));
    restoreFocus = () => {
      // A control that a patch has removed keeps its mark. The one that replaces it is disabled by the same calls.
      if (doc.contains(element) ? view.hasAttribute(MARK) : own.some((call) => currentCalls.has(call))) return;
      restoreFocus = undefined;
      const lost = restore();
      if (lost) tryPart("patch").then((patch) => patch?.focusNear(lost));
    };
  }
  view.toggleAttribute(MARK, on);
  // `disabled` is for controls, `aria-disabled` for other elements, such as links.
  for (const name of ["disabled", "aria-disabled"]) {
    if (on) view.setAttribute(name, "true");
    else view.removeAttribute(name);
  }
}

/** Returns `true` if a request is in the scope of an indicator. */
function isInScope(element: Element, call: LoadingCall): boolean {
  const ofAction = attr(element, "hyper-loading-action");
  return ofAction ? ofAction === call.action : matchesAttribute(element, "hyper-loading", call) ?? true;
}

/** Compares a request with an attribute and its `-key` variant; `undefined` if neither has a value. */
function matchesAttribute(element: Element, name: string, { key, action }: LoadingCall): boolean | undefined {
  const ofKey = attr(element, `${name}-key`);
  if (ofKey) return ofKey === key;
  const word = attr(element, name);
  return word ? ["global", key, action].includes(word) : undefined;
}

/** Returns `true` if a request disables a control. */
function disables(element: Element, call: LoadingCall): boolean {
  // Only a control has `form` and `type`.
  const { form, type } = dom(element) as Partial<HTMLButtonElement>;
  if (
    form && dom(form).hasAttribute("hyper-form-disable") && /submit|button|image/.test(`${type}`) &&
    isSameForm(form, call.form)
  ) {
    return true;
  }
  if (!dom(element).matches(DISABLING)) return false;
  return matchesAttribute(element, "hyper-loading-disable", call) ?? isInScope(element, call);
}

/** Returns `true` if two forms are the same, or have the same id because one replaced the other. */
function isSameForm(form: Element, other: Element | null): boolean {
  return form === other || !!idOf(form) && idOf(form) === attr(other, "id");
}
