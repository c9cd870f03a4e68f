// The regions on a page, as the runtime lists them in each call.
import {
  PAGES_ATTRIBUTE,
  REGION_ATTRIBUTE,
  REGIONS_HEADER,
  REGIONS_HEADER_BYTES,
  REGIONS_STALE,
} from "../protocol/names.ts";
import { attribute, closest, type DocumentNode, type ElementNode, isElementNode, query } from "./dom.ts";

/** Returns the header that lists the regions of a page; none for a page without regions. */
export function regionHeader(document: DocumentNode): Readonly<Record<string, string>> {
  const list = query(document, `[${REGION_ATTRIBUTE}]`).map(regionEntry).join();
  if (list === "") return {};
  return { [REGIONS_HEADER]: list.length > REGIONS_HEADER_BYTES ? REGIONS_STALE : list };
}

/** Returns the reference of a region after one `>` for each region around it. */
export function regionEntry(element: ElementNode): string {
  const { parentNode: parent } = element;
  const isRegion = (around: ElementNode) => attribute(around, REGION_ATTRIBUTE) !== null;
  const around = parent !== null && isElementNode(parent) ? closest(parent, isRegion) : null;
  const depth = around === null ? "" : regionEntry(around).replace(/[^>].*/, ">");
  const pages = attribute(element, PAGES_ATTRIBUTE);
  return depth + (attribute(element, REGION_ATTRIBUTE) ?? "") + (pages === null ? "" : `;${pages}`);
}
