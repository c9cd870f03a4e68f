// `toast()`: a message that is shown for some seconds, with an undo or without.
import { stamp, type ToastItem, type ToastUndo } from "./item.ts";

/** Options for {@linkcode toast}. */
export interface ToastOptions {
  /** Adds a button that takes back what the action has done. Default: none. */
  readonly undo?: ToastUndo | undefined;
}

/**
 * Shows a toast, now or, after a redirect, on the next page. Event `toast`.
 *
 * With `undo`, the toast has a form with one button, which calls another action: its guard and its validation run as for any call, and
 * a second click does not run it again. With scripts, the toast goes when that action has succeeded. A toast with `undo` is for
 * one user: it cannot be published to a topic.
 *
 * @param value Text, or an object whose `message`, else `title`, else `value` is announced. Its property `undo` is not sent.
 * @param options The undo.
 * @returns The item.
 * @throws {TypeError} When the action of `undo` answers GET.
 *
 * @example
 * ```ts
 * import { toast } from "@hyper/actions";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(toast("Saved").value, { value: "Saved" });
 * assertEquals(toast({ message: "Saved", level: "success" }).value, { message: "Saved", level: "success" });
 * ```
 *
 * @example A button that takes it back
 * ```ts
 * import { action, toast } from "@hyper/actions";
 * import { assertEquals } from "@std/assert";
 *
 * const notes = new Map([[7, { deleted: false }]]);
 * const restore = action("restore", ({ data }) => {
 *   notes.get(Number(data.id))!.deleted = false;
 * });
 * const remove = action("remove", ({ data }) => {
 *   notes.get(Number(data.id))!.deleted = true;
 *   return toast("Deleted", { undo: { action: restore, data: { id: data.id } } });
 * });
 * assertEquals(remove.name, "remove");
 * ```
 */
export function toast(
  value: string | number | boolean | Readonly<Record<string, unknown>>,
  { undo }: ToastOptions = {},
): ToastItem {
  if (undo?.action.method === "GET") {
    throw new TypeError(
      `Cannot undo by action "${undo.action.name}": it answers GET, and an undo changes something; use an action with POST`,
    );
  }
  return stamp({ kind: "toast", value: typeof value === "object" ? value : { value }, undo: undo ?? null });
}
