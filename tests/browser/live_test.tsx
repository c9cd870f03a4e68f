/** Topics in real pages: the messages that a tab receives, those it receives once, and those after a reconnection. */
import { assertEquals } from "@std/assert";
import { withinTime } from "../support/clock.ts";
import {
  action,
  type ConnectionInfo,
  createHandler,
  type Handler,
  type HandlerOptions,
  html,
  live,
  refresh,
  toast,
} from "../../mod.ts";
import { type Visit, withPage } from "../support/browser.ts";
import type {} from "../../client.ts";

/** A list that all users append to, and a title that all users change. */
function listApp(options: HandlerOptions = {}) {
  const state = { rows: ["first"], title: "start", refreshes: 0, held: null as Promise<void> | null, overtaken: false };
  const Row = ({ text }: { readonly text: string }) => <li id={text}>{text}</li>;
  const Page = () => (
    <main>
      <h1 id="title">{state.title}</h1>
      <button type="button" hyper-loading-disable>Something else</button>
      <ul id="list">{state.rows.map((text) => <Row key={text} text={text} />)}</ul>
    </main>
  );
  const watch = action("watch", { method: "GET" }, () =>
    live("list", {
      refresh: () => {
        state.refreshes++;
        return refresh("main");
      },
    }));
  const add = action("add", async ({ data, publish }) => {
    const text = String(data.text);
    state.rows.push(text);
    const items = [html(<Row text={text} />, { target: "#list", swap: "append" }), toast(`Added ${text}`)];
    await publish("list", items);
    return items;
  });
  const rename = action("rename", async ({ data, publish }) => {
    state.title = String(data.title);
    const item = html(state.title, { target: "#title", swap: "inner" });
    if (state.overtaken) await handler.publish("list", html("other", { target: "#title", swap: "inner" }));
    await publish("list", item);
    await state.held;
    return item;
  });
  const addPlain = action("addPlain", async ({ publish }) => {
    const item = html(<li>mine</li>, { target: "#list", swap: "append" });
    await handler.publish("list", html("other", { target: "#title", swap: "inner" }));
    await publish("list", item);
    return item;
  });
  const handler: Handler = createHandler({
    baseDir: "/srv/app",
    pages: [{ path: "/", load: () => Promise.resolve({ default: Page, watch, add, addPlain, rename }) }],
    heartbeatSeconds: 1,
    ...options,
  });
  return { handler, state };
}

/** Opens the page and watches. Resolves when the first refresh of the state has arrived. */
async function openPage({ page, events }: Visit, url = "/"): Promise<void> {
  await page.goto(url);
  await page.evaluate(() => {
    // Not awaited, because the stream does not end. The events show what takes effect, in order.
    void globalThis.action("watch", {}, { method: "GET" }).catch(() => {});
  });
  await events.next("hyper:swap:after");
}

function call(page: Visit["page"], name: string, data: Record<string, unknown>): Promise<unknown> {
  return page.evaluate(async ([name, data]) => {
    await globalThis.action(name, data);
  }, [name, data] as const);
}

const rowsOf = (page: Visit["page"]): Promise<string[]> => page.locator("#list li").allTextContents();

function liveTest(name: string, visit: (visit: Visit, app: ReturnType<typeof listApp>) => Promise<void>): void {
  Deno.test(name, async () => {
    const app = listApp();
    try {
      await withPage(app.handler, (it) => visit(it, app));
    } finally {
      await app.handler.close();
    }
  });
}

liveTest("a tab shows messages of other users, in order", async (visit, { handler }) => {
  await openPage(visit);
  for (const text of ["a", "b", "c"]) {
    await handler.publish("list", html(<li id={text}>{text}</li>, { target: "#list", swap: "append" }));
  }
  await visit.page.locator("#c").waitFor();
  assertEquals(await rowsOf(visit.page), ["first", "a", "b", "c"]);
});

liveTest("a watched topic keeps no element disabled or busy", async ({ page, events }, { handler }) => {
  await page.goto("/");
  await page.evaluate(() => {
    void globalThis.action("watch", {}, { method: "GET", target: "#list" }).catch(() => {});
  });
  await events.next("hyper:swap:after");
  await page.locator("button:enabled").waitFor();
  assertEquals(await page.locator("[aria-busy]").count(), 0);
  // The topic continues.
  await handler.publish("list", html(<li id="later">later</li>, { target: "#list", swap: "append" }));
  await page.locator("#later").waitFor();
});

liveTest("a tab applies its own change once, and announces it once", async (visit, { handler }) => {
  await openPage(visit);
  await call(visit.page, "add", { text: "mine" });
  // Published after the tab's own message, which has been handled when this one arrives.
  await handler.publish("list", html(<li id="after">after</li>, { target: "#list", swap: "append" }));
  await visit.page.locator("#after").waitFor();
  assertEquals(await rowsOf(visit.page), ["first", "mine", "after"]);
  assertEquals(visit.events.of("hyper:toast").map(({ detail }) => detail.value), ["Added mine"]);
});

liveTest(
  "a tab that receives the change of another user before its own ends with the state of the topic",
  async (visit, app) => {
    await openPage(visit);
    const { promise, resolve } = Promise.withResolvers<void>();
    app.state.held = promise;
    // Another change arrives at this tab between its call and the response; its own change is later in the topic.
    app.state.overtaken = true;
    const renaming = call(visit.page, "rename", { title: "mine" });
    await visit.page.locator("#title").getByText("mine").waitFor();
    await app.handler.publish("list", html("last", { target: "#title", swap: "inner" }));
    await visit.page.locator("#title").getByText("last").waitFor();
    resolve();
    await renaming;
    // The response is older than the state that has been shown since.
    assertEquals(await visit.page.locator("#title").textContent(), "last");
  },
);

liveTest(
  "H7: an element without an id that a tab adds itself is on its page once, even if another change arrives first",
  async (visit, { handler }) => {
    await openPage(visit);
    await call(visit.page, "addPlain", {});
    await handler.publish("list", html(<li id="after">after</li>, { target: "#list", swap: "append" }));
    await visit.page.locator("#after").waitFor();
    assertEquals(await visit.page.locator("#title").textContent(), "other");
    assertEquals((await rowsOf(visit.page)).filter((text) => text === "mine").length, 1);
  },
);

Deno.test("H7: a tab that lost its stream after its own change continues behind that change", async () => {
  const { handler } = listApp();
  const asked: (string | null)[] = [];
  const again = Promise.withResolvers<void>();
  let ownId = "";
  const serve = async (request: Request, info: ConnectionInfo): Promise<Response> => {
    const response = await handler(request, info);
    if (request.headers.get("x-hyper-action") !== "watch") return response;
    asked.push(request.headers.get("last-event-id"));
    if (asked.length > 1) again.resolve();
    // The stream of the first request ends after the change.
    const cut = new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        controller.enqueue(chunk);
        const text = new TextDecoder().decode(chunk);
        if (asked.length > 1 || !text.includes("\necho: ")) return;
        ownId = [...text.matchAll(/^id: (.*)$/gm)].at(-1)?.[1] ?? "";
        controller.terminate();
      },
    });
    return new Response(response.body?.pipeThrough(cut) ?? null, response);
  };
  try {
    await withPage(serve, async (visit) => {
      await openPage(visit);
      await visit.page.evaluate(() => void Hyper.configure({ retry: { interval: 20 } }));
      await call(visit.page, "add", { text: "mine" });
      await withinTime(again.promise);
      assertEquals([asked.length, asked[1]?.startsWith("live:"), asked[1]], [2, true, ownId]);
      await handler.publish("list", html(<li id="after">after</li>, { target: "#list", swap: "append" }));
      await visit.page.locator("#after").waitFor();
      assertEquals(await rowsOf(visit.page), ["first", "mine", "after"]);
    });
  } finally {
    await handler.close();
  }
});

liveTest("a message that a topic sends twice is on the page once", async (visit, { handler }) => {
  await openPage(visit);
  const item = html(<li id="twice">twice</li>, { target: "#list", swap: "append" });
  await handler.publish("list", [item, html(<li id="other">other</li>, { target: "#list", swap: "append" })]);
  await handler.publish("list", item);
  await handler.publish("list", html(<li id="end">end</li>, { target: "#list", swap: "append" }));
  await visit.page.locator("#end").waitFor();
  assertEquals(await rowsOf(visit.page), ["first", "other", "twice", "end"]);
});

/** Console message of Chromium for an interrupted stream. */
const CUT = { expectErrors: [/ERR_INCOMPLETE_CHUNKED_ENCODING/] };

/** A server whose streams can be interrupted, and which can be unavailable. */
function brittle(handler: Handler) {
  const cuts: (() => void)[] = [];
  const state = { away: null as Response | null, asked: [] as (string | null)[] };
  const serve = async (request: Request, info: ConnectionInfo): Promise<Response> => {
    if (request.headers.get("x-hyper-action") !== "watch") return await handler(request, info);
    state.asked.push(request.headers.get("last-event-id"));
    if (state.away !== null) return state.away.clone();
    const response = await handler(request, info);
    if (response.body === null) return response;
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
    const controller = new AbortController();
    // The pipe ends the stream for the handler in both cases.
    response.body.pipeTo(writable, { signal: controller.signal }).catch(() => {});
    cuts.push(() => controller.abort());
    return new Response(readable, response);
  };
  return { serve, state, cut: () => cuts.pop()?.() };
}

Deno.test("a tab that lost its stream gets the missed events, without a full refresh", async () => {
  const { handler, state: app } = listApp();
  const { serve, state, cut } = brittle(handler);
  try {
    await withPage(serve, async (visit) => {
      const { page, events } = visit;
      await openPage(visit);
      await page.evaluate(() => void Hyper.configure({ retry: { interval: 20 } }));
      await handler.publish("list", html(<li id="a">a</li>, { target: "#list", swap: "append" }));
      await page.locator("#a").waitFor();
      state.away = new Response(null, { status: 503, headers: { "retry-after": "1" } });
      cut();
      await events.next("hyper:requestRetry");
      for (const text of ["b", "c"]) {
        await handler.publish("list", html(<li id={text}>{text}</li>, { target: "#list", swap: "append" }));
      }
      await events.next("hyper:requestRetry");
      state.away = null;
      await page.locator("#c").waitFor();
      assertEquals(await rowsOf(page), ["first", "a", "b", "c"]);
      assertEquals(app.refreshes, 1);
      assertEquals(state.asked[0], null);
      assertEquals(state.asked.slice(1).every((id) => id?.startsWith("live:")), true);
    }, CUT);
  } finally {
    await handler.close();
  }
});

Deno.test("a tab reconnects when its server asks for it in an event stream", async () => {
  const { handler } = listApp();
  const { serve, state, cut } = brittle(handler);
  try {
    await withPage(serve, async (visit) => {
      const { page, events } = visit;
      await openPage(visit);
      await page.evaluate(() => void Hyper.configure({ retry: { interval: 20 } }));
      state.away = new Response('event: error\ndata: {"status":503,"message":""}\n\nevent: end\ndata: {}\n\n', {
        status: 503,
        headers: { "retry-after": "1", "content-type": "text/event-stream" },
      });
      cut();
      await events.next("hyper:requestRetry");
      await events.next("hyper:requestRetry");
      state.away = null;
      await handler.publish("list", html(<li id="back">back</li>, { target: "#list", swap: "append" }));
      await page.locator("#back").waitFor();
      assertEquals(events.of("hyper:requestError"), []);
    }, CUT);
  } finally {
    await handler.close();
  }
});

/** Counts the open streams of a handler, and waits for a number of them. */
function countStreams(handler: Handler) {
  let open = 0;
  let waiting: { readonly goal: number; resolve(): void }[] = [];
  const change = (by: number): void => {
    open += by;
    for (const { resolve } of waiting.filter(({ goal }) => goal === open)) resolve();
    waiting = waiting.filter(({ goal }) => goal !== open);
  };
  let opened = 0;
  let told = Promise.withResolvers<void>();
  handler.signals.streamOpened.connect(() => {
    opened++;
    told.resolve();
    told = Promise.withResolvers();
    change(1);
  });
  handler.signals.streamClosed.connect(() => change(-1));
  return {
    get opened() {
      return opened;
    },
    /** Waits until a total number of streams were opened. */
    async untilOpened(goal: number): Promise<void> {
      while (opened < goal) await told.promise;
    },
    until: (goal: number): Promise<void> =>
      open === goal ? Promise.resolve() : new Promise((resolve) => waiting.push({ goal, resolve })),
  };
}

liveTest("tabs of one browser with the same topics share one stream", async (visit, { handler, state }) => {
  const streams = countStreams(handler);
  const tabs = [visit.page];
  await openPage(visit);
  await streams.until(1);
  for (let more = 0; more < 3; more++) {
    const page = await visit.context.newPage();
    await openPage({ ...visit, page });
    tabs.push(page);
    // Each tab reads its own stream until it is certain to miss nothing.
    await streams.until(1);
  }
  assertEquals(streams.opened, 4);
  for (const text of ["a", "b"]) {
    await handler.publish("list", html(<li id={text}>{text}</li>, { target: "#list", swap: "append" }));
  }
  for (const page of tabs) {
    await page.locator("#b").waitFor();
    assertEquals(await rowsOf(page), ["first", "a", "b"]);
  }
  assertEquals([streams.opened, state.refreshes], [4, 4]);
});

liveTest("when the reading tab is closed, another tab reads on without a gap", async (visit, { handler, state }) => {
  const streams = countStreams(handler);
  await openPage(visit);
  await streams.until(1);
  const [second, third] = [await visit.context.newPage(), await visit.context.newPage()];
  for (const page of [second, third]) {
    await openPage({ ...visit, page });
    await page.evaluate(() => void Hyper.configure({ retry: { interval: 20 } }));
    await streams.until(1);
  }
  await handler.publish("list", html(<li id="a">a</li>, { target: "#list", swap: "append" }));
  for (const page of [visit.page, second, third]) await page.locator("#a").waitFor();
  await visit.page.close();
  // Published while no tab reads, or while the next one begins to read.
  await handler.publish("list", html(<li id="b">b</li>, { target: "#list", swap: "append" }));
  for (const page of [second, third]) await page.locator("#b").waitFor();
  await streams.until(1);
  await handler.publish("list", html(<li id="c">c</li>, { target: "#list", swap: "append" }));
  for (const page of [second, third]) {
    await page.locator("#c").waitFor();
    assertEquals(await rowsOf(page), ["first", "a", "b", "c"]);
  }
  assertEquals(state.refreshes, 3);
});

liveTest("a tab applies its own change once when another tab reads the stream", async (visit, { handler }) => {
  const streams = countStreams(handler);
  await openPage(visit);
  await streams.until(1);
  const second = await visit.context.newPage();
  await openPage({ ...visit, page: second });
  await streams.until(1);
  await call(second, "add", { text: "mine" });
  await handler.publish("list", html(<li id="after">after</li>, { target: "#list", swap: "append" }));
  for (const page of [visit.page, second]) {
    await page.locator("#after").waitFor();
    assertEquals(await rowsOf(page), ["first", "mine", "after"]);
  }
  // The tab that made the call announces it once, and the other one receives it from the topic.
  assertEquals(visit.events.of("hyper:toast").map(({ detail }) => detail.value), ["Added mine", "Added mine"]);
});

/** Opens the page in several tabs of one browser, the first of which reads for the others. */
async function openTabs(
  visit: Visit,
  streams: ReturnType<typeof countStreams>,
  count: number,
): Promise<Visit["page"][]> {
  const tabs: Visit["page"][] = [];
  for (let index = 0; index < count; index++) {
    const page = index === 0 ? visit.page : await visit.context.newPage();
    await openPage({ ...visit, page });
    await page.evaluate(() => void Hyper.configure({ retry: { interval: 20 } }));
    await streams.until(1);
    tabs.push(page);
  }
  return tabs;
}

const append = (text: string) => html(<li id={text}>{text}</li>, { target: "#list", swap: "append" });

liveTest("when the reading tab is closed, only one of the others connects to the server", async (visit, app) => {
  const { handler } = app;
  const streams = countStreams(handler);
  const [first, ...others] = await openTabs(visit, streams, 4);
  const opened = streams.opened;
  const retries: string[] = [];
  await visit.context.exposeFunction("tellRetry", (name: string) => void retries.push(name));
  for (const page of others) {
    await page.evaluate(() => {
      addEventListener("hyper:requestRetry", () => Reflect.get(globalThis, "tellRetry")("retry"));
    });
  }
  await first?.close();
  await handler.publish("list", append("a"));
  for (const page of others) await page.locator("#a").waitFor();
  await handler.publish("list", append("b"));
  for (const page of others) {
    await page.locator("#b").waitFor();
    assertEquals(await rowsOf(page), ["first", "a", "b"]);
  }
  // No event reports a failure, because there was none.
  assertEquals([streams.opened - opened, retries], [1, []]);
});

liveTest(
  "when the reading tab is frozen, another tab reads on, and the frozen tab misses nothing when it resumes",
  async (visit, app) => {
    const { handler } = app;
    const streams = countStreams(handler);
    const [first, second, third] = await openTabs(visit, streams, 3);
    if (first === undefined || second === undefined || third === undefined) throw new Error("Three tabs were opened");
    const opened = streams.opened;
    // Headless Chromium does not freeze pages, so the event is fired here.
    await first.evaluate(() => document.dispatchEvent(new Event("freeze")));
    await streams.untilOpened(opened + 1);
    await handler.publish("list", append("a"));
    for (const page of [second, third]) await page.locator("#a").waitFor();
    assertEquals(streams.opened - opened, 1);
    await first.evaluate(() => document.dispatchEvent(new Event("resume")));
    await first.locator("#a").waitFor();
    await streams.until(1);
    await handler.publish("list", append("b"));
    for (const page of [first, second, third]) {
      await page.locator("#b").waitFor();
      assertEquals(await rowsOf(page), ["first", "a", "b"]);
    }
  },
);

liveTest(
  "a tab that is slow to apply messages does not delay the tabs that it reads for",
  async (visit, { handler }) => {
    const streams = countStreams(handler);
    const [first, second] = await openTabs(visit, streams, 2);
    await first?.evaluate(() => {
      addEventListener("hyper:streamEvent", ({ detail }) => detail.waitUntil(new Promise(() => {})));
    });
    for (const text of ["a", "b", "c"]) await handler.publish("list", append(text));
    await second?.locator("#c").waitFor();
    assertEquals(await first?.locator("#c").count(), 0);
  },
);

liveTest("a tab takes over from a tab that holds the lock and does not respond", async (visit, { handler }) => {
  const streams = countStreams(handler);
  const [first, second] = await openTabs(visit, streams, 2);
  if (first === undefined || second === undefined) throw new Error("Two tabs were opened");
  const name = await first.evaluate(async () => (await navigator.locks.query()).held?.[0]?.name ?? "");
  assertEquals(name.startsWith("hyper:"), true);
  // Like a page that was frozen without the event: the lock is held and no tab responds.
  await first.goto("about:blank");
  await first.goto("/");
  await first.evaluate((name) => {
    navigator.locks.request(name, { steal: true }, () => new Promise(() => {})).catch(() => {
      document.title = "taken";
    });
  }, name);
  const third = await visit.context.newPage();
  await third.clock.install();
  await openPage({ ...visit, page: third });
  // Each tab reads its own stream while it waits for a response.
  await streams.until(2);
  await third.clock.fastForward(10_000);
  await first.waitForFunction(() => document.title === "taken");
  await streams.until(1);
  await handler.publish("list", append("a"));
  for (const page of [second, third]) await page.locator("#a").waitFor();
});

liveTest("many tabs of one browser leave connections free for the calls of their user", async (visit, { handler }) => {
  const streams = countStreams(handler);
  const tabs = await openTabs(visit, streams, 8);
  // Each is sent and answered over HTTP/1.1, where a browser opens six connections to a host.
  for (const [index, page] of tabs.entries()) await call(page, "add", { text: `t${index}` });
  for (const page of tabs) {
    await page.locator("#t7").waitFor();
    assertEquals(await rowsOf(page), ["first", ...tabs.map((_, index) => `t${index}`)]);
  }
});

Deno.test("tabs with different topics do not share a stream", async () => {
  const { handler } = listApp({ principal: (request) => request.headers.get("cookie") });
  const streams = countStreams(handler);
  try {
    await withPage(handler, async (visit) => {
      await openTabs(visit, streams, 2);
      // Another user signs in, and opens a tab.
      await visit.context.addCookies([{ name: "person", value: "bob", url: visit.page.url() }]);
      const other = await visit.context.newPage();
      await openPage({ ...visit, page: other });
      await handler.publish("list", append("a"));
      for (const page of [visit.page, other]) await page.locator("#a").waitFor();
      await streams.until(2);
    });
  } finally {
    await handler.close();
  }
});

Deno.test("tabs that share a stream are all rejected at once when their user signs out", async () => {
  let isAllowed = true;
  const { handler } = listApp({ principal: () => "ada", guard: () => isAllowed });
  const streams = countStreams(handler);
  try {
    await withPage(handler, async (visit) => {
      const tabs = await openTabs(visit, streams, 3);
      for (const page of tabs) {
        await page.evaluate(() => {
          addEventListener("hyper:requestError", ({ detail }) => document.title = `${detail.status}`);
        });
      }
      isAllowed = false;
      handler.disconnect("ada");
      for (const page of tabs) await page.waitForFunction(() => document.title === "403");
    });
  } finally {
    await handler.close();
  }
});

liveTest(
  "tabs with different pages leave connections free too: a hidden tab waits until it is shown",
  async (visit, app) => {
    const { handler } = app;
    const streams = countStreams(handler);
    const tabs: Visit["page"][] = [];
    for (let index = 0; index < 8; index++) {
      const page = index === 0 ? visit.page : await visit.context.newPage();
      await openPage({ ...visit, page }, `/?tab=${index}`);
      // Without a window, every page counts as visible.
      await page.evaluate(() =>
        Object.defineProperty(Document.prototype, "hidden", { value: true, configurable: true })
      );
      await streams.until(Math.min(index + 1, 4));
      tabs.push(page);
    }
    // Each of eight tabs still receives responses to its calls.
    for (const page of tabs) await call(page, "rename", { title: "Tea" });
    await handler.publish("list", append("a"));
    const shown = (): Promise<number[]> => Promise.all(tabs.map((page) => page.locator("#a").count()));
    while ((await shown()).filter((count) => count > 0).length < 4);
    const waiting = tabs[(await shown()).indexOf(0)];
    if (waiting === undefined) throw new Error("Four tabs wait");
    await waiting.evaluate(() => {
      Object.defineProperty(Document.prototype, "hidden", { value: false, configurable: true });
      document.dispatchEvent(new Event("visibilitychange"));
    });
    await waiting.locator("#a").waitFor();
    await streams.until(4);
    assertEquals(await rowsOf(waiting), ["first", "a"]);
  },
);

liveTest("a tab that cannot use locks, as in a sandboxed frame, reads its own stream", async (visit, { handler }) => {
  const streams = countStreams(handler);
  await visit.page.addInitScript(() => {
    navigator.locks.request = () => Promise.reject(new DOMException("No locks here", "SecurityError"));
  });
  await visit.page.clock.install();
  await openPage(visit);
  await visit.page.clock.fastForward(20_000);
  await handler.publish("list", append("a"));
  await visit.page.locator("#a").waitFor();
  assertEquals(streams.opened, 1);
});
