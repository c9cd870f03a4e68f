/** The part with predictions. Loaded as soon as a page has an `<Optimistic>`, or with the first call that predicts. */
export { predict, start } from "../page/optimistic.ts";
