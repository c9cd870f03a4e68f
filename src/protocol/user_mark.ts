// The cookie from which scripts learn that the user has changed. A file of its own, because only parts of the runtime need it.
import { USER_COOKIE } from "./names.ts";

/**
 * Returns the mark of the user: another value after each sign-in, an empty string without a user.
 *
 * @param page The document.
 */
export function userMarkOf(page: { readonly cookie: string }): string {
  try {
    return RegExp(`(?:^|; )(?:__Host-)?${USER_COOKIE}=([^;]*)`).exec(page.cookie)?.[1] ?? "";
  } catch {
    // A sandboxed frame has no cookies (HTML, 3.1.4).
    return "";
  }
}
