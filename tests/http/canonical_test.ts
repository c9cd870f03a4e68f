import { assertEquals, assertStringIncludes } from "@std/assert";
import { canonicalRequest } from "../../src/http/canonical.ts";

/** A request as `Deno.serve` creates it: the target as it was sent, after the Host header. */
function sent(target: string, options: { method?: string; host?: string | null } = {}) {
  const { method = "GET", host = "site.test" } = options;
  const headers = new Headers(host === null ? {} : { host });
  const url = /^https?:/.test(target) ? target : `http://${host ?? "localhost:8000"}${target}`;
  return { url, method, headers };
}

/** Returns the canonical path, or the status of the rejection. */
function outcome(target: string, options?: Parameters<typeof sent>[1]): string | number {
  const canonical = canonicalRequest(sent(target, options));
  return canonical.kind === "ok" ? canonical.url.pathname + canonical.url.search : canonical.status;
}

Deno.test("canonicalRequest() accepts unambiguous paths, and keeps percent-encoding unchanged", () => {
  for (
    const path of [
      "/",
      "/notes/1",
      "/notes/",
      "/a.b/..c/c..",
      "/%D0%BF%D0%BE%D0%B8%D1%81%D0%BA",
      "/a%20b",
      "/tags/100%25",
      "/tags/100%25off",
      "/tags/50%25%20more",
      "/users/x;v=1",
      "/a?q=%2F%00%0A..//\\",
      "/a//b",
    ]
  ) {
    assertEquals(outcome(path), path);
  }
});

/** Converts the digits of all escapes to one letter case, also those of an escaped escape. */
function spell(path: string, letterCase: "toUpperCase" | "toLowerCase"): string {
  return path.replace(/%(?:25)*[0-9a-f]{2}/gi, (escape) => escape[letterCase]());
}

Deno.test("canonicalRequest() rejects an ambiguous path with 400", () => {
  for (
    const path of [
      "//evil.test",
      "///evil.test",
      "/\\evil.test",
      "/a\\b",
      "/users/%5Cadmin",
      "/users/%5cadmin",
      "/a%2Fb",
      "/a%2fb",
      "/a/../admin",
      "/a/..",
      "/admin/.",
      "/a/%2e%2e/admin",
      "/a/.%2E/admin",
      "/%2e",
      "/%2561dmin",
      "/%252e%252e/admin",
      "/%252fadmin",
      "/%25a0",
      "/a%00b",
      "/a%0d%0ab",
      "/a%7f",
      "/a%C2%85b",
      "/a\tb",
      "/%",
      "/%zz",
      "/%ff",
      "/%c0%af",
      "/%ed%a0%80",
      "/a#fragment",
      "/a?b#fragment",
    ]
  ) {
    // H2: escapes are written in upper or lower case.
    for (const sent of [path, spell(path, "toUpperCase"), spell(path, "toLowerCase")]) {
      assertEquals(outcome(sent), 400, sent);
    }
  }
});

Deno.test("canonicalRequest() checks a path as it was sent, before URL resolves it", () => {
  assertEquals(new URL("http://site.test/public/../admin").pathname, "/admin");
  assertEquals(outcome("/public/../admin"), 400);
});

Deno.test("canonicalRequest() compares methods case-sensitively", () => {
  for (const method of ["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"]) {
    assertEquals(canonicalRequest(sent("/", { method })), { kind: "ok", url: new URL("http://site.test/"), method });
  }
  for (const method of ["post", "Post", "get", "FOO", "", "PROPFIND", "TRACE "]) {
    assertEquals(outcome("/", { method }), 501, method);
  }
});

Deno.test("canonicalRequest() rejects TRACE and CONNECT with 405 and Allow", () => {
  for (const method of ["TRACE", "CONNECT"]) {
    const canonical = canonicalRequest(sent("/", { method }));
    assertEquals(canonical.kind === "refused" && [canonical.status, canonical.headers], [405, {
      Allow: "GET, HEAD, POST",
    }]);
  }
});

Deno.test("canonicalRequest() does not repeat a method or a host in its message", () => {
  for (const request of [sent("/", { method: "<b>" }), sent("/", { host: "site.test/<b>?" })]) {
    const canonical = canonicalRequest(request);
    assertEquals(canonical.kind === "refused" && canonical.message.includes("<b>"), false);
  }
});

Deno.test("canonicalRequest() rejects a Host that is not a host name", () => {
  for (
    const host of [
      "",
      "site.test/evil?x=",
      "a@site.test",
      "site.test#x",
      "site.test?x",
      "a\\b",
      "site test",
      "site.test,evil.test",
      "site.test:http",
      "site.test:",
      "[::1",
      "site.test:123456",
      "сайт.test",
    ]
  ) {
    const headers = { get: (name: string) => name === "host" ? host : null } as Headers;
    const canonical = canonicalRequest({ url: `http://${host}/a`, method: "GET", headers });
    assertEquals(canonical.kind === "refused" && canonical.status, 400, host);
  }
});

Deno.test("canonicalRequest() accepts a Host in any case, with a port, and as an IP address", () => {
  for (
    const host of [
      "SITE.test",
      "site.test:8000",
      "site.test:80",
      "127.0.0.1:8000",
      "[::1]:8000",
      "my_app",
      "site.test.",
    ]
  ) {
    assertEquals(outcome("/a", { host }), "/a", host);
  }
});

Deno.test("canonicalRequest() rejects a target whose host differs from the Host header", () => {
  const canonical = canonicalRequest(sent("http://evil.test/a"));
  assertEquals(canonical.kind === "refused" && canonical.status, 400);
  assertStringIncludes(canonical.kind === "refused" ? canonical.message : "", "its host");
});

Deno.test("canonicalRequest() accepts a request without a Host header", () => {
  assertEquals(outcome("/a?b=1", { host: null }), "/a?b=1");
  assertEquals(outcome("http://site.test", { host: null }), "/");
});

Deno.test("canonicalRequest() rejects credentials in the URL", () => {
  assertEquals(outcome("http://user:secret@site.test/a", { host: null }), 400);
});

Deno.test("canonicalRequest() rejects a URL that is not HTTP", () => {
  for (const url of ["ftp://site.test/", "http://", "/a", "data:,x"]) {
    const canonical = canonicalRequest({ url, method: "GET", headers: new Headers() });
    assertEquals(canonical.kind === "refused" && canonical.status, 400, url);
  }
});

Deno.test("canonicalRequest() reads the URL of a server on a Unix socket or vsock as an HTTP URL", () => {
  for (const scheme of ["http+unix", "http+vsock"]) {
    const canonical = canonicalRequest({
      url: `${scheme}://site.test/a?b=1`,
      method: "GET",
      headers: new Headers({ host: "site.test" }),
    });
    assertEquals(canonical.kind === "ok" && canonical.url.href, "http://site.test/a?b=1");
  }
});

for (const credentials of ["ada:secret", "ada", ":secret"]) {
  Deno.test(`canonicalRequest() rejects a URL with the credentials "${credentials}"`, () => {
    assertEquals(outcome(`http://${credentials}@site.test/`), 400);
  });
}
