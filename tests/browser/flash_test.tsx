/** Long toasts of two posts before a page that can show them: none is lost, with scripts and without. */
import {
  action,
  ClientScript,
  createHandler,
  createMemoryStore,
  createSqliteStore,
  Form,
  redirect,
  toast,
  Toasts,
} from "@hyper/actions";
import { assertEquals } from "@std/assert";
import { withPage } from "../support/browser.ts";

const LONG = "A long report of what was done. ".repeat(150);

for (const [name, open] of [["memory", createMemoryStore], ["SQLite", () => createSqliteStore(":memory:")]] as const) {
  for (const javaScriptEnabled of [true, false]) {
    const scripts = javaScriptEnabled ? "scripts on" : "scripts off";
    Deno.test(`long toasts of two posts are shown by the next page, with ${scripts}, over ${name}`, async () => {
      const store = await open();
      let posts = 0;
      const save = action(
        "save",
        () => [toast(`Report ${++posts}`), toast(`${posts}: ${LONG}`), redirect(`/silent?${posts}`)],
      );
      // Two pages without a place for toasts.
      const render = ({ url }: { url: URL }) => (
        <html lang="en">
          <head>
            <ClientScript />
            <title>Reports</title>
          </head>
          <body>
            <Form action={save} submit={`Save from ${url.pathname}`} />
          </body>
        </html>
      );
      const handler = createHandler({
        baseDir: "/srv/app",
        store,
        pages: [
          { path: "/", load: () => Promise.resolve({ render, save }) },
          { path: "/silent", load: () => Promise.resolve({ render }) },
          { path: "/done", load: () => Promise.resolve({ default: () => <Toasts /> }) },
        ],
      });
      await withPage(handler, async ({ page }) => {
        await page.goto("/");
        await page.getByRole("button", { name: "Save from /", exact: true }).click();
        await page.getByRole("button", { name: "Save from /silent" }).click();
        await page.waitForURL("**/silent?2");
        await page.goto("/done");
        const shown = await page.locator("[data-hyper-toast]").allTextContents();
        assertEquals(shown.map((text) => text.slice(0, 12)), ["Report 1", "1: A long re", "Report 2", "2: A long re"]);
        assertEquals(shown.map(({ length }) => length > LONG.length), [false, true, false, true]);
        await page.reload();
        assertEquals(await page.locator("[data-hyper-toast]").count(), 0);
      }, { javaScriptEnabled });
      await handler.close();
      if (Symbol.asyncDispose in store) await store[Symbol.asyncDispose]();
    });
  }
}
