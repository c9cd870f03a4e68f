import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import fc from "fast-check";
import { createParser, MAX_EVENT_CHARS, readBlocks, type StreamBlock } from "../../src/protocol/event_stream.ts";
import "../support/time_limit.ts";

/** Returns the events that a parser finds in these chunks. */
function parse(...pieces: string[]): StreamBlock[] {
  return pieces.flatMap(createParser());
}

function block(fields: Partial<StreamBlock>): StreamBlock {
  return { event: "message", ...fields };
}

/** A body with these bytes, split at these lengths. */
function body(bytes: Uint8Array<ArrayBuffer>, ...cuts: number[]): ReadableStream<Uint8Array<ArrayBuffer>> {
  return ReadableStream.from([0, ...cuts].map((from, at) => bytes.slice(from, cuts[at] ?? bytes.length)));
}

const SAMPLE =
  'event: patch_html\ndata: {"content":"Grüße 👋"}\n\n: heartbeat\n\nid: 7\nretry: 250\ndata: a\ndata: b\n\n';
const SAMPLE_BLOCKS = [
  block({ event: "patch_html", data: '{"content":"Grüße 👋"}' }),
  block({}),
  block({ id: "7", retry: "250", data: "a\nb" }),
];

const CASES: readonly [name: string, text: string, blocks: readonly StreamBlock[]][] = [
  ["reads an event with data", "event: a\ndata: 1\n\n", [block({ event: "a", data: "1" })]],
  ["joins lines of data", "data: 1\ndata: 2\n\n", [block({ data: "1\n2" })]],
  ["keeps empty lines of data", "data:\ndata:\n\n", [block({ data: "\n" })]],
  ["takes one space from a value", "data:  1\n\n", [block({ data: " 1" })]],
  ["reads a value without a space", "data:1\n\n", [block({ data: "1" })]],
  ["keeps colons of a value", "data: a:b: c\n\n", [block({ data: "a:b: c" })]],
  ["reads a field without a colon as empty", "data\n\n", [block({ data: "" })]],
  ["takes the last event name", "event: a\nevent: b\ndata: 1\n\n", [block({ event: "b", data: "1" })]],
  ["takes an empty event name for message", "event:\ndata: 1\n\n", [block({ data: "1" })]],
  ["leaves other fields out", "other: 1\ndata: 2\n Data: 3\nagain: 4\n\n", [block({ data: "2" })]],
  ["leaves a data line within a value alone", "data: event: x\n\n", [block({ data: "event: x" })]],
  ["tells a comment as an empty block", ": heartbeat\n\n", [block({})]],
  ["tells nothing of blank lines alone", "\n\n\r\n\r\r", []],
  ["leaves out an id with NUL", "id: a\0b\ndata: 1\n\n", [block({ data: "1" })]],
  ["takes an empty id", "id\ndata: 1\n\n", [block({ id: "", data: "1" })]],
  ["leaves out a retry that is no number", "retry: 1s\nretry: -1\nretry: 1.5\n\n", [block({})]],
  ["starts anew after a blank line", "event: a\nid: 1\n\ndata: 1\n\n", [
    block({ event: "a", id: "1" }),
    block({ data: "1" }),
  ]],
  ["drops what follows the last blank line", "data: 1\n\ndata: 2\n", [block({ data: "1" })]],
  ["keeps U+2028 and NEL inside a line", "data: a\u2028b\u0085c\n\n", [block({ data: "a\u2028b\u0085c" })]],
  ["reads a mark in the middle as text", "data: \ufeff1\n\n", [block({ data: "\ufeff1" })]],
];

for (const [name, text, blocks] of CASES) {
  Deno.test(`createParser() ${name}`, () => assertEquals(parse(text), blocks));
}

for (const [name, newline] of [["LF", "\n"], ["CR", "\r"], ["CRLF", "\r\n"]] as const) {
  Deno.test(`createParser() returns the same events for every split of ${name}`, () => {
    const text = SAMPLE.replaceAll("\n", newline);
    for (let at = 0; at <= text.length; at++) {
      assertEquals(parse(text.slice(0, at), text.slice(at)), SAMPLE_BLOCKS, `split at ${at}`);
    }
    assertEquals(parse(...text), SAMPLE_BLOCKS);
  });
}

Deno.test("createParser() returns an event at the CR that ends it, without waiting for an LF", () => {
  assertEquals(parse("data: 1\r\n\r"), [block({ data: "1" })]);
});

Deno.test("createParser() treats CR LF as one line end, also across an empty chunk", () => {
  assertEquals(parse("data: 1\r", "", "\ndata: 2\r\n\r\n"), [block({ data: "1\n2" })]);
});

Deno.test("createParser() agrees with a parser of the whole text, for any split", () => {
  const line = fc.constantFrom("data: a", "data:", "event: e", "id: 1", "retry: 5", ": c", "x", "data: ü👋", "");
  const end = fc.constantFrom("\n", "\r", "\r\n");
  const text = fc.array(fc.tuple(line, end), { maxLength: 20 }).map((lines) => lines.flat().join(""));
  fc.assert(fc.property(text, fc.array(fc.nat(200), { maxLength: 6 }), (text, cuts) => {
    const sorted = cuts.map((cut) => cut % (text.length + 1)).sort((a, b) => a - b);
    const pieces = [0, ...sorted].map((from, at) => text.slice(from, sorted[at] ?? text.length));
    assertEquals(parse(...pieces), parse(text));
  }));
});

Deno.test("createParser() accepts an event of the maximum length and rejects a longer one", () => {
  const push = createParser(10);
  assertEquals(push("data: 1234\n\n"), [block({ data: "1234" })]);
  assertThrows(() => push("data: 12345\n\n"), RangeError, "exceeds 10");
});

Deno.test("createParser() counts all lines of an event, and none of the previous event", () => {
  const push = createParser(16);
  push("data: 12\ndata: 34\n\n");
  push("data: 12\ndata: 34\n\n");
  assertThrows(() => push("data: 12\ndata: 345\n\n"), RangeError);
});

Deno.test("createParser() takes linear time for a long line in small chunks", () => {
  const push = createParser();
  const piece = "x".repeat(64);
  const started = performance.now();
  push("data: ");
  for (let at = 0; at < 2 ** 17; at++) push(piece);
  // Eight million characters. A parser that scans the whole line again for each chunk needs minutes.
  assertEquals(performance.now() - started < 5000, true);
});

Deno.test("MAX_EVENT_CHARS is 16 Mi", () => assertEquals(MAX_EVENT_CHARS, 2 ** 24));

Deno.test("readBlocks() returns the same for every split of the bytes", async () => {
  const bytes = new TextEncoder().encode(SAMPLE);
  for (let at = 0; at <= bytes.length; at++) {
    assertEquals(await Array.fromAsync(readBlocks(body(bytes, at))), SAMPLE_BLOCKS, `split at ${at}`);
  }
});

Deno.test("readBlocks() drops a byte order mark, whole or split", async () => {
  const bytes = new TextEncoder().encode("\ufeffdata: 1\n\n");
  for (const at of [0, 1, 2, 3]) {
    assertEquals(await Array.fromAsync(readBlocks(body(bytes, at))), [block({ data: "1" })]);
  }
});

Deno.test("readBlocks() decodes invalid UTF-8 to replacement characters", async () => {
  const bytes = new Uint8Array([...new TextEncoder().encode("data: "), 0xc3, 0x0a, 0x0a]);
  assertEquals(await Array.fromAsync(readBlocks(body(bytes))), [block({ data: "\ufffd" })]);
});

Deno.test("readBlocks() yields the events before the body fails, then throws the error", async () => {
  let pulled = 0;
  const failing = new ReadableStream<Uint8Array<ArrayBuffer>>({
    pull: (controller) => {
      if (pulled++) controller.error(new TypeError("reset"));
      else controller.enqueue(new TextEncoder().encode("data: 1\n\ndata: 2\n"));
    },
  }, { highWaterMark: 0 });
  const seen: StreamBlock[] = [];
  await assertRejects(
    async () => {
      for await (const block of readBlocks(failing)) seen.push(block);
    },
    TypeError,
    "reset",
  );
  assertEquals(seen, [block({ data: "1" })]);
});

Deno.test("readBlocks() cancels the body when its loop ends early", async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const endless = new ReadableStream<Uint8Array<ArrayBuffer>>({
    pull: (controller) => controller.enqueue(new TextEncoder().encode("data: 1\n\n")),
    cancel: () => resolve(),
  });
  for await (const _ of readBlocks(endless)) break;
  await promise;
});
