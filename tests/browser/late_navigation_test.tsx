/** Links of `hyper-nav` to pages with late parts: the page is shown at once, and its parts as they arrive. */
import { assertEquals } from "@std/assert";
import type { ComponentChildren, VNode } from "preact";
import { Suspense } from "preact/compat";
import { createHandler } from "@hyper/actions";
import { untilPreloaded, withPage } from "../support/browser.ts";

const POLICY = "default-src 'none'; script-src 'self'; connect-src 'self'; img-src data:; " +
  "require-trusted-types-for 'script'; trusted-types hyper";

/** A component that waits until `show()` or `fail()` is called; the next request waits again. */
function slow(content: () => VNode) {
  let wait = Promise.withResolvers<void>();
  let state: "waits" | "ready" | "failed" = "waits";
  const Slow = (): VNode => {
    if (state === "failed") throw new Error("the password of the database");
    if (state === "ready") return content();
    throw wait.promise;
  };
  const settle = (to: typeof state) => () => {
    state = to;
    wait.resolve();
  };
  const again = () => {
    state = "waits";
    wait = Promise.withResolvers();
  };
  return { Slow, show: settle("ready"), fail: settle("failed"), again };
}

const Layout = ({ children }: { readonly children: ComponentChildren }) => (
  <div>
    <nav {...{ "hyper-nav": true }}>
      <a href="/">Home</a> <a href="/slow">Slow</a> <a href="/other">Other</a>
      <form action="/slow">
        <button>Search</button>
      </form>
    </nav>
    {children}
    <footer>The end</footer>
  </div>
);

function siteOf(Page: () => VNode, Other: () => VNode = () => <h1>Other page</h1>) {
  const pages: Record<string, () => VNode> = { "/": () => <h1>Home page</h1>, "/slow": Page, "/other": Other };
  return createHandler({
    baseDir: null,
    headers: { "content-security-policy": POLICY },
    onError: () => {},
    pages: [
      ...Object.entries(pages).map(([path, page]) => ({ path, load: () => Promise.resolve({ default: page }) })),
      { path: "pages/layout.tsx", load: () => Promise.resolve({ default: Layout }) },
    ],
  });
}

Deno.test("a link shows the page with its title and focus before its slow part is ready, and then the part, a table row and a part in a part", async () => {
  const text = slow(() => <b id="text">text</b>),
    row = slow(() => <tr id="row" />),
    inner = slow(() => <i id="inner" />);
  const outer = slow(() => (
    <p id="outer">
      <Suspense fallback="wait for inner">
        <inner.Slow />
      </Suspense>
    </p>
  ));
  const handler = siteOf(() => (
    <main>
      <h1>Slow page</h1>
      <section>
        <Suspense fallback={<em>wait for text</em>}>
          <text.Slow />
        </Suspense>
      </section>
      <table>
        <tbody>
          <Suspense fallback={<tr id="wait" />}>
            <row.Slow />
          </Suspense>
        </tbody>
      </table>
      <Suspense fallback="wait for outer">
        <outer.Slow />
      </Suspense>
    </main>
  ));
  await withPage(handler, async ({ page, url, events }) => {
    await page.goto("/");
    await untilPreloaded(page, ["navigation", "patch"]);
    await page.evaluate(() => void Reflect.set(globalThis, "first", true));
    await page.getByRole("link", { name: "Slow" }).click();
    await events.next("hyper:navigate:after");
    await page.getByText("wait for text").waitFor();
    assertEquals([page.url(), await page.title()], [`${url}/slow`, "Slow page"]);
    assertEquals(await page.evaluate(() => document.activeElement?.textContent), "Slow");
    row.show();
    await page.locator("tbody > #row").waitFor({ state: "attached" });
    assertEquals(await page.locator("#wait").count(), 0);
    outer.show();
    await page.locator("main > #outer").getByText("wait for inner").waitFor();
    inner.show();
    await page.locator("#outer > #inner").waitFor({ state: "attached" });
    assertEquals(await page.locator("#text").count(), 0);
    text.show();
    await page.locator("section > #text").waitFor();
    // The browser itself makes the same of the page.
    const merged = await page.locator("main").innerHTML();
    assertEquals(await page.evaluate(() => "first" in globalThis), true);
    await page.goto("/slow");
    assertEquals(merged, await page.locator("main").innerHTML());
  });
  await handler.close();
});
