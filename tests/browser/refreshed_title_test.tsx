/** The title of the page and the attributes of `<html>` follow a refresh as they follow a navigation. */
import { assertEquals } from "@std/assert";
import {
  action,
  ClientScript,
  createHandler,
  Form,
  type Handler,
  type LayoutProps,
  live,
  refresh,
} from "@hyper/actions";
import type { Page } from "playwright-core";
import { untilPreloaded, withPage } from "../support/browser.ts";
import { Arrivals } from "./runtime_app.ts";
import type {} from "../../client.ts";

/** Notes whose number is in the title and in the attributes of `<html>`. */
function createNotes({ early = "" }: { readonly early?: string } = {}) {
  const state = { notes: 1, lang: "en", dir: undefined as "rtl" | undefined, title: null as string | null };
  const calls = new Arrivals<() => void>();
  const add = action("add", () => {
    state.notes++;
    return refresh();
  });
  const draw = action("draw", () => refresh());
  const part = action("part", () => {
    state.notes++;
    return refresh("#count");
  });
  const slowly = action("slowly", async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    calls.add(resolve);
    await promise;
    state.notes++;
    return refresh();
  });
  const share = action("share", async () => {
    state.notes++;
    await handler.publish("notes", refresh());
  });
  const watch = action("watch", { method: "GET" }, () => live("notes"));
  const titleOf = () => state.title ?? `Notes (${state.notes})`;
  const Layout = ({ children }: LayoutProps) => (
    <html lang={state.lang} dir={state.dir} class={state.notes > 1 ? "many" : "few"} data-notes={state.notes}>
      <head>
        <meta charset="utf-8" />
        <link rel="icon" href="data:," />
        <title>Notes</title>
        <script dangerouslySetInnerHTML={{ __html: early }} />
        <ClientScript />
      </head>
      <body hyper-nav class={`body-${state.notes}`}>
        <a href="/">List</a> <a href="/about">About</a>
        {children}
      </body>
    </html>
  );
  const buttons = [add, draw, part, slowly, share];
  const List = () => (
    <main>
      <h1>List</h1>
      <p id="count">{state.notes} notes</p>
      <a href="/layer" hyper-layer>Open</a> <a href="/layer" hyper-layer="popover">Peek</a>
      {buttons.map((each) => <Form key={each.name} action={each} submit={each.name} />)}
    </main>
  );
  const InLayer = () => (
    <main>
      <p>{state.notes} in the layer</p>
      <Form action={add} submit="more" />
    </main>
  );
  const page = (path: string, module: object) => ({ path, load: () => Promise.resolve(module) });
  const handler: Handler = createHandler({
    baseDir: "/srv/app",
    keys: ["k".repeat(32)],
    pages: [
      page("pages/layout.tsx", { default: Layout }),
      page("/", { default: List, add, draw, part, slowly, share, watch, head: () => <title>{titleOf()}</title> }),
      page("/about", { default: () => <h1>About us</h1>, head: <title>About</title> }),
      page("/layer", { default: InLayer, head: () => <title>Layer ({state.notes})</title> }),
    ],
  });
  return { handler, state, calls };
}

type Notes = ReturnType<typeof createNotes>;

function notesTest(
  name: string,
  visit: (page: Page, app: Notes) => Promise<void>,
  options: Parameters<typeof createNotes>[0] = {},
): void {
  Deno.test(name, async () => {
    const app = createNotes(options);
    await withPage(app.handler, async ({ page }) => {
      await page.goto("/");
      await untilPreloaded(page, ["patch"]);
      await visit(page, app);
    });
    await app.handler.close();
  });
}

/** Waits until the response to a call that is made meanwhile has been applied. */
async function untilAnswered(page: Page, call: () => unknown): Promise<void> {
  // The listener is there before the call is made.
  const answered = await page.evaluateHandle(() => {
    const { promise, resolve } = Promise.withResolvers<void>();
    addEventListener("hyper:requestSuccess", () => resolve(), { once: true });
    return { promise };
  });
  await call();
  await answered.evaluate(({ promise }) => promise);
}

/** Presses a button, and waits until the page shows a number of notes. */
async function press(page: Page, name: string, notes: number): Promise<void> {
  await untilAnswered(page, () => page.getByRole("button", { name, exact: true }).click());
  await page.getByText(`${notes} notes`).waitFor();
}

/** Returns the title and the attributes of `<html>` and `<body>`. */
const around = (page: Page) =>
  page.evaluate(() => {
    const { lang, dir, className, dataset } = document.documentElement;
    return [document.title, lang, dir, className, dataset.notes, document.body.className];
  });

notesTest(
  "the title and the attributes of <html> follow a refresh, also after a navigation and back",
  async (page, { state }) => {
    assertEquals(await around(page), ["Notes (1)", "en", "", "few", "1", "body-1"]);
    state.lang = "ar";
    state.dir = "rtl";
    await press(page, "add", 2);
    assertEquals(await around(page), ["Notes (2)", "ar", "rtl", "many", "2", "body-2"]);
    state.dir = undefined;
    await press(page, "add", 3);
    assertEquals(await around(page), ["Notes (3)", "ar", "", "many", "3", "body-3"]);
    await page.getByRole("link", { name: "About" }).click();
    await page.getByRole("heading", { name: "About us" }).waitFor();
    assertEquals((await around(page))[0], "About");
    await page.goBack();
    await page.getByRole("heading", { name: "List" }).waitFor();
    assertEquals(await around(page), ["Notes (3)", "ar", "", "many", "3", "body-3"]);
    await press(page, "add", 4);
    assertEquals(await around(page), ["Notes (4)", "ar", "", "many", "4", "body-4"]);
  },
);

notesTest(
  "what a script has changed stays while the server sends the same, and is replaced by what the server has changed",
  async (page, { state }) => {
    state.title = "Fixed";
    await page.reload();
    await untilPreloaded(page, ["patch"]);
    await page.evaluate(() => {
      document.title = "(7) Fixed";
      document.documentElement.classList.add("own");
      document.documentElement.dataset.own = "yes";
      document.documentElement.lang = "fr";
    });
    for (const _ of [1, 2]) await press(page, "draw", 1);
    const own = () => page.evaluate(() => document.documentElement.dataset.own);
    assertEquals([...await around(page), await own()], ["(7) Fixed", "en", "", "few own", "1", "body-1", "yes"]);
    await page.evaluate(() => document.documentElement.lang = "fr");
    await press(page, "draw", 1);
    assertEquals((await around(page))[1], "fr");
    state.title = "Changed";
    await press(page, "add", 2);
    assertEquals([...await around(page), await own()], ["Changed", "fr", "", "many", "2", "body-2", "yes"]);
  },
);

notesTest("what a script has added to <html> before the runtime was loaded stays after a refresh", async (page) => {
  await press(page, "draw", 1);
  const [title, , , classes] = await around(page);
  assertEquals([title, classes], ["Notes (1)", "few early"]);
  assertEquals(await page.evaluate(() => document.documentElement.dataset.early), "yes");
}, { early: `document.documentElement.classList.add("early");document.documentElement.dataset.early = "yes"` });

notesTest("a page without a title keeps that of a script after a refresh", async (page, { state }) => {
  state.title = "";
  await page.evaluate(() => document.title = "Mine");
  await press(page, "add", 2);
  assertEquals((await around(page))[0], "Mine");
});

notesTest("a refresh of a part leaves the title and the attributes of <html>", async (page) => {
  await press(page, "part", 2);
  assertEquals(await around(page), ["Notes (1)", "en", "", "few", "1", "body-1"]);
});

notesTest("a refresh by a topic changes the title in another tab", async (page) => {
  await page.evaluate(() => void Hyper.action("watch", {}, { method: "GET" }));
  const other = await page.context().newPage();
  await other.goto(page.url());
  await press(other, "share", 1);
  await page.getByText("2 notes").waitFor();
  assertEquals((await around(page)).slice(0, 4), ["Notes (2)", "en", "", "many"]);
});

notesTest(
  "a refresh in a layer changes the name of the dialog and the title; the page has its own when the layer is closed",
  async (page) => {
    await page.getByRole("link", { name: "Open" }).click();
    await page.getByRole("dialog", { name: "Layer (1)" }).waitFor();
    await page.getByRole("button", { name: "more" }).click();
    await page.getByRole("dialog", { name: "Layer (2)" }).waitFor();
    assertEquals(await around(page), ["Layer (2)", "en", "", "few", "1", "body-1"]);
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    assertEquals((await around(page))[0], "Notes (1)");
  },
);

for (
  const [name, link, during] of [["an address", "Open", "Layer (1)"], ["no address", "Peek", "Notes (2)"]] as const
) {
  notesTest(
    `a refresh of the page under a layer with ${name} shows its title when the layer is closed`,
    async (page, { calls }) => {
      await page.getByRole("button", { name: "slowly" }).click();
      const release = await calls.next();
      await page.getByRole("link", { name: link }).click();
      await page.getByRole("dialog", { name: "Layer (1)" }).waitFor();
      release();
      await page.locator("#count", { hasText: "2 notes" }).waitFor();
      assertEquals(await around(page), [during, "en", "", "many", "2", "body-2"]);
      assertEquals(await page.getByRole("dialog", { name: "Layer (1)" }).count(), 1);
      await page.keyboard.press("Escape");
      await page.getByRole("dialog").waitFor({ state: "detached" });
      assertEquals((await around(page))[0], "Notes (2)");
    },
  );
}

notesTest("a navigation of the page under a layer shows the title of the new page", async (page) => {
  await page.getByRole("link", { name: "Open" }).click();
  await page.getByRole("dialog", { name: "Layer (1)" }).waitFor();
  await page.evaluate(() => Hyper.navigate("/about"));
  await page.getByRole("heading", { name: "About us" }).waitFor();
  await page.getByRole("dialog").waitFor({ state: "detached" });
  assertEquals((await around(page))[0], "About");
});

notesTest("an older response does not bring back an older title", async (page, { state, calls }) => {
  await page.getByRole("button", { name: "slowly" }).click();
  const release = await calls.next();
  await press(page, "add", 2);
  state.title = "Older";
  await untilAnswered(page, release);
  assertEquals((await around(page)).slice(0, 4), ["Notes (2)", "en", "", "many"]);
});
