/**
 * A page that the browser prepares before the user opens it. The tools that drive the browser disable real prerendering, so the page gets
 * the property and the event of one (HTML, 7.4.2.1, "prerendering").
 */
import { assertEquals } from "@std/assert";
import { action, createHandler, region, signal } from "@hyper/actions";
import { untilPreloaded, withPage } from "../support/browser.ts";

const Lazy = region(
  "lazy",
  { depends: "lazy", load: "lazy", fallback: () => <p id="lazy">wait</p> },
  () => <p id="lazy">loaded</p>,
);
const load = action("load", () => signal("loaded", true));

const Page = () => (
  <main>
    <Lazy />
    <button {...{ "hyper-action": "load", "hyper-on": "load" }}>Load</button>
  </main>
);

Deno.test("a prerendered page sends no request of a trigger, a region or a stream until the user opens it", async () => {
  const handler = createHandler({
    baseDir: null,
    keys: ["k".repeat(32)],
    pages: [{
      path: "/",
      load: () => Promise.resolve({ default: Page, head: <link rel="icon" href="data:," />, Lazy, load }),
    }],
  });
  const asked = new Set<string | null>();
  const all = Promise.withResolvers<void>();
  const served = (request: Request) => {
    asked.add(request.headers.get("x-hyper-action"));
    if (["load", "hyper:regions", "hyper:watch"].every((name) => asked.has(name))) all.resolve();
    return handler(request);
  };
  await withPage(served, async ({ page, context, url }) => {
    await context.addCookies([{ name: "hyper_scripts", value: "1", url }]);
    await page.addInitScript(() => {
      let isPrerendering = true;
      Object.defineProperty(Document.prototype, "prerendering", { configurable: true, get: () => isPrerendering });
      addEventListener("activate", () => {
        isPrerendering = false;
        document.dispatchEvent(new Event("prerenderingchange"));
      });
    });
    await page.goto("/");
    await untilPreloaded(page, ["live", "late", "triggers"]);
    // By then, they would have sent their requests.
    await page.evaluate(() => fetch("/"));
    assertEquals([...asked], [null]);
    await page.evaluate(() => dispatchEvent(new Event("activate")));
    await page.getByText("loaded").waitFor();
    await all.promise;
  });
  await handler.close();
});
