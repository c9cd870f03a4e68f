// The form of an undo, in a toast: one button, and the data as it was when the toast was made.
import { h } from "preact";
import { DATA_FIELD, FORM_ATTRIBUTE, UNDO_ATTRIBUTE } from "../protocol/names.ts";
import type { ToastUndo } from "../results/item.ts";
import type { MarkupNode } from "../results/markup.ts";
import { catalogueText } from "../texts/catalogue.ts";
import { endpointOf, hiddenFields } from "./form.tsx";
import { usePageState } from "./page_state.ts";

/** Renders the form of an undo. It has no ID, because a page may show several. */
export function UndoForm({ undo }: { readonly undo: ToastUndo }): MarkupNode {
  const state = usePageState("UndoForm");
  const { action, url } = state.findAction(undo.action.name, "UndoForm");
  return h(
    "form",
    {
      method: "post",
      action: endpointOf(url, state),
      [FORM_ATTRIBUTE]: action.name,
      [UNDO_ATTRIBUTE]: "",
      // Its own lane: the undo of another toast does not wait for it.
      "hyper-key": `undo:${crypto.randomUUID()}`,
    },
    hiddenFields(state, action, null, false),
    // As JSON, so that types survive.
    <input type="hidden" name={DATA_FIELD} value={JSON.stringify(undo.data ?? {})} />,
    <button type="submit">{undo.label ?? state.texts.write(catalogueText("undo"))}</button>,
  );
}
