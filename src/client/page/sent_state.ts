/**
 * The state of the controls when they were sent, by which a later patch tells what the user has changed since.
 *
 * @module
 */
import { all, dom, type View } from "../dom.ts";

/** The state in which a control was sent, until the server changes it. */
export const sent: WeakMap<Element, readonly unknown[]> = new WeakMap();

/** Live state, and the property that reflects the attribute for it. */
export const STATES = [
  ["value", "defaultValue"],
  ["checked", "defaultChecked"],
  ["selected", "defaultSelected"],
] as const;

/** An element that may be a control. Properties it lacks are undefined, before a change and after it. */
export type Control = Element & Partial<Record<(typeof STATES)[number][number], unknown>>;

/**
 * Reads the state of the controls that are sent. A response that only returns it does not overwrite text typed since.
 *
 * @param data What is sent without a form: the controls with these values.
 * @returns Saves the state. Call it when the request is sent, which may be later.
 */
export function captureSentState(form: HTMLFormElement | null, data: object = {}): () => void {
  const values: unknown[] = Object.values(data);
  const states = all("input,textarea,option").flatMap((control) => {
    const view: View<Control & { readonly form?: unknown }> = dom(control);
    // A control with a `form` attribute may be anywhere on the page.
    return (form ? view.form === form : values.includes(view.value))
      ? [[control, STATES.map(([live]) => view[live])] as const]
      : [];
  });
  return () => states.forEach(([control, state]) => sent.set(control, state));
}
