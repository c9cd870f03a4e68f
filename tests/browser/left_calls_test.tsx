/**
 * Calls in flight when the user goes to another page by `hyper-nav`: what they answer is about the page that was left. The page that is
 * shown has the same targets, and ends as the server has it.
 */
import { assertEquals } from "@std/assert";
import {
  action,
  changed,
  createHandler,
  createMemoryStore,
  defineForm,
  field,
  Form,
  history,
  html,
  type LayoutProps,
  redirect,
  region,
  type RequestContext,
  switchTo,
  toast,
  Toasts,
} from "@hyper/actions";
import type { Page } from "playwright-core";
import { sessions, signedIn } from "@hyper/actions/session";
import { withPage } from "../support/browser.ts";
import { Arrivals } from "./runtime_app.ts";
import type {} from "../../client.ts";

/** Sessions that end, and two pages with a form on the first. */
function createOffice() {
  const clock = { ms: 0 };
  const now = () => clock.ms;
  const session = sessions({ store: createMemoryStore({ now }), idleSeconds: 60, now });
  const guard = signedIn({ session, signIn: "/sign-in" });
  const saved: unknown[] = [];
  const save = action("save", { inject: { session } }, ({ session }) => {
    saved.push(session.user);
    return [html(<p id="note">Saved on the first page</p>, { target: "#note" }), toast("Saved")];
  });
  const signIn = action("sign_in", { skipHandlerGuard: true, inject: { session } }, ({ session }) => {
    session.signIn("ada");
    return redirect("/desks/1");
  });
  const context = { user: async ({ deps }: RequestContext) => (await deps.get(session)).user };
  const Desk = ({ params }: { readonly params: { readonly id: string } }) => (
    <main hyper-nav>
      <h1>Desk {params.id}</h1>
      <p id="note">Note {params.id}</p>
      <p>{saved.length} saved</p>
      <a href="/desks/2">Second</a>
      {params.id === "1" && <Form action={save} submit="Save" />}
      <Toasts />
    </main>
  );
  const page = (path: string, module: object) => ({ path, load: () => Promise.resolve(module) });
  const handler = createHandler({
    baseDir: "/srv/app",
    keys: ["k".repeat(32)],
    pages: [
      page("/desks/[id]", { render: guard, default: Desk, context, save }),
      page("/sign-in", { default: () => <Form action={signIn} submit="Enter" />, signIn }),
    ],
    guard,
    principal: session.principal,
  });
  return { handler, clock, saved };
}

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
  const noted = action("noted", async () => {
    await held();
    state.items++;
    return [html(<p id="note">Note of the second action</p>), toast("Noted")];
  });
  const pass = action("pass", async () => {
    await held();
    return switchTo(noted);
  });
  const Item = ({ params }: { readonly params: { readonly id: string } }) => (
    <main>
      <h1>Item {params.id}</h1>
      <p id="note">Note {params.id}</p>
      {params.id === "1" &&
        [buy, order, check, steps, pass].map((each) => (
          <Form key={each.name} action={each} submit={each.name} {...{ "hyper-target": "#note" }} />
        ))}
    </main>
  );
  const Orders = () => (
    <main>
      <h1>Orders</h1>
      <Form action={buy} submit="one more" {...{ "hyper-target": "#note" }} />
    </main>
  );
  const Layout = ({ children }: LayoutProps) => (
    <div {...{ "hyper-nav": true }}>
      <a href="/items/2">Second</a> <a href="/items/1">First</a>
      <p>{state.items} in the basket</p>
      <Sales />
      <a href="/orders" hyper-layer>Orders</a>
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
      page("/items/[id]", { default: Item, Sales, buy, sell, order, check, steps, pass, noted }),
      page("/orders", { default: Orders, buy }),
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

/** Records the actions of the application whose responses change the page. Call the result to read them. */
async function recordSwaps(page: Page): Promise<() => Promise<readonly string[]>> {
  const swaps = await page.evaluateHandle(() => {
    const actions: string[] = [];
    addEventListener("hyper:swap:before", ({ detail }) => actions.push(detail.action));
    return actions;
  });
  return async () => (await swaps.jsonValue()).filter((action) => !action.startsWith("hyper:"));
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

Deno.test("a call of a page that the user has left keeps off the next page when another action continues it", async () => {
  const { served, handler, calls } = createShop();
  await withPage(served, async ({ page }) => {
    const release = await leave(page, "pass", calls);
    const swaps = await recordSwaps(page);
    release();
    (await calls.next())();
    await page.getByText("1 in the basket").waitFor();
    await page.getByText("Noted", { exact: true }).waitFor();
    assertEquals([await shown(page), await swaps()], [["/items/2", "Note 2"], []]);
  });
  await handler.close();
});

Deno.test("a call of a page that the user has left keeps off the next page when it is tried again after a lost connection", async () => {
  const { served, handler, calls } = createShop();
  await withPage(served, async ({ page }) => {
    const lost = Promise.withResolvers<void>();
    await page.route("**/_next/form/**", async (route) => {
      await lost.promise;
      await route.abort("connectionreset");
    }, { times: 1 });
    await page.goto("/items/1");
    await page.getByRole("button", { name: "buy", exact: true }).click();
    await page.getByRole("link", { name: "Second" }).click();
    await page.getByRole("heading", { name: "Item 2" }).waitFor();
    const swaps = await recordSwaps(page);
    lost.resolve();
    await page.getByRole("button", { name: "Try again" }).press("Enter");
    (await calls.next())();
    await page.getByText("1 in the basket").waitFor();
    await page.getByText("Bought").waitFor();
    await page.getByRole("button", { name: "Try again" }).waitFor({ state: "detached" });
    assertEquals([await shown(page), await swaps()], [["/items/2", "Note 2"], []]);
  }, { expectErrors: [/ERR_CONNECTION_RESET/] });
  await handler.close();
});

Deno.test("a left call that is tried again is not cut off because the page could not be requested again", async () => {
  const { served, handler, calls } = createShop();
  await withPage(served, async ({ page }) => {
    const lost = Promise.withResolvers<void>();
    await page.route("**/_next/form/**", async (route) => {
      await lost.promise;
      await route.abort("connectionreset");
    }, { times: 1 });
    await page.goto("/items/1");
    await page.getByRole("button", { name: "buy", exact: true }).click();
    await page.getByRole("link", { name: "Second" }).click();
    await page.getByRole("heading", { name: "Item 2" }).waitFor();
    await page.evaluate(() => Reflect.set(globalThis, "isSame", true));
    // The second one is to find out whether a redirect has failed.
    await page.route("**/items/2", (route) => route.abort("connectionreset"), { times: 2 });
    let failures = 0;
    const failed = page.waitForEvent("requestfailed", (each) => each.url().endsWith("/items/2") && ++failures === 2);
    lost.resolve();
    await failed;
    await page.getByRole("button", { name: "Try again" }).press("Enter");
    (await calls.next())();
    await page.getByText("1 in the basket").waitFor();
    assertEquals(await page.evaluate(() => Reflect.get(globalThis, "isSame")), true);
    assertEquals(await page.getByRole("alert").count(), 0);
  }, { expectErrors: [/ERR_CONNECTION_RESET/] });
  await handler.close();
});

Deno.test("a page under a layer is renewed when the layer is closed, if a call of the page before has ended meanwhile", async () => {
  const { served, handler, state, calls } = createShop();
  await withPage(served, async ({ page }) => {
    const release = await leave(page, "buy", calls);
    await page.getByRole("link", { name: "Orders" }).click();
    await page.getByRole("dialog").waitFor();
    release();
    await page.getByText("Bought").waitFor();
    assertEquals([await page.getByRole("dialog").count(), state.requests], [1, 1]);
    await page.keyboard.press("Escape");
    await page.getByText("1 in the basket").waitFor();
    assertEquals(await shown(page), ["/items/2", "Note 2"]);
    assertEquals(state.requests, 2);
  });
  await handler.close();
});

Deno.test("a call of a layer keeps off the page that replaces it and the page under it, which is renewed", async () => {
  const { served, handler, calls } = createShop();
  await withPage(served, async ({ page }) => {
    await page.goto("/items/1");
    await page.getByRole("link", { name: "Orders" }).click();
    await page.getByRole("button", { name: "one more" }).click();
    const release = await calls.next();
    await page.evaluate(() => void Hyper.navigate("/items/2"));
    await page.getByRole("heading", { name: "Item 2" }).waitFor();
    await page.getByRole("dialog").waitFor({ state: "detached" });
    const swaps = await recordSwaps(page);
    release();
    await page.getByText("1 in the basket").waitFor();
    assertEquals([await shown(page), await swaps()], [["/items/2", "Note 2"], []]);
  });
  await handler.close();
});

Deno.test("a form of a page that the user has left is sent once after the sign-in, and keeps off the next page", async () => {
  const { handler, clock, saved } = createOffice();
  await withPage(handler, async ({ page, context, url }) => {
    const enter = async (tab: Page): Promise<void> => {
      await tab.goto("/sign-in");
      await tab.getByRole("button", { name: "Enter" }).click();
      await tab.getByRole("heading", { name: "Desk 1" }).waitFor();
    };
    await enter(page);
    const sent = Promise.withResolvers<void>();
    await page.route("**/_next/form/**", async (route) => {
      await sent.promise;
      await route.continue();
    }, { times: 1 });
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByRole("link", { name: "Second" }).click();
    await page.getByRole("heading", { name: "Desk 2" }).waitFor();
    const swaps = await recordSwaps(page);
    clock.ms += 120_000;
    sent.resolve();
    await page.getByRole("button", { name: "Sign in" }).waitFor();
    assertEquals([page.url(), saved], [`${url}/desks/2`, []]);

    const tab = await context.newPage();
    await enter(tab);
    await tab.close();
    // The tests have several tabs in front at once, so that the browser fires no event for it.
    await page.evaluate(() => void dispatchEvent(new Event("focus")));
    await page.getByText("Saved", { exact: true }).waitFor();
    await page.getByText("1 saved").waitFor();
    assertEquals([saved, await swaps()], [["ada"], []]);
    assertEquals(await shown(page), ["/desks/2", "Note 2"]);
  });
  await handler.close();
});
