import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { encodeEvent } from "../../src/protocol/event_stream.ts";
import type { Patch } from "../../src/protocol/patch.ts";
import { parseEvents } from "./parse_events.ts";

Deno.test("encodeEvent() writes one event of one line", () => {
  assertEquals(
    encodeEvent({ event: "patch_html", data: { content: "<p>a\nb</p>", target: "#x", swap: "append" } }),
    'event: patch_html\ndata: {"content":"<p>a\\nb</p>","target":"#x","swap":"append"}\n\n',
  );
  assertEquals(encodeEvent({ event: "end", data: {} }), "event: end\ndata: {}\n\n");
  assertEquals(encodeEvent({ event: "result", data: undefined }), "event: result\ndata: null\n\n");
});

Deno.test("encodeEvent() writes a checkpoint without data, so that a browser dispatches nothing and keeps the id", () => {
  const frame = encodeEvent({ event: "checkpoint", id: "r-1:checkpoint:half" });
  assertEquals(frame, "event: checkpoint\nid: r-1:checkpoint:half\n\n");
  assertEquals(parseEvents(frame + encodeEvent({ event: "end", data: {} })), [{
    event: "end",
    data: "{}",
    id: "r-1:checkpoint:half",
  }]);
});

Deno.test("encodeEvent() throws for an invalid id or event name", () => {
  for (
    const id of [
      "",
      "a",
      "a:checkpoint:",
      ":checkpoint:b",
      "a:checkpoint:b\nevent: evil",
      "a:checkpoint:b\r",
      "a:checkpoint:\0",
      "a b:checkpoint:c",
      "a:checkpoint:b:checkpoint:c",
      `${"x".repeat(129)}:checkpoint:b`,
      `a:checkpoint:${"x".repeat(65)}`,
      "a:checkpoint:-b",
    ]
  ) {
    assertThrows(() => encodeEvent({ event: "checkpoint", id }), TypeError, "Cannot send checkpoint");
  }
  for (const event of ["", "a\nb", "a\rdata: x", "a b", "A", "é", "x".repeat(65)]) {
    assertThrows(() => encodeEvent({ event, data: {} } as unknown as Patch), TypeError, "Cannot send event");
  }
});

Deno.test("encodeEvent() throws for data that JSON cannot represent", () => {
  const cycle: Record<string, unknown> = {};
  cycle.self = cycle;
  assertThrows(() => encodeEvent({ event: "result", data: cycle }), TypeError);
  assertThrows(() => encodeEvent({ event: "result", data: 1n }), TypeError);
});

Deno.test("encodeEvent() encodes any value as one event, which a parser decodes", () => {
  fc.assert(fc.property(fc.jsonValue({ stringUnit: "binary" }), fc.string({ unit: "binary" }), (value, key) => {
    const data = { [key]: value };
    const events = parseEvents(encodeEvent({ event: "result", data }) + encodeEvent({ event: "end", data: {} }));
    assertEquals(events.map(({ event }) => event), ["result", "end"]);
    assertEquals(JSON.parse(events[0]?.data ?? ""), JSON.parse(JSON.stringify(data)));
  }));
  for (let code = 0; code < 0x10000; code++) {
    const frame = encodeEvent({ event: "toast", data: { value: String.fromCharCode(code) } });
    if (/\r|\n(?!data: |\n?$)/.test(frame)) throw new Error(`U+${code.toString(16)} gave ${JSON.stringify(frame)}`);
  }
});
