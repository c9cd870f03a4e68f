// Compares two texts.

/** Two texts, split where they differ. */
export interface Difference {
  /** Common start. */
  readonly before: string;
  /** Text that only the old one has. */
  readonly removed: string;
  /** Text that only the new one has. */
  readonly added: string;
  /** Common end. */
  readonly behind: string;
}

/** Splits two texts into a common start, one difference, and a common end. A patch usually has one difference. */
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
