import { assertEquals, assertThrows } from "@std/assert";
import {
  type Answer,
  dataOf,
  failureOf,
  isCheckpointOf,
  isLost,
  isStream,
  redirectUrl,
} from "../../src/protocol/answer.ts";
import { own } from "../../src/protocol/wire.ts";

const answerOf = (status: number, type: string | null): Response => {
  const response = new Response("", { status });
  if (type === null) response.headers.delete("content-type");
  else response.headers.set("content-type", type);
  return response;
};

const WORDS: readonly [type: string | null, data: unknown, message: string][] = [
  ["text/plain", "Not yours", "Not yours"],
  ["Text/Plain;charset=UTF-8", "Not yours", "Not yours"],
  ["application/json", "Not yours", "Not yours"],
  ["application/problem+json", { title: "Forbidden", detail: "Not yours" }, "Not yours"],
  ["application/problem+json", { title: "Forbidden" }, "Forbidden"],
  ["application/json", { other: 1 }, ""],
  ["application/json", null, ""],
  ["text/plain", null, ""],
  ["application/xml", "<no/>", ""],
  ["text/html", null, ""],
  ["text/csv", "a,b", ""],
  [null, "Not yours", ""],
  ["text/plain", "x".repeat(1_001), "x".repeat(1_000)],
];

for (const [type, data, message] of WORDS) {
  Deno.test(`failureOf() reads the message "${message.slice(0, 20)}" of ${type}: ${JSON.stringify(data)?.slice(0, 40)}`, () => {
    assertEquals(failureOf(answerOf(403, type), data).message, message);
  });
}

Deno.test("own() returns the own properties of objects and none of other values", () => {
  assertEquals({ ...own({ a: 1, length: 2 }) }, { a: 1, length: 2 });
  for (const value of ["text", ["x"], "", null, undefined, 1, true]) assertEquals(Reflect.ownKeys(own(value)), []);
});

const PAGE = new URL("https://site.test/notes/1");

Deno.test("redirectUrl() leads to this site, or to another one if the server marks it as external", () => {
  const cases: [data: Record<string, unknown>, url: string | null][] = [
    [{ url: "/a" }, "https://site.test/a"],
    [{ url: "2#x" }, "https://site.test/notes/2#x"],
    [{ url: "https://site.test/b" }, "https://site.test/b"],
    [{ url: "https://other.test/" }, null],
    [{ url: "https://other.test/", external: true }, "https://other.test/"],
    [{ url: "https://other.test/", external: false }, null],
    [{ url: "https://other.test/", external: "true" }, null],
    [{ url: "https://other.test/", external: 1 }, null],
    [{ url: "https://other.test/", external: {} }, null],
    [{ url: "http://site.test/" }, null],
    [{ url: "//other.test/" }, null],
    [{ url: "javascript:alert(1)", external: true }, null],
    [{ url: "data:text/html,x", external: true }, null],
    [{ url: "https://", external: true }, null],
    [{ url: 7, external: true }, null],
    [{}, null],
  ];
  for (const [data, expected] of cases) {
    assertEquals(redirectUrl(own(data), PAGE)?.href ?? null, expected, JSON.stringify(data));
  }
});

function answer(status: number, headers: Record<string, string> = {}, url = ""): Answer {
  const body = status === 204 ? null : "x";
  return Object.defineProperty(new Response(body, { status, headers }), "url", { value: url });
}

Deno.test("isLost() is true for a response of another site, and for one of a proxy without a server while a stream is open", () => {
  const url = "https://site.test/notes";
  const cases: [answer: Answer, wasOpen: boolean, lost: boolean][] = [
    [answer(200), true, false],
    [answer(500), true, false],
    [answer(501), true, false],
    [answer(502), true, true],
    [answer(502), false, false],
    [answer(503, { "content-type": "text/event-stream" }), true, false],
    [answer(429, { "retry-after": "1" }), true, true],
    [answer(429, { "retry-after": "1" }), false, false],
    [answer(200, {}, "https://portal.test/"), false, true],
    [answer(200, { "content-type": "text/html" }, "https://portal.test/"), false, false],
    [answer(200, {}, "https://site.test/other"), false, false],
  ];
  for (const [index, [each, wasOpen, expected]] of cases.entries()) {
    assertEquals(Boolean(isLost(each, url, wasOpen)), expected, `case ${index}`);
  }
});

Deno.test("isStream() is true for an event stream that is not a download, in any letter case", () => {
  assertEquals(isStream(answer(200, { "content-type": "Text/Event-Stream; charset=utf-8" })), true);
  assertEquals(isStream(answer(200, { "content-type": "text/html" })), false);
  assertEquals(isStream(answer(200)), false);
  const download = { "content-type": "text/event-stream", "content-disposition": "attachment" };
  assertEquals(isStream(answer(200, download)), false);
});

Deno.test("dataOf() returns parsed JSON, unchanged text, and nothing for an error page", () => {
  assertEquals(dataOf(answer(200, { "content-type": "application/json" }), '{"a":1}'), { a: 1 });
  assertEquals(dataOf(answer(400, { "content-type": "application/problem+json" }), '{"a":1}'), { a: 1 });
  assertEquals(dataOf(answer(200, { "content-type": "text/plain; note=json" }), '{"a":1}'), '{"a":1}');
  assertThrows(() => dataOf(answer(200, { "content-type": "application/json" }), "<p>"), SyntaxError);
  assertEquals(dataOf(answer(200, { "content-type": "text/html" }), "<p>"), "<p>");
  assertEquals(dataOf(answer(500, { "content-type": "text/html" }), "<p>"), null);
  assertEquals(dataOf(answer(204), ""), null);
});

Deno.test("isCheckpointOf() is true for a checkpoint of this call only", () => {
  for (
    const [event, mark, expected] of [
      ["checkpoint", "id-1:checkpoint:half", true],
      ["checkpoint", "id-1:checkpoint:half.2-b", true],
      ["checkpoint", "id-2:checkpoint:half", false],
      ["checkpoint", "id-1:checkpoint:", false],
      ["checkpoint", "id-1:checkpoint:a b", false],
      ["checkpoint", "an-id-1:checkpoint:half", false],
      ["toast", "id-1:checkpoint:half", false],
    ] as const
  ) {
    assertEquals(Boolean(isCheckpointOf("id-1", event, mark)), expected, `${event} ${mark}`);
  }
});
