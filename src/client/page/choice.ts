/**
 * The choice that the user has made in the control with the focus is theirs, as the text that they write: a morph does not
 * change it. A browser changes it when another option or radio button gets the attribute (HTML, 4.10.10). The same is true
 * for the content of an editable element.
 *
 * @module
 */
import { all, attr, doc, dom, formOf, type View } from "../dom.ts";
import { changes } from "./live_changes.ts";
import { type Control, sent } from "./sent_state.ts";

/** Called with the control that the user edits, and with what the server has changed it to. */
export type OnYield = (control: Element, value: string) => void;

/**
 * Saves the choice in the list or radio button with the focus, if it is not that of the server, and not sent.
 *
 * @param onYield Called if the server has changed its own choice to another one.
 * @returns Makes the choice again, after a morph.
 */
export function captureChoice(onYield?: OnYield): () => void {
  const control = doc.activeElement;
  const nothing = () => {};
  if (!control || !dom(control).matches("select,[type=radio]")) return nothing;
  const choices = choicesOf(control);
  const chosen = choices.filter(isChosen);
  const before = serverChoice(choices, control);
  const isSent = choices.every((choice) => sent.get(choice)?.includes(true) === isChosen(choice));
  if (isSent || textOf(chosen) === before) return nothing;
  return () => {
    const now = choicesOf(control);
    // The server has removed it.
    if (!chosen.every((choice) => now.includes(choice))) return;
    for (const choice of now) {
      const view: View<Control> = dom(choice);
      view[view.selected === undefined ? "checked" : "selected"] = chosen.includes(choice);
    }
    const after = serverChoice(now, control);
    if (after !== before && after !== textOf(chosen)) onYield?.(control, after);
  };
}

/**
 * Records the new content of the server for the editable element with the focus, if the user has written in it.
 *
 * @param onYield Called if the server has changed its content.
 * @returns `true` if the element keeps its own content.
 */
export function keepContent(element: Element, next: Element, onYield?: OnYield): boolean {
  const { innerHTML, textContent } = dom(next);
  const values = changes.get(element);
  const last = values?.get("");
  if (last == null || last === dom(element).innerHTML) return false;
  if (last !== innerHTML) onYield?.(element, textContent!);
  values!.set("", innerHTML);
  return true;
}

/** Returns the options of a list, or the buttons in the group of a radio button. */
const choicesOf = (control: Element): Element[] =>
  control instanceof HTMLSelectElement
    ? [...dom(control).options]
    : all("[type=radio]").filter((other) =>
      attr(other, "name") === attr(control, "name") && formOf(other) === formOf(control)
    );

const isChosen = (choice: Element): boolean => {
  const { selected, checked }: View<Control> = dom(choice);
  return !!(selected ?? checked);
};

/** Returns the text of the choice that the server has made. */
function serverChoice(choices: readonly Element[], control: Element): string {
  const chosen = choices.filter((choice) => {
    const { defaultSelected, defaultChecked }: View<Control> = dom(choice);
    return defaultSelected ?? defaultChecked;
  });
  // A list without the attribute shows its first option (HTML, 4.10.7).
  const isFirst = !chosen[0] && control instanceof HTMLSelectElement && !dom(control).multiple;
  return textOf(isFirst ? choices.slice(0, 1) : chosen);
}

/** Returns the texts that the user sees of choices. */
const textOf = (choices: readonly Element[]): string =>
  choices.map((choice) => {
    // Only a control has labels.
    const { labels }: View<Element & { readonly labels?: NodeListOf<Element> | null }> = dom(choice);
    return dom(labels?.[0] ?? choice).textContent?.trim();
  }).join(", ");
