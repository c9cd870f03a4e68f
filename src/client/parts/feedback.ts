/**
 * The part that shows errors on forms, and toasts. Loaded when the page is idle, or with the first of them.
 *
 * @module
 */
export { clearErrors } from "../page/clear_errors.ts";
export { loadPageTexts } from "../page/page_texts.ts";
export { describeWith, replaceMessages, showInvalid } from "../page/show_errors.ts";
export { announceHidden, showToast, start } from "../page/toast.ts";
