/**
 * What was wrong with a form. Loaded when one was accepted and its answer has not drawn it anew.
 *
 * @module
 */
import type { View } from "../dom.ts";
import { doc, dom } from "../later/runtime_exports.ts";

/** Takes away what was wrong with a form at the time before, and all that points to it. */
export function clearErrors(form: HTMLFormElement): void {
  for (const element of doc.querySelectorAll("[aria-invalid],[data-hyper-errors],.hyper-errors")) {
    // Only a control has a form.
    const view = dom(element) as View<Element & { readonly form?: unknown }>;
    // A control that only names the form in its `form` attribute may stand anywhere, its errors beside it.
    if (view.form !== form && !dom(form).contains(element)) continue;
    if (!view.ariaInvalid) {
      view.remove();
      continue;
    }
    view.ariaInvalid = null;
    // Help stays; an id of what is gone would describe nothing.
    const left = view.getAttribute("aria-describedby")?.split(" ").filter((id) => {
      const description = dom(doc.getElementById(id));
      if (description?.matches(".hyper-errors")) description.remove();
      return description?.isConnected;
    });
    if (left) view.setAttribute("aria-describedby", left.join(" "));
    view.toggleAttribute("aria-describedby", !!left?.[0]);
  }
}
