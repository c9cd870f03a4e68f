/** Toasts stay while they are used, can be closed, have a time, and count up. */
import { assertEquals } from "@std/assert";
import type { Page } from "playwright-core";
import { withPage } from "../support/browser.ts";
import { app, END, sse } from "./runtime_app.ts";
import type {} from "../../client.ts";

/** Opens a page with a stopped clock, and shows these toasts. */
async function withToasts(
  toasts: readonly object[],
  test: (page: Page) => Promise<void>,
  region = `<div data-hyper-toasts role="status"></div>`,
): Promise<void> {
  const save = () => sse([...toasts.map((toast) => ["toast", toast] as const), END]);
  await withPage(app({ body: `<button>Before</button>${region}`, actions: { save } }), async ({ page }) => {
    await page.clock.install();
    await page.goto("/");
    await page.getByRole("button", { name: "Before" }).focus();
    await page.evaluate(() => action("save"));
    await page.clock.runFor(200);
    await page.locator("[data-hyper-toast]").first().waitFor();
    await test(page);
  });
}

const count = (page: Page) => page.locator("[data-hyper-toast]").count();

for (
  const [name, toasts, region, before] of [
    ["eight seconds", [{ value: "Saved" }], undefined, 7000],
    ["the time of the toast", [{ value: "Saved", duration: 20_000 }], undefined, 19_000],
    [
      "the time of its region",
      [{ value: "Saved" }],
      `<div data-hyper-toasts data-hyper-duration="20000" role="status"></div>`,
      19_000,
    ],
  ] as const
) {
  Deno.test(`a toast disappears after ${name}`, async () => {
    await withToasts(toasts, async (page) => {
      await page.clock.runFor(before);
      assertEquals(await count(page), 1);
      await page.clock.runFor(1000);
      assertEquals(await count(page), 0);
    }, region);
  });
}

Deno.test("a toast with the duration 0 stays", async () => {
  await withToasts([{ value: "Saved", duration: 0 }], async (page) => {
    await page.clock.runFor(100_000);
    assertEquals(await count(page), 1);
  });
});

for (
  const [name, use] of [
    ["hovered", (page: Page) => page.getByText("Saved").hover()],
    ["focused", (page: Page) => page.getByRole("button", { name: "Close" }).focus()],
  ] as const
) {
  Deno.test(`a toast stays while it is ${name}`, async () => {
    await withToasts([{ value: "Saved" }], async (page) => {
      await use(page);
      await page.clock.runFor(30_000);
      assertEquals(await count(page), 1);
      await page.mouse.move(0, 0);
      await page.getByRole("button", { name: "Before" }).focus();
      await page.clock.runFor(10_000);
      assertEquals(await count(page), 0);
    });
  });
}

Deno.test("closing a toast restores the focus", async () => {
  await withToasts([{ value: "Saved" }], async (page) => {
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    assertEquals([await count(page), await page.evaluate(() => document.activeElement?.textContent)], [0, "Before"]);
  });
});

Deno.test("equal toasts share one element with a count; toasts with another text or level are separate", async () => {
  const toasts = [{ value: "Saved" }, { value: "Saved" }, { value: "Saved", level: "warning" }, { value: "Sent" }];
  await withToasts(toasts, async (page) => {
    assertEquals(await page.locator("[data-hyper-toast]").allTextContents(), ["Saved (2)", "Saved", "Sent"]);
  });
});
