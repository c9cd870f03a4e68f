import { assert, assertEquals } from "@std/assert";
import type { BrowserContext, Page } from "playwright-core";
import { createApp } from "../../examples/board/app.ts";
import {
  addMessage,
  addTask,
  closeDatabase,
  listMessages,
  listPeople,
  listTasks,
} from "../../examples/board/database.ts";
import { findViolations } from "../support/axe.ts";
import { pressAndAgree, untilValue, withPage } from "../support/browser.ts";

for (const javaScriptEnabled of [true, false]) {
  const scripts = javaScriptEnabled ? "scripts on" : "scripts off";

  boardTest(`board: a user enters, adds a task, moves and deletes it, with ${scripts}`, async ({ page }) => {
    await comeIn(page, "Ada");
    await page.getByLabel("New task").fill("Write the tests");
    await page.getByRole("button", { name: "Add", exact: true }).click();
    await page.locator("#todo").getByText("Write the tests").waitFor();
    await untilValue(page.getByLabel("New task"), "");
    await page.getByRole("button", { name: "Move Write the tests to Doing" }).click();
    await page.locator("#doing").getByText("Write the tests").waitFor();
    assertEquals(listTasks().map(({ place, author }) => [place, author]), [["doing", "Ada"]]);
    await pressAndAgree(page, "Delete Write the tests", javaScriptEnabled);
    await page.locator("#doing li").waitFor({ state: "detached" });
    assertEquals(listTasks(), []);
  }, javaScriptEnabled);

  boardTest(`board: a message is sent, with ${scripts}`, async ({ page }) => {
    await comeIn(page, "Ada");
    await page.getByLabel("Message", { exact: true }).fill("Hello <everybody>");
    await page.getByRole("button", { name: "Send" }).click();
    await page.locator("#messages").getByText("Hello <everybody>").waitFor();
    assertEquals(listMessages().map(({ name, text }) => [name, text]), [["Ada", "Hello <everybody>"]]);
  }, javaScriptEnabled);
}

/** Waits until these people are online. */
async function untilOnline(page: Page, names: readonly string[]): Promise<void> {
  for (let tries = 0; listPeople().join() !== names.join(); tries++) {
    if (tries > 200) assertEquals(listPeople(), names);
    await page.waitForTimeout(25);
  }
}

boardTest("board: each change is shown to the other person, once", async ({ page, context }) => {
  await comeIn(page, "Ada");
  const other = await visitor(context, "Bob");
  await page.locator("#people").getByText("Bob").waitFor();
  await other.locator("#people").getByText("Ada").waitFor();
  await untilOnline(page, ["Ada", "Bob"]);

  await page.getByLabel("New task").fill("Seen by both");
  await page.getByRole("button", { name: "Add", exact: true }).click();
  for (const tab of [page, other]) await tab.locator("#todo").getByText("Seen by both").waitFor();

  await page.getByLabel("Message", { exact: true }).pressSequentially("Hel");
  await other.locator("#typing").getByText("Ada Hel", { exact: true }).waitFor();
  await page.getByLabel("Message", { exact: true }).pressSequentially("lo");
  await other.locator("#typing").getByText("Ada Hello", { exact: true }).waitFor();
  await page.getByRole("button", { name: "Send" }).click();
  for (const tab of [page, other]) await tab.locator("#messages").getByText("Ada Hello").waitFor();
  await other.locator("#typing li").waitFor({ state: "detached" });
  await other.getByLabel("Message", { exact: true }).fill("And back");
  await other.getByRole("button", { name: "Send" }).click();
  await page.locator("#messages").getByText("Bob And back").waitFor();
  for (const tab of [page, other]) {
    assertEquals(await tab.locator("#messages li").allTextContents(), ["Ada Hello", "Bob And back"]);
    assertEquals(await tab.locator("#todo li").count(), 1);
  }

  await other.close();
  await page.locator("#people").getByText("Bob").waitFor({ state: "detached" });
  await untilOnline(page, ["Ada"]);
});

boardTest("board: the latest message is in view, on the page and when it arrives", async ({ page }) => {
  for (let i = 0; i < 60; i++) addMessage("Ada", `Message ${i}`);
  await comeIn(page, "Ada");
  const isSeen = (text: string) =>
    page.waitForFunction((text) => {
      const log = document.querySelector(".log")!.getBoundingClientRect();
      const line = [...document.querySelectorAll("#messages li")].find((item) => item.textContent?.endsWith(text));
      return line !== undefined && line.getBoundingClientRect().bottom <= log.bottom + 1;
    }, text);
  await isSeen("Message 59");
  await page.getByLabel("Message", { exact: true }).fill("The last one");
  await page.keyboard.press("Enter");
  await isSeen("The last one");
});

boardTest("board: text that a user is typing is kept when another user makes a change", async ({ page, context }) => {
  await comeIn(page, "Ada");
  const other = await visitor(context, "Bob");
  await page.getByLabel("New task").fill("Half a thought");
  await page.getByLabel("New task").focus();
  await other.getByLabel("New task").fill("Bob's task");
  await other.getByRole("button", { name: "Add", exact: true }).click();
  await page.locator("#todo").getByText("Bob's task").waitFor();
  assertEquals(await page.getByLabel("New task").inputValue(), "Half a thought");
  assert(await page.getByLabel("New task").evaluate((input) => input === document.activeElement));
});

for (const colorScheme of ["light", "dark"] as const) {
  boardTest(`board: no content is cut off on a phone, in ${colorScheme}`, async ({ page }) => {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width: 320, height: 640 });
    await comeIn(page, "A".repeat(40));
    addTask("x".repeat(80), "A".repeat(40));
    await page.reload();
    await page.locator(".card").waitFor();
    assertEquals(await page.evaluate(() => document.documentElement.scrollWidth), 320);
  });
}

for (const colorScheme of ["light", "dark"] as const) {
  boardTest(`board: axe-core finds no violation, in ${colorScheme}`, async ({ page }) => {
    await page.emulateMedia({ colorScheme });
    await page.goto("/");
    assertEquals(await findViolations(page), []);
    await comeIn(page, "Ada");
    addTask("Write the tests", "Ada");
    addMessage("Ada", "Hello");
    await page.reload();
    await page.locator(".card").waitFor();
    assertEquals(await findViolations(page), []);
  });
}

boardTest("board: every operation works with the keyboard alone, and keeps the focus", async ({ page }) => {
  await page.goto("/");
  const { keyboard } = page;
  const press = async (...keys: string[]): Promise<void> => {
    for (const key of keys) await keyboard.press(key);
  };
  const focused = (): Promise<string> => page.evaluate(() => `#${document.activeElement?.id}`);
  const focusOn = async (selector: string): Promise<void> => {
    await page.waitForFunction((selector) => document.activeElement?.matches(selector), selector);
  };
  // After the link that skips to the board.
  await press("Tab", "Tab");
  await keyboard.type("Ada");
  await press("Enter");
  await page.locator("#room").waitFor();
  await press("Tab", "Enter");
  assertEquals(await focused(), "#main");
  await press("Tab");
  await keyboard.type("One");
  await press("Enter");
  await page.locator("#todo .card").waitFor();
  await focusOn("[name=title]:placeholder-shown");
  await press("Tab", "Tab", "Enter");
  await page.locator("#doing .card").waitFor();
  await focusOn(".card");
  await press("Tab", "Tab", "Tab", "Enter");
  await focusOn("dialog button");
  await press("Tab", "Enter");
  await page.locator(".card").waitFor({ state: "detached" });
  await focusOn("#doing ul");
  await press("Tab");
  await keyboard.type("Hello");
  await press("Enter");
  await page.locator("#messages").getByText("Hello").waitFor();
  await focusOn("[name=text]");
});

async function comeIn(page: Page, name: string): Promise<void> {
  await page.goto("/");
  await page.getByLabel("Your name").fill(name);
  await page.getByRole("button", { name: "Join" }).click();
  await page.locator("#room").waitFor();
}

/** Another user, in a separate browser. */
async function visitor(context: BrowserContext, name: string): Promise<Page> {
  const own = await context.browser()?.newContext({ baseURL: new URL(context.pages()[0]?.url() ?? "").origin });
  assert(own !== undefined);
  own.setDefaultTimeout(10_000);
  const page = await own.newPage();
  await comeIn(page, name);
  return page;
}

function boardTest(
  name: string,
  visit: (visit: { readonly page: Page; readonly context: BrowserContext }) => Promise<void>,
  javaScriptEnabled = true,
): void {
  Deno.test(name, async () => {
    // Each test begins with a separate database in memory.
    Deno.env.set("BOARD_DATABASE", ":memory:");
    closeDatabase();
    const app = createApp(null);
    try {
      await withPage(app, visit, { javaScriptEnabled });
    } finally {
      await app.close();
      closeDatabase();
      Deno.env.delete("BOARD_DATABASE");
    }
  });
}
