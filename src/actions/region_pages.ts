// The pages of lists that a region has loaded, which it is rendered with again.
//
// ```
// posts:.q0f3wzyN8b1GQ4Yp7b3S-g;3      a region of which three pages are on the page of the client
// ```
//
// The number alone is enough: each page names the cursor of the next one, so that an item that was added before them neither moves
// one out of the list nor shows one twice.
import { readReference } from "./region_ref.ts";

/** Maximum number of pages that are rendered again. A list with more begins again with its first. */
export const MAX_PAGES = 20;
/** Maximum length of a cursor. */
export const MAX_CURSOR = 200;

/** The pages of a region that are rendered. */
export type RegionPart =
  /** From the page of the URL, or the first, on. */
  | { readonly kind: "pages"; readonly count: number }
  /** The page after a cursor, alone. */
  | { readonly kind: "after"; readonly cursor: string };

/** The first page of a region; of one that does not append, everything. */
export const FIRST_PAGE: RegionPart = Object.freeze({ kind: "pages", count: 1 });

/** The name of an instance, in the query of a page and as a key. */
export function instanceKey(name: string, instance: string | null): string {
  return instance === null ? name : `${name}.${instance}`;
}

/** Returns the entry of a list of regions without the number of its pages. */
export function withoutPages(entry: string): string {
  return entry.replace(/;\d{1,4}$/, "");
}

// The list of regions of the call that a page render belongs to. A request for the page itself has none: its response may be cached.
const lists = new WeakMap<Request, string>();

/** Notes the list of regions of a call for the request of its page. */
export function noteRegionList(request: Request, list: string | null): void {
  if (list !== null && list.includes(";")) lists.set(request, list);
}

/** Notes the same list for another request of the page. */
export function shareRegionList(from: Request, to: Request): void {
  noteRegionList(to, lists.get(from) ?? null);
}

/** Returns the number of pages of each instance on the page of the client, by {@linkcode instanceKey}: untrusted, bounded. */
export function loadedPages(request: Request): ReadonlyMap<string, number> {
  const loaded = new Map<string, number>();
  for (const entry of lists.get(request)?.split(",") ?? []) {
    const [, count = ""] = /;(\d{1,4})$/.exec(entry) ?? [];
    const ref = count === "" ? null : readReference(withoutPages(entry).trim().replace(/^>+/, ""));
    if (ref !== null && Number(count) <= MAX_PAGES) loaded.set(instanceKey(ref.name, ref.instance), Number(count));
  }
  return loaded;
}
