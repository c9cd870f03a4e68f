/**
 * Whether what the fields of a form let in can be read at all.
 *
 * @module
 */
import { formsIn } from "../forms/any_form.ts";
import { type Limits, resolveLimits } from "../http/limits.ts";
import type { Action } from "./action.ts";

/**
 * Refuses a file field that lets in more than the limit `fileBytes`: the limit would refuse what the page says is allowed.
 * What a factory makes is not known before a request, and is not looked at.
 *
 * @param action The action.
 * @param limits The limits of the handler.
 * @throws {TypeError} When a field's `maxBytes` is above the limit that holds for the action.
 */
export function checkFileLimits({ name, form, limits: own }: Action, limits: Limits): void {
  if (form === null || typeof form === "function") return;
  const { fileBytes } = resolveLimits(own, limits);
  const fields = formsIn(form).flatMap(({ fields }) => [...fields]);
  for (const [field, { constraints: { maxBytes = 0 } }] of fields) {
    if (maxBytes <= fileBytes) continue;
    throw new TypeError(
      `Cannot register action "${name}": its field "${field}" takes files of ${maxBytes} bytes, and the limit "fileBytes" ` +
        `ends at ${fileBytes}; give the action limits: { fileBytes: ${maxBytes} }, or the field a smaller maxBytes`,
    );
  }
}
