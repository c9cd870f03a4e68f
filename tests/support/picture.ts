/** Takes the picture of the showcase that the README shows: `deno task picture`. */
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
    // The field that is wrong took the focus, and the page followed it.
    await page.evaluate(() => scrollTo(0, 0));
    await page.screenshot({ path });
  }, { viewport: { width: 1280, height: 720 }, colorScheme: "light", reducedMotion: "reduce" });
  await app.close();
}
