/** A proxy that caches and buffers: it confuses no page, region and topic of one address, and delays none. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { action, ClientScript, createHandler, html, live, region } from "@hyper/actions";
import { nginxTest, startNginx } from "../support/nginx.ts";
import { withPage } from "../support/browser.ts";
import type {} from "../../client.ts";

/** Starts nginx with a cache for every method, and buffers. */
async function startCache(url: string, folder: string) {
  return await startNginx(Number(new URL(url).port), {
    "client_max_body_size 100m;":
      `client_max_body_size 100m; proxy_cache_path ${folder}/cache keys_zone=all:1m use_temp_path=off;`,
    "proxy_pass http://application;": "proxy_pass http://application; proxy_cache all; proxy_cache_valid any 1m; " +
      "proxy_cache_methods GET HEAD POST; proxy_buffering on; add_header X-Cached $upstream_cache_status;",
  });
}

/** A page that any cache may keep, with a topic; and one with a region. */
function createSite() {
  const state = { count: 0 };
  const Count = region("count", { depends: "count", guard: () => true }, () => <output>{state.count} orders</output>);
  const watch = action("watch", { method: "GET" }, () => live("news", { refresh: () => [] }));
  const page = (title: string, content: () => unknown) => () => (
    <html lang="en">
      <head>
        <title>{title}</title>
        <ClientScript />
      </head>
      <body>
        <h1>{title}</h1>
        <p id="news">none</p>
        <a href="/" hyper-nav>Shop</a> <a href="/news" hyper-nav>News</a>
        {content() as never}
      </body>
    </html>
  );
  const handler = createHandler({
    crossOrigin: { trustProxy: true },
    heartbeatSeconds: 1,
    headers: ({ url, headers }) =>
      new URL(url).pathname === "/news" && headers.get("accept")?.includes("text/html")
        ? { "cache-control": "public, max-age=60" }
        : {},
    pages: [
      { path: "/", load: () => Promise.resolve({ default: page("Shop", () => <Count />), Count }) },
      { path: "/news", load: () => Promise.resolve({ default: page("News", () => null), watch }) },
    ],
  });
  return { handler, state };
}

nginxTest(
  "behind nginx that caches and buffers, a region and a topic are up to date, and no fragment is shown as a page",
  async () => {
    const { handler, state } = createSite();
    const folder = await Deno.makeTempDir();
    // The worker of nginx is another user.
    await Deno.chmod(folder, 0o755);
    try {
      await withPage(handler, async ({ page, url }) => {
        await using proxy = await startCache(url, folder);
        const site = `http://127.0.0.1:${proxy.port}`;
        await page.goto(`${site}/`);
        await page.getByText("0 orders").waitFor();
        for (state.count = 1; state.count < 4; state.count++) {
          await handler.changed("count");
          await page.getByText(`${state.count} orders`).waitFor();
        }
        await page.getByRole("link", { name: "News" }).click();
        await page.getByRole("heading", { name: "News" }).waitFor();
        await page.evaluate(() => {
          void globalThis.action("watch", {}, { method: "GET" });
          return new Promise((resolve) => addEventListener("hyper:streamEvent", resolve, { once: true }));
        });
        for (const text of ["one", "two"]) {
          await handler.publish("news", html(text, { target: "#news", swap: "inner" }));
          await page.locator("#news").getByText(text).waitFor();
        }
        for (const path of ["/", "/news"]) {
          await page.goto(`${site}${path}`);
          await page.getByRole("heading", { name: path === "/" ? "Shop" : "News" }).waitFor();
        }
        await page.goBack();
        await page.getByRole("heading", { name: "Shop" }).waitFor();
        // The cache has the page of before the changes; its region is renewed.
        await page.getByText(`${state.count} orders`).waitFor();
        await page.goto("about:blank");
      });
    } finally {
      await handler.close();
      await Deno.remove(folder, { recursive: true });
    }
  },
);

nginxTest("a cache keeps the page of an address, and neither its topic nor a region", async () => {
  const { handler } = createSite();
  const folder = await Deno.makeTempDir();
  // The worker of nginx is another user.
  await Deno.chmod(folder, 0o755);
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, handler);
  try {
    await using proxy = await startCache(`http://127.0.0.1:${server.addr.port}`, folder);
    const ask = async (path: string, headers: Readonly<Record<string, string>>, body: string | null = null) => {
      const url = `http://127.0.0.1:${proxy.port}${path}`;
      const response = await fetch(url, { method: body === null ? "GET" : "POST", headers, body });
      const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
      const { value = "" } = await reader?.read() ?? {};
      await reader?.cancel();
      return { cached: response.headers.get("x-cached"), type: response.headers.get("content-type"), text: value };
    };
    const page = { accept: "text/html" };
    const events = { accept: "text/event-stream" };
    for (const cached of ["MISS", "HIT"]) {
      const news = await ask("/news", page);
      assertEquals(news.cached, cached);
      assertStringIncludes(news.text, "<h1>News</h1>");
      const topic = await ask("/news", { ...events, "x-hyper-action": "watch" });
      assertEquals([topic.cached === "HIT", topic.type], [false, "text/event-stream"]);
      assertStringIncludes(topic.text, "event: checkpoint");
      const regions = await ask("/", {
        ...events,
        "x-hyper-action": "hyper:regions",
        "content-type": "application/json",
      }, JSON.stringify({ regions: "count:" }));
      assertEquals([regions.cached === "HIT", regions.type], [false, "text/event-stream"]);
      assertStringIncludes(regions.text, "0 orders");
      assertStringIncludes((await ask("/", page)).text, "<h1>Shop</h1>");
    }
  } finally {
    await server.shutdown();
    await handler.close();
    await Deno.remove(folder, { recursive: true });
  }
});
