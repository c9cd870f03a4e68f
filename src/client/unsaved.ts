/**
 * Asks before a form with `hyper-unsaved` is left while something typed into it is not saved.
 *
 * @module
 */
import { words } from "./words.ts";

/** The forms that something was typed into. Left when they are submitted or reset; back again when that fails. */
const dirty = new Set<HTMLFormElement>();

/** Whether the page may be left: nothing is unsaved, or the visitor says so. */
export function mayLeave(): boolean {
  return !isDirty() || confirm(words().unsaved);
}

/** Watches the forms until the signal is aborted. */
export function watchUnsaved(signal: AbortSignal): void {
  const note = (form: unknown) => {
    if (!(form instanceof HTMLFormElement) || !form.hasAttribute("hyper-unsaved")) return;
    dirty.add(form);
    // Only now: its mere presence keeps some browsers from keeping the page for the way back.
    addEventListener("beforeunload", ask, { signal });
  };
  addEventListener("input", ({ target }) => note(target instanceof Element && target.closest("form")), { signal });
  // What is sent counts as saved, so that a redirect does not ask, unless it turns out that it is not.
  const clear = (form: unknown) => form instanceof HTMLFormElement && dirty.delete(form);
  addEventListener("submit", ({ target }) => clear(target), { signal });
  addEventListener("reset", ({ target }) => clear(target), { signal });
  addEventListener("hyper:beforeRequest", ({ detail }) => clear(detail.form), { signal });
  addEventListener("hyper:afterRequest", ({ detail }) => detail.ok || note(detail.form), { signal });
}

function ask(event: BeforeUnloadEvent): void {
  if (isDirty()) event.preventDefault();
}

function isDirty(): boolean {
  for (const form of dirty) if (!form.isConnected) dirty.delete(form);
  return dirty.size > 0;
}
