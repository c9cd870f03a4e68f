/** Layers: pages over the page, with and without scripts. */
import { assertEquals } from "@std/assert";
import type { Page } from "playwright-core";
import { type PageOptions, untilPreloaded, type Visit, withPage } from "../support/browser.ts";
import { inspect } from "../support/example.ts";
import { type Desk, desk } from "./layers_app.tsx";
import type {} from "../../client.ts";

/** Opens the list of a new application. */
function deskTest(
  name: string,
  visit: (visit: Visit, app: Desk) => Promise<void>,
  options: PageOptions & { readonly more?: () => object | null } = {},
) {
  Deno.test(name, async () => {
    const app = desk(options.more);
    try {
      await withPage(app.handler, async (it) => {
        await it.page.goto("/");
        if (options.javaScriptEnabled !== false) await it.page.waitForLoadState("load");
        await visit(it, app);
      }, options);
    } finally {
      await app.handler.close();
    }
  });
}

const pathOf = (page: Page) => new URL(page.url()).pathname + new URL(page.url()).search;
const focusedText = (page: Page) => page.evaluate(() => document.activeElement?.textContent);
const layer = (page: Page, name: string) => page.getByRole("dialog", { name });

deskTest(
  "hyper-layer shows a page in a dialog, without its layouts; Back closes it, Forward opens it",
  async ({ page }, app) => {
    const layouts = app.state.layouts;
    await page.getByRole("link", { name: "New ticket" }).click();
    const dialog = layer(page, "New ticket");
    await dialog.waitFor();
    assertEquals(await dialog.getByText("Desk of all tickets").count(), 0);
    assertEquals([pathOf(page), await page.title(), await focusedText(page)], ["/new", "New ticket", "New ticket"]);
    assertEquals(app.state.layouts, layouts);
    await page.goBack();
    await dialog.waitFor({ state: "detached" });
    assertEquals([pathOf(page), await page.title(), await focusedText(page)], ["/", "Desk", "New ticket"]);
    assertEquals(await page.evaluate(() => document.activeElement?.id), "new");
    await page.goForward();
    await dialog.waitFor();
    assertEquals(pathOf(page), "/new");
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
    await page.waitForURL("/");
    assertEquals(await page.evaluate(() => document.activeElement?.id), "new");
  },
);

deskTest(
  "close() closes the layer: the opener gets an event, its action the value, and the page shows what has changed",
  async ({ page, events }, app) => {
    await page.getByRole("link", { name: "New ticket" }).click();
    const dialog = layer(page, "New ticket");
    await dialog.getByLabel("Title").first().fill("Scanner");
    await dialog.getByRole("button", { name: "Submit" }).first().click();
    await dialog.waitFor({ state: "detached" });
    const { detail } = await events.next("hyper:layer:close");
    assertEquals([detail.ok, detail.value], [true, 1]);
    await page.locator("#list", { hasText: "Scanner" }).waitFor();
    await page.getByText("Picked 1").waitFor();
    await page.getByText("Created").waitFor();
    assertEquals([app.state.picked, pathOf(page)], [1, "/"]);
    assertEquals(await page.evaluate(() => document.activeElement?.id), "new");
  },
);

deskTest("an invalid form is shown in the layer, which stays", async ({ page }, app) => {
  await page.getByRole("link", { name: "New ticket" }).click();
  const dialog = layer(page, "New ticket");
  const title = dialog.getByLabel("Title").first();
  await title.fill(" ");
  await dialog.getByRole("button", { name: "Submit" }).first().click();
  await dialog.locator("[aria-invalid]").waitFor();
  assertEquals(app.state.tickets, ["Printer"]);
  assertEquals(await page.evaluate(() => document.activeElement?.getAttribute("name")), "title");
  assertEquals(await page.locator("[aria-invalid]").count(), 1);
});

deskTest("layers are nested; Back closes one after the other, and the focus returns", async ({ page }) => {
  await page.getByRole("link", { name: "New ticket" }).click();
  await layer(page, "New ticket").getByRole("link", { name: "Help" }).click();
  await layer(page, "Help").waitFor();
  assertEquals([pathOf(page), await focusedText(page)], ["/help", "Help"]);
  await page.goBack();
  await layer(page, "Help").waitFor({ state: "detached" });
  assertEquals([pathOf(page), await page.evaluate(() => document.activeElement?.id)], ["/new", "help"]);
  await page.keyboard.press("Escape");
  await layer(page, "New ticket").waitFor({ state: "detached" });
  await page.waitForURL("/");
  assertEquals(await page.evaluate(() => document.activeElement?.id), "new");
});

deskTest("Escape and the close button close a layer, unless hyper-layer-closedby forbids it", async ({ page }) => {
  await page.getByRole("link", { name: "New ticket" }).click();
  await layer(page, "New ticket").getByRole("button", { name: "Close" }).click();
  await layer(page, "New ticket").waitFor({ state: "detached" });
  await page.evaluate(() => document.querySelector("#plain")!.setAttribute("hyper-layer-closedby", "none"));
  await page.getByRole("link", { name: "Plain help" }).click();
  await layer(page, "Help").waitFor();
  await page.keyboard.press("Escape");
  await page.keyboard.press("Escape");
  assertEquals(await layer(page, "Help").isVisible(), true);
  await page.getByRole("button", { name: "Close" }).click();
  await layer(page, "Help").waitFor({ state: "detached" });
});

deskTest(
  "a drawer is at the end of the window and as high as it; hyper-layer-size changes the width of a modal",
  async ({ page }) => {
    const boxOf = async () => {
      const box = await page.getByRole("dialog").evaluate((dialog) => {
        // Not while it moves in.
        dialog.getAnimations().forEach((animation) => animation.finish());
        const { left, right, width, height } = dialog.getBoundingClientRect();
        return { left, right: document.documentElement.clientWidth - right, width, height };
      });
      await page.keyboard.press("Escape");
      await page.getByRole("dialog").waitFor({ state: "detached" });
      await page.waitForURL("/");
      return box;
    };
    await page.locator("#open-0").click();
    await layer(page, "Ticket 0").waitFor();
    const drawer = await boxOf();
    assertEquals([drawer.right, drawer.height, drawer.left > 0], [0, page.viewportSize()!.height, true]);
    const widths: number[] = [];
    for (const size of ["small", "", "large", "full"]) {
      await page.evaluate((size) => document.querySelector("#new")!.setAttribute("hyper-layer-size", size), size);
      await page.getByRole("link", { name: "New ticket" }).click();
      await layer(page, "New ticket").waitFor();
      widths.push((await boxOf()).width);
    }
    assertEquals([new Set(widths).size, widths], [4, widths.toSorted((a, b) => a - b)]);
  },
);

for (const browser of ["knows", "lacks"]) {
  deskTest(`a click outside closes a layer with closedby "any" in a browser that ${browser} it`, async ({ page }) => {
    if (browser === "lacks") {
      await page.evaluate(() => Reflect.deleteProperty(HTMLDialogElement.prototype, "closedBy"));
    }
    await page.getByRole("link", { name: "Any help" }).click();
    await layer(page, "Help").getByText("Help").click();
    assertEquals(await page.getByRole("dialog").getAttribute("closedby"), browser === "knows" ? "any" : null);
    await page.mouse.click(5, 5);
    await layer(page, "Help").waitFor({ state: "detached" });
    await page.waitForURL("/");
  });
}

deskTest("a click outside closes a drawer, and leaves a modal open with what was typed", async ({ page }) => {
  await page.locator("#open-0").click();
  await layer(page, "Ticket 0").waitFor();
  await page.mouse.click(5, 5);
  await layer(page, "Ticket 0").waitFor({ state: "detached" });
  await page.waitForURL("/");
  await page.getByRole("link", { name: "New ticket" }).click();
  const title = layer(page, "New ticket").getByLabel("Title").first();
  await title.fill("Scan");
  await page.mouse.click(5, 5);
  await title.press("End");
  await title.pressSequentially("ner");
  assertEquals([await title.inputValue(), await page.getByRole("dialog").count()], ["Scanner", 1]);
});

deskTest("a popover leaves the page usable; Escape, a click elsewhere and its opener close it", async ({ page }) => {
  const pop = page.locator("#pop");
  const shown = layer(page, "Help");
  await pop.click();
  await shown.waitFor();
  assertEquals([pathOf(page), await focusedText(page)], ["/", "Help"]);
  await page.keyboard.press("Escape");
  await shown.waitFor({ state: "detached" });
  assertEquals(await page.evaluate(() => document.activeElement?.id), "pop");
  await page.keyboard.press("Enter");
  await shown.waitFor();
  await pop.click();
  await shown.waitFor({ state: "detached" });
  await pop.click();
  await shown.waitFor();
  await page.getByText("The list").click();
  await shown.waitFor({ state: "detached" });
});

deskTest("a layer without a history entry leaves the address; Back leaves the page", async ({ page }) => {
  await page.getByRole("link", { name: "Other" }).click();
  await page.getByRole("heading", { name: "Other page" }).waitFor();
  await page.goBack();
  await page.getByRole("link", { name: "Plain help" }).click();
  await layer(page, "Help").waitFor();
  assertEquals([pathOf(page), await page.title()], ["/", "Desk"]);
  await page.keyboard.press("Escape");
  await layer(page, "Help").waitFor({ state: "detached" });
  assertEquals(pathOf(page), "/");
});

deskTest("of two elements with the same id, labels and targets of a layer find the one in it", async ({ page }) => {
  await page.evaluate(() => {
    document.querySelector("main")!.insertAdjacentHTML("beforeend", `<input id="f-create-ticket-title" value="page">`);
  });
  await page.getByRole("link", { name: "New ticket" }).click();
  const dialog = layer(page, "New ticket");
  await dialog.getByText("Title").first().click();
  await page.keyboard.type("Mouse");
  assertEquals(await dialog.locator("#f-create-ticket-title").inputValue(), "Mouse");
  assertEquals(await page.locator("main > #f-create-ticket-title").last().inputValue(), "page");
});

deskTest("a patch of the page finds the element of the page, not that of the layer", async ({ page }) => {
  await page.getByRole("link", { name: "New ticket" }).click();
  await layer(page, "New ticket").waitFor();
  // A call of the page, such as that of a stream.
  await page.evaluate(() => globalThis.action("place"));
  await page.locator("#place", { hasText: "Patched" }).waitFor({ state: "attached" });
  assertEquals(await page.locator("dialog #place").textContent(), "The form");
});

deskTest("a redirect is followed in the layer, in its history entry; Back still closes it", async ({ page }) => {
  await page.getByRole("link", { name: "New ticket" }).click();
  const form = layer(page, "New ticket").locator("#move");
  await form.getByLabel("Title").fill("x");
  await form.getByRole("button").click();
  const ticket = layer(page, "Ticket 0");
  await ticket.waitFor();
  assertEquals([pathOf(page), await ticket.locator("#query").textContent()], ["/tickets/0?to=x", "?to=x"]);
  assertEquals(await ticket.getByText("Around the ticket").count(), 0);
  await ticket.getByRole("link", { name: "Next" }).click();
  await layer(page, "Ticket 1").waitFor();
  assertEquals([pathOf(page), await page.getByRole("dialog").count()], ["/tickets/1", 1]);
  await page.goBack();
  await page.getByRole("dialog").waitFor({ state: "detached" });
  assertEquals(pathOf(page), "/");
});

deskTest("a redirect to the page under the layer closes it, and shows that page again", async ({ page, events }) => {
  await page.getByRole("link", { name: "New ticket" }).click();
  await layer(page, "New ticket").getByRole("button", { name: "Leave" }).click();
  await page.getByRole("dialog").waitFor({ state: "detached" });
  await page.locator("#list", { hasText: "Left" }).waitFor();
  assertEquals([pathOf(page), (await events.next("hyper:layer:close")).detail.ok], ["/?left", false]);
});

deskTest("a link to the page under the layer closes it", async ({ page }) => {
  await page.getByRole("link", { name: "New ticket" }).click();
  await layer(page, "New ticket").getByRole("link", { name: "Cancel" }).click();
  await page.getByRole("dialog").waitFor({ state: "detached" });
  await page.waitForURL("/");
  await page.getByRole("heading", { name: "Tickets" }).waitFor();
});

deskTest("a layer with unsaved changes asks before it is closed, also by Back", async ({ page }) => {
  await page.getByRole("link", { name: "New ticket" }).click();
  const dialog = layer(page, "New ticket");
  const title = dialog.getByLabel("Title").first();
  await title.fill("Mouse");
  // The first input loads the part that observes unsaved forms.
  await untilPreloaded(page, ["extras"]);
  let answer = false;
  page.on("dialog", (shown) => void (answer ? shown.accept() : shown.dismiss()));
  /** Does something, waits until the user is asked, and until the layer is there again. */
  const stay = async (leave: () => Promise<unknown>) => {
    const [shown] = await Promise.all([page.waitForEvent("dialog"), leave()]);
    assertEquals(shown.type(), "confirm");
    await dialog.waitFor();
  };
  await stay(() => page.keyboard.press("Escape"));
  // The second time, the browser closes the dialog whatever the page does.
  await stay(() => page.keyboard.press("Escape"));
  await stay(() => page.evaluate(() => history.back()));
  await page.waitForURL("/new");
  assertEquals(await title.inputValue(), "Mouse");
  answer = true;
  await page.goBack();
  await dialog.waitFor({ state: "detached" });
  assertEquals(pathOf(page), "/");
});

for (
  const [name, heading] of [["Denied", "permission"], ["Missing", "not"], [
    "Broken",
    "Something went wrong",
  ]] as const
) {
  deskTest(`the page of a failure is shown in the layer: ${name}`, async ({ page }) => {
    await page.getByRole("link", { name }).click();
    const dialog = page.getByRole("dialog");
    await dialog.waitFor();
    assertEquals((await dialog.getByRole("heading").textContent())?.includes(heading), true);
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
  });
}

deskTest("what is not a page of this server is loaded by the browser", async ({ page }) => {
  await page.getByRole("link", { name: "File" }).click();
  await page.waitForURL("/file");
  assertEquals(await page.locator("body").textContent(), "plain text");
});

deskTest("a GET form opens a layer with what is entered", async ({ page }) => {
  await page.getByLabel("Find").fill("ink");
  await page.getByRole("button", { name: "Find" }).click();
  await layer(page, "Ticket 0").locator("#query", { hasText: "?q=ink" }).waitFor();
  assertEquals(pathOf(page), "/tickets/0?q=ink");
});

deskTest(
  "a layer that a region has opened stays while the region and the page are patched; the focus finds the new opener",
  async ({ page }, app) => {
    await page.locator("#open-0").click();
    const ticket = layer(page, "Ticket 0");
    await ticket.waitFor();
    app.state.tickets.push("Monitor");
    await app.handler.changed("tickets");
    await page.locator("#list", { hasText: "Monitor" }).waitFor({ state: "attached" });
    await page.evaluate(() => globalThis.action("redraw"));
    assertEquals(await ticket.isVisible(), true);
    await page.evaluate(() => {
      const old = document.querySelector("#open-0")!;
      old.replaceWith(old.cloneNode(true));
    });
    await page.keyboard.press("Escape");
    await ticket.waitFor({ state: "detached" });
    assertEquals(await page.evaluate(() => document.activeElement?.id), "open-0");
  },
);

deskTest(
  "a layer over a layer is closed with a value after a patch has removed its opener: the layer below gets the patch of its action",
  async ({ page, events }, app) => {
    await page.getByRole("link", { name: "New ticket" }).click();
    const below = layer(page, "New ticket");
    await below.getByRole("link", { name: "Over it" }).click();
    const dialog = page.getByRole("dialog").first();
    await dialog.getByRole("button", { name: "Slow finish" }).waitFor();
    await page.evaluate(() => [...document.querySelectorAll("#over")].at(-1)!.remove());
    await dialog.getByRole("button", { name: "Slow finish" }).click();
    await page.getByText("Picked 7").waitFor();
    const { detail } = await events.next("hyper:layer:close");
    assertEquals([detail.ok, detail.value, app.state.picked], [true, 7, 7]);
    assertEquals([await page.getByRole("dialog").count(), pathOf(page)], [1, "/new"]);
    // It has the same target as the page below both.
    await page.locator("dialog #place", { hasText: "Value 7" }).waitFor();
    assertEquals(await page.locator("main > #place").last().textContent(), "The list");
    assertEquals(
      await page.evaluate(() => document.activeElement?.closest("dialog")?.getAttribute("aria-label")),
      "New ticket",
    );
  },
);

deskTest("a navigation of the page closes its layers", async ({ page }) => {
  await page.getByRole("link", { name: "New ticket" }).click();
  await layer(page, "New ticket").waitFor();
  await page.evaluate(() => Hyper.navigate("/other"));
  await page.getByRole("heading", { name: "Other page" }).waitFor();
  assertEquals([await page.getByRole("dialog").count(), pathOf(page)], [0, "/other"]);
  await page.goBack();
  // The entry of the layer: it shows its page as the page that it is, as after a reload.
  await page.getByText("Desk of all tickets").waitFor();
  await page.getByRole("heading", { name: "New ticket" }).waitFor();
  assertEquals([await page.getByRole("dialog").count(), pathOf(page)], [0, "/new"]);
});

deskTest(
  "a reload shows the page of the layer as the page that it is; Back leads to the page that was under it",
  async ({ page }) => {
    await page.getByRole("link", { name: "New ticket" }).click();
    await layer(page, "New ticket").waitFor();
    await page.reload();
    await page.getByText("Desk of all tickets").waitFor();
    assertEquals([await page.getByRole("dialog").count(), pathOf(page)], [0, "/new"]);
    await page.goBack();
    await page.getByRole("heading", { name: "Tickets" }).waitFor();
    await page.goForward();
    await layer(page, "New ticket").waitFor();
  },
);

deskTest("hyper-layer-region renews a region of the page when the server has closed the layer", async ({ page }) => {
  const before = await page.locator("#clock").textContent();
  await page.getByRole("link", { name: "With clock" }).click();
  const dialog = layer(page, "New ticket");
  await dialog.getByLabel("Title").first().fill("Scanner");
  await dialog.getByRole("button", { name: "Submit" }).first().click();
  await dialog.waitFor({ state: "detached" });
  await page.waitForFunction((old) => document.querySelector("#clock")?.textContent !== old, before);
});

deskTest("in hyper-off, hyper-layer is an ordinary link", async ({ page }) => {
  await page.getByRole("link", { name: "User link" }).click();
  await page.waitForURL("/help");
  assertEquals(await page.getByRole("dialog").count(), 0);
}, {
  more: () => (
    <p hyper-off>
      <a href="/help" hyper-layer>User link</a>
    </p>
  ),
});

deskTest(
  "when the network fails, the page shows it and can try again; the message is gone when the network is back",
  async ({ page, context }) => {
    await page.waitForFunction(() =>
      performance.getEntriesByType("resource").some(({ name }) => name.includes("/_hyper/layers-"))
    );
    await context.setOffline(true);
    await page.getByRole("link", { name: "New ticket" }).click();
    const retry = page.getByRole("button", { name: "Try again" });
    await retry.waitFor();
    await context.setOffline(false);
    await retry.waitFor({ state: "detached" });
    await page.getByRole("link", { name: "New ticket" }).click();
    await layer(page, "New ticket").waitFor();
  },
  { expectErrors: [/ERR_INTERNET_DISCONNECTED/] },
);

deskTest("without scripts, the pages of layers are pages, and close() leads to its page", async ({ page }) => {
  await page.getByRole("link", { name: "New ticket" }).click();
  await page.getByText("Desk of all tickets").waitFor();
  await page.getByLabel("Title").first().fill("Scanner");
  await page.getByRole("button", { name: "Submit" }).first().click();
  await page.getByText("Created").waitFor();
  assertEquals([pathOf(page), await page.locator("#list li").count()], ["/", 2]);
}, { javaScriptEnabled: false });

for (const colorScheme of ["light", "dark"] as const) {
  deskTest(`axe finds nothing in a layer, ${colorScheme}`, async ({ page }) => {
    await page.getByRole("link", { name: "New ticket" }).click();
    await layer(page, "New ticket").waitFor();
    await inspect(page, "a modal");
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await page.locator("#pop").click();
    await layer(page, "Help").waitFor();
    await inspect(page, "a popover");
  }, { colorScheme });
}

deskTest(
  "regions of a layer have its address: its own calls and those of others renew them; its streams end with it",
  async ({ page }, app) => {
    const ended = Promise.withResolvers<void>();
    app.state.onStreamEnd = () => ended.resolve();
    await page.getByRole("link", { name: "Live" }).click();
    const dialog = layer(page, "Live ticket");
    await dialog.getByText("?a 0").waitFor();
    await dialog.getByText("Watching").waitFor();
    await dialog.getByRole("button", { name: "Add a note" }).click();
    await dialog.getByText("?a 1").waitFor();
    app.state.notes = 5;
    // The stream of the page may not have the regions of the layer yet: until then a change is not seen.
    const seen = dialog.getByText("?a 5").waitFor();
    const timer = setInterval(() => app.handler.changed("notes:?a"), 200);
    await seen.finally(() => clearInterval(timer));
    assertEquals(await page.getByText("The list").count(), 1);
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
    await ended.promise;
  },
);

deskTest(
  "on a slow line, a layer shows at once that its page is loaded; a second click opens nothing else",
  async ({ page }, app) => {
    await untilPreloaded(page, ["layers"]);
    const gate = Promise.withResolvers<void>();
    app.state.gate = gate.promise;
    let pages = 0;
    page.on("request", (request) => void (pages += Number(request.url().endsWith("/slow"))));
    // Both clicks before the dialog is there, however slow the machine is.
    await page.locator("#slow").evaluate((link: HTMLElement) => [link.click(), link.click()]);
    const waiting = layer(page, "Slow");
    await waiting.getByRole("status").getByText("Loading…").waitFor();
    assertEquals(await waiting.locator(".hyper-layer-content").getAttribute("aria-busy"), "true");
    assertEquals(pathOf(page), "/");
    gate.resolve();
    await layer(page, "Slow page").waitFor();
    assertEquals([pathOf(page), await focusedText(page), await page.getByRole("dialog").count()], [
      "/slow",
      "Slow page",
      1,
    ]);
    assertEquals([await page.locator("[aria-busy=true]").count(), pages], [0, 1]);
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    assertEquals(await page.evaluate(() => document.activeElement?.id), "slow");
  },
);

for (const id of ["slow", "slow-pop"]) {
  deskTest(
    `Escape while the page of a layer is loaded opens nothing, and the focus is back: #${id}`,
    async ({ page }, app) => {
      await untilPreloaded(page, ["layers"]);
      const gate = Promise.withResolvers<void>();
      app.state.gate = gate.promise;
      await page.locator(`#${id}`).click();
      await page.getByRole("dialog").getByText("Loading…").waitFor();
      await page.keyboard.press("Escape");
      await page.getByRole("dialog").waitFor({ state: "detached" });
      gate.resolve();
      assertEquals([pathOf(page), await page.evaluate(() => document.activeElement?.id)], ["/", id]);
      await page.locator(`#${id}`).click();
      await layer(page, "Slow page").waitFor();
      assertEquals(await page.getByRole("dialog").count(), 1);
    },
  );
}

for (const answer of ["refresh", "patch", "redirect", "elsewhere", "finish", "error"]) {
  deskTest(
    `a post whose layer is closed before its answer runs, and does not change the page below as if it were its own: ${answer}`,
    async ({ page, events }, app) => {
      await page.getByRole("link", { name: "New ticket" }).click();
      const dialog = layer(page, "New ticket");
      const gate = Promise.withResolvers<void>();
      app.state.gate = gate.promise;
      await dialog.getByRole("button", { name: `Slow ${answer}` }).click();
      await page.keyboard.press("Escape");
      await dialog.waitFor({ state: "detached" });
      gate.resolve();
      while ((await events.next("hyper:afterRequest")).detail.action !== "slowly");
      if (answer === "error") await page.getByRole("alert").getByText("Not possible").waitFor();
      else if (answer === "redirect") {
        // The page below has been shown again.
        await page.locator("#list").getByText("Slow").waitFor();
      } else if (answer !== "elsewhere") await page.getByRole("status").getByText("Saved").waitFor();
      assertEquals(await page.locator("#place").textContent(), "The list");
      assertEquals([await page.locator("h1").textContent(), pathOf(page), app.state.picked], ["Tickets", "/", null]);
      assertEquals(app.state.tickets.at(-1), "Slow");
    },
  );
}

deskTest(
  "a redirect of a closed layer shows the page below again, at the address that it has",
  async ({ page }, app) => {
    await page.goto("/?q=1");
    await page.getByRole("link", { name: "New ticket" }).click();
    const dialog = layer(page, "New ticket");
    const gate = Promise.withResolvers<void>();
    app.state.gate = gate.promise;
    await dialog.getByRole("button", { name: "Slow redirect" }).click();
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
    await page.waitForURL("/?q=1");
    gate.resolve();
    await page.locator("#list").getByText("Slow").waitFor();
    assertEquals(pathOf(page), "/?q=1");
  },
);

deskTest("of an answer that closes its layer, the rest changes the page below", async ({ page }, app) => {
  await page.getByRole("link", { name: "New ticket" }).click();
  const dialog = layer(page, "New ticket");
  await dialog.getByRole("button", { name: "Slow finish" }).click();
  await dialog.waitFor({ state: "detached" });
  await page.getByText("Picked 7").waitFor();
  assertEquals(app.state.picked, 7);
});
