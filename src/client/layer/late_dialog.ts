/**
 * The dialog of a layer whose page is on its way: shown without the page after a moment, so that something happens on a slow line.
 *
 * @module
 */
import { captureFocus } from "../page/focus.ts";
import { raiseFailures } from "../page/announce.ts";
import { dom } from "../dom.ts";
import { fillDialog, type LayerDialog, type LayerSettings, showDialog, showWaiting } from "./layer_dialog.ts";

/** A dialog that may be shown before its page. */
export interface LateDialog {
  /** Returns `true` if it is shown. */
  isShown(): boolean;
  /** Shows it with the page. */
  fill(page: Node[]): LayerDialog;
  /** Removes it: the page does not come. */
  remove(): void;
}

/** Time without a page after which the dialog is shown, in milliseconds: most pages come before. */
const WAIT_MS = 150;

/**
 * Creates the dialog of a layer.
 *
 * @param close Called when the user wants to close it, and when the browser has.
 */
export function createLateDialog(
  settings: LayerSettings,
  opener: Element | null,
  close: () => void,
  ended: AbortSignal,
): LateDialog {
  let shown: LayerDialog | undefined;
  const show = () => shown ??= showDialog(settings, opener, close, ended);
  const restoreFocus = captureFocus();
  const timer = setTimeout(() => showWaiting(show(), opener), WAIT_MS);
  return {
    isShown: () => !!shown,
    fill(page) {
      clearTimeout(timer);
      fillDialog(show(), page);
      return show();
    },
    remove() {
      clearTimeout(timer);
      if (!shown) return;
      dom(shown.dialog).remove();
      // A failure may be shown in it.
      raiseFailures();
      restoreFocus();
    },
  };
}
