/** Answers that come when the user has gone to another page: they do not change it as if it were that of the call. */
import {
  action,
  ClientScript,
  createHandler,
  Form,
  html,
  HyperError,
  type LayoutProps,
  redirect,
  refresh,
  toast,
  Toasts,
} from "@hyper/actions";
import { assertEquals } from "@std/assert";
import type { Page } from "playwright-core";
import { withPage } from "../support/browser.ts";
import type {} from "../../client.ts";

/** Two pages in a layout, which both show how often something was saved, and an action whose answers wait for a gate. */
function site() {
  const state = { saved: 0, gate: Promise.resolve() as Promise<unknown> };
  const answers = {
    refresh: () => refresh(),
    patch: () => html(<p id="place">Patched</p>, { target: "#place" }),
    redirect: () => redirect("/third"),
    here: () => redirect("/other"),
    error: () => {
      throw new HyperError(409, "Not possible");
    },
  };
  const save = action("save", async ({ data }) => {
    await state.gate;
    state.saved++;
    const answer = answers[data.answer as keyof typeof answers]();
    return [toast("Done"), answer];
  });
  const restore = action("restore", () => {
    state.saved--;
    return [refresh(), toast("Restored")];
  });
  const drop = action("drop", () => {
    state.saved++;
    return [refresh(), toast("Deleted", { undo: { action: restore } })];
  });
  const Layout = ({ children }: LayoutProps) => (
    <html lang="en">
      <head>
        <title>Site</title>
        <ClientScript />
      </head>
      <body hyper-nav>
        <main>
          {children}
          <p>{`${state.saved} saved`}</p>
        </main>
        <Toasts />
      </body>
    </html>
  );
  const First = () => (
    <>
      <h1>First</h1>
      <p id="place">The first</p>
      {Object.keys(answers).map((answer) => (
        <Form key={answer} action={save} instance={answer}>
          <button name="answer" value={answer}>Save {answer}</button>
        </Form>
      ))}
      <Form action={drop} submit="Delete" />
      <a href="/other">Other</a>
    </>
  );
  const page = (path: string, module: object) => ({ path, load: () => Promise.resolve(module) });
  const handler = createHandler({
    baseDir: "/srv/app",
    keys: ["k".repeat(32)],
    pages: [
      page("pages/layout.tsx", { default: Layout }),
      page("/", { default: First, save, drop, restore }),
      page("/other", { default: () => <h1>Other</h1> }),
      page("/third", { default: () => <h1>Third</h1> }),
    ],
  });
  return { handler, state };
}

const shown = async (page: Page) => [new URL(page.url()).pathname, await page.getByRole("heading").allTextContents()];

for (const answer of ["refresh", "patch", "redirect", "here", "error"]) {
  Deno.test(`a post whose page is left before its answer does not replace the next page: ${answer}`, async () => {
    const { handler, state } = site();
    await withPage(handler, async ({ page, events }) => {
      await page.goto("/");
      await page.waitForLoadState("networkidle");
      const gate = Promise.withResolvers<void>();
      state.gate = gate.promise;
      await page.getByRole("button", { name: `Save ${answer}` }).click();
      await page.getByRole("link", { name: "Other" }).click();
      await page.getByRole("heading", { name: "Other" }).waitFor();
      await page.getByText("0 saved").waitFor();
      gate.resolve();
      if (answer === "error") await page.getByRole("alert").getByText("Not possible").waitFor();
      else await page.getByRole("status").getByText("Done").waitFor();
      await events.next("hyper:afterRequest");
      assertEquals(await shown(page), ["/other", ["Other"]]);
      // The page is that of the server again.
      if (answer === "refresh" || answer === "here") await page.getByText("1 saved").waitFor();
      await page.goBack();
      await page.getByRole("heading", { name: "First" }).waitFor();
      await page.getByText("1 saved").waitFor();
      assertEquals(await shown(page), ["/", ["First"]]);
    });
    await handler.close();
  });
}

Deno.test("an undo that is pressed on another page undoes, and that page stays", async () => {
  const { handler, state } = site();
  await withPage(handler, async ({ page }) => {
    await page.goto("/");
    await page.waitForLoadState("networkidle");
    await page.getByRole("button", { name: "Delete" }).click();
    await page.getByText("1 saved").waitFor();
    await page.getByRole("link", { name: "Other" }).click();
    await page.getByRole("heading", { name: "Other" }).waitFor();
    await page.getByRole("button", { name: "Undo" }).click();
    await page.getByText("0 saved").waitFor();
    await page.getByRole("status").getByText("Restored").waitFor();
    assertEquals([state.saved, await shown(page)], [0, ["/other", ["Other"]]]);
    assertEquals(await page.getByRole("button", { name: "Undo" }).count(), 0);
  });
  await handler.close();
});
