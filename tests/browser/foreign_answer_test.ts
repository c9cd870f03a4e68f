/** A response from another origin than the call was sent to, or a file, does not change the page (A1). */
import { assertEquals } from "@std/assert";
import type { Page } from "playwright-core";
import { withPage } from "../support/browser.ts";
import { app, END, sse } from "./runtime_app.ts";
import type {} from "../../client.ts";

const BODY = `<p id="box">old</p><form data-hyper-form="save"><input type="file" name="f"></form>`;
const PATCH = [["patch_html", { target: "#box", content: `<p id="box">new</p>` }], END] as const;
const CORS = {
  "access-control-allow-origin": "*",
  "access-control-allow-headers": "*",
  "access-control-expose-headers": "*",
};

/** Another site, which allows calls from any origin. */
function foreignSite(answer: () => Response) {
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, ({ method }) => {
    if (method === "OPTIONS") return new Response(null, { status: 204, headers: CORS });
    const response = answer();
    for (const [name, value] of Object.entries(CORS)) response.headers.set(name, value);
    return response;
  });
  return { url: `http://127.0.0.1:${server.addr.port}/`, [Symbol.asyncDispose]: () => server.shutdown() };
}

/** Calls the action that redirects; returns its outcome and the content of the box. */
function call(page: Page, options: { method?: string; url?: string; withFile?: boolean } = {}) {
  return page.evaluate(async ({ withFile, ...options }) => {
    const data = withFile ? { f: new File(["x"], "x.txt") } : {};
    const ended = await action("away", data, { ...options, ...withFile ? { form: "form" } : {} }).catch((error) =>
      error
    );
    return [ended.kind ?? ended.name, ended.data ?? null, document.querySelector("#box")?.textContent];
  }, options);
}

const TYPES: readonly [name: string, answer: () => Response][] = [
  ["an event stream", () => sse(PATCH)],
  ["JSON", () => Response.json({ html: "<img onerror=alert(1)>" })],
  ["text", () => new Response("text")],
];

for (const [name, answer] of TYPES) {
  for (const [how, options] of [["GET", { method: "GET" }], ["POST", {}], ["upload", { withFile: true }]] as const) {
    Deno.test(`A1: ${name} of another site, behind a redirect, by ${how}, is a lost connection`, async () => {
      await using foreign = foreignSite(answer);
      const away = async (request: Request) => {
        await request.arrayBuffer();
        return new Response(null, { status: 303, headers: { location: foreign.url } });
      };
      await withPage(app({ body: BODY, actions: { away } }), async ({ page }) => {
        await page.goto("/");
        assertEquals(await call(page, options), ["ConnectionError", null, "old"]);
        await page.getByRole("alert").getByText("Cannot reach the server. Check your connection.").waitFor();
      });
    });
  }
}

Deno.test("A1: an event stream behind a redirect within this site is applied (control)", async () => {
  const away = () => new Response(null, { status: 303, headers: { location: "/patch" } });
  const served = app({
    body: BODY,
    routes: { "/patch": () => sse(PATCH) },
    actions: { away, there: () => sse(PATCH) },
  });
  // The request after a redirect keeps the header that names the action.
  const routed: Deno.ServeHandler = (request, info) =>
    new URL(request.url).pathname === "/patch" ? sse(PATCH) : served(request, info);
  await withPage(routed, async ({ page }) => {
    await page.goto("/");
    assertEquals(await call(page), ["success", null, "new"]);
  });
});

Deno.test("A1: an event stream of another site that the page has called directly is applied", async () => {
  await using foreign = foreignSite(() => sse(PATCH));
  await withPage(app({ body: BODY }), async ({ page }) => {
    await page.goto("/");
    assertEquals(await call(page, { url: foreign.url }), ["success", null, "new"]);
  });
});

Deno.test("A1: an event stream behind a redirect from another site to a third one is a lost connection", async () => {
  await using third = foreignSite(() => sse(PATCH));
  await using foreign = foreignSite(() => new Response(null, { status: 303, headers: { location: third.url } }));
  await withPage(app({ body: BODY }), async ({ page }) => {
    await page.goto("/");
    assertEquals(await call(page, { url: foreign.url }), ["ConnectionError", null, "old"]);
  });
});

Deno.test("a document of another site behind a redirect is a full navigation", async () => {
  await using foreign = foreignSite(() =>
    new Response("<h1>Sign in</h1>", { headers: { "content-type": "text/html" } })
  );
  const away = () => new Response(null, { status: 303, headers: { location: foreign.url } });
  await withPage(app({ body: BODY, actions: { away } }), async ({ page }) => {
    await page.goto("/");
    await page.evaluate(() => void action("away"));
    await page.getByRole("heading", { name: "Sign in" }).waitFor();
    assertEquals(page.url(), foreign.url);
  });
});

for (const disposition of ["attachment", `attachment; filename="a.txt"`, "inline"]) {
  Deno.test(`A1: an upload with the type of an event stream is data, with Content-Disposition: ${disposition}`, async () => {
    const away = () => sse(PATCH, { headers: { "content-disposition": disposition } });
    await withPage(app({ body: BODY, actions: { away } }), async ({ page }) => {
      await page.goto("/");
      const [kind, data, text] = await call(page);
      assertEquals([kind, `${data}`.startsWith("event: patch_html"), text], ["success", true, "old"]);
    });
  });
}

for (const url of ["https://evil.test/", "//evil.test/", "blob:${origin}/1", "javascript:1", 7]) {
  Deno.test(`A1: a call is not switched to ${url}`, async () => {
    const away = (request: Request) => {
      const { origin } = new URL(request.url);
      const to = typeof url === "string" ? url.replace("${origin}", origin) : url;
      return sse([["switch_action", { name: "save", method: "POST", url: to }]]);
    };
    await withPage(app({ body: BODY, actions: { away, save: () => sse(PATCH) } }), async ({ page }) => {
      await page.goto("/");
      assertEquals(await call(page), ["error", null, "old"]);
    });
  });
}
