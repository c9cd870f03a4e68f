/** Exactly-once execution as a user meets it: the orders are counted in a database. */
import { assertEquals } from "@std/assert";
import { createHandler, type Handler } from "@hyper/actions";
import { DatabaseSync } from "node:sqlite";
import type { Page } from "playwright-core";
import { type Visit, withPage } from "../support/browser.ts";
import { shopPages } from "./once_app.tsx";

/** An application for orders, and its database. */
interface Shop {
  readonly handler: Handler;
  readonly items: () => readonly string[];
}

function shopTest(
  name: string,
  javaScriptEnabled: boolean,
  test: (visit: Visit, shop: Shop) => Promise<void>,
  expectErrors: readonly RegExp[] = [],
): void {
  const scripts = javaScriptEnabled ? "scripts on" : "scripts off";
  Deno.test(`T40: ${name}, with ${scripts}`, async () => {
    using database = new DatabaseSync(":memory:");
    database.exec("CREATE TABLE orders (item TEXT NOT NULL) STRICT");
    const items = () => database.prepare("SELECT item FROM orders").all().map(({ item }) => String(item));
    const handler = createHandler({ baseDir: "/srv/app", pages: shopPages(database) });
    try {
      await withPage(handler, (visit) => test(visit, { handler, items }), { javaScriptEnabled, expectErrors });
    } finally {
      await handler.close();
    }
  });
}

async function fill(page: Page, item: string): Promise<void> {
  await page.goto("/");
  await page.getByLabel("Item").fill(item);
}

for (const javaScriptEnabled of [true, false]) {
  shopTest("a double click orders once", javaScriptEnabled, async ({ page }, shop) => {
    await fill(page, "tea");
    await page.getByRole("button", { name: "Order" }).dblclick();
    await page.getByText("Thank you").waitFor();
    assertEquals(shop.items(), ["tea"]);
  });

  shopTest("three quick clicks order once", javaScriptEnabled, async ({ page }, shop) => {
    await fill(page, "tea");
    await page.getByRole("button", { name: "Order" }).evaluate((button) => {
      for (let click = 0; click < 3; click++) if (button instanceof HTMLElement) button.click();
    });
    await page.getByText("Thank you").waitFor();
    assertEquals(shop.items(), ["tea"]);
  });

  shopTest("two orders of the same item are two orders", javaScriptEnabled, async ({ page }, shop) => {
    for (let order = 0; order < 2; order++) {
      await fill(page, "tea");
      await page.getByRole("button", { name: "Order" }).click();
      await page.getByText("Thank you").waitFor();
    }
    assertEquals(shop.items(), ["tea", "tea"]);
  });

  shopTest(
    "two tabs that were opened separately order one each",
    javaScriptEnabled,
    async ({ page, context }, shop) => {
      const other = await context.newPage();
      for (const tab of [page, other]) await fill(tab, "tea");
      await Promise.all([page, other].map(async (tab) => {
        await tab.getByRole("button", { name: "Order" }).click();
        await tab.getByText("Thank you").waitFor();
      }));
      assertEquals(shop.items(), ["tea", "tea"]);
    },
  );
}

shopTest(
  "the retry button requests a lost response again, and the order exists once",
  true,
  async ({ page }, shop) => {
    await fill(page, "tea");
    let lost = 0;
    // The request arrives, and its response is lost.
    await page.route("**/_next/form/**", async (route) => {
      if (lost++ > 0) return await route.continue();
      await route.fetch();
      await route.abort("connectionreset");
    });
    await page.getByRole("button", { name: "Order" }).click();
    await page.getByRole("alert").waitFor();
    assertEquals(shop.items(), ["tea"]);
    await page.getByRole("alert").getByRole("button").first().click();
    await page.getByText("Thank you").waitFor();
    assertEquals([shop.items(), lost], [["tea"], 2]);
  },
  [/ERR_CONNECTION_RESET/],
);

shopTest("a reload requests a lost response again, and the order exists once", false, async ({ page }, shop) => {
  await fill(page, "tea");
  let lost = 0;
  await page.route("**/_next/form/**", async (route) => {
    if (lost++ > 0) return await route.continue();
    await route.fetch({ maxRedirects: 0 });
    await route.abort("connectionreset");
  });
  await page.getByRole("button", { name: "Order" }).click();
  await page.waitForURL("chrome-error://chromewebdata/");
  assertEquals(shop.items(), ["tea"]);
  await page.reload();
  await page.getByText("Thank you").waitFor();
  assertEquals([shop.items(), lost], [["tea"], 2]);
});

shopTest(
  "back and the same order again repeats the response, and the order exists once; a different order is a second one",
  false,
  async ({ page }, shop) => {
    await fill(page, "tea");
    await page.getByRole("button", { name: "Order" }).click();
    await page.getByText("Thank you").waitFor();
    await page.goBack();
    assertEquals(await page.getByLabel("Item").inputValue(), "tea");
    await page.getByRole("button", { name: "Order" }).click();
    await page.getByText("Thank you").waitFor();
    assertEquals(shop.items(), ["tea"]);
    await page.goBack();
    await page.getByLabel("Item").fill("coffee");
    await page.getByRole("button", { name: "Order" }).click();
    await page.getByText("Thank you").waitFor();
    assertEquals(shop.items(), ["tea", "coffee"]);
  },
);

shopTest("a tab and its copy order once, both at the same time", false, async ({ page, context }, shop) => {
  await fill(page, "tea");
  const once = await page.locator("[name=_hyper_once]").inputValue();
  const copy = await context.newPage();
  // A tab that a browser duplicates is rendered from the same response, including its hidden fields.
  await copy.route("**/", async (route) => {
    const response = await route.fetch();
    const body = (await response.text()).replace(/(name="_hyper_once" value=")[^"]*/, `$1${once}`);
    await route.fulfill({ response, body });
  });
  await fill(copy, "tea");
  assertEquals(await copy.locator("[name=_hyper_once]").inputValue(), once);
  await Promise.all([page, copy].map(async (tab) => {
    await tab.getByRole("button", { name: "Order" }).click();
    await tab.getByText("Thank you").waitFor();
  }));
  assertEquals(shop.items(), ["tea"]);
});

shopTest("a rejected order holds no claim: after a correction, it is ordered once", false, async ({ page }, shop) => {
  await page.goto("/");
  await page.getByLabel("Item").evaluate((input) => input.removeAttribute("required"));
  await page.getByRole("button", { name: "Order" }).click();
  await page.getByText("Enter a value").first().waitFor();
  await page.getByLabel("Item").fill("tea");
  await page.getByRole("button", { name: "Order" }).dblclick();
  await page.getByText("Thank you").waitFor();
  assertEquals(shop.items(), ["tea"]);
});

shopTest("a failed order is not done, and can be sent again unchanged", false, async ({ page }, shop) => {
  await fill(page, "broken");
  await page.getByRole("button", { name: "Order" }).click();
  await page.getByText("The till is closed").first().waitFor();
  assertEquals(shop.items(), []);
  await page.reload();
  await page.getByText("Thank you").waitFor();
  assertEquals(shop.items(), ["broken"]);
});
