// Checks the file fields of a form against the limits of an action.
import { formsIn } from "../forms/any_form.ts";
import { type Limits, resolveLimits } from "../http/limits.ts";
import type { Action } from "./action.ts";

/**
 * Throws a `TypeError` if a file field allows files above the limit `fileBytes`: the limit would reject what the page
 * allows. A form that a function creates for each request is not checked.
 */
export function checkFileLimits({ name, form, limits: own }: Action, limits: Limits): void {
  if (form === null || typeof form === "function") return;
  const { fileBytes } = resolveLimits(own, limits);
  const fields = formsIn(form).flatMap(({ fields }) => [...fields]);
  for (const [field, { constraints: { maxBytes = 0 } }] of fields) {
    if (maxBytes <= fileBytes) continue;
    throw new TypeError(
      `Cannot register action "${name}": its field "${field}" takes files of ${maxBytes} bytes, but the limit "fileBytes" ` +
        `is ${fileBytes}; set limits: { fileBytes: ${maxBytes} } on the action, or lower maxBytes of the field`,
    );
  }
}
