/**
 * Removes the errors of a form. Loaded when a form is accepted and its response does not replace it.
 *
 * @module
 */
import { doc, dom, type View } from "../dom.ts";

/** Removes the errors of a form, and all references to them. */
export function clearErrors(form: HTMLFormElement): void {
  for (const element of doc.querySelectorAll("[aria-invalid],[data-hyper-errors],.hyper-errors")) {
    // Only a control has a `form`.
    const view = dom(element) as View<Element & { readonly form?: unknown }>;
    // A control with a `form` attribute may be anywhere on the page.
    if (view.form !== form && !dom(form).contains(element)) continue;
    if (!view.ariaInvalid) {
      view.remove();
      continue;
    }
    forgetErrors(view);
  }
}

/** Marks an element as valid, and removes the lists of errors that describe it. */
export function forgetErrors(view: View<Element>): void {
  view.ariaInvalid = null;
  // Help texts are kept; ids of removed errors would describe nothing.
  const left = view.getAttribute("aria-describedby")?.split(" ").filter((id) => {
    const description = dom(doc.getElementById(id));
    if (description?.matches(".hyper-errors")) description.remove();
    return description?.isConnected;
  });
  if (left) view.setAttribute("aria-describedby", left.join(" "));
  view.toggleAttribute("aria-describedby", !!left?.[0]);
}
