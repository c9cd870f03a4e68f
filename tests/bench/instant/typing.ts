/**
 * Rows about typing: search as you type, and validation when a field is left.
 */
import type { Browser, Page } from "playwright-core";
import type { Random } from "../../support/random.ts";
import type { Contender } from "./contender.ts";
import { playRounds, type Stage, untilQuiet } from "./visit.ts";
import { errorOf, foundFor, sleep } from "./world.ts";

/** Results of a search as the user types. */
export interface Searched {
  /** Requests for the same keystrokes, in all rounds. */
  readonly requests: number;
  /** Rounds whose last answer is that of the last input. */
  readonly right: number;
}

const LETTERS = "abcdefgh";

/** Types a word of six letters, with answers that come in any order. */
export async function searchWhileTyping(browser: Browser, contender: Contender, rounds: number): Promise<Searched> {
  const found = await playRounds(browser, contender, rounds, async (stage, random) => {
    const { page, world } = stage;
    await page.goto("/search", { waitUntil: "load" });
    world.pauseOf = () => random(400);
    const before = world.requests;
    await page.locator("#q").focus();
    let word = "";
    for (let i = 0; i < 6; i++) {
      const letter = LETTERS[random(LETTERS.length)] ?? "a";
      word += letter;
      await page.keyboard.press(letter);
      await sleep(20 + random(230));
    }
    await untilQuiet(stage);
    const shown = await page.locator("#results li").allTextContents();
    return { requests: world.requests - before, isRight: shown.join() === foundFor(word).join() };
  });
  return {
    requests: found.reduce((sum, { requests }) => sum + requests, 0),
    right: found.filter(({ isRight }) => isRight).length,
  };
}

/** Results of a validation of a field that is left. */
export interface Validated {
  /** Rounds in which a message appeared about a value that the field did not have any more. */
  readonly stale: number;
  /** Rounds that ended with a message that is not that of the value. */
  readonly wrong: number;
  /** Rounds in which typed text was lost. */
  readonly lost: number;
  /** Requests in all rounds. */
  readonly requests: number;
}

/** Leaves a field with a value that is taken, comes back at any time, and types another one. */
export async function validateOnBlur(browser: Browser, contender: Contender, rounds: number): Promise<Validated> {
  const found = await playRounds(browser, contender, rounds, leaveAndComeBack);
  const count = (isIn: (round: (typeof found)[number]) => boolean): number => found.filter(isIn).length;
  return {
    stale: count(({ stale }) => stale > 0),
    wrong: count(({ isWrong }) => isWrong),
    lost: count(({ isLost }) => isLost),
    requests: found.reduce((sum, { requests }) => sum + requests, 0),
  };
}

interface Left {
  readonly stale: number;
  readonly isWrong: boolean;
  readonly isLost: boolean;
  readonly requests: number;
}

async function leaveAndComeBack(stage: Stage, random: Random, round: number): Promise<Left> {
  const { page, world } = stage;
  await page.goto("/join", { waitUntil: "load" });
  await page.evaluate(watchMessages);
  world.pauseOf = () => random(300);
  const before = world.requests;
  await page.locator("[name=email]").focus();
  await page.keyboard.type(`a${round}x`, { delay: 10 });
  await page.keyboard.press("Tab");
  await sleep(random(300));
  await page.locator("[name=email]").focus();
  await page.keyboard.press("End");
  const value = random(2) === 0 ? `a${round}` : `a${round}xyz`;
  if (value.endsWith("z")) await page.keyboard.type("yz", { delay: 40 });
  else await page.keyboard.press("Backspace");
  await sleep(random(200));
  await page.keyboard.press("Tab");
  await untilQuiet(stage);
  const { stale, message, typed } = await readMessages(page);
  return { stale, isWrong: message !== errorOf(value), isLost: typed !== value, requests: world.requests - before };
}

/** Runs in the page: counts messages that appear about a value that the field does not have. */
function watchMessages(): void {
  // An announcement for screen readers is not shown.
  const messageIn = (): string | null => {
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
      const message = /"[^"]*" is taken/.exec(texts.currentNode.nodeValue ?? "")?.[0];
      if (message !== undefined && !texts.currentNode.parentElement?.closest("[aria-live]")) return message;
    }
    return null;
  };
  const valueIn = (): string => document.querySelector<HTMLInputElement>("[name=email]")?.value ?? "";
  let shown: string | null = null;
  let stale = 0;
  const look = (): void => {
    const message = messageIn();
    if (message !== shown && message !== null && message !== `"${valueIn()}" is taken`) stale++;
    shown = message;
  };
  new MutationObserver(look).observe(document, {
    childList: true,
    subtree: true,
    characterData: true,
    attributes: true,
  });
  Object.assign(globalThis, { readMessages: () => ({ stale, message: messageIn(), typed: valueIn() }) });
}

function readMessages(page: Page): Promise<{ stale: number; message: string | null; typed: string }> {
  return page.evaluate("readMessages()");
}
