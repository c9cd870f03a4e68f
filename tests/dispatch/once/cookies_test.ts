import { assertEquals } from "@std/assert";
import { mergeCookies, pairsOf, readSetCookie } from "../../../src/dispatch/once/cookies.ts";

function requestWith(cookie?: string): Request {
  return new Request("http://site.test/", cookie === undefined ? {} : { headers: { cookie } });
}

Deno.test("pairsOf() reads each pair as it was sent", () => {
  assertEquals(pairsOf(requestWith()), []);
  assertEquals(pairsOf(requestWith("a=1;b=x=y ;  c ; ;=z")), [
    { name: "a", pair: "a=1" },
    { name: "b", pair: "b=x=y" },
    { name: "c", pair: "c" },
    { name: "", pair: "=z" },
  ]);
});

for (
  const [value, isHttpOnly, isRemoved] of [
    ["s=1", false, false],
    ["s=1; Path=/; HttpOnly; SameSite=Lax", true, false],
    ["s=1;httponly", true, false],
    ["s=HttpOnly; Path=/HttpOnly", false, false],
    ["s=1; Max-Age=60", false, false],
    ["s=; Max-Age=0", false, true],
    ["s=1; max-age=-1", false, true],
    ["s=; Expires=Thu, 01 Jan 1970 00:00:00 GMT", false, true],
    ["s=1; Expires=Fri, 31 Dec 9999 23:59:59 GMT", false, false],
    // RFC 6265bis, 5.7: Max-Age has precedence.
    ["s=1; Max-Age=60; Expires=Thu, 01 Jan 1970 00:00:00 GMT", false, false],
  ] as const
) {
  Deno.test(`readSetCookie() reads ${value}`, () => {
    const cookie = readSetCookie(value);
    assertEquals([cookie.name, cookie.isHttpOnly, cookie.isRemoved], ["s", isHttpOnly, isRemoved]);
  });
}

for (
  const [value, expected] of [
    ["s=1; Path=/", true],
    ["s=1; path = / ", true],
    ["s=1; Path=/admin", false],
    ["s=1", false],
  ] as const
) {
  Deno.test(`readSetCookie() tells whether a cookie is sent for all paths: ${value}`, () => {
    assertEquals(readSetCookie(value).isForAllPaths, expected);
  });
}

Deno.test("mergeCookies() returns the next Cookie header of a browser", () => {
  const values = ["s=2; HttpOnly", "gone=; Max-Age=0", "new=1"];
  assertEquals(mergeCookies(requestWith("theme=dark; s=1; gone=x"), values), "theme=dark; s=2; new=1");
  assertEquals(mergeCookies(requestWith(), ["s=1", "s=2"]), "s=2");
});
