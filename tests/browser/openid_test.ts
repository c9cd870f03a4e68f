/** A user signs in at an OpenID provider in a browser, with scripts and without. */
import { assertEquals } from "@std/assert";
import { createApp } from "../../examples/openid/app.ts";
import { OpenId } from "../../examples/openid/openid.ts";
import { withPage } from "../support/browser.ts";
import { tabTo } from "../support/example.ts";
import { CLIENT, OpenIdProvider } from "../support/openid_provider.ts";

for (const javaScriptEnabled of [true, false]) {
  Deno.test(`openid: a user signs in at the provider, comes back and signs out, with scripts ${javaScriptEnabled ? "on" : "off"}`, async () => {
    await using provider = await OpenIdProvider.start();
    const handler = createApp(new OpenId({ ...CLIENT, issuer: provider.issuer }));
    await withPage(handler, async ({ page }) => {
      await page.goto("/");
      await page.getByRole("link", { name: "Your account" }).click();
      await page.getByRole("button", { name: "Sign in with your provider" }).click();
      await page.getByRole("heading", { name: "Ada" }).waitFor();
      assertEquals([new URL(page.url()).pathname, new URL(page.url()).search], ["/account", ""]);
      assertEquals(provider.exchanges, [200]);
      await page.getByRole("button", { name: "Sign out" }).click();
      await page.getByRole("heading", { name: "Library" }).waitFor();
      await page.getByRole("link", { name: "Your account" }).click();
      await page.getByRole("heading", { name: "Sign in" }).waitFor();
    }, { javaScriptEnabled });
    await handler.close();
  });
}

for (const javaScriptEnabled of [true, false]) {
  Deno.test(`openid: the keyboard alone is enough, also when the provider refuses, with scripts ${javaScriptEnabled ? "on" : "off"}`, async () => {
    await using provider = await OpenIdProvider.start();
    provider.refusal = { error: "access_denied" };
    const handler = createApp(new OpenId({ ...CLIENT, issuer: provider.issuer }));
    await withPage(handler, async ({ page }) => {
      const press = async (name: string, heading: string) => {
        await tabTo(page, name);
        await page.keyboard.press("Enter");
        await page.getByRole("heading", { name: heading }).waitFor();
      };
      await page.goto("/");
      await press("Your account", "Sign in");
      await press("Sign in with your provider", "You were not signed in");
      provider.refusal = null;
      await press("Go to the home page", "Library");
      await press("Your account", "Sign in");
      await press("Sign in with your provider", "Ada");
      await press("Sign out", "Library");
      await press("Your account", "Sign in");
    }, { javaScriptEnabled });
    await handler.close();
  });
}
