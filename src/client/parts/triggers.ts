/** The part with requests without a script. Loaded as soon as a page has one of its elements. */
export { confirmSubmit } from "../page/confirm.ts";
export { observeTriggers as start } from "../page/triggers.ts";
