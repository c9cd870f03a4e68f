import { assertEquals } from "@std/assert";
import { visitExample } from "../support/example.ts";
import { openRecipe } from "../support/recipe.ts";

Deno.test("in a browser that lacks a function of the runtime, forms and links work as without scripts", async () => {
  const { handler } = await openRecipe("create_and_redirect", "old browser");
  await visitExample(handler, async ({ page, events }) => {
    await page.addInitScript(() => Reflect.deleteProperty(URL, "parse"));
    await page.goto("/");
    await page.getByLabel("Title").fill("Buy milk");
    await page.getByRole("button", { name: "Create" }).click();
    await page.getByRole("heading", { name: "Buy milk" }).waitFor();
    await page.getByText("Note created").waitFor();
    assertEquals(await page.evaluate(() => "Hyper" in globalThis), false);
    assertEquals(events.types, []);
  });
});
