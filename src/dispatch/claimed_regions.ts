// The regions that a client has on its page, as it lists them: untrusted input, bounded, and ignored where it is malformed.
import type { Region } from "../actions/region.ts";
import { withoutPages } from "../actions/region_pages.ts";
import { readReference, type RegionScope } from "../actions/region_ref.ts";
import type { Regions } from "../actions/regions.ts";
import { REGIONS_HEADER_BYTES, REGIONS_HEADER_ENTRIES, REGIONS_STALE } from "../protocol/names.ts";

/** An instance of a region on the page of a client, which may see it unless the guard of the region denies it. */
export interface ClaimedRegion {
  /** The reference, as the client wrote it. */
  readonly reference: string;
  /** The number of regions around it. */
  readonly depth: number;
  readonly region: Region;
  readonly instance: string | null;
}

/** The list of a client. */
export type Claims =
  | { readonly kind: "list"; readonly regions: readonly ClaimedRegion[] }
  /** The page has more regions than the client, or the server, puts into a list. */
  | { readonly kind: "stale" };

/** Maximum number of regions that a request asks for. */
export const MAX_CLAIMS = 500;
/** Maximum depth of regions in regions. */
const MAX_DEPTH = 16;

/** Reads the list of a header; `null` is an empty list. */
export function readClaims(header: string | null, regions: Regions, scope: RegionScope): Claims {
  if (header === null) return { kind: "list", regions: [] };
  if (header === REGIONS_STALE || header.length > REGIONS_HEADER_BYTES) return { kind: "stale" };
  const entries = header.split(",");
  if (entries.length > REGIONS_HEADER_ENTRIES) return { kind: "stale" };
  return { kind: "list", regions: claimsOf(entries, regions, scope) };
}

/** Reads a list of entries. An entry that is malformed, or whose signature is not of this page and user, is left out. */
export function claimsOf(entries: readonly string[], regions: Regions, scope: RegionScope): readonly ClaimedRegion[] {
  return entries.flatMap((entry) => {
    const written = withoutPages(entry.trim());
    const reference = written.replace(/^>{0,16}/, "");
    const depth = Math.min(written.length - reference.length, MAX_DEPTH);
    const ref = readReference(reference);
    const region = ref === null ? null : regions.find(ref, scope);
    return ref === null || region === null ? [] : [{ reference, depth, region, instance: ref.instance }];
  });
}

/** Returns the outermost of the regions that match: a region that is rendered contains those inside it. */
export function outermost<R extends Pick<ClaimedRegion, "depth">>(
  regions: readonly R[],
  matches: (region: R) => boolean,
): readonly R[] {
  const found: R[] = [];
  // The depth of the region that contains the ones that follow; none contains a region of the same depth.
  let around = Infinity;
  for (const region of regions) {
    if (region.depth > around) continue;
    around = matches(region) ? region.depth : Infinity;
    if (around < Infinity) found.push(region);
  }
  return found;
}
