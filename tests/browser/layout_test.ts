/** Every page of the examples fits on a phone: nothing scrolls sideways or is cut, and controls next to each other are in line. */
import { assertEquals } from "@std/assert";
import { createHandler, createMemoryStore, type Handler } from "@hyper/actions";
import { sessions } from "@hyper/actions/session";
import { fromFileUrl } from "@std/path";
import { Buffer } from "node:buffer";
import { DatabaseSync } from "node:sqlite";
import type { Page } from "playwright-core";
import { Accounts, DEMO as ACCOUNTS } from "../../examples/auth/accounts.ts";
import { createApp as createAuth } from "../../examples/auth/app.ts";
import { createApp as createBoard } from "../../examples/board/app.ts";
import { addMessage, addTask, closeDatabase as closeBoard } from "../../examples/board/database.ts";
import { createApp as createBooking } from "../../examples/booking/app.ts";
import { FIRST_PASSWORD } from "../../examples/booking/database.ts";
import { createApp as createHelpdesk } from "../../examples/helpdesk/app.ts";
import { fill } from "../../examples/helpdesk/database.ts";
import { DEMO as AGENTS } from "../../examples/helpdesk/users.ts";
import { createApp as createInvoices } from "../../examples/invoices/app.ts";
import { closeDatabase as closeInvoices } from "../../examples/invoices/database.ts";
import { addInvoice, saveDetails, saveLines } from "../../examples/invoices/invoices.ts";
import { addNote, closeDatabase as closeNotes } from "../../examples/notes/database.ts";
import { createApp as createSearch } from "../../examples/search/app.ts";
import { createApp as createShowcase } from "../../examples/showcase/app.ts";
import { ENTRIES } from "../../examples/showcase/site.ts";
import { createApp as createUploads } from "../../examples/uploads/app.ts";
import { Library } from "../../examples/uploads/library.ts";
import { createApp as createWizard } from "../../examples/wizard/app.ts";
import { withPage } from "../support/browser.ts";
import { findLayoutFaults } from "../support/layout.ts";

/** An example with something in it. */
interface Example {
  /** Creates the application. */
  open(kept: AsyncDisposableStack): Handler | Promise<Handler>;
  /** Does what a user must do to see the pages. Default: nothing. */
  enter?(page: Page): Promise<void>;
  readonly paths: readonly string[];
}

const folder = (name: string) => fromFileUrl(import.meta.resolve(`../../examples/${name}/`));

/** Uses a database in memory while the example is open. */
function inMemory(kept: AsyncDisposableStack, variable: string, close: () => void): void {
  Deno.env.set(variable, ":memory:");
  close();
  kept.defer(() => {
    close();
    Deno.env.delete(variable);
  });
}

const signIn = async (page: Page, { name, password }: { readonly name: string; readonly password: string }) => {
  await page.goto("/sign-in");
  await page.getByLabel("Name", { exact: true }).fill(name);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL((url) => url.pathname !== "/sign-in");
};

const EXAMPLES: Readonly<Record<string, Example>> = {
  minimal: { open: () => createHandler({ baseDir: folder("minimal") }), paths: ["/"] },
  notes: {
    open: (kept) => {
      inMemory(kept, "NOTES_DATABASE", closeNotes);
      addNote({ title: "Milk", body: "one\ntwo", due: "2020-01-01" });
      addNote({ title: "Bread and a title of many words that do not fit in a row", body: "", due: "2999-01-01" });
      return createHandler({ baseDir: folder("notes") });
    },
    paths: ["/", "/?q=nothing", "/notes/1", "/nowhere"],
  },
  board: {
    open: (kept) => {
      inMemory(kept, "BOARD_DATABASE", closeBoard);
      const app = createBoard(null);
      addTask("Write the tests", "Ada");
      addTask("x".repeat(80), "Bob");
      addMessage("Ada", "Hello");
      return app;
    },
    enter: async (page) => {
      await page.goto("/");
      await page.getByLabel("Your name").fill("Ada");
      await page.getByRole("button", { name: "Join" }).click();
      await page.locator("#room").waitFor();
    },
    paths: ["/"],
  },
  invoices: {
    open: (kept) => {
      inMemory(kept, "INVOICES_DATABASE", closeInvoices);
      const app = createInvoices();
      const id = addInvoice();
      saveDetails(id, {
        customer: { name: "Blue Kettle and Sons, purveyors of fine tea", email: "tea@example.com" },
        issued: "2030-01-15",
        due: "2030-02-15",
        currency: "EUR",
        reminders: true,
        note: "",
      });
      saveLines(id, [{ text: "Tea", quantity: 2, price: 4.5 }]);
      return app;
    },
    enter: async (page) => {
      await page.goto("/");
      await page.getByRole("button", { name: "Sign in as clerk" }).click();
      await page.getByText("Signed in as clerk").waitFor();
    },
    paths: ["/", "/invoices/1", "/audit", "/nowhere"],
  },
  auth: {
    open: async (kept) => {
      const accounts = kept.use(new Accounts(":memory:"));
      for (const account of ACCOUNTS) await accounts.add(account);
      return createAuth(accounts, sessions({ store: createMemoryStore() }));
    },
    enter: (page) => signIn(page, ACCOUNTS[0]),
    paths: ["/", "/account", "/people", "/sign-in", "/nowhere"],
  },
  helpdesk: {
    open: async (kept) => {
      const database = new DatabaseSync(":memory:");
      kept.defer(() => database.close());
      await fill(database);
      return createHelpdesk({ database, store: createMemoryStore(), key: "k".repeat(32) });
    },
    enter: (page) => signIn(page, AGENTS[0]),
    paths: ["/", "/?q=nothing", "/new", "/tickets/1", "/tickets/2", "/admin", "/nowhere"],
  },
  booking: {
    open: async (kept) => {
      const { handler } = kept.use(await createBooking({ folder: ":memory:", now: () => "2030-01-04T10:00" }));
      return handler;
    },
    enter: async (page) => {
      await signIn(page, { name: "Ada", password: FIRST_PASSWORD });
      await page.goto("/book?starts=2030-01-07T09:00&person=Ada");
      await page.getByRole("button", { name: "Book" }).click();
      await page.locator("#booking-1").waitFor();
    },
    paths: [
      "/",
      "/book?starts=2030-01-07T09:00&person=Ada",
      "/mine",
      "/move?id=1",
      "/cancel?id=1",
      "/profile",
      "/staff",
      "/staff/hours",
      "/nowhere",
    ],
  },
  search: { open: () => createSearch(), paths: ["/", "/?q=gold", "/?q=zzz", "/elements/Au"] },
  uploads: {
    open: async (kept) => {
      const path = await Deno.makeTempDir();
      kept.defer(() => Deno.remove(path, { recursive: true }));
      return createUploads(kept.use(new Library(path)));
    },
    enter: async (page) => {
      await page.goto("/");
      const name = `${"a long name ".repeat(5)}.txt`;
      const file = { name, mimeType: "text/plain", buffer: Buffer.from("Buy milk") };
      await page.getByLabel("Files to add").setInputFiles(file);
      await page.getByRole("button", { name: "Upload" }).click();
      await page.locator("#files a").waitFor();
    },
    paths: ["/"],
  },
  wizard: { open: () => createWizard(createMemoryStore()), paths: ["/", "/register/you"] },
  showcase: {
    open: () => createShowcase(),
    paths: ["/", ...ENTRIES.map(({ path }) => path), "/search?q=form", "/nowhere"],
  },
};

for (const [name, { open, enter, paths }] of Object.entries(EXAMPLES)) {
  Deno.test(`${name}: no page scrolls sideways, cuts content, or has controls out of line, on a phone and on a desktop`, async () => {
    await using kept = new AsyncDisposableStack();
    const app = await open(kept);
    kept.defer(() => app.close());
    const faults: string[] = [];
    await withPage(app, async ({ page }) => {
      await enter?.(page);
      for (const path of paths) {
        await page.goto(path);
        for (const width of [390, 1280]) {
          faults.push(...(await findLayoutFaults(page, width)).map((fault) => `${path}, ${width} pixels: ${fault}`));
        }
      }
    });
    assertEquals(faults, []);
  });
}
