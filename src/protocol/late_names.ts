// Names of late parts: parts of a page that are sent after it. The initial file of the runtime does not need them.
//
// ```
// <main><?start name="x-1">Loading…<?end></main><footer>…</footer><!--x-->      the page, with its mark
// <template for="x-1"><ul>…</ul></template><!--x-->                             a late part, with its mark
// ```

/**
 * Set to `1` by the runtime on the request of a page that it merges itself. Set by the server on a page that may have late parts: the
 * beginning of their names, which cannot be guessed.
 */
export const LATE_HEADER = "X-Hyper-Late";

/**
 * On the script of the runtime, on a page that is sent in parts: the beginning of the names of its late parts, which is empty if the page
 * is sent in document order.
 */
export const LATE_ATTRIBUTE = "data-hyper-late";

/** Returns the mark after the page itself and after each late part, for scripts that read them. */
export function lateMarkOf(prefix: string): string {
  return `<!--${prefix}-->`;
}
