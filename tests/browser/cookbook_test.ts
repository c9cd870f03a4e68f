/** Recipes of the cookbook whose effect only a browser shows: typing, scrolling, and another tab. */
import { assertEquals } from "@std/assert";
import { visitExample } from "../support/example.ts";
import { openRecipe } from "../support/recipe.ts";

Deno.test("cookbook: a search shows its results while the user types, and keeps the focus", async () => {
  const { handler } = await openRecipe("search", "browser");
  await visitExample(handler, async ({ page }) => {
    await page.goto("/");
    await page.getByLabel("Name").pressSequentially("oo");
    await page.getByText("1 tea", { exact: true }).waitFor();
    assertEquals(await page.locator("main li").allTextContents(), ["Oolong"]);
    assertEquals(new URL(page.url()).search, "?q=oo");
    assertEquals(await page.getByLabel("Name").evaluate((input) => input === document.activeElement), true);
  });
});

Deno.test("cookbook: a log loads its next rows when the user scrolls to the last one", async () => {
  const { handler } = await openRecipe("load_more", "browser");
  await visitExample(handler, async ({ page }) => {
    await page.setViewportSize({ width: 800, height: 300 });
    await page.goto("/");
    await page.locator("#more").scrollIntoViewIfNeeded();
    await page.getByText("Entry 40", { exact: true }).waitFor();
    await page.locator("#more").scrollIntoViewIfNeeded();
    await page.getByText("Entry 50", { exact: true }).waitFor();
    assertEquals(await page.locator("#more").count(), 0);
  });
});

Deno.test("cookbook: a total and a draft follow the input, without a button", async () => {
  const { handler } = await openRecipe("live_total", "browser");
  await visitExample(handler, async ({ page }) => {
    await page.goto("/");
    await page.getByLabel("Adults").fill("3");
    await page.locator("#total").getByText("36 €").waitFor();
  });
  const draft = await openRecipe("autosave", "browser");
  await visitExample(draft.handler, async ({ page }) => {
    await page.goto("/");
    await page.getByLabel("Text").fill("On tea");
    await page.getByText("Draft saved").waitFor();
    await page.reload();
    assertEquals(await page.getByLabel("Text").inputValue(), "On tea");
  });
});

Deno.test("cookbook: a vote shows in another tab", async () => {
  const { handler } = await openRecipe("poll", "browser");
  await visitExample(handler, async ({ page, context }) => {
    await page.goto("/");
    const other = await context.newPage();
    await other.goto("/");
    await page.getByLabel("Tea").check();
    await page.getByRole("button").click();
    await other.locator("dd").getByText("1").waitFor();
    assertEquals(await other.locator("dd").allTextContents(), ["1", "0"]);
  });
});
