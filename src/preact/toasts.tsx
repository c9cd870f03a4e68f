// `<Toasts>`: the live region that shows toasts.
import { type ElementAttributes, elementAttributes } from "./attributes.ts";
import { usePageState } from "./page_state.ts";
import { rawHtml } from "./render_html.ts";
import type { MarkupNode } from "../results/markup.ts";

/** Props of `<Toasts>`: the attributes of an element. */
export type ToastsProps = ElementAttributes;

/**
 * Renders the region that shows toasts: those kept across a redirect, and those that the runtime adds. It is a polite live
 * region, so that a screen reader announces a toast without interrupting. Render one on each page, usually in the layout.
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
  const state = usePageState("Toasts");
  const toasts = state.takeToasts();
  return (
    <div
      {...elementAttributes(props)}
      role="status"
      aria-live="polite"
      data-hyper-toasts={state.toastsWait ? "waiting" : true}
    >
      {toasts.map((toast, index) => (
        <div key={index} data-hyper-toast {...(typeof toast.level === "string" ? { "data-level": toast.level } : {})}>
          {toastText(toast)}
          {typeof toast.undo === "string" && <>{" "}{rawHtml(toast.undo)}</>}
        </div>
      ))}
    </div>
  );
}

/** Returns the text of a toast: `message`, else `title`, else `value`. */
function toastText(toast: Readonly<Record<string, unknown>>): string {
  const text = toast.message ?? toast.title ?? toast.value;
  // A toast kept across a redirect comes from a cookie: an object in it is not a string, and String() could throw.
  return typeof text === "object" ? "" : String(text ?? "");
}
