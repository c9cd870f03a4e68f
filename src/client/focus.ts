/**
 * Where the keyboard is, kept over a change of the page, and put elsewhere only where the answer asks for it.
 *
 * A patch that leaves the focused element in place leaves the focus alone: nothing here runs `focus()` on an element
 * that has it, because that would scroll to it, and nothing moves a caret that did not get lost.
 *
 * @module
 */

/** The ends and the direction of a selection; `null` in what has none, as controls of the types `email` and `number`. */
export type Selection = readonly [number, number, HTMLInputElement["selectionDirection"]] | null;

/** The focused element and what the browser forgets when it loses the focus. */
export interface SavedFocus {
  /** The element that had the focus. */
  readonly element: HTMLElement;
  /** Its `id`, by which a replacement is found. */
  readonly id: string | null;
  /** What was selected in it. */
  readonly selection: Selection;
  /** How far its content was scrolled. */
  readonly scroll: readonly [left: number, top: number];
}

/**
 * Notes where the focus is.
 *
 * @returns `null` when nothing but the page itself has it.
 */
export function captureFocus(): SavedFocus | null {
  // What can have the focus can be given it (HTML, 6.6.2).
  const element = document.activeElement as HTMLElement | null;
  if (!element || element === document.body) return null;
  return {
    element,
    // Not `element.id`: of a form with a control named `id` that is the control (HTML, 4.10.3).
    id: element.getAttribute("id"),
    selection: selectionOf(element),
    scroll: [element.scrollLeft, element.scrollTop],
  };
}

/** Reads the selection of a control. */
export function selectionOf(element: Element): Selection {
  // Undefined in what is no control, null in a control without a caret (HTML, 4.10.20).
  const { selectionStart, selectionEnd, selectionDirection } = element as Partial<HTMLInputElement>;
  return selectionStart == null || selectionEnd == null
    ? null
    : [selectionStart, selectionEnd, selectionDirection ?? null];
}

/** Writes a selection back; ends behind the text stop at its end. Nothing happens in a control that has none. */
export function select(element: Element, selection: Selection): void {
  if (!selection || !selectionOf(element)) return;
  const [start, end, direction] = selection;
  // What has a selection can be given one.
  (element as HTMLInputElement).setSelectionRange(start, end, direction ?? undefined);
}

/**
 * Gives the focus back when it was lost: to the same element while it is in the page, else to the one with its id,
 * with selection and scroll position. When the focus is where it was, or someone has put it elsewhere, nothing happens.
 */
export function restoreFocus(saved: SavedFocus | null): void {
  const { activeElement } = document;
  if (!saved || (activeElement && activeElement !== document.body)) return;
  const element = saved.element.isConnected ? saved.element : document.getElementById(saved.id ?? "");
  if (!element) return;
  // The page stays where the reader has scrolled it.
  element.focus({ preventScroll: true });
  select(element, saved.selection);
  [element.scrollLeft, element.scrollTop] = saved.scroll;
}

/**
 * Puts the focus where a patch wants it.
 *
 * @param policy `preserve`: where it was. `first-invalid`: on the first control with `aria-invalid="true"`, else on the
 * error summary, `[data-hyper-errors]`; without either, where it was. Anything else is a selector; where nothing
 * matches, the focus stays where it was.
 * @param root Where `first-invalid` looks.
 * @param saved The focus before the patch, from {@linkcode captureFocus}.
 * @throws {DOMException} `SyntaxError` when the policy is no selector either.
 */
export function applyFocus(policy: string, root: ParentNode, saved: SavedFocus | null): void {
  const element = policy === "preserve"
    ? null
    : policy === "first-invalid"
    ? root.querySelector<HTMLElement>('[aria-invalid="true"]:not(:disabled,[type=hidden])') ??
      root.querySelector<HTMLElement>("[data-hyper-errors]")
    : document.querySelector<HTMLElement>(policy);
  if (!element) return restoreFocus(saved);
  if (element === document.activeElement) return;
  element.focus();
  if (element !== document.activeElement) {
    // A summary, or a heading named by a selector, takes the focus of a program only with a tabindex (HTML, 6.6.3).
    element.setAttribute("tabindex", "-1");
    element.focus();
  }
}
