/** Layers: pages over the page, with and without scripts. */
import { assertEquals } from "@std/assert";
import type { Page } from "playwright-core";
import { type PageOptions, type Visit, withPage } from "../support/browser.ts";
import { type Desk, desk } from "./layers_app.tsx";
import type {} from "../../client.ts";

/** Opens the list of a new application. */
function deskTest(
  name: string,
  visit: (visit: Visit, app: Desk) => Promise<void>,
  options: PageOptions & { readonly more?: () => object | null } = {},
) {
  Deno.test(name, async () => {
    const app = desk(options.more);
    try {
      await withPage(app.handler, async (it) => {
        await it.page.goto("/");
        if (options.javaScriptEnabled !== false) await it.page.waitForLoadState("load");
        await visit(it, app);
      }, options);
    } finally {
      await app.handler.close();
    }
  });
}

const pathOf = (page: Page) => new URL(page.url()).pathname + new URL(page.url()).search;
const focusedText = (page: Page) => page.evaluate(() => document.activeElement?.textContent);
const layer = (page: Page, name: string) => page.getByRole("dialog", { name });

deskTest(
  "hyper-layer shows a page in a dialog, without its layouts; Back closes it, Forward opens it",
  async ({ page }, app) => {
    const layouts = app.state.layouts;
    await page.getByRole("link", { name: "New ticket" }).click();
    const dialog = layer(page, "New ticket");
    await dialog.waitFor();
    assertEquals(await dialog.getByText("Desk of all tickets").count(), 0);
    assertEquals([pathOf(page), await page.title(), await focusedText(page)], ["/new", "New ticket", "New ticket"]);
    assertEquals(app.state.layouts, layouts);
    await page.goBack();
    await dialog.waitFor({ state: "detached" });
    assertEquals([pathOf(page), await page.title(), await focusedText(page)], ["/", "Desk", "New ticket"]);
    assertEquals(await page.evaluate(() => document.activeElement?.id), "new");
    await page.goForward();
    await dialog.waitFor();
    assertEquals(pathOf(page), "/new");
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
    await page.waitForURL("/");
    assertEquals(await page.evaluate(() => document.activeElement?.id), "new");
  },
);

deskTest(
  "close() closes the layer: the opener gets an event, its action the value, and the page shows what has changed",
  async ({ page, events }, app) => {
    await page.getByRole("link", { name: "New ticket" }).click();
    const dialog = layer(page, "New ticket");
    await dialog.getByLabel("Title").first().fill("Scanner");
    await dialog.getByRole("button", { name: "Submit" }).first().click();
    await dialog.waitFor({ state: "detached" });
    const { detail } = await events.next("hyper:layer:close");
    assertEquals([detail.ok, detail.value], [true, 1]);
    await page.locator("#list", { hasText: "Scanner" }).waitFor();
    await page.getByText("Picked 1").waitFor();
    await page.getByText("Created").waitFor();
    assertEquals([app.state.picked, pathOf(page)], [1, "/"]);
    assertEquals(await page.evaluate(() => document.activeElement?.id), "new");
  },
);

deskTest("an invalid form is shown in the layer, which stays", async ({ page }, app) => {
  await page.getByRole("link", { name: "New ticket" }).click();
  const dialog = layer(page, "New ticket");
  const title = dialog.getByLabel("Title").first();
  await title.fill(" ");
  await dialog.getByRole("button", { name: "Submit" }).first().click();
  await dialog.locator("[aria-invalid]").waitFor();
  assertEquals(app.state.tickets, ["Printer"]);
  assertEquals(await page.evaluate(() => document.activeElement?.getAttribute("name")), "title");
  assertEquals(await page.locator("[aria-invalid]").count(), 1);
});

deskTest("layers are nested; Back closes one after the other, and the focus returns", async ({ page }) => {
  await page.getByRole("link", { name: "New ticket" }).click();
  await layer(page, "New ticket").getByRole("link", { name: "Help" }).click();
  await layer(page, "Help").waitFor();
  assertEquals([pathOf(page), await focusedText(page)], ["/help", "Help"]);
  await page.goBack();
  await layer(page, "Help").waitFor({ state: "detached" });
  assertEquals([pathOf(page), await page.evaluate(() => document.activeElement?.id)], ["/new", "help"]);
  await page.keyboard.press("Escape");
  await layer(page, "New ticket").waitFor({ state: "detached" });
  await page.waitForURL("/");
  assertEquals(await page.evaluate(() => document.activeElement?.id), "new");
});
