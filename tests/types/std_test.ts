/**
 * Types of `@std` that the sources and tests rely on. Runs with the stand-ins of this working copy and with the real
 * packages: a stand-in that is typed more loosely fails here and not on publication.
 */
import { assertEquals, assertInstanceOf, assertThrows } from "@std/assert";
import { type Cookie, type getCookies, setCookie } from "@std/http/cookie";
import { isStatus, STATUS_TEXT } from "@std/http/status";
import { join } from "@std/path";
import { assertType, type IsExact } from "@std/testing/types";

Deno.test("STATUS_TEXT of @std/http has only the registered codes", () => {
  const status: number = 404;
  // @ts-expect-error TS7053: a number is not a key of it
  const text: unknown = STATUS_TEXT[status];
  assertEquals(text, "Not Found");
  // @ts-expect-error TS7053: the code is not registered
  assertEquals(STATUS_TEXT[499], undefined);
  assertEquals(isStatus(status) ? STATUS_TEXT[status] : "none", "Not Found");
  assertType<IsExact<keyof typeof STATUS_TEXT & 200, 200>>(true);
  assertType<IsExact<keyof typeof STATUS_TEXT & 306, never>>(true);
});

Deno.test("optional members of a Cookie of @std/http are left out, not undefined", () => {
  // @ts-expect-error TS2375: exactOptionalPropertyTypes
  const cookie: Cookie = { name: "a", value: "b", path: undefined };
  const headers = new Headers();
  setCookie(headers, cookie);
  assertEquals(headers.get("set-cookie"), "a=b");
  assertType<IsExact<ReturnType<typeof getCookies>, Record<string, string>>>(true);
});

Deno.test("paths of @std/path are strings", () => {
  const path: string = join("a", "b");
  // @ts-expect-error TS2345: a number is not a part of a path
  assertThrows(() => join("a", 1), TypeError);
  assertEquals(path.replace("\\", "/"), "a/b");
});

Deno.test("assertInstanceOf() of @std/assert narrows to the class", () => {
  const value: unknown = new TypeError("wrong");
  assertInstanceOf(value, TypeError);
  assertType<IsExact<typeof value, TypeError>>(true);
});
