import { assertEquals, assertThrows } from "@std/assert";
import { InputError } from "../../src/errors.ts";
import { type Intent, plainIntent, readIntent } from "../../src/actions/intent.ts";

function intent(path: string, headers: Record<string, string> = {}): Intent {
  return readIntent({ headers: new Headers(headers) }, new URL(path, "http://site.test"));
}

/** The headers and the query that name an action. */
function named(path: string, headers: Record<string, string> = {}): unknown[] {
  const found = intent(path, headers);
  if (found.kind === "endpoint") return [found.kind, found.uid];
  return found.kind === "named" ? [found.kind, found.name, found.via] : [found.kind];
}

function assertRefused(status: number, headers: Record<string, string>): void {
  const error = assertThrows(() => intent("/", headers), InputError);
  assertEquals(error.status, status);
}

Deno.test("readIntent() reads the action from the header, else from the query", () => {
  assertEquals(named("/notes"), ["none"]);
  assertEquals(named("/notes?_action=save"), ["named", "save", "query"]);
  assertEquals(named("/notes", { "x-hyper-action": "save" }), ["named", "save", "header"]);
  assertEquals(named("/notes?_action=remove", { "x-hyper-action": "save" }), ["named", "save", "header"]);
  assertEquals(named("/notes?_action=a&_action=b"), ["named", "a", "query"]);
  assertEquals(named("/notes?%5Faction=save"), ["none"]);
});

Deno.test("readIntent() ignores an empty name", () => {
  assertEquals(named("/notes?_action="), ["none"]);
  assertEquals(named("/notes?_action=save", { "x-hyper-action": "" }), ["named", "save", "query"]);
});

Deno.test("readIntent() returns a name unchanged", () => {
  for (const name of ["__proto__", "constructor", "../x", "a b", "x".repeat(5_000)]) {
    assertEquals(named("/", { "x-hyper-action": name }), ["named", name, "header"]);
  }
});

Deno.test("readIntent() reads the UID from the form endpoint unless the header names an action", () => {
  assertEquals(named("/_next/form/0123456789abcdef/"), ["endpoint", "0123456789abcdef"]);
  assertEquals(named("/_next/form/0123456789abcdef"), ["endpoint", "0123456789abcdef"]);
  assertEquals(named("/_next/form/x/?_action=b"), ["endpoint", "x"]);
  assertEquals(named("/_next/form/x/?_action=b", { "x-hyper-action": "a" }), ["named", "a", "header"]);
  for (const path of ["/_next/form/", "/_next/form/a/b/", "/_next/forms/a/", "/x/_next/form/a/", "/_next/form/a//"]) {
    assertEquals(named(path), ["none"], path);
  }
});

Deno.test("readIntent() reads the audience from Accept", () => {
  const audiences: [string | null, Intent["audience"]][] = [
    [null, "document"],
    ["*/*", "document"],
    ["text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8", "document"],
    ["image/png", "document"],
    ["", "document"],
    ["text/*", "document"],
    ["text/event-stream", "runtime"],
    ["Text/Event-Stream", "runtime"],
    ["text/event-stream, */*;q=0.1", "runtime"],
    ["text/event-stream;q=0.5, text/html", "document"],
    ["text/event-stream;q=0, */*", "document"],
    ["text/html, text/event-stream", "document"],
    ["application/json, text/event-stream", "runtime"],
    ["application/json;q=0.9, text/event-stream;q=0.8", "data"],
    ["application/json", "data"],
    ["application/json, text/plain, */*", "data"],
    ["application/*", "data"],
    ["application/json;q=0", "document"],
    ["text/event-stream-x", "document"],
  ];
  for (const [accept, audience] of audiences) {
    assertEquals(intent("/", accept === null ? {} : { accept }).audience, audience, String(accept));
  }
});

Deno.test("readIntent() rejects an Accept header above 2048 characters", () => {
  const longest = "application/json,".padEnd(2_048, "x");
  assertEquals(intent("/", { accept: longest }).audience, "data");
  assertRefused(431, { accept: longest + "x" });
});

Deno.test("readIntent() rejects an invalid request ID", () => {
  assertEquals(intent("/").requestId, null);
  for (const id of ["a", "0af-3.B_c", "x".repeat(128)]) {
    assertEquals(intent("/", { "x-hyper-request-id": id }).requestId, id);
  }
  for (const id of ["", "x".repeat(129), "a b", "a:b", "a,b", "é", "a/b"]) {
    assertRefused(400, { "x-hyper-request-id": id });
  }
});

Deno.test("readIntent() decodes the target and keeps a percent sign that starts no escape", () => {
  const targets: [string, string | null][] = [
    ["#list", "#list"],
    ["%23%D1%81%D0%BF%D0%B8%D1%81%D0%BE%D0%BA", "#список"],
    ['[style="width:50%"]', '[style="width:50%"]'],
    ["", null],
  ];
  for (const [header, target] of targets) assertEquals(intent("/", { "x-hyper-target": header }).target, target);
  assertEquals(intent("/").target, null);
});

Deno.test("readIntent() rejects a target that is not encoded text or too long", () => {
  for (const header of ["#é", "%ff", "#a%0Ab", "%00", "%C2%85"]) assertRefused(400, { "x-hyper-target": header });
  assertEquals(intent("/", { "x-hyper-target": "x".repeat(1_024) }).target?.length, 1_024);
  assertRefused(431, { "x-hyper-target": "x".repeat(1_025) });
});

Deno.test("readIntent() accepts up to four switches", () => {
  assertEquals(intent("/").switchDepth, 0);
  for (const depth of [0, 1, 4]) {
    assertEquals(intent("/", { "x-hyper-switch-depth": String(depth) }).switchDepth, depth);
  }
  for (const depth of ["5", "9999", "99999999999999999999", "-1", "01", "1.0", "1e0", "", "four", "0x1"]) {
    assertRefused(400, { "x-hyper-switch-depth": depth });
  }
});

Deno.test("readIntent() ignores an invalid last event ID", () => {
  const id = "r-1:checkpoint:half";
  assertEquals(intent("/", { "last-event-id": id }).lastEventId, id);
  for (const bad of ["", "a b", "é", "x".repeat(257)]) {
    assertEquals(intent("/", { "last-event-id": bad }).lastEventId, null);
  }
  assertEquals(intent("/").lastEventId, null);
});

Deno.test("readIntent() reads the address bar, and ignores what is not an address of this site", () => {
  const read = (location: string): string | null => intent("/", { "x-hyper-location": location }).location;
  for (const address of ["/", "/items/7?q=a%20b&b", "/?path=C:\\temp", `/?${"x".repeat(4_094)}`]) {
    assertEquals(read(address), address);
  }
  const long = `/?${"x".repeat(4_095)}`;
  for (const bad of ["", "items", "?q=1", "//evil.test/", "https://evil.test/", "/a b", "/\u00e9", "/a, /b", long]) {
    assertEquals(read(bad), null, bad.slice(0, 20));
  }
  assertEquals(intent("/").location, null);
});

Deno.test("plainIntent() reads only the audience", () => {
  const headers = new Headers({
    accept: "text/event-stream",
    "x-hyper-request-id": "not an id",
    "x-hyper-action": "a",
  });
  const expected: Intent = {
    kind: "none",
    audience: "runtime",
    requestId: null,
    target: null,
    switchDepth: 0,
    lastEventId: null,
    location: null,
    regions: null,
    validates: null,
  };
  assertEquals(plainIntent({ headers }), expected);
  assertEquals(plainIntent({ headers: new Headers({ accept: "application/json" }) }).audience, "data");
  assertEquals(plainIntent({ headers: new Headers() }).audience, "document");
});
