import { assertEquals, assertRejects } from "@std/assert";
import { readEvents, type WireEvent } from "../../src/testing/events.ts";

/** The events of a body that comes in these pieces. */
async function read(...pieces: readonly string[]): Promise<WireEvent[]> {
  return await Array.fromAsync(readEvents(bodyOf(pieces), new AbortController().signal));
}

function bodyOf(pieces: readonly string[], onCancel: () => void = () => {}): ReadableStream<Uint8Array> {
  const rest = pieces.map((piece) => new TextEncoder().encode(piece));
  return new ReadableStream({
    pull(controller) {
      const piece = rest.shift();
      if (piece === undefined) controller.close();
      else controller.enqueue(piece);
    },
    cancel: onCancel,
  }, { highWaterMark: 0 });
}

const none = { data: null, id: null, echo: null };

Deno.test("readEvents() gives name, parsed data, id and echo, and message where no name is", async () => {
  assertEquals(await read('event: toast\ndata: {"a":1}\nid: live:x.1\necho: tab\n\ndata: 2\n\n'), [
    { event: "toast", data: { a: 1 }, id: "live:x.1", echo: "tab" },
    { ...none, event: "message", data: 2 },
  ]);
});

Deno.test("readEvents() skips comments and what follows the last blank line", async () => {
  assertEquals(await read(": heartbeat\n\nevent: a\n: note\n\nevent: b\n"), [{ ...none, event: "a" }]);
});

Deno.test("readEvents() reads the same at every cut, with each kind of newline", async () => {
  for (const newline of ["\n", "\r\n", "\r"]) {
    const text = ["event: a", 'data: "ü😀"', "", "event: b", "data:1", "", ""].join(newline) + ": end\n";
    for (let at = 0; at <= text.length; at++) {
      const events = await read(text.slice(0, at), text.slice(at));
      const expected = [{ ...none, event: "a", data: "ü😀" }, { ...none, event: "b", data: 1 }];
      // A surrogate pair cannot be encoded in halves; a byte sequence can be cut, which is tested below.
      if (!/[\ud800-\udbff]$/.test(text.slice(0, at))) {
        assertEquals(events, expected, `${JSON.stringify(newline)} ${at}`);
      }
    }
  }
});

Deno.test("readEvents() reads a character that comes in two pieces", async () => {
  const bytes = new TextEncoder().encode('data: "😀"\n\n');
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const byte of bytes) controller.enqueue(Uint8Array.of(byte));
      controller.close();
    },
  });
  const events = await Array.fromAsync(readEvents(body, new AbortController().signal));
  assertEquals(events.map(({ data }) => data), ["😀"]);
});

Deno.test("readEvents() fails where data is no JSON", async () => {
  await assertRejects(() => read("data: {\n\n"), SyntaxError);
});

Deno.test("readEvents() cancels the body when its reader leaves, and when the signal says so", async () => {
  let cancelled = 0;
  const pieces = ["event: a\n\n", "event: b\n\n"];
  for await (const _ of readEvents(bodyOf(pieces, () => cancelled++), new AbortController().signal)) break;
  assertEquals(cancelled, 1);
  const controller = new AbortController();
  const events = readEvents(bodyOf(pieces, () => cancelled++), controller.signal);
  await events.next();
  controller.abort();
  assertEquals([await events.next(), cancelled], [{ done: true, value: undefined }, 2]);
});
