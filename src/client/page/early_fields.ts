/**
 * The fields of a form that are sent before it is submitted.
 */
import { ONCE_FIELD } from "../../protocol/names.ts";
import { dom, type View } from "../dom.ts";

/** Returns whether a value is sent only when the form is submitted: a password or a file, unless the control has `hyper-validate`. */
export const isWithheld = (control: Element): boolean =>
  dom(control).matches("[type=password]:not([hyper-validate]),[type=file]:not([hyper-validate])");

/** Returns the fields of a form without those that are withheld, and without the key of its submit. */
export function earlyFields(form: HTMLFormElement): FormData {
  const fields = new FormData(form);
  for (const control of dom(form).elements) {
    if (isWithheld(control)) fields.delete((dom(control) as View<HTMLInputElement>).name);
  }
  fields.delete(ONCE_FIELD);
  return fields;
}
