/** Instances of several versions on one bus, as while a deployment is under way. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { action, type Bus, createMemoryBus, type HandlerOptions, html, live, toast } from "../../mod.ts";
import { App, parseEvents, type StreamEvent } from "../support/app.tsx";
import { withinTime } from "../support/clock.ts";

/** What other versions and other programs may say, each of which broke something once or would break a stream. */
const OTHERS: readonly unknown[] = [
  // The version before: no number, the same words.
  { kind: "parts", echo: null, parts: [{ event: "toast", data: { value: "old" } }] },
  { kind: "lost" },
  // A version to come.
  { v: 2, kind: "parts", echo: null, parts: [{ event: "animate", data: {} }] },
  { v: 2, kind: "batch", parts: [] },
  // Of this version by its number alone.
  { v: 1, kind: "parts", echo: "two\nlines", parts: [{ event: "toast", data: {} }] },
  { v: 1, kind: "parts", echo: null, parts: [{ event: "Not An Event", data: {} }] },
  { v: 1, kind: "parts", echo: null, parts: [{ event: "patch_html", data: null }] },
  { v: 1, kind: "parts", echo: null, parts: [{ event: "end", data: {} }] },
  // No message at all.
  "text",
  7,
  [],
  {},
];

/** One instance: a page whose state is read when a tab looks at all of it. */
function instance(options: HandlerOptions) {
  const state = { looks: 0 };
  const watch = action(
    "watch",
    { method: "GET" },
    () => live("board", { refresh: () => toast({ look: ++state.looks }) }),
  );
  const app = new App({ "/": { default: () => "home", watch } }, { heartbeatSeconds: 0, ...options });
  return { app, state };
}

class Tab {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  #events: StreamEvent[] = [];
  /** The last place it was told. */
  place = "";

  constructor(response: Response) {
    assert(response.body !== null);
    assertEquals(response.status, 200);
    this.#reader = response.body.getReader();
  }

  /** The next event; `null` when the stream is over. */
  async next(): Promise<StreamEvent | null> {
    while (this.#events.length === 0) {
      const { done, value } = await withinTime(this.#reader.read());
      if (done) return null;
      this.#events = [...parseEvents(new TextDecoder().decode(value))];
    }
    const event = this.#events.shift() ?? null;
    this.place = event?.id ?? this.place;
    return event;
  }

  /** The next event that says something. */
  async nextWord(): Promise<unknown> {
    const event = await this.next();
    return event?.event === "checkpoint" ? await this.nextWord() : event?.data;
  }

  async leave(): Promise<void> {
    await this.#reader.cancel();
  }
}

async function open(app: App, place?: string): Promise<Tab> {
  const headers: Record<string, string> = place === undefined ? {} : { "last-event-id": place };
  return new Tab(await app.call("watch", { method: "GET", headers }));
}

for (const [index, other] of OTHERS.entries()) {
  Deno.test(`A15: a message of another version has every tab look once, and its stream goes on, case ${index}`, async () => {
    const bus = createMemoryBus();
    const { app, state } = instance({ bus });
    await using _ = app;
    const tabs = [await open(app), await open(app)];
    for (const tab of tabs) await tab.nextWord();
    await app.handler.publish("board", toast("before"));
    await bus.publish("board", other);
    await app.handler.publish("board", toast("after"));
    for (const [index, tab] of tabs.entries()) {
      assertEquals(await tab.nextWord(), { value: "before" });
      assertEquals(await tab.nextWord(), { look: 3 + index });
      assertEquals(await tab.nextWord(), { value: "after" });
    }
    assertEquals(state.looks, 4);
    for (const tab of tabs) await tab.leave();
    assertStringIncludes(app.console.splice(0).join("\n"), 'Cannot read a message of topic "board"');
  });
}

Deno.test("A15: a tab that comes back from before a message of another version looks once, and is then past it", async () => {
  const bus = createMemoryBus();
  const { app, state } = instance({ bus });
  await using _ = app;
  const tab = await open(app);
  await tab.nextWord();
  await app.handler.publish("board", toast("before"));
  await tab.nextWord();
  await tab.leave();
  for (const other of OTHERS) await bus.publish("board", other);
  const { looks } = state;
  const back = await open(app, tab.place);
  // They wait together, and one look stands for all of them.
  assertEquals(await back.nextWord(), { look: looks + 1 });
  const past = back.place;
  assert(past !== tab.place);
  await back.leave();
  await app.handler.publish("board", toast("after"));
  const again = await open(app, past);
  assertEquals(await again.nextWord(), { value: "after" });
  assertEquals(state.looks, looks + 1);
  await again.leave();
  app.console.splice(0);
});

Deno.test("A15: messages of another version are reported once for a topic, not once each", async () => {
  const bus = createMemoryBus();
  const { app } = instance({ bus });
  await using _ = app;
  const tab = await open(app);
  await tab.nextWord();
  for (const other of OTHERS) {
    await bus.publish("board", other);
    await tab.nextWord();
  }
  assertEquals(app.console.splice(0).filter((line) => line.includes("Cannot read a message")).length, 1);
  await tab.leave();
});

Deno.test("A15: a bus whose cursors no event could carry costs a look with each stream, and ends none", async () => {
  const memory = createMemoryBus();
  const bus: Bus = {
    publish: (topic, message) => memory.publish(topic, message),
    subscribe: (topic, listener, options) =>
      memory.subscribe(topic, ({ message }) => listener({ cursor: "not a cursor\n", message }), options),
  };
  const { app } = instance({ bus });
  await using _ = app;
  const tab = await open(app);
  await tab.nextWord();
  await app.handler.publish("board", html("text", { target: "#a" }));
  assertEquals(await tab.nextWord(), { content: "text", target: "#a" });
  await app.handler.publish("board", toast("next"));
  assertEquals(await tab.nextWord(), { value: "next" });
  await tab.leave();
});

Deno.test("A15: a place of another version, or of none, is a beginning", async () => {
  const { app } = instance({});
  await using _ = app;
  for (
    const place of [
      "live:v2:board.7",
      "live:",
      "7-0",
      "r1:checkpoint:half",
      "live:0123456789ab.x",
      "\u00e9",
      "x".repeat(5_000),
    ]
  ) {
    const tab = await open(app, place);
    assertEquals((await tab.next())?.event, "toast", place.slice(0, 20));
    await app.handler.publish("board", toast("news"));
    assertEquals(await tab.nextWord(), { value: "news" });
    await tab.leave();
  }
});
