/** The stream that all tabs of a browser share, over HTTP/1.1: one connection, whatever they watch. */
import { assertEquals } from "@std/assert";
import type { Page } from "playwright-core";
import { action, ClientScript, createHandler, Form, type Handler, type Item, refresh, region } from "../../mod.ts";
import { type Visit, withPage } from "../support/browser.ts";
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

/** One page with a value that others change, links to itself and a form. */
class ValueSite {
  readonly handler: Handler;
  #value = "first";
  #isHeld = false;
  readonly #begun = Promise.withResolvers<void>();
  readonly #released = Promise.withResolvers<void>();

  /** @param answer Returns the result of the form. */
  constructor(answer: () => Item | Promise<void> | void) {
    const Value = region("value", { depends: "value" }, async () => {
      const rendered = this.#value;
      if (this.#isHeld) {
        this.#isHeld = false;
        this.#begun.resolve();
        await this.#released.promise;
      }
      return <output>{rendered}</output>;
    });
    const save = action("save", answer);
    const Page = () => (
      <html lang="en">
        <head>
          <title>Value</title>
          <ClientScript />
        </head>
        <body hyper-nav>
          <a href="/">Reload</a> <a href="/" hyper-layer>Open</a>
          <Form action={save}>
            <button>Save</button>
          </Form>
          <Value />
        </body>
      </html>
    );
    this.handler = createHandler({
      keys: ["k".repeat(32)],
      pages: [{ path: "/", load: () => Promise.resolve({ default: Page, Value, save }) }],
    });
  }

  /** Changes the value, and waits until the page shows it. */
  async change(page: Page, value: string): Promise<void> {
    this.#value = value;
    await this.handler.changed("value");
    await page.locator("output").first().getByText(value, { exact: true }).waitFor();
  }

  /** Holds the next render back, once it has read the value. Returns a promise of that. */
  hold(): Promise<void> {
    this.#isHeld = true;
    return this.#begun.promise;
  }

  /** Ends the render. The page shows the old value, and then the one of now. */
  async release(page: Page, old: string, now: string): Promise<void> {
    await page.evaluate(() => {
      const shown: unknown[] = [];
      const note = () => shown.push(document.querySelector("output")?.textContent);
      new MutationObserver(note).observe(document, { subtree: true, childList: true, characterData: true });
      Object.assign(globalThis, { shown });
    });
    this.#released.resolve();
    await page.waitForFunction(([old, now]) => {
      const shown: unknown[] = Reflect.get(globalThis, "shown");
      return shown.includes(old) && shown.at(-1) === now;
    }, [old, now]);
  }
}

async function onValueSite(
  answer: () => Item | Promise<void> | void,
  visit: (visit: Visit, site: ValueSite) => Promise<void>,
): Promise<void> {
  const site = new ValueSite(answer);
  try {
    await withPage(site.handler, async (it) => {
      await it.page.goto("/");
      await site.change(it.page, "second");
      await visit(it, site);
    });
  } finally {
    await site.handler.close();
  }
}

Deno.test("a response to a navigation that is older than what the page shows is brought up to date", async () => {
  await onValueSite(() => {}, async ({ page }, site) => {
    const held = site.hold();
    await page.getByRole("link", { name: "Reload" }).click();
    await held;
    await site.change(page, "third");
    await site.release(page, "second", "third");
  });
});

Deno.test("a response to a link in a layer that is older than what the layer shows is brought up to date", async () => {
  await onValueSite(() => {}, async ({ page }, site) => {
    await page.getByRole("link", { name: "Open" }).click();
    const layer = page.getByRole("dialog");
    await layer.getByText("second", { exact: true }).waitFor();
    // The stream has the regions of the layer.
    await site.change(page, "third");
    const held = site.hold();
    await layer.getByRole("link", { name: "Reload" }).click();
    await held;
    await site.change(page, "fourth");
    await site.release(page, "third", "fourth");
  });
});

Deno.test("an old page that is requested once more after a post is brought up to date", async () => {
  const posted = Promise.withResolvers<void>();
  await onValueSite(() => posted.promise, async ({ page, events }, site) => {
    await page.getByRole("button", { name: "Save" }).click();
    await events.next("hyper:beforeRequest");
    await page.getByRole("link", { name: "Reload" }).click();
    await events.next("hyper:navigate:after");
    const held = site.hold();
    posted.resolve();
    await held;
    await site.change(page, "third");
    await site.release(page, "second", "third");
  });
});

Deno.test("a page that refresh() has rendered before a change by others is brought up to date", async () => {
  await onValueSite(() => refresh(), async ({ page }, site) => {
    const held = site.hold();
    await page.getByRole("button", { name: "Save" }).click();
    await held;
    await site.change(page, "third");
    await site.release(page, "second", "third");
  });
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
