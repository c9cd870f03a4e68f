import { assertEquals } from "@std/assert";
import type { Page } from "playwright-core";
import { withPage } from "../support/browser.ts";
import { app, END, type Sent, sse } from "./runtime_app.ts";
import type {} from "../../client.ts";

const BODY = `<a hyper-nav href="/other">Other</a>
<form data-hyper-form="save" hyper-confirm-unsaved><input name="a"><button>Save</button><button type="reset">Reset</button></form>`;

function site(...events: Sent[]): Deno.ServeHandler {
  return app({ body: BODY, actions: { save: () => sse([...events, END]) } });
}

/** Answers the confirmation dialogs of the page, and counts them. */
function answer(page: Page, accept: boolean): { asked: string[] } {
  const asked: string[] = [];
  page.on("dialog", async (dialog) => {
    asked.push(dialog.type());
    await (accept ? dialog.accept() : dialog.dismiss());
  });
  return { asked };
}

/** Opens the page, and waits for the code that observes its form. */
async function open(page: Page): Promise<void> {
  await Promise.all([page.waitForResponse(/extras/).then((response) => response.finished()), page.goto("/")]);
}

Deno.test("an unchanged form is left without confirmation", async () => {
  await withPage(site(), async ({ page, url }) => {
    const { asked } = answer(page, false);
    await open(page);
    await page.getByRole("link").click();
    await page.waitForURL(`${url}/other`);
    assertEquals(asked, []);
  });
});

for (const accept of [true, false]) {
  Deno.test(`a link ${accept ? "leaves" : "does not leave"} a changed form when the user ${accept ? "confirms" : "declines"}`, async () => {
    await withPage(site(), async ({ page, url }) => {
      const { asked } = answer(page, accept);
      await open(page);
      await page.locator("input").fill("x");
      assertEquals(await page.evaluate(() => Hyper.navigate("/other")), accept);
      assertEquals([asked, page.url()], [["confirm"], accept ? `${url}/other` : `${url}/`]);
      if (!accept) assertEquals(await page.locator("input").inputValue(), "x");
    });
  });
}

const QUESTIONS: readonly [lang: string, configured: string | undefined, question: string][] = [
  ["en", undefined, "Leave without saving?"],
  ["de", undefined, "Ohne Speichern verlassen?"],
  ["ja", undefined, "Leave without saving?"],
  ["de", "Go?", "Go?"],
];

for (const [lang, unsaved, question] of QUESTIONS) {
  Deno.test(`the question is "${question}" on a page in language "${lang}", with ${unsaved ?? "nothing"} configured`, async () => {
    const page = `<!doctype html><html lang="${lang}"><title>Page</title>
      <script type="module" src="/_hyper/client.js"></script>${BODY}`;
    await withPage(app({ routes: { "/": page } }), async ({ page }) => {
      const dialog = page.waitForEvent("dialog");
      await open(page);
      if (unsaved) await page.evaluate((confirmLeave) => Hyper.configure({ messages: { confirmLeave } }), unsaved);
      await page.locator("input").fill("x");
      const visited = page.evaluate(() => Hyper.navigate("/other"));
      const asked = await dialog;
      assertEquals(asked.message(), question);
      await asked.dismiss();
      assertEquals(await visited, false);
    });
  });
}

Deno.test("the back button does not leave a changed form when the user declines", async () => {
  await withPage(site(), async ({ page, url }) => {
    const { asked } = answer(page, false);
    await open(page);
    await page.evaluate(() => Hyper.navigate("/other"));
    await page.locator("input").fill("x");
    await page.evaluate(() => history.back());
    await page.waitForFunction(() => location.pathname === "/other");
    await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 50)));
    assertEquals([asked, page.url(), await page.locator("input").inputValue()], [["confirm"], `${url}/other`, "x"]);
  });
});

Deno.test("the browser asks for confirmation when the page is left", async () => {
  await withPage(site(), async ({ page }) => {
    const { asked } = answer(page, true);
    await open(page);
    await page.locator("input").pressSequentially("x");
    await page.reload();
    assertEquals(asked, ["beforeunload"]);
  });
});

Deno.test("a saved or reset form is left without confirmation", async () => {
  for (const name of ["Save", "Reset"]) {
    await withPage(site(), async ({ page, events }) => {
      const { asked } = answer(page, true);
      await open(page);
      await page.locator("input").pressSequentially("x");
      await page.getByRole("button", { name }).click();
      if (name === "Save") await events.next("hyper:afterRequest");
      await page.reload();
      assertEquals(asked, []);
    });
  }
});

Deno.test("a redirect after saving is not confirmed", async () => {
  await withPage(site(["redirect", { url: "/done" }]), async ({ page, url }) => {
    const { asked } = answer(page, false);
    await open(page);
    await page.locator("input").pressSequentially("x");
    await page.getByRole("button", { name: "Save" }).click();
    await page.waitForURL(`${url}/done`);
    assertEquals(asked, []);
  });
});

Deno.test("a form that could not be saved is still confirmed", async () => {
  await withPage(site(["error", { status: 422, message: "" }]), async ({ page, events }) => {
    const { asked } = answer(page, true);
    await open(page);
    await page.locator("input").pressSequentially("x");
    await page.getByRole("button", { name: "Save" }).click();
    await events.next("hyper:afterRequest");
    await page.reload();
    assertEquals(asked, ["beforeunload"]);
  });
});

/** Ways in which a form can save itself: the script of the page, and whether unsaved input remains. */
const AUTOSAVES: readonly [name: string, script: string, asked: readonly string[]][] = [
  ["on each input", `input.oninput = () => action("save", {}, { form, sync: "none" });`, []],
  [
    "on each input, replacing the call before",
    `input.oninput = () => action("save", {}, { form, sync: "replace" });`,
    [],
  ],
  ["on each input, in a queue", `input.oninput = () => action("save", {}, { form, sync: "queue" });`, []],
  ["after each input", `input.oninput = () => setTimeout(() => action("save", {}, { form, sync: "replace" }));`, []],
  ["only once", `input.addEventListener("input", () => action("save", {}, { form }), { once: true });`, [
    "beforeunload",
  ]],
  ["with a server that fails", `input.oninput = () => action("fail", {}, { form, sync: "none" });`, ["beforeunload"]],
];

for (const [name, script, expected] of AUTOSAVES) {
  Deno.test(`a form that saves itself ${name} is left ${expected[0] ? "with" : "without"} confirmation`, async () => {
    const fail = () => new Response(null, { status: 500 });
    const actions = { fail, save: () => sse([END]) };
    await withPage(app({ body: BODY, actions }), async ({ page, events }) => {
      const { asked } = answer(page, true);
      await open(page);
      await page.evaluate((script) => {
        const form = document.querySelector("form"), input = document.querySelector("input");
        new Function("form", "input", script)(form, input);
      }, script);
      await page.locator("input").pressSequentially("xyz");
      await page.waitForFunction(() => new Promise((resolve) => setTimeout(() => resolve(true), 0)));
      while (events.of("hyper:afterRequest").length < events.of("hyper:beforeRequest").length) {
        await events.next("hyper:afterRequest");
      }
      await page.reload();
      assertEquals(asked, expected);
    });
  });
}
