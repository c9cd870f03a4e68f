/**
 * Undo in toasts: a form of the server with one button. The runtime submits it as any form.
 *
 * @module
 */
import { UNDO_ATTRIBUTE } from "../../protocol/names.ts";
import { doc, dom, type View } from "../dom.ts";
import { loadPart } from "../parts/load_part.ts";

/**
 * Adds the form of an undo to a toast.
 *
 * @param close The button that closes the toast.
 * @param form The markup of the form.
 */
export async function addUndo(close: Element, form: string): Promise<void> {
  const { trustedPolicy } = await loadPart("patch");
  const template = doc.createElement("template");
  template.setHTMLUnsafe(trustedPolicy().createHTML(form));
  dom(close).before(" ", template.content);
}

/** Removes a toast when its undo has succeeded, until the signal is aborted. */
export function watchUndo(signal: AbortSignal): void {
  addEventListener("hyper:requestSuccess", ({ detail: { form } }) => {
    if (!dom(form)?.hasAttribute(UNDO_ATTRIBUTE)) return;
    const toast: View<Element> | null = dom(dom(form)!.parentElement);
    const close = toast?.querySelector<HTMLElement>("[hyper-close]");
    // A toast that the server has rendered has no button.
    if (close) dom(close).click();
    else toast?.remove();
  }, { signal });
}
