/**
 * Shows the state of the server in an accepted form.
 *
 * @module
 */
import { dom, type View } from "../dom.ts";
import { controlsOf, isChangedSince, liveStates } from "./control_state.ts";
import { type Control, sent } from "./sent_state.ts";

/**
 * Sets the controls of an accepted form to the values of the server, unless the user has changed them since they were
 * sent. Otherwise, a checkbox that deletes a row would remain checked, and delete the next row.
 *
 * @param roots The elements that the response has inserted or changed.
 * @param kept Selector for the controls that are not set. Default: those whose values the server never returns.
 */
export function syncAcceptedForm(
  form: HTMLFormElement,
  roots: readonly Element[],
  kept = "[type=password],[type=file]",
): void {
  // An option has the form of its list.
  const controls = controlsOf(form).filter((control) => sent.has(control));
  const touched = controls.filter(isChangedSince).map(controlGroup);
  for (const control of controls) {
    const view: View<Control> = dom(control);
    if (
      view.matches(kept) || touched.includes(controlGroup(control)) ||
      !roots.some((root) => dom(root).contains(control))
    ) continue;
    for (const [live, server] of liveStates(control)) view[live] = view[server];
  }
}

/** Returns what identifies the group of a control: a changed option or radio button affects the others. */
function controlGroup(control: Element): unknown {
  const whole = dom(control).closest("select") ?? control;
  return dom(whole).getAttribute("name") ?? whole;
}
