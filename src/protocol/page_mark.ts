// The mark by which the runtime tells the pages of this library from every other document. A file of its own, because
// only the later bundle needs it: `names.ts` is in the initial one.

/**
 * Header that the server sets on each document it has rendered itself, and on nothing else: the protocol version and the
 * build of the runtime, as in `1;a1b2`.
 */
export const PAGE_HEADER = "X-Hyper-Page";
/** Version of what the server and the runtime agree on. It changes when one of another version would misread them. */
export const PROTOCOL_VERSION = 1;
