/**
 * What a page needs rarely, in one file that is loaded when the first part of it is needed: small files are compressed
 * badly, and a part that is here is there for the next need, whatever the network does meanwhile.
 *
 * @module
 */
import { clearErrors } from "../page/clear_errors.ts";
import { createPages } from "../navigate/navigate.ts";
import { lend } from "./runtime_exports.ts";
import { loadScript } from "../page/script.ts";
import { patchSignals } from "../page/signals.ts";
import { changeAfterDelay } from "../page/delayed_changes.ts";
import { destinationOf } from "../call/switch.ts";
import { showToast } from "../page/toast.ts";
import { upload } from "./upload.ts";

/** All parts. */
const LATER = {
  clearErrors,
  createPages,
  destinationOf,
  loadScript,
  showToast,
  patchSignals,
  changeAfterDelay: changeAfterDelay,
  uploadBody: upload,
} as const;

/** Returns all parts, as one object: unlike names of exports, those of its properties can be shortened. */
export function later(...lent: Parameters<typeof lend>): typeof LATER {
  lend(...lent);
  return LATER;
}
