// The cookies of sessions: the secret of the session, and a mark from which the tabs of the browser learn that the user has changed.
import { warn } from "../callback.ts";
import type { RequestCookies } from "../http/request_cookies.ts";
import { USER_COOKIE } from "../protocol/names.ts";
import type { OpenSession } from "./session_records.ts";

/** The cookie of sessions in one request. */
export interface SessionCookie {
  readonly name: string;
  readonly secure: boolean;
  /** Age at which the browser drops it, in seconds. */
  readonly maxAge: number;
}

/**
 * Sets the cookies of a session that has started. The public ID of a session with a user is the mark: it is not secret, and is
 * another one after each sign-in.
 */
export function setSessionCookies(
  cookies: RequestCookies,
  { name, secure, maxAge }: SessionCookie,
  { token, record: { id, user } }: OpenSession,
): void {
  cookies.set({ name, value: token, secure, maxAge });
  if (user === null) deleteCookie(cookies, markName(secure), secure);
  else cookies.set({ name: markName(secure), value: id, secure, maxAge, httpOnly: false });
}

/** Deletes the cookies of a session that has ended, if the client has sent them. */
export function deleteSessionCookies(cookies: RequestCookies, { name, secure }: SessionCookie): void {
  deleteCookie(cookies, name, secure);
  deleteCookie(cookies, markName(secure), secure);
}

/** Returns a function that returns the cookie for a URL, and warns about the first one without https. */
export function createCookies(name: string, maxAge: number) {
  const secure: SessionCookie = { name: `__Host-${name}`, secure: true, maxAge };
  const plain: SessionCookie = { name, secure: false, maxAge };
  let hasWarned = false;
  const cookieOf = (url: URL): SessionCookie => {
    if (url.protocol === "https:") return secure;
    if (!hasWarned) warn(plainWarning(url.origin, name));
    hasWarned = true;
    return plain;
  };
  return Object.assign(cookieOf, { both: [secure, plain] });
}

function plainWarning(origin: string, name: string): string {
  return `The session cookie of ${origin} is "${name}" without Secure, because the site is not served over https: use this for ` +
    `development only, and set crossOrigin.trustProxy behind a proxy that adds https`;
}

function markName(secure: boolean): string {
  return secure ? `__Host-${USER_COOKIE}` : USER_COOKIE;
}

function deleteCookie(cookies: RequestCookies, name: string, secure: boolean): void {
  if (cookies.all(name).length > 0) cookies.delete({ name, secure });
}
