/**
 * Where the keyboard is, kept over a change of the page, and put elsewhere only where the answer asks for it.
 *
 * A patch that leaves the focused element in place leaves the focus alone: nothing here runs `focus()` on an element
 * that has it, because that would scroll to it, and nothing moves a caret that did not get lost.
 *
 * @module
 */

import { doc, dom, idOf, type View } from "../dom.ts";

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
  const element = doc.activeElement as HTMLElement | null;
  if (!element || element === doc.body) return () => {};
  const id = idOf(element);
  const select = captureSelection(element);
  const { scrollLeft, scrollTop } = dom(element);
  return () => {
    if (doc.activeElement && doc.activeElement !== doc.body) return;
    const place = doc.contains(element) ? element : doc.getElementById(id);
    if (!place) return;
    // The page stays where the reader has scrolled it.
    dom(place).focus({ preventScroll: true });
    select(place);
    Object.assign(dom(place), { scrollLeft, scrollTop });
  };
}

/**
 * Notes what is selected in a control.
 *
 * @returns What selects the same in a control; ends behind its text stop at its end. In what has no selection, as
 * controls of the types `email` and `number` (HTML, 4.10.20), nothing happens.
 */
export function captureSelection(element: Element): (element: Element) => void {
  const { selectionStart, selectionEnd, selectionDirection } = dom(element) as View<HTMLInputElement>;
  return (element) => {
    const control = dom(element) as View<HTMLInputElement>;
    // Null in a control without a selection, undefined in what is no control.
    if (selectionStart == null || control.selectionStart == null) return;
    control.setSelectionRange(selectionStart, selectionEnd, selectionDirection!);
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
    ? dom(root).querySelector<HTMLElement>('[aria-invalid="true"]:not(:disabled,[type=hidden])') ??
      dom(root).querySelector<HTMLElement>("[data-hyper-errors]")
    : doc.querySelector<HTMLElement>(policy);
  if (!element) return restore();
  if (element === doc.activeElement) return;
  const view = dom(element);
  // What is folded away cannot have the focus.
  for (let shut; (shut = view.closest("details:not([open])"));) dom(shut).setAttribute("open", "");
  view.focus();
  if (element !== doc.activeElement && view.tabIndex < 0) {
    // A summary, or a heading named by a selector, takes the focus of a program only with a tabindex (HTML, 6.6.3).
    view.setAttribute("tabindex", "-1");
    view.focus();
  }
}
