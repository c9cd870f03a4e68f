/** A user of the keyboard can continue after each button of the examples: the focus is on the page, and visible. */
import { assertEquals } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { createHandler, createMemoryStore, type Handler } from "@hyper/actions";
import { errors, type Page } from "playwright-core";
import { createApp as createBoard } from "../../examples/board/app.ts";
import { addTask, closeDatabase as closeBoard } from "../../examples/board/database.ts";
import { createApp as createInvoices } from "../../examples/invoices/app.ts";
import { closeDatabase as closeInvoices } from "../../examples/invoices/database.ts";
import { addInvoice } from "../../examples/invoices/invoices.ts";
import { idle } from "../../examples/invoices/sending.ts";
import { addNote, closeDatabase as closeNotes } from "../../examples/notes/database.ts";
import { createApp as createShowcase } from "../../examples/showcase/app.ts";
import { ENTRIES } from "../../examples/showcase/site.ts";
import { createApp as createWizard } from "../../examples/wizard/app.ts";
import { withPage } from "../support/browser.ts";
import type {} from "../../client.ts";

/** Console errors of requests that the examples reject or abort intentionally. */
const EXPECTED = /Failed to load resource|hyper: |net::/;

/** Fills in empty controls of the form of a button, so that the browser sends it. */
function fillForm(button: Element): void {
  const { form } = button as HTMLButtonElement;
  for (const control of form?.elements ?? []) {
    if (control instanceof HTMLInputElement && control.required && !control.value) {
      if (control.type === "file") continue;
      if (control.type === "radio" || control.type === "checkbox") control.checked = true;
      else control.value = ({ email: "a@example.com", number: "1", date: "2030-01-01" })[control.type] ?? "Words";
    } else if (control instanceof HTMLTextAreaElement && control.required && !control.value) control.value = "Words";
  }
}

/**
 * Presses each button that sends its form, each in a new load of the page, and returns those after which the focus is lost.
 * Buttons that add or delete a row send nothing.
 */
async function pressAll(page: Page, path: string): Promise<readonly string[]> {
  const lost: string[] = [];
  const buttons = page.locator(
    ":is(main,#live) form[method=post] button:not([type=button], [name=_hyper_rows]):enabled:visible",
  );
  await page.goto(path);
  for (let i = 0; i < await buttons.count() && i < 12; i++) {
    const button = buttons.nth(i);
    const name = await button.evaluate((element) => element.getAttribute("aria-label") ?? element.textContent);
    await button.evaluate(fillForm);
    // The user agrees to every question.
    await page.waitForFunction(() => globalThis.Hyper?.configure({ confirm: () => true }));
    // Before the key: an invalid control is reported at once.
    await page.evaluate(() => {
      const done = new Promise<void>((resolve) => {
        // Nothing is sent if the form needs what this test does not fill in, or while a dialog asks for confirmation.
        for (const type of ["hyper:afterRequest", "hyper:navigate:after", "invalid", "toggle"]) {
          addEventListener(type, () => resolve(), { once: true, capture: true });
        }
      });
      Object.assign(globalThis, { sameDocument: true, done });
    });
    await button.focus();
    await page.keyboard.press("Enter");
    // The document may be gone.
    await page.evaluate(() => Reflect.get(globalThis, "done")).catch(() => {});
    // Disabled controls are enabled, and a navigation begins, after the event. A new document, to which an action redirects,
    // begins at its top.
    await page.waitForFunction(
      () => {
        const active = document.activeElement;
        return !Reflect.has(globalThis, "sameDocument") || active !== document.body && active?.checkVisibility();
      },
      null,
      { timeout: 3000 },
    ).catch((error: unknown) => {
      if (!(error instanceof errors.TimeoutError)) throw error;
      lost.push(`${path}: ${name}`);
    });
    await page.goto(path);
  }
  return lost;
}

Deno.test("notes: the focus is not lost after a button is pressed", async () => {
  Deno.env.set("NOTES_DATABASE", ":memory:");
  closeNotes();
  const handler = createHandler({ baseDir: fromFileUrl(import.meta.resolve("../../examples/notes/")) });
  try {
    await withPage(handler, async ({ page }) => {
      for (const title of ["Milk", "Bread", "Tea", "Cups"]) addNote({ title, body: "", due: null });
      assertEquals(await pressAll(page, "/"), []);
      const { id } = addNote({ title: "Milk", body: "", due: null });
      assertEquals(await pressAll(page, `/notes/${id}`), []);
    });
  } finally {
    await handler.close();
    closeNotes();
    Deno.env.delete("NOTES_DATABASE");
  }
});

Deno.test("board: the focus is not lost after a button is pressed", async () => {
  Deno.env.set("BOARD_DATABASE", ":memory:");
  closeBoard();
  await using app = disposable(createBoard(null), closeBoard);
  await withPage(app.handler, async ({ page }) => {
    await page.goto("/");
    await page.getByLabel("Your name").fill("Ada");
    await page.keyboard.press("Enter");
    await page.getByLabel("New task").waitFor();
    for (const title of ["One", "Two", "Three"]) addTask(title, "Ada");
    assertEquals(await pressAll(page, "/"), []);
  });
  Deno.env.delete("BOARD_DATABASE");
});

Deno.test("invoices: the focus is not lost after a button is pressed", async () => {
  Deno.env.set("INVOICES_DATABASE", ":memory:");
  closeInvoices();
  await using app = disposable(createInvoices(), closeInvoices);
  await withPage(app.handler, async ({ page }) => {
    await page.goto("/");
    await page.getByRole("button", { name: "Sign in as clerk" }).click();
    await page.getByText("Signed in as clerk").waitFor();
    assertEquals(await pressAll(page, "/"), []);
    assertEquals(await pressAll(page, `/invoices/${addInvoice()}`), []);
    assertEquals(await pressAll(page, "/audit"), []);
    await idle();
  });
  Deno.env.delete("INVOICES_DATABASE");
});

Deno.test("wizard: the focus is not lost after a button is pressed", async () => {
  await using app = disposable(createWizard(createMemoryStore()));
  await withPage(app.handler, async ({ page }) => {
    assertEquals(await pressAll(page, "/"), []);
    assertEquals(await pressAll(page, "/register/about"), []);
  });
});

for (const { path } of ENTRIES.filter(({ path }) => path.startsWith("/show/"))) {
  Deno.test(`showcase: the focus is not lost after a button of ${path} is pressed`, async () => {
    await using app = disposable(createShowcase());
    await withPage(app.handler, async ({ page, errors }) => {
      assertEquals(await pressAll(page, path), []);
      assertEquals(errors.filter((error) => !EXPECTED.test(error)), []);
    });
  });
}

function disposable(handler: Handler, close = () => {}) {
  return {
    handler,
    async [Symbol.asyncDispose]() {
      await handler.close();
      close();
    },
  };
}
