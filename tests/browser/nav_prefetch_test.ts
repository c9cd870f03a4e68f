/** `hyper-prefetch` on links in a `hyper-nav`, whose pages the runtime requests in advance, in Chromium. */
import { assertEquals } from "@std/assert";
import type { Page } from "playwright-core";
import { untilPreloaded, withPage } from "../support/browser.ts";
import { app, Arrivals, END, html, sse } from "./runtime_app.ts";
import type {} from "../../client.ts";

/** A site whose pages show text that changes. It records the requests for them. */
function createSite(links: string, { hold = false }: { readonly hold?: boolean } = {}) {
  const requests: string[] = [];
  const held = new Arrivals<{ readonly path: string; readonly answer: () => void; readonly signal: AbortSignal }>();
  const state = { text: "first" };
  const served = app({
    body: `${links}<form method="post" data-hyper-form="save"><button>Save</button></form>`,
    actions: {
      save: () => {
        state.text = "second";
        return sse([END]);
      },
    },
  });
  const handler: Deno.ServeHandler = async (request, info) => {
    const { pathname } = new URL(request.url);
    if (!/^\/(\d|login|other)/.test(pathname) || request.headers.has("x-hyper-action")) {
      return await served(request, info);
    }
    if (request.method === "HEAD") return new Response(null);
    requests.push(`${pathname} ${request.headers.get("x-hyper-purpose")}`);
    const page = () => html(`<title>${pathname}</title>${links}<h1>${pathname} ${state.text}</h1>`);
    if (!hold) return page();
    const { promise, resolve } = Promise.withResolvers<void>();
    held.add({ path: pathname, answer: resolve, signal: request.signal });
    await promise;
    return page();
  };
  return { handler, requests, held, state };
}

const HOVER = `<nav hyper-nav hyper-prefetch="hover">`;
const LINK = `${HOVER}<a href="/1">One</a> <a href="/2">Two</a></nav>`;

/** Opens the page, and waits for the part. */
async function open(page: Page): Promise<void> {
  await page.goto("/");
  await page.evaluate(() => void Reflect.set(globalThis, "first", true));
  await untilLoaded(page);
}

/** Waits until pages of the cache would be shown: the part has registered itself with the one that navigates. */
const untilLoaded = (page: Page): Promise<void> => untilPreloaded(page, ["prefetch", "navigation"]);

const heading = (page: Page, name: string) => page.getByRole("heading", { name }).waitFor();

Deno.test("the page of a hovered link in hyper-nav is requested once, as a prefetch, and shown in the same document", async () => {
  const site = createSite(LINK);
  await withPage(site.handler, async ({ page, url }) => {
    await open(page);
    const arrived = page.waitForResponse((response) => response.url().endsWith("/1"));
    await page.getByRole("link", { name: "One" }).hover();
    await (await arrived).finished();
    site.state.text = "later";
    await page.getByRole("link", { name: "One" }).click();
    await heading(page, "/1 first");
    assertEquals([page.url(), await page.evaluate(() => Reflect.has(globalThis, "first"))], [`${url}/1`, true]);
    assertEquals(site.requests, ["/1 prefetch"]);
  });
});

Deno.test("a prefetched page is used once: the next visit requests it again", async () => {
  const site = createSite(LINK);
  await withPage(site.handler, async ({ page }) => {
    await open(page);
    const arrived = page.waitForResponse((response) => response.url().endsWith("/1"));
    await page.getByRole("link", { name: "One" }).hover();
    await (await arrived).finished();
    await page.getByRole("link", { name: "One" }).click();
    await heading(page, "/1 first");
    await page.evaluate(() => Hyper.navigate("/2"));
    site.state.text = "later";
    await page.evaluate(() => Hyper.navigate("/1"));
    await heading(page, "/1 later");
    assertEquals(site.requests.filter((line) => line.startsWith("/1")), ["/1 prefetch", "/1 null"]);
  });
});

Deno.test("after a change, a prefetched page is requested again and shows the change", async () => {
  const site = createSite(LINK);
  await withPage(site.handler, async ({ page, events }) => {
    await open(page);
    const arrived = page.waitForResponse((response) => response.url().endsWith("/1"));
    await page.getByRole("link", { name: "One" }).hover();
    await (await arrived).finished();
    await page.getByRole("button", { name: "Save" }).click();
    await events.next("hyper:afterRequest");
    await page.getByRole("link", { name: "One" }).click();
    await heading(page, "/1 second");
  });
});

Deno.test("a page that is requested while a change is in flight is not shown after it", async () => {
  const site = createSite(LINK);
  const saves = new Arrivals<() => void>();
  const handler: Deno.ServeHandler = async (request, info) => {
    if (request.headers.get("x-hyper-action") !== "save") return await site.handler(request, info);
    const { promise, resolve } = Promise.withResolvers<void>();
    saves.add(resolve);
    await promise;
    return await site.handler(request, info);
  };
  await withPage(handler, async ({ page, events }) => {
    await open(page);
    await page.getByRole("button", { name: "Save" }).click();
    const save = await saves.next();
    const arrived = page.waitForResponse((response) => response.url().endsWith("/1"));
    await page.getByRole("link", { name: "One" }).hover();
    await (await arrived).finished();
    save();
    await events.next("hyper:afterRequest");
    await page.getByRole("link", { name: "One" }).click();
    await heading(page, "/1 second");
    assertEquals(site.requests, ["/1 prefetch", "/1 null"]);
  });
});

Deno.test("a page that was prefetched for another user is requested again", async () => {
  const site = createSite(LINK);
  await withPage(site.handler, async ({ page, context, url }) => {
    await open(page);
    const arrived = page.waitForResponse((response) => response.url().endsWith("/1"));
    await page.getByRole("link", { name: "One" }).hover();
    await (await arrived).finished();
    site.state.text = "of the other user";
    await context.addCookies([{ name: "hyper_user", value: "other", url }]);
    await page.getByRole("link", { name: "One" }).click();
    await heading(page, "/1 of the other user");
  });
});

Deno.test("a link that is clicked while its page is being prefetched waits for that request", async () => {
  const site = createSite(LINK, { hold: true });
  await withPage(site.handler, async ({ page }) => {
    await open(page);
    await page.getByRole("link", { name: "One" }).hover();
    const { answer } = await site.held.next();
    await page.getByRole("link", { name: "One" }).click();
    answer();
    await heading(page, "/1 first");
    assertEquals(site.requests, ["/1 prefetch"]);
  });
});

Deno.test("a prefetch that is followed ends with its navigation", async () => {
  const site = createSite(LINK, { hold: true });
  await withPage(site.handler, async ({ page }) => {
    await open(page);
    await page.getByRole("link", { name: "One" }).hover();
    const first = await site.held.next();
    const ended = new Promise((done) => first.signal.addEventListener("abort", done));
    await page.getByRole("link", { name: "One" }).click();
    await page.getByRole("link", { name: "Two" }).click();
    await ended;
    first.answer();
    (await site.held.next()).answer();
    await heading(page, "/2 first");
  });
});

Deno.test("a link that is focused by the keyboard is prefetched", async () => {
  const site = createSite(LINK);
  await withPage(site.handler, async ({ page }) => {
    await open(page);
    const arrived = page.waitForResponse((response) => response.url().endsWith("/1"));
    await page.keyboard.press("Tab");
    await (await arrived).finished();
    await page.keyboard.press("Enter");
    await heading(page, "/1 first");
    assertEquals(site.requests, ["/1 prefetch"]);
  });
});

Deno.test("at most two pages are requested at once", async () => {
  const links = `<nav hyper-nav hyper-prefetch="visible">${
    [1, 2, 3, 4].map((id) => `<a href="/${id}">${id}</a>`)
  }</nav>`;
  const site = createSite(links, { hold: true });
  await withPage(site.handler, async ({ page }) => {
    await page.goto("/");
    const first = await site.held.next();
    const second = await site.held.next();
    // A request that is sent later arrives later.
    await page.evaluate(() => fetch("/probe"));
    assertEquals(site.requests.length, 2);
    first.answer();
    const third = await site.held.next();
    // Each was requested only after another one had ended.
    assertEquals([first.path, second.path, third.path, site.requests.length], ["/1", "/2", "/3", 3]);
    second.answer();
    (await site.held.next()).answer();
    third.answer();
  });
});

Deno.test("links that must not be requested in advance are not, and the others are", async () => {
  const links = `<nav hyper-nav hyper-prefetch="visible">
    <a href="/1/download" download>a</a>
    <a href="/2/sign-out" rel="noopener NoFollow">b</a>
    <a href="/3?x=1&_action=count">c</a>
    <a href="/_hyper/x">d</a>
    <a href="http://other.test/4">e</a>
    <a href="/5" target="_blank">f</a>
    <a href="/6" hyper-no-nav>g</a>
    <a href="/7" hyper-layer>h</a>
    <a href="/8" hyper-prefetch="">i</a>
    <a href="/#part">j</a>
    <div hyper-off><a href="/9" hyper-nav hyper-prefetch="visible">k</a></div>
    <div style="height: 3000px"></div><a href="/10">far</a>
  </nav>
  <a href="/11" hyper-prefetch="visible">not in hyper-nav</a>
  <p style="position: fixed; top: 0" hyper-prefetch="visible"><a href="/12" hyper-nav>allowed</a></p>`;
  const site = createSite(links);
  await withPage(site.handler, async ({ page }) => {
    const arrived = page.waitForResponse((response) => response.url().endsWith("/12"));
    await page.goto("/");
    await arrived;
    assertEquals(site.requests, ["/12 prefetch"]);
    await page.getByRole("link", { name: "far" }).scrollIntoViewIfNeeded();
    await page.waitForResponse((response) => response.url().endsWith("/10"));
  });
});

for (const connection of [{ saveData: true, effectiveType: "4g" }, { saveData: false, effectiveType: "slow-2g" }]) {
  Deno.test(`nothing is prefetched on a line with ${JSON.stringify(connection)}`, async () => {
    const site = createSite(LINK);
    await withPage(site.handler, async ({ page }) => {
      await page.addInitScript((connection) => {
        Object.defineProperty(navigator, "connection", { value: connection });
      }, connection);
      await open(page);
      await page.clock.install();
      await page.getByRole("link", { name: "One" }).hover();
      await page.clock.runFor(1000);
      await page.getByRole("link", { name: "One" }).click();
      await heading(page, "/1 first");
      assertEquals(site.requests, ["/1 null"]);
    });
  });
}

Deno.test("a prefetched page is dropped after 30 seconds", async () => {
  const site = createSite(LINK);
  await withPage(site.handler, async ({ page }) => {
    await open(page);
    await page.clock.install();
    const arrived = page.waitForResponse((response) => response.url().endsWith("/1"));
    await page.getByRole("link", { name: "One" }).hover();
    await page.clock.runFor(1000);
    await (await arrived).finished();
    await page.clock.runFor(30_000);
    await page.getByRole("link", { name: "One" }).click();
    await heading(page, "/1 first");
    assertEquals(site.requests, ["/1 prefetch", "/1 null"]);
  });
});

Deno.test("a prefetched page that is shown while it arrives is not dropped after 30 seconds", async () => {
  const site = createSite(LINK, { hold: true });
  await withPage(site.handler, async ({ page }) => {
    await open(page);
    await page.clock.install();
    await page.getByRole("link", { name: "One" }).hover();
    await page.clock.runFor(1000);
    const { answer } = await site.held.next();
    await page.getByRole("link", { name: "One" }).click();
    await page.clock.runFor(31_000);
    answer();
    await heading(page, "/1 first");
    assertEquals(site.requests, ["/1 prefetch"]);
  });
});
