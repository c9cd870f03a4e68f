// Toasts that survive a redirect, until the next page shows them.
//
// A cookie contains those that fit. The others are in the store of the handler, and the cookie names their place in it. A session is
// not needed for that: the toast of a sign-out is shown when its session has ended.
//
// The cookie is not signed: its content is shown as text and decides nothing. An attacker who can set cookies for this site can make
// it announce a string, and could show other content anyway. The place is a random ID that only its browser knows.
//
// The form of an undo is markup, and decides something. So it is only ever in the store, and the page shows it only to the user whose
// action made it: an attacker who can set cookies could name the place of toasts of their own.
import type { Report } from "../callback.ts";
import { formatSetCookie, parseCookies } from "../http/cookie.ts";
import { isJsonObject } from "../http/json.ts";
import type { RequestCookies } from "../http/request_cookies.ts";
import type { Store } from "../store/store.ts";

/** A toast as the application passed it, or `{ value }` for a scalar. */
export type ToastValue = Readonly<Record<string, unknown>>;

/** The toasts of a cookie, and the place of the others. */
export interface SentFlash {
  readonly toasts: readonly ToastValue[];
  /** ID of the others in the store; `null` if there are none. */
  readonly rest: string | null;
}

/** The parts of a request that toasts depend on. */
export interface FlashRequest {
  readonly request: Request;
  readonly url: URL;
  readonly cookies: Pick<RequestCookies, "all" | "hasLeft" | "knownUserTag">;
}

const NAME = "hyper_flash";
/** Time in which a page must show the toasts, in seconds. */
const SECONDS = 60;
/** Maximum size of the cookie, which leaves room for others: browsers keep 4,096 bytes of each, servers accept 8 KiB of all. */
const MAX_BYTES = 2048;
/** Maximum number of toasts in the cookie. */
const MAX_IN_COOKIE = 10;
/** Maximum number of toasts that wait for a page, and their maximum size as JSON, in characters. */
export const MAX_TOASTS = 100, MAX_CHARACTERS = 65_536;

const NONE: SentFlash = Object.freeze({ toasts: Object.freeze([]), rest: null });
// As `crypto.randomUUID()` makes them.
const ID = /^[0-9a-f-]{36}$/;

/** Keeps toasts for the next page. */
export class Flash {
  readonly #store: Pick<Store, "get" | "put">;

  /** @param store Keeps the toasts that do not fit in a cookie. */
  constructor(store: Pick<Store, "get" | "put">) {
    this.#store = store;
  }

  /**
   * Keeps toasts, after those of earlier posts that no page has shown yet, unless these are of a user who has left. If the store fails,
   * those that fit in the cookie are kept.
   *
   * @returns The value of a `Set-Cookie` header; `null` if nothing changes. A promise only if there are toasts.
   */
  keep(
    toasts: readonly ToastValue[],
    request: FlashRequest,
    report: Report,
  ): string | null | Promise<string | null> {
    if (toasts.length > 0) return this.#keepSome(toasts, request, report);
    const { url, cookies } = request;
    return cookies.hasLeft && cookies.all(NAME).length > 0 ? clearFlashCookie(url.protocol === "https:") : null;
  }

  async #keepSome(
    toasts: readonly ToastValue[],
    { request, url, cookies }: FlashRequest,
    report: Report,
  ): Promise<string | null> {
    const secure = url.protocol === "https:";
    const earlier = cookies.hasLeft ? [] : await this.read(request.headers, report);
    const kept = fitToasts(earlier, toasts.map((toast) => withUser(toast, cookies.knownUserTag)), isBounded);
    if (fitsInCookie(kept)) return setFlash(kept, null, secure);
    const rest = crypto.randomUUID();
    const first = kept.slice(0, kept.findIndex((_, index) => !fitsInCookie(kept.slice(0, index + 1), rest)));
    try {
      await this.#store.put(storeKey(rest), { toasts: kept.slice(first.length) }, SECONDS);
      return setFlash(first, rest, secure);
    } catch (error) {
      // The action has run: its response must not fail.
      report(error);
      const fitting = fitToasts(earlier.map(withoutUndo), toasts.map(withoutUndo), fitsInCookie);
      return fitting.length === 0 ? null : setFlash(fitting, null, secure);
    }
  }

  /** Returns the toasts that wait for a page. If the store fails, those of the cookie. */
  async read(headers: Headers, report: Report): Promise<readonly ToastValue[]> {
    const { toasts, rest } = readFlash(headers);
    if (rest === null) return toasts;
    try {
      const stored = await this.#store.get(storeKey(rest));
      const others: readonly unknown[] = isJsonObject(stored) && Array.isArray(stored.toasts) ? stored.toasts : [];
      return [...toasts, ...others.filter(isJsonObject)];
    } catch (error) {
      report(error);
      return toasts;
    }
  }
}

/** Returns the cookie that removes the toasts after they were shown. */
export function clearFlashCookie(secure: boolean): string {
  return formatSetCookie({ name: NAME, value: "", maxAge: 0, secure });
}

/** Reads the cookie of a request; returns nothing if it is malformed. */
export function readFlash(headers: Headers): SentFlash {
  const header = headers.get("cookie");
  // Most requests have none, and no other cookie is looked at: a malformed one must not fail the page.
  if (header === null || !header.includes(`${NAME}=`)) return NONE;
  const value = parseCookies(headers).find(({ name }) => name === NAME)?.value;
  if (value === undefined || value.length > MAX_BYTES) return NONE;
  try {
    const sent: unknown = JSON.parse(decodeURIComponent(value));
    if (!Array.isArray(sent)) return NONE;
    const [rest, ...others]: readonly unknown[] = sent;
    const isPlace = typeof rest === "string" && ID.test(rest);
    const toasts = (isPlace ? others : sent).filter(isJsonObject).slice(0, MAX_IN_COOKIE).map(withoutUndo);
    return { toasts, rest: isPlace ? rest : null };
  } catch {
    // A cookie that was truncated or forged has nothing to announce.
    return NONE;
  }
}

/** Drops toasts until the others fit: the earlier ones, the oldest first, then the last ones. */
function fitToasts(
  earlier: readonly ToastValue[],
  toasts: readonly ToastValue[],
  fits: (kept: readonly ToastValue[]) => boolean,
): readonly ToastValue[] {
  let kept = [...earlier, ...toasts];
  while (kept.length > 0 && !fits(kept)) kept = kept.length > toasts.length ? kept.slice(1) : kept.slice(0, -1);
  return kept;
}

function isBounded(kept: readonly ToastValue[]): boolean {
  return kept.length <= MAX_TOASTS && JSON.stringify(kept).length <= MAX_CHARACTERS;
}

function fitsInCookie(kept: readonly ToastValue[], rest: string | null = null): boolean {
  return kept.length <= MAX_IN_COOKIE && !kept.some((toast) => "undo" in toast) &&
    encodeFlash(kept, rest).length <= MAX_BYTES;
}

/** Returns a toast as the store keeps it: the form of its undo with the user whom it is for. */
function withUser(toast: ToastValue, user: string | null): ToastValue {
  return typeof toast.undo === "string" ? { ...toast, undo: { form: toast.undo, user } } : toast;
}

/** Returns a toast without its undo. */
export function withoutUndo({ undo: _, ...toast }: ToastValue): ToastValue {
  return toast;
}

/** Encodes the whole value: `formatSetCookie()` does not encode a "%" of the text, which would be decoded when it is read. */
function encodeFlash(toasts: readonly ToastValue[], rest: string | null): string {
  return encodeURIComponent(JSON.stringify(rest === null ? toasts : [rest, ...toasts]));
}

function setFlash(toasts: readonly ToastValue[], rest: string | null, secure: boolean): string {
  return formatSetCookie({ name: NAME, value: encodeFlash(toasts, rest), maxAge: SECONDS, secure });
}

function storeKey(rest: string): string {
  return `hyper:toasts:${rest}`;
}
