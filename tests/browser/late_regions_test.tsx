/** Regions that are loaded after their page, in real pages: with scripts, without, and after scripts were turned off. */
import { assertEquals } from "@std/assert";
import { action, createHandler, Form, refresh, region } from "../../mod.ts";
import { type Visit, withPage } from "../support/browser.ts";
import type {} from "../../client.ts";

/** A page with a region for each time, and one that is far below. */
function lateApp() {
  const renders: string[] = [];
  let count = 0;
  const Slow = region("slow", {
    depends: "slow",
    load: "lazy",
    fallback: () => <ul id="slow" aria-busy="true">Loading</ul>,
  }, () => {
    renders.push("slow");
    return <ul id="slow">slow {count}</ul>;
  });
  const Far = region("far", {
    depends: "far",
    load: "visible",
    fallback: () => <p id="far">Scroll</p>,
  }, () => {
    renders.push("far");
    return <p id="far">far {count}</p>;
  });
  const add = action("add", () => {
    count++;
    return refresh();
  });
  const Page = () => (
    <main>
      <Form action={add}>
        <button>Add</button>
      </Form>
      <Slow />
      <div style="height: 4000px" />
      <Far />
    </main>
  );
  const handler = createHandler({
    keys: ["k".repeat(32)],
    pages: [{ path: "/", load: () => Promise.resolve({ default: Page, Slow, Far, add }) }],
    heartbeatSeconds: 1,
  });
  return { handler, renders };
}

function lateTest(
  name: string,
  visit: (visit: Visit, app: ReturnType<typeof lateApp>) => Promise<void>,
  javaScriptEnabled = true,
) {
  Deno.test(name, async () => {
    const app = lateApp();
    try {
      await withPage(app.handler, (it) => visit(it, app), { javaScriptEnabled });
    } finally {
      await app.handler.close();
    }
  });
}

/** Opens the page, and opens it again when the server can know that scripts run. */
async function openTwice({ page, context }: Visit): Promise<void> {
  await page.goto("/");
  assertEquals(await page.locator("#slow").textContent(), "slow 0");
  await page.waitForFunction(() => document.cookie.includes("hyper_scripts=1"));
  assertEquals((await context.cookies()).map(({ name, expires }) => [name, expires]), [["hyper_scripts", -1]]);
  await page.goto("/");
}

lateTest(
  "a region is loaded after its page, and another one when the user scrolls near it",
  async (visit, { renders }) => {
    const { page } = visit;
    await openTwice(visit);
    await page.getByText("slow 0").waitFor();
    assertEquals(await page.locator("#slow").getAttribute("aria-busy"), null);
    assertEquals(await page.locator("#far").textContent(), "Scroll");
    assertEquals(renders, ["slow", "far", "slow"]);
    await page.locator("#far").scrollIntoViewIfNeeded();
    await page.getByText("far 0").waitFor();
    assertEquals(renders, ["slow", "far", "slow", "far"]);
  },
);

lateTest(
  "a region that was loaded near the user is not loaded again when they scroll away and come back",
  async (visit) => {
    const { page, events } = visit;
    await openTwice(visit);
    const far = page.locator("#far");
    await far.scrollIntoViewIfNeeded();
    await far.getByText("far 0").waitFor();
    const asked = () =>
      events.of("hyper:beforeRequest").filter(({ detail }) => detail.action === "hyper:regions").length;
    const before = asked();
    for (const top of [0, 10_000, 0, 10_000]) {
      await page.evaluate(async (top) => {
        scrollTo(0, top);
        // Observers of intersections are called after a frame.
        await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
      }, top);
    }
    // A request that a scroll has caused would have begun before.
    await page.evaluate(async () => void await (await fetch("/")).text());
    assertEquals([before, asked()], [2, 2]);
  },
);

lateTest("a change does not load a region that the user has not scrolled to", async (visit, { handler, renders }) => {
  const { page } = visit;
  await openTwice(visit);
  await page.getByText("slow 0").waitFor();
  renders.length = 0;
  const { url } = visit;
  // In the order of changes: the second one has arrived, so has the first.
  await page.waitForFunction(() =>
    performance.getEntriesByType("resource").some(({ name }) => name.includes("/live-"))
  );
  await handler.changed("far");
  await page.evaluate((url) => fetch(url, { method: "POST", headers: { "x-hyper-action": "add" } }), url);
  await handler.changed("slow");
  await page.getByText("slow 1").waitFor();
  assertEquals(renders.filter((name) => name === "far"), []);
});

lateTest("a refresh shows the loaded content until it has loaded it again", async (visit) => {
  const { page } = visit;
  await openTwice(visit);
  await page.getByText("slow 0").waitFor();
  const shown = page.evaluate(() =>
    new Promise<string[]>((resolve) => {
      const texts: string[] = [];
      new MutationObserver(() => {
        const text = document.querySelector("#slow")?.textContent ?? "";
        if (text !== texts.at(-1)) texts.push(text);
        if (text === "slow 1") resolve(texts);
      }).observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true });
    })
  );
  await page.getByRole("button", { name: "Add" }).click();
  assertEquals((await shown).filter((text) => text !== "slow 0"), ["slow 1"]);
});

lateTest("without scripts both regions are in the page", async ({ page }) => {
  await page.goto("/");
  assertEquals(await page.locator("#slow").textContent(), "slow 0");
  assertEquals(await page.locator("#far").textContent(), "far 0");
}, false);

lateTest("after scripts were turned off the regions are in the page again", async ({ page, context, url }) => {
  await context.addCookies([{ name: "hyper_scripts", value: "1", url }]);
  await page.goto("/");
  await page.getByText("slow 0").waitFor();
  await page.getByText("far 0").waitFor();
  assertEquals(await context.cookies(), []);
  await page.getByRole("button", { name: "Add" }).click();
  await page.getByText("far 1").waitFor();
}, false);

lateTest(
  "Back from another document shows the whole page with what its regions had become, not a fragment",
  async (visit, app) => {
    const { page, url } = visit;
    await openTwice(visit);
    await page.getByText("slow 0").waitFor();
    await page.waitForFunction(() =>
      performance.getEntriesByType("resource").some(({ name }) => name.includes("/live-"))
    );
    await page.evaluate((url) => fetch(url, { method: "POST", headers: { "x-hyper-action": "add" } }), url);
    await app.handler.changed("slow");
    await page.getByText("slow 1").waitFor();
    for (const leave of ["/?other", "about:blank"]) {
      await page.goto(leave);
      await page.goBack();
      await page.getByText("slow 1").waitFor();
      assertEquals(await page.getByRole("button", { name: "Add" }).count(), 1);
      assertEquals(await page.evaluate(() => [document.contentType, location.search]), ["text/html", ""]);
    }
  },
);
