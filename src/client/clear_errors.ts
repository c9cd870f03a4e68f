/**
 * What was wrong with a form. Loaded when one was accepted and its answer has not drawn it anew.
 *
 * @module
 */

/** Takes away what was wrong with a form at the time before, and all that points to it. */
export function clearErrors(form: HTMLFormElement): void {
  for (
    const element of document.querySelectorAll<HTMLInputElement>("[aria-invalid],[data-hyper-errors],.hyper-errors")
  ) {
    // A control that only names the form in its `form` attribute may stand anywhere, its errors beside it. The method is
    // that of all nodes: a control of the form may hide the form's own (HTML, 4.10.3).
    if (element.form !== form && !Node.prototype.contains.call(form, element)) continue;
    if (!element.ariaInvalid) {
      element.remove();
      continue;
    }
    element.ariaInvalid = null;
    // Help stays; an id of what is gone would describe nothing.
    const left = element.getAttribute("aria-describedby")?.split(" ").filter((id) => {
      const description = document.getElementById(id);
      if (description?.matches(".hyper-errors")) description.remove();
      return description?.isConnected;
    });
    if (left) element.setAttribute("aria-describedby", left.join(" "));
    element.toggleAttribute("aria-describedby", !!left?.[0]);
  }
}
