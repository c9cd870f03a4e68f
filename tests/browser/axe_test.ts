/** Pages of the examples have no violation of axe-core, in light, dark and forced colors, before and after interactions. */
import { assertEquals } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { createHandler } from "@hyper/actions";
import type { Page } from "playwright-core";
import { createApp } from "../../examples/invoices/app.ts";
import { closeDatabase as closeInvoices } from "../../examples/invoices/database.ts";
import { addInvoice, type Line, saveDetails, saveLines } from "../../examples/invoices/invoices.ts";
import { idle } from "../../examples/invoices/sending.ts";
import { addNote, closeDatabase as closeNotes } from "../../examples/notes/database.ts";
import { createApp as createOpenIdApp } from "../../examples/openid/app.ts";
import { OpenId } from "../../examples/openid/openid.ts";
import { findViolations } from "../support/axe.ts";
import { withPage } from "../support/browser.ts";
import { CLIENT, OpenIdProvider } from "../support/openid_provider.ts";
import { openRecipe } from "../support/recipe.ts";

const NOTES = fromFileUrl(import.meta.resolve("../../examples/notes/"));

const DEPLOYMENT = fromFileUrl(import.meta.resolve("../../examples/deployment/"));
const COOKBOOK = new URL("../../examples/cookbook/", import.meta.url);

const TEA: Line = { text: "Tea", quantity: 2, price: 4.5 };

for (const colorScheme of ["light", "dark"] as const) {
  Deno.test(`notes: axe-core finds no violation on any page, in ${colorScheme}`, async () => {
    // A separate database in memory.
    Deno.env.set("NOTES_DATABASE", ":memory:");
    closeNotes();
    const handler = createHandler({ baseDir: NOTES });
    try {
      await withPage(handler, async ({ page }) => {
        await check(page, "/", "no note yet");
        const { id } = addNote({ title: "Milk", body: "one\ntwo", due: "2020-01-01" });
        addNote({ title: "Bread", body: "", due: "2999-01-01" });
        for (const path of ["/", "/?q=milk", "/?q=nothing", `/notes/${id}`, "/nowhere"]) await check(page, path);

        await page.goto("/");
        await page.getByLabel("New note").fill("Tea");
        await page.getByRole("button", { name: "Add" }).click();
        await page.getByRole("status").getByText("Note added").waitFor();
        await look(page, "/ with a toast");
        const title = page.getByLabel(`Title of note ${id}`);
        await title.evaluate((input) => input.removeAttribute("maxlength"));
        await title.fill("x".repeat(81));
        await title.press("Enter");
        await page.getByText("at most 80 characters").first().waitFor();
        await look(page, "/ with a refused title");
        await page.route("**", (route) => route.abort());
        await page.getByRole("button", { name: "Delete Bread" }).click();
        await look(page, "/ with a question");
        await page.getByRole("alertdialog").getByRole("button", { name: "Delete Bread" }).click();
        await page.getByRole("alert").first().waitFor();
        await look(page, "/ with a lost connection");
        await page.unroute("**");

        await page.goto(`/notes/${id}`);
        await page.getByLabel("Title").evaluate((input) => input.removeAttribute("required"));
        await page.getByLabel("Title").fill("");
        await page.getByRole("button", { name: "Save" }).click();
        await page.getByText("Enter a title").first().waitFor();
        await look(page, "a note that was refused");
      }, { colorScheme, expectErrors: [/net::ERR_FAILED/] });
    } finally {
      await handler.close();
      closeNotes();
      Deno.env.delete("NOTES_DATABASE");
    }
  });

  Deno.test(`invoices: axe-core finds no violation on any page, in ${colorScheme}`, async () => {
    Deno.env.set("INVOICES_DATABASE", ":memory:");
    closeInvoices();
    const app = createApp();
    try {
      await withPage(app, async ({ page }) => {
        await check(page, "/", "nobody is signed in");
        await page.getByRole("button", { name: "Sign in as clerk" }).click();
        await page.getByText("Signed in as clerk").waitFor();
        await look(page, "/ with no invoice");
        const path = `/invoices/${draft()}`;
        for (const each of ["/", path, "/audit", "/nowhere"]) await check(page, each);

        await page.goto(path);
        await page.getByLabel("Name").evaluate((input) => input.removeAttribute("required"));
        await page.getByLabel("Name").fill("");
        await page.getByRole("button", { name: "Save and send" }).click();
        await page.getByRole("alert").getByText("Enter the name of the customer").waitFor();
        await look(page, `${path}, refused`);
        const quantity = page.getByRole("group", { name: "Line 1" }).getByLabel("Quantity");
        await quantity.evaluate((input) => input.removeAttribute("min"));
        await quantity.fill("-1");
        await page.getByRole("button", { name: "Save lines" }).click();
        await page.getByRole("alert").getByText("Enter 1 or more").waitFor();
        await look(page, `${path}, lines refused`);
        await check(page, "/audit", "with something in it");

        await page.goto(path);
        await page.getByRole("button", { name: "Save and send" }).click();
        await page.getByRole("status").getByText("Sent to tea@example.com").waitFor();
        await look(page, `${path}, sent`);
        await check(page, "/", "an invoice is sent");
      }, { colorScheme });
    } finally {
      await idle();
      await app.close();
      closeInvoices();
      Deno.env.delete("INVOICES_DATABASE");
    }
  });
}

for (const colorScheme of ["light", "dark"] as const) {
  Deno.test(`cookbook: axe-core finds no violation in any recipe, in ${colorScheme}`, async () => {
    const names = Array.from(Deno.readDirSync(COOKBOOK), ({ name }) => name.replace(/\.tsx$/, "")).toSorted();
    const all: Record<string, unknown> = {};
    for (const name of names) {
      const { handler, module } = await openRecipe(name, `axe-${colorScheme}`);
      await withPage(handler, async ({ page }) => {
        // Written by the compiler of Tailwind, with other tests.
        await page.route("**/tailwind.css", (route) => route.fulfill({ contentType: "text/css", body: "" }));
        const response = await page.goto("/");
        // A feed or a file has no page.
        if (!/html/.test(response?.headers()["content-type"] ?? "")) return;
        const found = await findViolations(page);
        if (found.length > 0) all[name] = found;
      }, { colorScheme });
      await handler.close();
      // The recipe for Deno KV.
      if (module.kv instanceof Deno.Kv) module.kv.close();
    }
    assertEquals(all, {});
  });

  Deno.test(`openid: axe-core finds no violation on any page, in ${colorScheme}`, async () => {
    await using provider = await OpenIdProvider.start();
    const app = createOpenIdApp(new OpenId({ ...CLIENT, issuer: provider.issuer }));
    try {
      await withPage(app, async ({ page }) => {
        for (const path of ["/", "/account"]) await check(page, path, "signed out");
        await page.getByRole("button", { name: "Sign in with your provider" }).click();
        await page.getByRole("heading", { name: "Ada" }).waitFor();
        await look(page, "the account");
        await check(page, "/", "signed in");
      }, { colorScheme });
    } finally {
      await app.close();
    }
  });

  Deno.test(`deployment: axe-core finds no violation, in ${colorScheme}`, async () => {
    const app = createHandler({ baseDir: DEPLOYMENT });
    try {
      await withPage(app, ({ page }) => check(page, "/"), { colorScheme });
    } finally {
      await app.close();
    }
  });
}

async function check(page: Page, path: string, state = ""): Promise<void> {
  await page.goto(path);
  await look(page, `${path} ${state}`);
}

/** Fails if axe-core finds a violation on the current page. */
async function look(page: Page, where: string): Promise<void> {
  assertEquals(await findViolations(page), [], where);
}

function draft(): number {
  const id = addInvoice();
  saveDetails(id, {
    customer: { name: "Blue Kettle", email: "tea@example.com" },
    issued: "2030-01-15",
    due: "2030-02-15",
    currency: "EUR",
    reminders: true,
    note: "",
  });
  saveLines(id, [TEA]);
  return id;
}
