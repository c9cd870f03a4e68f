/** The user signs out, or another one signs in: back shows nothing of the pages that were left, in any tab, with scripts on. */
import { action, createHandler, createMemoryStore, Form, type PageContext, redirect } from "@hyper/actions";
import { sessions, signedIn } from "@hyper/actions/session";
import { assertEquals } from "@std/assert";
import type { Page } from "playwright-core";
import type {} from "../../client.ts";
import { type Visit, withPage } from "../support/browser.ts";
import { app, Arrivals, END, html, sse } from "./runtime_app.ts";

/** An application whose private page may be kept, although it is about the user. */
function createSite() {
  const session = sessions({ store: createMemoryStore() });
  const guard = signedIn({ session, signIn: "/public" });
  const signIn = action("sign_in", { skipHandlerGuard: true, inject: { session } }, ({ session, data }) => {
    session.signIn(String(data.user));
    return redirect("/private");
  });
  const signOut = action("sign_out", { skipHandlerGuard: true, inject: { session } }, ({ session }) => {
    session.destroy();
    return redirect("/public");
  });
  const Nav = () => (
    <nav {...{ "hyper-nav": true }}>
      <a href="/public">public</a> <a href="/private">private</a>
      {["ada", "bob"].map((user) => (
        <Form key={user} action={signIn}>
          <button name="user" value={user}>{`Enter as ${user}`}</button>
        </Form>
      ))}
      <Form action={signOut} submit="Leave" />
    </nav>
  );
  const render = async (ctx: PageContext) => {
    const refusal = await guard(ctx);
    if (refusal instanceof Response) return refusal;
    ctx.response.headers.set("cache-control", "private, no-cache");
    const { user } = await ctx.deps.get(session);
    return (
      <main>
        <h1>{`Secret of ${user}`}</h1>
        <Nav />
      </main>
    );
  };
  const Public = () => (
    <main>
      <h1>Public</h1>
      <Nav />
    </main>
  );
  const handler = createHandler({
    baseDir: null,
    pages: [
      { path: "/private", load: () => Promise.resolve({ render }) },
      { path: "/public", load: () => Promise.resolve({ default: Public, signIn, signOut }) },
    ],
    principal: session.principal,
  });
  /** While it is set, pages wait. */
  const state = { hold: false };
  const held = new Arrivals<() => void>();
  const served = async (request: Request) => {
    if (state.hold && new URL(request.url).pathname === "/private") {
      const { promise, resolve } = Promise.withResolvers<void>();
      held.add(resolve);
      await promise;
    }
    return await handler(request);
  };
  return { handler, served, state, held };
}

type Site = ReturnType<typeof createSite>;

function siteTest(name: string, visit: (visit: Visit, site: Site) => Promise<void>): void {
  Deno.test(name, async () => {
    const site = createSite();
    try {
      await withPage(site.served, (it) => visit(it, site));
    } finally {
      await site.handler.close();
    }
  });
}

const heading = (page: Page, name: string) => page.getByRole("heading", { name, exact: true }).waitFor();
const press = (page: Page, name: string) => page.getByRole("button", { name }).click();

/** Signs in as Ada, and goes from the private page to the public one. */
async function leaveSecret({ page }: Visit): Promise<void> {
  await page.goto("/public");
  await press(page, "Enter as ada");
  await heading(page, "Secret of ada");
  await page.goto("/private");
  await page.waitForFunction(() =>
    performance.getEntriesByType("resource").some(({ name }) => name.includes("/_hyper/page_cache"))
  );
  await page.evaluate(() => new Promise((done) => requestIdleCallback(done)));
  const asked = page.waitForResponse((response) => response.request().method() === "HEAD");
  await page.getByRole("link", { name: "public" }).click();
  await heading(page, "Public");
  await asked;
}

/** Every text that the page shows from now on, in this document and in those that follow. */
async function recordTexts(page: Page): Promise<() => Promise<string>> {
  const texts: string[] = [];
  await page.exposeFunction("recordText", (text: string) => void texts.push(text));
  const observe = () => {
    const record = () => void Reflect.get(globalThis, "recordText")(document.body?.innerText ?? "");
    new MutationObserver(record).observe(document, { subtree: true, childList: true, characterData: true });
    record();
  };
  await page.addInitScript(observe);
  await page.evaluate(observe);
  return async () => {
    // The page has called the function before it answers.
    await page.evaluate(() => {});
    return String(texts);
  };
}

siteTest("the user who has left a private page gets it back at once", async (visit, site) => {
  const { page } = visit;
  await leaveSecret(visit);
  site.state.hold = true;
  await page.goBack();
  await heading(page, "Secret of ada");
  (await site.held.next())();
});

siteTest(
  "after a sign-out, back shows nothing of the page before, not even before the server answers",
  async (visit, site) => {
    const { page } = visit;
    await leaveSecret(visit);
    const texts = await recordTexts(page);
    // The redirect leads to another document.
    await Promise.all([page.waitForEvent("load"), press(page, "Leave")]);
    site.state.hold = true;
    await page.goBack();
    const answer = await site.held.next();
    await heading(page, "Public");
    answer();
    await page.waitForURL("**/public?next=%2Fprivate");
    await heading(page, "Public");
    assertEquals((await texts()).includes("Secret"), false);
  },
);

siteTest(
  "after a sign-out in another tab, without scripts, back shows nothing of the page before",
  async (visit, site) => {
    const { page, context } = visit;
    await leaveSecret(visit);
    const texts = await recordTexts(page);
    const tab = await context.newPage();
    await tab.route("**/_hyper/**", (route) => route.fulfill({ body: "", contentType: "text/javascript" }));
    await tab.goto("/public");
    await press(tab, "Leave");
    await tab.waitForFunction(() => !document.cookie.includes("hyper_user"));
    site.state.hold = true;
    await page.goBack();
    (await site.held.next())();
    await page.waitForURL("**/public?next=%2Fprivate");
    assertEquals((await texts()).includes("Secret"), false);
  },
);

siteTest(
  "when another user has signed in in another tab, back shows the page of that user only",
  async (visit, site) => {
    const { page, context } = visit;
    await leaveSecret(visit);
    const texts = await recordTexts(page);
    const tab = await context.newPage();
    await tab.goto("/public");
    await press(tab, "Leave");
    await tab.waitForFunction(() => !document.cookie.includes("hyper_user"));
    await press(tab, "Enter as bob");
    await heading(tab, "Secret of bob");
    site.state.hold = true;
    await page.goBack();
    (await site.held.next())();
    await heading(page, "Secret of bob");
    assertEquals((await texts()).includes("Secret of ada"), false);
  },
);

Deno.test("a 401 in one tab empties the page cache of the others", async () => {
  const state = { hold: false };
  const held = new Arrivals<() => void>();
  const nav = `<nav hyper-nav><a href="/b">B</a></nav><script type="module" src="/_hyper/client.js"></script>`;
  const site = app({
    routes: {
      "/a": async () => {
        if (state.hold) {
          const { promise, resolve } = Promise.withResolvers<void>();
          held.add(resolve);
          await promise;
        }
        return html(`<title>A</title>${nav}<h1>${state.hold ? "A again" : "A"}</h1>`);
      },
      "/b": `<title>B</title>${nav}<h1>B</h1>`,
    },
    actions: { refused: () => sse([["error", { status: 401, message: "" }], END], { status: 401 }) },
  });
  await withPage(site, async ({ page, context }) => {
    await page.goto("/a");
    const tab = await context.newPage();
    await tab.goto("/b");
    for (const each of [page, tab]) {
      await each.waitForFunction(() =>
        performance.getEntriesByType("resource").some(({ name }) => name.includes("/_hyper/page_cache"))
      );
      await each.evaluate(() => new Promise((done) => requestIdleCallback(done)));
    }
    await page.getByRole("link", { name: "B" }).click();
    await heading(page, "B");
    // A message that was sent later arrives later.
    await page.evaluate(() => {
      Reflect.set(globalThis, "told", new Promise((done) => new BroadcastChannel("hyper:1:pages").onmessage = done));
    });
    await tab.evaluate(() => globalThis.action("refused").catch(() => {}));
    await page.evaluate(() => Reflect.get(globalThis, "told"));
    state.hold = true;
    await page.goBack();
    const answer = await held.next();
    assertEquals(await page.getByRole("heading").textContent(), "B");
    answer();
    await heading(page, "A again");
  });
});
