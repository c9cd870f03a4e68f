import { assertEquals } from "@std/assert";
import { createHandler } from "@hyper/actions";
import { fromFileUrl } from "@std/path";
import { untilValue } from "../support/browser.ts";
import { inspect, tabTo, visitExample } from "../support/example.ts";

const baseDir = fromFileUrl(import.meta.resolve("../../examples/minimal/"));

for (const javaScriptEnabled of [true, false]) {
  Deno.test(`minimal: a guest signs, with scripts ${javaScriptEnabled ? "on" : "off"}`, async () => {
    // The guests of one process share one book.
    const name = javaScriptEnabled ? "Ada" : "Grace";
    await visitExample(createHandler({ baseDir }), async ({ page }) => {
      await page.goto("/");
      await page.getByLabel("Your name").evaluate((input) => input.removeAttribute("required"));
      await page.getByRole("button", { name: "Sign" }).click();
      await page.getByText("Enter a value").first().waitFor();
      await page.getByLabel("Your name").fill(name);
      await page.getByRole("button", { name: "Sign" }).click();
      await page.getByRole("listitem").getByText(name, { exact: true }).waitFor();
      await untilValue(page.getByLabel("Your name"), "");
      assertEquals(await page.getByText("Enter a value").count(), 0);
    }, { javaScriptEnabled });
  });
}

for (const colorScheme of ["light", "dark"] as const) {
  Deno.test(`minimal: the page is accessible, and usable with the keyboard alone, in ${colorScheme}`, async () => {
    await visitExample(createHandler({ baseDir }), async ({ page }) => {
      await page.goto("/");
      await tabTo(page, "Your name");
      await page.keyboard.type(`Guest in ${colorScheme}`);
      await page.keyboard.press("Enter");
      await page.getByRole("listitem").getByText(`Guest in ${colorScheme}`).waitFor();
      await inspect(page, "/");
    }, { colorScheme });
  });
}
