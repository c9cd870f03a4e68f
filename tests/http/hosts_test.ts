import { assertEquals, assertThrows } from "@std/assert";
import { isLoopback, resolveAllowedHosts } from "../../src/http/hosts.ts";

// The allowed hosts, the URL, the verdict.
const VERDICTS: readonly (readonly [readonly string[], string, boolean])[] = [
  [["example.com"], "http://example.com/", true],
  [["example.com"], "https://example.com:8443/", true],
  [["EXAMPLE.com"], "http://example.COM/", true],
  [["example.com."], "http://example.com/", true],
  [["example.com"], "http://example.com./", true],
  [["example.com"], "http://www.example.com/", false],
  [["example.com"], "http://example.com.evil.test/", false],
  [["example.com"], "http://evilexample.com/", false],
  [["example.com"], "http://example.co/", false],
  [["example.com:8443"], "https://example.com:8443/", true],
  [["example.com:8443"], "https://example.com/", false],
  [["example.com:8443"], "https://example.com:18443/", false],
  [["example.com:443"], "https://example.com/", true],
  [["example.com:443"], "http://example.com/", false],
  [["example.com:80"], "http://example.com/", true],
  [["example.com:0080"], "http://example.com/", true],
  [["*.example.com"], "http://www.example.com/", true],
  [["*.example.com"], "http://a.b.example.com:8000/", true],
  [["*.example.com"], "http://www.example.com./", true],
  [["*.example.com"], "http://example.com/", false],
  [["*.example.com"], "http://evilexample.com/", false],
  [["*.example.com"], "http://www.example.com.evil.test/", false],
  [["*.example.com:8000"], "http://www.example.com:8000/", true],
  [["*.example.com:8000"], "http://www.example.com/", false],
  [["a.test", "*.b.test"], "http://x.b.test/", true],
  [["a.test", "*.b.test"], "http://x.a.test/", false],
  [["127.0.0.1"], "http://127.0.0.1:8000/", true],
  [["127.0.0.1"], "http://0x7f.1/", true],
  [["127.0.0.1"], "http://127.0.0.2/", false],
  [["[::1]"], "http://[::1]:8000/", true],
  [["[0:0::1]:8000"], "http://[::1]:8000/", true],
  [["[::1]:8000"], "http://[::1]/", false],
  [["bücher.example"], "http://xn--bcher-kva.example/", true],
  [["my_host"], "http://my_host/", true],
];

for (const [hosts, url, verdict] of VERDICTS) {
  Deno.test(`resolveAllowedHosts() of ${hosts.join()} returns ${verdict} for ${url}`, () => {
    assertEquals(resolveAllowedHosts(hosts, false)?.allows(new URL(url)), verdict);
  });
}

Deno.test("resolveAllowedHosts() rejects an entry that is not a host, and quotes it", () => {
  const entries = [
    "",
    "*",
    "*.",
    "**.example.com",
    "www.*.com",
    "*example.com",
    "https://example.com",
    "example.com/",
    "example.com/a",
    "a@example.com",
    "example.com:",
    "example.com:http",
    "example.com:99999",
    "example .com",
    " example.com",
    "a,b",
    "a..b",
    ".example.com",
    ".",
    "[::1",
    "::1",
    "*.[::1]",
    "*.127.0.0.1",
    "300.1.1.1",
    "a%2eb",
  ];
  for (const entry of entries) {
    const error = assertThrows(() => resolveAllowedHosts(["localhost", entry], false), TypeError, "", entry);
    assertEquals(error.message.startsWith(`Cannot allow host "${entry}": `), true, entry);
  }
});

Deno.test("resolveAllowedHosts() rejects an empty list, and a value that is not a list", () => {
  assertThrows(() => resolveAllowedHosts([], false), TypeError, "the list is empty");
  assertThrows(() => resolveAllowedHosts("example.com" as never, false), TypeError, "they are a list");
  assertThrows(() => resolveAllowedHosts([7 as never], false), TypeError, 'Cannot allow host "7"');
});

Deno.test("resolveAllowedHosts() allows any host by default, and in development those of this machine", () => {
  assertEquals(resolveAllowedHosts(undefined, false), null);
  const local = resolveAllowedHosts(undefined, true);
  for (
    const host of [
      "localhost:8000",
      "LOCALHOST",
      "localhost.",
      "app.localhost",
      "a.b.localhost:1",
      "127.0.0.1",
      "127.9.8.7",
    ]
      .concat("[::1]:8000", "0.0.0.0:8000", "[::]:8000")
  ) {
    assertEquals(local?.allows(new URL(`http://${host}/`)), true, host);
  }
  for (
    const host of [
      "evil.test",
      "localhost.evil.test",
      "notlocalhost",
      "127.evil.test",
      "127.0.0.1.evil.test",
      "128.0.0.1",
    ]
      .concat("192.168.1.2", "[::2]", "[::ffff:192.0.2.1]", "local")
  ) {
    assertEquals(local?.allows(new URL(`http://${host}/`)), false, host);
  }
});

Deno.test("isLoopback() accepts this machine, and not an unspecified address", () => {
  assertEquals(isLoopback(new URL("http://localhost:8000/")), true);
  assertEquals(isLoopback(new URL("http://0.0.0.0:8000/")), false);
});
