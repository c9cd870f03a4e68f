/** Layers that are open while something else happens: the server restarts, the session ends, other tabs, Back and reloads. */
import {
  action,
  changed,
  ClientScript,
  close,
  createHandler,
  createMemoryStore,
  defineForm,
  field,
  Form,
  type LayoutProps,
  redirect,
  region,
  type RequestContext,
  toast,
  Toasts,
} from "@hyper/actions";
import { sessions, signedIn } from "@hyper/actions/session";
import { assertEquals } from "@std/assert";
import type { Page } from "playwright-core";
import { untilPreloaded, type Visit, withPage } from "../support/browser.ts";
import type {} from "../../client.ts";

/** A server that can be restarted. Its data and its sessions are those of a database. */
class Server {
  readonly clock = { ms: 0 };
  readonly notes: string[] = [];
  /** `true` if a proxy in front of it cannot reach it. */
  isDown = false;
  /** Delays the page of the layer. */
  gate: Promise<unknown> = Promise.resolve();
  readonly #session;
  #handler;

  constructor() {
    const now = () => this.clock.ms;
    this.#session = sessions({ store: createMemoryStore({ now }), idleSeconds: 60, now });
    this.#handler = this.#start();
  }

  readonly serve: Deno.ServeHandler<Deno.NetAddr> = (request, info) =>
    this.isDown ? new Response("Bad gateway", { status: 502 }) : this.#handler(request, info);

  async restart(): Promise<void> {
    await this.close();
    this.#handler = this.#start();
  }

  async close(): Promise<void> {
    await this.#handler.close();
  }

  #start() {
    const { notes } = this;
    const session = this.#session;
    const guard = signedIn({ session, signIn: "/sign-in" });
    const userOf = async ({ deps }: Pick<RequestContext, "deps">) => (await deps.get(session)).user ?? "none";
    const Notes = region(
      "notes",
      { depends: "notes" },
      async (ctx) => (
        <ul aria-label="Notes" data-user={await userOf(ctx)}>
          {notes.map((text) => <li key={text}>{text}</li>)}
        </ul>
      ),
    );
    const Count = region("count", { depends: "notes" }, () => <p>{`${notes.length} notes`}</p>);
    const NoteForm = defineForm("note", { fields: { text: field.text({ label: "Text", required: true }) } });
    const add = action("add", { form: NoteForm }, async ({ form, deps }) => {
      notes.push(`${await userOf({ deps })}: ${form.values.text}`);
      return [changed("notes"), toast("Added"), close(form.values.text, { redirect: "/" })];
    });
    const signIn = action("sign_in", { skipHandlerGuard: true, inject: { session } }, ({ session, data, url }) => {
      session.signIn(String(data.user));
      return redirect(url.searchParams.get("next") ?? "/sign-in");
    });
    const signOut = action("sign_out", { skipHandlerGuard: true, inject: { session } }, ({ session }) => {
      session.destroy();
      return redirect("/sign-in");
    });
    const Layout = ({ children }: LayoutProps) => (
      <html lang="en">
        <head>
          <title>Notes</title>
          <link rel="stylesheet" href="/_hyper/base.css" />
          <ClientScript />
        </head>
        <body hyper-nav>
          <header>Layout</header>
          <main>{children}</main>
          <Toasts />
        </body>
      </html>
    );
    const List = () => (
      <>
        <h1>Notes</h1>
        <Notes />
        <a href="/new" hyper-layer id="new">New note</a>
      </>
    );
    const New = () => (
      <>
        <h1>New note</h1>
        <Count />
        <Form action={add} submit="Add" />
        <a href="/help" hyper-layer id="help">Help</a> <a href="/more">More</a>
      </>
    );
    const SignIn = async (ctx: RequestContext) => (
      <>
        <h1>Sign in</h1>
        <p>{`You are ${await userOf(ctx)}`}</p>
        {["ada", "bob"].map((user) => (
          <Form key={user} action={signIn} instance={user}>
            <button name="user" value={user}>{`Enter as ${user}`}</button>
          </Form>
        ))}
        <Form action={signOut} submit="Leave" />
      </>
    );
    const opens = async (ctx: RequestContext) => {
      await this.gate;
      return await guard(ctx);
    };
    const page = (path: string, module: object) => ({ path, load: () => Promise.resolve(module) });
    return createHandler({
      keys: ["k".repeat(32)],
      baseDir: "/srv/app",
      heartbeatSeconds: 1,
      guard,
      principal: session.principal,
      pages: [
        page("pages/layout.tsx", { default: Layout }),
        page("/", { default: List, render: guard, Notes }),
        page("/new", { default: New, render: opens, Count, add }),
        page("/help", { default: () => <h1>Help</h1>, render: guard }),
        page("/more", { default: () => <h1>More</h1>, render: guard }),
        page("/sign-in", { render: SignIn, signIn, signOut }),
      ],
    });
  }
}

function layerTest(name: string, visit: (visit: Visit, server: Server) => Promise<void>) {
  Deno.test(name, async () => {
    const server = new Server();
    try {
      await withPage(server.serve, async (it) => {
        await enter(it.page, "ada");
        await it.page.goto("/");
        await untilPreloaded(it.page, ["layers"]);
        await visit(it, server);
      });
    } finally {
      await server.close();
    }
  });
}

async function enter(tab: Page, user: string): Promise<void> {
  await tab.goto("/sign-in");
  await tab.getByRole("button", { name: `Enter as ${user}` }).click();
  await tab.getByText(`You are ${user}`).waitFor();
}

const layer = (page: Page, name: string) => page.getByRole("dialog", { name });
const notesOf = (page: Page) => page.getByRole("listitem").allTextContents();

async function openNew(page: Page) {
  await page.getByRole("link", { name: "New note" }).click();
  const dialog = layer(page, "New note");
  await dialog.waitFor();
  return dialog;
}
const pathOf = (page: Page) => new URL(page.url()).pathname;
const focusedId = (page: Page) => page.evaluate(() => document.activeElement?.id);

/** Tells a page that the user has come back to it: the tests have several tabs in front at once. */
const comeBack = (page: Page) => page.evaluate(() => void dispatchEvent(new Event("focus")));

layerTest(
  "the session ends while a layer is open: its form is sent after the sign-in in another tab, once, and closes the layer",
  async ({ page, context }, server) => {
    const dialog = await openNew(page);
    await dialog.getByLabel("Text").fill("tea");
    server.clock.ms += 120_000;
    await dialog.getByRole("button", { name: "Add" }).click();
    const alert = dialog.getByRole("alert");
    await alert.getByText("Sign in to continue.").waitFor();
    assertEquals([await dialog.getByLabel("Text").inputValue(), pathOf(page), server.notes], ["tea", "/new", []]);
    const opened = context.waitForEvent("page");
    await alert.getByRole("button", { name: "Sign in" }).click();
    const tab = await opened;
    await tab.getByRole("button", { name: "Enter as ada" }).click();
    await tab.getByRole("heading", { name: "New note" }).waitFor();
    await tab.close();
    await comeBack(page);
    await dialog.waitFor({ state: "detached" });
    await page.getByRole("status").getByText("Added").waitFor();
    await page.getByRole("listitem").getByText("ada: tea").waitFor();
    assertEquals([server.notes, pathOf(page), await focusedId(page)], [["ada: tea"], "/", "new"]);
    assertEquals(await page.getByRole("alert").count(), 0);
  },
);

for (const [link, heading] of [["More", "More"], ["Help", "Help"]] as const) {
  layerTest(
    `the session ends while a layer is open: a link in it leads to the sign-in, and then to its page, in the layer: ${link}`,
    async ({ page }, server) => {
      const dialog = await openNew(page);
      server.clock.ms += 120_000;
      await dialog.getByRole("link", { name: link }).click();
      const signIn = layer(page, "Sign in");
      await signIn.getByText("You are none").waitFor();
      assertEquals(await signIn.getByText("Layout").count(), 0);
      await signIn.getByRole("button", { name: "Enter as ada" }).click();
      await layer(page, heading).waitFor();
      assertEquals(await page.getByRole("alert").count(), 0);
      // The page below is that of the user again, without a reload.
      await page.getByLabel("Notes").and(page.locator("[data-user=ada]")).waitFor({ state: "attached" });
      while (await page.getByRole("dialog").count() > 0) {
        const top = await page.getByRole("dialog").first().elementHandle();
        await page.keyboard.press("Escape");
        await top!.waitForElementState("hidden");
      }
      await page.waitForURL("/");
      assertEquals(await focusedId(page), "new");
    },
  );
}

layerTest(
  "the session ends before a layer is opened: it shows the sign-in, and then its page",
  async ({ page }, server) => {
    server.clock.ms += 120_000;
    await page.getByRole("link", { name: "New note" }).click();
    await layer(page, "Sign in").getByRole("button", { name: "Enter as bob" }).click();
    const dialog = layer(page, "New note");
    await dialog.getByLabel("Text").fill("tea");
    await dialog.getByRole("button", { name: "Add" }).click();
    await dialog.waitFor({ state: "detached" });
    await page.getByRole("listitem").getByText("bob: tea").waitFor();
    assertEquals([server.notes, pathOf(page), await focusedId(page)], [["bob: tea"], "/", "new"]);
  },
);

layerTest(
  "another user signs in in another tab while a layer is open: what the first has entered is not sent as theirs",
  async ({ page, context }, server) => {
    const dialog = await openNew(page);
    await dialog.getByLabel("Text").fill("of ada");
    const tab = await context.newPage();
    await enter(tab, "bob");
    await tab.close();
    await comeBack(page);
    // Page and layer are shown again for this user.
    await page.locator("[data-user=bob]").waitFor({ state: "attached" });
    await dialog.getByRole("button", { name: "Add" }).click();
    await dialog.getByText("You are signed in as another user now.").first().waitFor();
    assertEquals([server.notes, await dialog.getByLabel("Text").inputValue()], [[], "of ada"]);
    await dialog.getByLabel("Text").fill("of bob");
    await dialog.getByRole("button", { name: "Add" }).click();
    await dialog.waitFor({ state: "detached" });
    assertEquals(server.notes, ["bob: of bob"]);
  },
);

layerTest(
  "the user signs out in another tab while a layer is open: the layer asks for the sign-in, and shows nothing else",
  async ({ page, context }, server) => {
    const dialog = await openNew(page);
    await dialog.getByText("0 notes").waitFor();
    const tab = await context.newPage();
    await tab.goto("/sign-in");
    await tab.getByRole("button", { name: "Leave" }).click();
    await tab.getByText("You are none").waitFor();
    await tab.close();
    await comeBack(page);
    await dialog.getByRole("alert").getByText("Sign in to continue.").waitFor();
    await dialog.getByLabel("Text").fill("tea");
    await dialog.getByRole("button", { name: "Add" }).click();
    await page.waitForFunction(() => document.querySelectorAll("[data-hyper-alert]").length === 1);
    assertEquals([server.notes, await dialog.getByLabel("Text").inputValue()], [[], "tea"]);
  },
);

layerTest(
  "the server restarts while two layers are open: what has changed is shown in them, and the next clicks work",
  async ({ page }, server) => {
    const dialog = await openNew(page);
    await dialog.getByLabel("Text").fill("tea");
    await dialog.getByRole("link", { name: "Help" }).click();
    await layer(page, "Help").waitFor();
    server.notes.push("x");
    await server.restart();
    // The stream is opened again.
    await dialog.getByText("1 notes").waitFor({ state: "attached" });
    await page.goBack();
    await layer(page, "Help").waitFor({ state: "detached" });
    await dialog.getByRole("button", { name: "Add" }).click();
    await dialog.waitFor({ state: "detached" });
    await page.getByRole("listitem").getByText("ada: tea").waitFor();
    assertEquals([await notesOf(page), pathOf(page), await focusedId(page)], [["x", "ada: tea"], "/", "new"]);
  },
);

layerTest(
  "the server is down while a layer is open: a submit and a link say so in the layer, and can be tried again",
  async ({ page }, server) => {
    const dialog = await openNew(page);
    await dialog.getByLabel("Text").fill("tea");
    server.isDown = true;
    await dialog.getByRole("link", { name: "Help" }).click();
    const alerts = dialog.getByRole("alert");
    await alerts.getByRole("button", { name: "Try again" }).first().waitFor();
    await dialog.getByRole("button", { name: "Add" }).click();
    await page.waitForFunction(() => document.querySelectorAll("dialog [data-hyper-alert] button").length > 1);
    assertEquals([server.notes, await dialog.getByLabel("Text").inputValue(), pathOf(page)], [[], "tea", "/new"]);
    server.isDown = false;
    await alerts.getByRole("button", { name: "Try again" }).first().click();
    await page.getByRole("listitem").getByText("ada: tea").waitFor({ state: "attached" });
    assertEquals(server.notes, ["ada: tea"]);
  },
);

layerTest(
  "the same layer in two tabs: each keeps its own, and both show what the other has done",
  async ({ page, context }, server) => {
    const other = await context.newPage();
    await other.goto("/");
    const [mine, theirs] = [await openNew(page), await openNew(other)];
    await theirs.getByLabel("Text").fill("coffee");
    await mine.getByLabel("Text").fill("tea");
    await mine.getByRole("button", { name: "Add" }).click();
    await mine.waitFor({ state: "detached" });
    await theirs.getByText("1 notes").waitFor();
    await other.getByRole("listitem", { includeHidden: true }).getByText("ada: tea").waitFor({ state: "attached" });
    assertEquals([await theirs.getByLabel("Text").inputValue(), pathOf(other), pathOf(page)], ["coffee", "/new", "/"]);
    await theirs.getByRole("button", { name: "Add" }).click();
    await theirs.waitFor({ state: "detached" });
    for (const tab of [page, other]) await tab.getByRole("listitem").getByText("ada: coffee").waitFor();
    assertEquals(server.notes, ["ada: tea", "ada: coffee"]);
    assertEquals([await notesOf(other), await focusedId(other)], [server.notes, "new"]);
  },
);

/** Opens a layer and one over it. */
async function openBoth(page: Page): Promise<void> {
  const dialog = await openNew(page);
  await dialog.getByRole("link", { name: "Help" }).click();
  await layer(page, "Help").waitFor();
}

/** Adds a note with what is in front, and checks that it is on the list. */
async function add(page: Page, text: string): Promise<void> {
  await page.getByLabel("Text").fill(text);
  await page.getByRole("button", { name: "Add" }).click();
  await page.getByRole("heading", { name: "Notes" }).waitFor();
  await page.getByRole("listitem").getByText(text).waitFor();
  assertEquals([pathOf(page), await page.getByRole("dialog").count()], ["/", 0]);
}

layerTest(
  "two layers are left at once: both are closed; Forward opens them one over the other again",
  async ({ page }) => {
    await openBoth(page);
    await page.evaluate(() => history.go(-2));
    await page.waitForURL("/");
    await page.waitForFunction(() => !document.querySelector("dialog"));
    assertEquals(await focusedId(page), "new");
    await page.goForward();
    await layer(page, "New note").waitFor();
    await page.goForward();
    await layer(page, "Help").waitFor();
    assertEquals([await page.getByRole("dialog", { includeHidden: true }).count(), pathOf(page)], [2, "/help"]);
    await page.goBack();
    await layer(page, "Help").waitFor({ state: "detached" });
    await add(page, "tea");
  },
);

layerTest(
  "a reload with two layers shows the page of the upper one; Back leads through the others, and each works",
  async ({ page }) => {
    await openBoth(page);
    await page.reload();
    await page.getByText("Layout").waitFor();
    await page.getByRole("heading", { name: "Help" }).waitFor();
    assertEquals([await page.getByRole("dialog").count(), pathOf(page)], [0, "/help"]);
    await page.goBack();
    await page.waitForURL("/new");
    await page.getByRole("heading", { name: "New note" }).waitFor();
    await add(page, "tea");
  },
);

layerTest(
  "Forward over both layers shows the page of the upper one, and Back leads to the list",
  async ({ page }) => {
    await openBoth(page);
    await page.evaluate(() => history.go(-2));
    await page.waitForURL("/");
    await page.evaluate(() => history.go(2));
    await page.waitForURL("/help");
    await page.getByRole("heading", { name: "Help" }).waitFor();
    await page.goBack();
    await page.getByRole("heading", { name: "New note" }).waitFor();
    await page.goBack();
    await page.getByRole("heading", { name: "Notes" }).waitFor();
    assertEquals([pathOf(page), await page.getByRole("dialog").count()], ["/", 0]);
    const dialog = await openNew(page);
    await dialog.waitFor();
    await add(page, "tea");
  },
);

layerTest(
  "Back while a layer is opened from its history entry leaves the list as it is, and the layer can be opened",
  async ({ page }, server) => {
    await openNew(page);
    await page.goBack();
    await page.waitForFunction(() => !document.querySelector("dialog"));
    const gate = Promise.withResolvers<void>();
    server.gate = gate.promise;
    await page.evaluate(() => history.forward());
    await page.getByRole("dialog").getByText("Loading…").waitFor();
    await page.evaluate(() => history.back());
    await page.waitForFunction(() => !document.querySelector("dialog"));
    gate.resolve();
    assertEquals(pathOf(page), "/");
    await openNew(page);
    await add(page, "tea");
  },
);
