import { assert, assertEquals, assertMatch } from "@std/assert";
import { clearFlashCookie, flashCookie, readFlash, type ToastValue } from "../../src/respond/flash.ts";

/** Returns the toasts that the next page reads from the cookie. */
function carried(toasts: readonly ToastValue[]): readonly ToastValue[] {
  const cookie = flashCookie(toasts, false);
  return cookie === null ? [] : readFlash(new Headers({ cookie: `a=1; ${cookie.split(";", 1)[0]}; b=2` }));
}

for (
  const toasts of [
    [{ value: "Saved" }],
    [{ message: 'a; b, c "d" % \\', level: "info" }, { value: 7 }],
    [{ value: "ü 😀 \n \r \u0000 שלום" }],
    [{ value: null, nested: { list: [1, "2"] } }],
  ]
) {
  Deno.test(`readFlash() returns the toasts of flashCookie(): ${JSON.stringify(toasts)}`, () =>
    assertEquals(carried(toasts), toasts));
}

Deno.test("flashCookie() returns null without toasts", () => assertEquals(flashCookie([], true), null));

Deno.test("flashCookie() sets Secure on https", () => {
  assertMatch(flashCookie([{ value: 1 }], true) ?? "", /; Secure/);
  assertEquals(/Secure/.test(flashCookie([{ value: 1 }], false) ?? ""), false);
});

Deno.test("flashCookie() carries at most ten toasts and 2,048 bytes, the first ones first", () => {
  const many = Array.from({ length: 11 }, (_, index) => ({ value: index }));
  assertEquals(carried(many), many.slice(0, 10));
  const long = { value: "x".repeat(1_500) };
  assertEquals(carried([{ value: "a" }, long, long]), [{ value: "a" }, long]);
  assertEquals(flashCookie([{ value: "x".repeat(2_049) }], false), null);
  const exact = { value: "x".repeat(2_048 - encodeURIComponent('[{"value":""}]').length) };
  assertEquals(carried([exact]), [exact]);
  assertEquals(flashCookie([{ value: `${exact.value}x` }], false), null);
});

Deno.test("clearFlashCookie() removes the cookie", () => assertMatch(clearFlashCookie(false), /Max-Age=0/));

for (const value of ["", "%7B%7D", "%5B1%2C%22a%22%2Cnull%2C%5B%5D%5D", "%5B", "%FF", "[", "x".repeat(2_049)]) {
  Deno.test(`readFlash() ignores a value that is not a list of objects: ${value.slice(0, 12)}`, () => {
    assertEquals(readFlash(new Headers({ cookie: `hyper_flash=${value}` })), []);
  });
}

Deno.test("readFlash() reads its own cookie and no other", () => {
  const cookie = (flashCookie([{ value: 1 }], false) ?? "").split(";", 1)[0];
  assert(cookie !== undefined);
  assertEquals(readFlash(new Headers({ cookie: cookie.replace("hyper_flash", "other_hyper_flash") })), []);
  assertEquals(readFlash(new Headers()), []);
});

for (const other of ["a", "=b", ";", "a;b;=", "hyper_flash", "\u00e4=\u00ff", "x".repeat(60_000), "%", '"', "a=b=c"]) {
  Deno.test(`readFlash() reads its own cookie with another one that is malformed: ${other.slice(0, 12)}`, () => {
    const cookie = (flashCookie([{ value: 1 }], false) ?? "").split(";", 1)[0] ?? "";
    assertEquals(readFlash(new Headers({ cookie: `${other}; ${cookie}` })), [{ value: 1 }]);
    assertEquals(readFlash(new Headers({ cookie: `${cookie};${other}` })), [{ value: 1 }]);
    assertEquals(readFlash(new Headers({ cookie: other })), []);
  });
}

/** Reads the toasts of a cookie as the next request sends it. */
function readBack(cookie: string | null): readonly unknown[] {
  return readFlash(new Headers({ cookie: cookie?.split(";")[0] ?? "" }));
}

Deno.test("flashCookie() keeps the toasts of an earlier post that no page has shown, and drops the oldest if they do not fit", () => {
  const long = { value: "x".repeat(1500) };
  const [first, second] = [{ value: "First" }, { value: "Second" }];
  assertEquals(readBack(flashCookie([second], true, [first])), [first, second]);
  assertEquals(readBack(flashCookie([second, first], true, [long, first])), [long, first, second, first]);
  assertEquals(readBack(flashCookie([long], true, [{ value: "y".repeat(600) }, first])), [first, long]);
  const many = Array.from({ length: 10 }, (_, value) => ({ value }));
  assertEquals(readBack(flashCookie([second], true, many)), [...many.slice(1), second]);
  assertEquals(flashCookie([], true, [first]), null);
});
