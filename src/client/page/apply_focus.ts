/**
 * Moves the focus to the element that a patch names.
 *
 * @module
 */
import { doc, dom } from "../dom.ts";
import type { RestoreFocus } from "./focus.ts";

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
