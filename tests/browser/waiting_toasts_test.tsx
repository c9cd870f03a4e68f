/** Toasts that wait while a page is requested in advance: they are shown on it when the user opens it. */
import { action, createHandler, Form, redirect, toast, Toasts } from "@hyper/actions";
import { assertEquals } from "@std/assert";
import type { Page } from "playwright-core";
import { untilPreloaded, withPage } from "../support/browser.ts";
import type {} from "../../client.ts";

/** A site whose first page has no place for toasts, and a second page whose toasts have an undo. */
function createSite() {
  const state = { restored: 0 };
  const restore = action("restore", () => {
    state.restored++;
    return toast("Restored");
  });
  const drop = action("drop", () => [
    toast("Deleted", { undo: { action: restore, data: { id: 1 } } }),
    toast("x".repeat(3_000)),
    redirect("/silent?dropped"),
  ]);
  const silent = () => (
    <html lang="en">
      <head>
        <title>Silent</title>
        <link rel="icon" href="data:," />
        <script type="module" src="/_hyper/client.js" />
      </head>
      <body>
        <Form action={drop} submit="Delete" />
        <nav hyper-nav hyper-prefetch="hover">
          <a href="/list">List</a>
        </nav>
      </body>
    </html>
  );
  const titled = (title: string) => () => (
    <main>
      <h1>{title}</h1>
      <Toasts />
    </main>
  );
  const page = (path: string, module: object) => ({ path, load: () => Promise.resolve(module) });
  const head = <link rel="icon" href="data:," />;
  const handler = createHandler({
    baseDir: "/srv/app",
    keys: ["k".repeat(32)],
    pages: [
      page("/silent", { default: () => null, render: silent, drop, restore }),
      page("/list", { default: titled("The list"), head }),
      page("/other", { default: titled("Another page"), head }),
    ],
  });
  return { handler, state };
}

/** Deletes on the page without a place for toasts. */
async function drop(page: Page): Promise<void> {
  await page.goto("/silent");
  await page.getByRole("button", { name: "Delete" }).click();
  await page.waitForURL("**/silent?dropped");
}

/** Checks that both toasts are on the page, that the undo works, and that the next page has none. */
async function checkToasts(page: Page, state: { readonly restored: number }): Promise<void> {
  await page.getByText("Deleted").waitFor();
  assertEquals(await page.locator("[data-hyper-toast]:not([data-hyper-own])").count(), 2);
  await page.getByRole("button", { name: "Undo" }).click();
  await page.getByText("Restored").waitFor();
  assertEquals(state.restored, 1);
  await page.goto("/other");
  assertEquals(await page.locator("[data-hyper-toast]").count(), 0);
}

Deno.test("a toast is shown on the page of a link that the runtime has prefetched", async () => {
  const { handler, state } = createSite();
  await withPage(handler, async ({ page }) => {
    await drop(page);
    await untilPreloaded(page, ["prefetch", "navigation", "feedback"]);
    const prefetched = page.waitForResponse((response) => response.url().endsWith("/list"));
    await page.getByRole("link", { name: "List" }).hover();
    await (await prefetched).finished();
    await page.getByRole("link", { name: "List" }).click();
    await page.getByRole("heading", { name: "The list" }).waitFor();
    await checkToasts(page, state);
  });
  await handler.close();
});

Deno.test("a toast is shown on a page that the browser has prerendered, when the user opens it", async () => {
  const { handler, state } = createSite();
  let lists = 0;
  // The tools that drive the browser disable real prerendering: the page gets the header, the property and the event of one.
  const served = (request: Request) => {
    if (!request.url.endsWith("/list")) return handler(request);
    const headers = new Headers(request.headers);
    if (lists++ === 0) headers.set("sec-purpose", "prefetch;prerender");
    return handler(new Request(request, { headers }));
  };
  await withPage(served, async ({ page }) => {
    await drop(page);
    await page.addInitScript(() => {
      let isPrerendering = location.pathname === "/list";
      Object.defineProperty(Document.prototype, "prerendering", { configurable: true, get: () => isPrerendering });
      addEventListener("activate", () => {
        isPrerendering = false;
        document.dispatchEvent(new Event("prerenderingchange"));
      });
    });
    await page.goto("/list");
    await untilPreloaded(page, ["feedback"]);
    // By then, it would have sent its request.
    await page.evaluate(() => fetch("/silent"));
    assertEquals([lists, await page.locator("[data-hyper-toast]").count()], [1, 0]);
    await page.evaluate(() => dispatchEvent(new Event("activate")));
    await checkToasts(page, state);
    assertEquals(lists, 2);
  });
  await handler.close();
});

Deno.test("a page that is requested in advance while no toast waits is not requested again", async () => {
  const { handler } = createSite();
  const lists: (string | null)[] = [];
  const served = (request: Request) => {
    if (request.url.endsWith("/list")) lists.push(request.headers.get("x-hyper-purpose"));
    return handler(request);
  };
  await withPage(served, async ({ page }) => {
    await page.goto("/silent");
    await untilPreloaded(page, ["prefetch", "navigation", "feedback"]);
    const prefetched = page.waitForResponse((response) => response.url().endsWith("/list"));
    await page.getByRole("link", { name: "List" }).hover();
    await (await prefetched).finished();
    await page.getByRole("link", { name: "List" }).click();
    await page.getByRole("heading", { name: "The list" }).waitFor();
    await page.evaluate(() => fetch("/silent"));
    assertEquals(lists, ["prefetch"]);
  });
  await handler.close();
});
