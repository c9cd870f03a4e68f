/**
 * Asks before the user leaves a page with unsaved changes in a form with `hyper-confirm-unsaved`.
 *
 * @module
 */
import { CONFIRM_LEAVE } from "../../protocol/confirm_leave.ts";
import { doc, dom } from "../dom.ts";
import { words } from "../page/words.ts";

/** Tracks unsaved forms. */
export interface Unsaved {
  /** Returns `true` if nothing is unsaved on the page, or in a part of it, or the user confirms. */
  mayLeavePage(part?: Element): boolean;
  /** Marks a form as changed at a time of `performance.now()`. Default: now. */
  markUnsaved(form: Element, time?: number): void;
}

/** Observes forms until the signal is aborted. */
export function watchUnsaved(signal: AbortSignal): Unsaved {
  // Changed forms. Removed when they are sent or reset, and added again if that fails.
  const dirty = new Set<EventTarget | null>();
  // Only forms are added.
  const isDirty = (part?: Element) =>
    [...dirty].some((form) =>
      doc.contains(form as Node) ? !part || dom(part).contains(form as Node) : void dirty.delete(form)
    );
  const ask = (event: Event) => isDirty() && event.preventDefault();
  // The last call of each form. It saves what was changed before it began.
  const calls = new WeakMap<Element, { readonly id: string; readonly time: number }>();
  const markUnsaved = (form: Element, time = Infinity) => {
    // A form that saves itself on `input` is sent before the runtime sees the event.
    if (time <= (calls.get(form)?.time ?? 0)) return;
    dirty.add(form);
    // Only now: some browsers do not keep a page with this listener in the back/forward cache.
    addEventListener("beforeunload", ask, { signal });
  };
  // A sent form counts as saved, so that a redirect is not confirmed, until the request fails.
  for (const type of ["submit", "reset"]) addEventListener(type, ({ target }) => dirty.delete(target), { signal });
  addEventListener("hyper:beforeRequest", ({ detail: { form, id } }) => {
    dirty.delete(form);
    if (form) calls.set(form, { id, time: performance.now() });
  }, { signal });
  addEventListener("hyper:afterRequest", ({ detail: { form, id, ok } }) => {
    // A later call, which has replaced this one, decides.
    if (ok || !form || calls.get(form)?.id !== id) return;
    calls.delete(form);
    if (dom(form).hasAttribute("hyper-confirm-unsaved")) markUnsaved(form);
  }, { signal });
  return { markUnsaved, mayLeavePage: (part) => !isDirty(part) || confirm(words().confirmLeave ?? CONFIRM_LEAVE) };
}
