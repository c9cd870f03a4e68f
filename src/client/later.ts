/**
 * What a page needs rarely, in one file that is loaded when the first part of it is needed: small files are compressed
 * badly, and a part that is here is there for the next need, whatever the network does meanwhile.
 *
 * @module
 */
export { createPages } from "./navigate.ts";
export { patchSignals } from "./signals.ts";
export { slowly } from "./slowly.ts";
export { TRANSLATIONS } from "./translations.ts";
export { upload } from "./upload.ts";
