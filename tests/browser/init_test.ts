/** The application of the template `app` in a browser: a new user, their tasks in two tabs, and the sign-out. */
import type { Handler } from "@hyper/actions";
import { assertEquals } from "@std/assert";
import { inspect, visitExample } from "../support/example.ts";

for (const javaScriptEnabled of [true, false]) {
  Deno.test(`init app: a user signs up, works and signs out, with scripts ${javaScriptEnabled ? "on" : "off"}`, async () => {
    await visitExample(await openApp(), async ({ page, context }) => {
      await page.goto("/");
      await page.getByRole("link", { name: "Create an account" }).click();
      await page.getByLabel("Name").fill(javaScriptEnabled ? "Ada" : "Bob");
      await page.getByLabel("Password").fill("correct horse");
      await page.getByRole("button", { name: "Create account" }).click();
      await page.getByText("You have no tasks.").waitFor();
      const other = await context.newPage();
      await other.goto("/tasks");
      for (const title of ["Buy milk", "Call Grace"]) {
        await page.getByLabel("New task").fill(title);
        await page.getByRole("button", { name: "Add" }).click();
        await page.getByRole("listitem").getByText(title).waitFor();
      }
      // Without scripts, the other tab shows the tasks when it is loaded again.
      if (!javaScriptEnabled) await other.reload();
      await other.getByText("Call Grace").waitFor();
      await page.getByRole("button", { name: "Mark “Buy milk” as done" }).click();
      await page.getByRole("button", { name: "Mark “Buy milk” as not done" }).waitFor();
      await page.getByRole("button", { name: "Delete “Buy milk”" }).click();
      if (javaScriptEnabled) await page.getByRole("alertdialog").getByRole("button", { name: "Delete" }).click();
      await page.getByRole("listitem").getByText("Buy milk").waitFor({ state: "detached" });
      if (javaScriptEnabled) await inspect(page, "/tasks");
      await page.getByRole("button", { name: "Sign out" }).click();
      await page.getByRole("link", { name: "Sign in" }).waitFor();
      await page.goto("/tasks");
      assertEquals(new URL(page.url()).search, "?next=%2Ftasks");
    }, { javaScriptEnabled });
  });
}

/** Imports the application with a database in memory. Its modules are loaded once, so both tests have the same accounts. */
async function openApp(): Promise<Handler> {
  Deno.env.set("DATA", ":memory:");
  try {
    const { handler: app } = await import(`../../src/init/project/app/main.ts?${++copies}`);
    return app;
  } finally {
    // Other tests of this process start programs that read it.
    Deno.env.delete("DATA");
  }
}

// A handler is closed after its test, so each test imports `main.ts` again.
let copies = 0;
