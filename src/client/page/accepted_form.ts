/**
 * Shows the state of the server in an accepted form.
 *
 * @module
 */
import { doc, dom, type View } from "../dom.ts";
import { type Control, sent, STATES } from "./sent_state.ts";

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
  const controls = [...doc.querySelectorAll<Control>("input,textarea,option")].filter((control) =>
    (dom(control) as View<HTMLInputElement>).form === form && sent.has(control)
  );
  const touched = controls.filter((control) =>
    `${STATES.map(([live]) => dom(control)[live])}` !== `${sent.get(control)}`
  ).map(controlGroup);
  for (const control of controls) {
    const view = dom(control);
    if (view.matches(kept) || touched.includes(controlGroup(control))) continue;
    if (!roots.some((root) => dom(root).contains(control))) continue;
    for (const [live, server] of STATES) {
      // The value of a box without the attribute is "on": setting it would set the attribute (HTML, 4.10.5.4).
      if (view[server] === undefined || live === "value" && view.matches("[type=checkbox],[type=radio]")) continue;
      view[live] = view[server];
    }
  }
}

/** Returns what identifies the group of a control: a changed option or radio button affects the others. */
function controlGroup(control: Element): unknown {
  const whole = dom(control).closest("select") ?? control;
  return dom(whole).getAttribute("name") ?? whole;
}
