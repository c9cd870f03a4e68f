import { assertEquals } from "@std/assert";
import { echoOf, type LiveMessage, placesOf, readMessage, stepsOf, writeMessage } from "../../src/live/message.ts";

Deno.test("echoOf() returns half of an id of 32 characters, and null for a shorter one", () => {
  assertEquals(echoOf("0123456789abcdef0123456789abcdef"), "0123456789abcdef");
  assertEquals(echoOf("0123456789abcdef0123456789abcde"), null);
  assertEquals(echoOf(null), null);
});

Deno.test("readMessage() decodes messages of writeMessage() with each kind of part", () => {
  const messages: LiveMessage[] = [
    { kind: "lost" },
    { kind: "parts", echo: null, parts: [] },
    {
      kind: "parts",
      echo: "abc",
      parts: [
        { refresh: null },
        { refresh: "#a" },
        { event: "patch_html", data: { content: "<b></b>", target: "#b", swap: "inner", focus: "preserve" } },
        { event: "patch_signals", data: { count: 1 } },
        { event: "toast", data: { value: 1 } },
        { event: "dispatch_event", data: { name: "saved", payload: null, target: "#c" } },
        { event: "redirect", data: { url: "/" } },
        { event: "history", data: { push_url: "/a" } },
        { event: "history", data: { replace_url: "/b" } },
        { event: "load_js", data: { src: "/a.js" } },
        { event: "switch_action", data: { name: "next", data: {}, method: "GET", url: "/c" } },
      ],
    },
  ];
  for (const message of messages) assertEquals(readMessage(JSON.parse(JSON.stringify(writeMessage(message)))), message);
});

Deno.test("A15: readMessage() returns null for a message of another version or shape", () => {
  const parts = (...parts: unknown[]) => ({ v: 1, kind: "parts", echo: null, parts });
  for (
    const value of [
      undefined,
      null,
      "text",
      [],
      {},
      { kind: "lost" },
      { v: 0, kind: "lost" },
      { v: 2, kind: "lost" },
      { v: "1", kind: "lost" },
      { v: 1, kind: "other" },
      { v: 1, kind: "parts", parts: [] },
      { v: 1, kind: "parts", echo: 1, parts: [] },
      // The encoder of events would throw for this echo.
      { v: 1, kind: "parts", echo: "a\nb", parts: [] },
      { v: 1, kind: "parts", echo: null, parts: {} },
      parts(null),
      parts({ event: "toast" }),
      parts({ event: "toast", data: "text" }),
      parts({ event: "toast", data: [] }),
      parts({ event: "toast", data: {} }, { event: "animate", data: {} }),
      parts({ event: "constructor", data: {} }),
      parts({ event: "bad name", data: {} }),
      parts({ event: "checkpoint", data: null, id: "a" }),
      // Ends of a call, which are never published.
      parts({ event: "end", data: {} }),
      parts({ event: "result", data: 1 }),
      parts({ event: "error", data: { status: 500, message: "" } }),
      parts({ event: "patch_html", data: {} }),
      parts({ event: "patch_html", data: { content: 1 } }),
      parts({ event: "patch_html", data: { content: "", swap: "fade" } }),
      parts({ event: "patch_html", data: { content: "", target: 1 } }),
      parts({ event: "patch_html", data: { content: "", select: 1 } }),
      parts({ event: "dispatch_event", data: { payload: 1 } }),
      parts({ event: "dispatch_event", data: { name: "a", target: 1 } }),
      parts({ event: "redirect", data: {} }),
      parts({ event: "history", data: {} }),
      parts({ event: "load_js", data: { src: null } }),
      parts({ event: "switch_action", data: { name: "a", data: {}, method: "PUT" } }),
      parts({ event: "switch_action", data: { name: "a", data: null, method: "GET" } }),
      parts({ refresh: 1 }),
    ]
  ) assertEquals(readMessage(value), null, JSON.stringify(value));
});

Deno.test("A15: readMessage() drops all other members of a patch", () => {
  const part = { event: "toast", data: { value: 1 }, id: "bad id", echo: "\n", share: "\n", batch: [1] };
  assertEquals(readMessage({ v: 1, kind: "parts", echo: null, parts: [part] }), {
    kind: "parts",
    echo: null,
    parts: [{ event: "toast", data: { value: 1 } }],
  });
});

Deno.test("stepsOf() sets the position on the last step, and the mark of the call on each", () => {
  const parts = [{ event: "toast", data: { value: 1 } }, { refresh: "#a" }] as const;
  assertEquals(stepsOf({ kind: "parts", echo: "abc", parts }, "live:x.1"), [
    { kind: "patch", patch: { event: "toast", data: { value: 1 }, echo: "abc" } },
    { kind: "refresh", selector: "#a", marks: { echo: "abc", id: "live:x.1" } },
  ]);
});

Deno.test("stepsOf() returns a refresh of the whole state for a lost message", () => {
  assertEquals(stepsOf({ kind: "lost" }, "live:x.1"), [{ kind: "catchUp", marks: { id: "live:x.1" } }]);
});

Deno.test("placesOf() reads cursors of its own topic only", () => {
  const [board, other] = [placesOf("board"), placesOf("other")];
  assertEquals(board.cursorOf(board.idOf("7-0") ?? null), "7-0");
  assertEquals(other.cursorOf(board.idOf("7-0") ?? null), null);
  assertEquals([board.cursorOf(null), board.cursorOf("live:"), board.cursorOf("7-0")], [null, null, null]);
});

Deno.test("placesOf() returns undefined for a cursor that an event cannot contain", () => {
  for (const cursor of ["a b", "a\nb", "\u00e9", "x".repeat(251)]) {
    assertEquals(placesOf("board").idOf(cursor), undefined);
  }
});
