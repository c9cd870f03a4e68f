/**
 * Rows about navigation: a page with a slow part, back, and a link that the pointer rests on before it is clicked.
 */
import type { Browser, Page } from "playwright-core";
import type { Contender } from "./contender.ts";
import { onStage } from "./visit.ts";
import { sleep } from "./world.ts";

/** Times from the click, in milliseconds. */
export interface Slow {
  /** Until the shell of the page is shown. */
  readonly shell: number;
  /** Until its slow part is shown. */
  readonly done: number;
}

/** Time that the pointer rests on a link, in milliseconds. */
const HOVER_MS = 300;

/** Follows the link with an id to a page with a slow part. */
export function openSlowPage(
  browser: Browser,
  contender: Contender,
  link: string,
  rounds: number,
): Promise<readonly Slow[]> {
  return onStage(browser, contender, async ({ page }) => {
    await page.addInitScript(recordShown);
    const found: Slow[] = [];
    for (let round = 0; round <= rounds; round++) {
      await page.goto("/start", { waitUntil: "networkidle" });
      await clickAndRecord(page, `#${link}`);
      const done = await shownAfter(page, "part");
      // The first one compiles code, and tells the server of this library that scripts run.
      if (round > 0) found.push({ shell: await shownAfter(page, "shell"), done });
    }
    return found;
  });
}

/** Follows two links and goes back. Returns the times until the earlier page is shown, in milliseconds. */
export function goBack(browser: Browser, contender: Contender, rounds: number): Promise<readonly number[]> {
  return onStage(browser, contender, async ({ page }) => {
    await page.addInitScript(recordShown);
    const found: number[] = [];
    for (let round = 0; round <= rounds; round++) {
      await page.goto("/start", { waitUntil: "networkidle" });
      for (const [link, heading] of [["#to-list", "list"], ["#item", "detail"]] as const) {
        await clickAndRecord(page, link);
        await shownAfter(page, heading);
        await page.waitForTimeout(200);
      }
      await page.waitForTimeout(200);
      await startClock(page, "history.back()");
      const ms = await shownAfter(page, "list");
      if (round > 0) found.push(ms);
    }
    return found;
  });
}

/** Rests on a link, then clicks it. Returns the times until its page is shown, in milliseconds. */
export function hoverAndClick(browser: Browser, contender: Contender, rounds: number): Promise<readonly number[]> {
  return onStage(browser, contender, async ({ page }) => {
    await page.addInitScript(recordShown);
    const found: number[] = [];
    for (let round = 0; round <= rounds; round++) {
      await page.mouse.move(600, 600);
      await page.goto("/list", { waitUntil: "networkidle" });
      await page.locator("#item").hover();
      await sleep(HOVER_MS);
      await startClock(page, "document.querySelector('#item').click()");
      const ms = await shownAfter(page, "detail");
      if (round > 0) found.push(ms);
    }
    return found;
  });
}

function clickAndRecord(page: Page, link: string): Promise<void> {
  return startClock(page, `document.querySelector("${link}").click()`);
}

/** Runs a script in the page, and takes its time as the start. */
async function startClock(page: Page, script: string): Promise<void> {
  await page.evaluate(`{ startRecording(); setTimeout(() => ${script}); }`);
}

/** Waits until an element with an id is shown. Returns the time since the start, in milliseconds. */
async function shownAfter(page: Page, id: string): Promise<number> {
  for (let waited = 0; waited < 5000; waited += 20) {
    // The document may be replaced meanwhile.
    const found = await page.evaluate((id) => sessionStorage.getItem(`shown ${id}`), id).catch(() => null);
    if (found !== null) return Number(found);
    await sleep(20);
  }
  throw new Error(`Cannot compare: "#${id}" was not shown within 5 s`);
}

/** Runs in each document first: records when elements are shown for the first time after the start. */
function recordShown(): void {
  const now = (): number => performance.timeOrigin + performance.now();
  const look = (): void => {
    const start = sessionStorage.getItem("start");
    if (start === null) return;
    for (const id of ["shell", "part", "list", "detail"]) {
      const element = document.getElementById(id);
      if (element === null || sessionStorage.getItem(`shown ${id}`) !== null || !element.checkVisibility()) continue;
      sessionStorage.setItem(`shown ${id}`, String(now() - Number(start)));
    }
  };
  Object.assign(globalThis, {
    startRecording: () => {
      for (const id of ["shell", "part", "list", "detail"]) sessionStorage.removeItem(`shown ${id}`);
      sessionStorage.setItem("start", String(now()));
    },
  });
  new MutationObserver(look).observe(document, {
    childList: true,
    subtree: true,
    attributes: true,
    characterData: true,
  });
}
