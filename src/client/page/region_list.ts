/**
 * The regions on the page, as a call lists them for the server.
 *
 * @module
 */
import { PAGES_ATTRIBUTE, REGION_ATTRIBUTE, REGIONS_HEADER_BYTES, REGIONS_STALE } from "../../protocol/names.ts";
import { attr, dom, ours } from "../dom.ts";

/** A selector for the root elements of regions. */
export const REGION: string = `[${REGION_ATTRIBUTE}]`;

/** Returns the reference of a region after one `>` for each region around it, and its number of pages. */
export function entryOf(element: Element): string {
  const around = dom(dom(element).parentElement)?.closest(REGION);
  const pages = attr(element, PAGES_ATTRIBUTE);
  const entry = attr(element, REGION_ATTRIBUTE) + (pages ? `;${pages}` : "");
  return (around ? entryOf(around).replace(/[^>].*/, ">") : "") + entry;
}

/** Returns the list for the header; `""` on a page without regions. */
export function regionList(): string {
  // Markup of a user may have anything there; an invalid header would make each call fail.
  const list = ours(REGION).map(entryOf).join().replace(/[^!-~]/g, "");
  return list.length > REGIONS_HEADER_BYTES ? REGIONS_STALE : list;
}
