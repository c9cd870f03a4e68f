/** How many code points one value holds. */
export const BATCH = 64;
/** How many values one response holds: below the hundred headers that HTTP clients take. */
export const HEADERS = 64;
/** One past the last code point that is tried: halves of surrogate pairs are among them. */
export const END = 0x10000;

/** `BATCH` code points from one on, apart from one another. */
export function batch(from: number): string {
  return Array.from({ length: BATCH }, (_, at) => `${String.fromCharCode(from + at)}x`).join("");
}
