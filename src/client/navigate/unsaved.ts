/**
 * Asks before a form with `hyper-confirm-unsaved` is left while something typed into it is not saved.
 *
 * @module
 */
import { CONFIRM_LEAVE } from "../../protocol/confirm_leave.ts";
import { doc, dom } from "../later/runtime_exports.ts";
import type { PagesKit } from "./pages.ts";

/** Who knows what is unsaved. */
export interface Unsaved {
  /** Whether the page may be left: nothing is unsaved, or the visitor says so. */
  mayLeave(): boolean;
  /** Notes that something was typed into a form. */
  note(form: Element): void;
}

/** Watches what becomes of the forms, until the signal is aborted. */
export function watchUnsaved({ words }: PagesKit, signal: AbortSignal): Unsaved {
  // The forms that something was typed into. They leave when they are sent or reset, and come back when that fails.
  const dirty = new Set<EventTarget | null>();
  // Forms are all that is added.
  const isDirty = () => [...dirty].some((form) => doc.contains(form as Node) || void dirty.delete(form));
  const ask = (event: Event) => isDirty() && event.preventDefault();
  const note = (form: Element) => {
    dirty.add(form);
    // Only now: its mere presence keeps some browsers from keeping the page for the way back.
    addEventListener("beforeunload", ask, { signal });
  };
  // What is sent counts as saved, so that a redirect does not ask, unless it turns out that it is not.
  for (const type of ["submit", "reset"]) addEventListener(type, ({ target }) => dirty.delete(target), { signal });
  addEventListener("hyper:beforeRequest", ({ detail: { form } }) => dirty.delete(form), { signal });
  addEventListener("hyper:afterRequest", ({ detail: { form, ok } }) => {
    if (!ok && form && dom(form).hasAttribute("hyper-confirm-unsaved")) note(form);
  }, { signal });
  return { note, mayLeave: () => !isDirty() || confirm(words().confirmLeave ?? CONFIRM_LEAVE) };
}
