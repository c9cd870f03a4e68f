import { assertEquals } from "@std/assert";
import { withPage } from "../support/browser.ts";
import { type App, app, END, html, sse } from "./runtime_app.ts";
import type {} from "../../client.ts";

const BUTTON = `<form data-hyper-form="save"><button>Save</button></form>`;

/** An application whose action fails with this answer until it is mended. */
function failing(
  answer: () => Response,
  more: App = {},
): { readonly served: Deno.ServeHandler; readonly ids: (string | null)[]; mend(): void } {
  let broken = true;
  const ids: (string | null)[] = [];
  const save = ({ headers }: Request) => {
    ids.push(headers.get("x-hyper-request-id"));
    return broken ? answer() : sse([END]);
  };
  return { served: app({ body: BUTTON, ...more, actions: { save } }), ids, mend: () => void (broken = false) };
}

const error = (status: number, message: string) => () => sse([["error", { status, message }], END], { status });

const SAID: readonly [name: string, answer: () => Response, words: string][] = [
  ["the server's words for 4xx", error(409, "Somebody else has changed it"), "Somebody else has changed it"],
  ["the words of a problem", () => Response.json({ detail: "Slow down" }, { status: 429 }), "Slow down"],
  ["our own words for 4xx without any", error(404, ""), "Something went wrong."],
  ["our own words for 5xx, whatever the server says", error(500, "Error: secret"), "Something went wrong."],
  ["our own words for a page of an error", () => html("<h1>secret</h1>", { status: 403 }), "Something went wrong."],
  ["that no answer came for one that breaks off", () => sse([]), "No connection."],
];

for (const [name, answer, words] of SAID) {
  Deno.test(`a failure says ${name}`, async () => {
    await withPage(failing(answer).served, async ({ page }) => {
      await page.goto("/");
      await page.getByRole("button", { name: "Save" }).click();
      const alert = page.getByRole("alert");
      await alert.getByText(words, { exact: true }).waitFor();
      assertEquals(await page.getByText("secret").count(), 0);
    });
  });
}

Deno.test("a failure says that there is no connection where there is none", async () => {
  await withPage(failing(error(500, "")).served, async ({ page, context }) => {
    await page.goto("/");
    await context.route("**/*", (route) => route.abort());
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByRole("alert").getByText("No connection.").waitFor();
  }, { expectErrors: [/ERR_FAILED/] });
});

Deno.test("the retry button sends the same call under the same id, and the message goes", async () => {
  const { served, ids, mend } = failing(error(503, ""));
  await withPage(served, async ({ page, events }) => {
    await page.goto("/");
    await page.getByRole("button", { name: "Save" }).click();
    await events.next("hyper:requestError");
    await page.getByRole("button", { name: "Try again" }).click();
    await events.next("hyper:requestError");
    assertEquals(await page.getByRole("alert").count(), 1);
    mend();
    await page.getByRole("button", { name: "Try again" }).click();
    await events.next("hyper:requestSuccess");
    assertEquals([new Set(ids).size, ids.length, await page.getByRole("alert").count()], [1, 3, 0]);
    assertEquals(await page.evaluate(() => document.activeElement?.textContent), "Save");
  });
});

Deno.test("the close button takes the message away and gives the focus back", async () => {
  const { served, ids } = failing(error(500, ""));
  await withPage(served, async ({ page }) => {
    await page.goto("/");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByRole("button", { name: "Close" }).click();
    assertEquals([await page.getByRole("alert").count(), ids.length], [0, 1]);
    assertEquals(await page.evaluate(() => document.activeElement?.textContent), "Save");
  });
});

Deno.test("a later call of the same lane takes the message away", async () => {
  const { served, mend } = failing(error(500, ""));
  await withPage(served, async ({ page, events }) => {
    await page.goto("/");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByRole("alert").waitFor();
    mend();
    await page.getByRole("button", { name: "Save" }).click();
    await events.next("hyper:requestSuccess");
    assertEquals(await page.getByRole("alert").count(), 0);
  });
});

Deno.test("a message can be seen wherever the page is scrolled to, without a style sheet", async () => {
  const body = `${BUTTON}<div style="height: 5000px"></div>`;
  await withPage(failing(error(500, ""), { body }).served, async ({ page }) => {
    await page.goto("/");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByRole("alert").waitFor();
    await page.evaluate(() => scrollTo(0, 3000));
    const seen = await page.getByRole("alert").evaluate((alert) => {
      const { top, bottom } = alert.getBoundingClientRect();
      return top >= 0 && bottom <= innerHeight && bottom > top;
    });
    assertEquals(seen, true);
  });
});

Deno.test("a page's own template is used, and its own words stay", async () => {
  const template =
    `<template hyper-failure><h2>Oh no</h2><p hyper-failure-message></p><a href="#" hyper-retry>Once more</a></template>`;
  await withPage(failing(error(409, "Taken"), { body: BUTTON + template }).served, async ({ page, events }) => {
    await page.goto("/");
    await page.getByRole("button", { name: "Save" }).click();
    const alert = page.getByRole("alert");
    await alert.getByRole("heading", { name: "Oh no" }).waitFor();
    assertEquals(await alert.locator("p").textContent(), "Taken");
    await events.next("hyper:requestError");
    await alert.getByRole("link", { name: "Once more" }).click();
    await events.next("hyper:requestError");
  });
});

Deno.test("the words of Hyper.configure() are used", async () => {
  await withPage(failing(error(500, "")).served, async ({ page }) => {
    await page.goto("/");
    await page.evaluate(() => void Hyper.configure({ messages: { failed: "Ach!", retry: "Nochmal" } }));
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByRole("alert").getByText("Ach!").waitFor();
    await page.getByRole("button", { name: "Nochmal" }).waitFor();
  });
});

Deno.test("the words are those of the page's language", async () => {
  const page =
    `<!doctype html><html lang="de-AT"><title>Seite</title><script type="module" src="/_hyper/client.js"></script>${BUTTON}`;
  await withPage(failing(error(500, ""), { routes: { "/": page } }).served, async ({ page }) => {
    await Promise.all([page.waitForResponse(/later/), page.goto("/")]);
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByRole("alert").getByText("Etwas ist schiefgegangen.").waitFor();
  });
});

for (const type of ["hyper:requestError", "hyper:requestException"] as const) {
  Deno.test(`a page that cancels ${type} says it itself`, async () => {
    const answer = type === "hyper:requestError" ? error(500, "") : () => sse([]);
    await withPage(failing(answer).served, async ({ page, events }) => {
      await page.goto("/");
      await page.evaluate((type) => addEventListener(type, (event) => event.preventDefault()), type);
      await page.getByRole("button", { name: "Save" }).click();
      await events.next("hyper:afterRequest");
      assertEquals(await page.getByRole("alert").count(), 0);
    });
  });
}

Deno.test("a call that is ended says nothing", async () => {
  const { served } = failing(error(500, ""));
  await withPage(served, async ({ page, events }) => {
    await page.goto("/");
    await page.evaluate(() => action("save", {}, { signal: AbortSignal.abort() }));
    await events.next("hyper:requestAborted");
    assertEquals(await page.getByRole("alert").count(), 0);
  });
});
