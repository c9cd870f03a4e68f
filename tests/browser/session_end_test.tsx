/** The session ends while the user works: with an upload, and with a search in the background. */
import {
  action,
  createHandler,
  createMemoryStore,
  defineForm,
  field,
  Form,
  html,
  type RequestContext,
  toast,
  Toasts,
} from "@hyper/actions";
import { sessions, signedIn } from "@hyper/actions/session";
import { assertEquals } from "@std/assert";
import { Buffer } from "node:buffer";
import type {} from "../../client.ts";
import { withPage } from "../support/browser.ts";

const MINUTES = 60_000;

/** An application for signed-in users, and the time of its sessions. */
function createSite() {
  const clock = { ms: 0 };
  const now = () => clock.ms;
  const session = sessions({ store: createMemoryStore({ now }), idleSeconds: 60, now });
  const guard = signedIn({ session, signIn: "/sign-in" });
  const saved: string[] = [];
  const FileForm = defineForm("file", {
    fields: { note: field.text({ label: "Note" }), file: field.file({ label: "File", required: true }) },
  });
  const upload = action("upload", { form: FileForm, inject: { session } }, async ({ form, files, session }) => {
    const text = await files.get("file")?.[0]?.text();
    saved.push(`${session.user}: ${form.values.note}, ${text}`);
    return toast("Uploaded");
  });
  const search = action("search", { method: "GET" }, ({ data }) => {
    return html(<p id="found">{`Found ${data.q}`}</p>, { target: "#found" });
  });
  const signIn = action("sign_in", { skipHandlerGuard: true, inject: { session } }, ({ session }) => {
    session.signIn("ada");
    return toast("Welcome");
  });
  const context = { user: async ({ deps }: RequestContext) => (await deps.get(session)).user };
  const Work = () => (
    <main>
      <h1>Work</h1>
      <Form action={upload} submit="Upload" />
      <p id="found" />
      <Toasts />
    </main>
  );
  const SignIn = () => (
    <main>
      <Form action={signIn} submit="Enter" />
      <Toasts />
    </main>
  );
  const handler = createHandler({
    baseDir: "/srv/app",
    pages: [
      { path: "/", load: () => Promise.resolve({ render: guard, default: Work, context, upload, search }) },
      { path: "/sign-in", load: () => Promise.resolve({ default: SignIn, signIn }) },
    ],
    guard,
    principal: session.principal,
  });
  return { handler, clock, saved };
}

Deno.test("the session ends before an upload and during a search: the page stays, and the upload is sent once", async () => {
  const { handler, clock, saved } = createSite();
  await withPage(handler, async ({ page, context }) => {
    const enter = async (tab: typeof page): Promise<void> => {
      await tab.goto("/sign-in");
      await tab.getByRole("button", { name: "Enter" }).click();
      await tab.getByText("Welcome").waitFor();
    };
    await enter(page);
    await page.goto("/");
    await page.getByLabel("Note").fill("typed");
    await page.getByLabel("File").setInputFiles({
      name: "a.txt",
      mimeType: "text/plain",
      buffer: Buffer.from("content"),
    });
    clock.ms += 2 * MINUTES;

    const found = await page.evaluate(async () =>
      (await globalThis.action("search", { q: "tea" }, { method: "GET" })).status
    );
    assertEquals(found, 401);
    await page.getByRole("alert").getByText("Sign in to continue.").waitFor();
    await page.getByRole("button", { name: "Upload" }).click();
    await page.waitForFunction(() => document.querySelectorAll("[data-hyper-alert]").length === 1);
    assertEquals([new URL(page.url()).pathname, saved], ["/", []]);
    assertEquals(await page.getByLabel("Note").inputValue(), "typed");

    const tab = await context.newPage();
    await enter(tab);
    await tab.close();
    // The tests have several tabs in front at once, so that the browser fires no event for it.
    await page.evaluate(() => void dispatchEvent(new Event("focus")));
    await page.getByText("Uploaded").waitFor();
    assertEquals(saved, ["ada: typed, content"]);
    await page.evaluate(() => void dispatchEvent(new Event("focus")));
    await page.evaluate(() => globalThis.action("search", { q: "tea" }, { method: "GET" }));
    await page.getByText("Found tea").waitFor();
    assertEquals(saved.length, 1);
  });
  await handler.close();
});

Deno.test("a guard of the application redirects a search in the background: the page stays, and a message leads to the sign-in", async () => {
  let isOut = false;
  const guard = () => isOut ? new Response(null, { status: 303, headers: { location: "/sign-in" } }) : true;
  const find = action("find", { method: "GET", guard }, () => html(<p id="found">Found</p>, { target: "#found" }));
  const Search = () => (
    <main>
      <label>
        Search <input name="q" hyper-on="input" hyper-action="find" hyper-method="get" />
      </label>
      <p id="found" />
    </main>
  );
  const pages = { "/": { default: Search, find }, "/sign-in": { default: () => <h1>Sign in</h1> } };
  const handler = createHandler({
    baseDir: "/srv/app",
    pages: Object.entries(pages).map(([path, module]) => ({ path, load: () => Promise.resolve(module) })),
  });
  await withPage(handler, async ({ page, context, events, url }) => {
    await page.goto("/");
    await page.getByLabel("Search").fill("t");
    await page.getByText("Found").waitFor();
    isOut = true;
    await page.getByLabel("Search").fill("tea");
    await page.getByRole("button", { name: "Sign in" }).waitFor();
    assertEquals(events.of("hyper:unauthorized").map(({ detail }) => detail.signIn), ["/sign-in"]);
    assertEquals([page.url(), await page.getByLabel("Search").inputValue()], [`${url}/`, "tea"]);
    const opened = context.waitForEvent("page");
    await page.getByRole("button", { name: "Sign in" }).click();
    await (await opened).getByRole("heading", { name: "Sign in" }).waitFor();
  });
  await handler.close();
});
