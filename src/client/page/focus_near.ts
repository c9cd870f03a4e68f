/**
 * Finds another element for the focus when the one that had it is gone, so that a user of a keyboard or a screen reader
 * continues there and not at the top of the page (WCAG 2.4.3).
 *
 * @module
 */
import { attr, doc, dom } from "../dom.ts";
import { hasLostFocus, type Place } from "./focus.ts";

/** Elements that are not content: the runtime's own, and those that show nothing. */
const NO_CONTENT = "br,hr,[data-hyper-own]";

/**
 * Focuses the element nearest to one that is gone or cannot be focused any more: the same control in the content that
 * replaces it, else that content or the next sibling, else the container. Does nothing if something else has the focus.
 *
 * @param places From `captureFocus()`.
 */
export function focusNear(places: readonly Place[]): void {
  const active = doc.activeElement;
  if (active && active !== doc.body && active !== places[0]?.[0]) return;
  // Of several removed elements that contain each other, the outermost. None is removed if the control was disabled.
  const first = Math.max(0, places.findLastIndex(([element]) => !doc.contains(element)));
  for (const [element] of places.slice(0, first + 1)) {
    const copy = doc.getElementById(attr(element, "id") ?? "");
    if (copy && copy !== element && focusTwin(copy, places[0]![0])) return;
  }
  for (let i = first; i < places.length - 1; i++) {
    const [gone, previous, next] = places[i]!;
    const parent = places[i + 1]![0];
    const isIn = (element: Element | null) => !!element && dom(element).parentElement === parent;
    let place = isIn(previous) ? dom(previous)!.nextElementSibling : previous ? next : dom(parent).firstElementChild;
    if (!isIn(place)) place = null;
    if (place && place !== next && isSame(place, gone, ["id"]) && focusTwin(place, places[0]![0])) return;
    for (; place; place = dom(place).nextElementSibling) if (tryFocus(place)) return;
    if (parent === doc.body) return focusLast(parent);
    if (tryFocus(parent)) return;
  }
}

/** Focuses the last child that can be focused. */
function focusLast(parent: Element): void {
  for (let place = dom(parent).lastElementChild; place; place = dom(place).previousElementSibling) {
    if (tryFocus(place)) return;
  }
}

/** Focuses the control that replaces another one in new content, else the content. Returns whether there is one. */
function focusTwin(content: Element, old: Element): boolean {
  const twins = [...dom(content).querySelectorAll(dom(old).localName)].filter((element) => isTwin(element, old));
  // A control that the runtime has disabled gets the focus when it is enabled.
  return [...twins, content].some((element) => dom(element).hasAttribute("data-hyper-disabled") || tryFocus(element));
}

/** Returns `true` if two elements are the same control by name, and the same choice or button by value and text. */
function isTwin(element: Element, old: Element): boolean {
  const isChoice = dom(old).matches("button,[type=radio],[type=checkbox]");
  return isSame(element, old, isChoice ? ["name", "type", "value"] : ["name", "type"]) &&
    (!isChoice || dom(element).textContent === dom(old).textContent);
}

/** Returns `true` if two elements have the same name and the same values of attributes. */
function isSame(element: Element, old: Element, names: readonly string[]): boolean {
  return dom(element).localName === dom(old).localName &&
    names.every((name) => attr(element, name) === attr(old, name));
}

/** Focuses an element, if necessary as one that only a script can focus. Returns whether it has the focus. */
export function tryFocus(element: Element): boolean {
  const view = dom(element as HTMLElement);
  // One that was disabled or hidden has the focus until the browser next renders.
  if (view.matches(NO_CONTENT) || hasLostFocus(element)) return false;
  // The page must not scroll.
  view.focus({ preventScroll: true });
  if (element !== doc.activeElement && !view.hasAttribute("tabindex")) {
    // A row or a heading can be focused by a script only with a tabindex (HTML, 6.6.3).
    view.setAttribute("tabindex", "-1");
    view.focus({ preventScroll: true });
    if (element !== doc.activeElement) view.removeAttribute("tabindex");
  }
  return element === doc.activeElement;
}
