/** Keyboard shortcuts of triggers. */
import { all, dom } from "../dom.ts";

/** Controls in which a key without a modifier is text. */
const EDITABLE = "input,textarea,select,[contenteditable]";

/**
 * Returns `true` if a key is a shortcut such as `keydown.ctrl+k`, and its element can be used: it is visible, and not behind a
 * modal dialog.
 */
export function isShortcut(on: string, event: KeyboardEvent, element: Element): boolean {
  const [, keys] = /^keydown\.(.+)$/.exec(on) ?? [];
  if (!keys || event.defaultPrevented || event.repeat || event.isComposing) return false;
  const parts = keys.toLowerCase().split("+");
  const key = parts.pop() || "+";
  const pressed = event.key === " " ? "space" : event.key.toLowerCase();
  if (pressed !== key) return false;
  const has = (modifier: string) => parts.includes(modifier);
  if (event.ctrlKey !== has("ctrl") || event.altKey !== has("alt") || event.metaKey !== has("meta")) return false;
  // A character such as "?" needs the shift key on some keyboards.
  if (event.shiftKey !== has("shift") && /^[a-z0-9]|.{2}/.test(key)) return false;
  const { target } = event;
  if (!parts[0] && target instanceof Element && dom(target).closest(EDITABLE) && !dom(element).contains(target)) {
    return false;
  }
  const modal = all("dialog:modal").at(-1);
  return !!dom(element).getClientRects()[0] && !dom(element).closest("[inert]") &&
    (!modal || dom(modal).contains(element));
}
