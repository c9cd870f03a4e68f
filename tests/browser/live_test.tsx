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
    pages: ["/", "/area"].map((path) => ({
      path,
      load: () => Promise.resolve({ default: Page, watch, add, addPlain, rename }),
    })),
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

/** Serves a handler, and counts the connections that its streams hold. */
function countStreams(handler: Handler) {
  const open = { watch: 0, "hyper:watch": 0 };
  const requests = { watch: 0, "hyper:watch": 0 };
  let onChange = (): void => {};
  const until = async (isReached: () => boolean): Promise<void> => {
    while (!isReached()) await withinTime(new Promise<void>((resolve) => onChange = resolve), 20_000);
  };
  return {
    open,
    requests,
    serve: async (request: Request, info: Deno.ServeHandlerInfo): Promise<Response> => {
      const name = request.headers.get("x-hyper-action");
      const response = await handler(request, info);
      if ((name !== "watch" && name !== "hyper:watch") || !response.headers.has("x-hyper-stream")) return response;
      open[name]++;
      requests[name]++;
      onChange();
      const close = (): void => {
        open[name]--;
        onChange();
      };
      info.completed.then(close, close);
      return response;
    },
    until,
    /** Waits until the one stream of the browser is open, and no other. */
    untilShared: (): Promise<void> => until(() => open.watch === 0 && open["hyper:watch"] === 1),
  };
}

type Streams = ReturnType<typeof countStreams>;

function liveTest(
  name: string,
  visit: (visit: Visit, app: ReturnType<typeof listApp>, streams: Streams) => Promise<void>,
): void {
  Deno.test(name, async () => {
    const app = listApp();
    const streams = countStreams(app.handler);
    try {
      await withPage(streams.serve, (it) => visit(it, app, streams));
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

/** Returns the positions from which the stream of the browser continues topics; `null` for another request. */
async function placesOf(request: Request): Promise<string[] | null> {
  if (request.headers.get("x-hyper-action") !== "hyper:watch") return null;
  const { calls } = await request.clone().json();
  return calls.map(({ place }: { readonly place: string }) => place);
}

Deno.test("H7: a tab that lost its stream after its own change continues behind that change", async () => {
  const { handler } = listApp();
  const asked: string[][] = [];
  const again = Promise.withResolvers<void>();
  let ownId = "";
  const serve = async (request: Request, info: ConnectionInfo): Promise<Response> => {
    const places = await placesOf(request);
    const response = await handler(request, info);
    if (places === null) return response;
    asked.push(places);
    if (asked.length > 1) again.resolve();
    // The first stream ends after the change.
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
      await call(visit.page, "add", { text: "mine" });
      await withinTime(again.promise);
      assertEquals([asked.length, ownId.startsWith("live:"), asked[1]], [2, true, [ownId]]);
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
    const name = request.headers.get("x-hyper-action");
    if (name !== "watch" && name !== "hyper:watch") return await handler(request, info);
    if (name === "watch") state.asked.push(request.headers.get("last-event-id"));
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
      await handler.publish("list", html(<li id="a">a</li>, { target: "#list", swap: "append" }));
      await page.locator("#a").waitFor();
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

liveTest("tabs of one browser with the same topics share one stream", async (visit, { handler, state }, streams) => {
  const tabs = [visit.page];
  await openPage(visit);
  await streams.untilShared();
  for (let more = 0; more < 3; more++) {
    const page = await visit.context.newPage();
    await openPage({ ...visit, page });
    tabs.push(page);
    await streams.untilShared();
  }
  for (const text of ["a", "b"]) {
    await handler.publish("list", html(<li id={text}>{text}</li>, { target: "#list", swap: "append" }));
  }
  for (const page of tabs) {
    await page.locator("#b").waitFor();
    assertEquals(await rowsOf(page), ["first", "a", "b"]);
  }
  assertEquals([streams.open, streams.requests.watch, state.refreshes], [{ watch: 0, "hyper:watch": 1 }, 4, 4]);
});

liveTest(
  "when the reading tab is closed, another tab reads on without a gap",
  async (visit, { handler, state }, streams) => {
    await openPage(visit);
    await streams.untilShared();
    const [second, third] = [await visit.context.newPage(), await visit.context.newPage()];
    for (const page of [second, third]) {
      await openPage({ ...visit, page });
      await page.evaluate(() => void Hyper.configure({ retry: { interval: 20 } }));
      await streams.untilShared();
    }
    await handler.publish("list", html(<li id="a">a</li>, { target: "#list", swap: "append" }));
    for (const page of [visit.page, second, third]) await page.locator("#a").waitFor();
    await visit.page.close();
    // Published while no tab reads, or while the next one begins to read.
    await handler.publish("list", html(<li id="b">b</li>, { target: "#list", swap: "append" }));
    for (const page of [second, third]) await page.locator("#b").waitFor();
    await streams.untilShared();
    await handler.publish("list", html(<li id="c">c</li>, { target: "#list", swap: "append" }));
    for (const page of [second, third]) {
      await page.locator("#c").waitFor();
      assertEquals(await rowsOf(page), ["first", "a", "b", "c"]);
    }
    assertEquals(state.refreshes, 3);
  },
);

liveTest("a tab applies its own change once when another tab reads the stream", async (visit, { handler }, streams) => {
  await openPage(visit);
  await streams.untilShared();
  const second = await visit.context.newPage();
  await openPage({ ...visit, page: second });
  await streams.untilShared();
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
  streams: Streams,
  count: number,
): Promise<Visit["page"][]> {
  const tabs: Visit["page"][] = [];
  for (let index = 0; index < count; index++) {
    const page = index === 0 ? visit.page : await visit.context.newPage();
    await openPage({ ...visit, page });
    await page.evaluate(() => void Hyper.configure({ retry: { interval: 20 } }));
    await streams.untilShared();
    tabs.push(page);
  }
  return tabs;
}

const append = (text: string) => html(<li id={text}>{text}</li>, { target: "#list", swap: "append" });

liveTest(
  "when the reading tab is closed, only one of the others connects to the server",
  async (visit, app, streams) => {
    const { handler } = app;
    const [first, ...others] = await openTabs(visit, streams, 4);
    const { watch: asked } = streams.requests;
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
    assertEquals([streams.requests.watch - asked, streams.open["hyper:watch"], retries], [0, 1, []]);
  },
);

liveTest(
  "when the reading tab is frozen, another tab reads on, and the frozen tab misses nothing when it resumes",
  async (visit, app, streams) => {
    const { handler } = app;
    const [first, second, third] = await openTabs(visit, streams, 3);
    if (first === undefined || second === undefined || third === undefined) throw new Error("Three tabs were opened");
    const { "hyper:watch": opened } = streams.requests;
    // Headless Chromium does not freeze pages, so the event is fired here.
    await first.evaluate(() => document.dispatchEvent(new Event("freeze")));
    await streams.until(() => streams.requests["hyper:watch"] > opened);
    await handler.publish("list", append("a"));
    for (const page of [second, third]) await page.locator("#a").waitFor();
    await first.evaluate(() => document.dispatchEvent(new Event("resume")));
    await first.locator("#a").waitFor();
    await streams.untilShared();
    await handler.publish("list", append("b"));
    for (const page of [first, second, third]) {
      await page.locator("#b").waitFor();
      assertEquals(await rowsOf(page), ["first", "a", "b"]);
    }
  },
);

liveTest(
  "a tab that is slow to apply messages does not delay the tabs that it reads for",
  async (visit, { handler }, streams) => {
    const [first, second] = await openTabs(visit, streams, 2);
    await first?.evaluate(() => {
      addEventListener("hyper:streamEvent", ({ detail }) => detail.waitUntil(new Promise(() => {})));
    });
    for (const text of ["a", "b", "c"]) await handler.publish("list", append(text));
    await second?.locator("#c").waitFor();
    assertEquals(await first?.locator("#c").count(), 0);
  },
);

liveTest(
  "a tab takes over from a tab that holds the lock and does not respond",
  async (visit, { handler }, streams) => {
    const [first, second] = await openTabs(visit, streams, 2);
    if (first === undefined || second === undefined) throw new Error("Two tabs were opened");
    const held = await first.evaluate(async () => (await navigator.locks.query()).held?.map(({ name }) => `${name}`));
    const name = held?.find((name) => /^hyper:.*:stream$/.test(name)) ?? "";
    assertEquals(name === "", false);
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
    let isTaken = false;
    const taken = first.waitForFunction(() => document.title === "taken").then(() => isTaken = true);
    while (!isTaken) await third.clock.fastForward(1_000);
    await taken;
    await streams.untilShared();
    await handler.publish("list", append("a"));
    for (const page of [second, third]) await page.locator("#a").waitFor();
  },
);

liveTest(
  "many tabs of one browser leave connections free for the calls of their user",
  async (visit, _list, streams) => {
    const tabs = await openTabs(visit, streams, 8);
    // Each is sent and answered over HTTP/1.1, where a browser opens six connections to a host.
    for (const [index, page] of tabs.entries()) await call(page, "add", { text: `t${index}` });
    for (const page of tabs) {
      await page.locator("#t7").waitFor();
      assertEquals(await rowsOf(page), ["first", ...tabs.map((_, index) => `t${index}`)]);
    }
  },
);

Deno.test("after another user has signed in, each tab sends its request again, and none reads the topic of the user before", async () => {
  const { handler } = listApp({ principal: (request) => request.headers.get("cookie") });
  const streams = countStreams(handler);
  try {
    await withPage(streams.serve, async (visit) => {
      await openTabs(visit, streams, 2);
      const { watch: asked } = streams.requests;
      await visit.context.addCookies([{ name: "person", value: "bob", url: visit.page.url() }]);
      const other = await visit.context.newPage();
      await openPage({ ...visit, page: other });
      await streams.until(() => streams.requests.watch === asked + 3);
      await streams.untilShared();
      await handler.publish("list", append("a"));
      for (const page of visit.context.pages()) {
        await page.locator("#a").waitFor();
        assertEquals(await rowsOf(page), ["first", "a"]);
      }
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
    await withPage(streams.serve, async (visit) => {
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
  "tabs whose cookies the stream of the browser does not have read alone, and leave connections free: a hidden one waits",
  async (visit, { handler }, streams) => {
    await openPage(visit);
    await streams.untilShared();
    const cookie = { name: "view", value: "small", domain: "127.0.0.1", path: "/area" };
    await visit.context.addCookies([cookie]);
    const tabs: Visit["page"][] = [];
    for (let index = 0; index < 6; index++) {
      const page = await visit.context.newPage();
      await openPage({ ...visit, page }, `/area?tab=${index}`);
      // Without a window, every page counts as visible.
      await page.evaluate(() =>
        Object.defineProperty(Document.prototype, "hidden", { value: true, configurable: true })
      );
      tabs.push(page);
    }
    // One of the four is the stream of the browser.
    await streams.until(() => streams.open["hyper:watch"] === 1 && streams.open.watch === 3);
    for (const page of tabs) await call(page, "rename", { title: "Tea" });
    await handler.publish("list", append("a"));
    const shown = (): Promise<number[]> => Promise.all(tabs.map((page) => page.locator("#a").count()));
    while ((await shown()).filter((count) => count > 0).length < 3);
    const waiting = tabs[(await shown()).indexOf(0)];
    if (waiting === undefined) throw new Error("Three tabs wait");
    await waiting.evaluate(() => {
      Object.defineProperty(Document.prototype, "hidden", { value: false, configurable: true });
      document.dispatchEvent(new Event("visibilitychange"));
    });
    await waiting.locator("#a").waitFor();
    assertEquals(await rowsOf(waiting), ["first", "a"]);
  },
);

liveTest(
  "a tab that cannot use locks, as in a sandboxed frame, reads its own stream",
  async (visit, { handler }, streams) => {
    await visit.page.addInitScript(() => {
      navigator.locks.request = () => Promise.reject(new DOMException("No locks here", "SecurityError"));
    });
    await openPage(visit);
    await streams.until(() => streams.requests.watch > 1 && streams.open.watch === 1);
    await handler.publish("list", append("a"));
    await visit.page.locator("#a").waitFor();
    assertEquals(streams.open, { watch: 1, "hyper:watch": 0 });
  },
);
