/** A page that suspends, as a user sees it load: under a strict policy, with scripts and without. */
import { assertEquals } from "@std/assert";
import type { ComponentChildren } from "preact";
import { Suspense } from "preact/compat";
import { createHandler } from "@hyper/actions";
import { withPage } from "../support/browser.ts";

const POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; " +
  "require-trusted-types-for 'script'; trusted-types hyper";

function site(): { readonly handler: ReturnType<typeof createHandler>; readonly goOn: () => void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  let isReady = false;
  const Slow = () => {
    if (!isReady) throw promise;
    return <b id="late">The rest</b>;
  };
  const Page = () => (
    <main>
      <h1>At once</h1>
      <Suspense fallback={null}>
        <Slow />
      </Suspense>
    </main>
  );
  const Layout = ({ children }: { readonly children: ComponentChildren }) => (
    <div>
      {children}
      <footer>The end</footer>
    </div>
  );
  return {
    handler: createHandler({
      baseDir: "/srv/app",
      headers: { "content-security-policy": POLICY },
      pages: [
        { path: "/", load: () => Promise.resolve({ default: Page, head: <title>Slow</title> }) },
        { path: "pages/layout.tsx", load: () => Promise.resolve({ default: Layout }) },
      ],
    }),
    goOn: () => {
      isReady = true;
      resolve();
    },
  };
}

for (const javaScriptEnabled of [true, false]) {
  Deno.test(`a page that suspends shows its first part before the rest, scripts ${javaScriptEnabled ? "on" : "off"}`, async () => {
    const { handler, goOn } = site();
    await withPage(handler, async ({ page }) => {
      const gone = page.goto("/");
      await page.getByRole("heading", { name: "At once" }).waitFor();
      assertEquals(await page.title(), "Slow");
      assertEquals(await page.locator("#late").count(), 0);
      goOn();
      await page.locator("#late").waitFor();
      assertEquals((await gone)?.status(), 200);
      assertEquals(await page.locator("footer").textContent(), "The end");
    }, { javaScriptEnabled });
    await handler.close();
  });
}
