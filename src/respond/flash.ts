// Toasts that survive a redirect, in a cookie that the next page removes.
//
// The cookie is not signed: its content is shown as text and decides nothing. An attacker who can set cookies for this site can make
// it announce a string, and could show other content anyway.
import { formatSetCookie, parseCookies } from "../http/cookie.ts";

/** A toast as the application passed it, or `{ value }` for a scalar. */
export type ToastValue = Readonly<Record<string, unknown>>;

const NAME = "hyper_flash";
/** Maximum size, which leaves room for other cookies: browsers keep 4,096 bytes of each, servers accept 8 KiB of all. */
const MAX_BYTES = 2048;
/** Maximum number of toasts in one cookie. */
export const MAX_TOASTS = 10;

/**
 * Returns the cookie that transports toasts over a redirect. If they do not fit, the earlier ones are dropped, the oldest
 * first, then the last ones.
 *
 * @param earlier Toasts that no page has shown yet, from {@linkcode readFlash}: two posts may come before one page.
 * @returns The value of a `Set-Cookie` header, or `null` if nothing fits.
 */
export function flashCookie(
  toasts: readonly ToastValue[],
  secure: boolean,
  earlier: readonly ToastValue[] = [],
): string | null {
  if (toasts.length === 0) return null;
  let kept = [...earlier, ...toasts];
  while (kept.length > 0) {
    // Encoded here: `cookie()` does not encode a "%" of the text, which would be decoded when it is read.
    const value = encodeURIComponent(JSON.stringify(kept));
    if (kept.length <= MAX_TOASTS && value.length <= MAX_BYTES) {
      return formatSetCookie({ name: NAME, value, maxAge: 60, secure });
    }
    kept = kept.length > toasts.length ? kept.slice(1) : kept.slice(0, -1);
  }
  return null;
}

/** Returns the cookie that removes the toasts after they were shown. */
export function clearFlashCookie(secure: boolean): string {
  return formatSetCookie({ name: NAME, value: "", maxAge: 0, secure });
}

/** Reads the toasts of a request; returns none if the cookie is malformed. */
export function readFlash(headers: Headers): readonly ToastValue[] {
  const header = headers.get("cookie");
  // Most requests have none, and no other cookie is looked at: a malformed one must not fail the page.
  if (header === null || !header.includes(`${NAME}=`)) return [];
  const value = parseCookies(headers).find(({ name }) => name === NAME)?.value;
  if (value === undefined || value.length > MAX_BYTES) return [];
  try {
    const toasts: unknown = JSON.parse(decodeURIComponent(value));
    return Array.isArray(toasts) ? toasts.filter(isToast).slice(0, MAX_TOASTS) : [];
  } catch {
    // A cookie that was truncated or forged has nothing to announce.
    return [];
  }
}

function isToast(value: unknown): value is ToastValue {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
