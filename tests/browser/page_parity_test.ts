/** Links, heads and markup: the runtime does the same as the browser (HTML, 4.6.5, 4.2.4 and 13.2). */
import { assertEquals } from "@std/assert";
import { withPage } from "../support/browser.ts";
import { type Answer, app, Arrivals, END, html, sse } from "./runtime_app.ts";
import type {} from "../../client.ts";

const sitePage = (title: string, body: string, head = "") =>
  `<!doctype html><html lang="en"><head><title>${title}</title><script type="module" src="/_hyper/client.js"></script>${head}</head><body>${body}</body></html>`;

for (
  const href of ["#", "#low", "/a#", "http://[", "blob:x", "data:text/html,x", "tel:1", "//other.test/b", "javascript:"]
) {
  Deno.test(`the browser handles a link to "${href}" in hyper-nav`, async () => {
    let requests = 0;
    const a = () => (requests++, html(sitePage("A", `<p hyper-nav><a href="${href}">Go</a></p>`)));
    await withPage(app({ routes: { "/a": a } }), async ({ page, events }) => {
      await page.goto("/a");
      const isTaken = await page.evaluate(() =>
        new Promise((resolve) => {
          addEventListener("click", (event) => {
            resolve(event.defaultPrevented);
            event.preventDefault();
          });
          document.querySelector("a")?.click();
        })
      );
      assertEquals([isTaken, requests], [false, 1]);
      assertEquals(events.of("hyper:navigate:before"), []);
    });
  });
}

Deno.test("a redirect to the URL of the page with an empty fragment shows the page", async () => {
  let requests = 0;
  const a = () => (requests++, html(sitePage("A", `<h1>Request ${requests}</h1>`)));
  const go = () => sse([["redirect", { url: "/a#" }], END]);
  await withPage(app({ routes: { "/a": a }, actions: { go } }), async ({ page }) => {
    await page.goto("/a");
    await page.evaluate(() => void action("go"));
    await page.getByRole("heading", { name: "Request 2" }).waitFor();
  });
});

const SHEETS: readonly string[] = [
  `rel="stylesheet" href="/held.css" disabled`,
  `rel="stylesheet" href="/held.css" media="print"`,
  `rel="alternate stylesheet" title="x" href="/held.css"`,
  `rel="stylesheet" href="/held.css" type="text/plain"`,
  `rel="stylesheet" href=""`,
  `rel="preload" as="style" href="/held.css"`,
];

for (const sheet of SHEETS) {
  Deno.test(`a page with <link ${sheet}> is shown without waiting for it`, async () => {
    const held = Promise.withResolvers<Response>();
    const routes: Record<string, Answer> = {
      "/a": sitePage("A", `<a hyper-nav href="/b">Go</a>`),
      "/b": sitePage("B", "<h1>B</h1>", `<link ${sheet}>`),
      "/held.css": () => held.promise,
    };
    await withPage(app({ routes }), async ({ page }) => {
      // Without the limit of the wait, a page that waits is never shown.
      await page.addInitScript(() => {
        AbortSignal.timeout = () => new AbortController().signal;
      });
      await page.goto("/a");
      await page.getByText("Go").click();
      await page.getByRole("heading", { name: "B" }).waitFor();
      held.resolve(new Response("", { headers: { "content-type": "text/css" } }));
    });
  });
}

const SHADOW = `<div id="host"><template shadowrootmode="open"><b>In the shadow</b></template></div>`;

for (const swap of ["outer", "inner", "morph", "append"]) {
  Deno.test(`declarative shadow DOM in a patch with the swap mode ${swap} becomes a shadow root`, async () => {
    const patch = ["patch_html", {
      target: "#box",
      swap,
      content: /outer|morph/.test(swap) ? `<div id="box">${SHADOW}</div>` : SHADOW,
    }] as const;
    await withPage(
      app({ body: `<div id="box">Box</div>`, actions: { patch: () => sse([patch, END]) } }),
      async ({ page }) => {
        await page.goto("/");
        await page.evaluate(() => action("patch"));
        // Playwright finds text in open shadow roots.
        await page.getByText("In the shadow").waitFor();
        assertEquals(
          await page.locator("#host").evaluate((host) => host.shadowRoot?.innerHTML),
          "<b>In the shadow</b>",
        );
      },
    );
  });
}

Deno.test("declarative shadow DOM of a page in hyper-nav becomes a shadow root", async () => {
  const routes = { "/a": sitePage("A", `<a hyper-nav href="/b">Go</a>`), "/b": sitePage("B", SHADOW) };
  await withPage(app({ routes }), async ({ page }) => {
    await page.goto("/a");
    await page.getByText("Go").click();
    await page.getByText("In the shadow").waitFor();
  });
});

const FOREIGN: readonly [body: string, target: string, content: string, namespace: string][] = [
  [`<math><mrow id="x"></mrow></math>`, "#x", "<mi>a</mi>", "http://www.w3.org/1998/Math/MathML"],
  [`<svg><g id="x"></g></svg>`, "#x", "<circle r='1'/>", "http://www.w3.org/2000/svg"],
  [`<svg><foreignObject id="x"></foreignObject></svg>`, "#x", "<p>a</p>", "http://www.w3.org/1999/xhtml"],
];

for (const [body, target, content, namespace] of FOREIGN) {
  Deno.test(`${content} appended in ${body} has the same namespace as in a parsed page`, async () => {
    const patch = ["patch_html", { target, swap: "append", content }] as const;
    await withPage(app({ body, actions: { patch: () => sse([patch, END]) } }), async ({ page }) => {
      await page.goto("/");
      await page.evaluate(() => action("patch"));
      assertEquals(await page.locator("#x > *").evaluate(({ namespaceURI }) => namespaceURI), namespace);
    });
  });
}

Deno.test("a morph that changes the source of an audio element makes it load the new one", async () => {
  const audio = (src: string) => `<audio id="a"><source src="${src}"></audio>`;
  const patch = ["patch_html", { target: "#a", swap: "morph", content: audio("/second.wav") }] as const;
  const asked = new Arrivals<string>();
  const sound: Answer = ({ url }) => {
    asked.add(new URL(url).pathname);
    return new Response(null, { status: 404 });
  };
  const routes = { "/first.wav": sound, "/second.wav": sound };
  await withPage(
    app({ body: audio("/first.wav"), routes, actions: { patch: () => sse([patch, END]) } }),
    async ({ page }) => {
      await page.goto("/");
      assertEquals(await asked.next(), "/first.wav");
      await page.evaluate(() => action("patch"));
      assertEquals(await asked.next(), "/second.wav");
    },
  );
});

Deno.test("text typed into a GET form in hyper-nav after it was sent stays when the page arrives", async () => {
  const held = Promise.withResolvers<void>();
  const form = (q: string) =>
    `<form hyper-nav action="/find"><input id="q" name="q" aria-label="Search" value="${q}"><button>Find</button></form>`;
  const routes: Record<string, Answer> = {
    "/a": sitePage("A", form("")),
    "/find": async ({ url }) => {
      await held.promise;
      const q = new URL(url).searchParams.get("q") ?? "";
      return html(sitePage("Found", `<h1>Found ${q}</h1>${form(q)}`));
    },
  };
  await withPage(app({ routes }), async ({ page }) => {
    await page.goto("/a");
    await page.getByLabel("Search").pressSequentially("he");
    await page.keyboard.press("Enter");
    await page.getByLabel("Search").pressSequentially("li");
    held.resolve();
    await page.getByRole("heading", { name: "Found he" }).waitFor();
    assertEquals(await page.getByLabel("Search").inputValue(), "heli");
  });
});

for (const place of ["head", "body"]) {
  Deno.test(`the content of <noscript> in the ${place} of a page in hyper-nav has no effect`, async () => {
    const requests: string[] = [];
    const spy = (type: string): Answer => ({ url }) => {
      requests.push(new URL(url).pathname);
      return new Response("h1 { display: none }", { headers: { "content-type": type } });
    };
    const noscript =
      `<noscript><img src="/off.png" alt=""><link rel="stylesheet" href="/off.css"><style>h1 { display: none }</style></noscript>`;
    const after = `<meta name="after" content="x">`;
    const routes: Record<string, Answer> = {
      "/a": sitePage("A", `<a hyper-nav href="/b">Go</a>`),
      "/b": place === "head"
        ? sitePage("B", "<main><h1>B</h1></main>", noscript + after)
        : sitePage("B", `<main><h1>B</h1>${noscript}</main>`, after),
      "/off.png": spy("image/png"),
      "/off.css": spy("text/css"),
    };
    await withPage(app({ routes }), async ({ page }) => {
      await page.goto("/a");
      await page.getByText("Go").click();
      await page.getByRole("heading", { name: "B" }).waitFor();
      assertEquals(await page.locator("img, link, style").count(), 0);
      assertEquals(await page.locator("head > meta[name=after]").count(), 1);
      assertEquals(await page.locator("body > :not([data-hyper-own])").count(), 1);
      assertEquals(requests, []);
    });
  });
}

for (const swap of ["outer", "inner", "morph", "append"]) {
  Deno.test(`<noscript> in a form of a patch with the swap mode ${swap} stays text: its controls are not sent`, async () => {
    const form = (value: string) =>
      `<form id="f" data-hyper-form="save" method="post"><input name="a" value="${value}">
      <noscript><input name="off" value="1"><button name="b" value="2">Off</button></noscript><button>Go</button></form>`;
    const content = swap === "inner" || swap === "append" ? form("new").replace(`id="f"`, `id="g"`) : form("new");
    const target = swap === "inner" || swap === "append" ? "#place" : "#f";
    const sent = Promise.withResolvers<string>();
    const actions: Record<string, Answer> = {
      patch: () => sse([["patch_html", { target, swap, content }], END]),
      save: async (request) => {
        sent.resolve(await request.text());
        return sse([END]);
      },
    };
    await withPage(app({ body: `<div id="place"></div>${form("old")}`, actions }), async ({ page }) => {
      await page.goto("/");
      await page.waitForFunction(() => globalThis.Hyper);
      await page.evaluate(() => globalThis.action("patch"));
      const changed = page.locator("form", { has: page.locator("[value=new]") });
      assertEquals(await changed.getByRole("button").count(), 1);
      await changed.getByRole("button", { name: "Go" }).click();
      assertEquals(await sent.promise, "a=new");
    });
  });
}
