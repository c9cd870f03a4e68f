/** The stream that all tabs of a browser share, over HTTP/1.1: one connection, whatever they watch. */
import { assertEquals } from "@std/assert";
import type { Page } from "playwright-core";
import { action, ClientScript, createHandler, Form, type Handler, refresh, region } from "../../mod.ts";
import { withPage } from "../support/browser.ts";
import { withinTime } from "../support/clock.ts";

const TABS = 50;

interface Streams {
  readonly handler: Handler;
  readonly served: Deno.ServeHandler<Deno.NetAddr>;
  /** Waits until a number of streams is open. */
  untilOpen(count: number): Promise<void>;
  /** Changes the value of topics. */
  change(topics: readonly string[], value: string): Promise<void>;
}

/** Pages that watch a topic each, and count the streams at the server. */
function createStreams(): Streams {
  const values = new Map<string, string>();
  let open = 0;
  let onChange = (): void => {};
  const Value = region(
    "value",
    { depends: ({ params }) => `topic:${params.id}` },
    ({ params }) => <output>{`${params.id} is ${values.get(String(params.id)) ?? "new"}`}</output>,
  );
  const Page = () => (
    <html lang="en">
      <head>
        <title>Value</title>
        <ClientScript />
      </head>
      <body>
        <Value />
      </body>
    </html>
  );
  const handler = createHandler({
    keys: ["k".repeat(32)],
    pages: [{ path: "/[id]", load: () => Promise.resolve({ default: Page, Value }) }],
    heartbeatSeconds: 1,
  });
  return {
    handler,
    served: (request, info) => {
      if (request.headers.get("x-hyper-action") === "hyper:watch") {
        open++;
        onChange();
        const close = (): void => {
          open--;
          onChange();
        };
        info.completed.then(close, close);
      }
      return handler(request, info);
    },
    async untilOpen(count) {
      const { promise, resolve } = Promise.withResolvers<void>();
      onChange = () => open === count && resolve();
      onChange();
      await withinTime(promise);
    },
    async change(topics, value) {
      for (const topic of topics) values.set(topic, value);
      await Promise.all(topics.map((topic) => handler.changed(`topic:${topic}`)));
    },
  };
}

Deno.test("fifty tabs with a topic each share one connection; when the leader closes, another one takes over without a lost change", async () => {
  const streams = createStreams();
  const topics = Array.from({ length: TABS }, (_, index) => `t${index}`);
  try {
    await withPage(streams.served, async ({ page, context }) => {
      const tabs: Page[] = [page];
      await page.goto(`/${topics[0]}`);
      for (const topic of topics.slice(1)) {
        const tab = await context.newPage();
        await tab.goto(`/${topic}`);
        tabs.push(tab);
      }
      const show = (value: string, from = 0) =>
        Promise.all(tabs.map((tab, index) => index < from || tab.getByText(`${topics[index]} is ${value}`).waitFor()));
      await streams.change(topics, "first");
      await show("first");
      await streams.untilOpen(1);
      // The first tab leads.
      const closing = page.close();
      await streams.change(topics, "second");
      await closing;
      await show("second", 1);
      await streams.change(topics, "third");
      await show("third", 1);
      await streams.untilOpen(1);
    });
  } finally {
    await streams.handler.close();
  }
});

for (const how of ["of a link", "of a page that is requested once more after a post"]) {
  Deno.test(`a response ${how} that is older than what the page shows is brought up to date`, async () => {
    let value = "first";
    const posted = Promise.withResolvers<void>();
    const Value = region("value", { depends: "value" }, () => <output>{value}</output>);
    const save = action("save", () => posted.promise);
    const Page = () => (
      <html lang="en">
        <head>
          <title>Value</title>
          <ClientScript />
        </head>
        <body hyper-nav>
          <a href="/">Reload</a>
          <Form action={save}>
            <button>Save</button>
          </Form>
          <Value />
        </body>
      </html>
    );
    const handler = createHandler({
      keys: ["k".repeat(32)],
      pages: [{ path: "/", load: () => Promise.resolve({ default: Page, Value, save }) }],
    });
    try {
      await withPage(handler, async ({ page, events }) => {
        await page.goto("/");
        const change = async (next: string) => {
          value = next;
          await handler.changed("value");
          await page.locator("output").getByText(next, { exact: true }).waitFor();
        };
        await change("second");
        const reload = page.getByRole("link", { name: "Reload" });
        if (how !== "of a link") {
          await page.getByRole("button", { name: "Save" }).click();
          await events.next("hyper:beforeRequest");
          await reload.click();
          await events.next("hyper:navigate:after");
        }
        const asked = Promise.withResolvers<void>();
        const late = Promise.withResolvers<void>();
        await page.route((url) => url.pathname === "/", async (route) => {
          if (route.request().method() !== "GET") return await route.continue();
          const response = await route.fetch();
          asked.resolve();
          await late.promise;
          await route.fulfill({ response });
        });
        if (how === "of a link") await reload.click();
        posted.resolve();
        await asked.promise;
        await change("third");
        // Whatever shows the page, the old value is seen once.
        const isOld = page.waitForFunction(() => document.querySelector("output")?.textContent === "second");
        late.resolve();
        await isOld;
        await page.locator("output").getByText("third", { exact: true }).waitFor();
      });
    } finally {
      await handler.close();
    }
  });
}

Deno.test("a page that refresh() has rendered before a change by others is brought up to date", async () => {
  let value = "first";
  let isSlow = false;
  const begun = Promise.withResolvers<void>();
  const end = Promise.withResolvers<void>();
  const Value = region("value", { depends: "value" }, async () => {
    const rendered = value;
    if (isSlow) {
      isSlow = false;
      begun.resolve();
      await end.promise;
    }
    return <output>{rendered}</output>;
  });
  const save = action("save", () => {
    isSlow = true;
    return refresh();
  });
  const Page = () => (
    <html lang="en">
      <head>
        <title>Value</title>
        <ClientScript />
      </head>
      <body>
        <Form action={save}>
          <button>Save</button>
        </Form>
        <Value />
      </body>
    </html>
  );
  const handler = createHandler({
    keys: ["k".repeat(32)],
    pages: [{ path: "/", load: () => Promise.resolve({ default: Page, Value, save }) }],
  });
  try {
    await withPage(handler, async ({ page }) => {
      await page.goto("/");
      const change = async (next: string) => {
        value = next;
        await handler.changed("value");
        await page.locator("output").getByText(next, { exact: true }).waitFor();
      };
      await change("second");
      await page.getByRole("button", { name: "Save" }).click();
      await begun.promise;
      await change("third");
      const isOld = page.waitForFunction(() => document.querySelector("output")?.textContent === "second");
      end.resolve();
      await isOld;
      await page.locator("output").getByText("third", { exact: true }).waitFor();
    });
  } finally {
    await handler.close();
  }
});

// Chromium under Playwright has no back/forward cache and freezes no page: these are the events that a page would receive.
for (
  const [what, hide, show] of [
    [
      "goes into the back/forward cache",
      () => dispatchEvent(new PageTransitionEvent("pagehide", { persisted: true })),
      () => dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true })),
    ],
    [
      "is frozen",
      () => document.dispatchEvent(new Event("freeze")),
      () => document.dispatchEvent(new Event("resume")),
    ],
    [
      "is frozen in the back/forward cache",
      () => {
        dispatchEvent(new PageTransitionEvent("pagehide", { persisted: true }));
        document.dispatchEvent(new Event("freeze"));
      },
      () => {
        document.dispatchEvent(new Event("resume"));
        dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true }));
      },
    ],
  ] as readonly (readonly [string, () => unknown, () => unknown])[]
) {
  Deno.test(`a leader that ${what} leaves the stream to another tab, and shows what it has missed when it is back`, async () => {
    const streams = createStreams();
    try {
      await withPage(streams.served, async ({ page, context }) => {
        await page.goto("/a");
        await streams.change(["a"], "first");
        await page.getByText("a is first").waitFor();
        const other = await context.newPage();
        await other.goto("/b");
        await streams.change(["b"], "first");
        await other.getByText("b is first").waitFor();
        await page.evaluate(hide);
        await streams.change(["a", "b"], "second");
        await other.getByText("b is second").waitFor();
        await streams.untilOpen(1);
        assertEquals(await page.getByText("a is first").isVisible(), true);
        await page.evaluate(show);
        await page.getByText("a is second").waitFor();
        await streams.change(["a", "b"], "third");
        await page.getByText("a is third").waitFor();
        await other.getByText("b is third").waitFor();
        await streams.untilOpen(1);
      });
    } finally {
      await streams.handler.close();
    }
  });
}
