/** Regions that are loaded page by page, in real pages: with scripts and without, while the list changes, and after Back. */
import { assertEquals } from "@std/assert";
import { createHandler, region } from "../../mod.ts";
import { type Visit, withPage } from "../support/browser.ts";
import type {} from "../../client.ts";

/** A list of numbers, two on each page, in a page with `hyper-nav`. */
function listApp() {
  const state = { numbers: Array.from({ length: 7 }, (_, index) => index + 1), isBroken: false };
  const List = region("list", { depends: "list", append: true }, ({ cursor, more }) => {
    if (state.isBroken) throw new Error("broken");
    const rest = state.numbers.filter((number) => number > Number(cursor));
    return (
      <ul>
        {rest.slice(0, 2).map((number) => (
          <li key={number} id={`n${number}`}>
            <button>{`n${number}`}</button>
          </li>
        ))}
        {rest.length > 2 && (
          <li>
            <a {...more(rest[1] ?? 0)}>More</a>
          </li>
        )}
      </ul>
    );
  });
  const Page = () => (
    <main hyper-nav>
      <List />
    </main>
  );
  const handler = createHandler({
    keys: ["k".repeat(32)],
    pages: [{ path: "/", load: () => Promise.resolve({ default: Page, List }) }],
    heartbeatSeconds: 1,
    onError: () => {},
  });
  return { handler, state };
}

type ListApp = ReturnType<typeof listApp>;

function listTest(
  name: string,
  visit: (visit: Visit, app: ListApp) => Promise<void>,
  options: Parameters<typeof withPage>[2] = {},
) {
  Deno.test(name, async () => {
    const app = listApp();
    try {
      await withPage(app.handler, (it) => visit(it, app), options);
    } finally {
      await app.handler.close();
    }
  });
}

/** Returns the items of the page. */
function items({ page }: Visit): Promise<string[]> {
  return page.locator("li button").allTextContents();
}

/** Opens the page, and waits until the runtime handles its link. */
async function open({ page }: Visit): Promise<void> {
  await page.goto("/");
  await page.waitForFunction(() =>
    performance.getEntriesByType("resource").some(({ name }) => name.includes("/late-"))
  );
  await page.evaluate(() => new Promise<void>((resolve) => requestIdleCallback(() => resolve())));
}

listTest(
  "the link to more appends a page, and a change shows all loaded pages again",
  async (visit, { handler, state }) => {
    const { page } = visit;
    await open(visit);
    await page.getByRole("link", { name: "More" }).click();
    await page.locator("#n4").waitFor();
    await page.getByRole("link", { name: "More" }).click();
    await page.locator("#n6").waitFor();
    assertEquals(await items(visit), ["n1", "n2", "n3", "n4", "n5", "n6"]);
    assertEquals(new URL(page.url()).search, "");
    // Keyboard users continue with the first new item.
    assertEquals(await page.evaluate(() => document.activeElement?.id), "n5");
    // An item of the second page is the same element after the change.
    await page.evaluate(() => Object.assign(document.querySelector("#n4")!, { mark: true }));
    state.numbers.splice(1, 0, 1.5);
    await page.waitForFunction(() =>
      performance.getEntriesByType("resource").some(({ name }) => name.includes("/live-"))
    );
    await handler.changed("list");
    await page.getByText("n1.5", { exact: true }).waitFor();
    assertEquals(await items(visit), ["n1", "n1.5", "n2", "n3", "n4", "n5"]);
    assertEquals(await page.evaluate(() => Reflect.get(document.querySelector("#n4")!, "mark")), true);
    await page.getByRole("link", { name: "More" }).click();
    await page.locator("#n7").waitFor();
    assertEquals(await items(visit), ["n1", "n1.5", "n2", "n3", "n4", "n5", "n6", "n7"]);
    assertEquals(await page.getByRole("link", { name: "More" }).count(), 0);
  },
);

listTest(
  "a page that cannot be loaded leaves the list and its link, and the user is informed",
  async (visit, { state }) => {
    const { page } = visit;
    await open(visit);
    state.isBroken = true;
    await page.getByRole("link", { name: "More" }).click();
    await page.getByRole("alert").waitFor();
    assertEquals(await items(visit), ["n1", "n2"]);
    state.isBroken = false;
    await page.getByRole("link", { name: "More" }).click();
    await page.locator("#n4").waitFor();
    assertEquals(await page.getByRole("alert").count(), 0);
  },
);

listTest("two clicks on the link to more append one page", async (visit) => {
  const { page } = visit;
  await open(visit);
  await page.evaluate(() => {
    const link = document.querySelector<HTMLElement>("[data-hyper-more]")!;
    link.click();
    link.click();
  });
  await page.locator("#n4").waitFor();
  await page.getByRole("link", { name: "More" }).click();
  await page.locator("#n6").waitFor();
  assertEquals(await items(visit), ["n1", "n2", "n3", "n4", "n5", "n6"]);
});

listTest("without scripts the link leads to a page that begins there", async (visit) => {
  const { page } = visit;
  await page.goto("/");
  await page.getByRole("link", { name: "More" }).click();
  await page.locator("#n3").waitFor();
  assertEquals([await items(visit), new URL(page.url()).search], [["n3", "n4"], "?list=2"]);
}, { javaScriptEnabled: false });

listTest("a click on the link to more with the key for a new tab is left to the browser", async (visit) => {
  const { page, context } = visit;
  await open(visit);
  const opened = context.waitForEvent("page");
  await page.getByRole("link", { name: "More" }).click({ modifiers: ["Control"] });
  await (await opened).waitForLoadState();
  assertEquals(await items(visit), ["n1", "n2"]);
});
