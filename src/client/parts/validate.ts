/** The part that validates fields before a form is submitted. Loaded when a page with such a form is idle. */
export { observeFields as start } from "../page/validate.ts";
