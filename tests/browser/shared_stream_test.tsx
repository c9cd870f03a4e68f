/** Regions and topics of one browser on one connection, over HTTP/1.1 on a real socket, where a browser has six. */
import { assertEquals } from "@std/assert";
import type { Page } from "playwright-core";
import {
  action,
  changed,
  ClientScript,
  createHandler,
  Form,
  type Handler,
  type HandlerOptions,
  html,
  live,
  region,
} from "../../mod.ts";
import { type Visit, withPage } from "../support/browser.ts";
import { withinTime } from "../support/clock.ts";
import type {} from "../../client.ts";

/** More than the connections that a browser opens to a host. */
const TOPICS = Array.from({ length: 8 }, (_, index) => `t${index}`);

/** Pages with eight topics, a region and a form. */
function createSite(options: HandlerOptions = {}) {
  const state = { likes: 0, allowed: () => true };
  const Likes = region("likes", { depends: "likes", guard: () => true }, () => <output>{state.likes} likes</output>);
  const like = action("like", () => {
    state.likes++;
    return changed("likes");
  });
  const watch = action("watch", { method: "GET" }, ({ url }) => {
    const topic = `${url.searchParams.get("topic")}`;
    return live(topic, { guard: () => state.allowed(), guardSeconds: 0.1, refresh: () => [] });
  });
  const Page = () => (
    <html lang="en">
      <head>
        <title>Topics</title>
        <ClientScript />
      </head>
      <body>
        <Likes />
        <Form action={like}>
          <button>Like</button>
        </Form>
        {TOPICS.map((topic) => <p key={topic} id={topic}>none</p>)}
      </body>
    </html>
  );
  const handler = createHandler({
    principal: () => "ada",
    pages: [{ path: "/", load: () => Promise.resolve({ default: Page, Likes, like, watch }) }],
    heartbeatSeconds: 1,
    ...options,
  });
  return { handler, state };
}

/** Serves a handler, and counts the connections that its streams hold. */
function countConnections(handler: Handler) {
  const open = new Map<string, number>();
  const statuses: number[] = [];
  let asked = 0;
  let onChange = (): void => {};
  const count = (name: string, by: number): void => {
    open.set(name, (open.get(name) ?? 0) + by);
    onChange();
  };
  const held = (name: string): number => open.get(name) ?? 0;
  const until = async (isReached: () => boolean): Promise<void> => {
    while (!isReached()) await withinTime(new Promise<void>((resolve) => onChange = resolve), 30_000);
  };
  return {
    /** The statuses of all requests to watch. */
    statuses,
    async serve(request: Request, info: Deno.ServeHandlerInfo): Promise<Response> {
      const response = await handler(request, info);
      const name = request.headers.get("x-hyper-action") ?? "";
      if (/watch$/.test(name)) statuses.push(response.status);
      if (name === "watch") asked++;
      if (!response.headers.has("x-hyper-stream")) return response;
      count(name, 1);
      info.completed.then(() => count(name, -1), () => count(name, -1));
      return response;
    },
    /** Waits until one connection is held, for everything, after the requests of a number of calls. */
    untilOne: (requests: number): Promise<void> =>
      until(() => asked >= requests && held("watch") === 0 && held("hyper:watch") === 1),
    untilNone: (): Promise<void> => until(() => held("watch") + held("hyper:watch") === 0),
  };
}

/** Returns whether a status is a refusal. One with 400 goes to a client that has left before its body arrived. */
const isRefusal = (status: number): boolean => status > 400;

/** Watches all topics from a script. */
async function watchAll(page: Page): Promise<void> {
  await page.evaluate((topics) => {
    for (const topic of topics) {
      void globalThis.action("watch", {}, { method: "GET", key: topic, url: `/?topic=${topic}` }).catch(() => {});
    }
  }, TOPICS);
}

async function publishAll(handler: Handler, text: string): Promise<void> {
  for (const topic of TOPICS) {
    await handler.publish(topic, html(`${topic} ${text}`, { target: `#${topic}`, swap: "inner" }));
  }
}

async function shown(page: Page, text: string): Promise<void> {
  for (const topic of TOPICS) await page.locator(`#${topic}`).getByText(`${topic} ${text}`, { exact: true }).waitFor();
}

async function onSite(
  run: (
    visit: Visit,
    site: ReturnType<typeof createSite>,
    connections: ReturnType<typeof countConnections>,
  ) => Promise<void>,
  options: HandlerOptions = {},
): Promise<void> {
  const site = createSite(options);
  const connections = countConnections(site.handler);
  try {
    await withPage(connections.serve, (visit) => run(visit, site, connections));
  } finally {
    await site.handler.close();
  }
}

Deno.test("eight topics and a region of a page hold one connection, and a form of it is answered", async () => {
  await onSite(async ({ page }, { handler }, connections) => {
    await page.goto("/");
    await watchAll(page);
    await page.getByRole("button", { name: "Like" }).click();
    await page.getByText("1 likes").waitFor();
    await connections.untilOne(TOPICS.length);
    await publishAll(handler, "first");
    await shown(page, "first");
    await page.getByRole("button", { name: "Like" }).click();
    await page.getByText("2 likes").waitFor();
    // No request was denied: eight topics are more than `streamsPerCaller`.
    assertEquals(connections.statuses.filter(isRefusal), []);
  });
});

Deno.test("eight tabs with eight topics each hold one connection; when the first is closed, nothing is lost", async () => {
  await onSite(async ({ page, context }, { handler }, connections) => {
    const tabs = [page];
    await page.goto("/");
    await watchAll(page);
    for (let more = 0; more < 7; more++) {
      const tab = await context.newPage();
      await tab.goto("/");
      await watchAll(tab);
      tabs.push(tab);
    }
    await connections.untilOne(64);
    await publishAll(handler, "first");
    for (const tab of tabs) await shown(tab, "first");
    const closing = page.close();
    await publishAll(handler, "second");
    await closing;
    for (const tab of tabs.slice(1)) await shown(tab, "second");
    await tabs[1]?.getByRole("button", { name: "Like" }).click();
    for (const tab of tabs.slice(1)) await tab.getByText("1 likes").waitFor();
    assertEquals(connections.statuses.filter(isRefusal), []);
  });
});

Deno.test("the error of one topic ends its call alone, with its status; abort ends another one", async () => {
  await onSite(async ({ page, events }, { handler, state }, connections) => {
    await page.goto("/");
    await page.evaluate(() => {
      const watch = (topic: string, signal?: AbortSignal) =>
        globalThis.action("watch", {}, { method: "GET", key: topic, url: `/?topic=${topic}`, signal });
      const abort = new AbortController();
      addEventListener("stop", () => abort.abort());
      void watch("t0", abort.signal);
      void watch("t1");
    });
    await connections.untilOne(2);
    await page.evaluate(() => dispatchEvent(new Event("stop")));
    assertEquals((await events.next("hyper:requestAborted")).detail.reason, "signal");
    await handler.publish("t1", html("alive", { target: "#t1", swap: "inner" }));
    await page.locator("#t1").getByText("alive").waitFor();
    state.allowed = () => false;
    assertEquals((await events.next("hyper:requestError")).detail.status, 403);
  });
});

Deno.test("a topic that a page no longer watches is not sent to it", async () => {
  const closed = Promise.withResolvers<void>();
  let isRemoved = false;
  await onSite(async ({ page }, { handler }, connections) => {
    handler.signals.streamClosed.connect(({ request, actionName }) => {
      if (isRemoved && actionName === "watch" && new URL(request.url).search === "?topic=t0") closed.resolve();
    });
    await page.goto("/");
    await page.evaluate(() => {
      const button = document.querySelector("button");
      void globalThis.action("watch", {}, { method: "GET", url: "/?topic=t0", key: "t0", sourceEl: button });
      void globalThis.action("watch", {}, { method: "GET", url: "/?topic=t1", key: "t1" });
    });
    await connections.untilOne(2);
    isRemoved = true;
    await handler.publish("t1", html("", { target: "form", swap: "delete" }));
    await page.locator("form").waitFor({ state: "detached" });
    await withinTime(closed.promise);
    await handler.publish("t0", html("late", { target: "#t0", swap: "inner" }));
    await handler.publish("t1", html("alive", { target: "#t1", swap: "inner" }));
    await page.locator("#t1").getByText("alive").waitFor();
    assertEquals(await page.locator("#t0").textContent(), "none");
  });
});

Deno.test("a page that comes back from the back/forward cache continues its topics without a gap", async () => {
  await onSite(async ({ page }, { handler }, connections) => {
    await page.goto("/");
    await watchAll(page);
    await connections.untilOne(TOPICS.length);
    // Chromium under Playwright has no back/forward cache: these are the events that a page would receive.
    await page.evaluate(() => dispatchEvent(new PageTransitionEvent("pagehide", { persisted: true })));
    await publishAll(handler, "meanwhile");
    await page.evaluate(() => dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true })));
    await shown(page, "meanwhile");
    await connections.untilOne(2 * TOPICS.length);
    await publishAll(handler, "later");
    await shown(page, "later");
  });
});

/** A page that shows nothing but counts, by the tab that watches, who is online. */
function createRoom() {
  const online = new Map<string, number>();
  const gone: string[] = [];
  const watch = action("watch", { method: "GET" }, async function* ({ url }) {
    const name = `${url.searchParams.get("name")}`;
    online.set(name, (online.get(name) ?? 0) + 1);
    try {
      yield live("room", { refresh: () => [] });
    } finally {
      online.set(name, (online.get(name) ?? 0) - 1);
      if (online.get(name) === 0) gone.push(name);
    }
  });
  const Page = () => (
    <html lang="en">
      <head>
        <title>Room</title>
        <ClientScript />
      </head>
      <body>
        <p id="said">nothing</p>
      </body>
    </html>
  );
  const handler = createHandler({
    principal: () => "ada",
    // The stream of the browser, and the request of a call that begins.
    limits: { streamsPerCaller: 2 },
    pages: [{ path: "/", load: () => Promise.resolve({ default: Page, watch }) }],
  });
  return { handler, gone };
}

for (const leads of [false, true]) {
  Deno.test(`who watches in one tab stays online while ${leads ? "the leader" : "another tab"} is loaded again and again`, async () => {
    const { handler, gone } = createRoom();
    const connections = countConnections(handler);
    const enter = (tab: Page, name: string) =>
      tab.evaluate((name) => {
        void globalThis.action("watch", {}, { method: "GET", url: `/?name=${name}` }).catch(() => {});
      }, name);
    try {
      await withPage(connections.serve, async ({ page, context }) => {
        const other = await context.newPage();
        // The first tab that watches leads.
        const [first, second] = leads ? [other, page] : [page, other];
        for (const [at, tab] of [first, second].entries()) {
          await tab.goto("/");
          await enter(tab, tab === page ? "stays" : "loads");
          await connections.untilOne(at + 1);
        }
        for (let loads = 0; loads < 3; loads++) {
          await other.reload();
          await enter(other, "loads");
          await connections.untilOne(3 + loads);
          await handler.publish("room", html(`${loads}`, { target: "#said", swap: "inner" }));
          await page.locator("#said").getByText(`${loads}`, { exact: true }).waitFor();
        }
        assertEquals(gone.filter((name) => name === "stays"), []);
      });
    } finally {
      await handler.close();
    }
  });
}

Deno.test("without locks, as on a page without TLS, the topics of a tab hold one connection, and none while it is hidden", async () => {
  await onSite(async ({ page }, { handler }, connections) => {
    await page.addInitScript(() => {
      Reflect.deleteProperty(Navigator.prototype, "locks");
    });
    await page.goto("/");
    await watchAll(page);
    await connections.untilOne(TOPICS.length);
    await publishAll(handler, "first");
    await shown(page, "first");
    const show = (hidden: boolean) =>
      page.evaluate((hidden) => {
        Object.defineProperty(Document.prototype, "hidden", { value: hidden, configurable: true });
        document.dispatchEvent(new Event("visibilitychange"));
      }, hidden);
    await show(true);
    await connections.untilNone();
    await publishAll(handler, "second");
    await handler.changed("likes");
    await show(false);
    await shown(page, "second");
    await connections.untilOne(2 * TOPICS.length);
  });
});
