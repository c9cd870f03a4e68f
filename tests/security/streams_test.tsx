/** T20 to T24, T37, T50: streams and their clients. */
import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { action, checkpoint, HyperError, lastCheckpoint, loadJs, redirect, switchTo, toast } from "../../mod.ts";
import { App, EVENTS, eventsOf, parseEvents } from "../support/app.tsx";

const GET = { method: "GET" as const };

/** Reads one chunk of a stream, as text. */
async function readChunk(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<string | null> {
  const { done, value } = await reader.read();
  return done ? null : new TextDecoder().decode(value);
}

function readerOf(response: Response): ReadableStreamDefaultReader<Uint8Array> {
  assert(response.body !== null);
  return response.body.getReader();
}

for (
  const text of [
    '\n\nevent: redirect\ndata: {"url":"//evil.test"}\n\n',
    "\r\revent: x\r\r",
    "\r\n\r\nid: 7\r\n\r\n",
    "\u2028\u2029\u0085",
    "\ufeffevent: x",
    "\nretry: 1\n",
    "\0",
  ]
) {
  Deno.test(`T20: ${JSON.stringify(text)} in any string of any item does not add an event`, async () => {
    const say = action("say", GET, function* () {
      yield toast({ value: text, [text]: text });
      yield { ...checkpoint("a") } as never;
    });
    const all = action("all", () => [toast(text), toast({ message: text })]);
    await using app = new App({ "/": { default: () => "", say, all } });
    const events = await eventsOf(await app.call("all"));
    assertEquals(events.map(({ event, data }) => [event, data]), [
      ["toast", { value: text }],
      ["toast", { message: text }],
      ["end", {}],
    ]);
    // An object that the library has not created is not an item.
    const streamed = await eventsOf(await app.call("say", { method: "GET" }));
    assertEquals(streamed.map(({ event }) => event), ["toast", "error", "end"]);
    app.takeReports();
  });
}

Deno.test("T21: Last-Event-ID is used only if it names a checkpoint of this call", async () => {
  const began: (string | null)[] = [];
  const watch = action("watch", GET, function* (ctx) {
    began.push(lastCheckpoint(ctx, ["one", "two"]));
    yield checkpoint("one");
  });
  await using app = new App({ "/": { default: () => "", watch } });
  const headers = { "x-hyper-request-id": "mine" };
  for (
    const [id, place] of [
      ["mine:checkpoint:one", "one"],
      ["theirs:checkpoint:one", null],
      ["mine:checkpoint:three", null],
      ["mine:checkpoint:constructor", null],
      ["mine:checkpoint:one:checkpoint:two", null],
      ["one", null],
      ["x".repeat(10_000), null],
      ["", null],
    ] as const
  ) {
    await eventsOf(await app.call("watch", { method: "GET", headers: { ...headers, "last-event-id": id } }));
    assertEquals(began.pop(), place, id.slice(0, 40));
  }
});

Deno.test("T21: the guards run again when a stream is resumed", async () => {
  let runs = 0;
  const watch = action("watch", { ...GET, guard: ({ request }) => request.headers.has("x-user") }, function* () {
    runs++;
    yield checkpoint("one");
  });
  await using app = new App({ "/": { default: () => "", watch } });
  const headers = { "x-hyper-request-id": "mine", "last-event-id": "mine:checkpoint:one" };
  const response = await app.call("watch", { method: "GET", headers });
  assertEquals([response.status, runs], [403, 0]);
  await response.body?.cancel();
});

/** An application with an endless stream, and the number of open streams. */
function streaming(options: ConstructorParameters<typeof App>[1] = {}) {
  const state = { open: 0, items: 0, ended: 0 };
  const watch = action("watch", GET, async function* ({ signal }) {
    state.open++;
    try {
      for (;;) {
        yield toast(String(state.items++));
        await new Promise<void>((resolve) => queueMicrotask(resolve));
        if (signal.aborted) return;
      }
    } finally {
      state.open--;
      state.ended++;
    }
  });
  const app = new App({ "/": { default: () => "", watch } }, options);
  const open = (address = "192.0.2.1", headers: Readonly<Record<string, string>> = {}): Promise<Response> =>
    app.handler(
      new Request("http://site.test/", { headers: { accept: EVENTS, "x-hyper-action": "watch", ...headers } }),
      { remoteAddr: { hostname: address } },
    );
  return { app, state, open };
}

Deno.test("T22: the generator of a client that does not read is not asked for a second item", async () => {
  const { app, state, open } = streaming();
  await using _ = app;
  const reader = readerOf(await open());
  for (let turn = 0; turn < 1_000; turn++) await Promise.resolve();
  assertEquals(state.items, 1);
  await readChunk(reader);
  await readChunk(reader);
  assert(state.items <= 3, String(state.items));
  await reader.cancel();
});

Deno.test("T22: a stream above the limit of the principal (6) or of the process is 429, until another stream ends", async () => {
  const { app, state, open } = streaming({ limits: { streams: 9 }, principal: ({ headers }) => headers.get("x-user") });
  await using _ = app;
  const held = [];
  for (let stream = 0; stream < 6; stream++) held.push(readerOf(await open(`192.0.2.${stream}`, { "x-user": "ada" })));
  const seventh = await open("192.0.2.7", { "x-user": "ada" });
  assertEquals([seventh.status, seventh.headers.get("retry-after"), state.open], [429, "10", 6]);
  assertStringIncludes(await seventh.text(), "streamsPerCaller");
  held.push(readerOf(await open("192.0.2.2")), readerOf(await open("192.0.2.3")), readerOf(await open("192.0.2.4")));
  const tenth = await open("192.0.2.5");
  assertEquals([tenth.status, state.open], [429, 9]);
  assertStringIncludes(await tenth.text(), "streams is 9");
  await held.pop()?.cancel();
  // A generator ends when the value that it awaits has arrived.
  for (let turn = 0; turn < 10; turn++) await Promise.resolve();
  held.push(readerOf(await open("192.0.2.4")));
  for (const reader of held) await reader.cancel();
  for (let turn = 0; turn < 10; turn++) await Promise.resolve();
  assertEquals(state.open, 0);
});

Deno.test("T22: all addresses of one IPv6 network count as one address", async () => {
  const { app, open } = streaming({ limits: { streams: 3 } });
  await using _ = app;
  const held = [readerOf(await open("2001:db8::1")), readerOf(await open("2001:db8::2"))];
  const third = await open("2001:db8::3");
  assertEquals(third.status, 429);
  await third.body?.cancel();
  held.push(readerOf(await open("2001:db8:0:1::1")));
  for (const reader of held) await reader.cancel();
});

Deno.test("T23: finally of the generator runs when the client disconnects", async () => {
  const { app, state, open } = streaming();
  await using _ = app;
  const reader = readerOf(await open());
  await readChunk(reader);
  assertEquals(state.open, 1);
  await reader.cancel();
  for (let turn = 0; turn < 10; turn++) await Promise.resolve();
  assertEquals([state.open, state.ended], [0, 1]);
});

Deno.test("T24: disconnect() ends the streams of a principal whose permissions are revoked, and no others", async () => {
  const { app, state, open } = streaming({ principal: (request) => request.headers.get("x-user") });
  await using _ = app;
  const ada = [readerOf(await open("a", { "x-user": "ada" })), readerOf(await open("b", { "x-user": "ada" }))];
  const bob = readerOf(await open("a", { "x-user": "bob" }));
  app.handler.disconnect("ada");
  for (const reader of ada) {
    let last: string | null = "";
    let text = "";
    while ((last = await readChunk(reader)) !== null) text += last;
    // No `end`: the client reconnects, and the guards run again.
    assert(!parseEvents(text).some(({ event }) => event === "end"));
  }
  assertEquals(state.open, 1);
  assertStringIncludes(await readChunk(bob) ?? "", "toast");
  await bob.cancel();
});

Deno.test("T37: a script is loaded from a path or an http URL, and not from a data: or blob: URL", () => {
  for (
    const src of [
      "javascript:alert(1)",
      "java\nscript:alert(1)",
      " javascript:alert(1)",
      "data:text/javascript,alert(1)",
      "blob:https://site.test/0",
      "file:///etc/passwd",
      "http://",
    ]
  ) {
    assertThrows(() => loadJs(src), TypeError, "Cannot load script", src);
  }
  for (const src of ["/a.js", "a.js", "./a.js?v=1", "https://cdn.test/a.js", "//cdn.test/a.js"]) {
    assertEquals(loadJs(src).src, src);
  }
});

Deno.test("T37: a chain of switches ends at the fourth, and the guard of each action runs", async () => {
  const reached: string[] = [];
  const secret = action("secret", { method: "POST", guard: () => false }, () => void reached.push("secret"));
  const start = action("start", () => switchTo(secret, {}));
  await using app = new App({ "/": { default: () => "", start, secret } });
  const events = await eventsOf(await app.call("start"));
  assertEquals(events.map(({ event, data }) => [event, (data as { name?: string }).name]), [[
    "switch_action",
    "secret",
  ]]);
  for (
    const [depth, status] of [["1", 403], ["4", 403], ["5", 400], ["-1", 400], ["1e9", 400], [
      "constructor",
      400,
    ]] as const
  ) {
    const response = await app.call("secret", { headers: { "x-hyper-switch-depth": depth } });
    assertEquals([response.status, reached], [status, []], depth);
    await response.body?.cancel();
  }
});

Deno.test("T50: an error after the first item of a stream is its last event, and is reported once", async () => {
  for (const error of [new Error("broken"), new HyperError(409, "taken"), "a text", null]) {
    const watch = action("watch", GET, async function* () {
      yield toast("one");
      await new Promise((resolve) => setTimeout(resolve, 60));
      throw error;
    });
    await using app = new App({ "/": { default: () => "", watch } });
    const events = await eventsOf(await app.call("watch", { method: "GET" }));
    assertEquals(events.map(({ event }) => event), ["toast", "error", "end"]);
    assertEquals(app.takeReports().length, error instanceof HyperError ? 0 : 1);
  }
});

Deno.test("T50: an error of a stream without a client is only reported", async () => {
  const watch = action("watch", GET, async function* () {
    try {
      yield toast("one");
      await new Promise(() => {});
    } finally {
      await Promise.reject(new Error("while ending"));
    }
  });
  const save = action("save", async function* () {
    yield toast("one");
    await Promise.resolve();
    throw new Error("after it left");
  });
  await using app = new App({ "/": { default: () => "", watch, save } });
  for (const [name, method] of [["watch", "GET"], ["save", "POST"]] as const) {
    const reader = readerOf(await app.call(name, { method }));
    await reader.read();
    await reader.cancel();
    for (let turn = 0; turn < 100; turn++) await Promise.resolve();
  }
  const messages = app.takeReports().map(({ error }) => String(error));
  assert(messages.includes("Error: after it left"), messages.join());
});

Deno.test("T50: a redirect ends its stream, and the generator does not continue", async () => {
  let after = 0;
  const save = action("save", function* () {
    yield redirect("/next");
    after++;
    yield toast("never");
  });
  await using app = new App({ "/": { default: () => "", save } });
  const events = await eventsOf(await app.call("save"));
  assertEquals([events.map(({ event }) => event), after], [["redirect"], 0]);
});
