import { assertEquals } from "@std/assert";
import { CookieJar } from "../../src/testing/cookies.ts";
import { createTestClock } from "../../src/testing/clock.ts";

const HTTP = new URL("http://site.test/notes/1");

/** What is sent to a URL after an answer of another has set cookies. */
function sent(cookies: readonly string[], to: string | URL, from: string | URL = HTTP): string | null {
  const jar = new CookieJar();
  take(jar, cookies, from);
  return jar.headerFor(new URL(to));
}

function take(jar: CookieJar, cookies: readonly string[], from: string | URL = HTTP): void {
  jar.take(new Headers(cookies.map((cookie): [string, string] => ["set-cookie", cookie])), new URL(from));
}

Deno.test("CookieJar sends back what was set, in its path and below", () => {
  const cases: [cookie: string, to: string, sent: string | null][] = [
    ["a=1; Path=/", "http://site.test/", "a=1"],
    ["a=1", "http://site.test/notes", "a=1"],
    ["a=1", "http://site.test/notes/2", "a=1"],
    ["a=1", "http://site.test/note", null],
    ["a=1; Path=/notes", "http://site.test/notes2", null],
    ["a=1; Path=/notes/", "http://site.test/notes", null],
    ["a=1; Path=x", "http://site.test/notes", "a=1"],
    ["a=x=y; Path=/", "http://site.test/", "a=x=y"],
  ];
  for (const [cookie, to, expected] of cases) assertEquals(sent([cookie], to), expected, `${cookie} to ${to}`);
});

Deno.test("CookieJar sends longer paths first, and keeps two of one name", () => {
  assertEquals(sent(["a=1; Path=/", "a=2; Path=/notes"], "http://site.test/notes"), "a=2; a=1");
});

Deno.test("CookieJar refuses a cookie for another host", () => {
  assertEquals(sent(["a=1; Path=/; Domain=other.test"], "http://site.test/"), null);
  assertEquals(sent(["a=1; Path=/; Domain=site.test"], "http://site.test/"), "a=1");
});

Deno.test("CookieJar sends a secure cookie over TLS and to the loopback alone", () => {
  assertEquals(sent(["a=1; Path=/; Secure"], "http://site.test/"), null);
  assertEquals(sent(["a=1; Path=/; Secure"], "http://site.test/", "https://site.test/"), null);
  // H11: it was not stored.
  assertEquals(sent(["a=1; Path=/; Secure"], "https://site.test/", "http://site.test/"), null);
  assertEquals(sent(["a=1; Path=/; Secure"], "https://site.test/", "https://site.test/"), "a=1");
  for (const origin of ["http://localhost/", "http://127.0.0.1:80/", "http://[::1]/"]) {
    assertEquals(sent(["a=1; Path=/; Secure"], origin, origin), "a=1", origin);
  }
});

Deno.test("CookieJar forgets what has expired, and Max-Age goes before Expires", async () => {
  using clock = createTestClock(new Date("2030-01-01T00:00:00Z"));
  const jar = new CookieJar();
  take(jar, [
    "a=1; Path=/; Max-Age=10; Expires=Tue, 01 Jan 2030 00:00:05 GMT",
    "b=1; Path=/; Expires=Tue, 01 Jan 2030 00:00:05 GMT",
  ]);
  await clock.tick(4_999);
  assertEquals(jar.headerFor(HTTP), "a=1; b=1");
  await clock.tick(1);
  assertEquals(jar.headerFor(HTTP), "a=1");
  await clock.tick(5_000);
  assertEquals([jar.headerFor(HTTP), jar.get("a")], [null, undefined]);
});

Deno.test("CookieJar deletes a cookie that is set to be over", () => {
  assertEquals(sent(["a=1; Path=/", "a=; Path=/; Max-Age=0"], HTTP), null);
});

Deno.test("CookieJar lets a test read, set and delete cookies", () => {
  const jar = new CookieJar();
  jar.set("session", "1");
  assertEquals([jar.get("session"), jar.headerFor(HTTP)], ["1", "session=1"]);
  jar.delete("session");
  assertEquals(jar.get("session"), undefined);
});

Deno.test("CookieJar keeps a cookie with a prefix only if it has what the prefix promises", () => {
  const https = "https://site.test/";
  const cases: [cookie: string, from: string, sent: string | null][] = [
    ["__Host-a=1; Path=/; Secure", https, "__Host-a=1"],
    ["__Host-a=1; Path=/; Secure; Domain=site.test", https, null],
    ["__Host-a=1; Path=/notes; Secure", "https://site.test/notes", null],
    ["__Host-a=1; Path=/", https, null],
    ["__Secure-a=1; Path=/; Secure; Domain=site.test", https, "__Secure-a=1"],
    ["__Secure-a=1; Path=/", https, null],
    ["__host-a=1; Path=/", https, null],
  ];
  for (const [cookie, from, expected] of cases) assertEquals(sent([cookie], from, from), expected, cookie);
});
