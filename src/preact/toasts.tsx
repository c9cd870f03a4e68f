/**
 * `<Toasts>`: the live region that announcements appear in.
 *
 * @module
 */
import { type ElementAttributes, elementAttributes } from "./attributes.ts";
import { usePageState } from "./page_state.ts";
import type { MarkupNode } from "../results/markup.ts";

/** What `<Toasts>` takes: the attributes of an element. */
export type ToastsProps = ElementAttributes;

/**
 * The region that toasts appear in, those that survived a redirect and those that the runtime adds. It is a polite live
 * region, so that a screen reader announces what appears without interrupting. One for each page, best in the layout.
 *
 * @example
 * ```tsx
 * import { createHandler, Toasts } from "@hyper/actions";
 * import { assertStringIncludes } from "@std/assert";
 *
 * const handler = createHandler({
 *   pages: [{ path: "/", load: () => Promise.resolve({ default: () => <Toasts class="corner" /> }) }],
 * });
 * const page = await handler(new Request("http://localhost/"));
 * assertStringIncludes(await page.text(), "data-hyper-toasts");
 * ```
 */
export function Toasts(props: ToastsProps): MarkupNode {
  const toasts = usePageState("Toasts").takeToasts();
  return (
    <div {...elementAttributes(props)} role="status" aria-live="polite" data-hyper-toasts>
      {toasts.map((toast, index) => (
        <div key={index} data-hyper-toast {...(typeof toast.level === "string" ? { "data-level": toast.level } : {})}>
          {wordsOf(toast)}
        </div>
      ))}
    </div>
  );
}

/** What is announced of a toast: `message`, else `title`, else `value`. */
function wordsOf(toast: Readonly<Record<string, unknown>>): string {
  const words = toast.message ?? toast.title ?? toast.value;
  // What survived a redirect comes out of a cookie: an object in it is no text, and may not even become one.
  return typeof words === "object" ? "" : String(words ?? "");
}
