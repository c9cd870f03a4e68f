// The fields of a form by their labels.
import { controlType, formControls, isField } from "./controls.ts";
import { attribute, type ElementNode } from "./dom.ts";
import { namesOfForm } from "./form_names.ts";
import { accessibleName, groupName } from "./labels.ts";
import { listed } from "./only.ts";

/** Returns the name of a form for messages. */
export function calledForm(form: ElementNode): string {
  return accessibleName(form) || namesOfForm(form)[0] || "without a name";
}

/**
 * Returns the controls of a field: those with a label, those of a group with it, else those with it as their name.
 *
 * @param form The form.
 * @param label The label, the legend, or the name.
 * @param deed The operation, for the message.
 * @throws {Error} When there is none, or there are several fields.
 */
export function controlsOfLabel(form: ElementNode, label: string, deed: string): readonly ElementNode[] {
  const controls = formControls(form).filter((it) => isField(it) || controlType(it) === "hidden");
  const isChoice = (it: ElementNode): boolean => /^(checkbox|radio)$/.test(controlType(it));
  const labelled = controls.filter((it) => isField(it) && accessibleName(it) === label);
  const inGroup = controls.filter((it) => isChoice(it) && groupName(it) === label);
  const named = controls.filter((it) => attribute(it, "name") === label);
  const found = [labelled, inGroup, named].find((list) => list.length > 0);
  const refused = (reason: string) =>
    new Error(`Cannot ${deed} field "${label}" of form "${calledForm(form)}": ${reason}`);
  if (found === undefined) {
    const names = controls.filter(isField).map((it) => `"${accessibleName(it) || attribute(it, "name")}"`);
    throw refused(`the form does not have it; its fields are ${listed(names)}`);
  }
  if (found.length > 1 && !found.every(isChoice)) throw refused(`there are ${found.length} fields of this name`);
  return found;
}
