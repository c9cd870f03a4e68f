/**
 * Links a part with the initial file. `deno task bundle` replaces this file by one that passes to the part what it uses of
 * the initial file: a part that imported modules of it would have copies of them, with their own state. In every other
 * bundle, parts import these modules themselves.
 *
 * @module
 */

/** Returns the exports of a part. */
export const linkPart = (part: object): object => part;
