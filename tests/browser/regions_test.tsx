/** Regions in real pages: in the tab that makes a change, with and without scripts, and in other tabs. */
import { assertEquals, assertLess } from "@std/assert";
import {
  action,
  changed,
  ClientScript,
  createHandler,
  Form,
  type Handler,
  type HandlerOptions,
  HyperError,
  region,
} from "../../mod.ts";
import { type Visit, withPage } from "../support/browser.ts";
import type {} from "../../client.ts";

/** Two counters on a page, and a form for each. */
function countersApp(options: HandlerOptions = {}) {
  const state = { counts: { a: 0, b: 0 } as Record<string, number>, renders: [] as string[], pages: 0 };
  const Counter = region("counter", { depends: ({ instance }) => `counter:${instance}` }, ({ instance }) => {
    state.renders.push(String(instance));
    return <output id={`count-${instance}`}>{state.counts[String(instance)]}</output>;
  });
  const Total = region("total", { depends: ["counter:a", "counter:b"] }, () => {
    state.renders.push("total");
    return <p id="total">{Object.values(state.counts).reduce((sum, count) => sum + count)}</p>;
  });
  const add = action("add", ({ data }) => {
    const name = String(data.name);
    state.counts[name] = (state.counts[name] ?? 0) + 1;
    return changed(`counter:${name}`);
  });
  const Page = () => {
    state.pages++;
    return (
      <main>
        <Counter instance="a" />
        <Counter instance="b" />
        <Total />
        {["a", "b"].map((name) => (
          <Form key={name} action={add} id={`form-${name}`}>
            <input type="hidden" name="name" value={name} />
            <button>Add to {name}</button>
          </Form>
        ))}
      </main>
    );
  };
  const handler: Handler = createHandler({
    keys: ["k".repeat(32)],
    pages: [{ path: "/", load: () => Promise.resolve({ default: Page, Counter, Total, add }) }],
    heartbeatSeconds: 1,
    ...options,
  });
  return { handler, state };
}

type CountersApp = ReturnType<typeof countersApp>;

function countersTest(
  name: string,
  visit: (visit: Visit, app: CountersApp) => Promise<void>,
  javaScriptEnabled = true,
) {
  Deno.test(name, async () => {
    const app = countersApp();
    try {
      await withPage(app.handler, (it) => visit(it, app), { javaScriptEnabled });
    } finally {
      await app.handler.close();
    }
  });
}

countersTest(
  "a form shows the regions that it has changed, and nothing else of the page is rendered",
  async (visit, app) => {
    const { page } = visit;
    const { state } = app;
    await page.goto("/");
    // A call that is sent before the page watches its regions may be followed by one request for them.
    await watching(visit, app);
    state.pages = 0;
    await page.getByRole("button", { name: "Add to a" }).click();
    await page.locator("#count-a", { hasText: "1" }).waitFor();
    await page.locator("#total", { hasText: "1" }).waitFor();
    assertEquals([state.renders.toSorted(), state.pages], [["a", "total"], 0]);
    assertEquals(await page.locator("#count-b").textContent(), "0");
  },
);

countersTest("without scripts a form leads back to its page, which shows the change", async ({ page }) => {
  await page.goto("/");
  await page.getByRole("button", { name: "Add to b" }).click();
  await page.locator("#count-b", { hasText: "1" }).waitFor();
  assertEquals(await page.locator("#total").textContent(), "1");
}, false);

countersTest(
  "a change of another user is shown, by one request for all regions that depend on it",
  async (visit, app) => {
    const { page, events } = visit;
    await page.goto("/");
    const from = await watching(visit, app);
    app.state.renders.length = app.state.pages = 0;
    app.state.counts.a = 5;
    await app.handler.changed("counter:a");
    await page.locator("#count-a", { hasText: "5" }).waitFor();
    await page.locator("#total", { hasText: "5" }).waitFor();
    assertEquals([app.state.renders.toSorted(), app.state.pages], [["a", "total"], 0]);
    assertEquals(asked(events, from), ["hyper:regions"]);
  },
);

countersTest("a tab does not ask again for what the response to its own call has shown", async (visit, app) => {
  const { page, events } = visit;
  await page.goto("/");
  const from = await watching(visit, app);
  await page.getByRole("button", { name: "Add to a" }).click();
  await page.locator("#count-a", { hasText: "1" }).waitFor();
  // In the order of changes: events about the own one have arrived before.
  app.state.counts.b = 7;
  await app.handler.changed("counter:b");
  await page.locator("#count-b", { hasText: "7" }).waitFor();
  await page.locator("#total", { hasText: "8" }).waitFor();
  assertEquals(asked(events, from), ["add", "hyper:regions"]);
  assertEquals(app.state.renders.filter((name) => name === "a").length, 1);
});

countersTest("a burst of 100 changes is at most two requests", async (visit, app) => {
  const { page, events } = visit;
  await page.goto("/");
  const from = await watching(visit, app);
  for (let count = 1; count <= 100; count++) {
    app.state.counts.b = count;
    await app.handler.changed("counter:b");
  }
  await page.locator("#count-b", { hasText: "100" }).waitFor();
  assertLess(asked(events, from).length, 3);
});

countersTest("two tabs of a browser show each other's changes, over one stream", async (visit, app) => {
  const { page, context } = visit;
  await page.goto("/");
  await watching(visit, app);
  const other = await context.newPage();
  await other.goto("/");
  await other.bringToFront();
  await other.getByRole("button", { name: "Add to a" }).click();
  await other.locator("#count-a", { hasText: "1" }).waitFor();
  await page.bringToFront();
  await page.locator("#count-a", { hasText: "1" }).waitFor();
  await other.close();
  // If the other tab was the leader, this one is now.
  await page.getByRole("button", { name: "Add to b" }).click();
  await page.locator("#count-b", { hasText: "1" }).waitFor();
});

/** Waits until a change reaches the page: its stream is open. Returns the number of events so far. */
async function watching({ page, events }: Visit, { handler, state }: CountersApp): Promise<number> {
  state.counts.a = -1;
  await handler.changed("counter:a");
  await page.locator("#count-a", { hasText: "-1" }).waitFor();
  state.counts.a = 0;
  await handler.changed("counter:a");
  await page.locator("#count-a", { hasText: /^0$/ }).waitFor();
  await page.locator("#total", { hasText: /^0$/ }).waitFor();
  state.renders.length = 0;
  return events.all.length;
}

/** Returns the actions that were called after a number of events. */
function asked(events: Visit["events"], from: number): unknown[] {
  return events.all.slice(from).filter(({ type }) => type === "hyper:beforeRequest").map(({ detail }) => detail.action);
}

Deno.test("after a navigation the regions of the new page follow changes, those of the old one do not, and the layout's stay", async () => {
  const values: Record<string, number> = { 1: 10, 2: 20, count: 0 };
  const renders: string[] = [];
  const Item = region("item", { depends: ({ params }) => `item:${params.id}` }, ({ params }) => {
    renders.push(`item ${params.id}`);
    return <output id="item">{`item ${params.id} is ${values[String(params.id)]}`}</output>;
  });
  const Count = region("count", { depends: "count" }, () => {
    renders.push("count");
    return <b id="count">{`count ${values.count}`}</b>;
  });
  const add = action("add", ({ originPage }) => {
    const id = originPage?.pathname.split("/").at(-1) ?? "";
    values[id] = (values[id] ?? 0) + 1;
    return changed(`item:${id}`);
  });
  const Page = () => (
    <html lang="en">
      <head>
        <title>Items</title>
        <ClientScript />
      </head>
      <body hyper-nav>
        <Count />
        <main>
          <a href="/items/1">One</a> <a href="/items/2">Two</a>
          <Item />
          <Form action={add}>
            <button>Add</button>
          </Form>
        </main>
      </body>
    </html>
  );
  const handler = createHandler({
    keys: ["k".repeat(32)],
    pages: [{ path: "/items/[id]", load: () => Promise.resolve({ default: Page, Item, Count, add }) }],
    heartbeatSeconds: 1,
  });
  try {
    await withPage(handler, async ({ page }) => {
      const change = async (topic: string, value: number) => {
        values[topic.replace("item:", "")] = value;
        await handler.changed(topic);
      };
      await page.goto("/items/1");
      await page.getByRole("link", { name: "Two" }).click();
      await page.getByText("item 2 is 20").waitFor();
      await page.getByRole("button", { name: "Add" }).click();
      await page.getByText("item 2 is 21").waitFor();
      renders.length = 0;
      await change("item:1", 11);
      await change("item:2", 22);
      await page.getByText("item 2 is 22").waitFor();
      await change("count", 3);
      await page.getByText("count 3").waitFor();
      assertEquals(renders.filter((name) => name === "item 1"), []);
      await page.goBack();
      await page.getByText("item 1 is 11").waitFor();
      await change("item:1", 12);
      await page.getByText("item 1 is 12").waitFor();
      assertEquals(new URL(page.url()).pathname, "/items/1");
      await page.getByRole("button", { name: "Add" }).click();
      await page.getByText("item 1 is 13").waitFor();
      assertEquals(values, { 1: 13, 2: 22, count: 3 });
    });
  } finally {
    await handler.close();
  }
});

Deno.test("a region with every is renewed without a change, again and again, and nothing else is", async () => {
  let [ticks, others] = [0, 0];
  const Clock = region("clock", { depends: [], every: 1 }, () => <output>{`tick ${++ticks}`}</output>);
  const Other = region("other", { depends: [] }, () => <p>{`other ${++others}`}</p>);
  const Page = () => (
    <main>
      <Clock />
      <Other />
    </main>
  );
  const handler = createHandler({
    keys: ["k".repeat(32)],
    pages: [{ path: "/", load: () => Promise.resolve({ default: Page, Clock, Other }) }],
    heartbeatSeconds: 1,
  });
  try {
    await withPage(handler, async ({ page }) => {
      await page.goto("/");
      await page.getByText("tick 2").waitFor();
      await page.getByText("tick 4").waitFor();
      assertEquals(others, 1);
    });
  } finally {
    await handler.close();
  }
});

for (const javaScriptEnabled of [true, false]) {
  Deno.test(`hyper-renew in the error of a region tries again, with scripts ${javaScriptEnabled ? "on" : "off"}`, async () => {
    let isBroken = true;
    const failing = (name: string) =>
      region(name, {
        depends: [],
        error: () => (
          <div>
            {name} failed <a href="" hyper-renew>{`Try ${name} again`}</a>
          </div>
        ),
      }, () => {
        if (isBroken) throw new HyperError(409, "not yet");
        return <p>{name} is here</p>;
      });
    const [First, Second] = [failing("first"), failing("second")];
    const Page = () => (
      <main hyper-nav>
        <First />
        <div hyper-off>
          <Second />
        </div>
      </main>
    );
    let documents = 0;
    const handler = createHandler({
      keys: ["k".repeat(32)],
      pages: [{ path: "/", load: () => Promise.resolve({ default: Page, First, Second }) }],
    });
    const served: Deno.ServeHandler<Deno.NetAddr> = (request, info) => {
      if (request.method === "GET" && new URL(request.url).pathname === "/") documents++;
      return handler(request, info);
    };
    try {
      await withPage(served, async ({ page, events }) => {
        await page.goto("/");
        if (javaScriptEnabled) {
          // The part that renews regions is loaded when the page is idle.
          await page.evaluate(() => new Promise<void>((resolve) => requestIdleCallback(() => resolve())));
          await page.waitForFunction(() =>
            performance.getEntriesByType("resource").some(({ name }) => name.includes("/live-"))
          );
        }
        await page.getByRole("link", { name: "Try first again" }).click();
        if (javaScriptEnabled) await events.next("hyper:afterRequest");
        await page.getByText("first failed").waitFor();
        isBroken = false;
        await page.getByRole("link", { name: "Try first again" }).click();
        await page.getByText("first is here").waitFor();
        // Without scripts the page was loaded again, twice. In hyper-off the link is one without the runtime.
        assertEquals(documents, javaScriptEnabled ? 1 : 3);
        if (!javaScriptEnabled) return await page.getByText("second is here").waitFor();
        await page.getByText("second failed").waitFor();
        await page.getByRole("link", { name: "Try second again" }).click();
        await page.getByText("second is here").waitFor();
        assertEquals(documents, 2);
      }, { javaScriptEnabled });
    } finally {
      await handler.close();
    }
  });
}

Deno.test("regions that the server denies are asked for once", async () => {
  const { handler } = countersApp();
  let asks = 0;
  const denying = (request: Request): Response | Promise<Response> => {
    if (request.headers.get("x-hyper-action") !== "hyper:regions") return handler(request);
    asks++;
    return new Response(null, { status: 403 });
  };
  try {
    await withPage(denying, async ({ page, events }) => {
      await page.clock.install();
      const watched = page.waitForResponse((response) =>
        response.request().headers()["x-hyper-action"] === "hyper:watch"
      );
      await page.goto("/");
      await page.clock.runFor(1_000);
      await watched;
      await handler.changed("counter:a");
      await page.clock.runFor(2_000);
      await events.next("hyper:requestError");
      await page.clock.runFor(20_000);
      // A request that it has sent would have arrived before.
      await page.evaluate(async () => void await (await fetch("/")).text());
      assertEquals(asks, 1);
    });
  } finally {
    await handler.close();
  }
});
