/**
 * Shows a form again when the user has changed a field that others depend on. The server renders it from what is typed, and
 * validates nothing; the focus, and what is typed in the meantime, stay.
 */
import { DEPENDS_ATTRIBUTE, FORM_ATTRIBUTE, ROWS_FIELD } from "../../protocol/names.ts";
import { REDRAW } from "../../protocol/row_change.ts";
import { submitAttribute, submitMethod, submitUrl } from "../call/action.ts";
import { runCall } from "../call/active_call.ts";
import { makeCall, newId } from "../call/call.ts";
import { attr, formOf, idOf, isOff } from "../dom.ts";
import { earlyFields } from "./early_fields.ts";
import { captureSentState } from "./sent_state.ts";
import { showAgain } from "./validate.ts";

/** Observes the forms of the page until the signal is aborted. */
export function observeDependencies(signal: AbortSignal): void {
  addEventListener("change", ({ target }) => {
    const form = target instanceof Element && !isOff(target) && formOf(target);
    const name = form && attr(target as Element, "name")?.replace(/\[\d+\]/g, "[]");
    if (form && name && JSON.parse(attr(form, DEPENDS_ATTRIBUTE) ?? "[]").includes(name)) redraw(form);
  }, { signal, capture: true });
}

function redraw(form: HTMLFormElement): void {
  const fields = earlyFields(form);
  fields.set(ROWS_FIELD, REDRAW);
  const call = makeCall({
    action: attr(form, FORM_ATTRIBUTE)!,
    id: newId(),
    key: `${REDRAW} ${idOf(form)}`,
    sync: "replace",
    url: submitUrl(form, null)!.href,
    method: submitMethod(form, null)?.toUpperCase() ?? "POST",
    enctype: submitAttribute("enctype", form, null),
    // It is not submitted: its errors stay.
    form: null,
    fields,
    data: {},
    target: null,
    sourceEl: form,
    trigger: "change",
    depth: 0,
    saveSentState: captureSentState(form),
  });
  // An event has reported the error.
  runCall(call).then(() => showAgain(form), () => {});
}
