/**
 * The part that shows pages of the site in this document. Loaded when a page with `hyper-nav` is idle, or with the first
 * navigation.
 *
 * @module
 */
export { watchLostCalls as start } from "../navigate/lost_calls.ts";
export { createPages } from "../navigate/navigate.ts";
