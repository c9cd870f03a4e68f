/**
 * Random use of the notes: clicks and typing, lost connections, reloads, going back. It must leave no spinner, no unhandled
 * error and no leaked memory.
 *
 * `RANDOM_SEED` repeats a run, `RANDOM_SECONDS` sets its duration. Default: a new seed each time, 20 seconds.
 */
import { assert, assertEquals } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { createHandler } from "@hyper/actions";
import type { CDPSession, Page } from "playwright-core";
import { addNote, closeDatabase, deleteNote, listNotes } from "../../examples/notes/database.ts";
import { withPage } from "../support/browser.ts";
import { createRandom, type Random } from "../support/random.ts";
import { type FlakyProxy, openFlakyProxy } from "../support/flaky_proxy.ts";
import type {} from "../../client.ts";

const seconds = Number(Deno.env.get("RANDOM_SECONDS") ?? 20);
const seed = Number(Deno.env.get("RANDOM_SEED") ?? Math.floor(Math.random() * 2 ** 32));

/** Maximum duration of a round, in seconds: leaks are counted at its end. */
const ROUND = 60;
/** Maximum number of notes: a growing page would count as a leak. */
const MAX_NOTES = 12;
/** Milliseconds until the page must be idle: longer than a toast, and than the longest delay between attempts. */
const REST = 20_000;
/** Allowed excess: the list that was replaced last may still be held, because one of its elements had the focus. */
const SLACK = { nodes: 120, listeners: 3 };

/** Counts of objects that a page holds. */
interface Held {
  readonly nodes: number;
  readonly listeners: number;
}

/** A user of the page. */
interface Visitor {
  readonly page: Page;
  readonly network: FlakyProxy;
  readonly random: Random;
  /** Operations so far. */
  readonly deeds: string[];
}

/** Random operations by name, each with its weight. */
type Deeds = Readonly<Record<string, readonly [weight: number, deed: (visitor: Visitor) => Promise<unknown>]>>;

/** Clicks a matching element if there is one, even if it has moved or is covered. */
async function click({ page, random }: Visitor, selector: string): Promise<void> {
  const all = page.locator(selector);
  const count = await all.count();
  if (count === 0) return;
  await all.nth(random(count)).click({ timeout: 250, noWaitAfter: true }).catch(() => {
    // It was removed, disabled or covered meanwhile: a user would miss it too.
  });
}

async function type(visitor: Visitor, selector: string, texts: readonly string[]): Promise<void> {
  const { page, random } = visitor;
  await click(visitor, selector);
  await page.keyboard.press("Control+A");
  await page.keyboard.type(texts[random(texts.length)] ?? "");
  if (random(2)) await page.keyboard.press("Enter");
}

const pause = ({ page, random }: Visitor, most: number): Promise<void> => page.waitForTimeout(random(most));

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

const USING: Deeds = {
  add: [6, (visitor) => type(visitor, "#add input[type=text]", ["Milk", "Bread", "a < b & c", ""])],
  rename: [5, (visitor) => type(visitor, ".note form.title input[type=text]", ["Tea", "x".repeat(80), ""])],
  press: [8, (visitor) => click(visitor, "button")],
  delete: [3, (visitor) => click(visitor, ".note button.quiet")],
  agree: [4, (visitor) => click(visitor, "dialog button[value=yes]")],
  search: [4, (visitor) => type(visitor, "#q", ["mi", "b", "nothing", ""])],
  "back up": [3, (visitor) => click(visitor, ".backup button")],
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

/** Operations that lead to another document, such as a retry of a navigation by the browser. */
const LEAVING: Deeds = {
  visit: [3, ({ page }) => page.evaluate(() => void Hyper.navigate("/"))],
  "visit a note": [3, ({ page }) =>
    page.evaluate(() => {
      const link = document.querySelector<HTMLAnchorElement>(".note a");
      if (link) void Hyper.navigate(link.href);
    })],
  write: [4, (visitor) => type(visitor, "textarea, input[type=date]", ["1", "text"])],
  reload: [2, ({ page }) => open(page, page.url())],
  "go back": [1, ({ page }) => page.goBack({ timeout: 2000 })],
  "go forward": [1, ({ page }) => page.goForward({ timeout: 2000 })],
  "open a note": [1, (visitor) => click(visitor, ".note a")],
};

/** Opens a page, with any number of attempts. */
async function open(page: Page, url: string): Promise<void> {
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

async function use(visitor: Visitor, milliseconds: number, deeds: Deeds): Promise<void> {
  const choices = Object.entries(deeds).flatMap(([name, [weight, deed]]) => Array(weight).fill([name, deed] as const));
  const until = performance.now() + milliseconds;
  while (performance.now() < until) {
    const [name, deed] = choices[visitor.random(choices.length)];
    visitor.deeds.push(name);
    await deed(visitor).catch((error: unknown) => {
      // An operation was overtaken by an earlier one, which has led to another page that may be incomplete.
      if (!/destroyed|navigat|interrupted|Timeout|ERR_|detached|Hyper is not defined/i.test(String(error))) throw error;
    });
    // Notes and history of other users: the excess is removed without the page.
    for (const { id } of listNotes().slice(MAX_NOTES)) deleteNote(id);
    // A page that could not be loaded has no runtime.
    if (!/^http/.test(visitor.page.url())) await open(visitor.page, "/");
    else if (!await visitor.page.evaluate(() => "Hyper" in globalThis).catch(() => true)) {
      await open(visitor.page, "/");
    }
  }
}

/** Navigates to a page without a reload, with any number of attempts: a redirect of the last operation may be pending. */
async function visit(page: Page, url: string): Promise<void> {
  for (let attempt = 0; attempt < 10; attempt++) {
    try {
      await page.waitForLoadState();
      if (await page.evaluate((url) => Hyper.navigate(url), url)) return;
    } catch (error) {
      if (!/destroyed|navigat|not defined/.test(String(error))) throw error;
      // Its script was lost with a connection.
      await open(page, url);
    }
  }
  throw new Error(`Cannot visit ${url}: it was not shown in ten attempts`);
}

/** Waits until no request is pending, and the page is the list of three notes, reached without a reload. */
async function rest(page: Page): Promise<void> {
  await page.context().setOffline(false);
  await page.waitForFunction(
    () => !document.querySelector("[aria-busy], [data-hyper-disabled], [hyper-loading]:not([hidden])"),
    undefined,
    { timeout: REST },
  );
  for (const { id } of listNotes()) deleteNote(id);
  for (const title of ["Milk", "Bread", "Tea"]) addNote({ title, body: "", due: null });
  for (const url of ["/?q=", "/", "/?q=", "/", "/?q=", "/"]) await visit(page, url);
  await page.evaluate(() => {
    // In the DOM, the focus and the selection hold the elements that contained them.
    if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
    getSelection()?.removeAllRanges();
  });
  await page.waitForFunction(() => !document.querySelector("[data-hyper-toast], [role=alert]"), undefined, {
    timeout: REST,
  });
  // The texts of alerts disappear shortly after the alerts.
  assertEquals(await page.locator(".note").count(), 3);
}

async function count(devtools: CDPSession): Promise<Held> {
  // Twice, because the first collection can release objects that hold others.
  for (let i = 0; i < 2; i++) await devtools.send("HeapProfiler.collectGarbage");
  const { nodes, jsEventListeners } = await devtools.send("Memory.getDOMCounters");
  return { nodes, listeners: jsEventListeners };
}

Deno.test(`notes: no timers, listeners or nodes are left over after ${seconds} seconds of random use, seed ${seed}`, async () => {
  Deno.env.set("NOTES_DATABASE", ":memory:");
  closeDatabase();
  const handler = createHandler({ baseDir: fromFileUrl(import.meta.resolve("../../examples/notes/")) });
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, handler);
  const deeds: string[] = [];
  try {
    await using network = openFlakyProxy(server.addr.port);
    await withPage({ url: network.url }, async ({ page }) => {
      const visitor: Visitor = { page, network, deeds, random: createRandom(seed) };
      const devtools = await page.context().newCDPSession(page);
      await open(page, "/");
      // One failure at least, so that messages of the browser about failures are expected.
      network.drop();
      await page.context().setOffline(true);
      await page.getByRole("button", { name: "Back up" }).click();
      await page.getByRole("alert").waitFor();
      await page.context().setOffline(false);
      for (let left = seconds; left > 0; left -= ROUND) {
        const round = Math.min(left, ROUND) * 1000;
        await use(visitor, round / 2, { ...USING, ...LEAVING });
        await open(page, "/");
        // Code and objects that are loaded once exist before the first count.
        await use(visitor, round / 8, USING);
        await rest(page);
        await page.evaluate(() => void Reflect.set(globalThis, "counted", true));
        const before = await count(devtools);
        await use(visitor, round * 3 / 8, USING);
        await rest(page);
        // Another document cannot be compared: a form was sent before its script had loaded.
        if (!await page.evaluate(() => Reflect.has(globalThis, "counted"))) continue;
        const after = await count(devtools);
        const held = `${JSON.stringify(before)} were held before, ${JSON.stringify(after)} after`;
        assert(after.nodes <= before.nodes + SLACK.nodes, held);
        assert(after.listeners <= before.listeners + SLACK.listeners, held);
      }
    }, { expectErrors: [/net::ERR_/], visitSeconds: seconds * 4 + 120 });
  } catch (error) {
    throw new Error(`Cannot use the notes at random, RANDOM_SEED=${seed}: the last deeds were ${deeds.slice(-30)}`, {
      cause: error,
    });
  } finally {
    await server.shutdown();
    await handler.close();
    closeDatabase();
    Deno.env.delete("NOTES_DATABASE");
  }
});
