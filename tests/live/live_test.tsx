/** Topics: a message of one tab reaches the others once and in order, and a lost message causes a refresh. */
import { assert, assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import {
  action,
  type Bus,
  checkpoint,
  createMemoryBus,
  dependency,
  type Guard,
  type HandlerOptions,
  html,
  live,
  type LiveOptions,
  refresh,
  remove,
  toast,
} from "../../mod.ts";
import { App, eventsOf, parseEvents, type StreamEvent } from "../support/app.tsx";
import { stopTime, withinTime } from "../support/clock.ts";

/** A page with text, an action that changes it for all, and one that watches. */
function board(options: LiveOptions = {}, handler: HandlerOptions = {}) {
  const state = { text: "start", renders: 0 };
  const watch = action("watch", { method: "GET" }, () => live("board", options));
  const write = action("write", async ({ data, publish }) => {
    state.text = String(data.text);
    const item = html(state.text, { target: "#text", swap: "inner" });
    await publish("board", item);
    return item;
  });
  const page = () => {
    state.renders++;
    return <p id="text">{state.text}</p>;
  };
  const app = new App({ "/": { default: page, watch, write } }, { heartbeatSeconds: 0, ...handler });
  return { app, state, watch: (headers: Record<string, string> = {}) => open(app, headers) };
}

/** A tab that watches, and reads its events one by one. */
class Tab {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly status: number;
  #events: StreamEvent[] = [];
  text = "";

  constructor(response: Response) {
    assert(response.body !== null);
    this.status = response.status;
    this.#reader = response.body.getReader();
  }

  /** Returns the next event except checkpoints; `null` at the end of the stream. */
  async next(): Promise<StreamEvent | null> {
    const event = await this.nextOfAny();
    return event?.event === "checkpoint" ? await this.next() : event;
  }

  /** Returns the next event, including checkpoints. */
  async nextOfAny(): Promise<StreamEvent | null> {
    while (this.#events.length === 0) {
      const { done, value } = await withinTime(this.#reader.read());
      if (done) return null;
      const text = new TextDecoder().decode(value);
      this.text += text;
      this.#events = [...parseEvents(text)];
    }
    return this.#events.shift() ?? null;
  }

  async leave(): Promise<void> {
    await this.#reader.cancel();
  }
}

async function open(app: App, headers: Record<string, string> = {}): Promise<Tab> {
  return new Tab(await app.call("watch", { method: "GET", headers }));
}

const contentOf = (event: StreamEvent | null): string =>
  (event?.data as { content: string } | undefined)?.content ?? "";
const idOf = (event: StreamEvent | null): string => event?.id ?? "";

Deno.test("live() sends the current state to a new tab, then new messages", async () => {
  const { app, watch } = board();
  await using _ = app;
  const tab = await watch();
  const first = await tab.next();
  assertEquals([first?.event, (first?.data as { target: string }).target], ["patch_html", "body"]);
  assertStringIncludes(contentOf(first), '<p id="text">start</p>');
  await app.handler.publish("board", html("now", { target: "#text" }));
  assertEquals(contentOf(await tab.next()), "now");
  await tab.leave();
});

Deno.test("live() sends the position, so that a tab without any message can resume", async () => {
  const { app, watch } = board();
  await using _ = app;
  const tab = await watch();
  await tab.nextOfAny();
  const place = await tab.nextOfAny();
  assertEquals([place?.event, place?.id?.startsWith("live:")], ["checkpoint", true]);
  await tab.leave();
  await app.handler.publish("board", toast("meanwhile"));
  const again = await watch({ "last-event-id": idOf(place) });
  assertEquals((await again.nextOfAny())?.event, "checkpoint");
  assertEquals((await again.nextOfAny())?.data, { value: "meanwhile" });
  await again.leave();
});

Deno.test("live() marks streams as shareable only if everything that decides their content is equal", async () => {
  const { app, watch } = board({}, { principal: (request) => request.headers.get("x-user") });
  await using _ = app;
  const shareOf = async (headers: Record<string, string>): Promise<string> => {
    const tab = await watch(headers);
    await tab.nextOfAny();
    await tab.nextOfAny();
    await tab.leave();
    return /\nshare: ([0-9a-f]{32})\n/.exec(tab.text)?.[1] ?? "";
  };
  const ada = await shareOf({ "x-user": "ada" });
  assert(ada !== "");
  assertEquals(await shareOf({ "x-user": "ada" }), ada);
  for (
    const other of [
      { "x-user": "bob" },
      { "x-user": "ada", cookie: "a=b" },
      { "x-user": "ada", "x-hyper-data": "{}" },
      { "x-user": "ada", "x-hyper-target": "%23side" },
      { "x-user": "ada", authorization: "Basic YTpi" },
    ]
  ) {
    assert(await shareOf(other) !== ada);
  }
});

Deno.test("live() renders the part of the page that refresh selects", async () => {
  const { app, watch } = board({ refresh: "#text" });
  await using _ = app;
  const tab = await watch();
  const data = (await tab.next())?.data as { target: string; select: string; swap: string };
  assertEquals([data.target, data.select, data.swap], ["#text", "#text", "morph"]);
  await tab.leave();
});

Deno.test("live() sends the items that refresh() returns instead of the page", async () => {
  const { app, state, watch } = board({ refresh: () => [toast("one"), toast("two")] });
  await using _ = app;
  const tab = await watch();
  assertEquals([(await tab.next())?.data, (await tab.next())?.data], [{ value: "one" }, { value: "two" }]);
  assertEquals(state.renders, 0);
  await tab.leave();
});

Deno.test("live() with a refresh() that returns nothing starts with new messages", async () => {
  const { app, watch } = board({ refresh: () => [] });
  await using _ = app;
  const tab = await watch();
  await app.handler.publish("board", toast("first"));
  assertEquals((await tab.next())?.data, { value: "first" });
  await tab.leave();
});

Deno.test("publish() reaches every tab in order, with the position of each message", async () => {
  const { app, watch } = board({ refresh: () => [] });
  await using _ = app;
  const tabs = await Promise.all([watch(), watch(), watch()]);
  for (let count = 0; count < 5; count++) await app.handler.publish("board", toast(count));
  const seen = await Promise.all(tabs.map(async (tab) => {
    const events = [];
    for (let count = 0; count < 5; count++) events.push(await tab.next());
    return events.map((event) => [event?.data, event?.id]);
  }));
  assertEquals(seen[0]?.map(([data]) => data), [0, 1, 2, 3, 4].map((value) => ({ value })));
  assertEquals(new Set(seen[0]?.map(([, id]) => id)).size, 5);
  assertEquals([seen[1], seen[2]], [seen[0], seen[0]]);
  for (const tab of tabs) await tab.leave();
});

Deno.test("publish() sets the position of a message on its last event", async () => {
  const { app, watch } = board({ refresh: () => [] });
  await using _ = app;
  const tab = await watch();
  await app.handler.publish("board", [remove("#a"), toast("b"), toast("c")]);
  const ids = [await tab.next(), await tab.next(), await tab.next()].map((event) => event?.id !== undefined);
  assertEquals(ids, [false, false, true]);
  await tab.leave();
});

Deno.test("publish() of an action marks its message with the call", async () => {
  const { app, watch } = board({ refresh: () => [] });
  await using _ = app;
  const tab = await watch();
  const id = "0123456789abcdef-and-a-secret-half";
  await (await app.call("write", { data: { text: "mine" }, headers: { "x-hyper-request-id": id } })).text();
  await tab.next();
  assertStringIncludes(tab.text, "\necho: 0123456789abcdef\n");
  assert(!tab.text.includes("secret"), tab.text);
  await tab.leave();
});

Deno.test("publish() of an action rejects for a value that is not an item, and the error is reported once", async () => {
  const run = action("run", async ({ publish }) => {
    // deno-lint-ignore no-explicit-any -- the mistake of an application in JavaScript
    await publish("board", "text" as any);
  });
  await using app = new App({ "/": { default: () => <p id="text" />, run } });
  assertEquals((await app.call("run")).status, 500);
  assertEquals(app.takeReports().map(({ error, actionName }) => [`${error}`, actionName]), [
    ['TypeError: Cannot publish to topic "board": string is not an item; pass html() or toast()', "run"],
  ]);
});

Deno.test("publish() sets no mark if the id of the call is too short to show half of it", async () => {
  const { app, watch } = board({ refresh: () => [] });
  await using _ = app;
  for (const id of [null, "r-1", "x".repeat(31)]) {
    const tab = await watch();
    const headers = id === null ? {} : { "x-hyper-request-id": id };
    await (await app.call("write", { data: { text: "mine" }, headers })).text();
    await tab.next();
    assert(!tab.text.includes("echo:"), tab.text);
    await tab.leave();
  }
});

Deno.test("a tab that reconnects receives the missed messages once", async () => {
  const { app, watch } = board();
  await using _ = app;
  const tab = await watch();
  await tab.next();
  await app.handler.publish("board", toast(1));
  const id = idOf(await tab.next());
  await tab.leave();
  await app.handler.publish("board", toast(2));
  await app.handler.publish("board", toast(3));
  const again = await watch({ "last-event-id": id });
  await app.handler.publish("board", toast(4));
  for (const value of [2, 3, 4]) assertEquals((await again.next())?.data, { value });
  await again.leave();
});

Deno.test("a tab that reconnects while others watch receives the missed messages once", async () => {
  const { app, watch } = board();
  await using _ = app;
  const stays = await watch();
  await stays.next();
  const tab = await watch();
  await tab.next();
  await app.handler.publish("board", toast(1));
  const id = idOf(await tab.next());
  await tab.leave();
  for (const value of [2, 3]) await app.handler.publish("board", toast(value));
  const again = await watch({ "last-event-id": id });
  await app.handler.publish("board", toast(4));
  for (const value of [2, 3, 4]) assertEquals((await again.next())?.data, { value });
  for (const value of [1, 2, 3, 4]) assertEquals((await stays.next())?.data, { value });
  await again.leave();
  await stays.leave();
});

Deno.test("a tab that reconnects with a position before those in memory reads the log of the bus", async () => {
  const { app, watch } = board({ refresh: () => [] });
  await using _ = app;
  const stays = await watch();
  const tab = await watch();
  await app.handler.publish("board", toast(0));
  const id = idOf(await tab.next());
  await tab.leave();
  // More than an instance keeps per topic, less than the log of the bus.
  for (let value = 1; value <= 200; value++) {
    await app.handler.publish("board", toast(value));
    await stays.next();
  }
  const again = await watch({ "last-event-id": id });
  for (let value = 1; value <= 200; value++) assertEquals((await again.next())?.data, { value });
  for (let value = 201; value <= 203; value++) await app.handler.publish("board", toast(value));
  for (let value = 201; value <= 203; value++) assertEquals((await again.next())?.data, { value });
  await again.leave();
  await stays.leave();
});

Deno.test("a tab that reconnects too late for the log refreshes once", async () => {
  const { app, state, watch } = board({}, { bus: createMemoryBus({ maxMessages: 2 }) });
  await using _ = app;
  const tab = await watch();
  await tab.next();
  await app.handler.publish("board", toast(1));
  const id = idOf(await tab.next());
  await tab.leave();
  for (const value of [2, 3, 4]) await app.handler.publish("board", toast(value));
  state.text = "now";
  const again = await watch({ "last-event-id": id });
  assertStringIncludes(contentOf(await again.next()), "now");
  await app.handler.publish("board", toast(5));
  assertEquals((await again.next())?.data, { value: 5 });
  await again.leave();
});

Deno.test("a tab with a position in another topic, or an invalid one, refreshes", async () => {
  const other = action("other", { method: "GET" }, () => live("other", { refresh: () => [] }));
  const watch = action("watch", { method: "GET" }, () => live("board", { refresh: () => toast("refresh") }));
  await using app = new App({ "/": { default: () => "", other, watch } }, { heartbeatSeconds: 0 });
  const tab = new Tab(await app.call("other", { method: "GET" }));
  await app.handler.publish("other", toast(1));
  const id = idOf(await tab.next());
  await tab.leave();
  for (const wrong of [id, "live:", "live:x.1", "r-1:checkpoint:a", `${id}junk`, "../../etc"]) {
    const again = await open(app, { "last-event-id": wrong });
    assertEquals((await again.next())?.data, { value: "refresh" });
    await again.leave();
  }
});

Deno.test("a published refresh() is rendered with the page and principal of each tab", async () => {
  const watch = action("watch", { method: "GET" }, () => live("board", { refresh: () => [] }));
  const render = ({ request, url }: { request: Request; url: URL }) => (
    <p id="who">{`${request.headers.get("x-user")} at ${url.pathname}`}</p>
  );
  await using app = new App({ "/": { render, watch }, "/b": { render } }, { heartbeatSeconds: 0 });
  const ada = new Tab(await app.call("watch", { method: "GET", path: "/", headers: { "x-user": "ada" } }));
  const bob = new Tab(await app.call("watch", { method: "GET", path: "/b", headers: { "x-user": "bob" } }));
  await app.handler.publish("board", refresh("#who"));
  assertStringIncludes(contentOf(await ada.next()), "ada at /");
  assertStringIncludes(contentOf(await bob.next()), "bob at /b");
  await ada.leave();
  await bob.leave();
});

Deno.test("waiting refreshes of one part are merged for a slow client, and rendered when it reads", async () => {
  const { app, state, watch } = board({ refresh: () => [] });
  await using _ = app;
  const tab = await watch();
  for (let count = 0; count < 10; count++) await app.handler.publish("board", refresh());
  state.text = "last";
  await app.handler.publish("board", toast("end"));
  assertStringIncludes(contentOf(await tab.next()), "last");
  assertEquals((await tab.next())?.data, { value: "end" });
  assertEquals(state.renders, 1);
  await tab.leave();
});

Deno.test("a client that is too slow refreshes instead of its waiting messages, and continues in order", async () => {
  const { app, watch } = board({ refresh: () => toast("refresh") });
  await using _ = app;
  const tab = await watch();
  assertEquals((await tab.next())?.data, { value: "refresh" });
  for (let value = 0; value < 2_500; value++) await app.handler.publish("board", toast(value));
  const seen: unknown[] = [];
  while (seen.at(-1) !== 2_499) seen.push(((await tab.next())?.data as { value: unknown }).value);
  const at = seen.indexOf("refresh");
  // Events that were sent before the stream fell behind come first, later ones come after the refresh.
  assert(at >= 0 && at <= 1_000, `${at} events before the refresh`);
  const after = seen.slice(at + 1);
  assertEquals(after, Array.from(after, (_, index) => 2_500 - after.length + index));
  await tab.leave();
});

Deno.test("a guard of the topic denies access before anything is sent", async () => {
  for (
    const [guard, status] of [
      [() => false, 403],
      [() => new Response(null, { status: 401 }), 401],
      // Not a redirect: only a status below 400 is one.
      [() => new Response(null, { status: 401, headers: { location: "/login" } }), 401],
    ] satisfies [Guard, number][]
  ) {
    const { app, state } = board({ guard });
    await using _ = app;
    const response = await app.call("watch", { method: "GET" });
    const [error] = await eventsOf(response);
    assertEquals([response.status, error?.event, state.renders], [status, "error", 0]);
  }
});

Deno.test("the redirect of a guard of the topic names the sign-in, so that the page that watches stays", async () => {
  const { app } = board({ guard: () => Response.redirect("http://site.test/login") });
  await using _ = app;
  const response = await app.call("watch", { method: "GET" });
  assertEquals(response.headers.get("x-hyper-sign-in"), "/login");
  const events = await eventsOf(response);
  assertEquals(events.map(({ event }) => event), ["error", "end"]);
  assertEquals(Reflect.get(events[0]?.data as object, "status"), 401);
});

Deno.test("the guards of topic, action and handler are asked again with fresh dependencies", async () => {
  for (const which of ["topic", "action", "handler"]) {
    using time = stopTime();
    let allowed = true;
    const session = dependency("session", () => allowed);
    const asked: Guard = async ({ deps }) => await deps.get(session);
    const watch = action(
      "watch",
      { method: "GET", ...(which === "action" ? { guard: asked } : {}) },
      () => live("board", { refresh: () => [], ...(which === "topic" ? { guard: asked } : {}) }),
    );
    await using app = new App({ "/": { default: () => "", watch } }, {
      heartbeatSeconds: 0,
      ...(which === "handler" ? { guard: asked } : {}),
    });
    const opening = open(app);
    await time.tick(50);
    const tab = await opening;
    const next = tab.next();
    await time.tick(60_000);
    await app.handler.publish("board", toast("allowed"));
    assertEquals((await next)?.data, { value: "allowed" });
    allowed = false;
    const refused = tab.next();
    await time.tick(59_900);
    await app.handler.publish("board", toast("not yet asked"));
    assertEquals((await refused)?.data, { value: "not yet asked" });
    const error = tab.next();
    await time.tick(100);
    assertEquals([(await error)?.event, (await tab.next())?.event, await tab.next()], ["error", "end", null]);
  }
});

Deno.test("a message that is published after a guard would deny access waits for the guard", async () => {
  using time = stopTime();
  let allowed = true;
  const { app } = board({ guard: () => allowed, guardSeconds: 5, refresh: () => [] });
  await using _ = app;
  const opening = open(app);
  await time.tick(50);
  const tab = await opening;
  allowed = false;
  await time.tick(5_000);
  await app.handler.publish("board", toast("secret"));
  assertEquals((await tab.next())?.event, "error");
  assert(!tab.text.includes("secret"));
  await tab.leave();
});

Deno.test("live() throws in an action that answers POST", async () => {
  const watch = action("watch", () => live("board"));
  await using app = new App({ "/": { default: () => "", watch } });
  assertEquals((await app.call("watch")).status, 500);
  assertStringIncludes(app.takeError().message, 'Cannot watch topic "board" in action "watch": its method is POST');
});

Deno.test("live() ends at once for a client that cannot read a stream, with the items before it", async () => {
  const watch = action("watch", { method: "GET" }, () => [toast("before"), live("board")]);
  await using app = new App({ "/": { default: () => "", watch } });
  assertEquals(await app.data("watch", { method: "GET" }), {
    ok: true,
    items: [{ event: "toast", data: { value: "before" } }],
  });
  const document = await app.call("watch", { method: "GET", accept: "text/html" });
  assertEquals([document.status, document.headers.get("location")], [303, "/"]);
});

Deno.test("live() in a generator follows earlier items, and its finally runs when the tab disconnects", async () => {
  const over = Promise.withResolvers<void>();
  const watch = action("watch", { method: "GET" }, async function* () {
    try {
      yield toast("hello");
      yield live("board", { refresh: () => toast("watching") });
    } finally {
      await Promise.resolve();
      over.resolve();
    }
  });
  await using app = new App({ "/": { default: () => "", watch } }, { heartbeatSeconds: 0 });
  const tab = await open(app);
  assertEquals([(await tab.next())?.data, (await tab.next())?.data], [{ value: "hello" }, { value: "watching" }]);
  await app.handler.publish("board", toast("live"));
  assertEquals((await tab.next())?.data, { value: "live" });
  const waiting = tab.next();
  await tab.leave();
  await over.promise;
  assertEquals(await waiting, null);
});

Deno.test("publish() rejects an invalid topic, and items that belong to one call", async () => {
  const { app } = board();
  await using _ = app;
  for (const topic of ["", "x".repeat(257), "hyper:disconnect"]) {
    await assertRejects(() => app.handler.publish(topic, toast("x")), TypeError, "Cannot use topic");
    assertThrows(() => live(topic), TypeError, "Cannot use topic");
  }
  await app.handler.publish("x".repeat(256), toast("x"));
  await assertRejects(() => app.handler.publish("a", checkpoint("here")), TypeError, "checkpoint() is for one call");
  await assertRejects(() => app.handler.publish("a", live("b")), TypeError, "live() is for one call");
  await assertRejects(() => app.handler.publish("a", "text" as never), TypeError, "string is not an item");
  assertThrows(() => live("a", { guardSeconds: 0 }), RangeError, "guardSeconds is 0");
});

Deno.test("handlers share topics only through a common bus", async () => {
  const bus = createMemoryBus();
  const [one, two, alone] = [
    board({ refresh: () => [] }, { bus }),
    board({ refresh: () => [] }, { bus }),
    board({ refresh: () => [] }),
  ];
  await using _one = one.app;
  await using _two = two.app;
  await using _alone = alone.app;
  const [tab, aloneTab] = [await two.watch(), await alone.watch()];
  await one.app.handler.publish("board", toast("from one"));
  assertEquals((await tab.next())?.data, { value: "from one" });
  await alone.app.handler.publish("board", toast("alone"));
  assertEquals((await aloneTab.next())?.data, { value: "alone" });
  await tab.leave();
  await aloneTab.leave();
});

Deno.test("disconnect() ends the streams of a principal on every handler that shares the bus", async () => {
  const bus = createMemoryBus();
  const principal = (request: Request) => request.headers.get("x-user");
  const [one, two] = [
    board({ refresh: () => [] }, { bus, principal }),
    board({ refresh: () => [] }, { bus, principal }),
  ];
  await using _one = one.app;
  await using _two = two.app;
  const ada = await two.watch({ "x-user": "ada" });
  const bob = await two.watch({ "x-user": "bob" });
  one.app.handler.disconnect("ada");
  // The stream ends without an end event, so that its browser reconnects and the guards decide.
  assertEquals(await ada.next(), null);
  await one.app.handler.publish("board", toast("for bob"));
  assertEquals((await bob.next())?.data, { value: "for bob" });
  await bob.leave();
});

Deno.test("close() ends every stream and subscription, and responds to a new stream with 503", async () => {
  const memory = createMemoryBus();
  let open = 0;
  const bus: Bus = {
    publish: (topic, message) => memory.publish(topic, message),
    async subscribe(topic, listener, options) {
      const subscription = await memory.subscribe(topic, listener, options);
      open++;
      return {
        isComplete: subscription.isComplete,
        async [Symbol.asyncDispose]() {
          open--;
          await subscription[Symbol.asyncDispose]();
        },
      };
    },
  };
  const { app, watch } = board({ refresh: () => [] }, { bus });
  await using _ = app;
  const tabs = [await watch(), await watch()];
  // One for the topic, one for disconnect().
  assertEquals(open, 2);
  await app.handler.close();
  for (const tab of tabs) assertEquals(await tab.next(), null);
  assertEquals(open, 0);
  const refused = await app.call("watch", { method: "GET" });
  assertEquals([refused.status, refused.headers.get("retry-after")], [503, "1"]);
  assertEquals((await app.open("/")).status, 200);
});

/** A bus that can fail. */
function brittleBus(): { readonly bus: Bus; away: boolean } {
  const memory = createMemoryBus();
  const under: { readonly bus: Bus; away: boolean } = {
    away: false,
    bus: {
      publish: (topic, message) => under.away ? Promise.reject(new Error("away")) : memory.publish(topic, message),
      subscribe: (topic, listener, options) =>
        under.away ? Promise.reject(new Error("away")) : memory.subscribe(topic, listener, options),
    },
  };
  return under;
}

Deno.test("live() responds with 503 and Retry-After when the bus fails, and the next attempt asks the bus again", async () => {
  const under = brittleBus();
  const { app, watch } = board({ refresh: () => [] }, { bus: under.bus });
  await using _ = app;
  under.away = true;
  const refused = await app.call("watch", { method: "GET" });
  assertEquals([refused.status, refused.headers.get("retry-after")], [503, "1"]);
  assertStringIncludes(app.takeError().message, 'Cannot watch topic "board": the bus does not answer');
  under.away = false;
  const tab = await watch();
  await app.handler.publish("board", toast("back"));
  assertEquals((await tab.next())?.data, { value: "back" });
  await tab.leave();
});

for (const error of [new TypeError("not JSON"), new RangeError("too large")]) {
  Deno.test(`publish() rejects with the ${error.name} of a bus, and does not try again`, async () => {
    using time = stopTime();
    const memory = createMemoryBus();
    let attempts = 0;
    const bus: Bus = {
      publish: (topic, message) => {
        if (topic !== "board") return memory.publish(topic, message);
        attempts++;
        return Promise.reject(error);
      },
      subscribe: (topic, listener, options) => memory.subscribe(topic, listener, options),
    };
    const { app } = board({ refresh: () => [] }, { bus });
    await using _ = app;
    await assertRejects(
      () => app.handler.publish("board", toast("x")),
      error.constructor as typeof Error,
      error.message,
    );
    await time.tick(10_000);
    assertEquals(attempts, 1);
  });
}

Deno.test("a failed publish() is reported, does not fail the action, and makes the tabs refresh later", async () => {
  using time = stopTime();
  const under = brittleBus();
  const { app, state } = board({ refresh: () => toast("refresh") }, { bus: under.bus });
  await using _ = app;
  const opening = open(app);
  await time.tick(50);
  const tab = await opening;
  assertEquals((await tab.next())?.data, { value: "refresh" });
  under.away = true;
  const written = await eventsOf(await app.call("write", { data: { text: "kept" } }));
  assertEquals([state.text, written.map(({ event }) => event)], ["kept", ["patch_html", "end"]]);
  assertEquals(app.takeError().message, "away");
  const next = tab.next();
  await time.tick(3_000);
  under.away = false;
  await time.tick(1_000);
  assertEquals((await next)?.data, { value: "refresh" });
  assertEquals(time.timers, 3, "for the guards, the maximum age and the stall check of the stream, none for the bus");
  await tab.leave();
});

Deno.test("a tab whose refresh has nothing to show still learns its position", async () => {
  const bus = createMemoryBus();
  const { app, watch } = board({ refresh: () => [] }, { bus });
  await using _ = app;
  const tab = await watch();
  const first = await tab.nextOfAny();
  await bus.publish("board", { v: 1, kind: "lost" });
  const second = await tab.nextOfAny();
  assertEquals([first?.event, second?.event], ["checkpoint", "checkpoint"]);
  assert(idOf(first) !== "" && idOf(second) !== "" && idOf(first) !== idOf(second));
  await tab.leave();
});
