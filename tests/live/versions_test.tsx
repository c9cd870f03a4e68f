/** Instances of several versions on one bus, as during a deployment. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { action, type Bus, createMemoryBus, type HandlerOptions, html, live, toast } from "../../mod.ts";
import { App, parseEvents, type StreamEvent } from "../support/app.tsx";
import { withinTime } from "../support/clock.ts";

/** Messages of other versions and other programs. Each of them broke something once, or would break a stream. */
const OTHERS: readonly unknown[] = [
  // An earlier version: the same members, without a version.
  { kind: "parts", echo: null, parts: [{ event: "toast", data: { value: "old" } }] },
  { kind: "lost" },
  // A later version.
  { v: 2, kind: "parts", echo: null, parts: [{ event: "animate", data: {} }] },
  { v: 2, kind: "batch", parts: [] },
  // The version of this one, with invalid members.
  { v: 1, kind: "parts", echo: "two\nlines", parts: [{ event: "toast", data: {} }] },
  { v: 1, kind: "parts", echo: null, parts: [{ event: "Not An Event", data: {} }] },
  { v: 1, kind: "parts", echo: null, parts: [{ event: "patch_html", data: null }] },
  { v: 1, kind: "parts", echo: null, parts: [{ event: "end", data: {} }] },
  // Not a message.
  "text",
  7,
  [],
  {},
];

/** An instance with a page that counts how often tabs refresh the whole state. */
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
  /** Last position that it received. */
  place = "";

  constructor(response: Response) {
    assert(response.body !== null);
    assertEquals(response.status, 200);
    this.#reader = response.body.getReader();
  }

  /** Returns the next event; `null` at the end of the stream. */
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

  /** Returns the data of the next event except checkpoints. */
  async nextData(): Promise<unknown> {
    const event = await this.next();
    return event?.event === "checkpoint" ? await this.nextData() : event?.data;
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
  Deno.test(`A15: a message of another version makes every tab refresh once, and its stream continues, case ${index}`, async () => {
    const bus = createMemoryBus();
    const { app, state } = instance({ bus });
    await using _ = app;
    const tabs = [await open(app), await open(app)];
    for (const tab of tabs) await tab.nextData();
    await app.handler.publish("board", toast("before"));
    await bus.publish("board", other);
    await app.handler.publish("board", toast("after"));
    for (const [index, tab] of tabs.entries()) {
      assertEquals(await tab.nextData(), { value: "before" });
      assertEquals(await tab.nextData(), { look: 3 + index });
      assertEquals(await tab.nextData(), { value: "after" });
    }
    assertEquals(state.looks, 4);
    for (const tab of tabs) await tab.leave();
    assertStringIncludes(app.console.splice(0).join("\n"), 'Cannot read a message of topic "board"');
  });
}

Deno.test("A15: a tab that resumes before messages of another version refreshes once, and continues after them", async () => {
  const bus = createMemoryBus();
  const { app, state } = instance({ bus });
  await using _ = app;
  const tab = await open(app);
  await tab.nextData();
  await app.handler.publish("board", toast("before"));
  await tab.nextData();
  await tab.leave();
  for (const other of OTHERS) await bus.publish("board", other);
  const { looks } = state;
  const back = await open(app, tab.place);
  // One refresh replaces all of them.
  assertEquals(await back.nextData(), { look: looks + 1 });
  const past = back.place;
  assert(past !== tab.place);
  await back.leave();
  await app.handler.publish("board", toast("after"));
  const again = await open(app, past);
  assertEquals(await again.nextData(), { value: "after" });
  assertEquals(state.looks, looks + 1);
  await again.leave();
  app.console.splice(0);
});

Deno.test("A15: messages of another version are reported once per topic", async () => {
  const bus = createMemoryBus();
  const { app } = instance({ bus });
  await using _ = app;
  const tab = await open(app);
  await tab.nextData();
  for (const other of OTHERS) {
    await bus.publish("board", other);
    await tab.nextData();
  }
  assertEquals(app.console.splice(0).filter((line) => line.includes("Cannot read a message")).length, 1);
  await tab.leave();
});

Deno.test("A15: a bus with cursors that no event can contain makes each new stream refresh, and ends none", async () => {
  const memory = createMemoryBus();
  const bus: Bus = {
    publish: (topic, message) => memory.publish(topic, message),
    subscribe: (topic, listener, options) =>
      memory.subscribe(topic, ({ message }) => listener({ cursor: "not a cursor\n", message }), options),
  };
  const { app } = instance({ bus });
  await using _ = app;
  const tab = await open(app);
  await tab.nextData();
  await app.handler.publish("board", html("text", { target: "#a" }));
  assertEquals(await tab.nextData(), { content: "text", target: "#a" });
  await app.handler.publish("board", toast("next"));
  assertEquals(await tab.nextData(), { value: "next" });
  await tab.leave();
});

Deno.test("A15: a position of another version, or an invalid one, starts a new stream", async () => {
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
    assertEquals(await tab.nextData(), { value: "news" });
    await tab.leave();
  }
});
