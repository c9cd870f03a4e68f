/**
 * Shows that the server has changed a control or an element that the user is editing. Loaded with the first such change.
 *
 * @module
 */
import { CHANGED_TEXT } from "../../protocol/changed_text.ts";
import { doc, dom, formOf, type View } from "../dom.ts";
import { loadPart } from "../parts/load_part.ts";
import { changes } from "./live_changes.ts";
import { type Control, STATES } from "./sent_state.ts";
import { words } from "./words.ts";

/** Removes the hint of a control. */
const hints = new Map<Element, () => void>();
/** Number of hints so far, for their ids. */
let count = 0;

/**
 * Shows the new value next to the control, and announces it, until the control has the value of the server or is sent.
 *
 * @param control The control that the user edits.
 * @param value What the server has changed it to, as the user would see it.
 */
export async function showChange(control: Element, value: string): Promise<void> {
  const { announceHidden, describeWith } = await loadPart("feedback");
  hints.get(control)?.();
  if (isOver(control) || dom(control).matches("[type=password]")) return;
  const owner = formOf(control) ?? dom(control).closest("form");
  const hint = doc.createElement("p");
  hint.className = "hyper-changed";
  hint.id = `hyper-changed-${++count}`;
  // A morph of the page leaves it alone.
  hint.setAttribute("data-hyper-own", "");
  const quote = doc.createElement("q");
  quote.textContent = value;
  hint.append(`${{ changedMeanwhile: CHANGED_TEXT, ...words() }.changedMeanwhile} `, quote);
  const [described] = describeWith([control], hint);
  announceHidden(hint.textContent);

  const ended = new AbortController();
  const hide = () => {
    ended.abort();
    hints.delete(control);
    hint.remove();
    const ids = described?.getAttribute("aria-describedby")?.split(" ").filter((id) => id !== hint.id) ?? [];
    described?.setAttribute("aria-describedby", ids.join(" "));
    described?.toggleAttribute("aria-describedby", !!ids[0]);
  };
  hints.set(control, hide);
  const { signal } = ended;
  for (const type of ["input", "change", "hyper:swap:after"]) {
    addEventListener(type, () => isOver(control) && hide(), { signal });
  }
  addEventListener("reset", ({ target }) => target === owner && hide(), { signal });
  addEventListener("hyper:beforeRequest", ({ detail: { form } }) => form && form === owner && hide(), { signal });
}

/** Returns `true` if a control is gone, or has the state of the server. */
function isOver(control: Element): boolean {
  if (!doc.contains(control)) return true;
  const { isContentEditable, innerHTML }: View<Element & Partial<HTMLElement>> = dom(control);
  if (isContentEditable) return (changes.get(control)?.get("") ?? innerHTML) === innerHTML;
  const parts = control instanceof HTMLSelectElement ? [...dom(control).options] : [control];
  return parts.every((part) => {
    const view: View<Control> = dom(part);
    return STATES.every(([live, server]) => view[server] === undefined || view[live] === view[server]);
  });
}
