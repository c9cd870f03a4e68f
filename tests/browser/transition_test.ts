/** View transitions of navigations and patches, in Chromium. */
import { assertEquals } from "@std/assert";
import type { Page } from "playwright-core";
import { withPage } from "../support/browser.ts";
import { app, END, html, sse } from "./runtime_app.ts";
import type {} from "../../client.ts";

/** Transitions that last until the test is over. */
const SLOW =
  `<style>::view-transition-group(*), ::view-transition-old(*), ::view-transition-new(*) { animation-duration: 60s }</style>`;

/** A page with links in `hyper-nav`, whose part with the attribute asks for transitions. */
function sitePage(name: string, body = "", attribute = ""): () => Response {
  return () =>
    html(
      `<!doctype html><html lang="en"><head><title>${name}</title><script type="module" src="/_hyper/client.js"></script>${SLOW}</head>
    <body ${attribute}><nav hyper-nav><p hyper-transition><a href="/b">B</a> <a href="/c">C</a></p><a href="/d">D</a></nav>
    <h1>${name}</h1>${body}</body></html>`,
    );
}

const ROUTES = {
  "/a": sitePage("A", `<input>`),
  "/b": sitePage("B", `<input>`),
  "/c": sitePage("C"),
  "/d": sitePage("D", "", "hyper-transition"),
};

const heading = (page: Page, name: string) => page.getByRole("heading", { name, exact: true }).waitFor();

/** Presses an element with the mouse, although the pictures of a transition may cover it. */
async function press(page: Page, role: "link" | "textbox", name?: string): Promise<void> {
  const box = await page.getByRole(role, name === undefined ? {} : { name, exact: true }).boundingBox();
  await page.mouse.click(box!.x + 3, box!.y + 3);
}

/** Opens a page, and records the scopes of its transitions: the names of nodes. */
async function open(page: Page, path: string): Promise<() => Promise<string[]>> {
  await page.goto(path);
  await page.evaluate(() => {
    const scopes: string[] = [];
    Reflect.set(globalThis, "scopes", scopes);
    for (const { prototype } of [Document, Element]) {
      const start: (change: () => void) => ViewTransition = Reflect.get(prototype, "startViewTransition");
      Reflect.set(prototype, "startViewTransition", function (this: Node, change: () => void) {
        scopes.push(this instanceof Element ? this.id : this.nodeName);
        return start.call(this, change);
      });
    }
  });
  return () => page.evaluate(() => Reflect.get(globalThis, "scopes") as string[]);
}

Deno.test("a navigation runs in a view transition where the page asks for it", async () => {
  await withPage(app({ routes: ROUTES }), async ({ page }) => {
    const scopes = await open(page, "/a");
    await page.getByRole("link", { name: "D" }).click();
    await heading(page, "D");
    assertEquals(await scopes(), []);
    // Its body asks for it, so going back has one as well.
    await page.goBack();
    await heading(page, "A");
    assertEquals(await scopes(), ["#document"]);
  });
  await withPage(app({ routes: ROUTES }), async ({ page }) => {
    const scopes = await open(page, "/a");
    await page.getByRole("link", { name: "B" }).click();
    await heading(page, "B");
    assertEquals([await scopes(), await page.title()], [["#document"], "B"]);
  });
});

Deno.test("a navigation has no view transition if the user prefers reduced motion", async () => {
  await withPage(app({ routes: ROUTES }), async ({ page }) => {
    const scopes = await open(page, "/a");
    await page.getByRole("link", { name: "B" }).click();
    await heading(page, "B");
    assertEquals(await scopes(), []);
  }, { reducedMotion: "reduce" });
});

Deno.test("while a transition runs, typing and another navigation work", async () => {
  await withPage(app({ routes: ROUTES }), async ({ page, url }) => {
    const scopes = await open(page, "/a");
    await page.getByRole("textbox").fill("first");
    await page.getByRole("link", { name: "B" }).click();
    await heading(page, "B");
    await page.evaluate(() => Hyper.navigate("/b?again"));
    await page.waitForURL("**/b?again");
    // The first transition still runs: the page is shown without another one.
    assertEquals(await scopes(), ["#document"]);
    await press(page, "textbox");
    await page.keyboard.type(" second");
    assertEquals(await page.getByRole("textbox").inputValue(), "first second");
    await press(page, "link", "C");
    await heading(page, "C");
    assertEquals(page.url(), `${url}/c`);
    await press(page, "link", "D");
    await heading(page, "D");
    await page.goBack();
    await heading(page, "C");
    await page.goBack();
    await heading(page, "B");
    assertEquals(await page.getByRole("textbox").inputValue(), "first second");
  });
});

Deno.test("a navigation that begins before the transition of another one has begun replaces it", async () => {
  await withPage(app({ routes: ROUTES }), async ({ page, url }) => {
    await open(page, "/a");
    const entries = await page.evaluate(() => {
      const { startViewTransition } = Document.prototype;
      // The user clicks again as soon as the browser has been asked for the transition.
      Document.prototype.startViewTransition = function (change) {
        Document.prototype.startViewTransition = startViewTransition;
        document.querySelector<HTMLAnchorElement>("a[href='/c']")!.click();
        return startViewTransition.call(this, change);
      };
      document.querySelector<HTMLAnchorElement>("a[href='/b']")!.click();
      return history.length;
    });
    await heading(page, "C");
    assertEquals([page.url(), await page.evaluate(() => history.length)], [`${url}/c`, entries + 1]);
    await page.goBack();
    await heading(page, "A");
  });
});

Deno.test("a patch with a scoped transition leaves the rest of the page as it is", async () => {
  const events = ["one", "two"].map((text) =>
    ["patch_html", { target: "#box", content: `<p id="box">${text}</p>`, transition: "scoped" }] as const
  );
  const site = app({
    body:
      `<section id="scope"><p id="box">old</p></section><button onclick="this.textContent = 'pressed'">press</button>`,
    head: SLOW,
    actions: { patch: () => sse([...events, END]) },
  });
  await withPage(site, async ({ page }) => {
    const scopes = await open(page, "/");
    await page.evaluate(() => globalThis.action("patch"));
    await page.getByText("two").waitFor();
    // One at a time.
    assertEquals(await scopes(), ["scope"]);
    await page.getByRole("button", { name: "press" }).click();
    await page.getByRole("button", { name: "pressed" }).waitFor();
  });
});
