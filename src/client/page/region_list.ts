/**
 * The regions on the page, as a call lists them for the server.
 *
 * @module
 */
import { PAGES_ATTRIBUTE, REGION_ATTRIBUTE, REGIONS_HEADER_BYTES, REGIONS_STALE } from "../../protocol/names.ts";
import { attr, dom, ours } from "../dom.ts";
import { type Layer, layerOf } from "./layers.ts";

/** Set by the part for regions. */
export const regionHooks = {
  /** Called when a page is shown by a navigation, in a layer, or once more: it may be older than what was shown before. */
  onPage(): void {},
};

/** A selector for the root elements of regions. */
export const REGION: string = `[${REGION_ATTRIBUTE}]`;

/** Returns the name of a region, with which its reference begins. */
export const nameOf = (region: Element): string => attr(region, REGION_ATTRIBUTE)!.split(":")[0]!;

/** Returns the reference of a region after one `>` for each region around it, and its number of pages. */
export function entryOf(element: Element): string {
  const around = dom(dom(element).parentElement)?.closest(REGION);
  const pages = attr(element, PAGES_ATTRIBUTE);
  const entry = attr(element, REGION_ATTRIBUTE) + (pages ? `;${pages}` : "");
  return (around ? entryOf(around).replace(/[^>].*/, ">") : "") + entry;
}

/** Returns the regions of a layer, or of the page. */
export const regionsOf = (layer: Layer | undefined): Element[] =>
  ours(REGION).filter((region) => layerOf(region) === layer);

/** Returns the list for the header of a call from a layer, or from the page; `""` without regions. */
export function regionList(layer: Layer | undefined): string {
  // Markup of a user may have anything there; an invalid header would make each call fail.
  const list = regionsOf(layer).map(entryOf).join().replace(/[^!-~]/g, "");
  return list.length > REGIONS_HEADER_BYTES ? REGIONS_STALE : list;
}
