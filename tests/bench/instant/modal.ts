/**
 * Rows about a form in a dialog, as a user of the keyboard observes it.
 */
import type { Browser, Page } from "playwright-core";
import type { Contender } from "./contender.ts";
import { onStage } from "./visit.ts";

/** `true` if it was observed, by the name of the row. */
export type Observed = Readonly<Record<string, boolean>>;

const NAME = "[name=name]";

/** Opens, leaves and submits the form, with scripts and without. */
export async function observeModal(browser: Browser, contender: Contender): Promise<Observed> {
  const rows: readonly (readonly [string, (page: Page) => Promise<boolean>, scripts?: boolean])[] = [
    ["focus moves into the dialog", async (page) => await isFocusIn(page)],
    ["Tab stays in the dialog", staysInside],
    ["Escape closes it, and focus returns", closesByEscape],
    ["Back closes it, and the page stays", closesByBack],
    ["an invalid form stays in it, with its error", keepsInvalid],
    ["a valid form closes it, and the list has the new row", saves],
    ["it has a URL that a reload shows", survivesReload],
    ["the same form works without scripts", worksWithoutScripts, false],
  ];
  const found: Record<string, boolean> = {};
  for (const [name, observe, javaScriptEnabled = true] of rows) {
    found[name] = await onStage(browser, contender, async ({ page }) => {
      await page.goto("/start");
      await page.goto("/people", { waitUntil: "load" });
      // Libraries may load parts of themselves once the page has loaded.
      await page.waitForTimeout(500);
      await page.evaluate("window.isSame = true");
      return await open(page) && await observe(page).catch(isNotObserved);
    }, { javaScriptEnabled });
  }
  return found;
}

/** A time-out means that what was waited for did not happen. */
function isNotObserved(error: unknown): boolean {
  if (error instanceof Error && error.name === "TimeoutError") return false;
  throw error;
}

/** Opens the form. The field of its name is visible then. */
async function open(page: Page): Promise<boolean> {
  await page.locator("#open").focus();
  await page.keyboard.press("Enter");
  const isOpen = await page.locator(NAME).waitFor({ timeout: 2000 }).then(() => true, isNotObserved);
  // A dialog may move the focus when it has been drawn.
  await page.waitForTimeout(500);
  return isOpen;
}

/** Returns whether the focus is in the same dialog as the field. */
function isFocusIn(page: Page): Promise<boolean> {
  return page.evaluate((name) => {
    const box = document.querySelector(name)?.closest("dialog, [role=dialog], up-modal");
    return box?.contains(document.activeElement) ?? false;
  }, NAME);
}

async function staysInside(page: Page): Promise<boolean> {
  for (let i = 0; i < 8; i++) {
    await page.keyboard.press("Tab");
    // After the last control of a native dialog the focus is on the browser's own controls, which is the body here.
    const isInside = await isFocusIn(page) || await page.evaluate(() => document.activeElement === document.body);
    if (!isInside) return false;
  }
  return true;
}

async function closesByEscape(page: Page): Promise<boolean> {
  await page.keyboard.press("Escape");
  await page.locator(NAME).waitFor({ state: "hidden", timeout: 2000 });
  await page.waitForTimeout(500);
  return await page.evaluate(() => document.activeElement?.id === "open");
}

async function closesByBack(page: Page): Promise<boolean> {
  await page.evaluate("history.back()");
  await page.locator(NAME).waitFor({ state: "hidden", timeout: 2000 });
  await page.waitForTimeout(500);
  return await isSamePage(page);
}

async function keepsInvalid(page: Page): Promise<boolean> {
  await page.locator(NAME).focus();
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("Enter a name").waitFor({ timeout: 2000 });
  return await page.locator(NAME).isVisible() && await isSamePage(page);
}

async function saves(page: Page): Promise<boolean> {
  await page.locator(NAME).fill("Grace");
  await page.getByRole("button", { name: "Save" }).click();
  await page.locator("#people", { hasText: "Grace" }).waitFor({ timeout: 2000 });
  await page.locator(NAME).waitFor({ state: "hidden", timeout: 2000 });
  return true;
}

async function survivesReload(page: Page): Promise<boolean> {
  await page.reload();
  return await page.locator(NAME).isVisible();
}

async function worksWithoutScripts(page: Page): Promise<boolean> {
  await page.locator(NAME).fill("Grace");
  await page.getByRole("button", { name: "Save" }).click();
  await page.locator("#people", { hasText: "Grace" }).waitFor({ timeout: 2000 });
  return true;
}

/** Returns whether the document is the one that opened the dialog, at its own page. */
function isSamePage(page: Page): Promise<boolean> {
  return page.evaluate("window.isSame === true && document.querySelector('#people') !== null");
}
