/** Late parts in a browser whose parser does not insert templates, and makes comments of markers: the runtime inserts them. */
import { assertEquals } from "@std/assert";
import type { ComponentChildren, VNode } from "preact";
import { Suspense } from "preact/compat";
import { action, createHandler, Form, toast, Toasts } from "@hyper/actions";
import { withPage } from "../support/browser.ts?without=HTMLProcessingInstruction,DocumentPatching";
import type {} from "../../client.ts";
import { hardPage, nestedPage, slow } from "./late_page.tsx";

const POLICY = "default-src 'none'; script-src 'self'; connect-src 'self'; img-src data:; " +
  "require-trusted-types-for 'script'; trusted-types hyper";

const Layout = ({ children }: { readonly children: ComponentChildren }) => (
  <div>
    {children}
    <footer>The end</footer>
  </div>
);

/** A site for a browser that does not say that it is Chromium. */
function siteOf(Page: () => VNode, more: object = {}) {
  const handler = createHandler({
    baseDir: null,
    headers: { "content-security-policy": POLICY },
    pages: [
      {
        path: "/",
        load: () => Promise.resolve({ default: Page, head: <link rel="icon" href="data:," />, ...more }),
      },
      { path: "pages/layout.tsx", load: () => Promise.resolve({ default: Layout }) },
    ],
  });
  const served = (request: Request): Promise<Response> => {
    const headers = new Headers(request.headers);
    headers.delete("sec-ch-ua");
    return handler(new Request(request, { headers }));
  };
  return { served, handler };
}

Deno.test("an older browser gets the page in order first, and from then on out of order: in places, tables and parts of parts", async () => {
  const { parts: { text, row, inner, outer }, Page } = nestedPage();
  const all = [text, row, inner, outer];
  const { served, handler } = siteOf(Page);
  await withPage(served, async ({ page }) => {
    let gone = page.goto("/");
    await page.locator("section").waitFor({ state: "attached" });
    assertEquals(await page.locator("footer").count(), 0);
    for (const each of all) each.show();
    await gone;
    const inOrder = await page.locator("main").innerHTML();
    await page.waitForFunction(() => document.cookie.includes("hyper_scripts=1"));
    for (const each of all) each.again();
    gone = page.goto("/");
    await page.locator("footer").waitFor();
    // The parser of this browser is an older one.
    assertEquals(await page.evaluate(() => document.querySelector("section")?.firstChild?.nodeName), "#comment");
    row.show();
    await page.locator("tbody > #row").waitFor({ state: "attached" });
    assertEquals(await page.locator("#wait").count(), 0);
    outer.show();
    await page.locator("main > #outer").getByText("wait for inner").waitFor();
    inner.show();
    await page.locator("#outer > #inner").waitFor({ state: "attached" });
    assertEquals([await page.locator("#text").count(), await page.evaluate(() => document.readyState)], [0, "loading"]);
    text.show();
    await gone;
    assertEquals(await page.locator("main").innerHTML(), inOrder);
    assertEquals(await page.locator("template").count(), 0);
  });
  await handler.close();
});

Deno.test("in an older browser a form works while a part of its page waits, and one in a late part when it has arrived", async () => {
  const save = action("save", () => toast("Saved"));
  const part = slow(() => (
    <Form action={save}>
      <button>Save late</button>
    </Form>
  ));
  const { served, handler } = siteOf(() => (
    <main>
      <Form action={save}>
        <button>Save now</button>
      </Form>
      <Suspense fallback="wait">
        <part.Slow />
      </Suspense>
      <Toasts />
    </main>
  ), { save });
  await withPage(served, async ({ page, context, url, events }) => {
    await context.addCookies([{ name: "hyper_scripts", value: "1", url }]);
    const gone = page.goto("/");
    await page.getByText("wait").waitFor();
    await page.waitForFunction(() => "Hyper" in globalThis);
    await page.getByRole("button", { name: "Save now" }).click();
    await page.getByText("Saved").first().waitFor();
    assertEquals(await page.getByText("wait").count(), 1);
    part.show();
    await gone;
    await page.getByRole("button", { name: "Save late" }).click();
    assertEquals((await events.next("hyper:afterRequest")).detail.action, "save");
    assertEquals((await events.next("hyper:afterRequest")).detail.action, "save");
  });
  await handler.close();
});

Deno.test("an older browser whose scripts were turned off is led to the whole page in order", async () => {
  const part = slow(() => <b id="part">part</b>);
  const { served, handler } = siteOf(() => (
    <main>
      <Suspense fallback="wait">
        <part.Slow />
      </Suspense>
    </main>
  ));
  await withPage(served, async ({ page, context, url }) => {
    await context.addCookies([{ name: "hyper_scripts", value: "1", url }]);
    await page.goto("/", { waitUntil: "commit" });
    await page.getByText("wait").waitFor();
    // A browser follows a refresh when the page is complete (HTML, 4.2.5.3).
    part.show();
    await page.waitForURL(/_hyper_scripts_off/);
    await page.locator("main > #part").waitFor();
    assertEquals(await page.getByText("wait").count(), 0);
    assertEquals(await context.cookies(), []);
  }, { javaScriptEnabled: false });
  await handler.close();
});

Deno.test("in an older browser tables, selects, SVG, parts in parts and hostile HTML of users are the same after a load and after a link", async () => {
  const { HardPage, parts } = hardPage();
  const { served, handler } = siteOf(HardPage);
  await withPage(served, async ({ page, context, url }) => {
    await context.addCookies([{ name: "hyper_scripts", value: "1", url }]);
    const mainHtml = async () => (await page.locator("main").innerHTML()).replaceAll(/<!--[0-9a-f-]{36}-->/g, "");
    const gone = page.goto("/");
    await page.locator("footer").waitFor();
    for (const part of parts.toReversed()) part.show();
    await gone;
    await page.getByText("Late option").waitFor({ state: "attached" });
    const loaded = await mainHtml();
    assertEquals(await page.getByText("wait").count(), 0);
    for (const part of parts) part.again();
    const shown = page.evaluate(() => Hyper.navigate("/?again"));
    await page.getByText("wait").first().waitFor({ state: "attached" });
    for (const part of parts.toReversed()) part.show();
    assertEquals(await shown, true);
    await page.locator("em").waitFor();
    await page.getByText("Late option").waitFor({ state: "attached" });
    assertEquals(await mainHtml(), loaded);
  });
  await handler.close();
});
