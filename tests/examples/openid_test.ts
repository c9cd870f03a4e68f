/** `examples/openid` against a provider on a real socket, and the attacks on it. */
import { formActionUrl } from "@hyper/actions";
import { assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { createApp } from "../../examples/openid/app.ts";
import { OpenId } from "../../examples/openid/openid.ts";
import { session } from "../../examples/openid/session.ts";
import { Browser } from "../session/support.tsx";
import { captureConsole } from "../support/app.tsx";
import { CLIENT, makeKeys, OpenIdProvider } from "../support/openid_provider.ts";

/** The provider, the application, and browsers. */
interface Site {
  readonly provider: OpenIdProvider;
  readonly open: () => Browser;
}

function openIdTest(name: string, test: (site: Site) => Promise<void>): void {
  Deno.test(`openid: ${name}`, async () => {
    const restore = captureConsole([]);
    try {
      await using provider = await OpenIdProvider.start();
      const handler = createApp(new OpenId({ ...CLIENT, issuer: provider.issuer }));
      await test({ provider, open: () => new Browser(handler) });
      await handler.close();
    } finally {
      restore();
    }
  });
}

/** Presses the button of the sign-in page. Returns the response. */
async function press(browser: Browser, page = "/sign-in", headers: Record<string, string> = {}): Promise<Response> {
  return await browser.request(formActionUrl("sign_in"), {
    method: "POST",
    headers: { accept: "text/html", ...headers },
    body: new URLSearchParams({ _next_form_page: "pages/sign-in/page.tsx", _next_form_origin: page }),
  });
}

/** Begins a sign-in, and goes to the provider. Returns the URL that it sends the browser to. */
async function approve(browser: Browser, page?: string): Promise<URL> {
  const begun = await press(browser, page);
  assertEquals(begun.status, 303);
  const response = await fetch(begun.headers.get("location") ?? "", { redirect: "manual" });
  await response.body?.cancel();
  return new URL(response.headers.get("location") ?? "");
}

/** Follows the provider back. Returns the status, and the address that follows. */
async function arrive(browser: Browser, url: URL): Promise<readonly [number, string | null]> {
  const response = await browser.request(url.href);
  await response.body?.cancel();
  return [response.status, response.headers.get("location")];
}

/** Returns the heading of the account page; `null` for a user who is not signed in. */
async function nameIn(browser: Browser): Promise<string | null> {
  const response = await browser.request("/account");
  return /<h1>(.*?)<\/h1>/.exec(await response.text())?.[1] ?? null;
}

openIdTest(
  "a user signs in at the provider, and comes back to the page, with a new session",
  async ({ provider, open }) => {
    const browser = open();
    const denied = await browser.request("/account?tab=2");
    const signIn = denied.headers.get("location") ?? "";
    assertEquals(signIn, "/sign-in?next=%2Faccount%3Ftab%3D2");
    const callback = await approve(browser, signIn);
    assertEquals([provider.asked.scope, provider.asked.redirect_uri], [
      "openid profile",
      "https://site.test/sign-in/callback",
    ]);
    for (const name of ["state", "nonce", "code_challenge"]) assertMatch(provider.asked[name] ?? "", /^[\w-]{43}$/);
    const before = browser.cookies.get("__Host-session");
    assertEquals(await arrive(browser, callback), [303, "/account?tab=2"]);
    assertNotEquals(browser.cookies.get("__Host-session"), before);
    assertEquals(await nameIn(browser), "Ada");
    assertEquals((await session.list(`${provider.issuer} 7`)).length, 1);
  },
);

openIdTest("two tabs begin a sign-in, and both can finish it", async ({ open }) => {
  const browser = open();
  const [first, second] = [await approve(browser), await approve(browser, "/sign-in?next=/")];
  assertEquals(await arrive(browser, first), [303, "/account"]);
  assertEquals(await arrive(browser, second), [303, "/"]);
});

openIdTest(
  "a state that this browser has not begun, or none, is rejected before the provider is asked",
  async ({ provider, open }) => {
    const browser = open();
    const callback = await approve(browser);
    for (const state of ["x".repeat(43), "", null]) {
      const changed = new URL(callback);
      if (state === null) changed.searchParams.delete("state");
      else changed.searchParams.set("state", state);
      assertEquals(await arrive(browser, changed), [400, null]);
    }
    assertEquals([provider.exchanges, await nameIn(browser)], [[], null]);
  },
);

openIdTest(
  "login CSRF: the link of an attacker does not sign a user in as the attacker",
  async ({ provider, open }) => {
    const [attacker, user] = [open(), open()];
    await arrive(user, await approve(user));
    provider.user = { sub: "666", name: "Mallory" };
    const link = await approve(attacker);
    assertEquals(await arrive(user, link), [400, null]);
    assertEquals([await nameIn(user), await nameIn(open())], ["Ada", null]);
    assertEquals(provider.exchanges, [200]);
  },
);

openIdTest(
  "a callback that is opened again is rejected, in this browser and in another one",
  async ({ provider, open }) => {
    const browser = open();
    const callback = await approve(browser);
    const copy = browser.copy();
    assertEquals(await arrive(browser, callback), [303, "/account"]);
    for (const other of [browser, copy, open()]) assertEquals((await arrive(other, callback))[0], 400);
    assertEquals([provider.exchanges, await nameIn(copy)], [[200], null]);
  },
);

openIdTest(
  "a code of another sign-in does not work: the provider checks the code verifier",
  async ({ provider, open }) => {
    const [attacker, user] = [open(), open()];
    const stolen = await approve(user);
    const own = await approve(attacker);
    own.searchParams.set("code", stolen.searchParams.get("code") ?? "");
    assertEquals((await arrive(attacker, own))[0], 502);
    assertEquals([provider.exchanges, await nameIn(attacker)], [[400], null]);
  },
);

openIdTest(
  "a response in the name of another provider is rejected before the code is sent",
  async ({ provider, open }) => {
    const browser = open();
    const callback = await approve(browser);
    callback.searchParams.set("iss", "https://evil.example");
    assertEquals((await arrive(browser, callback))[0], 502);
    assertEquals([provider.exchanges, await nameIn(browser)], [[], null]);
  },
);

for (
  const [what, change] of [
    ["the nonce of another sign-in", (claims) => ({ ...claims, nonce: "x".repeat(43) })],
    ["no nonce", ({ nonce: _, ...claims }) => claims],
    ["another issuer", (claims) => ({ ...claims, iss: "https://evil.example" })],
    ["another audience", (claims) => ({ ...claims, aud: "another client" })],
    ["a time that has passed", (claims) => ({ ...claims, exp: Math.floor(Date.now() / 1000) - 600 })],
    ["no user", ({ sub: _, ...claims }) => claims],
  ] as readonly [string, OpenIdProvider["changeClaims"]][]
) {
  openIdTest(`an ID token with ${what} signs no user in`, async ({ provider, open }) => {
    const browser = open();
    const callback = await approve(browser);
    provider.changeClaims = change;
    assertEquals((await arrive(browser, callback))[0], 502);
    provider.changeClaims = (claims) => claims;
    // Used once, also if it has failed.
    assertEquals((await arrive(browser, callback))[0], 400);
    assertEquals([provider.exchanges, await nameIn(browser)], [[200], null]);
  });
}

openIdTest("an ID token that is signed with another key signs no user in", async ({ provider, open }) => {
  const browser = open();
  const callback = await approve(browser);
  provider.signer = await makeKeys();
  assertEquals((await arrive(browser, callback))[0], 502);
  assertEquals(await nameIn(browser), null);
});

for (const next of ["//evil.example", "https://evil.example/", "/\\evil.example", "javascript:alert(1)"]) {
  openIdTest(`the sign-in does not lead to another site: ${next}`, async ({ open }) => {
    const browser = open();
    const callback = await approve(browser, `/sign-in?${new URLSearchParams({ next })}`);
    callback.searchParams.set("next", next);
    assertEquals(await arrive(browser, callback), [303, "/account"]);
  });
}

openIdTest("a user who declines is not signed in", async ({ provider, open }) => {
  const browser = open();
  provider.refusal = { error: "access_denied" };
  assertEquals((await arrive(browser, await approve(browser)))[0], 403);
  assertEquals([provider.exchanges, await nameIn(browser)], [[], null]);
});

openIdTest("another site cannot begin a sign-in for a user", async ({ open }) => {
  const headers = { "sec-fetch-site": "cross-site", origin: "https://evil.example" };
  assertEquals((await press(open(), "/sign-in", headers)).status, 403);
});

Deno.test("openid: a provider that cannot be reached is an error, and the next attempt tries again", async () => {
  const restore = captureConsole([]);
  const provider = await OpenIdProvider.start();
  const openId = new OpenId({ ...CLIENT, issuer: provider.issuer });
  const { port } = new URL(provider.issuer);
  await provider[Symbol.asyncDispose]();
  const handler = createApp(openId);
  assertEquals((await press(new Browser(handler))).status, 502);
  await using _again = await OpenIdProvider.start(Number(port));
  assertEquals((await press(new Browser(handler))).status, 303);
  await handler.close();
  restore();
});
