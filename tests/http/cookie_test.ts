import { assertEquals, assertThrows } from "@std/assert";
import type { Cookie } from "../../src/cookies.ts";
import { stopTime } from "../support/clock.ts";
import { formatSetCookie, isExpired, parseCookies, parseSetCookie } from "../../src/http/cookie.ts";

Deno.test("parseCookies() returns each pair as it was sent", () => {
  assertEquals(parseCookies(new Headers()), []);
  assertEquals(parseCookies(new Headers({ cookie: "a=1;b=x=y ;  c ; ;=z" })), [
    { name: "a", value: "1", pair: "a=1" },
    { name: "b", value: "x=y", pair: "b=x=y" },
    { name: "", value: "c", pair: "c" },
    { name: "", value: "z", pair: "=z" },
  ]);
});

for (
  const [text, isHttpOnly, isRemoved] of [
    ["s=1", false, false],
    ["s=1; Path=/; HttpOnly; SameSite=Lax", true, false],
    ["s=1;httponly", true, false],
    ["s=HttpOnly; Path=/HttpOnly", false, false],
    ["s=1; Max-Age=60", false, false],
    ["s=; Max-Age=0", false, true],
    ["s=1; max-age=-1", false, true],
    ["s=1; Max-Age=x", false, false],
    ["s=1; Max-Age=", false, false],
    ["s=; Expires=Thu, 01 Jan 1970 00:00:00 GMT", false, true],
    ["s=1; Expires=Fri, 31 Dec 9999 23:59:59 GMT", false, false],
    ["s=1; Expires=x", false, false],
    // RFC 6265bis, 5.7: Max-Age has precedence, unless it is malformed.
    ["s=1; Max-Age=60; Expires=Thu, 01 Jan 1970 00:00:00 GMT", false, false],
    ["s=1; Max-Age=x; Expires=Thu, 01 Jan 1970 00:00:00 GMT", false, true],
  ] as const
) {
  Deno.test(`parseSetCookie() reads ${text}`, () => {
    const cookie = parseSetCookie(text);
    assertEquals([cookie.name, cookie.isHttpOnly, isExpired(cookie)], ["s", isHttpOnly, isRemoved]);
  });
}

Deno.test("parseSetCookie() counts Max-Age in seconds from now", () => {
  using _clock = stopTime();
  assertEquals(parseSetCookie("s=1; Max-Age=60").expires, Date.now() + 60_000);
});

for (
  const [text, path] of [
    ["s=1; Path=/", "/"],
    ["s=1; path = / ", "/"],
    ["s=1; Path=/admin", "/admin"],
    ["s=1", null],
  ] as const
) {
  Deno.test(`parseSetCookie() reads the path of ${text}`, () => {
    assertEquals(parseSetCookie(text).path, path);
  });
}

Deno.test("parseSetCookie() reads the output of formatSetCookie()", () => {
  const cookie = parseSetCookie(
    formatSetCookie({ name: "__Secure-a", value: "x=y", path: "/b", domain: "site.test", sameSite: "None" }),
  );
  assertEquals(cookie, {
    name: "__Secure-a",
    value: "x=y",
    pair: "__Secure-a=x=y",
    path: "/b",
    domain: "site.test",
    isSecure: true,
    isHttpOnly: true,
    expires: null,
  });
});

Deno.test("formatSetCookie() formats name, value and attributes", () => {
  assertEquals(formatSetCookie({ name: "a", value: "1" }), "a=1; Path=/; HttpOnly; SameSite=Lax");
  assertEquals(
    formatSetCookie({
      name: "a",
      value: "1",
      path: "/x",
      domain: "site.test",
      maxAge: 60,
      secure: true,
      httpOnly: false,
      sameSite: "None",
    }),
    "a=1; Path=/x; Domain=site.test; Max-Age=60; Secure; SameSite=None",
  );
  assertEquals(formatSetCookie({ name: "__Host-a", value: "1" }), "__Host-a=1; Path=/; Secure; HttpOnly; SameSite=Lax");
  assertEquals(
    formatSetCookie({ name: "__Secure-a", value: "", path: "/x" }),
    "__Secure-a=; Path=/x; Secure; HttpOnly; SameSite=Lax",
  );
});

Deno.test("formatSetCookie() percent-encodes characters that a value cannot contain, and keeps an encoded value", () => {
  const values: [string, string][] = [
    ['a;b,c"d\\e f', "a%3Bb%2Cc%22d%5Ce%20f"],
    ["\r\nSet-Cookie: x=1", "%0D%0ASet-Cookie:%20x=1"],
    ["é\x01", "%C3%A9%01"],
    ["%7B%22a%22%7D", "%7B%22a%22%7D"],
    ["a=b/c+d==", "a=b/c+d=="],
  ];
  for (const [value, written] of values) {
    assertEquals(formatSetCookie({ name: "a", value }), `a=${written}; Path=/; HttpOnly; SameSite=Lax`);
  }
  for (let code = 0; code <= 0xffff; code++) {
    const written = formatSetCookie({ name: "a", value: String.fromCharCode(code) });
    if (!/^a=[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]+; Path=\/; HttpOnly; SameSite=Lax$/.test(written)) {
      throw new Error(`U+${code.toString(16)} gave ${JSON.stringify(written)}`);
    }
  }
});

Deno.test("formatSetCookie() rejects malformed names and attributes", () => {
  const bad: Partial<Record<keyof Cookie, unknown>>[] = [
    { name: "" },
    { name: "a b" },
    { name: "a=b" },
    { name: "a;b" },
    { name: "a\n" },
    { name: "é" },
    { path: "" },
    { path: "x" },
    { path: "/; Domain=evil.test" },
    { path: "/\r\nX: y" },
    { path: "/é" },
    { domain: "" },
    { domain: "evil.test; Secure" },
    { domain: ".site.test" },
    { domain: "site.test\n" },
    { domain: "site test" },
    { maxAge: 1.5 },
    { maxAge: -1 },
    { maxAge: Infinity },
    { maxAge: "1; Secure" },
    { sameSite: "lax" },
    { sameSite: "Lax; Domain=evil.test" },
    { sameSite: "None" },
    { name: "__Host-a", path: "/x" },
    { name: "__host-a", domain: "site.test" },
    { name: "__Host-a", secure: false },
    { name: "__Secure-a", secure: false },
  ];
  for (const attributes of bad) {
    const options = { name: "a", value: "1", ...attributes } as Cookie;
    assertThrows(() => formatSetCookie(options), TypeError, "Cannot set cookie", JSON.stringify(attributes));
  }
});

Deno.test("formatSetCookie() rejects a cookie that browsers ignore: one byte above the limit", () => {
  const attributes = "a=; Path=/; HttpOnly; SameSite=Lax".length;
  assertEquals(formatSetCookie({ name: "a", value: "x".repeat(4_096 - attributes) }).length, 4_096);
  assertThrows(
    () => formatSetCookie({ name: "a", value: "x".repeat(4_097 - attributes) }),
    RangeError,
    "browsers ignore more than 4096",
  );
});

Deno.test("formatSetCookie() writes Expires and Partitioned", () => {
  const expires = new Date(Date.UTC(2030, 0, 2, 3, 4, 5));
  assertEquals(
    formatSetCookie({ name: "__Host-a", value: "1", expires, sameSite: "None", partitioned: true }),
    "__Host-a=1; Path=/; Expires=Wed, 02 Jan 2030 03:04:05 GMT; Secure; HttpOnly; SameSite=None; Partitioned",
  );
});

Deno.test("formatSetCookie() rejects Partitioned without secure, and an Expires that is not a date", () => {
  assertThrows(() => formatSetCookie({ name: "a", value: "1", partitioned: true }), TypeError, "requires secure");
  assertThrows(
    () => formatSetCookie({ name: "a", value: "1", expires: new Date(Number.NaN) }),
    TypeError,
    "not a valid date",
  );
});
