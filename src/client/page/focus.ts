/**
 * Keeps the focus when the page changes.
 *
 * An element that keeps the focus is not focused again, because `focus()` would scroll to it, and its caret is not
 * moved.
 *
 * @module
 */

import { doc, dom, idOf, type View } from "../dom.ts";

/** An element and its siblings before and after it. */
export type Place = readonly [element: Element, previous: Element | null, next: Element | null];

/** Restores the focus. Returns the places of the focused element and its ancestors if it is lost. */
export type RestoreFocus = () => readonly Place[] | undefined;

/**
 * Selector for elements that cannot be focused, and neither can their descendants. A control that the runtime has disabled
 * is not one of them: it gets the focus back when it is enabled.
 */
const SHUT = "[hidden],[inert],:disabled:not([data-hyper-disabled])";

/**
 * Saves the focus, with the selection and the scroll position of the focused element.
 *
 * @returns Restores them if the focus was lost: on the same element while it is on the page, or else on the one with
 * its id. If there is neither, `focusNear()` finds another element.
 */
export function captureFocus(): RestoreFocus {
  // An element that has the focus can be focused (HTML, 6.6.2).
  const element = doc.activeElement as HTMLElement | null;
  if (hasLostFocus(element)) return () => undefined;
  const id = idOf(element!);
  const select = captureSelection(element!);
  const { scrollLeft, scrollTop } = dom(element!);
  const places: Place[] = [];
  for (let place: Element | null = element; place;) {
    const view: View<Element> = dom(place);
    places.push([place, view.previousElementSibling, view.nextElementSibling]);
    place = view.parentElement;
  }
  return () => {
    if (!hasLostFocus(doc.activeElement)) return;
    const place = doc.contains(element) ? element : doc.getElementById(id);
    if (place) {
      // The page must not scroll.
      dom(place).focus({ preventScroll: true });
      select(place);
      Object.assign(dom(place), { scrollLeft, scrollTop });
    }
    return hasLostFocus(doc.activeElement) ? places : undefined;
  };
}

/** Returns `true` if no element has the focus, or one that loses it when the browser next renders (HTML, 6.6.2). */
export function hasLostFocus(active: Element | null): boolean {
  return !active || active === doc.body || !!dom(active).closest(SHUT);
}

/**
 * Saves the selection in a control.
 *
 * @returns Restores it in a control. Positions behind the end of the text move to its end. Controls without a
 * selection, such as those of the types `email` and `number` (HTML, 4.10.20), are not changed.
 */
export function captureSelection(element: Element): (element: Element) => void {
  const { selectionStart, selectionEnd, selectionDirection } = dom(element) as View<HTMLInputElement>;
  return (element) => {
    const control = dom(element) as View<HTMLInputElement>;
    // `null` in a control without a selection, `undefined` in other elements.
    if (selectionStart == null || control.selectionStart == null) return;
    control.setSelectionRange(selectionStart, selectionEnd, selectionDirection!);
  };
}
