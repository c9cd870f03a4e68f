import { assert, assertEquals } from "@std/assert";
import type { Handler } from "@hyper/actions";
import type { Page } from "playwright-core";
import { createApp } from "../../examples/invoices/app.ts";
import { closeDatabase } from "../../examples/invoices/database.ts";
import {
  addInvoice,
  type Line,
  listInvoices,
  mustFind,
  saveDetails,
  saveLines,
} from "../../examples/invoices/invoices.ts";
import { idle } from "../../examples/invoices/sending.ts";
import { pressAndAgree, untilPreloaded, untilValue, withPage } from "../support/browser.ts";

const TEA: Line = { text: "Tea", quantity: 2, price: 4.5 };
const CUPS: Line = { text: "Cups", quantity: 12, price: 19.99 };

Deno.test("invoices: a job that one user starts is shown to another one, in another browser, as it proceeds", async () => {
  await withInvoices((app) =>
    withPage(app, async ({ page, context: first, url }) => {
      for (let count = 0; count < 3; count++) draft();
      await signIn(page, "/");
      const context = await first.browser()?.newContext({ baseURL: url });
      assert(context);
      const other = await context.newPage();
      await other.goto("/");
      await other.getByRole("button", { name: "Sign in as reader" }).click();
      await other.getByRole("heading", { name: "Invoices" }).waitFor();
      await page.getByRole("button", { name: "Send all drafts" }).click();
      for (const each of [page, other]) {
        await each.getByText("3 invoices sent").waitFor();
        assertEquals(await each.locator(".list .sent").count(), 3);
      }
      // The page of an invoice notifies the list as well.
      await page.getByRole("button", { name: "New invoice" }).click();
      await page.waitForURL("/invoices/4");
      await other.getByText("No customer yet").waitFor();
      await context.close();
    })
  );
});

for (const javaScriptEnabled of [true, false]) {
  const scripts = javaScriptEnabled ? "scripts on" : "scripts off";

  invoicesTest(
    `invoices: a user who signs in sees the page they requested, with ${scripts}`,
    javaScriptEnabled,
    async (page) => {
      const id = draft();
      await page.goto(`/invoices/${id}`);
      await page.getByRole("button", { name: "Sign in as reader" }).click();
      await page.getByRole("heading", { name: "Invoice 0001" }).waitFor();
      assertEquals(await page.getByLabel("Email").isDisabled(), true);
      await page.getByRole("button", { name: "Sign out" }).click();
      await page.getByRole("heading", { name: "Sign in" }).waitFor();
    },
  );

  invoicesTest(
    `invoices: the first invoice is created, filled in and sent, with ${scripts}`,
    javaScriptEnabled,
    async (page) => {
      await signIn(page);
      await page.getByRole("button", { name: "New invoice" }).click();
      await page.waitForURL("/invoices/1");
      const line = page.getByRole("group", { name: "Line 1" });
      await line.getByLabel("Description").fill("Tea");
      await line.getByLabel("Unit price").fill("4.50");
      await page.getByRole("button", { name: "Save lines" }).click();
      await said(page, "Lines saved");
      await page.getByLabel("Name").fill("Blue Kettle");
      await page.getByLabel("Email").fill("tea@example.com");
      await page.getByRole("button", { name: "Save and send" }).click();
      await said(page, "Sent to tea@example.com");
      await page.getByText("sent", { exact: true }).waitFor();
      const { status, customer, lines } = mustFind(1);
      assertEquals([status, customer.name, lines], ["sent", "Blue Kettle", [{ ...TEA, quantity: 1 }]]);
      assertEquals(await page.getByRole("button", { name: "Save" }).count(), 0);
    },
  );

  invoicesTest(`invoices: Save redirects to the list, with ${scripts}`, javaScriptEnabled, async (page) => {
    await signIn(page, `/invoices/${draft()}`);
    await page.getByLabel("Name").fill("Green Lamp");
    await page.getByLabel("Send reminders when overdue").uncheck();
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await page.waitForURL("/");
    await said(page, "Invoice for Green Lamp saved");
    const { status, customer, reminders } = mustFind(1);
    assertEquals([status, customer.name, reminders], ["draft", "Green Lamp", false]);
  });

  invoicesTest(`invoices: the Enter key saves and does not send, with ${scripts}`, javaScriptEnabled, async (page) => {
    await signIn(page, `/invoices/${draft()}`);
    await page.getByLabel("Name").press("Enter");
    await page.waitForURL("/");
    assertEquals(mustFind(1).status, "draft");
  });

  invoicesTest(
    `invoices: invalid details show errors twice, then are sent, with ${scripts}`,
    javaScriptEnabled,
    async (page) => {
      await signIn(page, `/invoices/${draft()}`);
      for (const name of ["", "   "]) {
        // Without the validation of the browser, to test that of the server.
        await page.getByLabel("Name").evaluate((input) => input.removeAttribute("required"));
        await page.getByLabel("Name").fill(name);
        await page.locator("[name=due]").fill("2029-12-31");
        await page.getByLabel("Note").fill("\n\nKept");
        await page.getByRole("button", { name: "Save and send" }).click();
        await page.getByRole("alert").getByText("Enter the name of the customer").waitFor();
        assertEquals(await page.getByLabel("Name").getAttribute("aria-invalid"), "true");
        assertEquals(await page.getByLabel("Note").inputValue(), "\n\nKept");
        assertEquals(await page.locator("[name=due]").inputValue(), "2029-12-31");
      }
      await page.getByLabel("Name").fill("Green Lamp");
      await page.getByRole("button", { name: "Save and send" }).click();
      await page.getByRole("alert").getByText("The due date cannot be before the invoice date").waitFor();
      assertEquals(await page.getByText("Enter the name of the customer").count(), 0);
      await page.locator("[name=due]").fill("");
      await page.getByRole("button", { name: "Save and send" }).click();
      await said(page, "Sent to tea@example.com");
      assertEquals(await page.getByRole("alert").count(), 0);
      const { status, customer, due, note } = mustFind(1);
      assertEquals([status, customer.name, due, note], ["sent", "Green Lamp", null, "\n\nKept"]);
    },
  );

  invoicesTest(
    `invoices: a line is deleted, and another one replaces it, with ${scripts}`,
    javaScriptEnabled,
    async (page) => {
      await signIn(page, `/invoices/${draft([TEA, CUPS])}`);
      const line = page.getByRole("group", { name: "Line 1" });
      await line.getByRole("button", { name: "Remove row 1" }).click();
      // The line that was the second one.
      await untilValue(line.getByLabel("Description"), "Cups");
      await page.getByRole("button", { name: "Save lines" }).click();
      await said(page, "Lines saved");
      assertEquals(mustFind(1).lines, [CUPS]);
      assertEquals(await line.getByLabel("Description").inputValue(), "Cups");
      assertEquals(await line.getByLabel("Quantity").inputValue(), "12");
      assertEquals(await page.getByRole("group", { name: "Line 2" }).getByLabel("Description").inputValue(), "");
      // The page shows the stored values: saving them again changes nothing.
      await page.getByRole("button", { name: "Save lines" }).click();
      await page.getByText("€239.88").waitFor();
      assertEquals(mustFind(1).lines, [CUPS]);
    },
  );

  invoicesTest(`invoices: lines are reordered, with ${scripts}`, javaScriptEnabled, async (page) => {
    await signIn(page, `/invoices/${draft([TEA, CUPS])}`);
    await page.getByRole("button", { name: "Move row 1 down" }).click();
    await untilValue(page.getByRole("group", { name: "Line 1" }).getByLabel("Description"), "Cups");
    await page.getByRole("button", { name: "Save lines" }).click();
    await said(page, "Lines saved");
    assertEquals(mustFind(1).lines, [CUPS, TEA]);
    assertEquals(await page.getByRole("group", { name: "Line 1" }).getByLabel("Description").inputValue(), "Cups");
  });

  invoicesTest(
    `invoices: an invalid line shows errors twice, then is saved, with ${scripts}`,
    javaScriptEnabled,
    async (page) => {
      await signIn(page, `/invoices/${draft([TEA, CUPS])}`);
      const quantity = page.getByRole("group", { name: "Line 2" }).getByLabel("Quantity");
      for (const wrong of ["0", "-3"]) {
        await quantity.evaluate((input) => input.removeAttribute("min"));
        await quantity.fill(wrong);
        await page.getByRole("button", { name: "Save lines" }).click();
        await page.getByRole("alert").getByText("Enter 1 or more").waitFor();
        assertEquals([await quantity.inputValue(), await quantity.getAttribute("aria-invalid")], [wrong, "true"]);
      }
      await quantity.fill("6");
      await page.getByRole("button", { name: "Save lines" }).click();
      await said(page, "Lines saved");
      assertEquals(mustFind(1).lines, [TEA, { ...CUPS, quantity: 6 }]);
      assertEquals(await page.getByRole("alert").count(), 0);
    },
  );

  invoicesTest(`invoices: all drafts are sent, with ${scripts}`, javaScriptEnabled, async (page) => {
    for (let count = 0; count < 3; count++) draft();
    await signIn(page, "/");
    await page.getByRole("button", { name: "Send all drafts" }).click();
    if (javaScriptEnabled) {
      await page.getByRole("progressbar").waitFor();
    } else {
      await said(page, "Sending 3 invoices");
      await idle();
      await page.reload();
    }
    await page.getByText("3 invoices sent").waitFor();
    assertEquals(await page.locator("#sent li").count(), 3);
    assertEquals(await page.getByRole("progressbar").count(), 0);
    assertEquals(await page.locator(".list .sent").count(), 3);
    assertEquals(listInvoices().map(({ status }) => status), ["sent", "sent", "sent"]);
  });

  invoicesTest(`invoices: the audit log is shown and cleared, with ${scripts}`, javaScriptEnabled, async (page) => {
    await signIn(page, "/audit");
    await page.getByRole("cell", { name: "sign_in" }).waitFor();
    await pressAndAgree(page, "Delete log", javaScriptEnabled);
    await said(page, "Log deleted");
    assertEquals(await page.getByRole("cell", { name: "sign_in" }).count(), 0);
  });
}

invoicesTest("invoices: lines are added in the browser, get the focus and are saved", true, async (page) => {
  await signIn(page, `/invoices/${draft([TEA])}`);
  // An existing one, two extra ones, and two more.
  for (const number of [4, 5]) {
    await page.getByRole("button", { name: "Add line" }).click();
    const line = page.getByRole("group", { name: `Line ${number}` });
    const description = line.getByLabel("Description");
    assert(await description.evaluate((input) => input === document.activeElement));
    await description.fill(`Number ${number}`);
    await line.getByLabel("Unit price").fill("1");
  }
  await page.getByRole("button", { name: "Save lines" }).click();
  await said(page, "Lines saved");
  assertEquals(mustFind(1).lines.map(({ text }) => text), ["Tea", "Number 4", "Number 5"]);
  // The button still works on the content of the response.
  await page.getByRole("button", { name: "Add line" }).click();
  assertEquals(await page.getByRole("group", { name: "Line 6" }).count(), 1);
});

invoicesTest(
  "invoices: an invalid line that was added in the browser is shown again with its error",
  true,
  async (page) => {
    await signIn(page, `/invoices/${draft([TEA])}`);
    await page.getByRole("button", { name: "Add line" }).click();
    const added = page.getByRole("group", { name: "Line 4" });
    await added.getByLabel("Description").fill("Spoons");
    await page.getByRole("button", { name: "Save lines" }).click();
    await page.getByRole("alert").getByText("Enter a price").waitFor();
    assertEquals(await added.getByLabel("Description").inputValue(), "Spoons");
    await page.getByRole("alert").getByRole("link").click();
    assert(await added.getByLabel("Unit price").evaluate((input) => input === document.activeElement));
    await added.getByLabel("Unit price").fill("2");
    await page.getByRole("button", { name: "Save lines" }).click();
    await said(page, "Lines saved");
    assertEquals(mustFind(1).lines, [TEA, { text: "Spoons", quantity: 1, price: 2 }]);
  },
);

invoicesTest("invoices: no line can be added after the twentieth", true, async (page) => {
  await signIn(page, `/invoices/${draft(Array.from({ length: 19 }, () => TEA))}`);
  assertEquals(await page.getByRole("group", { name: /^Line \d+$/ }).count(), 20);
  assertEquals(await page.getByRole("button", { name: "Add line" }).isDisabled(), true);
});

invoicesTest("invoices: a line is added without scripts", false, async (page) => {
  await signIn(page, `/invoices/${draft([TEA])}`);
  await page.getByRole("group", { name: "Line 2" }).getByLabel("Description").fill("Half typed");
  await page.getByRole("button", { name: "Add line" }).click();
  await page.getByRole("group", { name: "Line 4" }).getByLabel("Description").waitFor();
  assertEquals(await page.getByRole("group", { name: "Line 2" }).getByLabel("Description").inputValue(), "Half typed");
  assertEquals(mustFind(1).lines, [TEA]);
});

invoicesTest("invoices: saving the lines keeps text that was typed into the details", true, async (page) => {
  await signIn(page, `/invoices/${draft([TEA])}`);
  await page.getByLabel("Name").fill("Half typed");
  await page.getByRole("group", { name: "Line 1" }).getByLabel("Quantity").fill("3");
  await page.getByRole("button", { name: "Save lines" }).click();
  await said(page, "Lines saved");
  assertEquals(await page.getByLabel("Name").inputValue(), "Half typed");
});

invoicesTest("invoices: all controls can be reached with the keyboard alone", true, async (page) => {
  await signIn(page, `/invoices/${draft([TEA])}`);
  await untilPreloaded(page, ["rows"]);
  await page.keyboard.press("Tab");
  assertEquals(await page.evaluate(() => document.activeElement?.textContent), "Skip to the content");
  await page.getByRole("button", { name: "Add line" }).focus();
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => document.activeElement?.closest("fieldset")?.textContent?.includes("Line 4"));
  await page.keyboard.type("Spoons");
  await page.getByRole("group", { name: "Line 4" }).getByLabel("Unit price").focus();
  await page.keyboard.type("2");
  await page.keyboard.press("Enter");
  await said(page, "Lines saved");
  assertEquals(mustFind(1).lines.length, 2);
});

for (const colorScheme of ["light", "dark"] as const) {
  invoicesTest(`invoices: no content is cut off on a phone, in ${colorScheme}`, true, async (page) => {
    const id = draft([{ ...TEA, text: "x".repeat(120) }]);
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width: 320, height: 640 });
    await page.goto("/");
    assertEquals(await page.evaluate(() => document.documentElement.scrollWidth), 320);
    await signIn(page);
    for (const path of ["/", `/invoices/${id}`, "/audit"]) {
      await page.goto(path);
      assertEquals(await page.evaluate(() => document.documentElement.scrollWidth), 320, path);
    }
  });
}

function invoicesTest(name: string, javaScriptEnabled: boolean, visit: (page: Page) => Promise<void>): void {
  Deno.test(name, () => withInvoices((app) => withPage(app, ({ page }) => visit(page), { javaScriptEnabled })));
}

/** Runs a test with a separate database in memory. */
async function withInvoices(run: (app: Handler) => Promise<void>): Promise<void> {
  Deno.env.set("INVOICES_DATABASE", ":memory:");
  closeDatabase();
  const app = createApp();
  try {
    await run(app);
  } finally {
    await idle();
    await app.close();
    closeDatabase();
    Deno.env.delete("INVOICES_DATABASE");
  }
}

async function signIn(page: Page, path = "/"): Promise<void> {
  await page.goto(path);
  await page.getByRole("button", { name: "Sign in as clerk" }).click();
  await page.getByText("Signed in as clerk").waitFor();
}

async function said(page: Page, words: string): Promise<void> {
  await page.getByRole("status").getByText(words).waitFor();
}

function draft(lines: readonly Line[] = [TEA]): number {
  const id = addInvoice();
  saveDetails(id, {
    customer: { name: "Blue Kettle", email: "tea@example.com" },
    issued: "2030-01-15",
    due: "2030-02-15",
    currency: "EUR",
    reminders: true,
    note: "",
  });
  saveLines(id, lines);
  return id;
}
