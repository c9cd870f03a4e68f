/** `hyper-confirm`: the user is asked before a form is sent or an action is called. */
import { assertEquals } from "@std/assert";
import type { Page } from "playwright-core";
import { withPage } from "../support/browser.ts";
import { app, Arrivals, END, html, sse } from "./runtime_app.ts";
import type {} from "../../client.ts";

const FORM = `<form data-hyper-form="remove" method="post" hyper-confirm="Delete this ticket?">
  <input name="id" value="7"><button name="how" value="now">Delete</button></form>`;

/** Serves a page and records the bodies of the calls. */
function recorder(body: string, lang = "en") {
  const came = new Arrivals<string>();
  const remove = async (request: Request) => {
    came.add(await request.text());
    return sse([END]);
  };
  const page =
    `<!doctype html><html lang="${lang}"><title>Page</title><script type="module" src="/_hyper/client.js"></script>${body}`;
  return { came, served: app({ routes: { "/": page }, actions: { remove } }) };
}

const focusedText = (page: Page) => page.evaluate(() => document.activeElement?.textContent);

async function openPage(page: Page): Promise<void> {
  await page.goto("/");
  await page.waitForLoadState("networkidle");
}

Deno.test("hyper-confirm asks in a dialog with a name, whose safe button has the focus", async () => {
  const { came, served } = recorder(FORM);
  await withPage(served, async ({ page }) => {
    await openPage(page);
    await page.getByRole("button", { name: "Delete" }).click();
    const dialog = page.getByRole("alertdialog", { name: "Delete this ticket?" });
    await dialog.waitFor();
    assertEquals(await focusedText(page), "Cancel");
    assertEquals(await dialog.getByRole("button").allTextContents(), ["Cancel", "Delete"]);
    // The Enter key does no harm.
    await page.keyboard.press("Enter");
    await dialog.waitFor({ state: "detached" });
    assertEquals(await focusedText(page), "Delete");
    await page.keyboard.press("Enter");
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
    assertEquals(came.rest, 0);
    await page.keyboard.press("Enter");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    assertEquals(await came.next(), "id=7&how=now");
    assertEquals(await dialog.count(), 0);
  });
});

for (
  const [lang, labels] of [["de", ["Abbrechen", "Fortfahren"]], ["fr", ["Annuler", "Continuer"]], ["es", [
    "Cancelar",
    "Continuar",
  ]]] as const
) {
  Deno.test(`the buttons of a confirmation are in the language of the page: ${lang}`, async () => {
    const { came, served } = recorder(
      `<select hyper-action="remove" hyper-confirm="?"><option>a<option>b</select>`,
      lang,
    );
    await withPage(served, async ({ page }) => {
      await openPage(page);
      await page.locator("select").selectOption("b");
      assertEquals(await page.getByRole("alertdialog").getByRole("button").allTextContents(), [...labels]);
      await page.getByRole("button", { name: labels[1] }).click();
      await came.next();
    });
  });
}

Deno.test("a click with hyper-action asks, and sends nothing when the user cancels", async () => {
  const { came, served } = recorder(`<button hyper-action="remove" hyper-confirm="Sure?">Delete</button>`);
  await withPage(served, async ({ page }) => {
    await openPage(page);
    await page.getByRole("button").click();
    await page.getByRole("button", { name: "Cancel" }).click();
    await page.getByRole("alertdialog").waitFor({ state: "detached" });
    assertEquals(came.rest, 0);
    await page.getByRole("button", { name: "Delete" }).click();
    await page.getByRole("alertdialog").getByRole("button", { name: "Delete" }).click();
    await came.next();
  });
});

Deno.test("Hyper.configure({ confirm }) replaces the dialog by an async function", async () => {
  const { came, served } = recorder(FORM);
  await withPage(served, async ({ page }) => {
    await openPage(page);
    await page.evaluate(() => {
      globalThis.Hyper.configure({
        confirm: async (question, element) => {
          await Promise.resolve();
          document.title += `${question} ${element.textContent}`;
          return document.title.length > 40;
        },
      });
      // Other options are not changed by it, and it not by them.
      globalThis.Hyper.configure({ strictTargets: true });
    });
    await page.getByRole("button", { name: "Delete" }).click();
    assertEquals(await page.title(), "PageDelete this ticket? Delete");
    await page.getByRole("button", { name: "Delete" }).click();
    await came.next();
    assertEquals([await page.getByRole("alertdialog").count(), came.rest], [0, 0]);
  });
});

Deno.test("hyper-confirm asks before the browser submits a form, and is not asked for an invalid one", async () => {
  const page = app({
    body: `<form action="/gone" hyper-confirm="Go?"><input name="a" required><button>Go</button></form>`,
    routes: { "/gone": (request) => html(`<!doctype html><title>Gone</title><p>${new URL(request.url).search}`) },
  });
  await withPage(page, async ({ page }) => {
    await openPage(page);
    await page.getByRole("button").click();
    assertEquals(await page.getByRole("alertdialog").count(), 0);
    await page.locator("input").fill("1");
    await page.locator("input").press("Enter");
    await page.getByRole("alertdialog").getByRole("button", { name: "Go" }).click();
    await page.getByText("?a=1").waitFor();
  });
});

Deno.test("without the part that asks, nothing is sent, and the page shows that it is incomplete", async () => {
  const { came, served } = recorder(FORM);
  await withPage(served, async ({ page }) => {
    await page.route(/\/_hyper\/triggers/, (route) => route.abort());
    await openPage(page);
    await page.getByRole("button", { name: "Delete" }).click();
    await page.getByRole("alert").getByText("Part of this page could not be loaded").waitFor();
    assertEquals(came.rest, 0);
  }, { expectErrors: [/Failed to load resource/] });
});

Deno.test("a canceled question leaves unsaved changes unsaved", async () => {
  const { came, served } = recorder(FORM.replace("<form", "<form hyper-confirm-unsaved"));
  await withPage(served, async ({ page }) => {
    await openPage(page);
    await page.locator("input").fill("8");
    await page.waitForLoadState("networkidle");
    await page.getByRole("button", { name: "Delete" }).click();
    await page.getByRole("button", { name: "Cancel" }).click();
    const asked = new Promise<string>((resolve) =>
      page.once("dialog", (dialog) => {
        resolve(dialog.type());
        void dialog.accept();
      })
    );
    await page.reload();
    assertEquals([await asked, came.rest], ["beforeunload", 0]);
  });
});

const SHOWN = {
  failure: () => sse([["error", { status: 409, message: "Already sold" }], END], { status: 409 }),
  toast: () => sse([["toast", { value: "Already sold", duration: 0 }], END]),
};

for (const [kind, show] of Object.entries(SHOWN)) {
  Deno.test(`a ${kind} that came in the question is still shown when it is closed`, async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const actions = { save: () => promise.then(show) };
    const body =
      `<button hyper-action="save">Save</button><button hyper-action="remove" hyper-confirm="Sure?">Delete</button>`;
    await withPage(app({ body, actions }), async ({ page }) => {
      await openPage(page);
      await page.getByRole("button", { name: "Save" }).click();
      await page.getByRole("button", { name: "Delete" }).click();
      const dialog = page.getByRole("alertdialog");
      await dialog.waitFor();
      resolve();
      await dialog.getByText("Already sold").waitFor();
      await dialog.getByRole("button", { name: "Cancel" }).click();
      await page.getByText("Already sold").waitFor();
      assertEquals(await dialog.count(), 0);
    });
  });
}
