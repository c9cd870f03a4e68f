/**
 * Rows about a like that the server accepts or refuses: when the page shows it, and for how long the page is wrong.
 */
import type { Browser, Page } from "playwright-core";
import type { Contender } from "./contender.ts";
import { onStage, type Stage, untilQuiet } from "./visit.ts";
import { LIKE_MS } from "./world.ts";

/** Times of one like, in milliseconds. */
export interface Toggled {
  /** From the click until the page shows the like. */
  readonly shown: number;
  /** From the click until the page is as before, after a refusal; `null` if it never changed. */
  readonly predicted: number | null;
  /** From the refusal until the page is as before; 0 if it never changed. */
  readonly wrong: number;
}

/** Likes something, with a server that accepts it and with one that refuses it. */
export function toggle(browser: Browser, contender: Contender, rounds: number): Promise<readonly Toggled[]> {
  return onStage(browser, contender, async (stage) => {
    stage.world.pauseOf = () => LIKE_MS;
    const found: Toggled[] = [];
    // The first one compiles code, so it is not typical.
    for (let round = 0; round <= rounds; round++) {
      const toggled = await likeTwice(stage);
      if (round > 0) found.push(toggled);
    }
    return found;
  });
}

async function likeTwice(stage: Stage): Promise<Toggled> {
  const { world } = stage;
  world.isLiked = false;
  world.isRefusing = false;
  const accepted = await likeOnce(stage);
  world.isLiked = false;
  world.isRefusing = true;
  const refused = await likeOnce(stage);
  const [shown] = accepted.changes;
  if (shown === undefined) throw new Error("Cannot compare: the like was never shown");
  const last = refused.changes.at(-1);
  return {
    shown: shown.at - accepted.clicked,
    predicted: last === undefined ? null : last.isLiked ? Infinity : last.at - refused.clicked,
    wrong: last === undefined ? 0 : last.isLiked ? Infinity : Math.max(0, last.at - world.answeredAt),
  };
}

interface Recorded {
  readonly clicked: number;
  readonly changes: readonly { readonly at: number; readonly isLiked: boolean }[];
}

async function likeOnce(stage: Stage): Promise<Recorded> {
  const { page } = stage;
  await page.goto("/like", { waitUntil: "networkidle" });
  await page.evaluate(watchLike);
  await page.locator("#like").click();
  await untilQuiet(stage);
  return await readLike(page);
}

function readLike(page: Page): Promise<Recorded> {
  return page.evaluate("readLike()");
}

/** Runs in the page: records the visible state of the button. */
function watchLike(): void {
  const isLikedNow = (): boolean =>
    [...document.querySelectorAll("[aria-pressed]")].some((button) =>
      button.checkVisibility() && button.getAttribute("aria-pressed") === "true"
    );
  const now = (): number => performance.timeOrigin + performance.now();
  let isLiked = isLikedNow();
  let clicked = NaN;
  const changes: { at: number; isLiked: boolean }[] = [];
  addEventListener("click", () => clicked = now(), true);
  const look = (): void => {
    if (isLikedNow() === isLiked) return;
    isLiked = !isLiked;
    changes.push({ at: now(), isLiked });
  };
  new MutationObserver(look).observe(document, { childList: true, subtree: true, attributes: true });
  Object.assign(globalThis, { readLike: () => ({ clicked, changes }) });
}
