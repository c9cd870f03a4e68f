/** Attacks on output, by row of the list of threats. */
import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import { formatSetCookie } from "../../src/http/cookie.ts";
import type { Patch } from "../../src/protocol/patch.ts";
import { redirectTarget, sealHeaders, sealResponse } from "../../src/http/sink.ts";
import { encodeEvent } from "../../src/protocol/event_stream.ts";

const OWN = new URL("https://site.test/login?next=x");

Deno.test("T17: a redirect to a URL from user input does not leave the site", () => {
  for (
    const next of [
      "//evil.test",
      "/\\evil.test",
      "\\\\evil.test",
      "/\t/evil.test",
      "/\n/evil.test",
      "/\r/evil.test",
      "http:evil.test",
      "javascript:alert(1)",
      "java\nscript:alert(1)",
      "\x01javascript:alert(1)",
      " https://evil.test",
      "https://site@evil.test",
      "https://site.test@evil.test",
      "https:evil.test/../..//evil.test",
      "///evil.test",
      "////evil.test",
      "/..//evil.test",
      "/.//evil.test",
      "//evil%E3%80%82test",
      "//site.test//evil.test",
      "https://site.test//evil.test",
      "data:text/html,<script>alert(1)</script>",
      "blob:https://site.test/0",
      "https://site.test.",
      "https://site.test:444",
      "https://[::1",
    ]
  ) {
    assertThrows(() => redirectTarget(next, OWN), TypeError, "Cannot redirect to", JSON.stringify(next));
  }
  for (const next of ["https://site\\@evil.test", "https://user:secret@evil.test"]) {
    assertThrows(() => redirectTarget(next, OWN, { external: next.includes("secret") }), TypeError);
  }
});

Deno.test("T18: a redirect path with non-ASCII letters or control characters is percent-encoded", () => {
  assertEquals(redirectTarget("/поиск", OWN), "/%D0%BF%D0%BE%D0%B8%D1%81%D0%BA");
  assertEquals(redirectTarget("/a\x01b\x7f", OWN), "/a%01b%7F");
  assertMatch(sealHeaders({ location: "/поиск\x01" }).get("location") ?? "", /^\/[%0-9A-F]+$/);
  const careless = new Response(null, { status: 303, headers: { location: "/a\x01b" } });
  assertEquals(sealResponse(careless).headers.get("location"), "/a%01b");
});

Deno.test("T19: a value cannot add a line to a header or an attribute to a cookie", () => {
  assertEquals(sealHeaders({ "x-a": "\r\nSet-Cookie: a=1\r\n" }).get("x-a"), "%0D%0ASet-Cookie: a=1%0D%0A");
  assertEquals(formatSetCookie({ name: "a", value: "1; Domain=evil.test\r\nX: y" }).split("; ").length, 4);
  for (
    const attribute of [{ path: "/; Secure" }, { domain: "a; Secure" }, { sameSite: "Lax; Secure" }, { name: "a; b" }]
  ) {
    const options = { name: "a", value: "1", ...attribute } as Parameters<typeof formatSetCookie>[0];
    assertThrows(() => formatSetCookie(options), TypeError);
  }
});

Deno.test("T20: text in a patch cannot add an event, end a line of the stream or set its retry time", () => {
  const texts = [
    "\n\nevent: redirect\ndata: {}",
    "\r\revent: x",
    "\r\n\r\n",
    "\u2028\u2029",
    "\uFEFFevent: x",
    "\0",
    "\nretry: 1",
    "\nid: x",
  ];
  for (const text of texts) {
    const patches: Patch[] = [
      { event: "toast", data: { value: text } },
      { event: "patch_signals", data: { [text]: text } },
      { event: "dispatch_event", data: { name: text, payload: text } },
      { event: "patch_html", data: { content: text, target: text } },
    ];
    for (const patch of patches) assertMatch(encodeEvent(patch), /^event: [a-z_]+\ndata: [^\r\n]+\n\n$/);
    assertThrows(() => encodeEvent({ event: "checkpoint", id: `r:checkpoint:a${text}` }), TypeError);
    assertThrows(() => encodeEvent({ event: `toast${text}`, data: {} } as unknown as Patch), TypeError);
  }
});
