/**
 * Pages of one Chromium for the comparison, each with a server of its own on a free port.
 */
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { withPage } from "../../support/browser.ts";
import { createRandom, type Random } from "../../support/random.ts";
import type { Contender } from "./contender.ts";
import { sleep, World } from "./world.ts";

/** A page on the server of a contender. */
export interface Stage {
  readonly page: Page;
  readonly world: World;
}

/** Pages that take part of the rounds at the same time. */
const LANES = 8;
/** Time without an open answer after which nothing more is expected, in milliseconds: above any pause of typing. */
const QUIET_MS = 300;
/** Maximum time of a whole comparison, in seconds. */
const MAX_SECONDS = 3600;

/** Lends Chromium. Its contexts are closed afterwards; complaints of their pages are not looked at. */
export async function withBrowser(run: (browser: Browser) => Promise<void>): Promise<void> {
  const visitSeconds = MAX_SECONDS;
  await withPage({ url: "http://127.0.0.1" }, async ({ context }) => {
    const browser = context.browser();
    if (browser === null) throw new Error("Cannot compare: the context has no browser");
    await run(browser);
  }, { visitSeconds });
}

/** Opens one page on a server of its own. */
export async function onStage<T>(
  browser: Browser,
  contender: Contender,
  play: (stage: Stage) => Promise<T>,
  options: BrowserContextOptions = {},
): Promise<T> {
  const world = new World();
  const stop = new AbortController();
  const { signal } = stop;
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {}, signal }, contender.serve(world));
  const context = await browser.newContext({ baseURL: `http://127.0.0.1:${server.addr.port}`, ...options });
  try {
    const page = await context.newPage();
    page.setDefaultTimeout(5000);
    return await play({ page, world });
  } finally {
    await context.close();
    stop.abort();
    await server.finished;
  }
}

/** Plays rounds on a few pages at the same time. Each round has its own random numbers, the same for all contenders. */
export async function playRounds<T>(
  browser: Browser,
  contender: Contender,
  rounds: number,
  play: (stage: Stage, random: Random, round: number) => Promise<T>,
): Promise<readonly T[]> {
  const found: T[] = [];
  let next = 0;
  const lane = (): Promise<void> =>
    onStage(browser, contender, async (stage) => {
      while (next < rounds) {
        const round = next++;
        found.push(await play(stage, createRandom(round + 1), round));
      }
    });
  await Promise.all(Array.from({ length: Math.min(LANES, rounds) }, lane));
  return found;
}

/** Waits until the server has answered everything and nothing more is asked for. */
export async function untilQuiet({ world }: Stage): Promise<void> {
  let { requests } = world;
  for (let quiet = 0; quiet < QUIET_MS; quiet += 20) {
    await sleep(20);
    if (!world.isBusy && world.requests === requests) continue;
    requests = world.requests;
    quiet = 0;
  }
}
