/** The part that changes the rows of formsets. Loaded when a page with such rows is idle. */
export { observeRows as start } from "../page/rows.ts";
