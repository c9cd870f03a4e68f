/**
 * The parts of the runtime that a page needs rarely, in one file that is loaded when the first of them is needed. Small
 * files compress badly, and a part that is loaded works without the network.
 *
 * @module
 */
import { clearErrors } from "../page/clear_errors.ts";
import { focusNear } from "../page/focus_near.ts";
import { createPages } from "../navigate/navigate.ts";
import { setRuntimeExports } from "./runtime_exports.ts";
import { loadScript } from "../page/script.ts";
import { patchSignals } from "../page/signals.ts";
import { changeWithTiming } from "../page/timed_change.ts";
import { destinationOf } from "../../protocol/switch.ts";
import { syncAcceptedForm } from "../page/accepted_form.ts";
import { showInvalid } from "../page/show_errors.ts";
import { showToast } from "../page/toast.ts";
import { upload } from "./upload.ts";

/** All parts. The bundle shortens names of properties, but not of exports. */
const LATER = {
  clearErrors,
  createPages,
  destinationOf,
  focusNear,
  loadScript,
  showInvalid,
  showToast,
  patchSignals,
  syncAcceptedForm,
  changeWithTiming,
  uploadBody: upload,
} as const;

/** Initializes the parts with what they use of the runtime, and returns them. */
export function init(...runtimeExports: Parameters<typeof setRuntimeExports>): typeof LATER {
  setRuntimeExports(...runtimeExports);
  return LATER;
}
