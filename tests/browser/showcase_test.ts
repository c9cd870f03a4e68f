/** The showcase in a real browser: every page, with scripts on and off, and every feature. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { Buffer } from "node:buffer";
import type { Page } from "playwright-core";
import { createApp } from "../../examples/showcase/app.ts";
import { ENTRIES } from "../../examples/showcase/site.ts";
import { type PageOptions, untilPreloaded, untilValue, type Visit, withPage } from "../support/browser.ts";
import { findViolations } from "../support/axe.ts";

const PATHS = ["/", ...ENTRIES.map(({ path }) => path), "/nowhere"];

for (const javaScriptEnabled of [true, false]) {
  const scripts = javaScriptEnabled ? "scripts on" : "scripts off";

  showcaseTest(`every page loads without errors, with ${scripts}`, async ({ page }) => {
    for (const path of PATHS) {
      const response = await page.goto(path);
      assertEquals(response?.status(), path === "/nowhere" ? 404 : 200, path);
      assertEquals(await page.getByRole("heading", { level: 1 }).count(), 1, path);
      const current = page.getByRole("navigation", { name: "Contents" }).locator("[aria-current=page]");
      assertEquals(await current.count(), ["/", "/nowhere"].includes(path) ? 0 : 1, path);
    }
  }, { javaScriptEnabled });

  showcaseTest(`on a telephone, a button opens the list of all pages, with ${scripts}`, async ({ page }) => {
    await page.setViewportSize({ width: 390, height: 800 });
    await page.goto("/guides/testing");
    const contents = page.getByRole("navigation", { name: "Contents" });
    assertEquals(await contents.count(), 0);
    await page.keyboard.press("Tab");
    await page.getByRole("button", { name: "Contents" }).press("Enter");
    await contents.waitFor();
    assertEquals(await contents.getByRole("link").count(), ENTRIES.length);
    assertEquals(await contents.locator("[aria-current=page]").textContent(), "Testing");
    if (javaScriptEnabled) {
      // Scrolled to the current page, which is far down.
      await page.waitForFunction(() => document.querySelector("#contents")!.scrollTop > 200);
      assertEquals(await findViolations(page), []);
    }
    await page.keyboard.press("Escape");
    await contents.waitFor({ state: "hidden" });
    await page.getByRole("button", { name: "Contents" }).click();
    await contents.getByRole("link", { name: "Get started" }).click();
    await page.getByRole("heading", { name: "Get started", level: 1 }).waitFor();
    assertEquals(await contents.count(), 0);
  }, { javaScriptEnabled });

  showcaseTest(`a button sets the theme of all pages, with ${scripts}`, async ({ page }) => {
    const scheme = (name: string) =>
      page.locator(`meta[name=color-scheme][content="${name}"]`).waitFor({ state: "attached" });
    await page.goto("/guides/forms");
    await page.getByRole("button", { name: "Theme: as the system" }).click();
    await page.getByRole("button", { name: "Theme: dark" }).waitFor();
    await scheme("dark");
    await page.goto("/about/inside");
    await scheme("dark");
  }, { javaScriptEnabled });

  showcaseTest(`an invalid reservation is rejected in place, then booked, with ${scripts}`, async ({ page }) => {
    await page.goto("/show/forms");
    await page.getByLabel("Name").fill("Ada");
    await page.getByRole("button", { name: "Book" }).click();
    await page.getByRole("alert").getByText("The table was not booked").waitFor();
    assertEquals(await page.getByLabel("Name").inputValue(), "Ada");
    assertEquals(await page.getByLabel("Email").getAttribute("aria-invalid"), "true");
    await page.getByLabel("Email").fill("ada@example.com");
    await page.getByLabel("Sunday").check();
    await page.getByLabel("Seats").fill("5");
    await page.getByRole("button", { name: "Book" }).click();
    await live(page).getByText("On Sundays there is only the small room").first().waitFor();
    await page.getByLabel("Seats").fill("4");
    await page.getByRole("button", { name: "Book" }).click();
    await page.getByRole("status").getByText("Booked for Ada").waitFor();
    assertEquals(await page.getByRole("alert").count(), 0);
  }, { javaScriptEnabled });

  showcaseTest(`a sign-up has the times of its course, with ${scripts}`, async ({ page }) => {
    await page.goto("/show/early");
    const update = async () => {
      if (!javaScriptEnabled) await page.getByRole("button", { name: "Update the form" }).click();
    };
    if (javaScriptEnabled) {
      await page.waitForLoadState("networkidle");
      await page.getByLabel("Nickname").fill("Ada");
      await page.getByLabel("Nickname").press("Tab");
      await page.getByText("Ada is taken", { exact: true }).waitFor();
    }
    await page.getByLabel("Nickname").fill("Edith");
    await page.getByLabel("Course").selectOption("Singing");
    await update();
    await page.getByLabel("Time").selectOption("Tuesday 19:30");
    await page.getByLabel("Send an invoice").check();
    await update();
    await page.getByRole("textbox", { name: "Company" }).fill("Acme");
    await page.getByRole("button", { name: "Sign up" }).click();
    await page.getByRole("status").getByText("Edith: Singing, Tuesday 19:30").first().waitFor();
  }, { javaScriptEnabled });

  showcaseTest(`guests are reordered and deleted, with ${scripts}`, async ({ page }) => {
    await page.goto("/show/rows");
    const row = (number: number) => page.getByRole("group", { name: `Guest ${number}` });
    await row(1).getByRole("button", { name: "Remove row 1" }).click();
    await untilValue(row(1).getByLabel("Name"), "Grace");
    await row(2).getByLabel("Name").fill("Grace");
    await row(2).getByLabel("Meal").selectOption("Salad");
    await row(2).getByRole("button", { name: "Move row 2 up" }).click();
    await untilValue(row(1).getByLabel("Meal"), "Salad");
    await page.getByRole("button", { name: "Save guests" }).click();
    await live(page).getByText("Two guests have the same name").waitFor();
    await row(1).getByLabel("Name").fill("Edith");
    await page.getByRole("button", { name: "Save guests" }).click();
    await page.getByRole("status").getByText("2 guests saved").waitFor();
    // Without scripts, a page has no patches.
    if (javaScriptEnabled) await page.getByText("Edith (Salad), Grace (Stew)").waitFor();
  }, { javaScriptEnabled });

  showcaseTest(`the pressed button determines the result, with ${scripts}`, async ({ page }) => {
    await page.goto("/show/buttons");
    for (
      const [button, words] of [["Save draft", "Draft saved"], ["Send", "Sent"], ["Count words", "2 words"]] as const
    ) {
      await page.getByRole("button", { name: button }).click();
      await page.getByRole("status").getByText(words, { exact: true }).waitFor();
    }
  }, { javaScriptEnabled });

  showcaseTest(`each validator rejects and accepts, with ${scripts}`, async ({ page }) => {
    await page.goto("/show/schemas");
    for (const name of ["zod", "Valibot", "ArkType"]) {
      const form = page.locator("form", { has: page.getByRole("button", { name: `Book with ${name}` }) });
      await form.getByLabel("City").fill("L");
      await form.getByLabel("Nights").fill("20");
      await form.getByRole("button").click();
      await form.locator("[data-hyper-errors]").waitFor();
      assertEquals(await form.locator("[aria-invalid=true]").count(), 2, name);
      await form.getByLabel("City").fill(`${name} city`);
      await form.getByLabel("Nights").fill("3");
      await form.getByRole("button").click();
      await page.getByRole("status").getByText(`3 nights in ${name} city`).waitFor();
    }
  }, { javaScriptEnabled });

  showcaseTest(`a lamp is switched, with ${scripts}`, async ({ page }) => {
    await page.goto("/show/live");
    const lamp = page.getByRole("button", { name: "Lamp 7" });
    const before = await lamp.getAttribute("aria-pressed");
    await lamp.click();
    await page.locator(`#lamp-6[aria-pressed=${before === "false"}]`).waitFor();
  }, { javaScriptEnabled });

  showcaseTest(`two files are measured, with ${scripts}`, async ({ page, events }) => {
    await page.goto("/show/uploads");
    await page.getByLabel("Files").setInputFiles([
      { name: "a.txt", mimeType: "text/plain", buffer: Buffer.from("milk") },
      { name: "b.bin", mimeType: "application/octet-stream", buffer: Buffer.alloc(3_000_000) },
    ]);
    await page.getByRole("button", { name: "Measure" }).click();
    await page.getByRole("status").getByText("2 measured").waitFor();
    if (!javaScriptEnabled) return;
    await live(page).getByText("b.bin: 3,000,000 bytes").waitFor();
    assertEquals(events.of("hyper:uploadProgress").at(-1)?.detail.progress, 1);
    assert(await page.locator("[data-progress]").isHidden());
  }, { javaScriptEnabled });
}

showcaseTest("the poem appears word by word", async ({ page }) => {
  await page.goto("/show/streams");
  await page.getByRole("button", { name: "Recite" }).click();
  const poem = page.locator("#poem");
  await poem.getByText("A form").waitFor();
  assertEquals((await poem.textContent())?.includes("heard"), false);
  await page.getByRole("status").getByText("End of the poem").waitFor();
  assertMatch(await poem.textContent() ?? "", /^A form was filled[^]*heard\.$/);
});

showcaseTest("every swap mode works as described", async ({ page }) => {
  await page.goto("/show/patches");
  const box = page.locator("#around");
  const press = (name: string) => page.getByRole("button", { name, exact: true }).click();
  for (
    const [mode, text] of [
      ["inner", "inner. "],
      ["before", "before. The target."],
      ["after", "The target.after. "],
      ["prepend", "prepend. The target."],
      ["append", "The target.append. "],
      ["outer", "outer. "],
      ["morph", "morph. "],
      ["delete", ""],
    ] as const
  ) {
    await press(mode);
    await box.filter({ hasText: new RegExp(`^${text.trim()}\\s*$`) }).waitFor();
    await press("Reset");
    await box.filter({ hasText: /^The target\.$/ }).waitFor();
  }
});

showcaseTest("a row keeps typed text and the caret while the list is shuffled", async ({ page }) => {
  await page.goto("/show/patches");
  await page.getByRole("button", { name: "Shuffle" }).click();
  const row = page.getByLabel("Assam");
  await row.focus();
  await page.keyboard.type("malty");
  await page.keyboard.press("ArrowLeft");
  await page.locator("#teas li:nth-child(3)#tea-Assam").waitFor();
  await page.keyboard.type("l");
  await page.getByRole("button", { name: "Shuffle" }).and(page.locator(":enabled")).waitFor();
  assertEquals(await row.inputValue(), "maltly");
  assert(await row.evaluate((input) => input === document.activeElement));
});

showcaseTest("dice are rolled from JavaScript, and invalid input is rejected", async ({ page }) => {
  await page.goto("/show/calls");
  const result = page.locator("output");
  await page.getByRole("button", { name: "Roll" }).click();
  await result.filter({ hasText: /^[1-6] \+ [1-6] = \d+$/ }).waitFor();
  await page.getByLabel("Sides").fill("1");
  await page.getByRole("button", { name: "Roll" }).click();
  await result.filter({ hasText: "At least two sides" }).waitFor();
});

showcaseTest(
  "requests are sent by attributes alone: typing, what is visible, a shortcut, and a confirmed submit",
  async ({ page }) => {
    await page.goto("/show/triggers");
    await page.waitForLoadState("networkidle");
    await page.getByLabel("Tea").fill("ce");
    await page.locator("#teas-found li").first().waitFor();
    assertEquals(await page.locator("#teas-found li").allTextContents(), ["Ceylon"]);
    await page.getByText("Sencha", { exact: true }).first().waitFor();
    await page.keyboard.press("Alt+a");
    await page.locator("#drunk").getByText("Assam").waitFor();
    await page.getByRole("button", { name: "Drink", exact: true }).click();
    assertEquals(await findViolations(page), [], "a confirmation");
    await page.getByRole("alertdialog").getByRole("button", { name: "Drink" }).click();
    await page.locator("#drunk").getByText("Sencha").waitFor();
  },
);

showcaseTest("a vote is shown in the browser of another user", async ({ page, context, url }) => {
  const total = (tab: typeof page) => live(tab).locator("tfoot td");
  await page.goto("/show/regions");
  const before = Number(await total(page).textContent());
  const second = await (await context.browser()?.newContext({ baseURL: url }))?.newPage();
  assert(second !== undefined);
  await second.goto("/show/regions");
  await live(second).getByRole("button", { name: "Herbal" }).click();
  for (const tab of [page, second]) await total(tab).getByText(`${before + 1}`, { exact: true }).waitFor();
  await second.close();
});

showcaseTest("a lamp changes in the browser of another user, who is counted", async ({ page, context, url }) => {
  await page.goto("/show/live");
  await live(page).getByText("1 browser is connected").waitFor();
  // A separate browser: the tabs of one browser share a stream, and count once.
  const second = await (await context.browser()?.newContext({ baseURL: url }))?.newPage();
  assert(second !== undefined);
  await second.goto("/show/live");
  await live(page).getByText("2 browsers are connected").waitFor();
  const lamp = "#lamp-11";
  const before = await page.locator(lamp).getAttribute("aria-pressed");
  await second.locator(lamp).click();
  await page.locator(`${lamp}[aria-pressed=${before === "false"}]`).waitFor();
  await second.close();
  await live(page).getByText("1 browser is connected").waitFor();
});

showcaseTest("each lane handles three quick clicks in its own way", async ({ page }) => {
  await page.goto("/show/lanes");
  for (
    const [lane, words] of [
      ["replace", ["aborted", "aborted", "answered"]],
      ["block", ["blocked", "blocked", "answered"]],
      ["queue", ["answered", "answered", "answered"]],
      ["none", ["answered", "answered", "answered"]],
    ] as const
  ) {
    const button = page.getByRole("button", { name: lane, exact: true });
    await button.evaluate((button) => {
      if (button instanceof HTMLElement) { for (let click = 0; click < 3; click++) button.click(); }
    });
    const log = page.locator(`#lane-${lane} li`);
    await log.nth(2).waitFor();
    assertEquals((await log.allTextContents()).map((text) => text.split(" ")[0]), [...words], lane);
  }
});

showcaseTest("a loading state is shown for a slow request, and not for a fast one", async ({ page, events }) => {
  await page.goto("/show/loading");
  await untilPreloaded(page, ["indicators"]);
  // On a slow machine, 50 ms may take longer than the default.
  await page.locator("[hyper-loading=wait]").first().evaluate((element) =>
    element.setAttribute("hyper-loading-delay", "1000")
  );
  const waiting = live(page).getByText("Waiting …");
  const shown = page.evaluate(() =>
    new Promise((resolve) => {
      new MutationObserver((_, observer) => {
        observer.disconnect();
        resolve(document.querySelector("#waited")?.textContent);
      }).observe(document.querySelector("[hyper-loading=wait]") ?? document, { attributes: true });
    })
  );
  // It ends with the page if the test has failed before it saw anything.
  shown.catch(() => {});
  await page.getByRole("button", { name: "50 ms", exact: true }).click();
  await live(page).getByText("It took 50 ms").waitFor();
  await page.getByRole("button", { name: "2 s" }).click();
  await waiting.waitFor();
  // The first indicator was for the second button: nothing has flashed for the first.
  assertEquals(await shown, "It took 50 ms");
  assert(await page.getByRole("button", { name: "400 ms" }).isDisabled());
  await live(page).getByText("This takes longer than expected").waitFor();
  await live(page).getByText("It took 2000 ms").waitFor();
  await waiting.waitFor({ state: "hidden" });
  assertEquals(events.of("hyper:afterRequest").length, 2);
});

showcaseTest("a toast, a toast with a level, and an event arrive", async ({ page }) => {
  await page.goto("/show/toasts");
  await page.getByRole("button", { name: "Toast" }).click();
  await page.getByRole("status").getByText("Done").waitFor();
  await page.getByRole("button", { name: "Warning" }).click();
  await page.locator("[data-level=warning]").getByText("The kettle is hot").waitFor();
  await page.getByRole("button", { name: "Event" }).click();
  await live(page).getByText("Ding! Ding! Ding!").waitFor();
});

showcaseTest("the address changes, and the back button restores the content", async ({ page, events }) => {
  await page.goto("/show/history");
  await page.getByRole("button", { name: "Ceylon" }).click();
  await live(page).getByText("You chose Ceylon").waitFor();
  await page.waitForURL("/show/history?tea=Ceylon");
  await live(page).getByRole("searchbox").fill("se");
  await page.getByRole("button", { name: "Find" }).click();
  await page.waitForURL("/show/history?search=se");
  await page.getByRole("button", { name: "Assam" }).waitFor({ state: "detached" });
  await page.goBack();
  await live(page).getByText("You chose Ceylon").waitFor();
  await page.getByRole("button", { name: "Assam" }).waitFor();
  assertEquals(events.of("hyper:history:restore:after").length, 1);
});

showcaseTest("signals reach Alpine's data and store", async ({ page }) => {
  await page.goto("/show/signals");
  const button = page.getByRole("button", { name: "Add one on the server" });
  for (const count of ["1", "2"]) {
    await button.click();
    await page.locator("[x-text=count]").getByText(count, { exact: true }).waitFor();
  }
  assertMatch(await page.locator("output").textContent() ?? "", /^\d+$/);
  await page.getByRole("button", { name: "Toggle in Alpine" }).click();
  await live(page).getByText("Opened without a request").waitFor();
});

showcaseTest("tea is made by one action and watched through another one", async ({ page, events }) => {
  await page.goto("/show/switching-actions");
  await page.getByRole("button", { name: "Make tea" }).click();
  await page.getByRole("status").getByText("Tea is served").waitFor();
  assertEquals(await page.locator("#steps li").count(), 5);
  assertEquals(events.of("hyper:actionSwitch").map(({ detail }) => detail.toAction), ["watch_tea"]);
});

showcaseTest("a failure is shown, and retried", async ({ page, context }) => {
  await page.goto("/show/failures");
  const alert = page.getByRole("alert");
  await page.getByRole("button", { name: "Reject" }).click();
  await alert.getByText("The last seat has just been taken").waitFor();
  await alert.getByRole("button", { name: "Close" }).click();
  await page.getByRole("button", { name: "Fail once" }).click();
  await alert.getByRole("button", { name: "Try again" }).click();
  await live(page).getByText("Done on attempt 2").waitFor();
  await context.setOffline(true);
  await live(page).getByText("offline").waitFor();
  await page.getByRole("button", { name: "Fail once" }).click();
  await alert.getByText("Cannot reach the server").waitFor();
  await context.setOffline(false);
  await live(page).getByText("online", { exact: true }).waitFor();
}, { expectErrors: [/ERR_INTERNET_DISCONNECTED/] });

showcaseTest("a payment that is sent three times is made once", async ({ page }) => {
  await page.goto("/show/once");
  const count = async () => Number(/\d+/.exec(await page.locator("#count").textContent() ?? "")?.[0]);
  const before = await count();
  await page.getByRole("button", { name: "Pay" }).dblclick();
  await page.getByRole("status").getByText(`Payment ${before + 1} made`).waitFor();
  await page.getByRole("button", { name: "three times" }).click();
  const paid = `Payment ${before + 2} made`;
  await page.locator("#twice").getByText(paid).waitFor();
  assertEquals(await page.locator("#twice").textContent(), [paid, paid, paid].join("\n"));
  await page.reload();
  assertEquals(await count(), before + 2);
});

showcaseTest("the contents can be used with the keyboard alone", async ({ page }) => {
  await page.goto("/show/forms");
  await page.keyboard.press("Tab");
  assertEquals(await page.evaluate(() => document.activeElement?.textContent), "Skip to content");
  await page.keyboard.press("Enter");
  await page.keyboard.press("Tab");
  assertEquals(await page.evaluate(() => document.activeElement?.getAttribute("name")), "name");
});

for (const colorScheme of ["light", "dark"] as const) {
  showcaseTest(`axe-core finds no violation on any page, in ${colorScheme}`, async ({ page }) => {
    for (const path of PATHS) {
      await page.goto(path);
      assertEquals(await findViolations(page), [], path);
    }
  }, { colorScheme, visitSeconds: 400 });
}

for (const colorScheme of ["light", "dark"] as const) {
  showcaseTest(`axe-core finds no violation after interactions, in ${colorScheme}`, async ({ page }) => {
    await page.goto("/show/forms");
    await page.getByRole("button", { name: "Book" }).click();
    await page.getByRole("alert").waitFor();
    assertEquals(await findViolations(page), [], "a refused form");

    await page.goto("/show/live");
    await page.getByRole("button", { name: "Lamp 18" }).click();
    await page.locator("#lamp-17[aria-pressed=true]").waitFor();
    assertEquals(await findViolations(page), [], "a lamp that is lit");
    await page.getByRole("button", { name: "Lamp 18" }).click();
    await page.locator("#lamp-17[aria-pressed=false]").waitFor();

    await page.goto("/show/toasts");
    await page.getByRole("button", { name: "Toast" }).click();
    await page.getByRole("button", { name: "Warning" }).click();
    await page.locator("[data-level=warning]").waitFor();
    assertEquals(await findViolations(page), [], "two toasts");

    await page.goto("/show/failures");
    await page.getByRole("button", { name: "Reject" }).click();
    await page.getByRole("alert").getByRole("button", { name: "Close" }).waitFor();
    assertEquals(await findViolations(page), [], "a failure");

    await page.goto("/show/lanes");
    await page.getByRole("button", { name: "block" }).dblclick();
    await live(page).getByText("answered at").waitFor();
    assertEquals(await findViolations(page), [], "lanes");
  }, { colorScheme });
}

showcaseTest("a wide table and long source can be scrolled with the keyboard", async ({ page }) => {
  await page.setViewportSize({ width: 400, height: 800 });
  await page.goto("/about/compared");
  const table = page.locator(".table").first();
  await table.focus();
  await page.keyboard.press("ArrowRight");
  await page.waitForFunction(() => (document.querySelector(".table")?.scrollLeft ?? 0) > 0);
});

showcaseTest("a button copies a block of code, and confirms it", async ({ page }) => {
  await page.goto("/guides/start");
  const code = page.locator(".code").filter({ hasText: "Deno.serve(createHandler())" });
  await code.getByRole("button", { name: "Copy" }).press("Enter");
  await code.getByRole("status").and(page.getByText("Copied")).waitFor();
  assertEquals(await page.evaluate(() => navigator.clipboard.readText()), await code.locator("pre").textContent());
}, { permissions: ["clipboard-read", "clipboard-write"] });

showcaseTest("without scripts, no button promises to copy", async ({ page }) => {
  await page.goto("/guides/start");
  assertEquals(await page.getByRole("button", { name: "Copy" }).count(), 0);
}, { javaScriptEnabled: false });

showcaseTest("no content is cut off on a phone", async ({ page }) => {
  await page.setViewportSize({ width: 320, height: 640 });
  for (const path of PATHS) {
    await page.goto(path);
    assertEquals(await page.evaluate(() => document.documentElement.scrollWidth), 320, path);
  }
});

function showcaseTest(name: string, visit: (visit: Visit) => Promise<void>, options: PageOptions = {}): void {
  Deno.test(`showcase: ${name}`, async () => {
    const app = createApp();
    try {
      await withPage(app, visit, options);
    } finally {
      await app.close();
    }
  });
}

/** Returns the live example of a page, whose source next to it contains the same words. */
const live = (page: Page) => page.locator("#live");
