/**
 * Calls in flight when the user goes to another page by `hyper-nav`: what they answer is about the page that was left. The page that is
 * shown has the same targets, and ends as the server has it.
 */
import { assertEquals } from "@std/assert";
import {
  action,
  changed,
  createHandler,
  defineForm,
  field,
  Form,
  history,
  html,
  type LayoutProps,
  redirect,
  region,
  toast,
  Toasts,
} from "@hyper/actions";
import type { Page } from "playwright-core";
import { withPage } from "../support/browser.ts";
import { Arrivals } from "./runtime_app.ts";
import type {} from "../../client.ts";

/** A shop with two items, whose pages have the same targets, and a basket in the layout. */
function createShop() {
  const state = { items: 0, requests: 0 };
  const sales: number[] = [];
  const calls = new Arrivals<() => void>();
  /** Waits until the test lets the call go on. */
  const held = async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    calls.add(resolve);
    await promise;
  };
  const Sales = region("Sales", { depends: "sales" }, () => <p id="sales">{sales.length} sold</p>);
  const buy = action("buy", async () => {
    await held();
    state.items++;
    sales.push(1);
    return [
      changed("sales"),
      html(<p id="note">Note of the first page</p>),
      toast("Bought"),
      history({ push: "/items/1?bought" }),
    ];
  });
  const sell = action("sell", async () => {
    await held();
    sales.push(1);
    return [changed("sales"), toast("Sold")];
  });
  const order = action("order", async () => {
    await held();
    state.items++;
    return redirect("/orders");
  });
  const CheckForm = defineForm("check", { fields: { size: field.text({ label: "Size" }) } });
  const check = action("check", { form: CheckForm }, async ({ form }) => {
    await held();
    form.addError("size", "The item is not for sale");
  });
  const steps = action("steps", async function* () {
    yield html(<p id="note">Step one</p>);
    await held();
    state.items++;
    yield html(<p id="note">Step two</p>);
    yield redirect("/orders");
  });
  const Item = ({ params }: { readonly params: { readonly id: string } }) => (
    <main>
      <h1>Item {params.id}</h1>
      <p id="note">Note {params.id}</p>
      {params.id === "1" &&
        [buy, order, check, steps].map((each) => (
          <Form key={each.name} action={each} submit={each.name} {...{ "hyper-target": "#note" }} />
        ))}
    </main>
  );
  const Layout = ({ children }: LayoutProps) => (
    <div {...{ "hyper-nav": true }}>
      <a href="/items/2">Second</a> <a href="/items/1">First</a>
      <p>{state.items} in the basket</p>
      <Sales />
      <div id="kept" {...{ "hyper-keep": true }}>
        <Form action={sell} submit="sell" />
      </div>
      <Toasts />
      {children}
    </div>
  );
  const page = (path: string, module: object) => ({ path, load: () => Promise.resolve(module) });
  const head = <link rel="icon" href="data:," />;
  const handler = createHandler({
    baseDir: "/srv/app",
    keys: ["k".repeat(32)],
    pages: [
      page("pages/layout.tsx", { default: Layout, head }),
      page("/items/[id]", { default: Item, Sales, buy, sell, order, check, steps }),
      page("/orders", { default: () => <h1>Orders</h1> }),
    ],
  });
  const served = (request: Request) => {
    if (new URL(request.url).pathname === "/items/2" && request.method === "GET") state.requests++;
    return handler(request);
  };
  return { served, handler, state, calls };
}

/** Sends a form of the first page, and goes to the second one while it is in flight. */
async function leave(page: Page, name: string, calls: Arrivals<() => void>): Promise<() => void> {
  await page.goto("/items/1");
  await page.getByRole("button", { name, exact: true }).click();
  const release = await calls.next();
  await page.getByRole("link", { name: "Second" }).click();
  await page.getByRole("heading", { name: "Item 2" }).waitFor();
  return release;
}

/** Returns path and query, and the note of the page. */
const shown = (page: Page) =>
  page.evaluate(() => [location.pathname + location.search, document.querySelector("#note")?.textContent]);

for (const name of ["buy", "order", "steps"]) {
  Deno.test(`a page that is shown while a post of the page before is in flight keeps its own content and address, and is renewed: ${name}`, async () => {
    const { served, handler, state, calls } = createShop();
    await withPage(served, async ({ page, url }) => {
      const release = await leave(page, name, calls);
      await page.getByText("0 in the basket").waitFor();
      release();
      await page.getByText("1 in the basket").waitFor();
      await page.getByText(name === "buy" ? "1 sold" : "0 sold").waitFor();
      if (name === "buy") await page.getByText("Bought").waitFor();
      assertEquals(await shown(page), ["/items/2", "Note 2"]);
      assertEquals(state.requests, 2);
      await page.goBack();
      await page.getByRole("heading", { name: "Item 1" }).waitFor();
      assertEquals(page.url(), `${url}/items/1`);
    });
    await handler.close();
  });
}

Deno.test("an invalid form of a page that the user has left is shown as a failure", async () => {
  const { served, handler, calls } = createShop();
  await withPage(served, async ({ page }) => {
    const release = await leave(page, "check", calls);
    release();
    await page.getByRole("alert").getByText("The item is not for sale").waitFor();
    assertEquals(await shown(page), ["/items/2", "Note 2"]);
  });
  await handler.close();
});

Deno.test("a call of an element with hyper-keep still changes the page after a navigation, and its regions", async () => {
  const { served, handler, state, calls } = createShop();
  await withPage(served, async ({ page }) => {
    const release = await leave(page, "sell", calls);
    release();
    await page.getByText("Sold", { exact: true }).waitFor();
    await page.getByText("1 sold").waitFor();
    assertEquals(state.requests, 1);
  });
  await handler.close();
});
