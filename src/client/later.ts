/**
 * What a page needs rarely, in one file that is loaded when the first part of it is needed: small files are compressed
 * badly, and a part that is here is there for the next need, whatever the network does meanwhile.
 *
 * @module
 */
import { clearErrors } from "./clear_errors.ts";
import { createPages } from "./navigate.ts";
import { lend } from "./lent.ts";
import { loadScript } from "./script.ts";
import { patchSignals } from "./signals.ts";
import { slowly } from "./slowly.ts";
import { destinationOf } from "./switch.ts";
import { showToast } from "./toast.ts";
import { TRANSLATIONS } from "./translations.ts";
import { upload } from "./upload.ts";

/** All parts. */
const LATER = {
  clearErrors,
  createPages,
  destinationOf,
  loadScript,
  showToast,
  patchSignals,
  changeSlowly: slowly,
  translations: TRANSLATIONS,
  uploadBody: upload,
} as const;

/** Returns all parts, as one object: unlike names of exports, those of its properties can be shortened. */
export function later(...lent: Parameters<typeof lend>): typeof LATER {
  lend(...lent);
  return LATER;
}
