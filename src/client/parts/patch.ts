/**
 * The part that changes the page. Loaded when the page is idle, or with its first patch.
 *
 * @module
 */
export { changePage } from "../page/timed_change.ts";
export { endStreams } from "../page/end_streams.ts";
export { focusNear, tryFocus } from "../page/focus_near.ts";
export { parseContent, parsePage, trustedPolicy } from "../page/markup.ts";
export { morphElement } from "../page/morph.ts";
export { refreshAround, showAround } from "../page/sent_page.ts";
export { insertContent, patchHtml, swapOf } from "../page/patch.ts";
export { findTargets } from "../page/targets.ts";
export { syncAcceptedForm } from "../page/accepted_form.ts";
