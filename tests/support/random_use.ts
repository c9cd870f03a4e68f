/** Random use of a page: what a user does without looking, on a network that fails. */
import type { Locator, Page } from "playwright-core";
import type { FlakyProxy } from "./flaky_proxy.ts";
import type { Random } from "./random.ts";
import type {} from "../../client.ts";

/** A user of a page. */
export interface Visitor {
  readonly page: Page;
  readonly network: FlakyProxy;
  readonly random: Random;
  /** Operations so far. */
  readonly deeds: string[];
}

/** An operation. */
export type Deed = (visitor: Visitor) => Promise<unknown>;

/** Random operations by name, each with its weight. */
export type Deeds = Readonly<Record<string, readonly [weight: number, deed: Deed]>>;

/** Returns one of the elements that match, or `null` if there is none. */
export async function pick({ page, random }: Visitor, selector: string): Promise<Locator | null> {
  const all = page.locator(selector);
  const count = await all.count();
  return count === 0 ? null : all.nth(random(count));
}

/**
 * Clicks a matching element if there is one. One that is hidden, covered or gone by then is missed, as by a user.
 *
 * Not with `click()` of Playwright: one that runs out of time leaves a handle in the page, which holds the element and all around it.
 */
export async function click({ page, random }: Visitor, selector: string): Promise<void> {
  const count = await page.locator(selector).count();
  if (count === 0) return;
  const point = await page.evaluate(({ selector, index }) => {
    const element = document.querySelectorAll(selector)[index];
    if (!element) return null;
    element.scrollIntoView({ block: "nearest", behavior: "instant" });
    const { x, y, width, height } = element.getBoundingClientRect();
    const center = { x: x + width / 2, y: y + height / 2 };
    return element.contains(document.elementFromPoint(center.x, center.y)) ? center : null;
  }, { selector, index: random(count) });
  if (point) await page.mouse.click(point.x, point.y);
}

/** Clicks a field if there is one, and types one of the texts; sometimes with Enter. */
export async function type(visitor: Visitor, selector: string, texts: readonly string[]): Promise<void> {
  const { page, random } = visitor;
  await click(visitor, selector);
  await page.keyboard.press("Control+A");
  await page.keyboard.type(texts[random(texts.length)] ?? "");
  if (random(2)) await page.keyboard.press("Enter");
}

/** Waits for a random time. */
export const pause = ({ page, random }: Visitor, most: number): Promise<void> => page.waitForTimeout(random(most));

/** Presses a button while the network is disconnected. */
async function disturb(visitor: Visitor, begin: () => unknown, end: () => unknown): Promise<void> {
  await begin();
  // A loading page waits for the network itself, so the button is awaited only after it is back.
  const pressed = click(visitor, "button").catch(() => {
    // The page was left meanwhile.
  });
  await pause(visitor, 300);
  await end();
  await pressed;
}

/** Reactions of a user to failures of a network, and these failures. */
export const FAILING: Deeds = {
  retry: [4, (visitor) => click(visitor, "[hyper-retry]")],
  close: [2, (visitor) => click(visitor, "[hyper-close]")],
  wait: [4, (visitor) => pause(visitor, 400)],
  abort: [2, ({ page }) => page.evaluate(() => Hyper.abortAll())],
  drop: [4, ({ network }) => Promise.resolve(network.drop())],
  stall: [2, (visitor) => {
    const { network } = visitor;
    return disturb(visitor, () => network.stall(), () => {
      network.drop();
      network.flow();
    });
  }],
  "lose the network": [3, (visitor) => {
    const context = visitor.page.context();
    return disturb(visitor, () => context.setOffline(true), () => context.setOffline(false));
  }],
};

/** Opens a page, with any number of attempts. */
export async function open(page: Page, url: string): Promise<void> {
  for (let attempt = 0; attempt < 10; attempt++) {
    try {
      await page.goto(url);
      await page.waitForFunction(() => "Hyper" in globalThis);
      return;
    } catch (error) {
      // Another operation has navigated meanwhile.
      if (!/ERR_|interrupted|destroyed/.test(String(error))) throw error;
    }
  }
  throw new Error(`Cannot open ${url}: it did not come in ten attempts`);
}

/**
 * Uses a page at random.
 *
 * @param afterEach Called after each operation.
 */
export async function use(
  visitor: Visitor,
  milliseconds: number,
  deeds: Deeds,
  afterEach: () => void = () => {},
): Promise<void> {
  const choices = Object.entries(deeds).flatMap(([name, [weight, deed]]) => Array(weight).fill([name, deed] as const));
  const until = performance.now() + milliseconds;
  while (performance.now() < until) {
    const [name, deed] = choices[visitor.random(choices.length)];
    visitor.deeds.push(name);
    await deed(visitor).catch((error: unknown) => {
      // An operation was overtaken by an earlier one, which has led to another page that may be incomplete.
      if (!/destroyed|navigat|interrupted|Timeout|ERR_|detached|Hyper is not defined/i.test(String(error))) throw error;
    });
    afterEach();
    // A page that could not be loaded has no runtime.
    if (!/^http/.test(visitor.page.url())) await open(visitor.page, "/");
    else if (!await visitor.page.evaluate(() => "Hyper" in globalThis).catch(() => true)) {
      await open(visitor.page, "/");
    }
  }
}

/** Waits until no request is in flight. */
export async function untilQuiet(page: Page, milliseconds: number): Promise<void> {
  await page.context().setOffline(false);
  await page.waitForFunction(
    () =>
      !document.querySelector(
        "[aria-busy], [data-hyper-disabled], [hyper-loading]:not([hidden]), [hyper-pending]",
      ),
    undefined,
    { timeout: milliseconds },
  );
}
