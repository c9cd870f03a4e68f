import { assertEquals, assertThrows } from "@std/assert";
import { echoOf, type LiveMessage, placesOf, readMessage, stepsOf } from "../../src/live/message.ts";

Deno.test("echoOf() shows half of an id of 32 characters, and nothing of a shorter one", () => {
  assertEquals(echoOf("0123456789abcdef0123456789abcdef"), "0123456789abcdef");
  assertEquals(echoOf("0123456789abcdef0123456789abcde"), null);
  assertEquals(echoOf(null), null);
});

Deno.test("readMessage() gives back what was published", () => {
  const messages: LiveMessage[] = [
    { kind: "lost" },
    { kind: "parts", echo: null, parts: [] },
    {
      kind: "parts",
      echo: "abc",
      parts: [{ event: "toast", data: { value: 1 } }, { refresh: null }, { refresh: "#a" }],
    },
  ];
  for (const message of messages) assertEquals(readMessage(JSON.parse(JSON.stringify(message))), message);
});

Deno.test("readMessage() refuses what is no message", () => {
  for (
    const value of [
      null,
      "text",
      {},
      { kind: "other" },
      { kind: "parts", parts: [] },
      { kind: "parts", echo: 1, parts: [] },
      { kind: "parts", echo: null, parts: {} },
      { kind: "parts", echo: null, parts: [null] },
      { kind: "parts", echo: null, parts: [{ event: "toast" }] },
      { kind: "parts", echo: null, parts: [{ event: "checkpoint", data: null, id: "a" }] },
      { kind: "parts", echo: null, parts: [{ refresh: 1 }] },
    ]
  ) assertThrows(() => readMessage(value), TypeError, "no message of a topic", JSON.stringify(value));
});

Deno.test("stepsOf() puts the place on the last step alone, and the mark of the call on each", () => {
  const parts = [{ event: "toast", data: { value: 1 } }, { refresh: "#a" }] as const;
  assertEquals(stepsOf({ kind: "parts", echo: "abc", parts }, "live:x.1"), [
    { kind: "patch", patch: { event: "toast", data: { value: 1 }, echo: "abc" } },
    { kind: "refresh", selector: "#a", marks: { echo: "abc", id: "live:x.1" } },
  ]);
});

Deno.test("stepsOf() of what was lost is a look at the whole state", () => {
  assertEquals(stepsOf({ kind: "lost" }, "live:x.1"), [{ kind: "catchUp", marks: { id: "live:x.1" } }]);
});

Deno.test("placesOf() gives a cursor back to its own topic, and to no other", () => {
  const [board, other] = [placesOf("board"), placesOf("other")];
  assertEquals(board.cursorOf(board.idOf("7-0")), "7-0");
  assertEquals(other.cursorOf(board.idOf("7-0")), null);
  assertEquals([board.cursorOf(null), board.cursorOf("live:"), board.cursorOf("7-0")], [null, null, null]);
});
