/**
 * Tells the parts of the runtime that a user has signed in or out, in any tab of the browser, with scripts or without. The server
 * sets a cookie for it.
 *
 * @module
 */
import { doc } from "../dom.ts";
import { USER_COOKIE } from "../../protocol/names.ts";

/** Called when the user has changed. */
export type UserListener = (isSignedIn: boolean) => void;

const listeners = new Set<UserListener>();
/** The value of the cookie. */
let known = "";

/** Calls a function whenever the user has changed, until the signal is aborted. */
export function onUserChange(listener: UserListener, signal: AbortSignal): void {
  listeners.add(listener);
  signal.addEventListener("abort", () => listeners.delete(listener));
}

/** Watches the cookie until the signal is aborted. */
export function watchUser(signal: AbortSignal): void {
  known = readMark();
  const listening = { signal };
  // Not in every browser, and not without TLS: there a tab learns it when the user comes back to it.
  globalThis.cookieStore?.addEventListener("change", check, listening);
  for (const type of RETURNS) addEventListener(type, check, listening);
}

/** The events of a user who comes back to this page. */
export const RETURNS = ["focus", "visibilitychange", "pageshow"];

function check(): void {
  const mark = readMark();
  if (mark === known) return;
  known = mark;
  for (const listener of listeners) listener(!!mark);
}

function readMark(): string {
  try {
    return RegExp(`(?:^|; )(?:__Host-)?${USER_COOKIE}=([^;]*)`).exec(doc.cookie)?.[1] ?? "";
  } catch {
    // A sandboxed frame has no cookies.
    return "";
  }
}
