/** Streams: order, back-pressure, heartbeats, the ways in which they end, and their limits. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import {
  action,
  type DispatchContext,
  type Item,
  RegistryFormActionBackend,
  type StreamClosed,
  toast,
} from "../../mod.ts";
import { App, EVENTS, eventsOf, namesOf, parseEvents } from "../support/app.tsx";
import { stopTime, withinTime } from "../support/clock.ts";

type Maker = (ctx: { readonly signal: AbortSignal }) => AsyncGenerator<Item, void, void> | Generator<Item, void, void>;

/** One generator, as a GET and as a POST, and how its streams ended. */
function streaming(make: Maker, options: ConstructorParameters<typeof App>[1] = {}) {
  const closed: StreamClosed["reason"][] = [];
  const watch = action("watch", { method: "GET" }, (ctx) => make(ctx));
  const work = action("work", (ctx) => make(ctx));
  const app = new App({ "/": { default: () => "", watch, work } }, options);
  app.handler.signals.streamClosed.connect(({ reason }) => void closed.push(reason));
  return { app, closed, open: () => app.call("watch", { method: "GET" }), post: () => app.call("work") };
}

async function readText(reader: ReadableStreamDefaultReader<Uint8Array> | undefined): Promise<string | null> {
  const result = await (reader && withinTime(reader.read()));
  return result?.value === undefined ? null : new TextDecoder().decode(result.value);
}

/** Reads the first item of a stream and disconnects while its generator works on the next one. */
async function leaveWaiting(response: Response | undefined): Promise<void> {
  const reader = response?.body?.getReader();
  await readText(reader);
  const next = readText(reader);
  await reader?.cancel();
  await next;
}

Deno.test("events are sent one by one as they are yielded, in order", async () => {
  const gates = [1, 2].map(() => Promise.withResolvers<void>());
  const { app, open } = streaming(async function* () {
    yield toast(1);
    await gates[0]?.promise;
    yield toast(2);
    await gates[1]?.promise;
  });
  await using _ = app;
  const reader = (await open()).body?.getReader();
  assertStringIncludes(await readText(reader) ?? "", '{"value":1}');
  gates[0]?.resolve();
  assertStringIncludes(await readText(reader) ?? "", '{"value":2}');
  gates[1]?.resolve();
  assertStringIncludes(await readText(reader) ?? "", "event: end");
  assertEquals(await readText(reader), null);
});

Deno.test("a generator of a GET whose client has gone before it starts does not run", async () => {
  let runs = 0;
  const { app } = streaming(function* () {
    runs++;
    yield toast(1);
  });
  await using _ = app;
  for (const [signal, expected] of [[AbortSignal.abort(), 0], [new AbortController().signal, 1]] as const) {
    const response = await app.call("watch", { method: "GET", signal });
    await response.text();
    assertEquals(runs, expected);
  }
});

Deno.test("a client that does not read holds the generator back", async () => {
  let made = 0;
  const { app, open } = streaming(function* () {
    for (; made < 1_000; made++) yield toast("x".repeat(1_000));
  });
  await using _ = app;
  const reader = (await open()).body?.getReader();
  await readText(reader);
  await readText(reader);
  for (let turn = 0; turn < 50; turn++) await Promise.resolve();
  assert(made <= 4, `${made} items were made for two that were read`);
  await reader?.cancel();
});

Deno.test("a client that disconnects ends a GET generator: its finally block runs, and its abort signal is aborted", async () => {
  const steps: string[] = [];
  const over = Promise.withResolvers<void>();
  const { app, closed, open } = streaming(async function* ({ signal }) {
    signal.addEventListener("abort", () => steps.push("aborted"));
    try {
      for (;;) {
        steps.push("item");
        yield toast("x");
        await Promise.resolve();
      }
    } finally {
      steps.push("finally");
      over.resolve();
    }
  });
  await using _ = app;
  const reader = (await open()).body?.getReader();
  await readText(reader);
  await reader?.cancel();
  await over.promise;
  assertEquals([steps.at(0), steps.includes("aborted"), steps.at(-1)], ["item", true, "finally"]);
  assertEquals(closed, ["left"]);
});

Deno.test("a client that disconnects wakes a waiting GET generator through its abort signal", async () => {
  const over = Promise.withResolvers<void>();
  const { app, open } = streaming(async function* ({ signal }) {
    try {
      yield toast("x");
      await new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
    } finally {
      over.resolve();
    }
  });
  await using _ = app;
  const reader = (await open()).body?.getReader();
  await readText(reader);
  const waiting = readText(reader);
  await reader?.cancel();
  await over.promise;
  assertEquals(await waiting, null);
  app.takeReports();
});

Deno.test("a client that disconnects lets a POST generator run to its end, and its abort signal is not aborted", async () => {
  const steps: string[] = [];
  const over = Promise.withResolvers<void>();
  const { app, closed, post } = streaming(async function* ({ signal }) {
    try {
      for (const step of ["a", "b", "c"]) {
        steps.push(step);
        yield toast(step);
        await Promise.resolve();
      }
    } finally {
      steps.push(signal.aborted ? "aborted" : "silent");
      over.resolve();
    }
  });
  await using _ = app;
  const reader = (await post()).body?.getReader();
  await readText(reader);
  await reader?.cancel();
  await over.promise;
  assertEquals([steps, closed], [["a", "b", "c", "silent"], ["left"]]);
});

for (const when of ["before its request is answered", "while its stream opens", "after its stream was opened"]) {
  Deno.test(`a client that disconnects ${when}, and whose response nothing reads or cancels, leaves no timer`, async () => {
    using clock = stopTime();
    const client = new AbortController();
    const { app } = streaming(async function* ({ signal }) {
      if (when === "while its stream opens") client.abort();
      yield toast(1);
      await new Promise((resolve) => signal.aborted ? resolve(null) : signal.addEventListener("abort", resolve));
    });
    const sent = app.request("/?_action=watch", { headers: { accept: EVENTS }, signal: client.signal });
    if (when === "before its request is answered") client.abort();
    await sent;
    await clock.tick(0);
    client.abort();
    await app[Symbol.asyncDispose]();
    await clock.tick(0);
    assertEquals(clock.timers, 0);
  });
}

Deno.test("a client that disconnects before the first item ends the generator as well", async () => {
  const over = Promise.withResolvers<void>();
  const { app, closed, open } = streaming(async function* () {
    try {
      yield toast("x");
      await Promise.resolve();
    } finally {
      over.resolve();
    }
  });
  await using _ = app;
  await (await open()).body?.cancel();
  await over.promise;
  assertEquals(closed, ["left"]);
});

Deno.test("an aborted request aborts the signal of a GET action function, and not that of a POST", async () => {
  for (const [method, told] of [["GET", true], ["POST", false]] as const) {
    const controller = new AbortController();
    const gate = Promise.withResolvers<void>();
    let signal: AbortSignal | null = null;
    const run = action("run", { method }, async (ctx) => {
      signal = ctx.signal;
      controller.abort();
      await gate.promise;
    });
    await using app = new App({ "/": { default: () => "", run } });
    const pending = app.call("run", { method, signal: controller.signal });
    gate.resolve();
    await (await pending).text();
    assertEquals((signal as AbortSignal | null)?.aborted, told);
  }
});

Deno.test("heartbeats are sent in an idle stream, as comments that parsers ignore", async () => {
  using time = stopTime();
  const gate = Promise.withResolvers<void>();
  const { app, open } = streaming(async function* () {
    yield toast("x");
    await gate.promise;
  });
  await using _ = app;
  const reader = (await open()).body?.getReader();
  await readText(reader);
  const beat = readText(reader);
  await time.tick(14_999);
  await time.tick(1);
  const text = await beat ?? "";
  assertEquals([text.startsWith(":"), text.endsWith("\n\n"), parseEvents(text)], [true, true, []]);
  const next = readText(reader);
  gate.resolve();
  assertStringIncludes(await next ?? "", "event: end");
  await reader?.cancel();
  assertEquals(time.timers, 0);
});

Deno.test("heartbeatSeconds sets the interval, and 0 disables heartbeats", async () => {
  using time = stopTime();
  const gate = Promise.withResolvers<void>();
  const make: Maker = async function* () {
    yield toast("x");
    await gate.promise;
  };
  const often = streaming(make, { heartbeatSeconds: 1 });
  const never = streaming(make, { heartbeatSeconds: 0 });
  await using _often = often.app;
  await using _never = never.app;
  const readers = [(await often.open()).body?.getReader(), (await never.open()).body?.getReader()];
  for (const reader of readers) await readText(reader);
  let beats = 0;
  const counting = (async () => {
    for (let text = await readText(readers[0]); text?.startsWith(":"); text = await readText(readers[0])) beats++;
  })();
  const silent = readText(readers[1]);
  for (let second = 0; second < 5; second++) await time.tick(1_000);
  assertEquals(beats, 5);
  gate.resolve();
  await counting;
  assertStringIncludes(await silent ?? "", "event: end");
  for (const reader of readers) await reader?.cancel();
});

Deno.test("a stream that reaches its maximum duration closes without an end event, so that the client reconnects", async () => {
  using time = stopTime();
  const { app, closed, open } = streaming(async function* ({ signal }) {
    yield toast("x");
    await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
  }, { limits: { streamSeconds: 60 }, heartbeatSeconds: 0 });
  await using _ = app;
  const pending = open().then((response) => response.text());
  await time.tick(60_000);
  assertEquals([namesOf(parseEvents(await pending)), closed], [["toast"], ["released"]]);
});

Deno.test("a stream above a limit is 429 with Retry-After and names the limit", async () => {
  const gate = Promise.withResolvers<void>();
  const make: Maker = async function* () {
    yield toast("x");
    await gate.promise;
  };
  for (const [limits, name] of [[{ streamsPerCaller: 2 }, "streamsPerCaller"], [{ streams: 2 }, "streams"]] as const) {
    const { app, open } = streaming(make, { limits, principal: () => name === "streams" ? null : "ada" });
    await using _ = app;
    const held = [await open(), await open()];
    const refused = await open();
    assertEquals([refused.status, refused.headers.has("retry-after"), refused.headers.has("x-hyper-stream")], [
      429,
      true,
      false,
    ]);
    const [error] = await eventsOf(refused);
    const { message, reason } = error?.data as { message: string; reason: string };
    assertEquals(message, "The server is busy. Try again in a moment.");
    assertStringIncludes(reason, `${name} is 2`);
    await leaveWaiting(held[0]);
    // The client has disconnected, and the generator has not ended.
    assertEquals((await open()).status, 429);
    await app.handler.close();
  }
  gate.resolve();
});

Deno.test("the slot of a stream is free again when its generator has ended", async () => {
  const gate = Promise.withResolvers<void>();
  const dispatched = Promise.withResolvers<void>();
  const { app, open } = streaming(async function* () {
    yield toast("x");
    await gate.promise;
  }, { limits: { streams: 1 } });
  await using _ = app;
  app.handler.signals.actionDispatched.connect(() => dispatched.resolve());
  await leaveWaiting(await open());
  assertEquals((await open()).status, 429);
  gate.resolve();
  await dispatched.promise;
  assertEquals(namesOf(await eventsOf(await open())), ["toast", "end"]);
});

Deno.test("streamsPerCaller limits a principal, and an address is limited to its share of all streams", async () => {
  const gate = Promise.withResolvers<void>();
  const watch = action("watch", { method: "GET" }, async function* () {
    yield toast("x");
    await gate.promise;
  });
  await using app = new App({ "/": { default: () => "", watch } }, {
    limits: { streamsPerCaller: 1, streams: 9 },
    principal: (request) => request.headers.get("x-user"),
  });
  const open = async (user: string | null, hostname: string) => {
    const request = new Request("http://site.test/?_action=watch", {
      headers: { accept: "text/event-stream", ...(user === null ? {} : { "x-user": user }) },
    });
    return (await app.handler(request, { remoteAddr: { hostname } })).status;
  };
  assertEquals(await open("ada", "192.0.2.1"), 200);
  assertEquals(await open("ada", "192.0.2.9"), 429);
  const statuses = [];
  for (let count = 0; count < 6; count++) statuses.push(await open(null, "192.0.2.1"));
  assertEquals(statuses, [200, 200, 200, 200, 200, 429]);
  assertEquals(await open(null, "192.0.2.2"), 200);
  await app.handler.close();
  gate.resolve();
});

Deno.test("disconnect() ends the streams of one principal and no others", async () => {
  const watch = action("watch", { method: "GET" }, async function* ({ signal }) {
    yield toast("x");
    await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
  });
  await using app = new App({ "/": { default: () => "", watch } }, {
    principal: (request) => request.headers.get("x-user"),
    heartbeatSeconds: 0,
  });
  const open = async (user: string) => {
    const response = await app.call("watch", { method: "GET", headers: { "x-user": user } });
    const reader = response.body?.getReader();
    await readText(reader);
    return { reader, rest: readText(reader) };
  };
  const ada = await open("ada");
  const bob = await open("bob");
  app.handler.disconnect("ada");
  assertEquals(await ada.rest, null);
  let isOver = false;
  void bob.rest.then(() => isOver = true);
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
  assertEquals(isOver, false);
  await bob.reader?.cancel();
});

Deno.test("close() ends every stream and waits for it, and requests are still answered", async () => {
  const { app, closed, open } = streaming(async function* ({ signal }) {
    yield toast("x");
    await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
  }, { heartbeatSeconds: 0 });
  await using _ = app;
  const readers = [await open(), await open()].map((response) => response.body?.getReader());
  for (const reader of readers) assertStringIncludes(await readText(reader) ?? "", "event: toast");
  const waiting = readText(readers[0]);
  await app.handler.close();
  assertEquals([await waiting, await readText(readers[1])], [null, null]);
  assertEquals(closed, ["released", "released"]);
  assertEquals((await app.open("/")).status, 200);
});

Deno.test("a stream has a header that disables buffering in proxies", async () => {
  const { app, open } = streaming(function* () {
    yield toast("x");
  });
  await using _ = app;
  const response = await open();
  assertEquals([response.headers.get("x-accel-buffering"), response.headers.get("cache-control")], ["no", "no-store"]);
  await response.text();
});

Deno.test("a signal is sent when a stream opens and when it ends, with the reason", async () => {
  const seen: string[] = [];
  let fail = false;
  const { app, open } = streaming(async function* () {
    yield toast("x");
    await Promise.resolve();
    if (fail) throw new Error("broken");
  });
  await using _ = app;
  app.handler.signals.streamOpened.connect(({ actionName }) => void seen.push(`open ${actionName}`));
  app.handler.signals.streamClosed.connect(({ actionName, reason }) => void seen.push(`${reason} ${actionName}`));
  await (await open()).text();
  fail = true;
  await (await open()).text();
  assertEquals(app.takeError().message, "broken");
  assertEquals(seen, ["open watch", "ended watch", "open watch", "failed watch"]);
});

Deno.test("streamClosed has the time for which the stream was open", async () => {
  using time = stopTime();
  const gate = Promise.withResolvers<void>();
  const { app, open } = streaming(async function* () {
    yield toast("x");
    await gate.promise;
  });
  await using _ = app;
  const durations: number[] = [];
  app.handler.signals.streamClosed.connect(({ durationMs }) => void durations.push(durationMs));
  await time.tick(10_000);
  const response = await open();
  await time.tick(1_500);
  gate.resolve();
  await response.text();
  assertEquals(durations, [1_500]);
});

Deno.test("a custom backend can wrap the response of a stream without buffering it", async () => {
  class Wrapping extends RegistryFormActionBackend {
    override async dispatch(request: Request, uid: string, context: DispatchContext): Promise<Response> {
      const response = await super.dispatch(request, uid, context);
      response.headers.set("x-wrapped", "1");
      return response;
    }
  }
  const gate = Promise.withResolvers<void>();
  const { app, open } = streaming(async function* () {
    yield toast("x");
    await gate.promise;
  }, { backends: [new Wrapping()] });
  await using _ = app;
  const response = await open();
  const reader = response.body?.getReader();
  assertEquals(response.headers.get("x-wrapped"), "1");
  assertStringIncludes(await readText(reader) ?? "", "event: toast");
  gate.resolve();
  await reader?.cancel();
});

Deno.test("a client that no longer reads is released: at the maximum duration, by disconnect(), by close()", async () => {
  using time = stopTime();
  const over: string[] = [];
  const watch = action("watch", { method: "GET" }, async function* () {
    try {
      for (;;) {
        yield toast("x");
        await Promise.resolve();
      }
    } finally {
      over.push("finally");
    }
  });
  await using app = new App({ "/": { default: () => "", watch } }, {
    limits: { streamSeconds: 60 },
    principal: () => "ada",
  });
  const open = async () => {
    const reader = (await app.call("watch", { method: "GET" })).body?.getReader();
    await readText(reader);
    return reader;
  };
  const aged = await open();
  await time.tick(60_000);
  assertEquals([over.length, await readText(aged)], [1, null]);
  const cut = await open();
  app.handler.disconnect("ada");
  await time.tick(0);
  assertEquals([over.length, await readText(cut)], [2, null]);
  const closed = await open();
  await app.handler.close();
  await time.tick(0);
  assertEquals([over.length, await readText(closed)], [3, null]);
  assertEquals(time.timers, 0);
});
