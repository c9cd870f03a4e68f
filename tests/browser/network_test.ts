import { assertEquals } from "@std/assert";
import type { Page } from "playwright-core";
import type * as networking from "../../src/client/page/network.ts";
import type * as indicators from "../../src/client/page/network_indicators.ts";
import { type Visit, withPage } from "../support/browser.ts";
import { bundleModules, modulePage } from "./module_page.ts";

// Globals of the page: the module, and the values that it provides to pages.
declare const lib: typeof networking & typeof indicators;
declare const network: networking.Network;
declare const following: AbortController;

const script = `${await bundleModules(
  "src/client/page/network.ts",
  "src/client/page/network_indicators.ts",
  "src/client/page/busy.ts",
)}
globalThis.network = lib.network;
globalThis.following = new AbortController();
lib.watchNetwork(following.signal);
lib.showIndicators(lib.showNetwork);`;

/** Defines a test on a page with this body. */
function onPage(name: string, body: string, test: (visit: Visit) => Promise<void>): void {
  Deno.test(name, async () => {
    await withPage(modulePage(script, body), async (visit) => {
      await visit.page.goto("/");
      await test(visit);
    });
  });
}

const state = (page: Page) => page.evaluate(() => [network.online, network.offline]);

onPage("network cannot be changed", "", async ({ page }) => {
  assertEquals(await page.evaluate(() => Object.isFrozen(network)), true);
});

onPage("network returns the state of the browser", "", async ({ page, context }) => {
  assertEquals(await state(page), [true, false]);
  await context.setOffline(true);
  assertEquals(await state(page), [false, true]);
  await context.setOffline(false);
  assertEquals(await state(page), [true, false]);
});

onPage("network dispatches events for each change, `change` first", "", async ({ page, context, events }) => {
  await context.setOffline(true);
  await context.setOffline(false);
  await events.next("hyper:network:online");
  assertEquals(events.all, [
    { type: "hyper:network:change", detail: { online: false, offline: true } },
    { type: "hyper:network:offline", detail: { online: false, offline: true } },
    { type: "hyper:network:change", detail: { online: true, offline: false } },
    { type: "hyper:network:online", detail: { online: true, offline: false } },
  ]);
  assertEquals(await page.evaluate(() => network.refresh()), true);
  assertEquals(events.all.length, 4);
});

onPage("refresh() reads the state of the browser, and dispatches events for a change", "", async ({ page, events }) => {
  const answers = await page.evaluate(() => {
    Object.defineProperty(navigator, "onLine", { value: false, configurable: true });
    return [network.refresh(), network.refresh(), network.offline];
  });
  assertEquals(answers, [false, false, true]);
  assertEquals(events.types, ["hyper:network:change", "hyper:network:offline"]);
});

onPage(
  "hyper-online and hyper-offline show and hide elements",
  `<p id="on" hyper-online>Online</p><p id="off" hyper-offline>Offline</p>`,
  async ({ page, context }) => {
    const seen = () => Promise.all(["#on", "#off"].map((selector) => page.locator(selector).isVisible()));
    assertEquals(await seen(), [true, false]);
    await context.setOffline(true);
    assertEquals(await seen(), [false, true]);
    await context.setOffline(false);
    assertEquals(await seen(), [true, false]);
  },
);

for (
  const [attribute, online, offline] of [
    ["hyper-online-class", "x a b", "x"],
    ["hyper-offline-class", "x", "x a b"],
    ["hyper-online-remove-class", "x", "x a b"],
    ["hyper-offline-remove-class", "x a b", "x"],
  ] as const
) {
  onPage(
    `${attribute} sets its classes and hides nothing`,
    `<p class="x" ${attribute}="a  b">Text</p>`,
    async ({ page, context }) => {
      const classes = () => page.locator("p").getAttribute("class");
      assertEquals(await classes(), online);
      await context.setOffline(true);
      assertEquals(await classes(), offline);
      assertEquals(await page.locator("p").isVisible(), true);
      await context.setOffline(false);
      assertEquals(await classes(), online);
    },
  );
}

onPage("showNetwork() updates new elements", "<div></div>", async ({ page }) => {
  const hidden = await page.evaluate(() => {
    document.body.innerHTML = `<p hyper-offline></p><div><p hyper-offline></p><p hyper-online hidden></p></div>`;
    document.querySelectorAll("body > *").forEach((element) => lib.showNetwork(element));
    return [...document.querySelectorAll("p")].map((element) => element.hidden);
  });
  assertEquals(hidden, [true, true, false]);
});

onPage("watchNetwork() stops when its signal is aborted", "", async ({ page, context, events }) => {
  await page.evaluate(() => following.abort());
  await context.setOffline(true);
  assertEquals(await page.evaluate(() => [navigator.onLine, network.online]), [false, true]);
  await context.setOffline(false);
  assertEquals(events.all, []);
});
