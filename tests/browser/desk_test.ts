/** The help desk of `examples/`: its journey in two browsers, with scripts and without, through a restart, and by keyboard. */
import { Buffer } from "node:buffer";
import type { Handler } from "@hyper/actions";
import { assertEquals } from "@std/assert";
import type { Page } from "playwright-core";
import { createApp } from "../../examples/helpdesk/app.ts";
import { openServices } from "../../examples/helpdesk/database.ts";
import { Tickets } from "../../examples/helpdesk/tickets.ts";
import { DEMO } from "../../examples/helpdesk/users.ts";
import { findViolations } from "../support/axe.ts";
import type { PageOptions, Visit } from "../support/browser.ts";
import { inspect, tabTo, visitExample } from "../support/example.ts";

/** The server of a test. */
interface Server {
  readonly tickets: Tickets;
  /** Starts it again, with the same files. */
  restart(): Promise<void>;
}

for (const javaScriptEnabled of [true, false]) {
  for (const [width, device] of [[1280, "a desktop"], [390, "a telephone"]] as const) {
    const how = `${javaScriptEnabled ? "scripts on" : "scripts off"}, on ${device}`;
    const options = { javaScriptEnabled, viewport: { width, height: 800 } };

    deskTest(`a customer asks, an agent answers, and the customer reads it, with ${how}`, async (visit, server) => {
      const { page } = visit;
      const customer = await openBrowser(visit, options);
      await signIn(page, "bob");
      await signIn(customer, "cleo");
      await customer.getByRole("link", { name: "New ticket" }).click();
      const title = customer.getByRole("textbox", { name: "Title" });
      if (javaScriptEnabled) {
        // A field that is left is checked before the form is sent.
        await title.fill("Coffee");
        await title.fill("");
        await title.press("Tab");
        const refused = customer.locator("[name=title][aria-invalid=true]");
        await refused.waitFor();
        await title.fill("Coffee machine");
        await title.press("Tab");
        await refused.waitFor({ state: "detached" });
      }
      await title.fill("Coffee machine leaks");
      await customer.getByLabel("What happened?").fill("Since Monday.");
      await customer.getByRole("combobox", { name: "Category" }).selectOption("hardware");
      if (!javaScriptEnabled) await customer.getByRole("button", { name: "Update the form" }).click();
      await customer.getByRole("combobox", { name: "Topic" }).selectOption("printer");
      await customer.getByRole("button", { name: "Create ticket" }).click();
      // With scripts, the form was over the list, which has the ticket now.
      if (javaScriptEnabled) await customer.getByRole("link", { name: "Coffee machine leaks" }).click();
      await customer.getByRole("heading", { name: "Coffee machine leaks" }).waitFor();
      const path = pathOf(customer);

      // With scripts, the list of the agent shows it without a reload.
      if (!javaScriptEnabled) await page.reload();
      await page.getByRole("link", { name: "Coffee machine leaks" }).click();
      await page.getByRole("heading", { name: "Coffee machine leaks" }).waitFor();
      await comment(page, "Have you turned it off?");
      await page.getByText("Edit", { exact: true }).click();
      await page.getByLabel("Assigned to").selectOption("bob");
      await page.locator("#facts").getByRole("button", { name: "Save" }).click();
      await page.locator("dd", { hasText: "bob" }).waitFor();
      if (!javaScriptEnabled) await customer.reload();
      await customer.locator("#comments").getByText("Have you turned it off?").waitFor();
      await customer.locator("dd", { hasText: "bob" }).waitFor();

      await server.restart();
      await comment(customer, "Yes, it still leaks");
      if (!javaScriptEnabled) await page.reload();
      await page.locator("#comments").getByText("Yes, it still leaks").waitFor();
      assertEquals(server.tickets.get(13)?.status, "open");

      // Another ticket of the same customer, and back.
      await customer.getByRole("link", { name: "Tickets", exact: true }).click();
      await customer.getByRole("link", { name: "Printer is out of paper" }).click();
      await customer.getByRole("heading", { name: "Printer is out of paper" }).waitFor();
      await customer.goBack();
      await customer.goBack();
      await customer.getByRole("heading", { name: "Coffee machine leaks" }).waitFor();
      assertEquals(pathOf(customer), path);
      await customer.locator("#comments").getByText("Yes, it still leaks").waitFor();
    }, options);

    deskTest(`an agent works through the list, with ${how}`, async ({ page }, { tickets }) => {
      const laptop = tickets.get(2);
      for (let number = 1; number <= 7; number++) tickets.addComment(laptop!, "bob", `Answer ${number}`);
      await signIn(page, "bob");
      await page.getByRole("searchbox").fill("does");
      if (!javaScriptEnabled) await page.getByRole("button", { name: "Filter" }).click();
      await page.getByText("2 tickets", { exact: true }).waitFor();
      await page.getByLabel("Select Laptop does not start").check();
      await page.getByRole("button", { name: "Close", exact: true }).click();
      await page.getByText("1 ticket closed").first().waitFor();
      assertEquals(await page.getByRole("searchbox").inputValue(), "does");
      assertEquals(await page.locator(".tickets li").count(), 2);
      await page.getByLabel("Select Badge does not open the door").check();
      await page.getByRole("button", { name: "Delete", exact: true }).click();
      await page.getByText("1 ticket deleted").first().waitFor();
      assertEquals([tickets.get(2)?.status, tickets.get(6)], ["closed", null]);
      await page.getByRole("button", { name: "Undo" }).click();
      await page.getByText("Restored").first().waitFor();
      await page.getByRole("link", { name: "Badge does not open the door" }).waitFor();
      await page.getByRole("link", { name: "Laptop does not start" }).click();
      await page.getByText("Answer 3").waitFor();
      await page.getByRole("link", { name: "Show older comments" }).click();
      await page.getByText("Answer 1").waitFor();
      // Without scripts, it is a page of its own.
      assertEquals(await page.getByText(/^Answer \d$/).count(), javaScriptEnabled ? 7 : 2);
      await page.getByLabel("Step", { exact: true }).fill("Charge it");
      await page.getByRole("button", { name: "Add step" }).click();
      await page.getByLabel("Step", { exact: true }).nth(1).fill("Start it");
      await page.locator("#checklist").getByRole("button", { name: "Save" }).click();
      await page.getByText("Saved", { exact: true }).first().waitFor();
      assertEquals(tickets.steps(2).map(({ text }) => text), ["Charge it", "Start it"]);
      const file = { name: "note.txt", mimeType: "text/plain", buffer: Buffer.from("hello") };
      await page.getByLabel("File").setInputFiles(file);
      await page.getByRole("button", { name: "Attach" }).click();
      await page.getByRole("link", { name: "note.txt" }).waitFor();
      const waiting = page.waitForEvent("download");
      await page.getByRole("link", { name: "note.txt" }).click();
      assertEquals((await waiting).suggestedFilename(), "note.txt");
    }, options);
  }
}

deskTest(
  "what is typed is a draft, also in another tab and after a restart, until it is sent",
  async (visit, server) => {
    const { page, context } = visit;
    await signIn(page, "bob");
    await page.goto("/tickets/2");
    await page.getByLabel("Comment", { exact: true }).fill("Is it plugged");
    await page.getByText("Draft saved").waitFor();
    await server.restart();
    const other = await context.newPage();
    await other.goto("/tickets/2");
    assertEquals(await other.getByLabel("Comment", { exact: true }).inputValue(), "Is it plugged");
    await other.getByLabel("Comment", { exact: true }).press("End");
    await other.keyboard.type(" in?");
    // Sent while the draft is on its way: it must not come back.
    await other.getByRole("button", { name: "Send" }).click();
    await page.locator("#comments").getByText("Is it plugged in?").waitFor();
    await other.reload();
    assertEquals(await other.getByLabel("Comment", { exact: true }).inputValue(), "");
    assertEquals(server.tickets.draft(2, "bob"), "");
  },
);

deskTest("a ticket is found, answered and closed by keyboard alone", async ({ page }, { tickets }) => {
  await page.goto("/");
  await tabTo(page, "Name");
  await page.keyboard.type("bob");
  await tabTo(page, "Password");
  await page.keyboard.type("builds bridges");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Tickets" }).waitFor();
  await tabTo(page, "Search");
  await page.keyboard.type("screen");
  await page.getByText("1 ticket", { exact: true }).waitFor();
  await tabTo(page, "Screen flickers");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Screen flickers" }).waitFor();
  await tabTo(page, "Comment");
  await page.keyboard.type("Fixed");
  await tabTo(page, "Send");
  await page.keyboard.press("Enter");
  await page.locator("#comments").getByText("Fixed").waitFor();
  await page.goBack();
  await page.getByText("1 ticket", { exact: true }).waitFor();
  await tabTo(page, "Select Screen flickers");
  await page.keyboard.press("Space");
  await tabTo(page, "Close");
  await page.keyboard.press("Enter");
  await page.getByText("1 ticket closed").first().waitFor();
  assertEquals([tickets.get(8)?.status, tickets.comments(8, null).comments.length], ["closed", 1]);
});

for (const colorScheme of ["light", "dark"] as const) {
  deskTest(`axe-core finds no violation on any page, in ${colorScheme}`, async ({ page }) => {
    await page.goto("/sign-in");
    await inspect(page, "/sign-in");
    await signIn(page, "ada");
    for (const path of ["/", "/?q=nothing", "/new", "/tickets/2", "/admin", "/nowhere"]) {
      await page.goto(path);
      await inspect(page, path);
    }
    await page.goto("/new");
    await page.getByLabel("Title").evaluate((input) => input.removeAttribute("required"));
    await page.getByLabel("What happened?").fill("It broke");
    await page.getByLabel("Category").selectOption("hardware");
    await page.getByLabel("Topic").selectOption("phone");
    await page.getByRole("button", { name: "Create ticket" }).click();
    await page.getByText("Enter a value").first().waitFor();
    assertEquals(await findViolations(page), []);
  }, { colorScheme });
}

async function signIn(page: Page, name: string): Promise<void> {
  await page.goto("/sign-in");
  await page.getByLabel("Name").fill(name);
  await page.getByLabel("Password").fill(DEMO.find((user) => user.name === name)?.password ?? "");
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("heading", { name: "Tickets" }).waitFor();
}

async function comment(page: Page, text: string): Promise<void> {
  await page.getByLabel("Comment", { exact: true }).fill(text);
  await page.getByRole("button", { name: "Send" }).click();
  await page.locator("#comments").getByText(text).waitFor();
}

/** Opens a page in another browser: it has its own cookies. */
async function openBrowser({ context, url }: Visit, options: PageOptions): Promise<Page> {
  const other = await context.browser()!.newContext({ ...options, baseURL: url });
  return await other.newPage();
}

function pathOf(page: Page): string {
  return new URL(page.url()).pathname;
}

function deskTest(
  name: string,
  use: (visit: Visit, server: Server) => Promise<void>,
  options: PageOptions = {},
): void {
  Deno.test(`help desk: ${name}`, async () => {
    const folder = await Deno.makeTempDir();
    let services = await openServices(folder);
    let handler = createApp(services);
    const server: Server = {
      get tickets() {
        return new Tickets(services.database);
      },
      async restart() {
        await handler.close();
        await services[Symbol.asyncDispose]();
        services = await openServices(folder);
        handler = createApp(services);
      },
    };
    // The one that runs at the moment.
    const current: Handler = Object.assign((...args: Parameters<Handler>) => handler(...args), handler, {
      close: () => handler.close(),
    });
    try {
      await visitExample(current, (visit) => use(visit, server), options);
    } finally {
      await services[Symbol.asyncDispose]();
      await Deno.remove(folder, { recursive: true });
    }
  });
}
