/** A help desk as people use it: a second step after the first, two tabs, a slow line, a restart, scripts on and off. */
import { assertEquals } from "@std/assert";
import type { Handler } from "@hyper/actions";
import type { Page } from "playwright-core";
import { type Visit, withPage } from "../support/browser.ts";
import { type FlakyProxy, openFlakyProxy } from "../support/flaky_proxy.ts";
import { createHelpdesk, serveHelpdesk } from "../support/helpdesk/app.tsx";
import { Desk } from "../support/helpdesk/desk.ts";

/** The server of a test. */
interface Server {
  readonly desk: Desk;
  /** Ends the process of the server, as far as the browser can see. */
  stop(): Promise<void>;
  /** Starts it again, with the same tickets. */
  start(): void;
  readonly network: FlakyProxy;
}

for (const javaScriptEnabled of [true, false]) {
  const scripts = javaScriptEnabled ? "scripts on" : "scripts off";

  deskTest(
    `an agent searches, opens a ticket, comments, goes back, and deletes it, with ${scripts}`,
    async ({ page }, { desk }) => {
      await page.goto("/");
      await page.getByLabel("Search").fill("pr");
      await page.getByRole("button", { name: "Find" }).click();
      await page.waitForURL("/?q=pr");
      await page.getByText("1 ticket", { exact: true }).waitFor();
      await page.getByRole("link", { name: "Open Printer" }).click();
      await page.getByRole("heading", { name: "Printer" }).waitFor();
      await send(page, "First");
      await page.getByRole("listitem").getByText("First").waitFor();
      await send(page, "Second");
      await page.getByRole("listitem").getByText("Second").waitFor();
      assertEquals(desk.get(2)?.comments, ["First", "Second"]);
      // Without scripts, each comment is an entry of the history.
      if (javaScriptEnabled) await page.goBack();
      else await page.goto("/?q=pr");
      await page.getByText("open, 2 comments").waitFor();
      assertEquals([path(page), await page.getByLabel("Search").inputValue()], ["/?q=pr", "pr"]);
      await page.getByLabel("Printer").check();
      await page.getByRole("button", { name: "Close selected" }).click();
      await page.getByText("closed, 2 comments").waitFor();
      assertEquals([path(page), await page.locator("#tickets li").count()], ["/?q=pr", 1]);
      await page.getByRole("link", { name: "Open Printer" }).click();
      await page.getByRole("button", { name: "Delete ticket" }).click();
      await page.getByRole("status").getByText("Deleted").waitFor();
      assertEquals([path(page), desk.get(2)], ["/", undefined]);
      await page.goBack();
      await page.getByText("does not exist").or(page.getByRole("heading", { level: 1 })).first().waitFor();
      await page.goto("/");
      assertEquals(await page.locator("#tickets li").count(), 2);
    },
    { javaScriptEnabled },
  );

  deskTest(
    `an agent closes and deletes several tickets, one group after another, with ${scripts}`,
    async ({ page }, { desk }) => {
      await page.goto("/");
      await page.getByLabel("Printer").check();
      await page.getByLabel("Screen").check();
      await page.getByRole("button", { name: "Close selected" }).click();
      await page.getByText("Closed 2").waitFor();
      assertEquals([1, 2, 3].map((id) => desk.get(id)?.status), ["closed", "closed", "open"]);
      assertEquals(await page.locator("#tickets :checked").count(), 0);
      await page.getByLabel("Phone").check();
      await page.getByRole("button", { name: "Delete selected" }).click();
      await page.getByText("Deleted 1").waitFor();
      assertEquals(desk.find("").map(({ title }) => title), ["Printer", "Screen"]);
      await page.getByRole("link", { name: "Open Screen" }).click();
      await page.getByRole("heading", { name: "Screen" }).waitFor();
      await page.goBack();
      await page.getByText("2 tickets", { exact: true }).waitFor();
      await page.getByLabel("Screen").check();
      await page.getByRole("button", { name: "Delete selected" }).click();
      await page.getByText("1 ticket", { exact: true }).waitFor();
      assertEquals(desk.find("").map(({ title }) => title), ["Printer"]);
    },
    { javaScriptEnabled },
  );

  deskTest(`an agent keeps the steps of a ticket over several visits, with ${scripts}`, async ({ page }, { desk }) => {
    await page.goto("/tickets/1");
    for (const text of ["Ask", "Look", "Mend"]) {
      await step(page, "last").fill(text);
      await page.getByRole("button", { name: "Save steps" }).click();
      await page.waitForFunction((text) => {
        const inputs = [...document.querySelectorAll<HTMLInputElement>("#steps input[type=text]")];
        return inputs.at(-1)?.value === "" && inputs.at(-2)?.value === text;
      }, text);
    }
    assertEquals(desk.get(1)?.steps.map(({ text }) => text), ["Ask", "Look", "Mend"]);
    await page.getByRole("link", { name: "Home" }).click();
    await page.getByRole("heading", { name: "Tickets" }).waitFor();
    await page.goBack();
    await page.getByRole("heading", { name: "Screen" }).waitFor();
    await step(page, "first").fill("Listen");
    await page.locator("#steps input[name$=_delete]").nth(1).check();
    await page.getByRole("button", { name: "Save steps" }).click();
    await page.waitForFunction(() => document.querySelectorAll("#steps input[type=text]").length === 3);
    assertEquals(desk.get(1)?.steps.map(({ text }) => text), ["Listen", "Mend"]);
  }, { javaScriptEnabled });

  deskTest(
    `a dialog keeps its errors until they are corrected, and is empty the next time, with ${scripts}`,
    async ({ page }, { desk }) => {
      await page.goto("/");
      await page.getByRole("button", { name: "New ticket" }).click();
      await page.getByRole("button", { name: "Add" }).click();
      if (!javaScriptEnabled) await page.getByRole("button", { name: "New ticket" }).click();
      await page.getByText("Enter a value").first().waitFor();
      assertEquals(await page.getByRole("dialog").isVisible(), true);
      await page.getByRole("dialog").getByLabel("Title").fill("Mouse");
      await page.getByRole("button", { name: "Add" }).click();
      await page.getByText("Added Mouse").waitFor();
      await page.getByText("4 tickets", { exact: true }).waitFor();
      assertEquals(desk.find("").length, 4);
      if (await page.getByRole("dialog").isVisible()) await page.keyboard.press("Escape");
      await page.getByRole("button", { name: "New ticket" }).click();
      assertEquals(await page.getByRole("dialog").getByLabel("Title").inputValue(), "");
      assertEquals(await page.getByText("Enter a value").count(), 0);
      await page.getByRole("dialog").getByLabel("Title").fill("Keyboard");
      await page.keyboard.press("Enter");
      await page.getByText("5 tickets", { exact: true }).waitFor();
    },
    { javaScriptEnabled },
  );
}

deskTest(
  "comments of another tab arrive once, also after a navigation away and back, and never on another ticket",
  async ({ page, context }, { desk }) => {
    await page.goto("/tickets/1");
    const other = await context.newPage();
    await other.goto("/tickets/1");
    await page.getByLabel("Comment").fill("Half a sent");
    await send(other, "Hello");
    await page.getByRole("listitem").getByText("Hello").waitFor();
    assertEquals(await page.getByLabel("Comment").inputValue(), "Half a sent");
    assertEquals(await page.evaluate(() => document.activeElement?.localName), "textarea");
    await page.getByRole("link", { name: "Home" }).click();
    await page.getByRole("link", { name: "Open Printer" }).click();
    await page.getByRole("heading", { name: "Printer" }).waitFor();
    await send(other, "Only for the screen");
    await other.getByText("Only for the screen").waitFor();
    await send(page, "Only for the printer");
    await page.getByText("Only for the printer").waitFor();
    assertEquals(await page.locator("#comments li").allTextContents(), ["Only for the printer"]);
    assertEquals(await other.locator("#comments li").allTextContents(), ["Hello", "Only for the screen"]);
    await page.goBack();
    await page.goBack();
    await page.getByRole("heading", { name: "Screen" }).waitFor();
    await page.getByText("Only for the screen").waitFor();
    await send(other, "Again");
    await page.getByText("Again").waitFor();
    assertEquals(await page.locator("#comments li").allTextContents(), ["Hello", "Only for the screen", "Again"]);
    assertEquals(desk.get(1)?.comments.length, 3);
  },
);

deskTest(
  "a comment on a ticket that another tab has deleted is rejected, and its text stays",
  async ({ page, context }) => {
    await page.goto("/tickets/1");
    const other = await context.newPage();
    await other.goto("/tickets/1");
    await other.getByRole("button", { name: "Delete ticket" }).click();
    await other.getByText("2 tickets", { exact: true }).waitFor();
    await send(page, "Too late");
    await page.getByRole("alert").first().waitFor();
    assertEquals(await page.getByLabel("Comment").inputValue(), "Too late");
    await page.getByRole("link", { name: "Home" }).click();
    await page.getByText("2 tickets", { exact: true }).waitFor();
    assertEquals(await page.getByRole("alert").count(), 0);
  },
);

deskTest("two presses of a button store one comment, and the button works again", async ({ page }, { desk }) => {
  await page.goto("/tickets/1");
  await page.getByLabel("Comment").fill("slow");
  await page.getByRole("button", { name: "Send" }).dblclick();
  await page.getByRole("listitem").getByText("slow").waitFor();
  await page.getByLabel("Comment").fill("next");
  await page.getByRole("button", { name: "Send" }).click();
  await page.getByRole("listitem").getByText("next").waitFor();
  assertEquals(desk.get(1)?.comments, ["slow", "next"]);
});

deskTest(
  "on a slow line, the last of two links wins, and a form that was sent before is not lost",
  async ({ page, events }, { desk, network }) => {
    await page.goto("/");
    network.stall();
    await page.getByLabel("Phone").check();
    await page.getByRole("button", { name: "Close selected" }).click();
    await page.getByRole("link", { name: "Open Screen" }).click();
    await page.getByRole("link", { name: "Open Printer" }).click();
    network.flow();
    await page.getByRole("heading", { name: "Printer" }).waitFor();
    await events.next("hyper:navigate:after");
    assertEquals([path(page), await page.title()], ["/tickets/2", "Printer"]);
    await page.waitForFunction(() => document.querySelector("[aria-busy=true]") === null);
    await page.goBack();
    await page.getByText("closed, 0 comments").waitFor();
    assertEquals(desk.get(3)?.status, "closed");
  },
);

deskTest(
  "after a restart, the comment is sent once with a retry, and the stream shows what was missed",
  async ({ page, context }, server) => {
    await page.goto("/tickets/1");
    const other = await context.newPage();
    await other.goto("/tickets/1");
    await send(page, "Before");
    await other.getByText("Before").waitFor();
    await server.stop();
    await send(page, "Meanwhile");
    const retry = page.getByRole("button", { name: "Try again" });
    await retry.first().waitFor();
    assertEquals(await page.getByLabel("Comment").inputValue(), "Meanwhile");
    server.start();
    await retry.first().click();
    await page.getByRole("listitem").getByText("Meanwhile").waitFor();
    await other.getByRole("listitem").getByText("Meanwhile").waitFor();
    assertEquals(server.desk.get(1)?.comments, ["Before", "Meanwhile"]);
    await send(other, "After");
    await page.getByRole("listitem").getByText("After").waitFor();
    assertEquals(await page.locator("#comments li").allTextContents(), ["Before", "Meanwhile", "After"]);
    await page.waitForFunction(() => document.querySelector("[role=alert]") === null);
  },
  { expectErrors: [/net::/] },
);

deskTest("what is typed while a comment is sent is the next comment", async ({ page }, { desk }) => {
  await page.goto("/tickets/1");
  await send(page, "slow");
  await page.getByLabel("Comment").fill("typed meanwhile");
  await page.getByRole("listitem").getByText("slow").waitFor();
  await page.waitForFunction(() => document.querySelector("[data-hyper-disabled]") === null);
  assertEquals(await page.getByLabel("Comment").inputValue(), "typed meanwhile");
  await page.getByRole("button", { name: "Send" }).click();
  await page.getByRole("listitem").getByText("typed meanwhile").waitFor();
  assertEquals(desk.get(1)?.comments, ["slow", "typed meanwhile"]);
});

deskTest(
  "the page before is shown when the user goes back while the next one is on its way",
  async ({ page, events }, { network }) => {
    await page.goto("/");
    await page.getByRole("link", { name: "Open Screen" }).click();
    await page.getByRole("heading", { name: "Screen" }).waitFor();
    await page.getByRole("link", { name: "Home" }).click();
    await page.getByRole("link", { name: "Open Phone" }).waitFor();
    network.stall();
    await page.getByRole("link", { name: "Open Phone" }).click();
    await page.evaluate(() => history.back());
    network.flow();
    await page.getByRole("heading", { name: "Screen" }).waitFor();
    await events.next("hyper:history:restore:after");
    assertEquals([path(page), await page.title()], ["/tickets/1", "Screen"]);
    await send(page, "Still here");
    await page.getByRole("listitem").getByText("Still here").waitFor();
  },
);

deskTest(
  "a list that is older than another tab's changes can be used, and shows them",
  async ({ page, context }, { desk }) => {
    await page.goto("/");
    const other = await context.newPage();
    await other.goto("/");
    await other.getByLabel("Screen").check();
    await other.getByRole("button", { name: "Delete selected" }).click();
    await other.getByText("2 tickets", { exact: true }).waitFor();
    await page.getByLabel("Screen").check();
    await page.getByLabel("Phone").check();
    await page.getByRole("button", { name: "Close selected" }).click();
    await page.getByText("closed, 0 comments").waitFor();
    assertEquals(await page.locator("#tickets li").count(), 2);
    assertEquals(desk.find("").map(({ title, status }) => [title, status]), [["Phone", "closed"], ["Printer", "open"]]);
    assertEquals(await page.locator("#tickets :checked").count(), 0);
  },
);

deskTest("the keyboard alone is enough, and the focus is never lost", async ({ page }, { desk }) => {
  await page.goto("/");
  await page.getByLabel("Printer").press("Space");
  await page.getByRole("button", { name: "Delete selected" }).press("Enter");
  await page.getByText("2 tickets", { exact: true }).waitFor();
  await hasFocus(page);
  await page.getByRole("link", { name: "Open Screen" }).press("Enter");
  await page.getByRole("heading", { name: "Screen" }).waitFor();
  await hasFocus(page);
  await page.getByLabel("Comment").focus();
  await page.keyboard.type("Hello");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await page.getByRole("listitem").getByText("Hello").waitFor();
  await page.waitForFunction(() => document.activeElement?.textContent === "Send");
  await page.getByRole("button", { name: "Delete ticket" }).press("Enter");
  await page.getByText("1 ticket", { exact: true }).waitFor();
  await page.goBack();
  await page.getByRole("heading", { name: "Tickets" }).waitFor({ state: "detached" });
  assertEquals([path(page), await page.locator("#comments").count()], ["/tickets/1", 0]);
  await page.goForward();
  await page.getByText("1 ticket", { exact: true }).waitFor();
  assertEquals(desk.find("").map(({ title }) => title), ["Phone"]);
});

/** Waits until an element of the page has the focus. */
async function hasFocus(page: Page): Promise<void> {
  await page.waitForFunction(() => document.activeElement !== null && document.activeElement !== document.body);
}

/** Writes a comment and sends it. */
async function send(page: Page, text: string): Promise<void> {
  await page.getByLabel("Comment").fill(text);
  await page.getByRole("button", { name: "Send" }).click();
}

/** The text of the first or the last step. */
function step(page: Page, which: "first" | "last") {
  return page.locator("#steps input[type=text]")[which]();
}

/** Path and query of the address bar. */
function path(page: Page): string {
  const { pathname, search } = new URL(page.url());
  return pathname + search;
}

function deskTest(
  name: string,
  test: (visit: Visit, server: Server) => Promise<void>,
  options: Parameters<typeof withPage>[2] = {},
): void {
  Deno.test(`helpdesk: ${name}`, async () => {
    const desk = new Desk("Screen", "Printer", "Phone");
    let handler: Handler = createHelpdesk(desk);
    let isUp = true;
    const listener = Deno.serve(
      { port: 0, hostname: "127.0.0.1", onListen: () => {} },
      serveHelpdesk(() => handler),
    );
    await using network = openFlakyProxy(listener.addr.port);
    const server: Server = {
      desk,
      network,
      async stop() {
        isUp = false;
        // Nothing listens on this port.
        network.lead(1);
        network.drop();
        await handler.close();
      },
      start() {
        isUp = true;
        handler = createHelpdesk(desk);
        network.lead(listener.addr.port);
      },
    };
    try {
      await withPage({ url: network.url }, (visit) => test(visit, server), options);
    } finally {
      if (isUp) await handler.close();
      network.drop();
      await listener.shutdown();
    }
  });
}
