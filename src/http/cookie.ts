// Cookies: the `Cookie` header of a request, the `Set-Cookie` headers of a response.
import type { Cookie } from "../cookies.ts";
import { isToken } from "./header_value.ts";
import { quoteText } from "./quote.ts";
import { percentEncode } from "./sink.ts";

/** A cookie of a request. */
export interface RequestCookie {
  readonly name: string;
  readonly value: string;
  /** Name and value as they were sent. */
  readonly pair: string;
}

/** A cookie of a response. */
export interface ResponseCookie extends RequestCookie {
  readonly path: string | null;
  readonly domain: string | null;
  readonly isSecure: boolean;
  readonly isHttpOnly: boolean;
  /** Time at which it expires, in milliseconds since 1970; `null` for the end of the browser session. */
  readonly expires: number | null;
}

/** Maximum size of a cookie with its attributes, in bytes. Browsers silently ignore larger ones (RFC 6265bis, 5.6). */
export const COOKIE_BYTES = 4_096;

// RFC 6265bis, 4.1.1.
const NOT_COOKIE_OCTET = /[^\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]/;

const NONE: readonly RequestCookie[] = Object.freeze([]);

/** Returns the cookies of a request in their order (RFC 6265bis, 5.8.3). */
export function parseCookies(headers: Headers): readonly RequestCookie[] {
  const header = headers.get("cookie");
  if (header === null) return NONE;
  const pairs = header.split(";").map((pair) => pair.trim());
  return pairs.filter((pair) => pair !== "").map(parsePair);
}

/** Parses the value of a `Set-Cookie` header (RFC 6265bis, 5.6). */
export function parseSetCookie(text: string): ResponseCookie {
  const [first = "", ...rest] = text.split(";");
  const attributes = new Map(rest.map((attribute) => {
    const [name = ""] = attribute.split("=", 1);
    return [name.trim().toLowerCase(), attribute.slice(name.length + 1).trim()];
  }));
  return {
    ...parsePair(first.trim()),
    path: attributes.get("path") ?? null,
    domain: attributes.get("domain") ?? null,
    isSecure: attributes.has("secure"),
    isHttpOnly: attributes.has("httponly"),
    expires: readExpiry(attributes),
  };
}

/** Returns whether a cookie has expired, as one does whose `Set-Cookie` header removes it. */
export function isExpired({ expires }: Pick<ResponseCookie, "expires">): boolean {
  return expires !== null && expires <= Date.now();
}

/** Parses `name=value`; without `=`, all of it is the value (RFC 6265bis, 5.6). */
function parsePair(pair: string): RequestCookie {
  const equals = pair.indexOf("=");
  if (equals === -1) return { name: "", value: pair.trim(), pair };
  return { name: pair.slice(0, equals).trim(), value: pair.slice(equals + 1).trim(), pair };
}

/** Reads `Max-Age`, which has precedence, and `Expires` (RFC 6265bis, 5.7). A value that is neither is ignored. */
function readExpiry(attributes: ReadonlyMap<string, string>): number | null {
  const maxAge = attributes.get("max-age") ?? "";
  if (/^-?[0-9]+$/.test(maxAge)) return Date.now() + Number(maxAge) * 1000;
  const expires = Date.parse(attributes.get("expires") ?? "");
  return Number.isNaN(expires) ? null : expires;
}

/**
 * Formats a `Set-Cookie` header value.
 *
 * @param cookie The cookie and its attributes.
 * @returns The header value.
 * @throws {TypeError} When the name or an attribute is malformed, or two of them contradict each other.
 * @throws {RangeError} When the value is longer than {@linkcode COOKIE_BYTES}.
 */
export function formatSetCookie(cookie: Cookie): string {
  const { name, value, path = "/", domain, maxAge, expires, httpOnly = true, sameSite = "Lax" } = cookie;
  const secure = cookie.secure ?? /^__(?:host|secure)-/i.test(name);
  const fault = cookieFault({ ...cookie, path, secure, sameSite });
  if (fault !== null) throw new TypeError(`Cannot set cookie ${quoteText(name)}: ${fault}`);

  const parts = [
    `${name}=${NOT_COOKIE_OCTET.test(value) ? percentEncode(value, NOT_COOKIE_OCTET) : value}`,
    `Path=${path}`,
  ];
  if (domain !== undefined) parts.push(`Domain=${domain}`);
  if (maxAge !== undefined) parts.push(`Max-Age=${maxAge}`);
  if (expires !== undefined) parts.push(`Expires=${expires.toUTCString()}`);
  if (secure) parts.push("Secure");
  if (httpOnly) parts.push("HttpOnly");
  parts.push(`SameSite=${sameSite}`);
  if (cookie.partitioned === true) parts.push("Partitioned");
  const text = parts.join("; ");
  if (text.length > COOKIE_BYTES) {
    throw new RangeError(
      `Cannot set cookie ${quoteText(name)}: it has ${text.length} bytes, browsers ignore more than ${COOKIE_BYTES}`,
    );
  }
  return text;
}

/** Returns why a cookie cannot be set; `null` if it can. */
function cookieFault(
  { name, path, domain, maxAge, expires, partitioned, secure, sameSite }:
    & Cookie
    & Required<Pick<Cookie, "path" | "secure" | "sameSite">>,
): string | null {
  if (!isToken(name)) return "its name is not a token";
  if (path === undefined || !/^\/[\x20-\x3a\x3c-\x7e]*$/.test(path)) {
    return `its path ${quoteText(String(path))} does not begin with "/", or contains ";" or a control character`;
  }
  if (domain !== undefined && !/^[0-9A-Za-z](?:[0-9A-Za-z.-]{0,251}[0-9A-Za-z])?$/.test(domain)) {
    return `its domain ${quoteText(domain)} is not a host name`;
  }
  if (maxAge !== undefined && !(Number.isSafeInteger(maxAge) && maxAge >= 0)) {
    return `its maxAge ${maxAge} is not a whole number of seconds from 0 up`;
  }
  if (expires !== undefined && Number.isNaN(expires.getTime())) return "its time of expiry is not a valid date";
  // A value from a configuration file may not have its type.
  if (sameSite !== "Strict" && sameSite !== "Lax" && sameSite !== "None") {
    return `its sameSite ${quoteText(String(sameSite))} is not "Strict", "Lax" or "None"`;
  }
  if (partitioned === true && !secure) return "partitioned requires secure";
  if (sameSite === "None" && !secure) return 'sameSite "None" requires secure';
  if (/^__host-/i.test(name) && (!secure || path !== "/" || domain !== undefined)) {
    return '"__Host-" requires secure, the path "/" and no domain';
  }
  if (/^__secure-/i.test(name) && !secure) return '"__Secure-" requires secure';
  return null;
}
