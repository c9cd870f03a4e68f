/** Late parts of a page as a user sees them: out of order, under `default-src 'none'`, with scripts and without. */
import { assertEquals } from "@std/assert";
import type { ComponentChildren, VNode } from "preact";
import { Suspense } from "preact/compat";
import { action, createHandler, Form, type HandlerOptions, html, region, toast, Toasts } from "@hyper/actions";
import { untilPreloaded, withPage } from "../support/browser.ts";
import type {} from "../../client.ts";

const WITH_RUNTIME = "default-src 'none'; script-src 'self'; connect-src 'self'; require-trusted-types-for 'script'; " +
  "trusted-types hyper";

/** A component that waits until `show()` is called. */
function slow(content: () => VNode): { Slow: () => VNode; show: () => void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  let isReady = false;
  const Slow = (): VNode => {
    if (!isReady) throw promise;
    return content();
  };
  const show = () => {
    isReady = true;
    resolve();
  };
  return { Slow, show };
}

const Layout = ({ children }: { readonly children: ComponentChildren }) => (
  <html lang="en">
    <head>
      <title>Late</title>
      <link rel="icon" href="data:," />
    </head>
    <body>
      {children}
      <footer>The end</footer>
    </body>
  </html>
);

function handlerOf(Page: () => VNode, options: HandlerOptions = {}, more: object = {}, layout: unknown = Layout) {
  return createHandler({
    baseDir: null,
    headers: { "content-security-policy": "default-src 'none'; img-src data:" },
    ...options,
    pages: [
      { path: "/", load: () => Promise.resolve({ default: Page, ...more }) },
      { path: "pages/layout.tsx", load: () => Promise.resolve({ default: layout }) },
    ],
  });
}

for (const javaScriptEnabled of [true, false]) {
  const how = `scripts ${javaScriptEnabled ? "on" : "off"}`;

  Deno.test(`late parts appear in their places, in any order, and rows in their table, ${how}`, async () => {
    const text = slow(() => <b id="text">text</b>);
    const row = slow(() => (
      <tr id="row">
        <td>row</td>
      </tr>
    ));
    const inner = slow(() => <i id="inner">inner</i>);
    const outer = slow(() => (
      <p id="outer">
        outer{" "}
        <Suspense fallback="wait for inner">
          <inner.Slow />
        </Suspense>
      </p>
    ));
    const handler = handlerOf(() => (
      <main>
        <Suspense fallback={<em>wait for text</em>}>
          <text.Slow />
        </Suspense>
        <table>
          <tbody>
            <Suspense
              fallback={
                <tr>
                  <td>wait for row</td>
                </tr>
              }
            >
              <row.Slow />
            </Suspense>
          </tbody>
        </table>
        <Suspense fallback="wait for outer">
          <outer.Slow />
        </Suspense>
      </main>
    ));
    await withPage(handler, async ({ page }) => {
      const gone = page.goto("/");
      await page.locator("footer").waitFor();
      for (const each of ["text", "row", "outer"]) await page.getByText(`wait for ${each}`).waitFor();
      row.show();
      await page.locator("tbody > #row").waitFor();
      assertEquals(await page.getByText("wait for row").count(), 0);
      outer.show();
      await page.locator("main > #outer").getByText("wait for inner").waitFor();
      inner.show();
      await page.locator("#outer > #inner").waitFor();
      assertEquals(await page.locator("#text").count(), 0);
      text.show();
      await page.locator("main > #text").waitFor();
      await gone;
      assertEquals(await page.locator("template").count(), 0);
      assertEquals((await page.locator("body").innerText()).includes("wait"), false);
    }, { javaScriptEnabled });
    await handler.close();
  });

  Deno.test(`HTML of a user with markers and templates does not change the page, ${how}`, async () => {
    const { Slow, show } = slow(() => <b id="mine">mine</b>);
    const html =
      '<?start name="1"><template for="1"><p id="forged">forged</p></template><template for="x">y</template>';
    const handler = handlerOf(() => (
      <main>
        <div id="user" dangerouslySetInnerHTML={{ __html: html }} />
        <section>
          <Suspense fallback="wait">
            <Slow />
          </Suspense>
        </section>
      </main>
    ));
    await withPage(handler, async ({ page }) => {
      const gone = page.goto("/");
      await page.locator("footer").waitFor();
      assertEquals(await page.locator("section").innerText(), "wait");
      show();
      await gone;
      assertEquals(await page.locator("section").innerHTML(), '<b id="mine">mine</b>');
    }, { javaScriptEnabled });
    await handler.close();
  });
}

Deno.test("a form in a late part works: with scripts by its action, without by a post", async () => {
  for (const javaScriptEnabled of [true, false]) {
    const save = action("save", () => toast("Saved"));
    const { Slow, show } = slow(() => (
      <Form action={save}>
        <button>Save</button>
      </Form>
    ));
    const Page = () => (
      <main>
        <Suspense fallback="wait">
          <Slow />
        </Suspense>
        <Toasts />
      </main>
    );
    // The layout of the library has the runtime.
    const handler = handlerOf(
      Page,
      { headers: { "content-security-policy": WITH_RUNTIME } },
      { save },
      ({ children }: { readonly children: ComponentChildren }) => <div>{children}</div>,
    );
    await withPage(handler, async ({ page }) => {
      const gone = page.goto("/");
      await page.getByText("wait").waitFor();
      show();
      await gone;
      await page.getByRole("button", { name: "Save" }).click();
      await page.getByText("Saved").waitFor();
    }, { javaScriptEnabled });
    await handler.close();
  }
});

/** A page with a slow part whose fallback has a button, and another slow part. */
function pageWithForms() {
  const late = slow(() => <b id="late">late</b>);
  const other = slow(() => <b id="other">other</b>);
  const save = action("save", () => html(<p id="fallback">patched</p>, { target: "#fallback" }));
  const Page = () => (
    <main>
      <section>
        <Suspense fallback={<p id="fallback">wait</p>}>
          <late.Slow />
        </Suspense>
      </section>
      <Suspense fallback={<p>wait for other</p>}>
        <other.Slow />
      </Suspense>
      <Form action={save}>
        <button>Save</button>
      </Form>
    </main>
  );
  const handler = handlerOf(
    Page,
    { headers: { "content-security-policy": WITH_RUNTIME } },
    { save },
    ({ children }: { readonly children: ComponentChildren }) => <div {...{ "hyper-nav": true }}>{children}</div>,
  );
  return { handler, late, other };
}

Deno.test("while parts of a page wait, its forms use scripts; a patch in the place of a part wins, and the part is dropped", async () => {
  const { handler, late, other } = pageWithForms();
  await withPage(handler, async ({ page }) => {
    const gone = page.goto("/");
    await page.getByText("wait for other").waitFor();
    await untilPreloaded(page, ["late"]);
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("patched").waitFor();
    late.show();
    other.show();
    await page.locator("#other").waitFor();
    await gone;
    assertEquals(await page.locator("section").innerText(), "patched");
    assertEquals(await page.locator("#late, template").count(), 0);
  });
  await handler.close();
});

Deno.test("a link that is followed while parts of the first page wait shows the new page, in which they leave nothing", async () => {
  const { handler, late, other } = pageWithForms();
  await withPage(handler, async ({ page, events }) => {
    const gone = page.goto("/");
    await page.getByText("wait for other").waitFor();
    await untilPreloaded(page, ["late"]);
    const again = page.evaluate(() => Hyper.navigate("/?again"));
    await events.next("hyper:navigate:after");
    assertEquals(await again, true);
    await page.getByText("wait for other").waitFor();
    late.show();
    other.show();
    await page.locator("section > #late").waitFor();
    await gone;
    assertEquals(await page.locator("#late, #other").count(), 2);
    assertEquals(await page.locator("template").count(), 0);
  });
  await handler.close();
});

Deno.test("a region that follows its page in a template is not requested by the runtime as well", async () => {
  const data = Promise.withResolvers<string>();
  const Slow = region(
    "slow",
    { depends: "slow", load: "lazy", fallback: () => <p>wait</p> },
    async () => <p id="region">{await data.promise}</p>,
  );
  const handler = handlerOf(
    () => (
      <main>
        <Slow />
      </main>
    ),
    { headers: { "content-security-policy": WITH_RUNTIME }, keys: ["k".repeat(32)] },
    { Slow },
    ({ children }: { readonly children: ComponentChildren }) => <div>{children}</div>,
  );
  const asked: (string | null)[] = [];
  const served = (request: Request) => {
    asked.push(request.headers.get("x-hyper-action"));
    return handler(request);
  };
  await withPage(served, async ({ page }) => {
    const gone = page.goto("/");
    await page.getByText("wait").waitFor();
    await untilPreloaded(page, ["late", "live"]);
    await page.evaluate(() => fetch("/_hyper/client.js"));
    data.resolve("late");
    await page.locator("#region").waitFor();
    await gone;
    assertEquals(asked.filter((name) => name === "hyper:regions"), []);
  });
  await handler.close();
});
