/** Links of an application to files and other responses that are not pages (A1), under a policy with nonces. */
import { assertEquals } from "@std/assert";
import type { ComponentChildren } from "preact";
import type { Page } from "playwright-core";
import { ClientScript, createHandler } from "@hyper/actions";
import { withPage } from "../support/browser.ts";
import type {} from "../../client.ts";

const NONCE = "cGFnZQ";
const POLICY = { "content-security-policy": `script-src 'nonce-${NONCE}'` };
const HIT = `<script src="/hit.js" nonce="${NONCE}"></script>`;
const EVIL = `<!doctype html><title>Evil</title>${HIT}<h1>Evil</h1>`;

/** The application, and the documents in which `/hit.js` ran: the first one, or another. */
async function site(): Promise<{ handler: Deno.ServeHandler; ran: string[] } & AsyncDisposable> {
  const baseDir = await Deno.makeTempDir();
  await Deno.mkdir(`${baseDir}/static`);
  await Deno.writeTextFile(`${baseDir}/static/note.html`, EVIL);
  const script = `navigator.sendBeacon("/ran", "first" in globalThis ? "first" : "another")`;
  await Deno.writeTextFile(`${baseDir}/static/hit.js`, script);
  const Layout = ({ children }: { readonly children: ComponentChildren }) => (
    <html lang="en">
      <head>
        <ClientScript nonce={NONCE} />
      </head>
      <body>
        <nav hyper-nav>
          {["upload", "own", "note.html", "page", "nowhere"].map((to) => <a key={to} href={`/${to}`}>{to}</a>)}
        </nav>
        {children}
      </body>
    </html>
  );
  const upload = {
    "content-type": "text/html",
    "content-disposition": `attachment; filename="cv.html"`,
    "x-content-type-options": "nosniff",
    "content-security-policy": `sandbox; script-src 'nonce-${NONCE}'`,
  };
  const pages: Record<string, Record<string, unknown>> = {
    "pages/layout.tsx": { default: Layout },
    "/": { default: () => <h1>Home</h1> },
    "/page": { default: () => <h1>A page</h1>, head: <script src="/hit.js" nonce={NONCE} /> },
    "/upload": { render: () => new Response(EVIL, { headers: upload }) },
    "/own": { render: () => new Response(EVIL, { headers: { "content-type": "text/html", "x-hyper-page": "1;any" } }) },
  };
  const handler = createHandler({
    baseDir,
    headers: POLICY,
    pages: Object.entries(pages).map(([path, exports]) => ({ path, load: () => Promise.resolve(exports) })),
  });
  const ran: string[] = [];
  return {
    handler: async (request) => {
      if (new URL(request.url).pathname !== "/ran") return await handler(request);
      ran.push(await request.text());
      return new Response(null, { status: 204 });
    },
    ran,
    async [Symbol.asyncDispose]() {
      await handler.close();
      await Deno.remove(baseDir, { recursive: true });
    },
  };
}

async function begin(page: Page): Promise<void> {
  await page.goto("/");
  await page.evaluate(() => void Reflect.set(globalThis, "first", true));
}

const isFirst = (page: Page): Promise<boolean> => page.evaluate(() => "first" in globalThis);

Deno.test("A1: a page of the application is merged and its script runs (control)", async () => {
  await using tried = await site();
  await withPage(tried.handler, async ({ page, url }) => {
    await begin(page);
    const told = page.waitForResponse("**/ran");
    await page.getByRole("link", { name: "page" }).click();
    await page.getByRole("heading", { name: "A page" }).waitFor();
    await told;
    assertEquals([await isFirst(page), tried.ran, page.url()], [true, ["first"], `${url}/page`]);
  });
});

Deno.test("A1: the not-found page is merged", async () => {
  await using tried = await site();
  await withPage(tried.handler, async ({ page }) => {
    await begin(page);
    await page.getByRole("link", { name: "nowhere" }).click();
    await page.getByRole("heading", { name: "Page not found" }).waitFor();
    assertEquals(await isFirst(page), true);
  });
});

Deno.test("A1: an upload sent as an attachment is saved, and the page is not changed", async () => {
  await using tried = await site();
  await withPage(tried.handler, async ({ page, url }) => {
    await begin(page);
    const download = page.waitForEvent("download");
    await page.getByRole("link", { name: "upload" }).click();
    assertEquals((await download).suggestedFilename(), "cv.html");
    assertEquals(await page.getByRole("heading").textContent(), "Home");
    assertEquals([await isFirst(page), tried.ran, page.url()], [true, [], `${url}/`]);
    assertEquals(await page.locator("[aria-busy]").count(), 0);
  });
});

for (const to of ["own", "note.html"]) {
  Deno.test(`A1: HTML that the application serves as ${to} is a full navigation`, async () => {
    await using tried = await site();
    await withPage(tried.handler, async ({ page, url }) => {
      await begin(page);
      const told = page.waitForResponse("**/ran");
      await page.getByRole("link", { name: to }).click();
      await page.getByRole("heading", { name: "Evil" }).waitFor();
      await told;
      // A new document, in which the browser runs the scripts that its policy allows.
      assertEquals([await isFirst(page), tried.ran, page.url()], [false, ["another"], `${url}/${to}`]);
    });
  });
}

Deno.test("A1: a page of another build is a full navigation, with its own runtime", async () => {
  await using tried = await site();
  let isDeployed = false;
  const handler: Deno.ServeHandler = async (request, info) => {
    const response = await tried.handler(request, info);
    if (isDeployed && response.headers.has("x-hyper-page")) response.headers.set("x-hyper-page", "1;next");
    return response;
  };
  await withPage(handler, async ({ page }) => {
    await begin(page);
    isDeployed = true;
    const told = page.waitForResponse("**/ran");
    await page.getByRole("link", { name: "page" }).click();
    await page.getByRole("heading", { name: "A page" }).waitFor();
    await told;
    assertEquals([await isFirst(page), tried.ran], [false, ["another"]]);
  });
});
