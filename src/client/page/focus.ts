/**
 * Keeps the focus when the page changes, and moves it where a patch asks for it.
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
  for (let place: Element | null = element; place; place = dom(place).parentElement) {
    places.push([place, dom(place).previousElementSibling, dom(place).nextElementSibling]);
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

/**
 * Moves the focus as a patch asks for it.
 *
 * @param policy `preserve`: restores it. `first-invalid`: the first control with `aria-invalid="true"`, else the error
 * summary `[data-hyper-errors]`, else as `preserve`. Anything else is a selector; if it matches nothing, as `preserve`.
 * @param root Where `first-invalid` searches.
 * @param restore From {@linkcode captureFocus}.
 * @returns What `restore` returns; `undefined` if it was not necessary.
 * @throws {DOMException} `SyntaxError` when the policy is not a valid selector.
 */
export function applyFocus(policy: string, root: ParentNode, restore: RestoreFocus): ReturnType<RestoreFocus> {
  const element = policy === "preserve"
    ? null
    : policy === "first-invalid"
    ? dom(root).querySelector<HTMLElement>('[aria-invalid="true"]:not(:disabled,[type=hidden])') ??
      dom(root).querySelector<HTMLElement>("[data-hyper-errors]")
    : doc.querySelector<HTMLElement>(policy);
  if (!element) return restore();
  if (element === doc.activeElement) return undefined;
  const view = dom(element);
  // An element in closed `<details>` cannot be focused.
  for (let shut; (shut = view.closest("details:not([open])"));) dom(shut).setAttribute("open", "");
  view.focus();
  if (element !== doc.activeElement && view.tabIndex < 0) {
    // An error summary or a heading can be focused by a script only with a tabindex (HTML, 6.6.3).
    view.setAttribute("tabindex", "-1");
    view.focus();
  }
  return restore();
}
