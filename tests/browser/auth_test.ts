import { assertEquals } from "@std/assert";
import { createMemoryStore } from "@hyper/actions";
import { sessions } from "@hyper/actions/session";
import type { Page } from "playwright-core";
import { Accounts, DEMO } from "../../examples/auth/accounts.ts";
import { createApp } from "../../examples/auth/app.ts";
import type { Visit } from "../support/browser.ts";
import { inspect, tabTo, visitExample } from "../support/example.ts";

for (const javaScriptEnabled of [true, false]) {
  const scripts = javaScriptEnabled ? "scripts on" : "scripts off";

  authTest(
    `a user is asked to sign in, is redirected back, and signs out, with ${scripts}`,
    async ({ page, context }) => {
      await page.goto("/account");
      assertEquals(pathOf(page), "/sign-in?next=%2Faccount");
      await page.getByLabel("Name", { exact: true }).fill("bob");
      await page.getByLabel("Password").fill("a guess");
      await page.getByRole("button", { name: "Sign in" }).click();
      await page.getByText("Wrong name or password").first().waitFor();
      assertEquals(await page.getByLabel("Name", { exact: true }).inputValue(), "bob");
      await signIn(page, "bob");
      await page.getByRole("heading", { name: "bob" }).waitFor();
      assertEquals(pathOf(page), "/account");
      const [cookie] = await context.cookies();
      assertEquals([cookie?.httpOnly, cookie?.sameSite], [true, "Lax"]);
      await page.getByRole("button", { name: "Sign out" }).click();
      await page.getByRole("link", { name: "Sign in" }).waitFor();
      // The cookie that scripts run here is not about the user.
      assertEquals((await context.cookies()).filter(({ name }) => name !== "hyper_scripts"), []);
      await page.goBack();
      await page.getByRole("heading", { name: "Sign in" }).waitFor();
    },
    { javaScriptEnabled },
  );

  authTest(`a role that was removed meanwhile has no effect, with ${scripts}`, async ({ page }, { accounts }) => {
    await page.goto("/people");
    await signIn(page, "ada");
    await page.getByRole("heading", { name: "People" }).waitFor();
    accounts.setRole(1, "member");
    await page.getByRole("button", { name: "Make bob an admin" }).click();
    await page.getByText("You do not have permission to do this.").waitFor();
    assertEquals(accounts.list().map(({ role }) => role), ["member", "member"]);
    const response = await page.goto("/people");
    assertEquals(response?.status(), 403);
    await page.getByRole("heading", { name: "Access denied" }).waitFor();
  }, { javaScriptEnabled });

  authTest(`too many attempts are rate limited, with ${scripts}`, async ({ page, url }) => {
    await page.goto("/sign-in");
    for (let guess = 1; guess <= 5; guess++) {
      const response = await fetch(url, { method: "POST", headers: { "x-hyper-action": "sign_in" } });
      await response.body?.cancel();
    }
    await page.getByLabel("Name", { exact: true }).fill("ada");
    await page.getByLabel("Password").fill("a guess");
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByText("Too many attempts. Try again in").waitFor();
  }, { javaScriptEnabled });
}

authTest(
  "a form posted without scripts after its session is shown again after the sign-in",
  async ({ page }, { clock }) => {
    await page.goto("/account");
    await signIn(page, "bob");
    await page.getByLabel("Display name").fill("Robert");
    await page.getByLabel("About you").fill("I build\nbridges");
    clock.hours += 9;
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByRole("heading", { name: "Sign in" }).waitFor();
    assertEquals(pathOf(page), "/sign-in?next=%2Faccount");
    await signIn(page, "bob");
    await page.getByText("Your changes were restored").waitFor();
    assertEquals(await page.getByLabel("Display name").inputValue(), "Robert");
    assertEquals(await page.getByLabel("About you").inputValue(), "I build\nbridges");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByRole("status").getByText("Account saved").waitFor();
    await page.getByRole("heading", { name: "Robert" }).waitFor();
    assertEquals(await page.getByText("Your changes were restored").count(), 0);
  },
  { javaScriptEnabled: false },
);

authTest("an action requires a sign-in after the session has ended, without scripts", async ({ page }, { clock }) => {
  await page.goto("/people");
  await signIn(page, "ada");
  await page.getByRole("heading", { name: "People" }).waitFor();
  clock.hours += 9;
  await page.getByRole("button", { name: "Make bob an admin" }).click();
  await page.getByRole("heading", { name: "Sign in" }).waitFor();
  assertEquals(pathOf(page), "/sign-in?next=%2Fpeople");
  await signIn(page, "ada");
  await page.getByRole("button", { name: "Make bob an admin" }).click();
  await page.getByText("bob, admin").waitFor();
}, { javaScriptEnabled: false });

authTest("a form whose session has ended stays on the page, and is sent once after the sign-in in another tab", async ({
  page,
  context,
}, { clock, accounts }) => {
  await page.goto("/account");
  await signIn(page, "bob");
  await page.getByLabel("Display name").fill("Robert");
  clock.hours += 9;
  await page.getByRole("button", { name: "Save" }).click();
  const alert = page.getByRole("alert").getByText("Sign in to continue.");
  await alert.waitFor();
  assertEquals(pathOf(page), "/account");
  const popup = context.waitForEvent("page");
  await page.getByRole("button", { name: "Sign in" }).click();
  const tab = await popup;
  assertEquals(accounts.find("bob")?.title, "");
  await signIn(tab, "bob");
  await tab.close();
  await comeBack(page);
  await page.getByRole("heading", { name: "Robert" }).waitFor();
  await page.getByRole("status").getByText("Account saved").waitFor();
  assertEquals(await alert.count(), 0);
});

authTest("a form of one user does not run as another who signs in: it waits for its button", async ({
  page,
  context,
}, { clock, accounts }) => {
  await page.goto("/account");
  await signIn(page, "bob");
  await page.getByLabel("Display name").fill("Robert");
  clock.hours += 9;
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByRole("alert").getByText("Sign in to continue.").waitFor();
  const tab = await context.newPage();
  await tab.goto("/sign-in");
  await signIn(tab, "ada");
  await comeBack(page);
  await page.getByText("You are signed in as another user now.").first().waitFor();
  assertEquals([accounts.find("ada")?.title, accounts.find("bob")?.title], ["", ""]);
  assertEquals(await page.getByLabel("Display name").inputValue(), "Robert");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByRole("status").getByText("Account saved").waitFor();
  assertEquals([accounts.find("ada")?.title, accounts.find("bob")?.title], ["Robert", ""]);
});

authTest("a script shows the sign-in itself, and sends the call again", async ({ page, context }, { clock }) => {
  await page.goto("/people");
  await signIn(page, "ada");
  await page.getByRole("heading", { name: "People" }).waitFor();
  clock.hours += 9;
  await page.evaluate(() =>
    addEventListener("hyper:unauthorized", (event) => {
      event.preventDefault();
      const { signIn, retry } = (event as CustomEvent).detail;
      document.title = signIn;
      addEventListener("signedIn", retry, { once: true });
    })
  );
  await page.getByRole("button", { name: "Make bob an admin" }).click();
  await page.waitForFunction(() => document.title === "/sign-in?next=%2Fpeople");
  assertEquals(await page.getByRole("alert").count(), 0);
  const tab = await context.newPage();
  await tab.goto("/sign-in");
  await signIn(tab, "ada");
  await page.evaluate(() => void dispatchEvent(new Event("signedIn")));
  await page.getByText("bob, admin").waitFor();
});

authTest("an admin reads the reason why an operation is denied", async ({ page }) => {
  await page.goto("/people");
  await signIn(page, "ada");
  await page.getByRole("button", { name: "Make ada a member" }).click();
  await page.getByRole("alert").getByText("You cannot change your own role").waitFor();
});

for (const colorScheme of ["light", "dark"] as const) {
  authTest(`all pages are accessible, and usable with the keyboard alone, in ${colorScheme}`, async ({ page }) => {
    await page.goto("/");
    await inspect(page, "/");
    await tabTo(page, "Your account");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Sign in" }).waitFor();
    await inspect(page, "the sign-in");
    await tabTo(page, "Name");
    await page.keyboard.type("ada");
    await page.keyboard.press("Tab");
    await page.keyboard.type("a guess");
    await page.keyboard.press("Enter");
    await page.getByText("Wrong name or password").first().waitFor();
    await inspect(page, "a sign-in that was refused");
    await tabTo(page, "Password");
    await page.keyboard.type("analytical engine");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "ada" }).waitFor();
    await inspect(page, "an account");
    await page.goto("/people");
    await inspect(page, "people");
    await tabTo(page, "Make bob an admin");
    await page.keyboard.press("Enter");
    await page.getByText("bob, admin").waitFor();
    await tabTo(page, "Make ada a member");
    await page.keyboard.press("Enter");
    await page.getByRole("alert").getByText("You cannot change your own role").waitFor();
    await inspect(page, "people, with a failure");
    await tabTo(page, "Sign out");
    await page.keyboard.press("Enter");
    await page.getByRole("link", { name: "Sign in" }).waitFor();
    await signInAt(page, "/people", "bob");
    await page.goto("/nowhere");
    await inspect(page, "an address that leads nowhere");
  }, { colorScheme });
}

/** Parts of a test outside the page. */
interface Tools {
  readonly accounts: Accounts;
  /** Hours that have passed. */
  readonly clock: { hours: number };
}

function authTest(
  name: string,
  visit: (visit: Visit, tools: Tools) => Promise<void>,
  options: { readonly javaScriptEnabled?: boolean; readonly colorScheme?: "light" | "dark" } = {},
): void {
  Deno.test(`auth: ${name}`, async () => {
    const clock = { hours: 0 };
    const now = () => clock.hours * 60 * 60 * 1000;
    using accounts = new Accounts(":memory:");
    for (const account of DEMO) await accounts.add(account);
    const session = sessions({ store: createMemoryStore({ now }), idleSeconds: 8 * 60 * 60, now });
    await visitExample(createApp(accounts, session), (it) => visit(it, { accounts, clock }), options);
  });
}

async function signIn(page: Page, name: string): Promise<void> {
  await page.getByLabel("Name", { exact: true }).fill(name);
  await page.getByLabel("Password").fill(DEMO.find((account) => account.name === name)?.password ?? "");
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByText(`Signed in as ${name}`).waitFor();
}

async function signInAt(page: Page, path: string, name: string): Promise<void> {
  await page.goto(path);
  await signIn(page, name);
}

/** Brings a tab to the front. The tests have several tabs in front at once, so that the browser fires no event for it. */
async function comeBack(page: Page): Promise<void> {
  await page.bringToFront();
  await page.evaluate(() => void dispatchEvent(new Event("focus")));
}

function pathOf(page: Page): string {
  const { pathname, search } = new URL(page.url());
  return `${pathname}${search}`;
}
