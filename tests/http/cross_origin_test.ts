import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import {
  type CrossOriginOptions,
  crossOriginVerdict,
  ownOrigin,
  resolveCrossOrigin,
} from "../../src/http/cross_origin.ts";

const OWN = "https://site.test";

/** Returns whether a request is allowed. */
function passes(
  facts: { method?: string; site?: string | null; origin?: string | null; own?: string },
  options: CrossOriginOptions = {},
): boolean {
  const { method = "POST", site = null, origin = null, own = OWN } = facts;
  return crossOriginVerdict({ method, fetchSite: site, origin, ownOrigin: own }, resolveCrossOrigin(options)) === null;
}

Deno.test("crossOriginVerdict() allows safe methods from anywhere, by their exact names", () => {
  const foreign = { site: "cross-site", origin: "https://evil.test" };
  for (const method of ["GET", "HEAD", "OPTIONS"]) assertEquals(passes({ method, ...foreign }), true, method);
  for (const method of ["POST", "PUT", "PATCH", "DELETE", "get", "Head", "TRACE", "FOO", ""]) {
    assertEquals(passes({ method, ...foreign }), false, method);
  }
});

Deno.test("crossOriginVerdict() uses Sec-Fetch-Site if it is present", () => {
  assertEquals(passes({ site: "same-origin" }), true);
  assertEquals(passes({ site: "none" }), true);
  assertEquals(passes({ site: "same-origin", origin: "https://evil.test" }), true);
  assertEquals(passes({ site: "none", origin: "null" }), true);
  for (const site of ["same-site", "cross-site", "unknown", "Same-Origin", "same-origin, same-origin", "null"]) {
    assertEquals(passes({ site }), false, site);
    assertEquals(passes({ site, origin: OWN }), false, `${site} with this origin`);
  }
});

Deno.test("crossOriginVerdict() uses Origin without Sec-Fetch-Site", () => {
  for (const origin of [OWN, "HTTPS://SITE.TEST", "https://site.test:443", "https://site.test/"]) {
    assertEquals(passes({ origin }), true, origin);
    assertEquals(passes({ origin, site: "" }), true, origin);
  }
  for (
    const origin of [
      "null",
      "https://evil.test",
      "http://site.test",
      "https://site.test.",
      "https://site.test:8443",
      "https://site.test.evil.test",
      "https://evilsite.test",
      "https://site.test@evil.test",
      "https://user@site.test",
      "https://site.test, https://evil.test",
      "https://site.test https://evil.test",
      "https://site.test,",
      "https:site.test",
      "https:\\\\site.test",
      "//site.test",
      "site.test",
      "blob:https://site.test",
      "https://site.test/path",
      "https://",
    ]
  ) {
    assertEquals(passes({ origin }), false, origin);
  }
});

Deno.test("crossOriginVerdict() allows a request with neither header, unless requireHeaders is set", () => {
  for (const nothing of [{}, { site: "", origin: "" }, { site: null, origin: "" }]) {
    assertEquals(passes(nothing), true);
    assertEquals(passes(nothing, { requireHeaders: true }), false);
  }
  assertEquals(passes({ origin: OWN }, { requireHeaders: true }), true);
  assertEquals(passes({ site: "same-origin" }, { requireHeaders: true }), true);
});

Deno.test("crossOriginVerdict() allows a trusted origin for any Sec-Fetch-Site", () => {
  const trust = { trustedOrigins: ["https://admin.test", "HTTPS://Other.test:443"] };
  for (const site of [null, "cross-site", "same-site", "unknown"]) {
    assertEquals(passes({ site, origin: "https://admin.test" }, trust), true);
    assertEquals(passes({ site, origin: "https://other.test" }, trust), true);
    assertEquals(passes({ site, origin: "https://evil.test" }, trust), false);
    assertEquals(passes({ site, origin: "http://admin.test" }, trust), false);
    assertEquals(passes({ site, origin: "null" }, trust), false);
  }
  assertEquals(passes({ site: "cross-site" }, trust), false);
});

Deno.test("crossOriginVerdict() names the two values that differ, on one line", () => {
  const options = resolveCrossOrigin();
  const reason = crossOriginVerdict(
    { method: "POST", fetchSite: null, origin: "http://site.test", ownOrigin: OWN },
    options,
  );
  assertStringIncludes(reason ?? "", '"http://site.test"');
  assertStringIncludes(reason ?? "", '"https://site.test"');
  const hostile = crossOriginVerdict(
    { method: "POST", fetchSite: "a\nb" + "x".repeat(10_000), origin: null, ownOrigin: OWN },
    options,
  );
  assertEquals(hostile?.includes("\n"), false);
  assertEquals((hostile?.length ?? 0) < 400, true);
});

Deno.test("resolveCrossOrigin() rejects a trusted origin that is more or less than an origin", () => {
  for (
    const origin of [
      "site.test",
      "https://",
      "null",
      "*",
      "https://*.site.test",
      "https://site.test/a",
      "https://site.test?b",
      "ftp://site.test",
      "",
    ]
  ) {
    assertThrows(() => resolveCrossOrigin({ trustedOrigins: [origin] }), TypeError, `Cannot trust origin "${origin}"`);
  }
});

Deno.test("crossOriginVerdict() agrees with Go's CrossOriginProtection over the whole matrix", () => {
  const own = "https://site.test";
  const trusted = "https://admin.test";
  // Like net/http/csrf.go, for an origin in the form that browsers send.
  const oracle = (method: string, site: string, origin: string, trust: boolean): boolean => {
    if (method === "GET" || method === "HEAD" || method === "OPTIONS") return true;
    const exempt = trust && origin === trusted;
    if (site === "") return origin === "" || origin === own || exempt;
    return site === "same-origin" || site === "none" || exempt;
  };
  let cells = 0;
  for (const method of ["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE", "get", "post", "FOO"]) {
    for (const site of ["", "same-origin", "none", "same-site", "cross-site", "other", "same-origin,none"]) {
      for (
        const origin of ["", own, trusted, "null", "https://evil.test", "http://site.test", "https://site.test:8443"]
      ) {
        for (const trust of [true, false]) {
          const options = trust ? { trustedOrigins: [trusted] } : {};
          assertEquals(
            passes({ method, site, origin, own }, options),
            oracle(method, site, origin, trust),
            `${method} ${site} ${origin} ${trust}`,
          );
          cells++;
        }
      }
    }
  }
  assertEquals(cells, 980);
});

Deno.test("ownOrigin() returns the origin of the URL for any forwarded headers", () => {
  const request = { headers: new Headers({ "x-forwarded-proto": "https", "x-forwarded-host": "evil.test" }) };
  assertEquals(ownOrigin(request, new URL("http://site.test/a"), { trustProxy: false }), "http://site.test");
});

Deno.test("ownOrigin() uses scheme and host from a trusted proxy, and ignores invalid ones", () => {
  const own = (headers: Record<string, string>) =>
    ownOrigin({ headers: new Headers(headers) }, new URL("http://inner.test:8000/a"), { trustProxy: true });
  assertEquals(own({}), "http://inner.test:8000");
  assertEquals(own({ "x-forwarded-proto": "https" }), "https://inner.test:8000");
  assertEquals(own({ "x-forwarded-host": "Site.test:8443" }), "http://site.test:8443");
  assertEquals(own({ "x-forwarded-proto": "https", "x-forwarded-host": "site.test:443" }), "https://site.test");
  assertEquals(
    own({ "x-forwarded-proto": "HTTPS, http", "x-forwarded-host": "evil.test, site.test" }),
    "https://site.test",
  );
  for (const host of ["site.test/evil", "a b", "", "?x", "a#b", "a\\b", "[::1"]) {
    assertEquals(own({ "x-forwarded-host": host }), "http://inner.test:8000", host);
  }
  for (const proto of ["javascript", "ftp", "", "https:"]) {
    assertEquals(own({ "x-forwarded-proto": proto }), "http://inner.test:8000", proto);
  }
});
