/** Links of `hyper-nav` to pages with late parts: the page is shown at once, and its parts as they arrive. */
import { assertEquals } from "@std/assert";
import type { ComponentChildren, VNode } from "preact";
import { Suspense } from "preact/compat";
import { createHandler } from "@hyper/actions";
import { untilPreloaded, withPage } from "../support/browser.ts";
import { hardPage, nestedPage, type Slow, slow } from "./late_page.tsx";

const POLICY = "default-src 'none'; script-src 'self'; connect-src 'self'; img-src data:; " +
  "require-trusted-types-for 'script'; trusted-types hyper";

const Layout = ({ children }: { readonly children: ComponentChildren }) => (
  <div>
    <nav {...{ "hyper-nav": true }}>
      <a href="/">Home</a> <a href="/slow">Slow</a> <a href="/other">Other</a>
      <form action="/slow">
        <button>Search</button>
      </form>
    </nav>
    {children}
    <footer>The end</footer>
  </div>
);

function siteOf(Page: () => VNode, policy = POLICY) {
  const pages: Record<string, () => VNode> = {
    "/": () => <h1>Home page</h1>,
    "/slow": Page,
    "/other": () => <h1>Other page</h1>,
  };
  return createHandler({
    baseDir: null,
    headers: { "content-security-policy": policy },
    onError: () => {},
    pages: [
      ...Object.entries(pages).map(([path, page]) => ({ path, load: () => Promise.resolve({ default: page }) })),
      { path: "pages/layout.tsx", load: () => Promise.resolve({ default: Layout }) },
    ],
  });
}

Deno.test("a link shows the page with its title and focus before its slow part is ready, and then the part, a table row and a part in a part", async () => {
  const { parts: { text, row, inner, outer }, Page } = nestedPage();
  const handler = siteOf(Page);
  await withPage(handler, async ({ page, url, events }) => {
    await page.goto("/");
    await untilPreloaded(page, ["navigation", "patch"]);
    await page.evaluate(() => void Reflect.set(globalThis, "first", true));
    await page.getByRole("link", { name: "Slow" }).click();
    await events.next("hyper:navigate:after");
    await page.getByText("wait for text").waitFor();
    assertEquals([page.url(), await page.title()], [`${url}/slow`, "Slow page"]);
    assertEquals(await page.evaluate(() => document.activeElement?.textContent), "Slow");
    row.show();
    await page.locator("tbody > #row").waitFor({ state: "attached" });
    assertEquals(await page.locator("#wait").count(), 0);
    outer.show();
    await page.locator("main > #outer").getByText("wait for inner").waitFor();
    inner.show();
    await page.locator("#outer > #inner").waitFor({ state: "attached" });
    assertEquals(await page.locator("#text").count(), 0);
    text.show();
    await page.locator("section > #text").waitFor();
    // The browser itself makes the same of the page.
    const merged = await page.locator("main").innerHTML();
    assertEquals(await page.evaluate(() => "first" in globalThis), true);
    await page.goto("/slow");
    assertEquals(merged, await page.locator("main").innerHTML());
  });
  await handler.close();
});

/** A page with one slow part, in a place of its own. */
function onePart(part: Slow): () => VNode {
  return () => (
    <main>
      <h1>Slow page</h1>
      <section>
        <Suspense fallback={<em>wait</em>}>
          <part.Slow />
        </Suspense>
      </section>
    </main>
  );
}

const TEXT = () => <b id="text">text</b>;

Deno.test("a GET form, and back to a page with a slow part, show the page before the part", async () => {
  const part = slow(TEXT);
  // The page that is shown on the way back contains the style of a message for screen readers.
  const handler = siteOf(onePart(part), `${POLICY}; style-src 'unsafe-inline'`);
  await withPage(handler, async ({ page, events }) => {
    await page.goto("/");
    await page.getByRole("button", { name: "Search" }).click();
    await events.next("hyper:navigate:after");
    await page.locator("section").getByText("wait").waitFor();
    part.show();
    await page.locator("section > #text").waitFor();
    await page.getByRole("link", { name: "Other" }).click();
    await page.getByRole("heading", { name: "Other page" }).waitFor();
    part.again();
    await page.goBack();
    await page.getByRole("heading", { name: "Slow page" }).waitFor();
    part.show();
    await page.locator("section > #text").waitFor();
    assertEquals(await page.getByText("wait").count(), 0);
  });
  await handler.close();
});

Deno.test("a navigation ends the stream of the page before, and its part does not come into the new page", async () => {
  const part = slow(TEXT);
  const ended = Promise.withResolvers<void>();
  const handler = siteOf(onePart(part));
  const served = async (request: Request) => {
    const response = await handler(request);
    if (new URL(request.url).pathname !== "/slow" || response.body === null) return response;
    const reader = response.body.getReader();
    const body = new ReadableStream<Uint8Array>({
      async pull(controller) {
        const { done, value } = await reader.read();
        if (done) controller.close();
        else controller.enqueue(value);
      },
      async cancel(reason) {
        await reader.cancel(reason);
        ended.resolve();
      },
    });
    return new Response(body, response);
  };
  await withPage(served, async ({ page, events }) => {
    await page.goto("/");
    await page.getByRole("link", { name: "Slow" }).click();
    await page.locator("section").getByText("wait").waitFor();
    await page.getByRole("link", { name: "Other" }).click();
    await page.getByRole("heading", { name: "Other page" }).waitFor();
    await ended.promise;
    assertEquals(await page.getByRole("alert").count(), 0);
    assertEquals(events.of("hyper:navigate:error"), []);
  });
  part.show();
  await handler.close();
});

Deno.test("a connection that is cut inside a part leaves what has arrived and shows a failure, and trying again loads the page", async () => {
  const part = slow(TEXT);
  const handler = siteOf(onePart(part));
  const cut = Promise.withResolvers<void>();
  let isCut = true;
  const served = async (request: Request) => {
    const response = await handler(request);
    if (new URL(request.url).pathname !== "/slow" || !isCut || response.body === null) return response;
    const reader = response.body.getReader();
    const body = new ReadableStream<Uint8Array>({
      async start(controller) {
        controller.enqueue((await reader.read()).value ?? new Uint8Array());
        await cut.promise;
        const text = new TextDecoder().decode((await reader.read()).value);
        controller.enqueue(new TextEncoder().encode(text.slice(0, text.indexOf("text</b>") + 2)));
        await reader.cancel();
        controller.error(new Error("cut"));
      },
    });
    return new Response(body, response);
  };
  await withPage(served, async ({ page, events }) => {
    await page.goto("/");
    await page.getByRole("link", { name: "Slow" }).click();
    await page.locator("section").getByText("wait").waitFor();
    part.show();
    cut.resolve();
    await page.getByRole("alert").getByText("connection").waitFor();
    assertEquals(events.of("hyper:navigate:error").length, 1);
    assertEquals(await page.locator("section").innerText(), "wait");
    await page.getByText("The end").waitFor();
    isCut = false;
    await page.getByRole("button", { name: "Try again" }).click();
    await page.locator("section > #text").waitFor();
  }, { expectErrors: [/ERR_/] });
  await handler.close();
});

Deno.test("an error in a slow part is shown in its place, and the page stays", async () => {
  const part = slow(TEXT);
  const handler = siteOf(onePart(part));
  await withPage(handler, async ({ page, events }) => {
    await page.goto("/");
    await page.getByRole("link", { name: "Slow" }).click();
    await page.locator("section").getByText("wait").waitFor();
    part.fail();
    await page.locator("section > [role=alert]").waitFor();
    assertEquals(await page.getByText(/password|wait/).count(), 0);
    assertEquals(events.of("hyper:navigate:error"), []);
  });
  await handler.close();
});

Deno.test("tables, selects, SVG, parts in parts and hostile HTML of users become what the parser of the browser makes of them", async () => {
  const { HardPage, parts } = hardPage();
  const handler = siteOf(HardPage);
  await withPage(handler, async ({ page }) => {
    await page.goto("/");
    await page.getByRole("link", { name: "Slow" }).click();
    await page.getByText("wait for the fallback").or(page.getByText("wait for inner")).first().waitFor();
    for (const part of parts.toReversed()) part.show();
    await page.locator("em").waitFor();
    await page.getByText("Late option").waitFor({ state: "attached" });
    const merged = await page.locator("main").innerHTML();
    for (const part of parts) part.again();
    const begun = page.waitForResponse(/slow$/);
    const gone = page.goto("/slow");
    await begun;
    for (const part of parts.toReversed()) part.show();
    await gone;
    await page.waitForFunction(() => !document.body.textContent.includes("wait"));
    assertEquals(merged, await page.locator("main").innerHTML());
    assertEquals(await page.getByText("wait").count(), 0);
  });
  await handler.close();
});
