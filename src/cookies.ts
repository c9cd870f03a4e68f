// A cookie, and the cookies of a request as the application sees them.
/** A cookie and its attributes (RFC 6265bis, 4.1.2). */
export interface Cookie {
  /** Name, a token. `__Host-` requires `secure`, the path `/` and no domain; `__Secure-` requires `secure` (RFC 6265bis, 4.1.3). */
  readonly name: string;
  /** Value. Characters that a cookie cannot contain are percent-encoded. `%` is kept, so an encoded value stays as it is. */
  readonly value: string;
  /** Path that the cookie is sent to, with all paths below it. Default: `/`. */
  readonly path?: string | undefined;
  /** Host that the cookie is sent to, with all hosts below it. Default: this host only. */
  readonly domain?: string | undefined;
  /** Lifetime in seconds. `0` removes the cookie. Default: until the browser closes. */
  readonly maxAge?: number | undefined;
  /** Time at which the cookie expires, for clients that do not know `Max-Age`, which has precedence. Default: none. */
  readonly expires?: Date | undefined;
  /**
   * If `true`, a page that is embedded in another site has its own cookie for each embedding site (CHIPS). Requires `secure`.
   * Default: `false`.
   */
  readonly partitioned?: boolean | undefined;
  /** If `true`, the cookie is sent over TLS only. Default: `true` if the name requires it (`__Host-`, `__Secure-`), else `false`. */
  readonly secure?: boolean | undefined;
  /** If `true`, scripts cannot read the cookie. Default: `true`. */
  readonly httpOnly?: boolean | undefined;
  /** The requests from other sites that the cookie is sent with. `None` requires `secure`. Default: `Lax`. */
  readonly sameSite?: "Strict" | "Lax" | "None" | undefined;
}

/** The cookies of a request, and those that its response sets. */
export interface Cookies {
  /**
   * Returns the value of a cookie, as this response leaves it: a cookie that it has set has its new value.
   *
   * A client that sends two different values for one name returns neither: another host of the site has set one of them ("cookie
   * tossing"), and nothing tells which. `__Host-` cookies cannot be set by another host (RFC 6265bis, 4.1.3.2).
   *
   * @param name The name, with its prefix.
   * @returns The value as sent, percent-encoding included; `null` if it was not sent, has been deleted, or is ambiguous.
   */
  get(name: string): string | null;
  /**
   * Returns every value that the request has for a name, in its order. More than one different value is a sign of tossing.
   *
   * @param name The name, with its prefix.
   */
  all(name: string): readonly string[];
  /**
   * Sets a cookie in the response.
   *
   * @param cookie The cookie and its attributes.
   * @throws {TypeError} If the cookie is malformed, or the head of the response was sent.
   * @throws {RangeError} If it exceeds the 4,096 bytes that browsers store.
   */
  set(cookie: Cookie): void;
  /**
   * Deletes a cookie in the client.
   *
   * @param cookie The name, and the path, domain and partition that it was set with.
   * @throws {TypeError} If an attribute is malformed, or the head of the response was sent.
   */
  delete(cookie: Pick<Cookie, "name" | "path" | "domain" | "partitioned" | "secure">): void;
}
