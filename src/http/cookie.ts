/**
 * A cookie that an answer sets, as plain data.
 *
 * @module
 */

/** A cookie and its attributes (RFC 6265bis, 4.1.2). */
export interface Cookie {
  /** A token. `__Host-` asks for `secure`, the path `/` and no domain; `__Secure-` for `secure` (RFC 6265bis, 4.1.3). */
  readonly name: string;
  /** What may not stand in a cookie is percent-encoded; `%` stays, so that a value encoded by the caller comes out as it is. */
  readonly value: string;
  /** The path it is sent back to. Default: `/`. */
  readonly path?: string | undefined;
  /** The host, and those below it, that it is sent back to. Default: this host alone. */
  readonly domain?: string | undefined;
  /** Seconds it is kept; 0 removes it. Default: until the browser closes. */
  readonly maxAge?: number | undefined;
  /** Whether it travels over TLS alone. Default: `true` where the name asks for it (`__Host-`, `__Secure-`), else `false`. */
  readonly secure?: boolean | undefined;
  /** Whether scripts are kept from it. Default: `true`. */
  readonly httpOnly?: boolean | undefined;
  /** Whether it travels with requests that other sites cause. `None` takes `secure`. Default: `Lax`. */
  readonly sameSite?: "Strict" | "Lax" | "None" | undefined;
}
