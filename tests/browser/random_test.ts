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
import { createRandom } from "../support/random.ts";
import { openFlakyProxy } from "../support/flaky_proxy.ts";
import { click, type Deeds, FAILING, open, type, untilQuiet, use, type Visitor } from "../support/random_use.ts";
import type {} from "../../client.ts";

const seconds = Number(Deno.env.get("RANDOM_SECONDS") ?? 20);
const seed = Number(Deno.env.get("RANDOM_SEED") ?? Math.floor(Math.random() * 2 ** 32));

/** Maximum duration of a round, in seconds: leaks are counted at its end. */
const ROUND = 60;
/** Maximum number of notes: a growing page would count as a leak. */
const MAX_NOTES = 12;
/** Milliseconds until the page must be idle: longer than a toast, and than the longest delay between attempts. */
const REST = 20_000;
/**
 * Allowed excess: the page cache keeps an element of each of up to 16 pages, and the browser may still hold the note that contained the
 * focus last, of 26 nodes.
 */
const SLACK = { nodes: 60, listeners: 3 };

/** Counts of objects that a page holds. */
interface Held {
  readonly nodes: number;
  readonly listeners: number;
}

const USING: Deeds = {
  add: [6, (visitor) => type(visitor, "#add input[type=text]", ["Milk", "Bread", "a < b & c", ""])],
  rename: [5, (visitor) => type(visitor, ".note form.title input[type=text]", ["Tea", "x".repeat(80), ""])],
  press: [8, (visitor) => click(visitor, "button")],
  delete: [3, (visitor) => click(visitor, ".note button.quiet")],
  agree: [4, (visitor) => click(visitor, "dialog button[value=yes]")],
  search: [4, (visitor) => type(visitor, "#q", ["mi", "b", "nothing", ""])],
  "back up": [3, (visitor) => click(visitor, ".backup button")],
  ...FAILING,
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

/** Notes and history of other users: the excess is removed without the page. */
function removeExcess(): void {
  for (const { id } of listNotes().slice(MAX_NOTES)) deleteNote(id);
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
  await untilQuiet(page, REST);
  for (const { id } of listNotes()) deleteNote(id);
  for (const title of ["Milk", "Bread", "Tea"]) addNote({ title, body: "", due: null });
  for (const url of ["/?q=", "/", "/?q=", "/", "/?q=", "/"]) await visit(page, url);
  // A toast stays as long as the pointer is on it.
  await page.mouse.move(0, 0);
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

const visitSeconds = seconds * 4 + 120;
/** More than that of the visit, whose error names what failed. In milliseconds. */
const timeout = (visitSeconds + 60) * 1000;

Deno.test(`notes: no timers, listeners or nodes are left over after ${seconds} seconds of random use, seed ${seed}`, {
  timeout,
}, async () => {
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
        await use(visitor, round / 2, { ...USING, ...LEAVING }, removeExcess);
        await open(page, "/");
        // Code and objects that are loaded once exist before the first count.
        await use(visitor, round / 8, USING, removeExcess);
        await rest(page);
        await page.evaluate(() => void Reflect.set(globalThis, "counted", true));
        const before = await count(devtools);
        await use(visitor, round * 3 / 8, USING, removeExcess);
        await rest(page);
        // Another document cannot be compared: a form was sent before its script had loaded.
        if (!await page.evaluate(() => Reflect.has(globalThis, "counted"))) continue;
        const after = await count(devtools);
        const held = `${JSON.stringify(before)} were held before, ${JSON.stringify(after)} after`;
        assert(after.nodes <= before.nodes + SLACK.nodes, held);
        assert(after.listeners <= before.listeners + SLACK.listeners, held);
      }
    }, { expectErrors: [/net::ERR_/], visitSeconds });
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
