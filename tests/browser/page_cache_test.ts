/** Back and forward show the page that the user has left, and then what the server sends, in Chromium. */
import { assertEquals } from "@std/assert";
import { Buffer } from "node:buffer";
import type { Page } from "playwright-core";
import { type Visit, withPage } from "../support/browser.ts";
import { type Answer, app, Arrivals, END, html, sse, type Writer, writer } from "./runtime_app.ts";
import type {} from "../../client.ts";

const RUNTIME = `<script type="module" src="/_hyper/client.js"></script>`;
const LINKS = `<nav hyper-nav><a href="/a">to A</a> <a href="/b">to B</a> <a href="/c">to C</a></nav>`;
const TALL = `<div style="height:3000px"></div>`;

/** A held request for a page. */
interface Held {
  readonly path: string;
  readonly answer: () => void;
}

/** A site whose pages can be held back. The page at `/a` shows text that changes. */
function createSite(
  { a = "", b = "", headers = {}, actions = {} }: {
    readonly a?: string;
    readonly b?: string;
    readonly headers?: Readonly<Record<string, string>>;
    readonly actions?: Readonly<Record<string, Answer>>;
  } = {},
) {
  const state = { text: "first", hold: false, status: 200 };
  const held = new Arrivals<Held>();
  const requests: string[] = [];
  const pageAt =
    (path: string, body: () => string, own: Readonly<Record<string, string>> = {}): Answer => async ({ method }) => {
      requests.push(`${method} ${path}`);
      const markup = () =>
        `<!doctype html><html lang="en"><head><title>Page ${path}</title>${RUNTIME}</head><body>${LINKS}${body()}</body></html>`;
      if (method === "HEAD") return html("", { headers: own });
      if (state.hold) {
        const { promise, resolve } = Promise.withResolvers<void>();
        held.add({ path, answer: resolve });
        await promise;
      }
      return html(markup(), { headers: own, status: path === "/a" ? state.status : 200 });
    };
  const handler = app({
    routes: {
      "/a": pageAt("/a", () => `<h1>A ${state.text}</h1>${a}`, headers),
      "/b": pageAt("/b", () => `<h1>B</h1>${b}`),
      "/c": pageAt("/c", () => `<h1>C</h1>`),
    },
    actions: {
      save: () => {
        state.text = "saved";
        return sse([END]);
      },
      ...actions,
    },
  });
  return { handler, state, held, requests };
}

const heading = (page: Page, name: string) => page.getByRole("heading", { name, exact: true }).waitFor();

/** Opens A, and follows the link to B. */
async function goToB({ page }: Visit): Promise<void> {
  await page.goto("/a");
  await page.evaluate(() => void Reflect.set(globalThis, "first", true));
  await untilCached(page);
  await page.getByRole("link", { name: "to B" }).click();
  await heading(page, "B");
}

/** Waits for the part, and until it has run. */
async function untilCached(page: Page): Promise<void> {
  await page.waitForFunction(() =>
    performance.getEntriesByType("resource").some(({ name }) => name.includes("/_hyper/page_cache"))
  );
  await page.evaluate(() => new Promise((done) => requestIdleCallback(done)));
}

/** Waits until it is known that the first page may be kept. */
const untilKept = (page: Page) =>
  page.waitForFunction(() =>
    performance.getEntriesByType("resource").filter(({ name }) => name.endsWith("/a")).length > 0
  );

Deno.test("back shows the page before the server has answered, and then what has changed", async () => {
  const site = createSite();
  await withPage(site.handler, async (visit) => {
    const { page, events, url } = visit;
    await goToB(visit);
    await untilKept(page);
    Object.assign(site.state, { hold: true, text: "second" });
    await page.goBack();
    await heading(page, "A first");
    assertEquals([page.url(), await page.title()], [`${url}/a`, "Page /a"]);
    (await site.held.next()).answer();
    await heading(page, "A second");
    await events.next("hyper:history:restore:after");
    assertEquals(events.of("hyper:navigate:after").map(({ detail }) => detail.trigger), ["link", "history"]);
    assertEquals(await page.evaluate(() => Reflect.has(globalThis, "first")), true);
  });
});

Deno.test("a page that the user has left shows what was entered, but no passwords and no files", async () => {
  const a = `<form>
    <input name="text" value="server"><input name="same" value="server"><textarea name="area"></textarea>
    <input type="checkbox" name="check"><input type="checkbox" name="checked" checked>
    <input type="radio" name="radio" value="1" checked><input type="radio" name="radio" value="2">
    <select name="select"><option>one<option>two</select>
    <select name="many" multiple><option selected>one<option>two<option>three</select>
    <input type="hidden" name="token" value="t">
    <input type="password" name="pass"><input type="password" name="shown">
    <input name="code" autocomplete="one-time-code"><input name="off" autocomplete="off">
    <input type="file" name="file"></form>`;
  const site = createSite({ a, b: `<form><input name="pass" type="password"><input name="same"></form>` });
  await withPage(site.handler, async (visit) => {
    const { page } = visit;
    await page.goto("/a");
    await untilCached(page);
    for (const name of ["text", "area", "pass", "shown", "code", "off"]) {
      await page.locator(`[name=${name}]`).fill(`typed ${name}`);
    }
    await page.locator("[name=check]").check();
    await page.locator("[name=checked]").uncheck();
    await page.locator("[name=radio][value='2']").check();
    await page.locator("[name=select]").selectOption("two");
    await page.locator("[name=many]").selectOption(["two", "three"]);
    await page.locator("[name=file]").setInputFiles({
      name: "a.txt",
      mimeType: "text/plain",
      buffer: Buffer.from("a"),
    });
    // A button of the page that shows the password.
    await page.locator("[name=shown]").evaluate((input) => (input as HTMLInputElement).type = "text");
    await page.getByRole("link", { name: "to B" }).click();
    await heading(page, "B");
    await untilKept(page);
    await page.locator("[name=same]").fill("of B");
    await page.locator("[name=pass]").fill("of B");
    site.state.hold = true;
    await page.goBack();
    await heading(page, "A first");
    const entered = () =>
      page.evaluate(() => {
        const pairs = [...new FormData(document.querySelector("form")!)];
        return pairs.map(([name, value]) => `${name}=${value instanceof File ? value.name : value}`);
      });
    const expected = [
      "text=typed text",
      "same=server",
      "area=typed area",
      "check=on",
      "radio=2",
      "select=two",
      "many=two",
      "many=three",
      "token=t",
      "pass=",
      "shown=",
      "code=",
      "off=",
      "file=",
    ];
    assertEquals(await entered(), expected);
    (await site.held.next()).answer();
    await visit.events.next("hyper:history:restore:after");
    assertEquals(await entered(), expected);
  });
});

Deno.test("what the server has changed replaces what the kept page shows, but not what the user writes in it", async () => {
  const site = createSite({ a: `<form><input name="a"></form><p>part</p>` });
  await withPage(site.handler, async (visit) => {
    const { page, events } = visit;
    await goToB(visit);
    await untilKept(page);
    Object.assign(site.state, { hold: true, text: "second" });
    await page.goBack();
    await page.locator("[name=a]").fill("written");
    (await site.held.next()).answer();
    await events.next("hyper:history:restore:after");
    assertEquals(await page.locator("[name=a]").inputValue(), "written");
    assertEquals(await page.getByRole("heading").textContent(), "A second");
    assertEquals(await page.evaluate(() => document.activeElement?.getAttribute("name")), "a");
  });
});

Deno.test("scroll position and focus come back with the kept page, and forward works as well", async () => {
  const site = createSite({ a: `${TALL}<input id="in">`, b: TALL });
  await withPage(site.handler, async (visit) => {
    const { page } = visit;
    await page.goto("/a");
    await untilCached(page);
    await page.locator("#in").focus();
    await page.evaluate(() => scrollTo(0, 400));
    await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
    await page.evaluate(() => Hyper.navigate("/b"));
    await heading(page, "B");
    await untilKept(page);
    await page.evaluate(() => scrollTo(0, 700));
    await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
    site.state.hold = true;
    await page.goBack();
    await heading(page, "A first");
    assertEquals(await page.evaluate(() => [scrollY, document.activeElement?.id]), [400, "in"]);
    await page.goForward();
    await heading(page, "B");
    assertEquals(await page.evaluate(() => scrollY), 700);
    // Both requests are held: the cache has shown the pages.
    (await site.held.next()).answer();
    (await site.held.next()).answer();
  });
});

for (
  const [what, site] of [
    ["with no-store", () => createSite({ headers: { "cache-control": "private, No-Store" } })],
    ["in which Alpine has inserted elements", () => createSite({ a: `<template x-for="item in items"></template>` })],
    ["of more than 8 MiB", () => createSite({ a: `<p hidden>${"x".repeat(4 << 20)}</p>` })],
  ] as const
) {
  Deno.test(`a page ${what} is not kept, whether the browser has loaded it or the runtime`, async () => {
    const { handler, state, held } = site();
    await withPage(handler, async (visit) => {
      const { page } = visit;
      await goToB(visit);
      for (const text of ["second", "third"]) {
        // Nothing is asked about a page that is not kept anyway.
        if (!what.includes("Alpine")) await untilKept(page);
        Object.assign(state, { hold: true, text });
        await page.goBack();
        const { answer } = await held.next();
        assertEquals(await page.getByRole("heading").textContent(), "B");
        state.hold = false;
        answer();
        await heading(page, `A ${text}`);
        await page.getByRole("link", { name: "to B" }).click();
        await heading(page, "B");
      }
    });
  });
}

Deno.test("16 pages are kept", async () => {
  const site = createSite();
  await withPage(site.handler, async (visit) => {
    const { page, events } = visit;
    await goToB(visit);
    await untilKept(page);
    await events.next("hyper:navigate:after");
    for (let i = 0; i < 16; i++) await page.evaluate((i) => Hyper.navigate(`/c?${i}`), i);
    Object.assign(site.state, { hold: true, text: "second" });
    await page.evaluate(() => history.go(-16));
    await heading(page, "B");
    await page.evaluate(() => history.go(-1));
    await events.next("hyper:history:restore:before");
    (await site.held.next()).answer();
    const { path, answer } = await site.held.next();
    assertEquals([path, await page.getByRole("heading").textContent()], ["/a", "B"]);
    answer();
    await heading(page, "A second");
  });
});

Deno.test("a response from before a change is not shown over it", async () => {
  const form = `<form method="post" data-hyper-form="save"><button>Save</button></form>`;
  const site = createSite({ a: form });
  await withPage(site.handler, async (visit) => {
    const { page, events } = visit;
    await goToB(visit);
    await untilKept(page);
    site.state.hold = true;
    await page.goBack();
    await heading(page, "A first");
    const { answer } = await site.held.next();
    await page.getByRole("button", { name: "Save" }).click();
    await events.next("hyper:afterRequest");
    site.state.hold = false;
    answer();
    await heading(page, "A saved");
    await events.next("hyper:history:restore:after");
    assertEquals(site.requests.filter((line) => line === "GET /a").length, 3);
  });
});

Deno.test("a kept page whose server cannot be reached stays, and the failure is shown", async () => {
  const site = createSite();
  await withPage(site.handler, async (visit) => {
    const { page, context } = visit;
    await goToB(visit);
    await untilKept(page);
    await context.setOffline(true);
    await page.goBack();
    await heading(page, "A first");
    await page.getByRole("alert").filter({ hasText: /network|connection|offline/i }).waitFor();
  }, { expectErrors: [/ERR_INTERNET_DISCONNECTED/] });
});

Deno.test("quick steps back and forward end with the page of the last one", async () => {
  const site = createSite();
  await withPage(site.handler, async (visit) => {
    const { page, url } = visit;
    await goToB(visit);
    await untilKept(page);
    await page.getByRole("link", { name: "to C" }).click();
    await heading(page, "C");
    Object.assign(site.state, { hold: true, text: "second" });
    await page.evaluate(() => {
      history.back();
      setTimeout(() => history.back(), 20);
    });
    await heading(page, "A first");
    site.state.hold = false;
    (await site.held.next()).answer();
    (await site.held.next()).answer();
    await heading(page, "A second");
    assertEquals(page.url(), `${url}/a`);
    await page.goForward();
    await heading(page, "B");
  });
});

Deno.test("a dialog and messages of the left page do not come back with it", async () => {
  const a = `<dialog aria-label="Modal">modal</dialog><button>toast</button>`;
  const site = createSite({ a, actions: { toast: () => sse([["toast", { value: "Saved it" }], END]) } });
  await withPage(site.handler, async (visit) => {
    const { page } = visit;
    await page.goto("/a");
    await untilCached(page);
    await page.evaluate(() => globalThis.action("toast"));
    await page.getByText("Saved it").waitFor();
    await page.locator("dialog").evaluate((dialog) => (dialog as HTMLDialogElement).showModal());
    await page.evaluate(() => Hyper.navigate("/b"));
    await heading(page, "B");
    await untilKept(page);
    site.state.hold = true;
    await page.goBack();
    await heading(page, "A first");
    assertEquals(await page.locator("dialog[open]").count(), 0);
    assertEquals(await page.locator("[data-hyper-toasts]").count(), 1);
    (await site.held.next()).answer();
  });
});

Deno.test("the streams of the left page end, and those of the kept page are opened again", async () => {
  const opened = new Arrivals<Writer>();
  const watch = () => {
    const stream = writer();
    opened.add(stream);
    return stream.response;
  };
  const a = `<form id="watch" method="get" data-hyper-form="watch" hyper-on="load"></form><p id="news">none</p>`;
  const site = createSite({ a, b: a.replaceAll("watch", "follow"), actions: { watch, follow: watch } });
  await withPage(site.handler, async (visit) => {
    const { page } = visit;
    await goToB(visit);
    const [ofA, ofB] = [await opened.next(), await opened.next()];
    await ofA.cancelled;
    await untilKept(page);
    site.state.hold = true;
    await page.goBack();
    await heading(page, "A first");
    await ofB.cancelled;
    const again = await opened.next();
    const { answer } = await site.held.next();
    again.send(["patch_html", { target: "#news", content: `<p id="news">first</p>` }]);
    await page.getByText("first", { exact: true }).waitFor();
    answer();
    await visit.events.next("hyper:history:restore:after");
    // The stream is not interrupted by the page that arrives.
    again.send(["patch_html", { target: "#news", content: `<p id="news">second</p>` }]);
    await page.getByText("second", { exact: true }).waitFor();
    again.close();
  });
});

Deno.test("the style sheets of a kept page apply again, and those of the left page no longer do", async () => {
  const site = createSite();
  const sheet = (color: string) =>
    new Response(`h1 { color: ${color} }`, { headers: { "content-type": "text/css", "cache-control": "max-age=60" } });
  const handler: Deno.ServeHandler = async (request, info) => {
    const { pathname } = new URL(request.url);
    if (pathname === "/a.css") return sheet("rgb(1, 0, 0)");
    if (pathname === "/b.css") return sheet("rgb(0, 0, 1)");
    const response = await site.handler(request, info);
    if (!/^\/[ab]$/.test(pathname) || request.method === "HEAD") return response;
    const text = await response.text();
    return new Response(text.replace("</head>", `<link rel="stylesheet" href="${pathname}.css"></head>`), response);
  };
  await withPage(handler, async (visit) => {
    const { page } = visit;
    await goToB(visit);
    await untilKept(page);
    site.state.hold = true;
    const color = () => page.getByRole("heading").evaluate((element) => getComputedStyle(element).color);
    assertEquals(await color(), "rgb(0, 0, 1)");
    await page.goBack();
    await heading(page, "A first");
    assertEquals(await color(), "rgb(1, 0, 0)");
    assertEquals(await page.locator("link[rel=stylesheet]").count(), 1);
    (await site.held.next()).answer();
    await visit.events.next("hyper:history:restore:after");
  });
});

Deno.test("a kept page that the server now redirects is replaced by the page it leads to", async () => {
  const site = createSite();
  const state = { isClosed: false };
  const handler: Deno.ServeHandler = async (request, info) =>
    state.isClosed && new URL(request.url).pathname === "/a"
      ? new Response(null, { status: 303, headers: { location: "/c" } })
      : await site.handler(request, info);
  await withPage(handler, async (visit) => {
    const { page, url, events } = visit;
    await goToB(visit);
    await untilKept(page);
    state.isClosed = true;
    await page.goBack();
    await heading(page, "C");
    assertEquals([page.url(), await page.title()], [`${url}/c`, "Page /c"]);
    await events.next("hyper:history:restore:after");
    assertEquals(events.of("hyper:navigate:after").map(({ detail }) => detail.url), [
      `${url}/b`,
      `${url}/a`,
      `${url}/c`,
    ]);
  });
});

Deno.test("the fields of the GET form that led to the next page are as the server has sent them, others as they were left", async () => {
  const a =
    `<form hyper-nav action="/b"><input name="q" value="of A"><button>Search</button></form><input name="other">`;
  const site = createSite({ a });
  await withPage(site.handler, async (visit) => {
    const { page } = visit;
    await page.goto("/a");
    await untilCached(page);
    await page.locator("[name=other]").fill("left");
    await page.locator("[name=q]").fill("sent");
    await page.getByRole("button", { name: "Search" }).click();
    await heading(page, "B");
    await untilKept(page);
    site.state.hold = true;
    await page.goBack();
    await heading(page, "A first");
    assertEquals(await page.locator("[name=q]").inputValue(), "of A");
    assertEquals(await page.locator("[name=other]").inputValue(), "left");
    (await site.held.next()).answer();
  });
});

Deno.test("the pages that the user has left hold no parsed document", async () => {
  const site = createSite();
  await withPage(site.handler, async (visit) => {
    const { page } = visit;
    await goToB(visit);
    const devtools = await page.context().newCDPSession(page);
    const count = async () => {
      // Twice, because the first collection can release objects that hold others.
      for (let i = 0; i < 2; i++) await devtools.send("HeapProfiler.collectGarbage");
      return (await devtools.send("Memory.getDOMCounters")).documents;
    };
    const visitMany = (times: number) =>
      page.evaluate(async (times) => {
        for (let i = 0; i < times; i++) for (const url of ["/a", "/b"]) await Hyper.navigate(url);
      }, times);
    await visitMany(1);
    const before = await count();
    await visitMany(7);
    assertEquals(await count(), before);
    // They are there nevertheless.
    site.state.hold = true;
    await page.goBack();
    await heading(page, "A first");
    (await site.held.next()).answer();
  });
});
