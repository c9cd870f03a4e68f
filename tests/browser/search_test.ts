import { assertEquals } from "@std/assert";
import type { Page } from "playwright-core";
import { createApp } from "../../examples/search/app.ts";
import { untilValue } from "../support/browser.ts";
import { inspect, tabTo, visitExample } from "../support/example.ts";

Deno.test("search: the address of a search shows its results, with scripts off", async () => {
  await visitExample(createApp(), async ({ page }) => {
    await page.goto("/");
    await page.getByRole("searchbox").fill("kr");
    await page.getByRole("button", { name: "Search" }).click();
    await page.waitForURL("/?q=kr&kind=");
    assertEquals(await found(page), ["Krypton"]);
    await page.getByRole("link", { name: "Krypton" }).click();
    await page.getByRole("heading", { name: "Krypton" }).waitFor();
    await page.goBack();
    assertEquals(await found(page), ["Krypton"]);
    assertEquals(await page.getByRole("searchbox").inputValue(), "kr");
  }, { javaScriptEnabled: false });
});

Deno.test("search: results appear while the user types, and the back button leads through searches, not letters", async () => {
  await visitExample(createApp(), async ({ page }) => {
    await page.goto("/");
    const box = page.getByRole("searchbox");
    await box.pressSequentially("kr");
    await page.waitForURL("/?q=kr&kind=");
    await onlyFound(page, "Krypton");
    await box.pressSequentially("yp");
    await page.waitForURL("/?q=kryp&kind=");
    await page.getByLabel("Kind").selectOption("Noble gas");
    await page.waitForURL("/?q=kryp&kind=Noble+gas");
    await page.getByRole("link", { name: "Krypton" }).click();
    await page.getByRole("heading", { name: "Krypton" }).waitFor();
    assertEquals(await page.title(), "Krypton");

    await page.goBack();
    await page.waitForURL("/?q=kryp&kind=Noble+gas");
    await onlyFound(page, "Krypton");
    assertEquals(await box.inputValue(), "kryp");
    assertEquals(await page.getByLabel("Kind").inputValue(), "Noble gas");

    await page.goBack();
    await page.waitForURL("/");
    await page.getByText("103 elements").waitFor();
    await untilValue(box, "");
    await untilValue(page.getByLabel("Kind"), "");

    await page.goForward();
    await onlyFound(page, "Krypton");
    assertEquals(await box.inputValue(), "kryp");
    await page.reload();
    assertEquals(await found(page), ["Krypton"]);
  });
});

Deno.test("search: a slow response for fewer letters does not replace the response for more", async () => {
  await visitExample(createApp(), async ({ page }) => {
    await page.goto("/");
    await page.waitForLoadState("networkidle");
    // The first response waits until the second page is shown.
    const [began, later] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    await page.route(/q=a&/, async (route) => {
      began.resolve();
      await later.promise;
      // An aborted request cannot continue.
      await route.continue().catch(() => {});
    });
    await page.getByRole("searchbox").fill("a");
    await began.promise;
    await page.getByRole("searchbox").fill("argon");
    await onlyFound(page, "Argon");
    later.resolve();
    await page.waitForLoadState("networkidle");
    await onlyFound(page, "Argon");
    assertEquals(new URL(page.url()).search, "?q=argon&kind=");
  });
});

Deno.test("search: typing keeps the focus, the caret and the scroll position", async () => {
  await visitExample(createApp(), async ({ page }) => {
    await page.goto("/");
    await page.waitForLoadState("networkidle");
    const box = page.getByRole("searchbox");
    await box.fill("n");
    await page.waitForURL("/?q=n&kind=");
    await box.press("Home");
    await page.evaluate(() => scrollTo(0, 20));
    const before = await page.evaluate(() => scrollY);
    await page.keyboard.type("i");
    await page.waitForURL("/?q=in&kind=");
    assertEquals(
      await page.evaluate(() => {
        const { id, selectionStart } = document.activeElement as HTMLInputElement;
        return [id, selectionStart, scrollY];
      }),
      ["q", 1, before],
    );
  });
});

Deno.test("search: Enter changes the address at once, and adds no second history entry", async () => {
  await visitExample(createApp(), async ({ page }) => {
    await page.goto("/");
    await page.getByRole("searchbox").fill("argon");
    await page.keyboard.press("Enter");
    await page.waitForURL("/?q=argon&kind=");
    await onlyFound(page, "Argon");
    await page.keyboard.press("Enter");
    await page.goBack();
    await page.getByText("103 elements").waitFor();
    assertEquals(new URL(page.url()).search, "");
  });
});

for (const colorScheme of ["light", "dark"] as const) {
  Deno.test(`search: the page is accessible, and usable with the keyboard alone, in ${colorScheme}`, async () => {
    await visitExample(createApp(), async ({ page }) => {
      await page.goto("/");
      await inspect(page, "/");
      await tabTo(page, "Name, symbol or number");
      await page.keyboard.type("gold");
      await onlyFound(page, "Gold");
      await tabTo(page, "Gold");
      await page.keyboard.press("Enter");
      await page.getByRole("heading", { name: "Gold" }).waitFor();
      await inspect(page, "an element");
      await page.goto("/?q=nothing");
      await inspect(page, "a search that finds nothing");
      await page.goto("/elements/Xx");
      await inspect(page, "an address that leads nowhere");
    }, { colorScheme });
  });
}

async function found(page: Page): Promise<readonly string[]> {
  return await page.locator("#results a").allTextContents();
}

async function onlyFound(page: Page, name: string): Promise<void> {
  await page.getByText("1 element", { exact: true }).waitFor();
  assertEquals(await found(page), [name]);
}
