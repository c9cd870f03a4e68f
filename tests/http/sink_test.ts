import { assert, assertEquals, assertMatch, assertStrictEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { redirectTarget, sealHeaders, sealResponse } from "../../src/http/sink.ts";
import { parseEvents } from "../protocol/parse_events.ts";
import { BATCH, batch, END, HEADERS } from "./sink_batches.ts";

/** A valid header value (RFC 9110, 5.5). */
const FIELD_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;
const OWN = new URL("https://own.test/notes/1?page=2");

Deno.test("sealHeaders() returns valid headers unchanged", () => {
  const headers = new Headers({ "content-type": "text/html", "x-tab": "a\tb", "x-latin": "caf\xe9" });
  headers.append("set-cookie", "a=1");
  headers.append("set-cookie", "b=2");
  assertStrictEquals(sealHeaders(headers), headers);
});

Deno.test("sealHeaders() percent-encodes characters that cannot be sent, as UTF-8", () => {
  const values: [string, string][] = [
    ["a\x01b", "a%01b"],
    ["a\r\nSet-Cookie: x=1", "a%0D%0ASet-Cookie: x=1"],
    ["\r\na\n", "%0D%0Aa%0A"],
    ["\0", "%00"],
    ["a\x7f", "a%7F"],
    ["поиск", "%D0%BF%D0%BE%D0%B8%D1%81%D0%BA"],
    ["👍", "%F0%9F%91%8D"],
    ["\ud83d", "%EF%BF%BD"],
    ["caf\xe9\t!", "caf\xe9\t!"],
  ];
  for (const [value, sealed] of values) {
    assertEquals(sealHeaders({ "x-a": value }).get("x-a"), sealed);
    assertEquals(sealHeaders([["x-a", value]]).get("x-a"), sealed);
  }
});

Deno.test("sealHeaders() encodes invalid values of a Headers, cookies one by one", () => {
  const headers = new Headers({ "x-a": "a\x01b" });
  headers.append("set-cookie", "a=\x02");
  headers.append("set-cookie", "b=2");
  const sealed = sealHeaders(headers);
  assertEquals(sealed.get("x-a"), "a%01b");
  assertEquals(sealed.getSetCookie(), ["a=%02", "b=2"]);
});

Deno.test("sealHeaders() rejects a name that is not a token", () => {
  for (const name of ["", "a b", "a\n", "a:", "é", "a\x01"]) {
    assertThrows(() => sealHeaders({ [name]: "x" }), TypeError);
  }
});

Deno.test("sealHeaders() makes any value sendable", () => {
  for (let code = 0; code < END; code++) {
    const value = sealHeaders({ "x-a": `a${String.fromCharCode(code)}b` }).get("x-a") ?? "\0";
    if (!FIELD_VALUE.test(value)) throw new Error(`U+${code.toString(16)} gave ${JSON.stringify(value)}`);
  }
});

Deno.test("sealResponse() returns a valid response unchanged", () => {
  const response = new Response("body", { status: 201, headers: { "x-a": "b" } });
  assertStrictEquals(sealResponse(response), response);
  assertStrictEquals(sealResponse(Response.redirect("https://own.test/", 303)).status, 303);
});

Deno.test("sealResponse() encodes invalid header values and keeps status and body", async () => {
  const sealed = sealResponse(
    new Response("body", { status: 418, statusText: "Teapot", headers: { "x-a": "\x01", "content-type": "a/b" } }),
  );
  assertEquals([sealed.status, sealed.statusText], [418, "Teapot"]);
  assertEquals([sealed.headers.get("x-a"), sealed.headers.get("content-type")], ["%01", "a/b"]);
  assertEquals(await sealed.text(), "body");
});

Deno.test("sealResponse() removes hop-by-hop headers, and those that Connection names", () => {
  const sealed = sealResponse(
    new Response("body", {
      headers: {
        connection: "close, X-Private, \x01",
        "keep-alive": "timeout=5",
        "transfer-encoding": "chunked",
        upgrade: "h2c",
        te: "trailers",
        trailer: "x-sum",
        "proxy-connection": "close",
        "x-private": "1",
        "x-kept": "2",
        "content-type": "a/b",
      },
    }),
  );
  assertEquals([...sealed.headers], [["content-type", "a/b"], ["x-kept", "2"]]);
});

Deno.test("sealResponse() keeps a stream as body", async () => {
  let pulled = 0;
  const body = new ReadableStream({
    pull(controller) {
      pulled++;
      controller.enqueue(new Uint8Array(1));
    },
  }, { highWaterMark: 0 });
  const sealed = sealResponse(new Response(body, { headers: { connection: "close" } }));
  assertEquals(pulled, 0);
  await sealed.body?.cancel();
});

Deno.test("sealResponse() rejects a response that cannot be sent", async () => {
  assertThrows(() => sealResponse(Response.error()), TypeError, "Response.error()");
  const used = new Response("body");
  await used.text();
  assertThrows(() => sealResponse(used), TypeError, "has been read already");
  const locked = new Response("body");
  const reader = locked.body?.getReader();
  assertThrows(() => sealResponse(locked), TypeError, "has been read already");
  await reader?.cancel();
});

Deno.test("sealResponse() returns the response to an upgrade unchanged", () => {
  // `Response` cannot be made with 101 by hand: this is the shape that an upgrade has.
  const upgrade = Object.create(Response.prototype, { status: { value: 101 } });
  assertStrictEquals(sealResponse(upgrade), upgrade);
});

Deno.test("redirectTarget() formats a target of this origin as path, query and fragment", () => {
  const targets: [string | URL, string][] = [
    ["/", "/"],
    ["/notes", "/notes"],
    ["https://own.test/a?b=c#d", "/a?b=c#d"],
    ["HTTPS://OWN.test:443/a", "/a"],
    [new URL("https://own.test/a"), "/a"],
    ["//own.test/a", "/a"],
    ["edit", "/notes/edit"],
    ["?page=3", "/notes/1?page=3"],
    ["#top", "/notes/1?page=2#top"],
    ["", "/notes/1?page=2"],
    ["/поиск?q=é", "/%D0%BF%D0%BE%D0%B8%D1%81%D0%BA?q=%C3%A9"],
    ["/a\x01b", "/a%01b"],
    ["/a\\b", "/a/b"],
    ["/a/../b", "/b"],
    ["https:a", "/notes/a"],
    ["/a%2F%2Fb", "/a%2F%2Fb"],
    ["https://own.test\\@evil.test/", "/@evil.test/"],
  ];
  for (const [to, target] of targets) assertEquals(redirectTarget(to, OWN), target, String(to));
});

Deno.test("redirectTarget() rejects another origin, and the error explains how to allow it", () => {
  for (
    const to of [
      "https://evil.test/",
      "http://own.test/",
      "https://own.test:8443/",
      "//evil.test",
      "https://own.test.evil.test/",
    ]
  ) {
    assertThrows(() => redirectTarget(to, OWN), TypeError, "{ external: true }");
  }
});

Deno.test("redirectTarget() allows another origin with external, by http and https only", () => {
  const external = { external: true };
  assertEquals(redirectTarget("https://other.test/a?b#c", OWN, external), "https://other.test/a?b#c");
  assertEquals(redirectTarget("http://пример.test/é", OWN, external), "http://xn--e1afmkfd.test/%C3%A9");
  assertEquals(redirectTarget("/a", OWN, external), "/a");
  for (
    const to of [
      "javascript:alert(1)",
      "data:text/html,x",
      "ftp://other.test/",
      "blob:https://own.test/1",
      "mailto:a@b",
      "file:///etc/passwd",
    ]
  ) {
    assertThrows(() => redirectTarget(to, OWN, external), TypeError, "its scheme is");
    assertThrows(() => redirectTarget(to, OWN), TypeError, "its scheme is");
  }
  assertThrows(() => redirectTarget("https://user:secret@other.test/", OWN, external), TypeError, "credentials");
  assertThrows(() => redirectTarget("/.//evil.test", OWN, external), TypeError, 'begins with "//"');
});

Deno.test("redirectTarget() rejects a target that is neither string nor URL", () => {
  for (const to of [undefined, null, 1, {}, ["/a"]]) {
    assertThrows(() => redirectTarget(to as unknown as string, OWN), TypeError, "pass a string or a URL");
  }
});

Deno.test("redirectTarget() never leaves the origin and never splits a header, for any code point at any position", () => {
  const everywhere: ((character: string) => string)[] = [
    (c) => `/${c}/evil.test`,
    (c) => `/a${c}b?c${c}#d${c}`,
    (c) => `${c}//evil.test`,
  ];
  const disguises: ((character: string) => string)[] = [
    (c) => c,
    (c) => `/${c}`,
    (c) => `//${c}`,
    (c) => `${c}/evil.test`,
    (c) => `${c}${c}evil.test`,
    (c) => `/.${c}/evil.test`,
    (c) => `/..${c}//evil.test`,
    (c) => `java${c}script:alert(1)`,
    (c) => `${c}javascript:alert(1)`,
    (c) => `https:${c}evil.test`,
    (c) => `https:/${c}/evil.test`,
    (c) => `https://own.test${c}evil.test/`,
    (c) => `https://own.test${c}@evil.test/`,
    (c) => `https://evil${c}test/`,
  ];
  let passed = 0;
  for (let code = 0; code < END; code++) {
    const character = String.fromCharCode(code);
    for (const write of code < 0x500 || code % 16 === 0 ? [...everywhere, ...disguises] : everywhere) {
      const to = write(character);
      let target: string;
      try {
        target = redirectTarget(to, OWN);
      } catch (error) {
        if (error instanceof TypeError && error.message.startsWith("Cannot redirect to ")) continue;
        throw error;
      }
      passed++;
      const fine = /^\/(?![\/\\])[\x21-\x7e]*$/.test(target) && new URL(target, OWN).origin === OWN.origin;
      if (!fine) throw new Error(`${JSON.stringify(to)} became ${JSON.stringify(target)}`);
    }
  }
  assert(passed > END);
});

Deno.test("redirectTarget() does not change its own result", () => {
  fc.assert(fc.property(fc.oneof(fc.webUrl(), fc.webPath(), fc.string({ unit: "binary" })), (text) => {
    let target: string;
    try {
      target = redirectTarget(text, OWN, { external: true });
    } catch (error) {
      return error instanceof TypeError;
    }
    assertEquals(redirectTarget(target, OWN, { external: true }), target);
    return true;
  }));
});

Deno.test("Deno.serve sends headers with every code point after sealHeaders(), and keeps running", async () => {
  const server = new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--allow-net=127.0.0.1", new URL("sink_server.ts", import.meta.url).href],
    stdout: "piped",
  }).spawn();
  try {
    let line = "";
    const lines = server.stdout.pipeThrough(new TextDecoderStream()).getReader();
    while (!line.includes("\n")) line += (await lines.read()).value ?? "\n";
    const ask = (path: string, from: number) =>
      fetch(`http://127.0.0.1:${line.trim()}${path}?from=${from}`, { redirect: "manual" });

    for (let from = 0; from < END; from += BATCH * HEADERS) {
      const texts = Array.from({ length: HEADERS }, (_, at) => batch(from + at * BATCH));
      const headers = await ask("/headers", from);
      await headers.body?.cancel();
      for (const [at, text] of texts.entries()) {
        assertEquals(
          decodeURIComponent(
            headers.headers.get(`x-${at}`)?.replace(/%(?![0-9A-F]{2})|[\x80-\xff]/g, encodeURIComponent) ?? "",
          ),
          text.toWellFormed(),
        );
      }
      assertEquals(await (await ask("/response", from)).text(), "body");

      const redirect = await ask("/redirect", from);
      await redirect.body?.cancel();
      assertMatch(redirect.headers.get("location") ?? "", /^\/p\?q=[\x21-\x7e]+$/);

      const cookies = await ask("/cookies", from);
      await cookies.body?.cancel();
      assertEquals(cookies.headers.getSetCookie().length, HEADERS);

      const events = parseEvents(await (await ask("/events", from)).text());
      assertEquals(events.map(({ data }) => JSON.parse(data).value), texts);
    }
    await lines.cancel();
  } finally {
    server.kill();
    await server.status;
  }
});
