/**
 * Random use of the help desk by two users, while others change its data and connections are lost: search, bulk actions, undo, layers,
 * fields that are checked when they are left, dependent fields, drafts and live regions. When the page is quiet again, it shows what the
 * server would send now.
 *
 * `RANDOM_SEED` repeats a run, `RANDOM_SECONDS` sets its duration. Default: a new seed each time, 20 seconds.
 */
import { assertEquals } from "@std/assert";
import type { Handler } from "@hyper/actions";
import type { Page } from "playwright-core";
import { createApp } from "../../examples/helpdesk/app.ts";
import { openServices } from "../../examples/helpdesk/database.ts";
import { Tickets } from "../../examples/helpdesk/tickets.ts";
import { DEMO } from "../../examples/helpdesk/users.ts";
import { withPage } from "../support/browser.ts";
import { openFlakyProxy } from "../support/flaky_proxy.ts";
import { createRandom, type Random } from "../support/random.ts";
import { click, type Deeds, FAILING, open, pick, type, untilQuiet, use, type Visitor } from "../support/random_use.ts";

const seconds = Number(Deno.env.get("RANDOM_SECONDS") ?? 20);
const seed = Number(Deno.env.get("RANDOM_SEED") ?? Math.floor(Math.random() * 2 ** 32));

/** Milliseconds until the page must be quiet, and show what the server has. */
const REST = 30_000;

/** Chooses an option of a list. */
async function choose(visitor: Visitor, selector: string): Promise<void> {
  const select = await pick(visitor, selector);
  const count = await select?.locator("option").count() ?? 0;
  if (count > 0) await select?.selectOption({ index: visitor.random(count) }, { timeout: 250 });
}

const WORDS = ["Printer", "does", "x".repeat(120), "a < b & c", ""];

const USING: Deeds = {
  search: [5, (visitor) => type(visitor, "[type=search]", ["does", "p", "nothing", ""])],
  filter: [3, (visitor) => choose(visitor, ".filter select")],
  select: [6, (visitor) => click(visitor, ".tickets [type=checkbox]")],
  "close or delete tickets": [4, (visitor) => click(visitor, "#results button")],
  undo: [5, (visitor) => click(visitor, "[data-hyper-toast] form button")],
  "turn the page": [2, (visitor) => click(visitor, ".pages a[rel]")],
  "open a ticket": [3, (visitor) => click(visitor, ".tickets a")],
  "to the list": [2, (visitor) => click(visitor, "header a[href='/']")],
  "open the form": [5, (visitor) => click(visitor, "a[href='/new']")],
  "write a ticket": [6, (visitor) => type(visitor, "[name=title],[name=body]", WORDS)],
  "choose a category": [4, (visitor) => choose(visitor, "[name=category],[name=topic],[name=priority]")],
  "create it": [4, (visitor) => click(visitor, "form[hyper-validate] button[type=submit]")],
  escape: [2, ({ page }) => page.keyboard.press("Escape")],
  "write a comment": [5, (visitor) => type(visitor, "#write textarea", WORDS)],
  send: [4, (visitor) => click(visitor, "#write button")],
  "edit facts": [3, (visitor) => click(visitor, "#facts summary, #facts button")],
  "edit the checklist": [4, (visitor) => click(visitor, "#checklist button")],
  "write a step": [3, (visitor) => type(visitor, "#checklist input[type=text]", WORDS)],
  agree: [4, (visitor) => click(visitor, "dialog button[value=yes]")],
  "go back": [2, ({ page }) => page.goBack({ timeout: 2000 })],
  "go forward": [1, ({ page }) => page.goForward({ timeout: 2000 })],
  reload: [1, ({ page }) => open(page, page.url())],
  "sign in again": [6, ({ page }) => signInAgain(page)],
  ...FAILING,
};

/** Changes a ticket as another user would, on the server. */
function changeTicket(tickets: Tickets, handler: Handler, random: Random): void {
  const id = 1 + random(12);
  const ticket = tickets.get(id);
  if (ticket === null || random(6) > 0) return;
  if (random(2)) tickets.addComment(ticket, "bob", `Answer ${random(1000)}`);
  else tickets.close([id]);
  void handler.changed(`comments:${id}`, `ticket:${id}`, "tickets");
}

async function signIn(page: Page, name: string): Promise<void> {
  await open(page, "/sign-in");
  await page.getByLabel("Name").fill(name);
  await page.getByLabel("Password").fill(DEMO.find((user) => user.name === name)?.password ?? "");
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("heading", { name: "Tickets" }).waitFor();
}

/** Closes the layers over a page, and agrees to lose what was entered: their address is not that of the page below. */
async function closeLayers(visitor: Visitor): Promise<void> {
  const { page } = visitor;
  for (let tries = 0; await page.locator("dialog[open]").count() > 0; tries++) {
    if (tries === 20) throw new Error("Cannot close the layers: a dialog is still open after Escape, pressed 20 times");
    await page.keyboard.press("Escape");
    await click(visitor, "dialog button[value=yes]");
    await page.waitForTimeout(100);
  }
}

/** Signs in, if the user has pressed "Sign out". */
async function signInAgain(page: Page): Promise<void> {
  if (new URL(page.url()).pathname === "/sign-in") await signIn(page, "bob");
}

/** Waits until the page shows what the server would send now, and returns where they differ. */
async function differences(page: Page): Promise<readonly string[]> {
  const compare = async (): Promise<readonly string[]> => {
    // A prefetch takes no toasts.
    const response = await fetch(location.href, { headers: { accept: "text/html", "x-hyper-purpose": "prefetch" } });
    const fresh = new DOMParser().parseFromString(await response.text(), "text/html");
    const textOf = (root: ParentNode, selector: string) => {
      const copy = root.querySelector(selector)?.cloneNode(true);
      if (!(copy instanceof Element)) return "";
      // Times go on, and more comments may have been loaded.
      for (const time of copy.querySelectorAll("time")) time.remove();
      return (copy.textContent ?? "").replace(/\s+/g, " ");
    };
    const [now, sent] = [document, fresh].map((root) =>
      ["#results", "#facts", "#comments > li:first-child"].map((part) => textOf(root, part))
    );
    return sent!.flatMap((text, index) => text === now![index] ? [] : [`"${now![index]}", not "${text}"`]);
  };
  const until = performance.now() + REST;
  for (;;) {
    const found = await page.evaluate(compare);
    if (found.length === 0 || performance.now() > until) return found;
    await page.waitForTimeout(250);
  }
}

const visitSeconds = seconds * 4 + 180;
/** More than that of the visit, whose error names what failed. In milliseconds. */
const timeout = (visitSeconds + 60) * 1000;

Deno.test(`help desk: after ${seconds} seconds of random use the page shows what the server has, seed ${seed}`, {
  timeout,
}, async () => {
  const folder = await Deno.makeTempDir();
  const services = await openServices(folder);
  const handler = createApp(services);
  const tickets = new Tickets(services.database);
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, handler);
  const deeds: string[] = [];
  try {
    await using network = openFlakyProxy(server.addr.port);
    await withPage({ url: network.url }, async ({ page, context }) => {
      const random = createRandom(seed);
      await signIn(page, "bob");
      const other = await context.newPage();
      // The user agrees to lose input.
      for (const tab of [page, other]) tab.on("dialog", (dialog) => void dialog.accept().catch(() => {}));
      await open(other, "/");
      // One failure at least, so that messages of the browser about failures are expected.
      network.drop();
      await context.setOffline(true);
      await page.getByRole("searchbox").fill("d");
      await page.getByRole("alert").waitFor();
      await context.setOffline(false);
      for (const [tab, share] of [[page, 0.7], [other, 0.3]] as const) {
        await tab.bringToFront();
        await use({ page: tab, network, random, deeds }, seconds * share * 1000, USING, () => {
          changeTicket(tickets, handler, random);
        });
      }
      for (const tab of [page, other]) {
        await tab.bringToFront();
        await untilQuiet(tab, REST);
        await closeLayers({ page: tab, network, random, deeds });
        await signInAgain(tab);
        // The address of a page that could not be loaded is not that of the page which is still shown.
        await click({ page: tab, network, random, deeds }, "[hyper-retry]");
        await untilQuiet(tab, REST);
        assertEquals(await differences(tab), []);
      }
    }, { expectErrors: [/net::ERR_|status of 4\d\d/], visitSeconds });
  } catch (error) {
    throw new Error(
      `Cannot use the help desk at random, RANDOM_SEED=${seed}: the last deeds were ${deeds.slice(-30)}`,
      {
        cause: error,
      },
    );
  } finally {
    await server.shutdown();
    await handler.close();
    await services[Symbol.asyncDispose]();
    await Deno.remove(folder, { recursive: true });
  }
});
