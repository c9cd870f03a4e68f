import { assertEquals } from "@std/assert";
import { createHandler } from "@hyper/actions";
import { fromFileUrl } from "@std/path";
import type { Page } from "playwright-core";
import { inspect, tabTo, visitExample } from "../support/example.ts";

const baseDir = fromFileUrl(import.meta.resolve("../../examples/deployment/"));

Deno.test("deployment: an order is sent with the keyboard alone, with scripts on and off", async () => {
  const folder = await Deno.makeTempDir();
  // The application reads it once, when its page is loaded first.
  Deno.env.set("DATA", folder);
  try {
    for (const javaScriptEnabled of [true, false]) {
      await visitExample(createHandler({ baseDir }), async ({ page }) => {
        await sendOrder(page);
        // axe-core needs scripts.
        if (javaScriptEnabled) await inspect(page, "the order that was sent");
      }, { javaScriptEnabled });
    }
    assertEquals(await Deno.readTextFile(`${folder}/orders.txt`), "Tea\nTea\n");
  } finally {
    Deno.env.delete("DATA");
    await Deno.remove(folder, { recursive: true });
  }
});

async function sendOrder(page: Page): Promise<void> {
  await page.goto("/");
  await page.getByLabel("Item").evaluate((input) => input.removeAttribute("required"));
  await tabTo(page, "Item");
  await page.keyboard.press("Enter");
  const errors = page.locator("form").first().getByText("Enter a value");
  await errors.first().waitFor();
  await tabTo(page, "Item");
  await page.keyboard.type("Tea");
  await page.keyboard.press("Enter");
  await page.getByRole("status").getByText("Ordered").waitFor();
  assertEquals(await errors.count(), 0);
}
