/** Takes the screenshot of the showcase for the README: `deno task picture`. */
import { fromFileUrl } from "@std/path";
import { createApp } from "../../examples/showcase/app.ts";
import { withPage } from "./browser.ts";

const path = fromFileUrl(import.meta.resolve("../../.github/showcase.png"));

if (import.meta.main) {
  const app = createApp();
  await withPage(app, async ({ page }) => {
    await page.goto("/show/forms");
    await page.getByLabel("Name").fill("Ada");
    await page.getByLabel("Sunday").check();
    await page.getByRole("button", { name: "Book" }).click();
    await page.getByRole("alert").waitFor();
    // The invalid field has the focus, and the page scrolled to it.
    await page.evaluate(() => scrollTo(0, 0));
    await page.screenshot({ path });
  }, { viewport: { width: 1280, height: 720 }, colorScheme: "light", reducedMotion: "reduce" });
  await app.close();
}
