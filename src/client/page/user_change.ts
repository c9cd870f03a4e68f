/**
 * Tells the parts of the runtime that a user has signed in or out, in any tab of the browser, with scripts or without. The server
 * sets a cookie for it.
 *
 * @module
 */
import { doc } from "../dom.ts";
import { userMarkOf } from "../../protocol/user_mark.ts";

/**
 * Called when the user has changed.
 *
 * @param settled Resolves when streams may be opened again: at once after a sign-in; a moment after a sign-out, because the tab in which
 *   the user signs out is leaving its page, which must not ask for a sign-in.
 */
export type UserListener = (isSignedIn: boolean, settled: Promise<unknown>) => void;

/** The moment after a sign-out, in milliseconds. */
const LEAVE_MS = 2_000;

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
  known = userMarkOf(doc);
  const listening = { signal };
  // Not in every browser, and not without TLS: there a tab learns it when the user comes back to it.
  globalThis.cookieStore?.addEventListener("change", check, listening);
  for (const type of RETURNS) addEventListener(type, check, listening);
}

/** The events of a user who comes back to this page. */
export const RETURNS = ["focus", "visibilitychange", "pageshow"];

function check(): void {
  const mark = userMarkOf(doc);
  if (mark === known) return;
  known = mark;
  const settled = new Promise((resolve) => setTimeout(resolve, mark ? 0 : LEAVE_MS));
  for (const listener of listeners) listener(!!mark, settled);
}
