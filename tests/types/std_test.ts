/**
 * E1: what our sources and tests may count on of `@std`. It holds for the stand-ins of this working copy and for the real packages,
 * so that a stand-in that is typed looser than what it stands for fails here, and not when a version is published.
 */
import { assertEquals, assertInstanceOf, assertThrows } from "@std/assert";
import { type Cookie, type getCookies, setCookie } from "@std/http/cookie";
import { isStatus, STATUS_TEXT } from "@std/http/status";
import { join } from "@std/path";
import { assertType, type IsExact } from "@std/testing/types";

Deno.test("STATUS_TEXT of @std/http has the registered codes and no other number", () => {
  const status: number = 404;
  // @ts-expect-error TS7053: a number is no key of it
  const text: unknown = STATUS_TEXT[status];
  assertEquals(text, "Not Found");
  // @ts-expect-error TS7053: nor is a code that is not registered
  assertEquals(STATUS_TEXT[499], undefined);
  assertEquals(isStatus(status) ? STATUS_TEXT[status] : "none", "Not Found");
  assertType<IsExact<keyof typeof STATUS_TEXT & 200, 200>>(true);
  assertType<IsExact<keyof typeof STATUS_TEXT & 306, never>>(true);
});

Deno.test("what is optional in a Cookie of @std/http is left out, and not undefined", () => {
  // @ts-expect-error TS2375: exactOptionalPropertyTypes
  const cookie: Cookie = { name: "a", value: "b", path: undefined };
  const headers = new Headers();
  setCookie(headers, cookie);
  assertEquals(headers.get("set-cookie"), "a=b");
  assertType<IsExact<ReturnType<typeof getCookies>, Record<string, string>>>(true);
});

Deno.test("paths of @std/path are texts", () => {
  const path: string = join("a", "b");
  // @ts-expect-error TS2345: a number is no part of a path
  assertThrows(() => join("a", 1), TypeError);
  assertEquals(path.replace("\\", "/"), "a/b");
});

Deno.test("assertInstanceOf() of @std/assert narrows to the class", () => {
  const value: unknown = new TypeError("wrong");
  assertInstanceOf(value, TypeError);
  assertType<IsExact<typeof value, TypeError>>(true);
});
