/** Number of code points in a header value. */
export const BATCH = 64;
/** Number of values in a response. HTTP clients accept at most 100 headers. */
export const HEADERS = 64;
/** The first code point that is not tested. Lone surrogates are tested. */
export const END = 0x10000;

/** Returns `BATCH` consecutive code points, each followed by an `x`. */
export function batch(from: number): string {
  return Array.from({ length: BATCH }, (_, at) => `${String.fromCharCode(from + at)}x`).join("");
}
