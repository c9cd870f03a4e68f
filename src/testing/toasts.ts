// The toasts that calls of the client have shown.
import { UNDO_ATTRIBUTE } from "../protocol/names.ts";
import { text, type Wire } from "../protocol/wire.ts";
import { formControls, isSubmitButton } from "./controls.ts";
import { parseFragmentIn, query } from "./dom.ts";
import { type OpenPage, PageForm } from "./page.ts";
import type { TestToast } from "./test_page.ts";

/** The toasts of a tab. */
export class Toasts {
  #shown: readonly TestToast[] = [];

  /** The toasts, the oldest first. */
  get all(): readonly TestToast[] {
    return this.#shown;
  }

  /** Shows a toast that has text, as in `client/page/toast.ts`. */
  show({ message, title, value, level, undo }: Wire, page: OpenPage): void {
    const shown = message ?? title ?? value;
    if (shown === undefined) return;
    const [form] = parseFragmentIn(text(undo) ?? "", null).flatMap((node) =>
      query(node.parentNode ?? node, `[${UNDO_ATTRIBUTE}]`)
    );
    const toast: TestToast = {
      text: `${shown}`,
      level: text(level) || undefined,
      canUndo: form !== undefined,
      undo: async () => {
        if (form === undefined) throw new TypeError(`Cannot undo toast "${shown}": it has no undo`);
        const outcome = await new PageForm(form, page).sendBy(formControls(form).find(isSubmitButton) ?? null);
        if (outcome.ok) this.#shown = this.#shown.filter((other) => other !== toast);
        return outcome;
      },
    };
    this.#shown = [...this.#shown, toast];
  }

  /** Removes all: another page is shown. */
  clear(): void {
    this.#shown = [];
  }
}
