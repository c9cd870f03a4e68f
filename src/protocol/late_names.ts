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

/** Returns the mark after the page itself and after each late part, for scripts that read them. */
export function lateMarkOf(prefix: string): string {
  return `<!--${prefix}-->`;
}
