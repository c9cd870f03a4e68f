/**
 * Where the keyboard is, kept over a change of the page, and put elsewhere only where the answer asks for it.
 *
 * A patch that leaves the focused element in place leaves the focus alone: nothing here runs `focus()` on an element
 * that has it, because that would scroll to it, and nothing moves a caret that did not get lost.
 *
 * @module
 */

import { idOf } from "./genuine.ts";

/**
 * Notes where the focus is, with what the browser forgets when it is lost: the selection, and how far the element was
 * scrolled.
 *
 * @returns What gives the focus back when it was lost: to the same element while it is in the page, else to the one with
 * its id. When the focus is where it was, or someone has put it elsewhere, or nothing but the page itself had it, nothing
 * happens.
 */
export function captureFocus(): () => void {
  // What can have the focus can be given it (HTML, 6.6.2).
  const element = document.activeElement as HTMLElement | null;
  if (!element || element === document.body) return () => {};
  const id = idOf(element);
  const select = captureSelection(element);
  const { scrollLeft, scrollTop } = element;
  return () => {
    const { activeElement } = document;
    if (activeElement && activeElement !== document.body) return;
    const place = document.contains(element) ? element : document.getElementById(id);
    if (!place) return;
    // The page stays where the reader has scrolled it.
    place.focus({ preventScroll: true });
    select(place);
    Object.assign(place, { scrollLeft, scrollTop });
  };
}

/**
 * Notes what is selected in a control.
 *
 * @returns What selects the same in a control; ends behind its text stop at its end. In what has no selection, as
 * controls of the types `email` and `number` (HTML, 4.10.20), nothing happens.
 */
export function captureSelection(element: Element): (element: Element) => void {
  const { selectionStart, selectionEnd, selectionDirection } = element as HTMLInputElement;
  return (element) => {
    const control = element as HTMLInputElement;
    // Null in a control without a selection, undefined in what is no control.
    if (selectionStart == null || control.selectionStart == null) return;
    control.setSelectionRange(selectionStart, selectionEnd, selectionDirection ?? undefined);
  };
}

/**
 * Puts the focus where a patch wants it.
 *
 * @param policy `preserve`: where it was. `first-invalid`: on the first control with `aria-invalid="true"`, else on the
 * error summary, `[data-hyper-errors]`; without either, where it was. Anything else is a selector; where nothing
 * matches, the focus stays where it was.
 * @param root Where `first-invalid` looks.
 * @param restore Puts the focus where it was before the patch, from {@linkcode captureFocus}.
 * @throws {DOMException} `SyntaxError` when the policy is no selector either.
 */
export function applyFocus(policy: string, root: ParentNode, restore: () => void): void {
  const element = policy === "preserve"
    ? null
    : policy === "first-invalid"
    ? root.querySelector<HTMLElement>('[aria-invalid="true"]:not(:disabled,[type=hidden])') ??
      root.querySelector<HTMLElement>("[data-hyper-errors]")
    : document.querySelector<HTMLElement>(policy);
  if (!element) return restore();
  if (element === document.activeElement) return;
  // What is folded away cannot have the focus.
  for (let shut; (shut = element.closest("details:not([open])"));) shut.setAttribute("open", "");
  element.focus();
  if (element !== document.activeElement && element.tabIndex < 0) {
    // A summary, or a heading named by a selector, takes the focus of a program only with a tabindex (HTML, 6.6.3).
    element.setAttribute("tabindex", "-1");
    element.focus();
  }
}
