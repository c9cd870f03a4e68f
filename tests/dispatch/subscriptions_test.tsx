/** Live topics on the stream of a browser: each subscription is decided by its own request, and ends alone. */
import { assertEquals } from "@std/assert";
import { action, createHandler, type HandlerOptions, html, live, redirect } from "@hyper/actions";
import { createParser } from "../../src/protocol/event_stream.ts";
import { stopTime, withinTime } from "../support/clock.ts";

type Handle = (request: Request) => Promise<Response>;
type Headers = Readonly<Record<string, string>>;

/** Pages with a topic each, for a user. */
function topicsApp(options: HandlerOptions = {}) {
  const state = { isSignedIn: true, runs: 0, fails: false };
  const watch = action("watch", { method: "GET" }, ({ url }) => {
    state.runs++;
    return live(`topic:${url.searchParams.get("id")}`, {
      guard: () => state.isSignedIn,
      guardSeconds: 0.05,
      refresh: () => {
        if (state.fails) throw new Error("The database is away");
        return html("state", { target: "#state" });
      },
    });
  });
  const steps = action("steps", { method: "GET" }, async function* () {
    yield html("loading", { target: "#state" });
    yield live("topic:a");
  });
  const plain = action("plain", { method: "GET" }, () => {
    state.runs++;
    return html("plain", { target: "#state" });
  });
  const handler = createHandler({
    principal: (request) => request.headers.get("user"),
    onError: () => {},
    guard: ({ request }) => request.headers.has("user"),
    pages: ["/", "/items/[id]"].map((path) => ({
      path,
      load: () => Promise.resolve({ default: () => <p id="state">page</p>, watch, steps, plain }),
    })),
    ...options,
  });
  return { handler, state };
}

/** The blocks of a stream. */
class Blocks implements AsyncDisposable {
  readonly #reader: ReadableStreamDefaultReader<string>;
  readonly #parse = createParser();
  readonly #blocks: { event: string; data?: unknown; id?: string; share?: string }[] = [];

  constructor({ body }: Response) {
    this.#reader = (body ?? new ReadableStream()).pipeThrough(new TextDecoderStream()).getReader();
  }

  async next() {
    while (this.#blocks.length === 0) {
      const { value, done } = await withinTime(this.#reader.read());
      if (done) return null;
      for (const block of this.#parse(value)) {
        if (block.event === "message") continue;
        this.#blocks.push({ ...block, ...(block.data === undefined ? {} : { data: JSON.parse(block.data) }) });
      }
    }
    return this.#blocks.shift() ?? null;
  }

  /** Returns the next event of the subscriptions, not of the regions. */
  async ofTopics() {
    let block = await this.next();
    while (block?.event === "regions") block = await this.next();
    return block;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#reader.cancel();
  }
}

/** The subscription of a call, after its own request. */
interface Subscription {
  readonly at: string;
  readonly headers: Headers;
  readonly share: string;
  readonly place: string;
}

const ALICE: Headers = { user: "alice" };

function get(handler: Handle, at: string, headers: Headers): Promise<Response> {
  return handler(new Request(`http://localhost${at}`, { headers: { accept: "text/event-stream", ...headers } }));
}

/** Sends the request of a call, and leaves after its first position. */
async function begin(handler: Handle, at: string, name = "watch", user = ALICE): Promise<Subscription> {
  const headers = { "x-hyper-action": name };
  await using blocks = new Blocks(await get(handler, at, { ...headers, ...user }));
  let block = await blocks.next();
  while (block !== null && block.id === undefined) block = await blocks.next();
  return { at, headers, share: block?.share ?? "", place: block?.id ?? "" };
}

/** Opens the stream of the browser. */
async function open(handler: Handle, calls: readonly unknown[], user = ALICE): Promise<Blocks> {
  return new Blocks(
    await handler(
      new Request("http://localhost/", {
        method: "POST",
        headers: {
          "x-hyper-action": "hyper:watch",
          accept: "text/event-stream",
          "content-type": "application/json",
          ...user,
        },
        body: JSON.stringify({ pages: [], calls }),
      }),
    ),
  );
}

const patchOf = (text: string) => html(text, { target: "#state" });
const contentOf = (block: { readonly data?: unknown } | null) => Object(block?.data).content;

Deno.test("the topics of two pages arrive on one stream, each after the event that names its subscription", async () => {
  const { handler } = topicsApp();
  {
    const calls = [await begin(handler, "/?id=a"), await begin(handler, "/items/7?id=b")];
    await using blocks = await open(handler, calls);
    const seen = [await blocks.ofTopics(), await blocks.ofTopics(), await blocks.ofTopics(), await blocks.ofTopics()];
    assertEquals(
      seen.map((block) => block?.event === "subscription" ? block.data : block?.id),
      [{ of: 0 }, calls[0]?.place, { of: 1 }, calls[1]?.place],
    );
    await handler.publish("topic:b", patchOf("one"));
    assertEquals(contentOf(await blocks.ofTopics()), "one");
    await handler.publish("topic:a", patchOf("two"));
    assertEquals((await blocks.ofTopics())?.data, { of: 0 });
    assertEquals(contentOf(await blocks.ofTopics()), "two");
  }
  await handler.close();
});

Deno.test("a subscription continues from its position, without a gap, a repeat or another refresh", async () => {
  const { handler } = topicsApp();
  {
    const call = await begin(handler, "/?id=a");
    for (const text of ["one", "two"]) await handler.publish("topic:a", patchOf(text));
    await using blocks = await open(handler, [call]);
    const events = [await blocks.ofTopics(), await blocks.ofTopics(), await blocks.ofTopics(), await blocks.ofTopics()];
    assertEquals(events.map((block) => contentOf(block)), [undefined, undefined, "one", "two"]);
    // From the first of the two messages.
    await using later = await open(handler, [{ ...call, place: events[2]?.id ?? "" }]);
    const rest = [await later.ofTopics(), await later.ofTopics(), await later.ofTopics()];
    assertEquals(rest.map((block) => contentOf(block)), [undefined, undefined, "two"]);
  }
  await handler.close();
});

Deno.test("a subscription with an unknown position gets the state of its topic", async () => {
  const { handler } = topicsApp();
  {
    const call = await begin(handler, "/?id=a");
    await using blocks = await open(handler, [{ ...call, place: "live:other.1" }]);
    assertEquals((await blocks.ofTopics())?.data, { of: 0 });
    assertEquals(contentOf(await blocks.ofTopics()), "state");
  }
  await handler.close();
});

Deno.test("the items of a generator before its topic are not repeated on the stream of the browser", async () => {
  const { handler } = topicsApp();
  {
    const call = await begin(handler, "/", "steps");
    await using blocks = await open(handler, [call]);
    assertEquals((await blocks.ofTopics())?.data, { of: 0 });
    assertEquals((await blocks.ofTopics())?.id, call.place);
    await handler.publish("topic:a", patchOf("one"));
    assertEquals(contentOf(await blocks.ofTopics()), "one");
  }
  await handler.close();
});

/** Returns the first event of a subscription next to another one, which continues. */
async function endOf(app: ReturnType<typeof topicsApp>, call: unknown, user = ALICE): Promise<unknown> {
  const { handler } = app;
  const other = await begin(handler, "/?id=other", "watch", user);
  await using blocks = await open(handler, [call, other], user);
  const found = new Map<unknown, unknown>();
  while (!found.has(0) || !found.has(1)) {
    const { event, data } = await blocks.ofTopics() ?? {};
    if (event === "subscription") found.set(Object(data).of, data);
  }
  await handler.publish("topic:other", patchOf("alive"));
  let block = await blocks.ofTopics();
  while (block !== null && contentOf(block) === undefined) block = await blocks.ofTopics();
  assertEquals(contentOf(block), "alive");
  return found.get(0);
}

Deno.test("a subscription that its request does not open ends alone, and its tab learns the reason from its own request", async () => {
  const app = topicsApp();
  const call = await begin(app.handler, "/?id=a");
  const over = { of: 0, last: [] };
  for (
    const wrong of [
      { ...call, share: "another" },
      { ...call, at: "/?id=b" },
      { ...call, at: "//evil.example/?id=a" },
      { ...call, at: "/\\evil.example/?id=a" },
      { ...call, at: "https://evil.example/" },
      { ...call, at: "/nowhere?id=a" },
      { ...call, headers: { "x-hyper-action": "unknown" } },
      { ...call, headers: { "x-hyper-action": "plain" } },
      { ...call, headers: { "x-hyper-action": "hyper:watch" } },
      { ...call, headers: { "x-hyper-action": "wat\nch" } },
      { ...call, headers: null },
      { ...call, place: 7 },
      null,
      "text",
    ]
  ) assertEquals(await endOf(app, wrong), over, JSON.stringify(wrong));
  await app.handler.close();
});

Deno.test("the subscription of a user is not opened for another one, whatever its headers claim", async () => {
  const app = topicsApp();
  const call = await begin(app.handler, "/?id=a");
  for (const claim of [{}, { user: "alice" }, { User: "alice" }]) {
    const claimed = { ...call, headers: { ...call.headers, ...claim } };
    assertEquals(await endOf(app, claimed, { user: "bob" }), { of: 0, last: [] });
  }
  await app.handler.close();
});

Deno.test("a guard that denies a topic later ends its subscription with the reason, and no other one", async () => {
  const app = topicsApp();
  const { handler, state } = app;
  {
    await using blocks = await open(handler, [await begin(handler, "/?id=a"), await begin(handler, "/", "steps")]);
    for (let count = 0; count < 4; count++) await blocks.ofTopics();
    state.isSignedIn = false;
    const end = await blocks.ofTopics();
    assertEquals(end?.event, "subscription");
    const { of, last } = Object(end?.data);
    assertEquals([of, last[0].event, last[0].data.status, last[1].event], [0, "error", 403, "end"]);
    await handler.publish("topic:a", patchOf("still"));
    assertEquals((await blocks.ofTopics())?.data, { of: 1 });
    assertEquals(contentOf(await blocks.ofTopics()), "still");
  }
  await handler.close();
});

Deno.test("a redirect that is published ends the subscription with it", async () => {
  const { handler } = topicsApp();
  {
    await using blocks = await open(handler, [await begin(handler, "/?id=a")]);
    for (let count = 0; count < 2; count++) await blocks.ofTopics();
    await handler.publish("topic:a", [patchOf("bye"), redirect("/items/7")]);
    assertEquals(contentOf(await blocks.ofTopics()), "bye");
    const { of, last } = Object((await blocks.ofTopics())?.data);
    assertEquals([of, last.length, last[0].event, last[0].data], [0, 1, "redirect", { url: "/items/7" }]);
  }
  await handler.close();
});

Deno.test("an error of a subscription ends it with the event that ends a stream of its own, and no other one", async () => {
  const { handler, state } = topicsApp();
  const own = new Blocks(await get(handler, "/?id=a", { "x-hyper-action": "watch", ...ALICE }));
  const calls = [await begin(handler, "/?id=a"), await begin(handler, "/?id=b")];
  {
    await using _ = own;
    await using blocks = await open(handler, calls);
    for (let count = 0; count < 4; count++) await blocks.ofTopics();
    // A topic whose state cannot be read: too many changes have waited, so that it is read once more.
    state.fails = true;
    await handler.publish("topic:a", Array.from({ length: 1_001 }, (_, count) => patchOf(`${count}`)));
    let alone = await own.next();
    while (alone !== null && alone.event !== "error") alone = await own.next();
    let last: unknown;
    while (last === undefined) {
      const block = await blocks.ofTopics();
      if (block === null) break;
      if (block.event === "subscription") last = Object(block.data).last;
    }
    assertEquals(alone?.data, { status: 500, message: "Something went wrong. Try again." });
    assertEquals(last, [{ event: "error", data: alone?.data }, { event: "end", data: {} }]);
    await handler.publish("topic:b", patchOf("continues"));
    let other = await blocks.ofTopics();
    while (other?.event === "subscription") other = await blocks.ofTopics();
    assertEquals(contentOf(other), "continues");
  }
  await handler.close();
});

/** A page whose generator counts who watches it, as a list of who is online does. */
function presenceApp(options: HandlerOptions = {}) {
  const log: number[] = [];
  let online = 0;
  const watch = action("watch", { method: "GET" }, async function* () {
    log.push(++online);
    try {
      yield live("room");
    } finally {
      log.push(--online);
    }
  });
  const handler = createHandler({
    principal: (request) => request.headers.get("user"),
    pages: [{ path: "/", load: () => Promise.resolve({ default: () => <p>room</p>, watch }) }],
    ...options,
  });
  return { handler, log };
}

Deno.test("a generator around a topic is never gone while its call moves to the stream of the browser, and that is opened again", async () => {
  const { handler, log } = presenceApp({ limits: { streamsPerCaller: 1 } });
  const call = await begin(handler, "/");
  for (let opened = 0; opened < 3; opened++) {
    await using blocks = await open(handler, [call]);
    await blocks.ofTopics();
  }
  await handler.close();
  assertEquals(log.slice(0, 4), [1, 2, 3, 4]);
  assertEquals([log.indexOf(0), log.length], [7, 8]);
});

Deno.test("a generator around a topic ends soon after its reader has left permanently", async () => {
  using clock = stopTime();
  const { handler, log } = presenceApp();
  await begin(handler, "/");
  await clock.tick(2_900);
  assertEquals(log, [1]);
  await clock.tick(200);
  assertEquals(log, [1, 0]);
  await handler.close();
});

Deno.test("a user who opens streams again and again does not collect generators that go on", async () => {
  const { handler, log } = presenceApp({ limits: { streamsPerCaller: 1, streams: 2 } });
  for (let count = 0; count < 60; count++) await begin(handler, "/");
  // Two thirds of the twenty that two streams may have.
  assertEquals(Math.max(...log) <= 15, true, `${log}`);
  await handler.close();
  assertEquals(log.at(-1), 0);
});

Deno.test("fifty subscriptions are one stream for the limit of a user, and end with it", async () => {
  const { handler } = topicsApp({ limits: { streamsPerCaller: 2, streams: 20 } });
  let open_ = 0;
  handler.signals.streamOpened.connect(() => void open_++);
  const ended = Promise.withResolvers<void>();
  handler.signals.streamClosed.connect(() => {
    if (--open_ === 0) ended.resolve();
  });
  {
    const calls: Subscription[] = [];
    for (let index = 0; index < 50; index++) calls.push(await begin(handler, `/?id=${index}`));
    await using blocks = await open(handler, calls);
    for (let seen = 0; seen < 100; seen++) assertEquals(Object((await blocks.ofTopics())?.data).last, undefined);
    assertEquals(open_, 51);
    await handler.publish("topic:49", patchOf("last"));
    let block = await blocks.ofTopics();
    while (block?.event === "subscription") block = await blocks.ofTopics();
    assertEquals(contentOf(block), "last");
  }
  await withinTime(ended.promise);
  await handler.close();
});

Deno.test("opening a stream again is not counted as runs of its actions, but bounded", async () => {
  const { handler, state } = topicsApp({ rate: { limit: 2, seconds: 3600 } });
  const call = await begin(handler, "/?id=a");
  for (let count = 0; count < 40; count++) {
    await using blocks = await open(handler, [call]);
    assertEquals((await blocks.ofTopics())?.data, { of: 0 }, `${count}`);
  }
  assertEquals(state.runs, 41);
  await using refused = await open(handler, [call]);
  assertEquals([(await refused.ofTopics())?.data, state.runs], [{ of: 0, last: [] }, 41]);
  // The request of a tab has its own rate.
  assertEquals((await get(handler, "/?id=b", { ...ALICE, "x-hyper-action": "plain" })).status, 200);
  assertEquals((await begin(handler, "/?id=b")).place.startsWith("live:"), true);
  await handler.close();
});

Deno.test("a request for a stream waits for a slot that a client has just left", async () => {
  const { handler } = topicsApp({ limits: { streamsPerCaller: 1 } });
  const first = new Blocks(await get(handler, "/?id=a", { ...ALICE, "x-hyper-action": "watch" }));
  await first.next();
  const second = get(handler, "/?id=b", { ...ALICE, "x-hyper-action": "watch" });
  // It has been dispatched, and waits.
  await (await handler(new Request("http://localhost/", { headers: ALICE }))).text();
  await first[Symbol.asyncDispose]();
  const response = await second;
  assertEquals(response.status, 200);
  await response.body?.cancel();
  await handler.close();
});

Deno.test("disconnect() ends the stream of a browser with all of its subscriptions", async () => {
  const { handler } = topicsApp();
  const call = await begin(handler, "/?id=a");
  await using blocks = await open(handler, [call]);
  for (let count = 0; count < 2; count++) await blocks.ofTopics();
  handler.disconnect("alice");
  let block = await blocks.ofTopics();
  while (block !== null) {
    assertEquals([block.event, Object(block.data).last], ["subscription", []]);
    block = await blocks.ofTopics();
  }
  await handler.close();
});
