/**
 * Documents that a link of this site leads to and that are not pages of it (A1): uploads, redirects to other sites, responses
 * of other programs. None may be merged into the document on the screen, and no script of one may run there.
 */
import { assertEquals } from "@std/assert";
import type { Page } from "playwright-core";
import { withPage } from "../support/browser.ts";
import { type Answer, type App, app, html } from "./runtime_app.ts";
import type {} from "../../client.ts";

/** A script that records whether it runs in the first document of the test. */
const HIT = `<script src="/hit.js"></script>`;
const RUNTIME = `<script type="module" src="/_hyper/client.js"></script>`;
/** Markup of an attacker. */
const EVIL = `<!doctype html><title>Evil</title>${RUNTIME}${HIT}<h1>Evil</h1>`;
const LINKS =
  `<nav hyper-nav><a href="/b">Go</a></nav><form hyper-nav action="/b"><input name="q" value="1"><button>Find</button></form>`;

/** A policy, as a header. */
type Policy = Readonly<Record<string, string>>;

/** A site whose page `/b` is defined by the test. */
interface Site {
  readonly handler: Deno.ServeHandler;
  /** The documents in which `/hit.js` ran: the first one, or another. */
  readonly ran: string[];
  /** Modes of the requests for `/b`: `navigate` is a navigation of the browser itself. */
  readonly modes: string[];
}

/**
 * The response to a fetch of `/b` is an attack; the browser itself loads a page with the heading "Landed". `policy` is the
 * response when the runtime requests the policy of the first document.
 */
function site(attack: Answer, { routes, policy, ...rest }: App & { readonly policy?: Policy } = {}): Site {
  const ran: string[] = [];
  const modes: string[] = [];
  const handler = app({
    body: `${LINKS}<h1>Home</h1>`,
    ...rest,
    routes: {
      "/b": async (request) => {
        const mode = `${request.headers.get("sec-fetch-mode")}`;
        modes.push(mode);
        if (mode === "navigate") return html(`<!doctype html><title>Landed</title>${RUNTIME}<h1>Landed</h1>`);
        return typeof attack === "string" ? html(attack) : await attack(request);
      },
      "/hit.js": () => script(`navigator.sendBeacon("/ran", "first" in globalThis ? "first" : "another")`),
      "/ran": async (request) => (ran.push(await request.text()), new Response(null, { status: 204 })),
      ...routes,
    },
  });
  return {
    handler: (request, info) => {
      const isAsked = policy && request.method === "HEAD" && new URL(request.url).pathname === "/";
      return isAsked ? html("", { headers: policy }) : handler(request, info);
    },
    ran,
    modes,
  };
}

const script = (text: string): Response => new Response(text, { headers: { "content-type": "text/javascript" } });

async function begin(page: Page): Promise<void> {
  await page.goto("/");
  await page.evaluate(() => void Reflect.set(globalThis, "first", true));
}

const isFirst = (page: Page): Promise<boolean> => page.evaluate(() => "first" in globalThis);

/** Waits until the browser itself has navigated there. No script of the attack has run. */
async function assertLanded(page: Page, { ran }: Site): Promise<void> {
  await page.getByRole("heading", { name: "Landed" }).waitFor();
  assertEquals([await isFirst(page), ran], [false, []]);
}

async function assertMerged(page: Page, name = "Evil"): Promise<void> {
  await page.getByRole("heading", { name }).waitFor();
  assertEquals(await isFirst(page), true);
}

/** Responds with the markup of an attacker, marked as a page, with further headers. */
const evilWith = (headers: Readonly<Record<string, string>>): Answer => () => html(EVIL, { headers });

Deno.test("A1: the script in the head of a page of this site runs (control)", async () => {
  const tried = site(EVIL);
  await withPage(tried.handler, async ({ page }) => {
    await begin(page);
    const told = page.waitForResponse("**/ran");
    await page.getByRole("link").click();
    await assertMerged(page);
    await told;
    assertEquals([tried.ran, tried.modes], [["first"], ["same-origin"]]);
  });
});

const REFUSED: readonly [name: string, attack: Answer][] = [
  ["HTML without the mark of this server", () => new Response(EVIL, { headers: { "content-type": "text/html" } })],
  ["the mark of another protocol", evilWith({ "x-hyper-page": "2;test" })],
  ["the mark of a protocol with the same beginning", evilWith({ "x-hyper-page": "11;test" })],
  ["two marks", evilWith({ "x-hyper-page": "1;test, 0;a" })],
  ["two marks, the second of which is that of this server", evilWith({ "x-hyper-page": "0;a, 1;test" })],
  ["Content-Disposition: attachment", evilWith({ "content-disposition": "attachment" })],
  ["an attachment with a name", evilWith({ "content-disposition": `Attachment; filename="inline"` })],
  ["an unknown disposition", evilWith({ "content-disposition": "inlined" })],
  ["CSP: sandbox", evilWith({ "content-security-policy": "sandbox" })],
  ["a sandbox that allows scripts, in upper case", evilWith({ "content-security-policy": "SandBox allow-scripts" })],
  ["a sandbox after another directive", evilWith({ "content-security-policy": "img-src *;\tsandbox;" })],
  ["a sandbox in the second policy", evilWith({ "content-security-policy": "img-src *,sandbox" })],
  ["XHTML", evilWith({ "content-type": "application/xhtml+xml" })],
  ["a type that begins like HTML", evilWith({ "content-type": "text/htmlx" })],
  ["two types", evilWith({ "content-type": "text/html, text/plain" })],
  ["two types with a parameter", evilWith({ "content-type": "text/html;a=b, text/plain" })],
  ["text", evilWith({ "content-type": "text/plain" })],
  ["nothing", () => new Response(null, { status: 204 })],
];

for (const [name, attack] of REFUSED) {
  Deno.test(`A1: a link to ${name} is a full navigation, and none of its scripts runs before`, async () => {
    const tried = site(attack);
    await withPage(tried.handler, async ({ page, url }) => {
      await begin(page);
      await page.getByRole("link").click();
      await assertLanded(page, tried);
      assertEquals([page.url(), tried.modes], [`${url}/b`, ["same-origin", "navigate"]]);
    });
  });
}

const MERGED: readonly [name: string, headers: Readonly<Record<string, string>>][] = [
  ["the type in upper case, with a charset", { "content-type": "TEXT/HTML ; charset=UTF-8" }],
  ["Content-Disposition: inline", { "content-disposition": `inline; filename="attachment"` }],
  ["nosniff", { "x-content-type-options": "nosniff" }],
];

for (const [name, headers] of MERGED) {
  Deno.test(`A1: a page with ${name} is merged`, async () => {
    const tried = site(() => html(`<title>B</title><h1>B</h1>`, { headers }));
    await withPage(tried.handler, async ({ page }) => {
      await begin(page);
      await page.getByRole("link").click();
      await assertMerged(page, "B");
    });
  });
}

const ISOLATED = evilWith({ "content-disposition": "attachment", "content-security-policy": "sandbox" });

Deno.test("A1: a GET form in hyper-nav to an upload is a full navigation", async () => {
  const tried = site(ISOLATED);
  await withPage(tried.handler, async ({ page, url }) => {
    await begin(page);
    await page.getByRole("button", { name: "Find" }).click();
    await assertLanded(page, tried);
    assertEquals(page.url(), `${url}/b?q=1`);
  });
});

for (const replace of [false, true]) {
  Deno.test(`A1: Hyper.navigate() to an upload is a full navigation, replace: ${replace}`, async () => {
    const tried = site(ISOLATED);
    await withPage(tried.handler, async ({ page }) => {
      await begin(page);
      const entries = await page.evaluate(() => history.length);
      const shown = await page.evaluate((replace) => {
        // The history has not changed when the browser navigates.
        const before = history.length;
        addEventListener("pagehide", () => sessionStorage.setItem("grew", `${history.length - before}`));
        return Hyper.navigate("/b", { replace });
      }, replace);
      assertEquals(shown, false);
      await assertLanded(page, tried);
      assertEquals(await page.evaluate(() => sessionStorage.getItem("grew")), "0");
      assertEquals(await page.evaluate(() => history.length) - entries, replace ? 0 : 1);
    });
  });
}

for (const direction of ["goBack", "goForward"] as const) {
  Deno.test(`A1: ${direction}() to an entry that has become an upload is a full navigation`, async () => {
    let isUpload = false;
    const tried = site((request) => isUpload ? evilAnswer(request) : html(`${RUNTIME}<h1>B</h1>`));
    const evilAnswer = ISOLATED as (request: Request) => Response;
    await withPage(tried.handler, async ({ page, url, events }) => {
      await begin(page);
      await page.evaluate(() => Hyper.navigate("/b#part"));
      if (direction === "goBack") await page.evaluate(() => Hyper.navigate("/c"));
      else {
        await page.goBack();
        await events.next("hyper:history:restore:after");
      }
      isUpload = true;
      await page[direction]();
      await assertLanded(page, tried);
      assertEquals(page.url(), `${url}/b#part`);
      assertEquals(events.of("hyper:history:restore:after").at(-1)?.detail, { url: `${url}/b#part`, success: false });
    });
  });
}

/** Another site, which allows cross-origin reading or not. */
function foreignSite(allows: boolean, lead: (request: Request) => Response | null = () => null) {
  const modes: string[] = [];
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, (request) => {
    if (new URL(request.url).pathname !== "/") return new Response(null, { status: 204 });
    const mode = `${request.headers.get("sec-fetch-mode")}`;
    modes.push(mode);
    const led = lead(request);
    if (led) return led;
    const cors = { "access-control-allow-origin": "*", "access-control-expose-headers": "*" };
    if (mode !== "navigate") return html(EVIL, { headers: allows ? cors : {} });
    return new Response("<h1>Landed</h1>", { headers: { "content-type": "text/html" } });
  });
  const url = `http://127.0.0.1:${server.addr.port}/`;
  return { url, modes, [Symbol.asyncDispose]: () => server.shutdown() };
}

const redirectTo = (location: string): Response => new Response(null, { status: 302, headers: { location } });

/** Console message of Chromium for a same-origin fetch that is redirected to another origin. */
const NOT_ASKED = { expectErrors: [/Unsafe attempt to load URL/] };

for (const allows of [true, false]) {
  Deno.test(`A1: a redirect to another site that ${allows ? "allows" : "does not allow"} reading is a full navigation`, async () => {
    await using foreign = foreignSite(allows);
    const tried = site("", { routes: { "/b": () => redirectTo(foreign.url) } });
    await withPage(tried.handler, async ({ page }) => {
      await begin(page);
      await page.getByRole("link").click();
      await assertLanded(page, tried);
      // Only the browser itself has requested it.
      assertEquals([page.url(), foreign.modes], [foreign.url, ["navigate"]]);
    }, NOT_ASKED);
  });
}

Deno.test("A1: a page behind a redirect over another site is a full navigation", async () => {
  let home = "";
  await using foreign = foreignSite(true, () => redirectTo(`${home}/b`));
  const tried = site(EVIL, { routes: { "/over": () => redirectTo(foreign.url) } });
  await withPage(tried.handler, async ({ page, url }) => {
    home = url;
    await begin(page);
    assertEquals(await page.evaluate(() => Hyper.navigate("/over")), false);
    await assertLanded(page, tried);
    assertEquals(page.url(), `${url}/b`);
  }, NOT_ASKED);
});

Deno.test("A1: a page that a service worker fetches from another site is a full navigation", async () => {
  await using foreign = foreignSite(true);
  const worker = `addEventListener("activate", (event) => event.waitUntil(clients.claim()));
    addEventListener("fetch", (event) => {
      const { mode, url } = event.request;
      if (mode !== "navigate" && url.endsWith("/b")) event.respondWith(fetch("${foreign.url}"));
    });`;
  const tried = site(EVIL, { routes: { "/worker.js": () => script(worker) } });
  await withPage(tried.handler, async ({ page }) => {
    await begin(page);
    await page.evaluate(async () => {
      const claimed = new Promise((resolve) =>
        navigator.serviceWorker.addEventListener("controllerchange", resolve, { once: true })
      );
      await navigator.serviceWorker.register("/worker.js");
      await claimed;
    });
    await page.getByRole("link").click();
    await assertLanded(page, tried);
    assertEquals([tried.modes, foreign.modes], [["navigate"], ["cors", "cors"]]);
  }, { expectErrors: [/ERR_FAILED/] });
});

/** A policy that allows only elements with a nonce. */
const nonced = (nonce: string, more = ""): Policy => ({
  "content-security-policy": `script-src 'nonce-${nonce}'${more}; style-src 'nonce-${nonce}'`,
});
const NONCED_APP = {
  headers: nonced("AAA"),
  script: `<script type="module" nonce="AAA" src="/_hyper/client.js"></script>`,
} as const;
const hit = (attributes = "") => `<script src="/hit.js" ${attributes}></script>`;
const pageB = (head: string) =>
  `<!doctype html><html><head><title>B</title>${head}</head><body><h1>B</h1></body></html>`;

const RUNS: readonly [name: string, head: string, policy: Policy, own?: string][] = [
  ["with the nonce of its own policy", hit(`nonce="BBB"`), nonced("BBB")],
  ["with the nonce of script-src-elem", hit(`nonce="BBB"`), {
    "content-security-policy": "script-src-elem 'nonce-BBB'; script-src 'none'; default-src 'none'",
  }],
  ["with the nonce of default-src", hit(`nonce="BBB"`), { "content-security-policy": "default-src 'NONCE-BBB'" }],
  ["with a nonce under 'strict-dynamic'", hit(`nonce="BBB"`), nonced("BBB", " 'strict-dynamic'"), " 'strict-dynamic'"],
];

for (const [name, head, policy, own = ""] of RUNS) {
  Deno.test(`A1: a head script ${name} runs under a policy with nonces`, async () => {
    const tried = site(() => html(pageB(head), { headers: policy }), {
      ...NONCED_APP,
      headers: nonced("AAA", own),
      policy,
    });
    await withPage(tried.handler, async ({ page }) => {
      await begin(page);
      const told = page.waitForResponse("**/ran");
      await page.getByRole("link").click();
      await assertMerged(page, "B");
      await told;
      assertEquals(tried.ran, ["first"]);
    });
  });
}

const UNSURE: readonly [name: string, head: string, policy: Policy, own?: string][] = [
  ["without a nonce", hit(), nonced("BBB")],
  ["with the nonce of the page on the screen", hit(`nonce="AAA"`), nonced("BBB")],
  ["with the nonce in other case", hit(`nonce="bbb"`), nonced("BBB")],
  ["with a nonce of only one of two policies", hit(`nonce="BBB"`), {
    "content-security-policy": "script-src 'nonce-BBB', script-src 'nonce-CCC'",
  }],
  ["with a nonce of another directive", hit(`nonce="BBB"`), {
    "content-security-policy": "style-src 'nonce-BBB'; script-src 'none'",
  }],
  ["with a nonce of a second directive with the same name", hit(`nonce="BBB"`), {
    "content-security-policy": "script-src 'none'; script-src 'nonce-BBB'",
  }],
  ["that contains the beginning of another one", hit(`x="<script" nonce="BBB"`), nonced("BBB")],
  ["without a nonce under 'strict-dynamic'", hit(), nonced("BBB", " 'self' 'strict-dynamic'"), " 'strict-dynamic'"],
  ["of another site that its policy does not allow", `<script src="//127.0.0.1:1/x.js"></script>`, {
    "content-security-policy": "script-src 'self'",
  }, " 'strict-dynamic'"],
];

for (const [name, head, policy, own = ""] of UNSURE) {
  Deno.test(`A1: a page with a head script ${name} is a full navigation`, async () => {
    const tried = site(() => html(pageB(head), { headers: policy }), {
      ...NONCED_APP,
      headers: nonced("AAA", own),
      policy,
    });
    await withPage(tried.handler, async ({ page }) => {
      await begin(page);
      await page.getByRole("link").click();
      await assertLanded(page, tried);
    });
  });
}

for (
  const [name, policy] of [["no policy", {}], ["'self'", { "content-security-policy": "script-src 'self'" }]] as const
) {
  Deno.test(`A1: a head script from a page with ${name} gets no nonce, and the policy in force stops it`, async () => {
    const tried = site(() => html(pageB(hit(`nonce="AAA"`)), { headers: policy }), { ...NONCED_APP, policy });
    await withPage(tried.handler, async ({ page }) => {
      await begin(page);
      const stopped = page.evaluate(() =>
        new Promise((resolve) =>
          addEventListener("securitypolicyviolation", ({ blockedURI }) => resolve(new URL(blockedURI).pathname))
        )
      );
      await page.getByRole("link").click();
      await assertMerged(page, "B");
      assertEquals([await stopped, tried.ran], ["/hit.js", []]);
    }, { expectErrors: [/Content Security Policy/] });
  });
}

Deno.test("A1: an inline script of a fetched head never runs, not even with a matching nonce", async () => {
  const inline = `<script nonce="BBB">navigator.sendBeacon("/ran", "inline")</script>`;
  const tried = site(() => html(pageB(inline + hit(`nonce="BBB"`)), { headers: nonced("BBB") }), NONCED_APP);
  await withPage(tried.handler, async ({ page }) => {
    await begin(page);
    const told = page.waitForResponse("**/ran");
    await page.getByRole("link").click();
    await assertMerged(page, "B");
    await told;
    assertEquals(tried.ran, ["first"]);
  });
});

Deno.test("A1: a style of a fetched head applies with the nonce of its own policy, once, and never without", async () => {
  const styles = `<style nonce="BBB">h1 { color: rgb(1, 2, 3) }</style><style>h1 { color: red }</style>`;
  const own = `<style nonce="AAA">p { color: blue }</style>`;
  const tried = site(() => html(pageB(styles), { headers: nonced("BBB") }), { ...NONCED_APP, head: own });
  await withPage(tried.handler, async ({ page }) => {
    await begin(page);
    await page.getByRole("link").click();
    await assertMerged(page, "B");
    const seen = () =>
      page.evaluate(() => [
        getComputedStyle(document.querySelector("h1")!).color,
        document.querySelectorAll("style").length,
      ]);
    assertEquals(await seen(), ["rgb(1, 2, 3)", 3]);
    await page.evaluate(() => Hyper.navigate("/b"));
    assertEquals(await seen(), ["rgb(1, 2, 3)", 3]);
  }, { expectErrors: [/Content Security Policy/] });
});

/** The policy of the current document, the policy of the fetched page, and whether the page is merged. */
const POLICIES: readonly [name: string, own: Policy, policy: Policy, isMerged: boolean][] = [
  ["the same policy", nonced("AAA"), nonced("BBB"), true],
  [
    "a policy with a host named sandbox, as in force",
    {
      "content-security-policy": "img-src sandbox.test",
    },
    { "content-security-policy": "img-src sandbox.test" },
    true,
  ],
  ["no policy, while one is in force", { "content-security-policy": "img-src *" }, {}, true],
  ["a policy, while none is in force", {}, { "content-security-policy": "script-src 'none'" }, false],
  ["a stricter policy", nonced("AAA", " 'self'"), nonced("BBB"), false],
  ["a second policy", nonced("AAA"), {
    "content-security-policy": `${nonced("BBB")["content-security-policy"]}, img-src 'none'`,
  }, false],
];

for (const [name, headers, policy, isMerged] of POLICIES) {
  Deno.test(`A1: a page with ${name} is ${isMerged ? "merged" : "a full navigation"}`, async () => {
    const tried = site(() => html(pageB(""), { headers: policy }), { ...NONCED_APP, headers });
    await withPage(tried.handler, async ({ page }) => {
      await begin(page);
      await page.getByRole("link").click();
      await (isMerged ? assertMerged(page, "B") : assertLanded(page, tried));
    });
  });
}

Deno.test("A1: the policy in force is requested once, and unknown if the request fails", async () => {
  let asked = 0;
  const policy = { "content-security-policy": "img-src *" };
  const tried = site(() => html(pageB(LINKS), { headers: policy }), { headers: policy });
  const handler: Deno.ServeHandler = (request, info) => {
    if (request.method === "HEAD") asked++;
    return tried.handler(request, info);
  };
  await withPage(handler, async ({ page, context }) => {
    await begin(page);
    for (const to of ["/b?1", "/b?2"]) assertEquals(await page.evaluate((to) => Hyper.navigate(to), to), true);
    assertEquals(asked, 1);
    await context.route(/\/$/, (route) => route.request().method() === "HEAD" ? route.abort() : route.continue());
    await begin(page);
    await page.getByRole("link").click();
    await assertLanded(page, tried);
  }, { expectErrors: [/ERR_FAILED/] });
});

const STANDING: readonly [name: string, head: string][] = [
  ["that refreshes itself", `<meta http-equiv="Refresh" content="60">`],
  ["with a policy in its markup", `<meta http-equiv="content-security-policy" content="script-src 'self'">`],
  ["with another base", `<base href="/elsewhere/">`],
];

for (const [name, head] of STANDING) {
  Deno.test(`A1: a page ${name} is a full navigation`, async () => {
    const tried = site(pageB(head));
    await withPage(tried.handler, async ({ page }) => {
      await begin(page);
      await page.getByRole("link").click();
      await assertLanded(page, tried);
    });
  });

  // A parser without scripts parses a base element inside noscript (HTML, 13.2.6.4.5).
  if (head.startsWith("<base")) continue;
  Deno.test(`A1: a page with a noscript element ${name} is merged`, async () => {
    const tried = site(pageB(`<noscript>${head}</noscript>`));
    await withPage(tried.handler, async ({ page }) => {
      await begin(page);
      await page.getByRole("link").click();
      await assertMerged(page, "B");
    });
  });
}

Deno.test("A1: a link on a page that refreshes itself is a full navigation: nothing else ends the refresh", async () => {
  const tried = site(pageB(""), { head: `<meta http-equiv="refresh" content="60">` });
  await withPage(tried.handler, async ({ page }) => {
    await begin(page);
    await page.getByRole("link").click();
    await assertLanded(page, tried);
  });
});

Deno.test("a page with the base of the current page is merged, and its script URLs are relative to it", async () => {
  const base = `<base href="/base/">`;
  const tried = site(pageB(`${base}<script src="hit.js"></script>`), {
    head: base,
    body: `<nav hyper-nav><a href="/b">Go</a></nav>`,
    routes: { "/base/hit.js": () => script(`document.title = "Found"`) },
  });
  await withPage(tried.handler, async ({ page }) => {
    await begin(page);
    await page.getByRole("link").click();
    await assertMerged(page, "B");
    await page.waitForFunction(() => document.title === "Found");
  });
});

for (const to of ["javascript:ran=1", "java\nscript:ran=1", " JavaScript:ran=1", "data:text/html,x"]) {
  Deno.test(`A1: Hyper.navigate() does not navigate to ${JSON.stringify(to)}`, async () => {
    await using foreign = foreignSite(true);
    const tried = site("");
    await withPage(tried.handler, async ({ page, url }) => {
      await begin(page);
      const went = await page.evaluate(async (to) => {
        const seen: string[] = [];
        navigation.addEventListener("navigate", ({ destination }) => seen.push(destination.url));
        const shown = await Hyper.navigate(to);
        // A script of a javascript: URL runs in a separate task, which is queued before this one.
        await new Promise((resolve) => setTimeout(resolve));
        return [shown, seen, Reflect.has(globalThis, "ran")];
      }, to);
      assertEquals([went, page.url()], [[false, [], false], `${url}/`]);
      await page.evaluate((to) => void Hyper.navigate(to), foreign.url);
      await page.waitForURL(foreign.url);
    });
  });
}
