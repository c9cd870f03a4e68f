/** Back and forward show the page that the user has left, and then what the server sends, in Chromium. */
import { assertEquals } from "@std/assert";
import type { Page } from "playwright-core";
import { type Visit, withPage } from "../support/browser.ts";
import { type Answer, app, Arrivals, END, html, sse } from "./runtime_app.ts";
import type {} from "../../client.ts";

const RUNTIME = `<script type="module" src="/_hyper/client.js"></script>`;
const LINKS = `<nav hyper-nav><a href="/a">to A</a> <a href="/b">to B</a> <a href="/c">to C</a></nav>`;
const TALL = `<div style="height:3000px"></div>`;

/** A held request for a page. */
interface Held {
  readonly path: string;
  readonly answer: () => void;
}

/** A site whose pages can be held back. The page at `/a` shows text that changes. */
function createSite(
  { a = "", b = "", headers = {}, actions = {} }: {
    readonly a?: string;
    readonly b?: string;
    readonly headers?: Readonly<Record<string, string>>;
    readonly actions?: Readonly<Record<string, Answer>>;
  } = {},
) {
  const state = { text: "first", hold: false, status: 200 };
  const held = new Arrivals<Held>();
  const requests: string[] = [];
  const pageAt =
    (path: string, body: () => string, own: Readonly<Record<string, string>> = {}): Answer => async ({ method }) => {
      requests.push(`${method} ${path}`);
      const markup = () =>
        `<!doctype html><html lang="en"><head><title>Page ${path}</title>${RUNTIME}</head><body>${LINKS}${body()}</body></html>`;
      if (method === "HEAD") return html("", { headers: own });
      if (state.hold) {
        const { promise, resolve } = Promise.withResolvers<void>();
        held.add({ path, answer: resolve });
        await promise;
      }
      return html(markup(), { headers: own, status: path === "/a" ? state.status : 200 });
    };
  const handler = app({
    routes: {
      "/a": pageAt("/a", () => `<h1>A ${state.text}</h1>${a}`, headers),
      "/b": pageAt("/b", () => `<h1>B</h1>${b}`),
      "/c": pageAt("/c", () => `<h1>C</h1>`),
    },
    actions: {
      save: () => {
        state.text = "saved";
        return sse([END]);
      },
      ...actions,
    },
  });
  return { handler, state, held, requests };
}

const heading = (page: Page, name: string) => page.getByRole("heading", { name, exact: true }).waitFor();

/** Opens A, and follows the link to B. */
async function goToB({ page }: Visit): Promise<void> {
  await page.goto("/a");
  await page.evaluate(() => void Reflect.set(globalThis, "first", true));
  await untilCached(page);
  await page.getByRole("link", { name: "to B" }).click();
  await heading(page, "B");
}

/** Waits for the part, and until it has run. */
async function untilCached(page: Page): Promise<void> {
  await page.waitForFunction(() =>
    performance.getEntriesByType("resource").some(({ name }) => name.includes("/_hyper/page_cache"))
  );
  await page.evaluate(() => new Promise((done) => requestIdleCallback(done)));
}

/** Waits until it is known that the first page may be kept. */
const untilKept = (page: Page) =>
  page.waitForFunction(() =>
    performance.getEntriesByType("resource").filter(({ name }) => name.endsWith("/a")).length > 0
  );

Deno.test("back shows the page before the server has answered, and then what has changed", async () => {
  const site = createSite();
  await withPage(site.handler, async (visit) => {
    const { page, events, url } = visit;
    await goToB(visit);
    await untilKept(page);
    Object.assign(site.state, { hold: true, text: "second" });
    await page.goBack();
    await heading(page, "A first");
    assertEquals([page.url(), await page.title()], [`${url}/a`, "Page /a"]);
    (await site.held.next()).answer();
    await heading(page, "A second");
    await events.next("hyper:history:restore:after");
    assertEquals(events.of("hyper:navigate:after").map(({ detail }) => detail.trigger), ["link", "history"]);
    assertEquals(await page.evaluate(() => Reflect.has(globalThis, "first")), true);
  });
});
