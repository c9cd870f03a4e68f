/** An undo that is pressed when the user has gone to another page. */
import { action, ClientScript, createHandler, Form, type LayoutProps, refresh, toast, Toasts } from "@hyper/actions";
import { assertEquals } from "@std/assert";
import type { Page } from "playwright-core";
import { withPage } from "../support/browser.ts";
import type {} from "../../client.ts";

/** Two pages in a layout, which both show how much was deleted. */
function site() {
  const state = { deleted: 0 };
  const restore = action("restore", () => {
    state.deleted--;
    return [refresh(), toast("Restored")];
  });
  const drop = action("drop", () => {
    state.deleted++;
    return [refresh(), toast("Deleted", { undo: { action: restore } })];
  });
  const Layout = ({ children }: LayoutProps) => (
    <html lang="en">
      <head>
        <title>Site</title>
        <ClientScript />
      </head>
      <body hyper-nav>
        <main>
          {children}
          <p>{`${state.deleted} deleted`}</p>
        </main>
        <Toasts />
      </body>
    </html>
  );
  const First = () => (
    <>
      <h1>First</h1>
      <Form action={drop} submit="Delete" />
      <a href="/other">Other</a>
    </>
  );
  const page = (path: string, module: object) => ({ path, load: () => Promise.resolve(module) });
  const handler = createHandler({
    baseDir: "/srv/app",
    keys: ["k".repeat(32)],
    pages: [
      page("pages/layout.tsx", { default: Layout }),
      page("/", { default: First, drop, restore }),
      page("/other", { default: () => <h1>Other</h1> }),
    ],
  });
  return { handler, state };
}

const shown = async (page: Page) => [new URL(page.url()).pathname, await page.getByRole("heading").allTextContents()];

Deno.test("an undo that is pressed on another page undoes, and that page stays", async () => {
  const { handler, state } = site();
  await withPage(handler, async ({ page }) => {
    await page.goto("/");
    await page.waitForLoadState("networkidle");
    await page.getByRole("button", { name: "Delete" }).click();
    await page.getByText("1 deleted").waitFor();
    await page.getByRole("link", { name: "Other" }).click();
    await page.getByRole("heading", { name: "Other" }).waitFor();
    await page.getByRole("button", { name: "Undo" }).click();
    await page.getByText("0 deleted").waitFor();
    await page.getByRole("status").getByText("Restored").waitFor();
    assertEquals([state.deleted, await shown(page)], [0, ["/other", ["Other"]]]);
    assertEquals(await page.getByRole("button", { name: "Undo" }).count(), 0);
  });
  await handler.close();
});
