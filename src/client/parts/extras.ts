/**
 * The part with what few pages need. Loaded when a page with such an element is idle, or with the first use.
 *
 * @module
 */
export { destinationOf } from "../../protocol/switch.ts";
export { showChange } from "../page/changed_meanwhile.ts";
export { loadScript } from "../page/script.ts";
export { patchSignals } from "../page/signals.ts";
export { upload } from "../call/upload.ts";
export { watchUnsaved } from "../navigate/unsaved.ts";
