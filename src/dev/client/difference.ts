/**
 * Where two texts differ.
 *
 * @module
 */

/** Two texts, cut at where they differ. */
export interface Difference {
  /** What both begin with. */
  readonly before: string;
  /** What only the old one has between that and the end they share. */
  readonly removed: string;
  /** What only the new one has there. */
  readonly added: string;
  /** What both end with. */
  readonly behind: string;
}

/** Cuts two texts at where they differ: one place, which is as much as a patch of the page is about. */
export function difference(old: string, now: string): Difference {
  const shorter = Math.min(old.length, now.length);
  let start = 0;
  while (start < shorter && old[start] === now[start]) start++;
  let end = 0;
  while (end < shorter - start && old.at(-1 - end) === now.at(-1 - end)) end++;
  return {
    before: old.slice(0, start),
    removed: old.slice(start, old.length - end),
    added: now.slice(start, now.length - end),
    behind: old.slice(old.length - end),
  };
}
