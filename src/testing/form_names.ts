// The names by which a test finds a form.
import { FORM_ATTRIBUTE } from "../protocol/names.ts";
import { formControls, isSubmitButton } from "./controls.ts";
import { attribute, type ElementNode, query, readableText } from "./dom.ts";
import { accessibleName } from "./labels.ts";

/** Returns the names of a form besides its label: headings, buttons, the name of the action, the id. */
export function namesOfForm(form: ElementNode): readonly string[] {
  const headings = query(form, "legend, h1, h2, h3, h4, h5, h6").map(readableText);
  const buttons = formControls(form).filter(isSubmitButton).map(accessibleName);
  const attributes = [FORM_ATTRIBUTE, "id"].map((name) => attribute(form, name) ?? "");
  return [...headings, ...buttons, ...attributes].filter((name) => name !== "");
}
