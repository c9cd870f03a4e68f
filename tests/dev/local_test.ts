import { assertEquals } from "@std/assert";
import { isFromHere, isLocal } from "../../src/dev/local.ts";

const PLAIN = "http://localhost:8000/";

// The address of the peer, the URL, headers, the verdict.
const REQUESTS: readonly (readonly [string | undefined, string, Record<string, string>, boolean])[] = [
  ["127.0.0.1", PLAIN, {}, true],
  ["127.255.255.254", PLAIN, {}, true],
  ["::1", "http://[::1]:8000/", {}, true],
  ["::ffff:127.0.0.1", "http://127.0.0.1/", {}, true],
  ["127.0.0.1", "http://app.localhost/", {}, true],
  ["127.0.0.1", "http://LOCALHOST/", {}, true],
  [undefined, PLAIN, {}, false],
  ["", PLAIN, {}, false],
  ["10.0.0.1", PLAIN, {}, false],
  ["128.0.0.1", PLAIN, {}, false],
  ["127.0.0.1.evil", PLAIN, {}, false],
  ["::2", PLAIN, {}, false],
  ["fe80::1", PLAIN, {}, false],
  ["127.0.0.1", "http://example.org/", {}, false],
  ["127.0.0.1", "http://notlocalhost/", {}, false],
  ["127.0.0.1", "http://localhost.example.org/", {}, false],
  ["127.0.0.1", "http://127.0.0.1.example.org/", {}, false],
  ["127.0.0.1", "http://192.0.2.1/", {}, false],
  ["127.0.0.1", PLAIN, { forwarded: "for=192.0.2.7" }, false],
  ["127.0.0.1", PLAIN, { via: "1.1 proxy" }, false],
  ["127.0.0.1", PLAIN, { "x-forwarded-for": "127.0.0.1" }, false],
  ["127.0.0.1", PLAIN, { "x-forwarded-host": "example.org" }, false],
  ["127.0.0.1", PLAIN, { "x-forwarded-proto": "https" }, false],
  ["127.0.0.1", PLAIN, { "x-real-ip": "192.0.2.7" }, false],
];

for (const [hostname, url, headers, verdict] of REQUESTS) {
  const named = `${hostname} asks for ${url} with ${JSON.stringify(headers)}`;
  Deno.test(`isLocal() says ${verdict} where ${named}`, () => {
    const connection = hostname === undefined ? undefined : { remoteAddr: { hostname } };
    assertEquals(isLocal({ url, headers: new Headers(headers) }, connection), verdict);
  });
}

const SITES: readonly (readonly [Record<string, string>, boolean])[] = [
  [{ "sec-fetch-site": "same-origin" }, true],
  [{ "sec-fetch-site": "none" }, true],
  [{ "sec-fetch-site": "same-site" }, false],
  [{ "sec-fetch-site": "cross-site" }, false],
  [{ "sec-fetch-site": "same-origin, cross-site" }, false],
  [{ "sec-fetch-site": "cross-site", origin: "http://localhost:8000" }, false],
  [{}, true],
  [{ origin: "http://localhost:8000" }, true],
  [{ origin: "http://localhost:8001" }, false],
  [{ origin: "https://localhost:8000" }, false],
  [{ origin: "null" }, false],
];

for (const [headers, verdict] of SITES) {
  Deno.test(`isFromHere() says ${verdict} of ${JSON.stringify(headers)}`, () => {
    assertEquals(isFromHere({ url: PLAIN, headers: new Headers(headers) }), verdict);
  });
}
