/**
 * The state of a control, compared with that of the server and with that in which it was sent.
 *
 * @module
 */
import { all, dom, type View } from "../dom.ts";
import { type Control, sent, STATES } from "./sent_state.ts";

/** Returns the controls of a form, which may be anywhere on the page, and the options of its lists. */
export const controlsOf = (form: HTMLFormElement): Element[] =>
  all("input,textarea,option").filter((control) => (dom(control) as View<HTMLInputElement>).form === form);

/**
 * Returns the states that a control has. The value of a box without the attribute is "on": setting it would set the attribute (HTML,
 * 4.10.5.4).
 */
export function liveStates(control: Element): (typeof STATES)[number][] {
  const view: View<Control> = dom(control);
  return STATES.filter(([live, server]) =>
    view[server] !== undefined && !(live === "value" && view.matches("[type=radio],[type=checkbox]"))
  );
}

/** Returns `true` if a control has another state than that in which it was sent. */
export const isChangedSince = (control: Element): boolean =>
  `${STATES.map(([live]) => (dom(control) as View<Control>)[live])}` !== `${sent.get(control)}`;
