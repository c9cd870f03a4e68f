import { assertEquals, assertMatch } from "@std/assert";
import type { Page } from "playwright-core";
import { withPage } from "../support/browser.ts";
import { type Answer, app, Arrivals, END, html, PAGE_HEADERS, sse, type Writer, writer } from "./runtime_app.ts";
import type {} from "../../client.ts";

const RUNTIME = `<script type="module" src="/_hyper/client.js"></script>`;

/** A page of the site; `head` is further markup for its head. */
function sitePage(title: string, body: string, { head = "", lang = "en" } = {}): string {
  return `<!doctype html><html lang="${lang}"><head><title>${title}</title>${RUNTIME}${head}</head><body>${body}</body></html>`;
}

const LINKS = `<nav hyper-nav><a href="/b">B</a> <a href="/b#low">Low</a> <a href="/c">C</a></nav>`;
const TALL = `<div style="height:3000px"></div>`;

/** Records whether the document is the first one of the test. */
async function begin(page: Page, path = "/a"): Promise<void> {
  await page.goto(path);
  await page.evaluate(() => void Reflect.set(globalThis, "first", true));
}

const sameDocument = (page: Page): Promise<boolean> => page.evaluate(() => Reflect.has(globalThis, "first"));

const SITE: Readonly<Record<string, Answer>> = {
  "/a": sitePage("Page A", `${LINKS}<h1>A</h1>${TALL}<input id="in">`),
  "/b": sitePage("Page B", `${LINKS}<h1>B</h1>${TALL}<p id="low">Low</p>${TALL}`, { lang: "de" }),
  "/c": () => new Response(null, { status: 302, headers: { location: "/b?from=c" } }),
};

Deno.test("a hyper-nav link shows the page in the same document, at the top, with title and language", async () => {
  await withPage(app({ routes: SITE }), async ({ page, url }) => {
    await begin(page);
    await page.evaluate(() => scrollTo(0, 500));
    await page.getByRole("link", { name: "B", exact: true }).click();
    await page.getByRole("heading", { name: "B" }).waitFor();
    await page.waitForFunction(() => scrollY === 0);
    assertEquals([await sameDocument(page), page.url(), await page.title()], [true, `${url}/b`, "Page B"]);
    assertEquals(await page.locator("html").getAttribute("lang"), "de");
  });
});

Deno.test("the title of a new page is announced to screen readers", async () => {
  await withPage(app({ routes: SITE }), async ({ page }) => {
    await begin(page);
    await page.getByRole("link", { name: "B", exact: true }).click();
    const said = page.locator("[data-hyper-toasts][aria-live=polite]").getByText("Page B");
    await said.waitFor({ state: "attached" });
    assertEquals(await said.evaluate((element) => getComputedStyle(element).clipPath), "inset(50%)");
  });
});

Deno.test("a link to a fragment of another page scrolls there", async () => {
  await withPage(app({ routes: SITE }), async ({ page, url }) => {
    await begin(page);
    await page.getByRole("link", { name: "Low" }).click();
    await page.getByRole("heading", { name: "B" }).waitFor();
    await page.waitForFunction(() => scrollY > 2000);
    assertEquals([await sameDocument(page), page.url()], [true, `${url}/b#low`]);
    assertEquals(await page.evaluate(() => document.querySelector(":target")?.id), "low");
    await page.goBack();
    await page.getByRole("heading", { name: "A" }).waitFor();
    assertEquals([await sameDocument(page), page.url()], [true, `${url}/a`]);
  });
});

Deno.test("a page that redirects is shown under its final URL", async () => {
  await withPage(app({ routes: SITE }), async ({ page, url }) => {
    await begin(page);
    await page.getByRole("link", { name: "C" }).click();
    await page.getByRole("heading", { name: "B" }).waitFor();
    assertEquals([await sameDocument(page), page.url()], [true, `${url}/b?from=c`]);
  });
});

Deno.test("a navigation to the current page adds no history entry", async () => {
  await withPage(app({ routes: SITE }), async ({ page, url }) => {
    await begin(page);
    const entries = await page.evaluate(() => history.length);
    for (const _ of [1, 2]) {
      await page.evaluate(() => scrollTo(0, 500));
      await page.getByRole("link", { name: "B", exact: true }).click();
      await page.getByRole("heading", { name: "B" }).waitFor();
      // The scroll is the last step of a navigation.
      await page.waitForFunction(() => scrollY === 0);
      assertEquals(page.url(), `${url}/b`);
    }
    assertEquals(await page.evaluate(() => history.length), entries + 1);
  });
});

Deno.test("back and forward fetch the page again and restore scroll position and focus", async () => {
  let asked = 0;
  const routes = {
    ...SITE,
    "/a": ({ method }: Request) => {
      if (method === "GET") asked++;
      return html(sitePage("Page A", `${LINKS}<h1>A ${asked}</h1>${TALL}<input id="in">`));
    },
  };
  await withPage(app({ routes }), async ({ page, url, events }) => {
    await begin(page);
    await page.locator("#in").focus();
    await page.evaluate(() => scrollTo(0, 400));
    await page.waitForFunction(() => scrollY === 400);
    await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
    await page.evaluate(() => void Hyper.navigate("/b"));
    await page.getByRole("heading", { name: "B" }).waitFor();
    await page.evaluate(() => scrollTo(0, 700));
    await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
    await page.goBack();
    await events.next("hyper:history:restore:after");
    assertEquals(await page.getByRole("heading").textContent(), "A 2");
    assertEquals(await page.evaluate(() => [scrollY, document.activeElement?.id]), [400, "in"]);
    await page.goForward();
    await events.next("hyper:history:restore:after");
    assertEquals(await page.evaluate(() => [scrollY, document.querySelector("h1")?.textContent]), [700, "B"]);
    assertEquals([await sameDocument(page), page.url()], [true, `${url}/b`]);
    assertEquals(events.of("hyper:history:restore:before")[0]?.detail, { url: `${url}/a` });
    assertEquals(events.of("hyper:history:restore:after").map(({ detail }) => detail.success), [true, true]);
  });
});

Deno.test("back after a reload shows the page of the entry", async () => {
  await withPage(app({ routes: SITE }), async ({ page, url }) => {
    await begin(page);
    await page.getByRole("link", { name: "B", exact: true }).click();
    await page.getByRole("heading", { name: "B" }).waitFor();
    await page.reload();
    await page.goBack();
    await page.getByRole("heading", { name: "A" }).waitFor();
    assertEquals(page.url(), `${url}/a`);
  });
});

Deno.test("the browser itself handles hash links and going back from them", async () => {
  const body = `<nav hyper-nav><a href="#low">Low</a></nav><h1>A</h1>${TALL}<p id="low">Low part</p>${TALL}`;
  let asked = 0;
  const routes = { "/a": () => (asked++, html(sitePage("Page A", body))) };
  await withPage(app({ routes }), async ({ page, url, events }) => {
    await begin(page);
    await page.getByRole("link").click();
    await page.waitForFunction(() => scrollY > 2000);
    assertEquals(page.url(), `${url}/a#low`);
    await page.goBack();
    await page.waitForFunction(() => scrollY === 0);
    assertEquals([asked, events.of("hyper:history:restore:before")], [1, []]);
  });
});

Deno.test("going back from another page to a hash entry shows its page", async () => {
  const routes = {
    ...SITE,
    "/b": sitePage("Page B", `<h1>B</h1><a href="#low">Jump</a>${TALL}<p id="low">Low</p>${TALL}`),
  };
  await withPage(app({ routes }), async ({ page, url, events }) => {
    await begin(page);
    await page.getByRole("link", { name: "B", exact: true }).click();
    await page.getByRole("link", { name: "Jump" }).click();
    await page.waitForFunction(() => scrollY > 2000);
    await page.evaluate(() => history.go(-2));
    await events.next("hyper:history:restore:after");
    assertEquals(await page.getByRole("heading").textContent(), "A");
    await page.evaluate(() => history.go(2));
    await events.next("hyper:history:restore:after");
    assertEquals([await page.getByRole("heading").textContent(), page.url()], ["B", `${url}/b#low`]);
  });
});

Deno.test("history entries of other scripts are ignored", async () => {
  await withPage(app({ routes: SITE }), async ({ page, events }) => {
    await begin(page);
    await page.evaluate(() => {
      history.pushState({ mine: 1 }, "", "/mine");
      history.pushState({ mine: 2 }, "", "/mine2");
    });
    await page.goBack();
    assertEquals(await page.evaluate(() => history.state), { mine: 1 });
    assertEquals([await page.getByRole("heading").textContent(), events.types], ["A", []]);
  });
});

Deno.test("H7: an entry that a navigation marks keeps the state of other code", async () => {
  await withPage(app({ routes: SITE }), async ({ page }) => {
    await begin(page);
    await page.evaluate(async () => {
      history.replaceState({ mine: 1 }, "");
      await Hyper.navigate("/b");
      history.replaceState({ ...history.state, mine: 2 }, "");
      await Hyper.navigate("/a?again");
    });
    for (const [heading, mine] of [["B", 2], ["A", 1]] as const) {
      await page.goBack();
      await page.getByRole("heading", { name: heading, exact: true }).waitFor();
      assertEquals(await page.evaluate(() => history.state.mine), mine);
    }
    assertEquals(await sameDocument(page), true);
  });
});

Deno.test("history items push and replace entries, and going back fetches the page before", async () => {
  const find = ({ headers }: Request) => {
    const { q, mode } = JSON.parse(headers.get("x-hyper-data") ?? "{}");
    return sse([["history", { [`${mode}_url`]: `/a?q=${q}` }], END]);
  };
  await withPage(app({ routes: SITE, actions: { find } }), async ({ page, url, events }) => {
    await begin(page);
    await page.evaluate(() => action("find", { q: "1", mode: "push" }));
    assertEquals(page.url(), `${url}/a?q=1`);
    await page.evaluate(() => action("find", { q: "2", mode: "replace" }));
    assertEquals(page.url(), `${url}/a?q=2`);
    await page.goBack();
    await events.next("hyper:history:restore:after");
    assertEquals([page.url(), await sameDocument(page)], [`${url}/a`, true]);
  });
});

for (const to of ["https://evil.test/", "javascript:alert(1)"]) {
  Deno.test(`a history item does not navigate to ${to}`, async () => {
    const find = () => sse([["history", { push_url: to }], END]);
    await withPage(app({ routes: SITE, actions: { find } }), async ({ page, url }) => {
      await begin(page);
      assertEquals(await page.evaluate(() => action("find").catch((error: Error) => error.name)), "SecurityError");
      assertEquals(page.url(), `${url}/a`);
    });
  });
}

const LEFT: readonly [name: string, link: string, click?: "modifier" | "middle"][] = [
  ["a link outside of hyper-nav", `<a href="/b">Go</a>`],
  ["a link in hyper-no-nav", `<nav hyper-nav><p hyper-no-nav><a href="/b">Go</a></p></nav>`],
  ["a link with the attribute hyper-no-nav", `<nav hyper-nav><a href="/b" hyper-nav hyper-no-nav>Go</a></nav>`],
  ["a link whose target is another tab", `<a hyper-nav href="/b" target="_blank">Go</a>`],
  ["a download", `<a hyper-nav href="/b" download>Go</a>`],
  ["a link to another scheme", `<a hyper-nav href="mailto:a@b.test">Go</a>`],
  ["a link whose click was canceled", `<a hyper-nav href="/b" onclick="event.preventDefault()">Go</a>`],
  ["a click with a modifier key", `<a hyper-nav href="/b">Go</a>`, "modifier"],
  ["a click with the middle button", `<a hyper-nav href="/b">Go</a>`, "middle"],
  ["a link without a URL", `<nav hyper-nav><a>Go</a></nav>`],
  ["a link in editable text", `<div hyper-nav contenteditable><a href="/b">Go</a></div>`],
  ["a link on a page whose base targets another tab", `<base target="_blank"><a hyper-nav href="/b">Go</a>`],
];

for (const [name, link, click] of LEFT) {
  Deno.test(`the browser itself handles ${name}`, async () => {
    await withPage(app({ routes: { ...SITE, "/a": sitePage("Page A", link) } }), async ({ page }) => {
      await begin(page);
      const taken = page.evaluate(() =>
        new Promise((resolve) => {
          // After the listener of the runtime. The default action of the browser is prevented here.
          addEventListener(document.querySelector("[onclick]") ? "never" : "click", decide);
          addEventListener("auxclick", decide);
          setTimeout(() => resolve(false), 500);
          function decide(event: Event): void {
            resolve(event.defaultPrevented);
            event.preventDefault();
          }
        })
      );
      await page.getByText("Go").click(click === "modifier" ? { modifiers: ["Control"] } : { button: click ?? "left" });
      assertEquals(await taken, false);
      assertMatch(page.url(), /\/a$/);
    });
  });
}

Deno.test("a link with a user name in its URL is loaded by the browser, without a failure", async () => {
  await withPage(
    app({ routes: { ...SITE, "/a": sitePage("Page A", `<a hyper-nav id="go">Go</a>`) } }),
    async ({ page, url }) => {
      await begin(page);
      await page.evaluate(
        (href) => void (document.querySelector<HTMLAnchorElement>("#go")!.href = href),
        `${url.replace("//", "//ada@")}/b`,
      );
      await page.getByText("Go").click();
      await page.getByRole("heading", { name: "B" }).waitFor();
      assertEquals(await sameDocument(page), false);
    },
  );
});

Deno.test("the nearest ancestor with hyper-nav or hyper-no-nav decides", async () => {
  const link = `<nav hyper-nav><p hyper-no-nav><a href="/b" hyper-nav><b>Go</b></a></p></nav>`;
  await withPage(app({ routes: { ...SITE, "/a": sitePage("Page A", link) } }), async ({ page }) => {
    await begin(page);
    await page.getByText("Go").click();
    await page.getByRole("heading", { name: "B" }).waitFor();
    assertEquals(await sameDocument(page), true);
  });
});

Deno.test("a GET form in hyper-nav shows its page, with its fields as the query", async () => {
  const form =
    `<form hyper-nav action="/find?old=1#x"><input name="q" value="a b"><button name="do" value="it">Find</button></form>`;
  const routes: Record<string, Answer> = {
    "/a": sitePage("Page A", form),
    "/find": ({ url }) => html(sitePage("Found", `<h1>${new URL(url).search}</h1>`)),
  };
  await withPage(app({ routes }), async ({ page, url }) => {
    await begin(page);
    await page.getByRole("button", { name: "Find" }).click();
    await page.getByRole("heading").waitFor();
    assertEquals([await sameDocument(page), page.url()], [true, `${url}/find?q=a+b&do=it#x`]);
    assertEquals(await page.getByRole("heading").textContent(), "?q=a+b&do=it");
  });
});

Deno.test("the head is merged: style sheets before the page is shown, scripts with a source, metas", async () => {
  const css = (rule: string): Answer => () => new Response(rule, { headers: { "content-type": "text/css" } });
  const headA =
    `<link rel="stylesheet" href="/a.css"><meta name="description" content="About A"><link rel="stylesheet" href="/kept.css" hyper-keep>`;
  const headB =
    `<link rel="stylesheet" href="/b.css"><meta name="description" content="About B"><script src="/classic.js"></script><script type="module" src="/module.js"></script><script>globalThis.inline = true</script>`;
  const script = (name: string): Answer => () =>
    new Response(`globalThis.${name} = (globalThis.${name} ?? 0) + 1`, {
      headers: { "content-type": "text/javascript" },
    });
  const routes: Record<string, Answer> = {
    "/a": sitePage("Page A", `${LINKS}<h1>A</h1>`, { head: headA }),
    "/b": sitePage("Page B", `<nav hyper-nav><a href="/a">Back to A</a></nav><h1>B</h1>`, { head: headB }),
    "/a.css": css("h1 { color: rgb(1, 0, 0) }"),
    "/b.css": css("h1 { color: rgb(2, 0, 0) }"),
    "/kept.css": css(""),
    "/classic.js": script("classic"),
    "/module.js": script("modular"),
  };
  await withPage(app({ routes }), async ({ page }) => {
    await begin(page);
    await page.evaluate(() => {
      new MutationObserver(() => {
        const heading = document.querySelector("h1");
        if (heading?.textContent === "B") {
          Reflect.set(
            globalThis,
            "firstColor",
            Reflect.get(globalThis, "firstColor") ?? getComputedStyle(heading).color,
          );
        }
      }).observe(document, { childList: true, subtree: true, characterData: true });
    });
    await page.getByRole("link", { name: "B", exact: true }).click();
    await page.getByRole("heading", { name: "B" }).waitFor();
    await page.waitForFunction(() =>
      Reflect.get(globalThis, "modular") === 1 && Reflect.get(globalThis, "classic") === 1
    );
    const head = await page.evaluate(() => ({
      links: [...document.querySelectorAll("link")].map((link) => new URL(link.href).pathname),
      description: document.querySelector("meta")?.content,
      firstColor: Reflect.get(globalThis, "firstColor"),
      inline: Reflect.has(globalThis, "inline"),
      runtimes: document.querySelectorAll('script[src="/_hyper/client.js"]').length,
    }));
    assertEquals(head, {
      links: ["/kept.css", "/b.css"],
      description: "About B",
      firstColor: "rgb(2, 0, 0)",
      inline: false,
      runtimes: 1,
    });
    await page.getByRole("link", { name: "Back to A" }).click();
    await page.getByRole("heading", { name: "A" }).waitFor();
    await page.getByRole("link", { name: "B", exact: true }).click();
    await page.getByRole("heading", { name: "B" }).waitFor();
    assertEquals(await page.evaluate(() => [Reflect.get(globalThis, "modular"), Reflect.get(globalThis, "classic")]), [
      1,
      1,
    ]);
  });
});

Deno.test("an error page is shown under its URL", async () => {
  const routes = { ...SITE, "/b": () => html(sitePage("Gone", "<h1>Not here</h1>"), { status: 404 }) };
  await withPage(app({ routes }), async ({ page, url }) => {
    await begin(page);
    await page.getByRole("link", { name: "B", exact: true }).click();
    await page.getByRole("heading", { name: "Not here" }).waitFor();
    assertEquals([await sameDocument(page), page.url()], [true, `${url}/b`]);
  });
});

Deno.test("navigate() falls back to a full page load when the response is not HTML", async () => {
  await withPage(app({ routes: { ...SITE, "/b": () => new Response("plain text") } }), async ({ page }) => {
    await begin(page);
    await page.getByRole("link", { name: "B", exact: true }).click();
    await page.getByText("plain text").waitFor();
    assertEquals(await sameDocument(page), false);
  });
});

Deno.test("without a network an alert is shown, the page is kept, and its retry button navigates", async () => {
  await withPage(app({ routes: SITE }), async ({ page, context, url }) => {
    await begin(page);
    // The navigation code of the runtime is loaded before the network is disconnected.
    await page.evaluate(() => Hyper.navigate("/a?again"));
    await context.route("**/b", (route) => route.abort());
    await page.getByRole("link", { name: "B", exact: true }).click();
    await page.getByRole("alert").getByText("Cannot reach the server. Check your connection.").waitFor();
    assertEquals([page.url(), await page.getByRole("heading").textContent()], [`${url}/a?again`, "A"]);
    assertEquals(await page.locator("[aria-busy=true]").count(), 0);
    await context.unroute("**/b");
    await page.getByRole("button", { name: "Try again" }).click();
    await page.getByRole("heading", { name: "B" }).waitFor();
  }, { expectErrors: [/ERR_FAILED/] });
});

Deno.test("of two navigations, the page of the second one is shown", async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const slow = async () => (await promise, html(sitePage("Slow", "<h1>Slow</h1>")));
  await withPage(app({ routes: { ...SITE, "/slow": slow } }), async ({ page, url }) => {
    await begin(page);
    const later = await page.evaluate(async () => {
      Reflect.set(globalThis, "earlier", Hyper.navigate("/slow"));
      return await Hyper.navigate("/b");
    });
    // H7: also if the earlier one is answered last.
    resolve();
    assertEquals([await page.evaluate("earlier"), later], [false, true]);
    assertEquals([page.url(), await page.getByRole("heading").textContent()], [`${url}/b`, "B"]);
  });
});

Deno.test("Hyper.navigate() with replace adds no history entry", async () => {
  await withPage(app({ routes: SITE }), async ({ page }) => {
    await begin(page);
    const before = await page.evaluate(() => history.length);
    await page.evaluate(() => Hyper.navigate("/b", { replace: true }));
    assertEquals(await page.evaluate(() => history.length), before);
  });
});

Deno.test("runtime.stop() aborts a navigation", async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const slow = async () => (await promise, html(sitePage("Slow", "<h1>Slow</h1>")));
  await withPage(app({ routes: { ...SITE, "/slow": slow } }), async ({ page, url }) => {
    await begin(page);
    const shown = await page.evaluate(async () => {
      const { runtime } = await import("/_hyper/client.js" as string);
      const visit = Hyper.navigate("/slow");
      await new Promise((resolve) => setTimeout(resolve, 50));
      runtime.stop();
      return await visit;
    });
    resolve();
    assertEquals([shown, page.url()], [false, `${url}/a`]);
  });
});

for (const [name, begun] of [["begins", ""], ["goes on", "<!doctype html><title>Half</title>"]] as const) {
  Deno.test(`a navigation to a page that never ${name} is aborted after a minute, and its loading state ends`, async () => {
    const attempts = new Arrivals<Writer>();
    const over = Promise.withResolvers<void>();
    const slow = async () => {
      const answer = writer({ headers: PAGE_HEADERS });
      attempts.add(answer);
      if (begun) answer.write(begun);
      else await over.promise;
      return answer.response;
    };
    await withPage(app({ routes: { ...SITE, "/slow": slow } }), async ({ page }) => {
      await page.clock.install();
      await begin(page);
      const asked = page.waitForRequest("**/slow");
      await page.evaluate(() => void Reflect.set(globalThis, "visit", Hyper.navigate("/slow")));
      await asked;
      await attempts.next();
      await page.clock.runFor(59_000);
      assertEquals(await page.locator("body[aria-busy]").count(), 1);
      await page.clock.runFor(2_000);
      assertEquals(await page.evaluate("visit"), false);
      await page.getByRole("alert").getByText("Cannot reach the server. Check your connection.").waitFor();
      assertEquals([await page.locator("body[aria-busy]").count(), await sameDocument(page)], [0, true]);
      over.resolve();
    });
  });
}

Deno.test("a navigation removes the attributes of <html> that only the page before had", async () => {
  const bare = (attributes: string) => sitePage("P", LINKS).replace("<html ", `<html ${attributes} `);
  const routes = { "/": bare(""), "/a": bare(`class="one" data-x="1"`), "/b": bare("") };
  await withPage(app({ routes }), async ({ page }) => {
    await page.goto("/");
    const root = page.locator("html");
    await page.evaluate(() => Hyper.navigate("/a"));
    assertEquals([await root.getAttribute("class"), await root.getAttribute("data-x")], ["one", "1"]);
    await page.evaluate(() => Hyper.navigate("/b"));
    assertEquals([await root.getAttribute("class"), await root.getAttribute("data-x")], [null, null]);
  });
});
