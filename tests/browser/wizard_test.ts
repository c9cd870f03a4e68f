import { assertEquals, assertMatch } from "@std/assert";
import { createMemoryStore, type Handler } from "@hyper/actions";
import type { Page } from "playwright-core";
import { createApp } from "../../examples/wizard/app.ts";
import type { EventLog } from "../support/browser.ts";
import { inspect, tabTo, visitExample } from "../support/example.ts";

for (const javaScriptEnabled of [true, false]) {
  const scripts = javaScriptEnabled ? "scripts on" : "scripts off";

  Deno.test(`wizard: a registration is filled in, reviewed and sent, with ${scripts}`, async () => {
    await visitExample(newApp(), async ({ page }) => {
      await page.goto("/");
      await page.getByRole("button", { name: "Register" }).click();
      await at(page, "About you");
      await page.getByLabel("Your name").fill("Ada");
      await page.getByLabel("Email address").evaluate((input) => input.setAttribute("type", "text"));
      await page.getByLabel("Email address").fill("nowhere");
      await page.getByRole("button", { name: "Next" }).click();
      await page.locator(".hyper-errors").waitFor();
      assertEquals(await page.getByLabel("Your name").inputValue(), "Ada");
      await page.getByLabel("Email address").fill("ada@example.com");
      await page.getByRole("button", { name: "Next" }).click();

      await at(page, "Workshop");
      await page.getByLabel("Pottery").check();
      await page.getByLabel("Day").selectOption("Sunday");
      await page.getByRole("button", { name: "Next" }).click();
      await page.locator(".hyper-errors").getByText("Pottery is not available on Sunday").waitFor();
      assertEquals(await page.getByLabel("Pottery").isChecked(), true);
      await page.getByLabel("Day").selectOption("Saturday");
      await page.getByRole("button", { name: "Next" }).click();

      await at(page, "Extras");
      await page.getByLabel("Include lunch").check();
      await page.getByLabel("Anything we should know").fill("No nuts\nNo noise");
      await page.getByRole("button", { name: "Next" }).click();

      await at(page, "Summary");
      await page.getByText("No nuts\nNo noise").waitFor();
      await page.getByRole("link", { name: "Change About you" }).click();
      await at(page, "About you");
      await page.getByLabel("Your name").fill("Ada Lovelace");
      await page.getByRole("button", { name: "Next" }).click();
      await at(page, "Workshop");
      await page.getByRole("link", { name: "Summary" }).click();
      await page.getByText("Ada Lovelace").waitFor();
      await page.getByLabel("I will attend, or cancel if I cannot").check();
      await page.getByRole("button", { name: "Send" }).click();
      await at(page, "You are registered");
      assertMatch(await page.locator("strong").innerText(), /^[0-9A-F]{8}$/);

      // The draft cannot be sent a second time.
      await page.goto("/register/summary");
      assertEquals(new URL(page.url()).pathname, "/");
    }, { javaScriptEnabled });
  });

  Deno.test(`wizard: going back keeps the text, valid or not, with ${scripts}`, async () => {
    await visitExample(newApp(), async ({ page }) => {
      await begin(page);
      await page.getByLabel("Screen printing").check();
      // Going back does not validate: the day is missing.
      await page.getByRole("button", { name: "Back" }).click();
      await at(page, "About you");
      assertEquals(await page.getByLabel("Your name").inputValue(), "Ada");
      await page.getByRole("button", { name: "Next" }).click();
      await at(page, "Workshop");
      assertEquals(await page.getByLabel("Screen printing").isChecked(), true);
    }, { javaScriptEnabled });
  });

  Deno.test(`wizard: a step cannot be skipped, with ${scripts}`, async () => {
    await visitExample(newApp(), async ({ page }) => {
      for (const path of ["/register/you", "/register/summary"]) {
        await page.goto(path);
        assertEquals(new URL(page.url()).pathname, "/");
      }
      await begin(page);
      for (const path of ["/register/extras", "/register/summary"]) {
        await page.goto(path);
        assertEquals(new URL(page.url()).pathname, "/register/workshop");
      }
    }, { javaScriptEnabled });
  });
}

Deno.test("wizard: typed input is kept after a reload, in another tab and by a new process", async () => {
  const store = createMemoryStore();
  let draft = "";
  await visitExample(createApp(store), async ({ page, context, events }) => {
    await begin(page);
    await page.getByLabel("Bookbinding").check();
    await kept(events);
    await page.reload();
    assertEquals(await page.getByLabel("Bookbinding").isChecked(), true);

    const tab = await context.newPage();
    await tab.goto("/");
    await tab.getByRole("link", { name: "Continue your registration" }).click();
    await at(tab, "Workshop");
    assertEquals(await tab.getByLabel("Bookbinding").isChecked(), true);
    draft = (await context.cookies()).find(({ name }) => name === "draft")?.value ?? "";
  });
  await visitExample(createApp(store), async ({ page, context, url }) => {
    await context.addCookies([{ name: "draft", value: draft, url }]);
    await page.goto("/register/workshop");
    assertEquals(await page.getByLabel("Bookbinding").isChecked(), true);
  });
});

Deno.test("wizard: changing an answer revokes it until it is confirmed", async () => {
  await visitExample(newApp(), async ({ page, events }) => {
    await begin(page);
    await page.goto("/register/you");
    await page.getByLabel("Your name").fill("");
    await kept(events);
    await page.goto("/register/workshop");
    assertEquals(new URL(page.url()).pathname, "/register/you");
    assertEquals(await page.getByLabel("Your name").inputValue(), "");
    await page.getByLabel("Your name").fill("Ada");
    await page.getByRole("button", { name: "Next" }).click();
    await at(page, "Workshop");
  });
});

Deno.test("wizard: of two tabs that send one registration, one succeeds", async () => {
  const store = createMemoryStore();
  await visitExample(createApp(store), async ({ page, context }) => {
    await begin(page);
    await page.getByLabel("Bookbinding").check();
    await page.getByLabel("Day").selectOption("Friday");
    await page.getByRole("button", { name: "Next" }).click();
    await at(page, "Extras");
    await page.getByRole("button", { name: "Next" }).click();
    await at(page, "Summary");
    const tab = await context.newPage();
    await tab.goto("/register/summary");
    for (const each of [page, tab]) await each.getByLabel("I will attend, or cancel if I cannot").check();
    await page.getByRole("button", { name: "Send" }).click();
    await at(page, "You are registered");
    await tab.getByRole("button", { name: "Send" }).click();
    await at(tab, "Workshops");
  });
});

for (const colorScheme of ["light", "dark"] as const) {
  Deno.test(`wizard: the page is accessible, and usable with the keyboard alone, in ${colorScheme}`, async () => {
    await visitExample(newApp(), async ({ page }) => {
      await page.goto("/");
      await inspect(page, "/");
      await tabTo(page, "Register");
      await page.keyboard.press("Enter");
      await at(page, "About you");
      await tabTo(page, "Your name");
      await page.keyboard.type("Ada");
      await page.keyboard.press("Tab");
      await page.keyboard.type("ada@example.com");
      await page.keyboard.press("Enter");

      await at(page, "Workshop");
      await page.getByLabel("Pottery").focus();
      await page.keyboard.press("Space");
      await tabTo(page, "Day");
      await page.keyboard.type("Su");
      await page.keyboard.press("Tab");
      await page.keyboard.press("Enter");
      await page.locator(".hyper-errors").waitFor();
      await inspect(page, "a step that was refused");
      await page.getByLabel("Day").focus();
      await page.keyboard.type("Fr");
      await page.keyboard.press("Tab");
      await page.keyboard.press("Enter");

      await at(page, "Extras");
      await inspect(page, "a step");
      await tabTo(page, "Next");
      await page.keyboard.press("Enter");
      await at(page, "Summary");
      await inspect(page, "the summary");
      await tabTo(page, "I will attend, or cancel if I cannot");
      await page.keyboard.press("Space");
      await tabTo(page, "Send");
      await page.keyboard.press("Enter");
      await at(page, "You are registered");
      await inspect(page, "what was sent");
      await page.goto("/register/nothing");
      await inspect(page, "an address that leads nowhere");
    }, { colorScheme });
  });
}

function newApp(): Handler {
  return createApp(createMemoryStore());
}

/** Starts a registration, up to the second step. */
async function begin(page: Page): Promise<void> {
  await page.goto("/");
  await page.getByRole("button", { name: "Register" }).click();
  await page.getByLabel("Your name").fill("Ada");
  await page.getByLabel("Email address").fill("ada@example.com");
  await page.getByRole("button", { name: "Next" }).click();
  await at(page, "Workshop");
}

/** Waits until typed input is saved. */
async function kept(events: EventLog): Promise<void> {
  while ((await events.next("hyper:requestSuccess")).detail.action !== "keep_step");
}

async function at(page: Page, title: string): Promise<void> {
  await page.getByRole("heading", { level: 1, name: title, exact: true }).waitFor();
}
