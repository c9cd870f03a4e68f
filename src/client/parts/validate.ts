/**
 * The part for forms that ask the server before they are submitted: it validates fields, and shows a form again whose fields depend
 * on others. Loaded when a page with such a form is idle.
 *
 * @module
 */
import { observeDependencies } from "../page/redraw.ts";
import { observeFields } from "../page/validate.ts";

/** Observes the forms of the page until the signal is aborted. */
export function start(signal: AbortSignal): void {
  observeFields(signal);
  observeDependencies(signal);
}
