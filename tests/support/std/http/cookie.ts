/** The stand-in for `@std/http/cookie`, typed as `http/cookie.ts` of denoland/std has it: what is optional may not be `undefined`. */
import {
  deleteCookie as deleteCookie_,
  getCookies as getCookies_,
  getSetCookies as getSetCookies_,
  setCookie as setCookie_,
} from "deno-std/http/cookie.js";

/** One cookie, as `Set-Cookie` carries it. */
export interface Cookie {
  name: string;
  value: string;
  expires?: Date | number;
  maxAge?: number;
  domain?: string;
  path?: string;
  secure?: boolean;
  httpOnly?: boolean;
  partitioned?: boolean;
  sameSite?: "Strict" | "Lax" | "None";
  unparsed?: string[];
}
export const getCookies: (headers: Headers) => Record<string, string> = getCookies_;
export const getSetCookies: (headers: Headers) => Cookie[] = getSetCookies_;
export const setCookie: (headers: Headers, cookie: Cookie) => void = setCookie_;
export const deleteCookie: (
  headers: Headers,
  name: string,
  attributes?: Pick<Cookie, "path" | "domain" | "secure" | "httpOnly" | "partitioned">,
) => void = deleteCookie_;
