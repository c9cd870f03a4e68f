/**
 * The user whom a form was rendered for.
 *
 * @module
 */
import { USER_FIELD } from "../../protocol/names.ts";
import { attr, dom, formOf, type View } from "../dom.ts";
import { controlsOf, isChangedSince, liveStates } from "./control_state.ts";
import type { Control } from "./sent_state.ts";

/**
 * Returns `true` if an element names the user of a form that holds what the user has entered and not sent. A patch leaves it: the form
 * of one user does not become that of the next one, who could send what the first has entered as their own.
 */
export function isOwned(element: Element): boolean {
  const form = attr(element, "name") === USER_FIELD && formOf(element);
  return !!form && controlsOf(form).some(isEntered);
}

function isEntered(control: Element): boolean {
  const view: View<Control & { readonly index?: number }> = dom(control);
  // A list without the attribute shows its first option (HTML, 4.10.7).
  return view.index !== 0 && isChangedSince(control) &&
    liveStates(control).some(([live, server]) => view[live] !== view[server]);
}
