/**
 * Toasts that survive a redirect: a cookie of one page's life.
 *
 * The cookie is not signed: what it says is shown as text and decides nothing. Whoever can set cookies for this site can
 * make it announce a text, as they could already make it show a page.
 *
 * @module
 */
import { formatSetCookie, parseCookies } from "../http/cookie.ts";

/** A toast as it was given, or `{ value }` for a scalar. */
export type ToastValue = Readonly<Record<string, unknown>>;

const NAME = "hyper_flash";
/** What fits beside an application's own cookies: browsers keep 4,096 bytes for each, servers 8 KiB for all. */
const MAX_BYTES = 2048;
/** Toasts that one cookie carries. */
export const MAX_TOASTS = 10;

/**
 * The cookie that carries toasts over a redirect. Those that no longer fit are left out, the last ones first.
 *
 * @param toasts What to announce on the next page.
 * @param secure Whether the site is asked for over https.
 * @returns The value of a `Set-Cookie` header, or `null` when nothing fits.
 */
export function flashCookie(toasts: readonly ToastValue[], secure: boolean): string | null {
  for (let count = Math.min(toasts.length, MAX_TOASTS); count > 0; count--) {
    // Encoded here: whoever writes the cookie leaves a "%" of the text as it is, and it would be decoded when read.
    const value = encodeURIComponent(JSON.stringify(toasts.slice(0, count)));
    if (value.length <= MAX_BYTES) return formatSetCookie({ name: NAME, value, maxAge: 60, secure });
  }
  return null;
}

/** The cookie that ends the life of the flash, once it was shown. */
export function clearFlashCookie(secure: boolean): string {
  return formatSetCookie({ name: NAME, value: "", maxAge: 0, secure });
}

/** The toasts a request carries; none where the cookie is not of our making. */
export function readFlash(headers: Headers): readonly ToastValue[] {
  const value = parseCookies(headers).find(({ name }) => name === NAME)?.value;
  if (value === undefined || value.length > MAX_BYTES) return [];
  try {
    const toasts: unknown = JSON.parse(decodeURIComponent(value));
    return Array.isArray(toasts) ? toasts.filter(isToast).slice(0, MAX_TOASTS) : [];
  } catch {
    // A cookie that was cut or made up elsewhere has nothing to announce.
    return [];
  }
}

function isToast(value: unknown): value is ToastValue {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
