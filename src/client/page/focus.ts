/**
 * Keeps the focus when the page changes, and moves it where a patch asks for it.
 *
 * An element that keeps the focus is not focused again, because `focus()` would scroll to it, and its caret is not
 * moved.
 *
 * @module
 */

import { doc, dom, idOf, type View } from "../dom.ts";

/**
 * Saves the focus, with the selection and the scroll position of the focused element.
 *
 * @returns Restores them if the focus was lost: on the same element while it is on the page, or else on the one with
 * its id.
 */
export function captureFocus(): () => void {
  // An element that has the focus can be focused (HTML, 6.6.2).
  const element = doc.activeElement as HTMLElement | null;
  if (!element || element === doc.body) return () => {};
  const id = idOf(element);
  const select = captureSelection(element);
  const { scrollLeft, scrollTop } = dom(element);
  return () => {
    if (doc.activeElement && doc.activeElement !== doc.body) return;
    const place = doc.contains(element) ? element : doc.getElementById(id);
    if (!place) return;
    // The page must not scroll.
    dom(place).focus({ preventScroll: true });
    select(place);
    Object.assign(dom(place), { scrollLeft, scrollTop });
  };
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
 * @throws {DOMException} `SyntaxError` when the policy is not a valid selector.
 */
export function applyFocus(policy: string, root: ParentNode, restore: () => void): void {
  const element = policy === "preserve"
    ? null
    : policy === "first-invalid"
    ? dom(root).querySelector<HTMLElement>('[aria-invalid="true"]:not(:disabled,[type=hidden])') ??
      dom(root).querySelector<HTMLElement>("[data-hyper-errors]")
    : doc.querySelector<HTMLElement>(policy);
  if (!element) return restore();
  if (element === doc.activeElement) return;
  const view = dom(element);
  // An element in closed `<details>` cannot be focused.
  for (let shut; (shut = view.closest("details:not([open])"));) dom(shut).setAttribute("open", "");
  view.focus();
  if (element !== doc.activeElement && view.tabIndex < 0) {
    // An error summary or a heading can be focused by a script only with a tabindex (HTML, 6.6.3).
    view.setAttribute("tabindex", "-1");
    view.focus();
  }
}
