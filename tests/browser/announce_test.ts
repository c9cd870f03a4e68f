import { assertEquals } from "@std/assert";
import type { Page } from "playwright-core";
import { withPage } from "../support/browser.ts";
import { type App, app, END, html, sse } from "./runtime_app.ts";
import type {} from "../../client.ts";

const BUTTON = `<form data-hyper-form="save"><button>Save</button></form>`;

/** An application whose action fails with this response until it is repaired. */
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
  ["the message of the server for 4xx", error(409, "Somebody else has changed it"), "Somebody else has changed it"],
  ["the message of a problem object", () => Response.json({ detail: "Slow down" }, { status: 429 }), "Slow down"],
  ["the built-in message for 4xx without one", error(404, ""), "Something went wrong. Try again."],
  [
    "the built-in message for 5xx, whatever the server sends",
    error(500, "Error: secret"),
    "Something went wrong. Try again.",
  ],
  [
    "the built-in message for an HTML error page",
    () => html("<h1>secret</h1>", { status: 403 }),
    "Something went wrong. Try again.",
  ],
  [
    "the built-in message for a redirect that is not followed, not that for developers",
    () => sse([["redirect", { url: "javascript:alert('secret')" }]]),
    "Something went wrong. Try again.",
  ],
  [
    "the connection message for an interrupted response",
    () => sse([]),
    "Cannot reach the server. Check your connection.",
  ],
];

for (const [name, answer, words] of SAID) {
  Deno.test(`a failure shows ${name}`, async () => {
    await withPage(failing(answer).served, async ({ page }) => {
      await page.goto("/");
      await page.getByRole("button", { name: "Save" }).click();
      const alert = page.getByRole("alert");
      await alert.getByText(words, { exact: true }).waitFor();
      assertEquals(await page.getByText("secret").count(), 0);
    });
  });
}

Deno.test("a failure of the network shows the offline message", async () => {
  await withPage(failing(error(500, "")).served, async ({ page, context }) => {
    await page.goto("/");
    await context.route("**/*", (route) => route.abort());
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByRole("alert").getByText("Cannot reach the server. Check your connection.").waitFor();
  }, { expectErrors: [/ERR_FAILED/] });
});

Deno.test("the retry button sends the same call with the same request ID, and the alert closes", async () => {
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

Deno.test("the close button removes the alert and restores the focus", async () => {
  const { served, ids } = failing(error(500, ""));
  await withPage(served, async ({ page }) => {
    await page.goto("/");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByRole("button", { name: "Close" }).click();
    assertEquals([await page.getByRole("alert").count(), ids.length], [0, 1]);
    assertEquals(await page.evaluate(() => document.activeElement?.textContent), "Save");
  });
});

Deno.test("a later call of the same lane removes the alert", async () => {
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

Deno.test("an alert is visible at any scroll position, without a style sheet", async () => {
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

Deno.test("the template of a page is used, and its text is kept", async () => {
  const template =
    `<template hyper-failure><h2>Oh no</h2><p hyper-failure-message></p><a href="#" hyper-retry>Once more</a></template>`;
  await withPage(failing(error(429, "Taken"), { body: BUTTON + template }).served, async ({ page, events }) => {
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

Deno.test("the texts of Hyper.configure() are used", async () => {
  await withPage(failing(error(500, "")).served, async ({ page }) => {
    await page.goto("/");
    await page.evaluate(() => void Hyper.configure({ messages: { requestFailed: "Ach!", tryAgain: "Nochmal" } }));
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByRole("alert").getByText("Ach!").waitFor();
    await page.getByRole("button", { name: "Nochmal" }).waitFor();
  });
});

Deno.test("the texts are in the language of the page", async () => {
  const page =
    `<!doctype html><html lang="de-AT"><title>Seite</title><script type="module" src="/_hyper/client.js"></script>${BUTTON}`;
  await withPage(failing(error(500, ""), { routes: { "/": page } }).served, async ({ page }) => {
    await Promise.all([page.waitForResponse(/translations/), page.goto("/")]);
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByRole("alert").getByText("Etwas ist schiefgegangen. Bitte versuchen Sie es erneut.").waitFor();
  });
});

for (const type of ["hyper:requestError", "hyper:requestException"] as const) {
  Deno.test(`a page that cancels ${type} suppresses the alert`, async () => {
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

Deno.test("an aborted call shows no alert", async () => {
  const { served } = failing(error(500, ""));
  await withPage(served, async ({ page, events }) => {
    await page.goto("/");
    await page.evaluate(() => action("save", {}, { signal: AbortSignal.abort() }));
    await events.next("hyper:requestAborted");
    assertEquals(await page.getByRole("alert").count(), 0);
  });
});

/** Responses with different failures. Those with the same text share an alert. */
function different(): () => Response {
  let count = 0;
  return () => error(409, `Failure ${++count}`)();
}

const TWO = `<button id="a">A</button><button id="b">B</button><dialog id="d"><button id="c">C</button></dialog>`;

/** Makes a call fail in a separate lane, and waits for its message. */
async function fail(page: Page, key: string): Promise<void> {
  await page.evaluate((key) => {
    const sourceEl = document.querySelector(`#${key}`);
    return action("save", {}, { key, sourceEl }).catch(() => {});
  }, key);
}

Deno.test("alerts of several failures are stacked, each with its own buttons", async () => {
  await withPage(failing(different(), { body: TWO }).served, async ({ page }) => {
    await page.goto("/");
    for (const key of ["a", "b"]) await fail(page, key);
    assertEquals(await page.getByRole("alert").locator("p").allTextContents(), ["Failure 1", "Failure 2"]);
    await page.getByRole("alert").first().getByRole("button", { name: "Close" }).click();
    assertEquals(await page.evaluate(() => document.activeElement?.id), "a");
    await page.getByRole("alert").getByRole("button", { name: "Close" }).click();
    assertEquals(await page.evaluate(() => document.activeElement?.id), "b");
    // Their container is removed as well.
    assertEquals(await page.locator("[popover]").count(), 0);
  });
});

Deno.test("alerts that do not fit on the screen can be scrolled to", async () => {
  await withPage(failing(different()).served, async ({ page }) => {
    await page.goto("/");
    await page.setViewportSize({ width: 400, height: 300 });
    for (const key of ["a", "b", "c", "d", "e", "f"]) await fail(page, key);
    await page.getByRole("alert").first().getByRole("button", { name: "Close" }).click();
    await page.getByRole("alert").last().getByRole("button", { name: "Close" }).click();
    assertEquals(await page.getByRole("alert").count(), 4);
  });
});

Deno.test("an alert restores the focus to where it was if the failed call has no focusable element", async () => {
  const body = `<form data-hyper-form="save"><input aria-label="Title"></form>`;
  await withPage(failing(error(500, ""), { body }).served, async ({ page }) => {
    await page.goto("/");
    await page.getByLabel("Title").fill("Milk");
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "Close" }).click();
    assertEquals(await page.evaluate(() => document.activeElement?.ariaLabel), "Title");
  });
});

Deno.test("an alert can be used while a modal dialog is open", async () => {
  await withPage(failing(different(), { body: TWO }).served, async ({ page }) => {
    await page.goto("/");
    await fail(page, "a");
    await page.evaluate(() => document.querySelector("dialog")?.showModal());
    await fail(page, "c");
    assertEquals(await page.getByRole("alert").count(), 2);
    for (const _ of "ac") await page.getByRole("button", { name: "Close" }).first().click();
    assertEquals(await page.getByRole("alert").count(), 0);
  });
});

const REFRESH = ["patch_html", { target: "body", swap: "morph", content: `<body>${BUTTON}<p>new</p></body>` }] as const;

for (
  const [name, region] of [["of its own", ""], ["of the page", `<div data-hyper-toasts role="status"></div>`]] as const
) {
  Deno.test(`a toast in a region ${name} is announced although the page is morphed before, meanwhile and after`, async () => {
    const refresh = ["patch_html", { ...REFRESH[1], content: `<body>${region}<p>new</p></body>` }] as const;
    const actions = {
      save: () => sse([["toast", { value: "Saved" }], refresh, END]),
      again: () => sse([refresh, END]),
    };
    await withPage(app({ body: region, actions }), async ({ page }) => {
      await page.goto("/");
      await page.evaluate(() => action("save"));
      await page.getByRole("status").getByText("Saved").waitFor();
      await page.evaluate(() => action("again"));
      assertEquals(await page.getByRole("status").getByText("Saved").count(), 1);
    });
  });
}

Deno.test("an alert is kept when the page is morphed, and removed with the page", async () => {
  const { served } = failing(error(500, ""));
  const both: Deno.ServeHandler = (request, info) =>
    request.headers.get("x-hyper-action") === "refresh" ? sse([REFRESH, END]) : served(request, info);
  await withPage(both, async ({ page }) => {
    await page.goto("/");
    await fail(page, "a");
    await page.evaluate(() => action("refresh"));
    await page.getByText("new").waitFor();
    await page.getByRole("alert").getByRole("button", { name: "Try again" }).click();
    await page.getByRole("alert").waitFor();
    await page.evaluate(() => Hyper.navigate("/other"));
    assertEquals(await page.getByRole("alert").count(), 0);
  });
});

Deno.test("failures with the same text share an alert, which tries all of them again", async () => {
  const { served, ids, mend } = failing(error(500, ""), { body: TWO });
  await withPage(served, async ({ page, events }) => {
    await page.goto("/");
    for (const key of ["a", "b"]) await fail(page, key);
    assertEquals(await page.getByRole("alert").count(), 1);
    mend();
    await page.getByRole("button", { name: "Try again" }).click();
    for (const _ of "ab") await events.next("hyper:requestSuccess");
    assertEquals([ids.length, new Set(ids).size, await page.getByRole("alert").count()], [4, 2, 0]);
  });
});

for (
  const [status, canHelp] of [
    [400, false],
    [401, false],
    [403, false],
    [404, false],
    [408, true],
    [409, false],
    [413, false],
    [425, true],
    [429, true],
    [500, true],
    [503, true],
  ] as const
) {
  Deno.test(`the alert of status ${status} has ${canHelp ? "a" : "no"} button that tries again`, async () => {
    await withPage(failing(error(status, "No")).served, async ({ page }) => {
      await page.goto("/");
      await page.getByRole("button", { name: "Save" }).click();
      await page.getByRole("alert").getByRole("button", { name: "Close" }).waitFor();
      assertEquals(await page.getByRole("button", { name: "Try again" }).count(), canHelp ? 1 : 0);
    });
  });
}

Deno.test("Escape closes alerts and leaves the dialog open; their buttons are described and first in the tab order", async () => {
  await withPage(failing(different(), { body: TWO }).served, async ({ page }) => {
    await page.goto("/");
    await page.evaluate(() => document.querySelector("dialog")?.showModal());
    for (const key of ["a", "b"]) await fail(page, key);
    const descriptions = await page.getByRole("button", { name: "Close" }).evaluateAll((buttons) =>
      buttons.map((button) => button.ariaDescription)
    );
    assertEquals(descriptions, ["Failure 1", "Failure 2"]);
    await page.keyboard.press("Escape");
    assertEquals(await page.getByRole("alert").count(), 0);
    assertEquals(await page.locator("dialog").evaluate((dialog: HTMLDialogElement) => dialog.open), true);
  });
});

Deno.test("Escape that the page has used, as for a menu, leaves an alert open", async () => {
  await withPage(failing(error(409, "Denied")).served, async ({ page }) => {
    await page.goto("/");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByRole("alert").waitFor();
    await page.evaluate(() => document.addEventListener("keydown", (event) => event.preventDefault(), { once: true }));
    await page.keyboard.press("Escape");
    assertEquals(await page.getByRole("alert").count(), 1);
    await page.keyboard.press("Escape");
    assertEquals(await page.getByRole("alert").count(), 0);
  });
});

Deno.test("the button of an alert with Retry-After stays disabled while another alert is shown", async () => {
  const actions = {
    late: () =>
      sse([["error", { status: 429, message: "Later" }], END], { status: 429, headers: { "retry-after": "30" } }),
    broken: () => sse([["error", { status: 503 }], END], { status: 503 }),
  };
  await withPage(app({ actions }), async ({ page }) => {
    await page.goto("/");
    await page.evaluate(async () => {
      for (const name of ["broken", "late", "broken"]) await globalThis.action(name, {}, { key: name });
    });
    const button = (text: string) =>
      page.getByRole("alert").filter({ hasText: text }).getByRole("button", { name: "Try again" });
    assertEquals([await button("Later").isDisabled(), await button("Something").isDisabled()], [true, false]);
  });
});

Deno.test("the alert of a lost connection is removed when the server answers another call, or the network is back", async () => {
  const actions = { save: () => sse([]), other: () => sse([END]) };
  await withPage(app({ body: TWO, actions }), async ({ page, context, events }) => {
    await page.goto("/");
    await fail(page, "a");
    assertEquals(await page.getByRole("alert").count(), 1);
    await page.evaluate(() => action("other"));
    assertEquals(await page.getByRole("alert").count(), 0);
    await fail(page, "a");
    await context.setOffline(true);
    await events.next("hyper:network:offline");
    await context.setOffline(false);
    await events.next("hyper:network:online");
    assertEquals(await page.getByRole("alert").count(), 0);
  });
});

Deno.test("an alert covers no control at a width of 320 px, under a strict policy", async () => {
  const inputs = Array.from({ length: 30 }, (_, index) => `<p><input aria-label="${index}"></p>`).join("");
  const headers = { "content-security-policy": "default-src 'self'; style-src 'self'; base-uri 'none'" };
  const served = failing(error(500, ""), { body: BUTTON + inputs, headers }).served;
  await withPage(served, async ({ page }) => {
    await page.goto("/");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByRole("alert").waitFor();
    await page.evaluate(() => scrollTo(0, document.documentElement.scrollHeight));
    const isFree = await page.getByLabel("29").evaluate((input) => {
      const { top, bottom, left } = input.getBoundingClientRect();
      return document.elementFromPoint(left + 2, (top + bottom) / 2) === input;
    });
    assertEquals(isFree, true);
    const { right, width } = (await page.locator("[data-hyper-alerts]").evaluate((list) =>
      list.getBoundingClientRect()
    ))!;
    assertEquals([right <= 320, width > 300], [true, true]);
  }, { viewport: { width: 320, height: 568 } });
});

const RETRY: readonly [name: string, status: number, retryAfter: () => string][] = [
  ["seconds", 429, () => "30"],
  ["a date", 503, () => new Date(Date.now() + 30_000).toUTCString()],
  ["seconds, with a status for which trying again does not help otherwise", 409, () => "30"],
];

for (const [name, status, retryAfter] of RETRY) {
  Deno.test(`the button that tries again is disabled until the time of Retry-After: ${name}`, async () => {
    const headers = () => ({ "retry-after": retryAfter() });
    const answer = () => sse([["error", { status, message: "Later" }], END], { status, headers: headers() });
    const { served, ids, mend } = failing(answer);
    await withPage(served, async ({ page, events }) => {
      await page.clock.install();
      await page.goto("/");
      await page.getByRole("button", { name: "Save" }).click();
      const button = page.getByRole("button", { name: "Try again" });
      await button.waitFor();
      await page.clock.runFor(27_000);
      assertEquals(await button.isDisabled(), true);
      await page.clock.runFor(4_000);
      assertEquals(await button.isDisabled(), false);
      mend();
      await button.click();
      await events.next("hyper:requestSuccess");
      assertEquals([ids.length, await page.getByRole("alert").count()], [2, 0]);
    });
  });
}

/** Returns `true` if a button is above everything else, and can be pressed. */
const isOnTop = (page: Page, name: string): Promise<boolean> =>
  page.getByRole("button", { name }).evaluate((button) => {
    const { x, y, width, height } = button.getBoundingClientRect();
    return document.elementFromPoint(x + width / 2, y + height / 2) === button;
  });

/** Waits until the button is above everything else, or fails. */
async function assertOnTop(page: Page, name: string): Promise<void> {
  const end = Date.now() + 5_000;
  while (!await isOnTop(page, name)) {
    if (Date.now() > end) throw new Error(`Cannot press the button "${name}": something is above it`);
  }
}

const COVER = `style="position:fixed;inset:0;width:100%;height:100%;max-width:100%;max-height:100%;border:0"`;
const LAYERS = `${BUTTON}<dialog id="d" ${COVER}><dialog id="inner" ${COVER}></dialog></dialog>
  <div id="pop" popover ${COVER}>Popover</div>`;
const REMOVED = ["patch_html", { target: "#d", swap: "delete" }] as const;

const button = "Close";

for (const kind of ["failure", "toast"] as const) {
  Deno.test(`a ${kind} stays above dialogs and popovers that open after it, close and are removed`, async () => {
    const save = kind === "failure" ? error(409, "No") : () => sse([["toast", { value: "Yes", duration: 0 }], END]);
    const actions = { save, remove: () => sse([REMOVED, END]) };
    await withPage(app({ body: LAYERS, actions }), async ({ page }) => {
      await page.goto("/");
      await page.getByRole("button", { name: "Save" }).click();
      await assertOnTop(page, button);
      const dialog = (id: string, method: "showModal" | "close") =>
        page.evaluate(
          ([id, method]) => document.querySelector<HTMLDialogElement>(`#${id}`)?.[method](),
          [
            id,
            method,
          ] as const,
        );
      if (kind === "failure") {
        await page.evaluate(() => document.querySelector<HTMLElement>("#pop")?.showPopover());
        await assertOnTop(page, button);
        await page.evaluate(() => document.querySelector<HTMLElement>("#pop")?.hidePopover());
      }
      await dialog("d", "showModal");
      await assertOnTop(page, button);
      await dialog("inner", "showModal");
      await assertOnTop(page, button);
      await dialog("inner", "close");
      await assertOnTop(page, button);
      await dialog("d", "close");
      await assertOnTop(page, button);
      await dialog("d", "showModal");
      await page.evaluate(() => action("remove"));
      await assertOnTop(page, button);
    });
  });
}

Deno.test("an alert that has ended does not come back with the next one, although a script has removed the dialog it was in", async () => {
  const answers = [error(409, "First"), () => sse([END]), error(409, "Second")];
  const body = `${BUTTON}<dialog id="d"></dialog>`;
  await withPage(app({ body, actions: { save: () => answers.shift()!() } }), async ({ page }) => {
    await page.goto("/");
    // An error of the action rejects the call.
    const save = () => page.evaluate(() => action("save").catch(() => {}));
    await page.evaluate(() => document.querySelector("dialog")?.showModal());
    await save();
    await page.getByRole("dialog").getByText("First").waitFor();
    await page.evaluate(() => document.querySelector("dialog")?.remove());
    await save();
    await save();
    await page.getByText("Second").waitFor();
    assertEquals(await page.getByText("First").count(), 0);
  });
});

Deno.test("a toast that comes while a modal dialog is open is shown in it, in a region with the class of that of the page", async () => {
  const body = `${TWO}<div data-hyper-toasts class="mine" role="status"></div>`;
  const actions = { save: () => sse([["toast", { value: "Yes", duration: 0 }], END]) };
  await withPage(app({ body, actions }), async ({ page }) => {
    await page.goto("/");
    await page.evaluate(() => document.querySelector("dialog")?.showModal());
    await page.evaluate(() => action("save"));
    await page.locator("dialog > .mine[role=status]").getByText("Yes").waitFor();
    await page.evaluate(() => document.querySelector("dialog")?.close());
    await page.locator("body > .mine").getByText("Yes").waitFor();
    assertEquals(await page.locator("[data-hyper-toast]").count(), 1);
  });
});
