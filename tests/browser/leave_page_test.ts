/** The events of a navigation, and the streams that it ends. */
import { assertEquals } from "@std/assert";
import type { Page } from "playwright-core";
import { withPage } from "../support/browser.ts";
import { type Answer, app, Arrivals, type Writer, writer } from "./runtime_app.ts";
import type {} from "../../client.ts";

/** A page with links, a search, an output and a button that is kept. */
function sitePage(name: string): string {
  return `<!doctype html><html lang="en"><head><title>${name}</title>
    <script type="module" src="/_hyper/client.js"></script></head><body hyper-nav>
    <h1>${name}</h1><a href="/a/2">Two</a> <a href="/gone">Gone</a><form action="/a/2"><button>Search</button></form>
    <p id="out">${name}</p><div hyper-keep id="player"><button id="play">Play</button></div></body></html>`;
}

/** The site, with its open streams. */
function site(): { readonly handler: Deno.ServeHandler; readonly streams: Arrivals<Writer> } {
  const streams = new Arrivals<Writer>();
  const watch: Answer = () => {
    const stream = writer({ headers: { "x-hyper-stream": "1" } });
    streams.add(stream);
    return stream.response;
  };
  const routes = { "/a/1": sitePage("One"), "/a/2": sitePage("Two") };
  return { handler: app({ routes, actions: { watch } }), streams };
}

/** Records the navigation events of a document. */
const record = (page: Page): Promise<void> =>
  page.evaluate(() => {
    const seen: unknown[] = [];
    Reflect.set(globalThis, "seen", seen);
    for (const name of ["before", "after", "error"] as const) {
      addEventListener(`hyper:navigate:${name}`, ({ detail: { url, trigger } }) => {
        seen.push(`${name} ${trigger} ${new URL(url).pathname}`);
      });
    }
    addEventListener("hyper:requestAborted", ({ detail: { key, reason } }) => void seen.push(`${key} ${reason}`));
  });

const seen = (page: Page): Promise<unknown> => page.evaluate(() => Reflect.get(globalThis, "seen"));

/** Opens a stream. */
const watch = (page: Page, key: string, source: string | null): Promise<void> =>
  page.evaluate(([key, source]) => {
    const sourceEl = source ? document.querySelector(source) : null;
    globalThis.action("watch", {}, { method: "GET", key: key ?? "", sourceEl }).catch(() => {});
  }, [key, source]);

Deno.test("a navigation ends the streams of the page, except those of an element with hyper-keep", async () => {
  const { handler, streams } = site();
  await withPage(handler, async ({ page }) => {
    await page.goto("/a/1");
    await record(page);
    await watch(page, "page", null);
    const left = await streams.next();
    await watch(page, "player", "#play");
    const kept = await streams.next();
    await page.getByRole("link", { name: "Two" }).click();
    await page.getByRole("heading", { name: "Two" }).waitFor();
    await left.cancelled;
    left.send(["patch_html", { target: "#out", swap: "inner", content: "of page one" }]);
    kept.send(["patch_html", { target: "#player", swap: "append", content: "<b>playing</b>" }]);
    await page.getByText("playing").waitFor();
    assertEquals(await page.locator("#out").textContent(), "Two");
    assertEquals(await seen(page), ["before link /a/2", "after link /a/2", "page navigation"]);
    kept.close();
  });
});

Deno.test("navigation events name the trigger, and canceling the first keeps the page", async () => {
  await withPage(site().handler, async ({ page }) => {
    await page.goto("/a/1");
    await record(page);
    await page.evaluate(() =>
      addEventListener("hyper:navigate:before", (event) => event.preventDefault(), { once: true })
    );
    await page.getByRole("link", { name: "Two" }).click();
    await page.getByRole("button", { name: "Search" }).click();
    await page.getByRole("heading", { name: "Two" }).waitFor();
    await page.goBack();
    await page.getByRole("heading", { name: "One" }).waitFor();
    assertEquals(await page.evaluate(() => globalThis.Hyper.navigate("/a/2")), true);
    assertEquals(await seen(page), [
      "before link /a/2",
      ...["form", "history", "visit"].flatMap((trigger) => {
        const path = trigger === "history" ? "/a/1" : "/a/2";
        return [`before ${trigger} ${path}`, `after ${trigger} ${path}`];
      }),
    ]);
  });
});

Deno.test("hyper:navigate:error is fired when the network fails, and canceling it suppresses the message", async () => {
  await withPage(site().handler, async ({ page }) => {
    await page.goto("/a/1");
    await page.evaluate(() => globalThis.Hyper.navigate("/a/2"));
    await record(page);
    await page.route("**/gone", (route) => route.abort());
    await page.evaluate(() => addEventListener("hyper:navigate:error", (event) => event.preventDefault()));
    assertEquals(await page.evaluate(() => globalThis.Hyper.navigate("/gone")), false);
    assertEquals(await seen(page), ["before visit /gone", "error visit /gone"]);
    assertEquals(await page.getByRole("alert").count(), 0);
  }, { expectErrors: [/ERR_FAILED/] });
});

for (
  const [trigger, leave] of [
    ["link", (page) => page.getByRole("link", { name: "Two" }).click()],
    ["form", (page) => page.getByRole("button", { name: "Search" }).click()],
    ["visit", (page) => page.evaluate(() => void globalThis.Hyper.navigate("/a/2"))],
    ["history", async (page) => {
      await page.evaluate(() => globalThis.Hyper.navigate("/a/2"));
      await page.evaluate(() => history.back());
    }],
  ] satisfies readonly (readonly [string, (page: Page) => Promise<void>])[]
) {
  Deno.test(`a page that cancels hyper:navigate:before stays, with its URL: ${trigger}`, async () => {
    await withPage(site().handler, async ({ page, url }) => {
      await page.goto("/a/1");
      await page.evaluate(
        (trigger) =>
          addEventListener(
            "hyper:navigate:before",
            (event) => event.detail.trigger === trigger && event.preventDefault(),
          ),
        trigger,
      );
      await record(page);
      await leave(page);
      await page.waitForFunction(
        (trigger) => `${Reflect.get(globalThis, "seen")}`.includes(`before ${trigger}`),
        trigger,
      );
      // Another navigation of the page would follow in this order.
      await page.evaluate(() => new Promise((resolve) => setTimeout(resolve)));
      const path = trigger === "history" ? "/a/2" : "/a/1";
      await page.waitForURL(url + path);
      assertEquals(await page.getByRole("heading").textContent(), path === "/a/2" ? "Two" : "One");
      assertEquals(`${await seen(page)}`.includes(`after ${trigger}`), false);
    });
  });
}
