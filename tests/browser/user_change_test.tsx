/** The user signs out and in while pages are open: live pages, topics, forms that wait, dialogs. */
import {
  action,
  createHandler,
  createMemoryStore,
  defineForm,
  Field,
  field,
  Form,
  FormErrors,
  html,
  live,
  redirect,
  region,
  type RequestContext,
  Toasts,
} from "@hyper/actions";
import { keptForms, sessions, signedIn } from "@hyper/actions/session";
import { assertEquals } from "@std/assert";
import type { Page } from "playwright-core";
import type {} from "../../client.ts";
import { type Visit, withPage } from "../support/browser.ts";

/** An application with a live page for signed-in users, and a sign-in page without scripts. */
function createSite() {
  const clock = { ms: 0 };
  const now = () => clock.ms;
  const store = createMemoryStore({ now });
  const session = sessions({ store, idleSeconds: 60, now });
  const guard = signedIn({ session, signIn: "/sign-in" });
  const kept = keptForms({ session, store, signIn: "/sign-in" });
  const saved: string[] = [];
  const ids: string[] = [];
  const news = { text: "none" };
  /** The users whose streams of regions were opened. */
  const watchers: string[] = [];
  const userOf = async ({ deps }: Pick<RequestContext, "deps">) => (await deps.get(session)).user ?? "none";
  const News = region(
    "news",
    { depends: "news" },
    async (ctx) => <p id="news">{`News for ${await userOf(ctx)}: ${news.text}`}</p>,
  );
  const NoteForm = defineForm("note", {
    fields: {
      note: field.text({ label: "Note" }),
      kind: field.select({ label: "Kind", choices: ["a", "b"] }),
      important: field.checkbox({ label: "Important" }),
    },
    guard: kept.guard,
    getInitial: async (ctx) => await kept.find("note", ctx) ?? { note: "" },
  });
  const save = action("save", { form: NoteForm, skipHandlerGuard: true }, async ({ form, deps, requestId }) => {
    saved.push(`${await userOf({ deps })}: ${form.values.note}`);
    ids.push(requestId ?? "");
    return html(<p id="saved">{`Saved ${form.values.note}`}</p>, { target: "#saved" });
  });
  const watch = action("watch", { method: "GET" }, () => live("topic"));
  const signIn = action("sign_in", { skipHandlerGuard: true, inject: { session } }, ({ session, data }) => {
    session.signIn(String(data.user));
    return html(<p id="who">{`Hello ${data.user}`}</p>, { target: "#who" });
  });
  const signOut = action("sign_out", { skipHandlerGuard: true, inject: { session } }, ({ session }) => {
    session.destroy();
    return redirect("/sign-in");
  });
  const Work = () => (
    <main>
      <News />
      <Form action={save}>
        <FormErrors />
        <Field name="note" />
        <Field name="kind" />
        <Field name="important" />
        <button>Save</button>
      </Form>
      <p id="saved" />
      <p id="topic" />
      <dialog aria-label="Session">
        <Form action={signIn}>
          <button name="user" value="ada">Sign in here</button>
        </Form>
      </dialog>
      <p id="who" />
      <Toasts />
    </main>
  );
  // A page without the runtime: the browser posts its forms.
  const signInPage = async (ctx: RequestContext) => (
    <html lang="en">
      <head>
        <title>Sign in</title>
      </head>
      <body>
        <p>{`You are ${await userOf(ctx)}`}</p>
        {["ada", "bob"].map((user) => (
          <Form key={user} action={signIn}>
            <button name="user" value={user}>{`Enter as ${user}`}</button>
          </Form>
        ))}
        <Form action={signOut} submit="Leave" />
      </body>
    </html>
  );
  const handler = createHandler({
    baseDir: "/srv/app",
    keys: ["k".repeat(32)],
    heartbeatSeconds: 1,
    pages: [
      {
        path: "/",
        load: () => Promise.resolve({ render: guard, default: Work, context: { user: userOf }, News, save, watch }),
      },
      { path: "/sign-in", load: () => Promise.resolve({ render: signInPage, signIn, signOut }) },
    ],
    guard,
    principal: session.principal,
  });
  handler.signals.streamOpened.connect(async ({ actionName, request }) => {
    if (actionName === "hyper:watch") watchers.push(await session.principal(request) ?? "none");
  });
  return { handler, clock, saved, ids, news, watchers };
}

type Site = ReturnType<typeof createSite>;

function siteTest(name: string, visit: (visit: Visit, site: Site) => Promise<void>, javaScriptEnabled = true): void {
  Deno.test(name, async () => {
    const site = createSite();
    try {
      await withPage(site.handler, (it) => visit(it, site), { javaScriptEnabled });
    } finally {
      await site.handler.close();
    }
  });
}

/** Presses a button of the sign-in page, without scripts. */
async function press(tab: Page, button: string, user: string): Promise<void> {
  await tab.goto("/sign-in");
  await tab.getByRole("button", { name: button }).click();
  await tab.getByText(`You are ${user}`).waitFor();
}

/** Changes the news until the page shows it: its stream is open. */
async function watching(page: Page, { handler, news }: Site, user: string): Promise<void> {
  for (let change = 1;; change++) {
    news.text = `change ${change}`;
    await handler.changed("news");
    const shown = page.getByText(`News for ${user}: ${news.text}`);
    if (await shown.waitFor({ timeout: 1000 }).then(() => true, () => false)) return;
  }
}

const alert = (page: Page) => page.getByRole("alert").getByText("Sign in to continue.");

siteTest(
  "the session ends in a live page: what is typed stays, and after the sign-in in another tab the page is live again",
  async ({ page, context, events }, site) => {
    const { handler, clock, saved, news } = site;
    await press(page, "Enter as ada", "ada");
    await page.goto("/");
    await watching(page, site, "ada");
    await page.getByLabel("Note").fill("typed");
    clock.ms += 120_000;
    news.text = "while the session had ended";
    await handler.changed("news");
    await alert(page).waitFor();
    assertEquals(events.of("hyper:unauthorized")[0]?.detail.signIn, "/sign-in?next=%2F");
    assertEquals([new URL(page.url()).pathname, await page.getByLabel("Note").inputValue()], ["/", "typed"]);

    const tab = await context.newPage();
    await press(tab, "Enter as ada", "ada");
    await page.getByText("News for ada: while the session had ended").waitFor();
    assertEquals(await alert(page).count(), 0);
    await watching(page, site, "ada");
    assertEquals(await page.getByLabel("Note").inputValue(), "typed");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("Saved typed").waitFor();
    assertEquals(saved, ["ada: typed"]);
  },
);

siteTest(
  "the session ends in two live tabs, and the one that reads the stream is closed: the other misses nothing",
  async ({ page, context }, site) => {
    await press(page, "Enter as ada", "ada");
    await page.goto("/");
    await watching(page, site, "ada");
    const other = await context.newPage();
    await other.goto("/");
    await watching(other, site, "ada");
    site.clock.ms += 120_000;
    site.news.text = "while the session had ended";
    await site.handler.changed("news");
    for (const tab of [page, other]) await alert(tab).waitFor();
    const opened = Promise.withResolvers<void>();
    site.handler.signals.streamOpened.connect(() => opened.resolve());
    await page.close();
    await opened.promise;
    const tab = await context.newPage();
    await press(tab, "Enter as ada", "ada");
    await other.getByText("News for ada: while the session had ended").waitFor();
    assertEquals(await alert(other).count(), 0);
  },
);

siteTest(
  "a form that waits for the sign-in is sent when the user has signed in in another tab, once, with its ID",
  async ({ page, context, events }, { clock, saved, ids }) => {
    await press(page, "Enter as ada", "ada");
    await page.goto("/");
    await page.getByLabel("Note").fill("typed");
    clock.ms += 120_000;
    await page.getByRole("button", { name: "Save" }).click();
    await alert(page).waitFor();
    assertEquals(saved, []);
    const tab = await context.newPage();
    await press(tab, "Enter as ada", "ada");
    await page.getByText("Saved typed").waitFor();
    await page.evaluate(() => void dispatchEvent(new Event("focus")));
    assertEquals([saved, await alert(page).count()], [["ada: typed"], 0]);
    const sent = events.of("hyper:beforeRequest").filter(({ detail }) => detail.action === "save");
    assertEquals(sent.map(({ detail }) => detail.id), [ids[0], ids[0]]);
  },
);

siteTest(
  "a form that waits for the sign-in is sent after the sign-in in a dialog of the page, once, with its ID",
  async ({ page, events }, site) => {
    const { clock, saved, ids } = site;
    await press(page, "Enter as ada", "ada");
    await page.goto("/");
    // Its stream is open, so that only the form asks for the sign-in.
    await watching(page, site, "ada");
    await page.evaluate(() => {
      addEventListener("hyper:unauthorized", (event) => {
        event.preventDefault();
        const dialog = document.querySelector("dialog")!;
        dialog.showModal();
        addEventListener("hyper:requestSuccess", ({ detail }) => {
          if (detail.action !== "sign_in") return;
          dialog.close();
          event.detail.retry();
        });
      });
    });
    await page.getByLabel("Note").fill("typed");
    clock.ms += 120_000;
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Sign in here" }).click();
    await page.getByText("Saved typed").waitFor();
    assertEquals([saved, await alert(page).count(), await page.getByRole("dialog").count()], [["ada: typed"], 0, 0]);
    const sent = events.of("hyper:beforeRequest").filter(({ detail }) => detail.action === "save");
    assertEquals(sent.map(({ detail }) => detail.id), [ids[0], ids[0]]);
  },
);

siteTest(
  "Alice signs out and Bob signs in in another tab: the stream of the browser is opened again, for each of them",
  async ({ page, context }, site) => {
    const { watchers } = site;
    await press(page, "Enter as ada", "ada");
    await page.goto("/");
    await watching(page, site, "ada");
    const before = watchers.length;
    assertEquals(watchers.at(-1), "ada");
    const tab = await context.newPage();
    await press(tab, "Leave", "none");
    await alert(page).waitFor();
    await press(tab, "Enter as bob", "bob");
    await page.getByText("News for bob").waitFor();
    assertEquals(await alert(page).count(), 0);
    await watching(page, site, "bob");
    const after = watchers.slice(before);
    assertEquals([after.includes("none"), after.includes("ada"), after.at(-1)], [true, false, "bob"]);
  },
);

for (const control of ["text", "list", "box", "none"]) {
  siteTest(
    `the page is shown again for the user of now: what the user before has entered is not sent as theirs: ${control}`,
    async ({ page, context }, { saved }) => {
      await press(page, "Enter as ada", "ada");
      await page.goto("/");
      if (control === "text") await page.getByLabel("Note").fill("typed");
      if (control === "list") await page.getByLabel("Kind").selectOption("b");
      if (control === "box") await page.getByLabel("Important").check();
      const tab = await context.newPage();
      await press(tab, "Enter as bob", "bob");
      await page.getByText("News for bob").waitFor();
      await page.getByRole("button", { name: "Save" }).click();
      if (control !== "none") {
        await page.getByText("You are signed in as another user now.").first().waitFor();
        assertEquals(saved, []);
        // The user has seen it.
        await page.getByRole("button", { name: "Save" }).click();
      }
      await page.getByText("Saved").waitFor();
      assertEquals(saved, [`bob: ${control === "text" ? "typed" : ""}`]);
    },
  );
}

siteTest(
  "a user who signs out in the page itself is not asked to sign in while the page is left",
  async ({ page, events }, site) => {
    await press(page, "Enter as ada", "ada");
    await page.goto("/");
    await watching(page, site, "ada");
    // A slow line: the page stays for a while after the response.
    await page.route("**/sign-in", async (route) => {
      await new Promise((resolve) => setTimeout(resolve, 700));
      await route.continue();
    });
    await page.evaluate(() => void globalThis.action("sign_out").catch(() => {}));
    await page.getByText("You are none").waitFor();
    assertEquals(events.of("hyper:unauthorized"), []);
  },
);

siteTest(
  "without cookieStore, a page learns of the sign-in when the user comes back to it",
  async ({ page, context }, { clock, saved }) => {
    await page.addInitScript(() => Object.defineProperty(globalThis, "cookieStore", { value: undefined }));
    await press(page, "Enter as ada", "ada");
    await page.goto("/");
    await page.getByLabel("Note").fill("typed");
    clock.ms += 120_000;
    await page.evaluate(() => void globalThis.action("watch", {}, { method: "GET" }).catch(() => {}));
    await alert(page).waitFor();
    const tab = await context.newPage();
    await press(tab, "Enter as ada", "ada");
    assertEquals([await alert(page).count(), saved], [1, []]);
    await page.evaluate(() => void dispatchEvent(new Event("focus")));
    await page.waitForFunction(() => document.querySelector("[data-hyper-alert]") === null);
    await page.getByText("News for ada").waitFor();
  },
);

siteTest(
  "a page that reads a topic is asked to sign in when its user signs out in another tab",
  async ({ page, context }, { handler }) => {
    await press(page, "Enter as ada", "ada");
    await page.goto("/");
    const opened = Promise.withResolvers<void>();
    handler.signals.streamOpened.connect(({ actionName }) => {
      if (actionName === "watch") opened.resolve();
    });
    await page.evaluate(() => void globalThis.action("watch", {}, { method: "GET" }).catch(() => {}));
    await opened.promise;
    await handler.publish("topic", html(<p id="topic">for members</p>, { target: "#topic" }));
    await page.getByText("for members").waitFor();
    const tab = await context.newPage();
    await press(tab, "Leave", "none");
    await alert(page).waitFor();
    await handler.publish("topic", html(<p id="topic">secret</p>, { target: "#topic" }));
    assertEquals(await page.getByText("secret").count(), 0);
  },
);

siteTest(
  "without scripts, the session ends in the page: the form is shown again after the sign-in, with the regions of now",
  async ({ page }, { clock, saved, news }) => {
    await press(page, "Enter as ada", "ada");
    await page.goto("/");
    await page.getByLabel("Note").fill("typed");
    clock.ms += 120_000;
    news.text = "while the session had ended";
    await page.getByRole("button", { name: "Save" }).click();
    await page.waitForURL("**/sign-in?next=%2F");
    await page.getByRole("button", { name: "Enter as ada" }).click();
    await page.goto("/");
    assertEquals(await page.getByLabel("Note").inputValue(), "typed");
    await page.getByText("News for ada: while the session had ended").waitFor();
    assertEquals(saved, []);
    await page.getByRole("button", { name: "Save" }).click();
    await page.waitForURL("**/");
    assertEquals(saved, ["ada: typed"]);
  },
  false,
);
