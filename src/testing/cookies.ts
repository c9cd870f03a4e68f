// The cookies of a user (RFC 6265, 5).
import { isExpired, parseSetCookie, type ResponseCookie } from "../http/cookie.ts";

/**
 * The cookies of a user. A test can read and change them.
 *
 * @example A user who is signed in
 * ```ts
 * import { action } from "@hyper/actions";
 * import { createTestClient } from "@hyper/actions/testing";
 * import { assertEquals } from "@std/assert";
 *
 * const whoAmI = action("who_am_i", ({ request }) => request.headers.get("cookie") ?? "guest");
 * await using client = createTestClient({
 *   pages: [{ path: "/", load: () => Promise.resolve({ default: () => "Home", whoAmI }) }],
 * });
 * client.cookies.set("session", "ada");
 * assertEquals((await client.action("who_am_i")).data, "session=ada");
 * ```
 */
export interface TestCookies {
  /**
   * The value of a cookie that has not expired.
   *
   * @param name Its name.
   * @returns The value; `undefined` when there is none.
   */
  get(name: string): string | undefined;
  /**
   * Sets a cookie for every page, as a server would with `Path=/`.
   *
   * @param name Its name.
   * @param value Its value.
   */
  set(name: string, value: string): void;
  /**
   * Forgets a cookie.
   *
   * @param name Its name.
   */
  delete(name: string): void;
}

interface StoredCookie {
  readonly value: string;
  readonly path: string;
  readonly secure: boolean;
  /** Milliseconds since 1970; `null` for a session cookie. */
  readonly expires: number | null;
}

/** Keeps the cookies of responses, and writes the `Cookie` header of requests. */
export class CookieJar implements TestCookies {
  /** By name and path: there can be two cookies of one name. */
  readonly #cookies = new Map<string, StoredCookie & { readonly name: string }>();

  get(name: string): string | undefined {
    return this.#living().find((cookie) => cookie.name === name)?.value;
  }

  set(name: string, value: string): void {
    this.#cookies.set(`${name};/`, { name, value, path: "/", secure: false, expires: null });
  }

  delete(name: string): void {
    for (const [key, cookie] of this.#cookies) if (cookie.name === name) this.#cookies.delete(key);
  }

  /** Stores the cookies of a response, except for those of another host. */
  take(headers: Headers, url: URL): void {
    for (const cookie of headers.getSetCookie().map(parseSetCookie)) {
      const { name, value, domain, isSecure, expires } = cookie;
      if (domain !== null && !isWithin(url.hostname, domain.replace(/^\./, ""))) continue;
      if (isSecure && !isTrustworthy(url) || !keepsPrefix(cookie)) continue;
      const path = cookie.path?.startsWith("/") ? cookie.path : defaultPath(url);
      this.#cookies.set(`${name};${path}`, { name, value, path, secure: isSecure, expires });
    }
  }

  /** Returns the `Cookie` header for a URL, or `null` without cookies. Longer paths go first (RFC 6265, 5.4). */
  headerFor(url: URL): string | null {
    const sent = this.#living()
      .filter(({ path, secure }) => isPathWithin(url.pathname, path) && (!secure || isTrustworthy(url)))
      .toSorted((a, b) => b.path.length - a.path.length);
    return sent.length === 0 ? null : sent.map(({ name, value }) => `${name}=${value}`).join("; ");
  }

  #living(): readonly (StoredCookie & { readonly name: string })[] {
    for (const [key, cookie] of this.#cookies) if (isExpired(cookie)) this.#cookies.delete(key);
    return [...this.#cookies.values()];
  }
}

/** Returns whether a cookie has what the prefix of its name promises (RFC 6265bis, 4.1.3). */
function keepsPrefix({ name, path, domain, isSecure }: ResponseCookie): boolean {
  if (/^__host-/i.test(name)) return isSecure && path === "/" && domain === null;
  return isSecure || !/^__secure-/i.test(name);
}

function isWithin(host: string, domain: string): boolean {
  return host === domain || host.endsWith(`.${domain}`);
}

/** Returns whether a URL may have secure cookies: by TLS, or on the loopback, as in browsers. */
function isTrustworthy({ protocol, hostname }: URL): boolean {
  return protocol === "https:" || hostname === "localhost" || hostname === "[::1]" || hostname.startsWith("127.");
}

/** Returns the default path of a cookie (RFC 6265, 5.1.4). */
function defaultPath({ pathname }: URL): string {
  return pathname.slice(0, Math.max(1, pathname.lastIndexOf("/")));
}

function isPathWithin(pathname: string, path: string): boolean {
  return pathname === path || (pathname.startsWith(path) && (path.endsWith("/") || pathname[path.length] === "/"));
}
